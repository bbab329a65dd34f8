// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title IModuleGuard
/// @notice A contract that may veto what modules do.
interface IModuleGuard {
    /// @notice Called before a module's transaction runs. A revert stops it.
    /// @return moduleTxHash Any word; the account hands it to `checkAfterModuleExecution`.
    function checkModuleTransaction(address to, uint256 value, bytes memory data, Operation operation, address module)
        external
        returns (bytes32 moduleTxHash);

    /// @notice Called after a module's transaction ran. A revert undoes it.
    function checkAfterModuleExecution(bytes32 txHash, bool success) external;
}
