// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IMigration
/// @notice Moves an account that calls this by DELEGATECALL to the code, and if asked to the handler, that the constructor named.
/// @dev Each reverts with "Migration should only be called via delegatecall" otherwise. Owners, threshold, modules, guards, nonce,
/// messages and approvals stay where they are: from Safe 1.3.0 on, every version keeps them in the same slots.
interface IMigration {
    /// @notice The account's code is now that of `singleton`. Emitted from the account's address.
    event ChangedMasterCopy(address singleton);

    /// @notice Returns where this contract was deployed.
    function MIGRATION_SINGLETON() external view returns (address);

    /// @notice Returns the code to which an account moves.
    function SAFE_SINGLETON() external view returns (address);

    /// @notice Returns the code, with full events, to which an account moves.
    function SAFE_L2_SINGLETON() external view returns (address);

    /// @notice Returns the handler to which an account moves.
    function SAFE_FALLBACK_HANDLER() external view returns (address);

    /// @notice Moves the account to `SAFE_SINGLETON`.
    function migrateSingleton() external;

    /// @notice Moves the account to `SAFE_SINGLETON` and to `SAFE_FALLBACK_HANDLER`.
    function migrateWithFallbackHandler() external;

    /// @notice Moves the account to `SAFE_L2_SINGLETON`.
    function migrateL2Singleton() external;

    /// @notice Moves the account to `SAFE_L2_SINGLETON` and to `SAFE_FALLBACK_HANDLER`.
    function migrateL2WithFallbackHandler() external;
}
