// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title IMultisigL2
/// @notice The events of an account whose indexer sees nothing but events.
interface IMultisigL2 {
    /// @notice A transaction of the owners is about to run.
    /// @param additionalInfo The nonce it uses, who executes it, and the threshold, ABI-encoded.
    event SafeMultiSigTransaction(
        address to,
        uint256 value,
        bytes data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes signatures,
        bytes additionalInfo
    );

    /// @notice A transaction of a module is about to run.
    event SafeModuleTransaction(address module, address to, uint256 value, bytes data, Operation operation);
}
