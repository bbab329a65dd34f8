// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title ITransactionGuard
/// @notice A contract that may veto what the owners execute.
interface ITransactionGuard {
    /// @notice Called after the signatures were checked and before the transaction runs. A revert stops it.
    function checkTransaction(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes memory signatures,
        address msgSender
    ) external;

    /// @notice Called after the transaction ran and was refunded. A revert undoes it.
    function checkAfterExecution(bytes32 hash, bool success) external;
}
