// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IMultisigProxyFactory
/// @notice Deploys proxies at addresses that are known before.
/// @dev The init code is `proxyCreationCode()` followed by the singleton as a 32-byte word. Every function reverts with
/// "Singleton contract not deployed" if the singleton has no code, with "Create2 call failed" if the address is taken, and
/// with the initializer's own data if that fails.
///
/// Warning: a proxy with an empty initializer is not set up, and whoever calls its `setup` first owns it.
interface IMultisigProxyFactory {
    /// @notice A proxy was deployed.
    event ProxyCreation(address indexed proxy, address singleton);

    /// @notice A proxy was deployed; with all that its address depends on.
    event ProxyCreationL2(address indexed proxy, address singleton, bytes initializer, uint256 saltNonce);

    /// @notice A proxy whose address is its own on every chain was deployed; with all that its address depends on.
    event ChainSpecificProxyCreationL2(
        address indexed proxy, address singleton, bytes initializer, uint256 saltNonce, uint256 chainId
    );

    /// @notice Deploys a proxy and calls it with `initializer` unless that is empty.
    /// @dev The salt is keccak256(keccak256(initializer) ‖ saltNonce): the same address on every chain.
    function createProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        returns (address proxy);

    /// @notice As `createProxyWithNonce`, with an event that an indexer can rebuild the address from.
    function createProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        returns (address proxy);

    /// @notice Deploys a proxy and calls it with `initializer` unless that is empty.
    /// @dev The salt is keccak256(keccak256(initializer) ‖ saltNonce ‖ chain id): another address on every chain.
    function createChainSpecificProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        returns (address proxy);

    /// @notice As `createChainSpecificProxyWithNonce`, with an event that an indexer can rebuild the address from.
    function createChainSpecificProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        returns (address proxy);

    /// @notice Returns the creation code of a proxy, without the constructor's argument.
    function proxyCreationCode() external pure returns (bytes memory);

    /// @notice Returns the id of this chain.
    function getChainId() external view returns (uint256);
}
