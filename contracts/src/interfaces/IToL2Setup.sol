// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IToL2Setup
/// @notice Gives a new account the code with full events, wherever it is created but on Ethereum, at one address.
interface IToL2Setup {
    /// @notice The account's code is now that of `singleton`. Emitted from the account's address.
    event ChangedMasterCopy(address singleton);

    /// @notice Moves the account to `l2Singleton`, unless the chain is Ethereum (1).
    /// @dev To be named as `to` in `setup`. Reverts with "SafeToL2Setup should only be called via delegatecall" otherwise, with
    /// "Safe must have not executed any tx" after a first transaction, and with "Account doesn't contain code" for an
    /// `l2Singleton` without code.
    function setupToL2(address l2Singleton) external;
}
