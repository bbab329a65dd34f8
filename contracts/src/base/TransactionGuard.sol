// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransactionGuard} from "../interfaces/ITransactionGuard.sol";
import {IGuards} from "../interfaces/IGuards.sol";
import {ERC165} from "../libraries/ERC165.sol";
import {Slots} from "../libraries/Slots.sol";
import {SelfAuthorized} from "./SelfAuthorized.sol";

/// @title TransactionGuard
/// @notice Keeps the contract that may veto what the owners execute.
abstract contract TransactionGuard is SelfAuthorized, IGuards {
    /// @inheritdoc IGuards
    function setGuard(address guard) external override authorized {
        if (guard != address(0) && !ERC165.claims(guard, type(ITransactionGuard).interfaceId)) revert("GS300");

        Slots.store(Slots.GUARD, guard);

        emit ChangedGuard(guard);
    }

    /// @dev Returns the guard, or 0.
    function _guard() internal view returns (ITransactionGuard) {
        return ITransactionGuard(Slots.load(Slots.GUARD));
    }
}
