// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title Execution
/// @notice Performs one CALL or DELEGATECALL.
/// @dev Solidity's own `to.call(data)` copies the whole answer into memory. A target could thereby make the caller pay
/// for megabytes that nobody reads, and the gas that a refund counts would differ. So the answer stays where it is until
/// `ReturnData.take` asks for it.
library Execution {
    /// @notice Calls `to` and reports whether it succeeded.
    /// @dev There is no test that `to` has code: a call to an empty address succeeds, as a plain transfer must.
    /// `value` is ignored by a DELEGATECALL.
    /// @param gasLimit How much gas to pass on. The EVM passes at most 63/64 of what is left.
    function perform(address to, uint256 value, bytes memory data, Operation operation, uint256 gasLimit)
        internal
        returns (bool success)
    {
        if (operation == Operation.DelegateCall) {
            assembly ("memory-safe") {
                // Input is the content of `data`; no output area, so memory stays untouched.
                success := delegatecall(gasLimit, to, add(data, 0x20), mload(data), 0, 0)
            }
        } else {
            assembly ("memory-safe") {
                // Input is the content of `data`; no output area, so memory stays untouched.
                success := call(gasLimit, to, value, add(data, 0x20), mload(data), 0, 0)
            }
        }
    }
}
