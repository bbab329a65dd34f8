// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Checked
/// @notice Sums, products and sizes that revert without data when they are too large.
/// @dev Solidity's own checks revert with a Panic. Safe 1.5.0 reverts with nothing, and what it answers is part of the
/// interface that tools rely on.
library Checked {
    /// @notice Returns a + b, or reverts without data.
    function add(uint256 a, uint256 b) internal pure returns (uint256 sum) {
        unchecked {
            // May wrap: the next line sees it.
            sum = a + b;
        }
        if (sum < a) revert();
    }

    /// @notice Returns a * b, or reverts without data.
    function mul(uint256 a, uint256 b) internal pure returns (uint256 product) {
        unchecked {
            // May wrap: the next line sees it. The division is not reached for a = 0.
            product = a * b;
            if (a != 0 && product / a != b) revert();
        }
    }

    /// @notice Returns `words`, or reverts without data if nobody can pay for so many words of memory: 2^32 of them cost
    /// more than 2^55 gas.
    function size(uint256 words) internal pure returns (uint256) {
        if (words > type(uint32).max) revert();
        return words;
    }
}
