// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisigState} from "../interfaces/IMultisigState.sol";

/// @title MultisigStorage
/// @notice Every ordinary storage variable of an account, in the order that fixes its slot.
/// @dev This is the only contract here that declares state, and every part of the account inherits it first.
/// Wallets, indexers and libraries that are reached by DELEGATECALL read and write these slots directly, so the layout is
/// part of the interface. Three more addresses live in the slots that `Slots` names.
abstract contract MultisigStorage is IMultisigState {
    /// @dev First and last link of both lists. No key leads to this address, so it can be neither owner nor module.
    address internal constant SENTINEL = address(0x1);

    /// @dev Slot 0: the contract whose code the proxy runs. Only the proxy's constructor writes it.
    address internal singleton;

    /// @dev Slot 1: circular list of modules, each mapped to the next; 0 for a stranger.
    mapping(address module => address next) internal modules;

    /// @dev Slot 2: circular list of owners, each mapped to the next; 0 for a stranger.
    mapping(address owner => address next) internal owners;

    /// @dev Slot 3: the length of the list of owners.
    uint256 internal ownerCount;

    /// @dev Slot 4: signatures a transaction needs. 0 only before `setup`, then 0 < threshold <= ownerCount.
    uint256 internal threshold;

    /// @inheritdoc IMultisigState
    /// @dev Slot 5.
    uint256 public override nonce;

    /// @dev Slot 6: held the domain separator before 1.3.0 and must stay unused.
    bytes32 private unused;

    /// @inheritdoc IMultisigState
    /// @dev Slot 7, by message hash. Nothing here writes it; SignMessageLib does, by DELEGATECALL.
    mapping(bytes32 => uint256) public override signedMessages;

    /// @inheritdoc IMultisigState
    /// @dev Slot 8, by owner, then by hash.
    mapping(address => mapping(bytes32 => uint256)) public override approvedHashes;

    /* INTERNAL */

    /// @dev Makes `to` follow `from` in `list`, which is `modules` or `owners`.
    /// Solidity would read the slot first, to keep what stands above the 20 bytes of an address: nothing does.
    function _link(mapping(address => address) storage list, address from, address to) internal {
        assembly ("memory-safe") {
            // The slot of an entry: keccak256(key, slot of the mapping), put together in scratch space.
            mstore(0x00, from)
            mstore(0x20, list.slot)
            sstore(keccak256(0x00, 0x40), to)
        }
    }
}
