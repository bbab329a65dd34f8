// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallback} from "../interfaces/IFallback.sol";
import {ReturnData} from "../libraries/ReturnData.sol";
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
    fallback(bytes calldata input) external returns (bytes memory) {
        address handler = Slots.load(Slots.FALLBACK_HANDLER);
        if (handler == address(0)) return "";

        (bool success, bytes memory output) = handler.call(abi.encodePacked(input, msg.sender));
        if (!success) ReturnData.bubble(output);
        return output;
    }

    /// @inheritdoc IFallback
    function setFallbackHandler(address handler) public override authorized {
        _setFallbackHandler(handler);

        emit ChangedFallbackHandler(handler);
    }

    /// @dev Stores the handler without an event.
    function _setFallbackHandler(address handler) internal {
        // The account as its own handler would let anyone call it as itself.
        require(handler != address(this), "GS400");

        Slots.store(Slots.FALLBACK_HANDLER, handler);
    }
}
