// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IToL2Setup} from "./interfaces/IToL2Setup.sol";

/// @title ToL2Setup
/// @notice Gives a new account the code with full events, wherever it is created but on Ethereum, at one address.
/// @dev The address of a proxy depends on the singleton that it is created with, so on every chain it is created with the one
/// that Ethereum needs. The variables lie where `MultisigStorage` has them: they are the account's.
contract ToL2Setup is IToL2Setup {
    /// @dev Where nodes keep traces, so that events may be few.
    uint256 private constant ETHEREUM = 1;

    /// @dev Slot 0: what the account's proxy runs.
    address private singleton;

    /// @dev Slots 1 to 4: nothing here touches them.
    uint256[4] private untouched;

    /// @dev Slot 5: how many transactions the account executed.
    uint256 private nonce;

    /// @dev Where this was deployed: a call that runs there is no DELEGATECALL.
    address private immutable SELF = address(this);

    /// @inheritdoc IToL2Setup
    function setupToL2(address l2Singleton) external override {
        require(address(this) != SELF, "SafeToL2Setup should only be called via delegatecall");
        require(nonce == 0, "Safe must have not executed any tx");
        require(l2Singleton.code.length != 0, "Account doesn't contain code");
        if (block.chainid == ETHEREUM) return;

        singleton = l2Singleton;

        emit ChangedMasterCopy(l2Singleton);
    }
}
