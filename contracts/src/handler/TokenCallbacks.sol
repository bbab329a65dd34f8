// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStorageAccess} from "../interfaces/IStorageAccess.sol";
import {ITokenReceiver} from "../interfaces/ITokenReceiver.sol";
import {Slots} from "../libraries/Slots.sol";

/// @title TokenCallbacks
/// @notice Lets an account receive ERC-721 and ERC-1155 tokens.
abstract contract TokenCallbacks is ITokenReceiver {
    /// @dev ERC-165 id of the receiver of ERC-721, which has one function.
    bytes4 internal constant ERC721_RECEIVER = ITokenReceiver.onERC721Received.selector;

    /// @dev ERC-165 id of the receiver of ERC-1155, which has two functions.
    bytes4 internal constant ERC1155_RECEIVER =
        ITokenReceiver.onERC1155Received.selector ^ ITokenReceiver.onERC1155BatchReceived.selector;

    /// @dev Reverts unless the caller is an account that passes the call on to this handler.
    modifier onlyFallback() {
        bytes memory slot = IStorageAccess(msg.sender).getStorageAt(uint256(Slots.FALLBACK_HANDLER), 1);
        require(abi.decode(slot, (address)) == address(this), "not a fallback call");
        _;
    }

    /// @inheritdoc ITokenReceiver
    function onERC721Received(address, address, uint256, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC721Received.selector;
    }

    /// @inheritdoc ITokenReceiver
    function onERC1155Received(address, address, uint256, uint256, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC1155Received.selector;
    }

    /// @inheritdoc ITokenReceiver
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC1155BatchReceived.selector;
    }
}
