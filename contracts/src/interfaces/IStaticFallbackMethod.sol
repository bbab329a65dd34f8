// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IStaticFallbackMethod
/// @notice As `IFallbackMethod`, called by STATICCALL, so that it can change nothing.
interface IStaticFallbackMethod {
    /// @notice Answers a call to `safe` from `sender`.
    /// @param value Always 0: an account takes no value with a call that it does not know.
    /// @param data What the account was called with.
    /// @return result What the account answers, as it is.
    function handle(address safe, address sender, uint256 value, bytes memory data)
        external
        view
        returns (bytes memory result);
}
