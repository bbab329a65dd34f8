// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISafeInterfaces} from "../interfaces/ISafeInterfaces.sol";
import {SafeMethods} from "./SafeMethods.sol";

/// @title SafeInterfaces
/// @notice Keeps what each account claims to implement.
abstract contract SafeInterfaces is SafeMethods, ISafeInterfaces {
    /// @dev The first byte of a method that is called, and not only asked.
    uint256 private constant CALL = 1 << 248;

    /// @inheritdoc ISafeInterfaces
    mapping(address safe => mapping(bytes4 interfaceId => bool claimed)) public override safeInterfaces;

    /// @inheritdoc ISafeInterfaces
    function setSupportedInterface(bytes4 interfaceId, bool supported) external override onlyAccount {
        _setInterface(interfaceId, supported);
    }

    /// @inheritdoc ISafeInterfaces
    function addSupportedInterfaceBatch(bytes4 _interfaceId, bytes32[] calldata handlerWithSelectors)
        external
        override
        onlyAccount
    {
        bytes4 sum;
        for (uint256 i; i < handlerWithSelectors.length; ++i) {
            bytes32 item = handlerWithSelectors[i];
            bytes4 selector = bytes4(item << 8);
            sum ^= selector;
            _setSafeMethod(selector, _methodOf(item));
        }
        require(sum == _interfaceId, "interface id mismatch");

        _setInterface(_interfaceId, true);
    }

    /// @inheritdoc ISafeInterfaces
    function removeSupportedInterfaceBatch(bytes4 _interfaceId, bytes4[] calldata selectors)
        external
        override
        onlyAccount
    {
        bytes4 sum;
        for (uint256 i; i < selectors.length; ++i) {
            sum ^= selectors[i];
            _setSafeMethod(selectors[i], 0);
        }
        require(sum == _interfaceId, "interface id mismatch");

        _setInterface(_interfaceId, false);
    }

    /// @dev Sets a claim of the calling account.
    function _setInterface(bytes4 interfaceId, bool supported) private {
        require(interfaceId != 0xffffffff, "invalid interface id");
        if (safeInterfaces[msg.sender][interfaceId] == supported) return;

        safeInterfaces[msg.sender][interfaceId] = supported;

        if (supported) emit AddedInterface(msg.sender, interfaceId);
        else emit RemovedInterface(msg.sender, interfaceId);
    }

    /// @dev Returns the method in an item of a batch: 0 or 1 as the first byte, and the handler; nothing of what stands between.
    function _methodOf(bytes32 item) private pure returns (bytes32) {
        uint256 handler = uint160(uint256(item));
        return item[0] == 0 ? bytes32(handler) : bytes32(handler | CALL);
    }
}
