// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReturnData} from "./ReturnData.sol";

/// @title Answers
/// @notice Reads what a contract answered that somebody else chose.
/// @dev Solidity's own decoder reverts with a Panic for a length that nobody could pay for. These revert without data, as they
/// do for every answer that is too short.
library Answers {
    /// @notice Calls `target`, which may change things, and returns its answer, or reverts with it.
    function ofCall(address target, bytes memory data) internal returns (bytes memory answer) {
        _requireCode(target);
        bool success;
        (success, answer) = target.call(data);
        if (!success) ReturnData.bubble(answer);
    }

    /// @notice Calls `target`, which can change nothing, and returns its answer, or reverts with it.
    function ofStaticCall(address target, bytes memory data) internal view returns (bytes memory answer) {
        _requireCode(target);
        bool success;
        (success, answer) = target.staticcall(data);
        if (!success) ReturnData.bubble(answer);
    }

    /// @notice Returns the first four bytes of an answer that is a word at least; whatever else is in the word.
    function asBytes4(bytes memory answer) internal pure returns (bytes4) {
        if (answer.length < 0x20) revert();
        return bytes4(answer);
    }

    /// @notice Returns the `bytes` that an answer encodes. It lies in the memory of `answer`.
    function asBytes(bytes memory answer) internal pure returns (bytes memory content) {
        if (answer.length < 0x20) revert();
        uint256 offset = abi.decode(answer, (uint256));
        unchecked {
            // Nothing is below 0: `answer` has a word at least, and `offset` leaves one.
            if (offset > answer.length - 0x20) revert();
            assembly ("memory-safe") {
                // A word of length at `offset`, then the content: the layout of `bytes`.
                content := add(add(answer, 0x20), offset)
            }
            if (content.length > answer.length - 0x20 - offset) revert();
        }
    }

    /// @dev Reverts without data if `target` has none: a precompile answers too, with anything.
    function _requireCode(address target) private view {
        if (target.code.length == 0) revert();
    }
}
