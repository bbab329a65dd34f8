// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title ISimulateTxAccessor
/// @notice Tells what a transaction would do, for an account that simulates this by `simulateAndRevert`.
interface ISimulateTxAccessor {
    /// @notice Runs a transaction as the account and reports the gas that it used, whether it succeeded, and its answer.
    /// @dev Reverts with "SimulateTxAccessor should only be called via delegatecall" otherwise.
    ///
    /// Warning: it does run. Only the revert around it makes it a simulation.
    function simulate(address to, uint256 value, bytes calldata data, Operation operation)
        external
        returns (uint256 estimate, bool success, bytes memory returnData);
}
