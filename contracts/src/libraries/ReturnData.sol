// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ReturnData
/// @notice Takes and passes on the raw bytes that a call answered with.
library ReturnData {
    /// @notice Copies the return data of the last call.
    /// @dev Must follow the call directly: any call in between replaces what it reads.
    function take() internal pure returns (bytes memory data) {
        assembly ("memory-safe") {
            // Allocate at the free memory pointer: one word of length, then the bytes.
            data := mload(0x40)
            mstore(0x40, add(add(data, 0x20), returndatasize()))
            mstore(data, returndatasize())
            returndatacopy(add(data, 0x20), 0, returndatasize())
        }
    }

    /// @notice Returns how many bytes the last call answered with, without copying them.
    function size() internal pure returns (uint256 length) {
        assembly ("memory-safe") {
            // Memory is not touched.
            length := returndatasize()
        }
    }

    /// @notice Reverts with exactly what the last call answered with.
    /// @dev Must follow the call directly, as `take` must.
    function bubble() internal pure {
        assembly ("memory-safe") {
            // By way of free memory; there is nothing after a revert that could need it.
            let free := mload(0x40)
            returndatacopy(free, 0, returndatasize())
            revert(free, returndatasize())
        }
    }

    /// @notice Reverts with exactly `data`: no selector is added, an empty `data` is an empty revert.
    function bubble(bytes memory data) internal pure {
        assembly ("memory-safe") {
            // Skip the length word.
            revert(add(data, 0x20), mload(data))
        }
    }
}
