// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title IFallbackHandler
/// @notice What an account answers through its fallback: ERC-1271, token receivers, and help for clients.
/// @dev All of it speaks of the caller, so it makes sense only when an account passes a call on.
interface IFallbackHandler {
    /// @notice Returns 0x1626ba7e if the calling account signed `_dataHash` as a message (ERC-1271).
    /// @dev An empty `_signature` asks for a message signed on chain ("Hash not approved" otherwise). Any other is checked by
    /// the account, with its errors, and with nobody as the executor.
    function isValidSignature(bytes32 _dataHash, bytes memory _signature) external view returns (bytes4);

    /// @notice Returns the hash that the owners of the calling account sign for `message`.
    function getMessageHash(bytes memory message) external view returns (bytes32);

    /// @notice Returns the hash that the owners of `safe` sign for `message`.
    function getMessageHashForSafe(address safe, bytes memory message) external view returns (bytes32);

    /// @notice Returns the 66 bytes behind `getMessageHashForSafe`.
    /// @dev Both revert without data if `safe` has no code.
    function encodeMessageDataForSafe(address safe, bytes memory message) external view returns (bytes memory);

    /// @notice Returns the 66 bytes behind the transaction hash of the calling account.
    function encodeTransactionData(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes memory);

    /// @notice Returns the first ten modules of the calling account.
    function getModules() external view returns (address[] memory);

    /// @notice Runs `targetContract` as the calling account and undoes it. Returns, or reverts with, what it answered.
    /// @dev Reverts with exactly that answer; Safe 1.5.0 adds 32 bytes that happen to follow it in memory.
    function simulate(address targetContract, bytes memory calldataPayload) external returns (bytes memory response);
}
