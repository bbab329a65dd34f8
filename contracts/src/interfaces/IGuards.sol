// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IGuards
/// @notice The transaction guard of an account.
interface IGuards {
    /// @notice The transaction guard was set; 0 for none.
    event ChangedGuard(address indexed guard);

    /// @notice Sets the contract that may veto what the owners execute; 0 for none.
    /// @dev Only by the account itself (GS031). GS300 unless it claims the interface of a transaction guard.
    ///
    /// Warning: a guard that reverts stops every transaction of the owners, its own removal included.
    function setGuard(address guard) external;
}
