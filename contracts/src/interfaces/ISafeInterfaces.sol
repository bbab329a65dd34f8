// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISafeInterfaces
/// @notice What each account claims to implement by ERC-165, besides what its handler does.
/// @dev Every function that changes something works only for an account that calls itself ("only safe can call this method").
interface ISafeInterfaces {
    /// @notice An account claims an interface.
    event AddedInterface(address indexed safe, bytes4 interfaceId);

    /// @notice An account no longer claims an interface.
    event RemovedInterface(address indexed safe, bytes4 interfaceId);

    /// @notice Returns whether the account claims the interface.
    function safeInterfaces(address, bytes4) external view returns (bool);

    /// @notice Claims an interface, or not any longer.
    /// @dev 0xffffffff is refused ("invalid interface id"): ERC-165 reserves it for what nobody implements.
    function setSupportedInterface(bytes4 interfaceId, bool supported) external;

    /// @notice Adds the functions of an interface, and claims it.
    /// @dev Reverts with "interface id mismatch" unless the XOR of the selectors is `_interfaceId`.
    ///
    /// Warning: a selector that is given twice cancels out in that sum, so it proves nothing about repetitions.
    /// @param handlerWithSelectors For each function: 1 byte, 0 for STATICCALL; 4 bytes selector; 7 bytes zero; 20 bytes handler.
    function addSupportedInterfaceBatch(bytes4 _interfaceId, bytes32[] memory handlerWithSelectors) external;

    /// @notice Removes the functions of an interface, and the claim.
    /// @dev Reverts with "interface id mismatch" unless the XOR of the selectors is `_interfaceId`.
    function removeSupportedInterfaceBatch(bytes4 _interfaceId, bytes4[] memory selectors) external;
}
