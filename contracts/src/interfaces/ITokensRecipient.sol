// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ITokensRecipient
/// @notice The call by which ERC-777 tokens tell that they arrived.
interface ITokensRecipient {
    /// @notice Accepts ERC-777 tokens. An account must still register itself with ERC-1820 to receive any.
    function tokensReceived(address, address, address, uint256, bytes memory, bytes memory) external pure;
}
