// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title SelfAuthorized
/// @notice Restricts a function to calls that the account makes to itself.
/// @dev So a change of configuration needs what a payment needs: a quorum, or a module.
abstract contract SelfAuthorized {
    /// @dev Reverts with GS031 unless the account calls itself.
    modifier authorized() {
        if (msg.sender != address(this)) revert("GS031");
        _;
    }
}
