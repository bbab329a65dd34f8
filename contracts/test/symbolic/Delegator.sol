// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Recorder} from "./Recorder.sol";

/// @title Delegator
/// @notice An account that runs any code as its own, and remembers how it was called otherwise.
contract Delegator is Recorder {
    /// @notice Runs the code of `target` and ends as that did.
    function run(address target, bytes calldata data) external payable {
        (bool success, bytes memory answer) = target.delegatecall(data);
        assembly ("memory-safe") {
            if success { return(add(answer, 0x20), mload(answer)) }
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
