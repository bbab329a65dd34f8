// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IMultisigState
/// @notice The storage of an account that has getters of its own.
interface IMultisigState {
    /// @notice Returns the number of the next transaction. It only grows, by 1, when one is executed.
    function nonce() external view returns (uint256);

    /// @notice Returns 1 if the account signed the message with this hash on chain, 0 otherwise.
    function signedMessages(bytes32) external view returns (uint256);

    /// @notice Returns 1 if the address approved the hash, 0 otherwise.
    /// @dev Warning: an approval has no end. It is not used up by an execution, cannot be taken back, and counts again
    /// when an owner who was removed returns.
    function approvedHashes(address, bytes32) external view returns (uint256);
}
