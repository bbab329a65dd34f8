// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISafeMethods
/// @notice Functions that an account adds to itself.
interface ISafeMethods {
    /// @notice An account set who answers a selector; 0 for nobody.
    event ChangedSafeMethod(address indexed safe, bytes4 selector, bytes32 oldMethod, bytes32 newMethod);

    /// @notice Returns who answers a selector for the account, and how it is called; see `setSafeMethod`.
    function safeMethods(address, bytes4) external view returns (bytes32);

    /// @notice Sets who answers a selector.
    /// @dev Only by an account that calls itself ("only safe can call this method").
    ///
    /// Warning: whoever trusts a call from the account's handler trusts what is set here.
    /// @param newMethod First byte 0 for a STATICCALL (`IStaticFallbackMethod`), anything else for a CALL (`IFallbackMethod`);
    /// last 20 bytes the contract; 0 there removes the function.
    function setSafeMethod(bytes4 selector, bytes32 newMethod) external;
}
