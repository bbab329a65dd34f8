// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallback} from "../interfaces/IFallback.sol";
import {Slots} from "../libraries/Slots.sol";
import {SelfAuthorized} from "./SelfAuthorized.sol";

/// @title Fallback
/// @notice Takes plain transfers, and hands calls that the account does not know to its fallback handler.
abstract contract Fallback is SelfAuthorized, IFallback {
    /// @notice Accepts native tokens.
    receive() external payable {
        emit SafeReceived(msg.sender, msg.value);
    }

    /// @notice Passes an unknown call to the handler, followed by the 20 bytes of the caller's address.
    /// @dev A CALL without value, with all gas; its answer is the answer here, and so is its revert. Without a handler
    /// the call succeeds and answers nothing.
    fallback() external {
        address handler = Slots.load(Slots.FALLBACK_HANDLER);
        assembly ("memory-safe") {
            if iszero(handler) { return(0, 0) }

            // The whole input, then the caller's 20 bytes: the first of a word, of which the rest is not passed on.
            let free := mload(0x40)
            calldatacopy(free, 0, calldatasize())
            mstore(add(free, calldatasize()), shl(0x60, caller()))
            let success := call(gas(), handler, 0, free, add(calldatasize(), 0x14), 0, 0)

            // The whole output, as a return or as a revert.
            returndatacopy(free, 0, returndatasize())
            if success { return(free, returndatasize()) }
            revert(free, returndatasize())
        }
    }

    /// @inheritdoc IFallback
    function setFallbackHandler(address handler) public override authorized {
        _setFallbackHandler(handler);

        emit ChangedFallbackHandler(handler);
    }

    /// @dev Stores the handler without an event.
    function _setFallbackHandler(address handler) internal {
        // The account as its own handler would let anyone call it as itself.
        if (handler == address(this)) revert("GS400");

        Slots.store(Slots.FALLBACK_HANDLER, handler);
    }
}
