// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallback} from "./interfaces/IFallback.sol";
import {IMigration} from "./interfaces/IMigration.sol";

/// @title Migration
/// @notice Moves an account, Quorate's or Safe's from 1.3.0 on, to the contracts that the constructor named.
/// @dev The way here and every way back: one is deployed for each set of contracts to which accounts may want to move. The
/// addresses are part of its code, so nothing that is chosen later decides where an account goes.
contract Migration is IMigration {
    /// @dev Slot 0 of the account: what its proxy runs.
    address private singleton;

    /// @inheritdoc IMigration
    address public immutable override MIGRATION_SINGLETON = address(this);

    /// @inheritdoc IMigration
    address public immutable override SAFE_SINGLETON;

    /// @inheritdoc IMigration
    address public immutable override SAFE_L2_SINGLETON;

    /// @inheritdoc IMigration
    address public immutable override SAFE_FALLBACK_HANDLER;

    /// @dev Reverts unless this runs as somebody else.
    modifier onlyDelegateCall() {
        require(address(this) != MIGRATION_SINGLETON, "Migration should only be called via delegatecall");
        _;
    }

    /// @notice Names the contracts to which accounts move. All must have code: an account without it would be lost.
    constructor(address safeSingleton, address safeL2Singleton, address fallbackHandler) {
        require(safeSingleton.code.length != 0, "Safe Singleton is not deployed");
        require(safeL2Singleton.code.length != 0, "Safe Singleton (L2) is not deployed");
        require(fallbackHandler.code.length != 0, "fallback handler is not deployed");

        SAFE_SINGLETON = safeSingleton;
        SAFE_L2_SINGLETON = safeL2Singleton;
        SAFE_FALLBACK_HANDLER = fallbackHandler;
    }

    /// @inheritdoc IMigration
    function migrateSingleton() external override onlyDelegateCall {
        _migrate(SAFE_SINGLETON);
    }

    /// @inheritdoc IMigration
    function migrateWithFallbackHandler() external override onlyDelegateCall {
        _migrate(SAFE_SINGLETON);
        _setFallbackHandler();
    }

    /// @inheritdoc IMigration
    function migrateL2Singleton() external override onlyDelegateCall {
        _migrate(SAFE_L2_SINGLETON);
    }

    /// @inheritdoc IMigration
    function migrateL2WithFallbackHandler() external override onlyDelegateCall {
        _migrate(SAFE_L2_SINGLETON);
        _setFallbackHandler();
    }

    /// @dev Replaces the account's code.
    function _migrate(address target) private {
        singleton = target;

        emit ChangedMasterCopy(target);
    }

    /// @dev Replaces the account's handler, by the account's new code, so that its event is the one of that version.
    function _setFallbackHandler() private {
        IFallback(address(this)).setFallbackHandler(SAFE_FALLBACK_HANDLER);
    }
}
