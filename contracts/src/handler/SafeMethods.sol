// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackMethod} from "../interfaces/IFallbackMethod.sol";
import {ISafeMethods} from "../interfaces/ISafeMethods.sol";
import {Answers} from "../libraries/Answers.sol";
import {AccountContext} from "./AccountContext.sol";

/// @title SafeMethods
/// @notice Answers calls that neither the account nor its handler knows by the functions that the account added.
abstract contract SafeMethods is AccountContext, ISafeMethods {
    /// @dev Bytes of a selector.
    uint256 private constant SELECTOR_LENGTH = 4;

    /// @inheritdoc ISafeMethods
    mapping(address safe => mapping(bytes4 selector => bytes32 method)) public override safeMethods;

    /// @notice Asks the method that the calling account set for this selector.
    fallback(bytes calldata input) external returns (bytes memory) {
        require(input.length >= SELECTOR_LENGTH + CALLER_LENGTH, "invalid method selector");
        bytes32 method = safeMethods[msg.sender][bytes4(input)];
        address handler = _handlerOf(method);
        require(handler != address(0), "method handler not set");

        bytes calldata data = input[:input.length - CALLER_LENGTH];
        // The same function, whichever interface it is in.
        bytes memory question = abi.encodeCall(IFallbackMethod.handle, (msg.sender, _caller(), 0, data));
        bytes memory answer =
            method[0] == 0 ? Answers.ofStaticCall(handler, question) : Answers.ofCall(handler, question);
        return Answers.asBytes(answer);
    }

    /// @inheritdoc ISafeMethods
    function setSafeMethod(bytes4 selector, bytes32 newMethod) external override onlyAccount {
        _setSafeMethod(selector, newMethod);
    }

    /// @dev Sets the method of the calling account.
    function _setSafeMethod(bytes4 selector, bytes32 newMethod) internal {
        bytes32 oldMethod = safeMethods[msg.sender][selector];
        if (_handlerOf(newMethod) == address(0)) newMethod = 0;

        safeMethods[msg.sender][selector] = newMethod;

        emit ChangedSafeMethod(msg.sender, selector, oldMethod, newMethod);
    }

    /// @dev Returns the contract in a method: its last 20 bytes.
    function _handlerOf(bytes32 method) private pure returns (address) {
        return address(uint160(uint256(method)));
    }
}
