// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IFallback
/// @notice What an account does with calls it does not know, and with plain transfers.
interface IFallback {
    /// @notice The account received native tokens in a call without data.
    event SafeReceived(address indexed sender, uint256 value);

    /// @notice The fallback handler was set; 0 for none.
    event ChangedFallbackHandler(address indexed handler);

    /// @notice Sets the contract that answers calls the account does not know; 0 for none.
    /// @dev Only by the account itself (GS031). GS400 for the account itself.
    ///
    /// Warning: the handler is called by the account, so whoever trusts a call from the account trusts its handler.
    function setFallbackHandler(address handler) external;
}
