// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title Execution
/// @notice Performs one CALL or DELEGATECALL.
/// @dev Solidity's own `to.call(data)` copies the whole answer into memory. A target could thereby make the caller pay
/// for megabytes that nobody reads, and the gas that a refund counts would differ. So the answer stays where it is until
/// `ReturnData.take` asks for it.
library Execution {
    /// @notice Calls `to` with data of the running call, and reports whether it succeeded.
    /// @dev There is no test that `to` has code: a call to an empty address succeeds, as a plain transfer must.
    /// `value` is ignored by a DELEGATECALL.
    /// @param gasLimit How much gas to pass on. The EVM passes at most 63/64 of what is left.
    function perform(address to, uint256 value, bytes calldata data, Operation operation, uint256 gasLimit)
        internal
        returns (bool success)
    {
        assembly ("memory-safe") {
            // The input lies in memory that stays free: nobody needs it after the call.
            let input := mload(0x40)
            calldatacopy(input, data.offset, data.length)

            // There are two operations, and the compiler has checked that it is one of them. No output area: the answer
            // is not copied.
            switch operation
            case 0 { success := call(gasLimit, to, value, input, data.length, 0, 0) }
            default { success := delegatecall(gasLimit, to, input, data.length, 0, 0) }
        }
    }

    /// @notice Calls `to` with `data`, without value, and reports whether it succeeded.
    /// @dev As `perform` otherwise.
    function callWith(address to, bytes memory data, uint256 gasLimit) internal returns (bool success) {
        assembly ("memory-safe") {
            // Input is the content of `data`. No output area: the answer is not copied.
            success := call(gasLimit, to, 0, add(data, 0x20), mload(data), 0, 0)
        }
    }
}
