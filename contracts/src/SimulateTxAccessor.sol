// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISimulateTxAccessor} from "./interfaces/ISimulateTxAccessor.sol";
import {Execution} from "./libraries/Execution.sol";
import {ReturnData} from "./libraries/ReturnData.sol";
import {Operation} from "./types/Operation.sol";

/// @title SimulateTxAccessor
/// @notice Tells what a transaction would do, for an account that simulates this by `simulateAndRevert`.
contract SimulateTxAccessor is ISimulateTxAccessor {
    /// @dev Where this was deployed: a call that runs there is no DELEGATECALL.
    address private immutable SELF = address(this);

    /// @inheritdoc ISimulateTxAccessor
    function simulate(address to, uint256 value, bytes calldata data, Operation operation)
        external
        override
        returns (uint256 estimate, bool success, bytes memory returnData)
    {
        require(address(this) != SELF, "SimulateTxAccessor should only be called via delegatecall");

        uint256 gasBefore = gasleft();
        success = Execution.perform(to, value, data, operation, gasBefore);
        unchecked {
            // Gas only goes down.
            estimate = gasBefore - gasleft();
        }
        returnData = ReturnData.take();
    }
}
