// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IFallbackMethod
/// @notice A contract that answers a function which an account added to its `ExtensibleFallbackHandler`.
interface IFallbackMethod {
    /// @notice Answers a call to `safe` from `sender`.
    /// @dev Warning: anybody may call this. The first two arguments are true only if the caller is a handler that is trusted
    /// to say so.
    /// @param value Always 0: an account takes no value with a call that it does not know.
    /// @param data What the account was called with.
    /// @return result What the account answers, as it is.
    function handle(address safe, address sender, uint256 value, bytes memory data)
        external
        returns (bytes memory result);
}
