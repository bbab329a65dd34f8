// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ITokenReceiver
/// @notice The calls by which tokens ask whether they may be sent here (ERC-721, ERC-1155).
/// @dev All revert with "not a fallback call" unless an account passes them on whose handler this is: otherwise tokens that
/// are sent to the handler by mistake would be lost.
interface ITokenReceiver {
    /// @notice Accepts an ERC-721 token.
    function onERC721Received(address, address, uint256, bytes memory) external view returns (bytes4);

    /// @notice Accepts an ERC-1155 token.
    function onERC1155Received(address, address, uint256, uint256, bytes memory) external view returns (bytes4);

    /// @notice Accepts several ERC-1155 tokens.
    function onERC1155BatchReceived(address, address, uint256[] memory, uint256[] memory, bytes memory)
        external
        view
        returns (bytes4);
}
