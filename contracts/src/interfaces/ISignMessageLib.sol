// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISignMessageLib
/// @notice Signs messages on chain, for an account that calls this by DELEGATECALL.
interface ISignMessageLib {
    /// @notice A message was signed on chain. Emitted from the account's address.
    event SignMsg(bytes32 indexed msgHash);

    /// @notice Marks a message as signed: `isValidSignature` then accepts its hash with an empty signature.
    /// @dev Warning: that has no end. Nothing takes it back, whatever becomes of the owners.
    /// @param _data The message. For ERC-1271 it is abi.encode of the hash that a verifier asks about.
    function signMessage(bytes memory _data) external;

    /// @notice Returns the hash under which `signMessage` marks a message.
    /// @dev Both revert without data when they are not run as an account, which knows its domain.
    function getMessageHash(bytes memory message) external view returns (bytes32);
}
