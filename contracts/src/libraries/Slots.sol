// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Slots
/// @notice Reads and writes the addresses that live outside the ordinary storage layout.
/// @dev Each slot is the hash of a name, so no list, mapping or later variable can reach it.
library Slots {
    /// @notice Holds the fallback handler.
    /// @dev keccak256("fallback_manager.handler.address")
    bytes32 internal constant FALLBACK_HANDLER = 0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5;

    /// @notice Holds the transaction guard.
    /// @dev keccak256("guard_manager.guard.address")
    bytes32 internal constant GUARD = 0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8;

    /// @notice Holds the module guard.
    /// @dev keccak256("module_manager.module_guard.address")
    bytes32 internal constant MODULE_GUARD = 0xb104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947;

    /// @notice Returns the address kept in `slot`.
    function load(bytes32 slot) internal view returns (address value) {
        assembly ("memory-safe") {
            // The whole word; Solidity clears the upper 96 bits wherever it uses an address.
            value := sload(slot)
        }
    }

    /// @notice Keeps `value` in `slot`.
    function store(bytes32 slot, address value) internal {
        assembly ("memory-safe") {
            // The whole word, as a reader of raw storage expects: 12 zero bytes, then the address.
            sstore(slot, value)
        }
    }
}
