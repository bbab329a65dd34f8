// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "./interfaces/IMultiSend.sol";
import {Batch} from "./libraries/Batch.sol";

/// @title MultiSendCallOnly
/// @notice Performs several transactions in one; every entry is a CALL (0), any other operation reverts.
/// @dev May be called directly: it then acts as itself, and must not hold anything between transactions.
contract MultiSendCallOnly is IMultiSend {
    /// @inheritdoc IMultiSend
    function multiSend(bytes memory transactions) external payable override {
        Batch.run(transactions, false);
    }
}
