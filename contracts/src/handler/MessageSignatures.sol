// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../interfaces/IMultisig.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @title MessageSignatures
/// @notice Decides whether an account signed a message.
abstract contract MessageSignatures {
    /// @dev Reverts unless the calling account signed `hash`, taken as a message of 32 bytes: on chain if `signature` is empty,
    /// else with its owners' signatures. Nobody is the executor, so an owner who asks has not signed by asking.
    function _requireSigned(bytes32 hash, bytes memory signature) internal view {
        IMultisig safe = IMultisig(msg.sender);
        bytes32 messageHash = keccak256(_messagePreimage(msg.sender, abi.encode(hash)));

        if (signature.length == 0) require(safe.signedMessages(messageHash) != 0, "Hash not approved");
        else safe.checkSignatures(address(0), messageHash, signature);
    }

    /// @dev Returns the 66 bytes behind the hash that the owners of `safe` sign for `message`.
    function _messagePreimage(address safe, bytes memory message) internal view returns (bytes memory) {
        return TypedData.preimage(_domainSeparator(safe), TypedData.messageStructHash(message));
    }

    /// @dev Reverts without data if `safe` has no code: a precompile answers with the hash of the question.
    function _domainSeparator(address safe) internal view returns (bytes32) {
        if (safe.code.length == 0) revert();
        return IMultisig(safe).domainSeparator();
    }
}
