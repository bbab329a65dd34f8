//! The proxy factory.

use alloy_sol_types::sol;

sol! {
    /// The factory: Quorate's `MultisigProxyFactory` and Safe 1.5.0.
    ///
    /// `createProxyWithNonce` and `proxyCreationCode` exist in every version, the chain-specific function and
    /// `getChainId` since 1.4.1, the two functions with more events since 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMultisigProxyFactory {
        event ChainSpecificProxyCreationL2(
            address indexed proxy,
            address singleton,
            bytes initializer,
            uint256 saltNonce,
            uint256 chainId
        );
        event ProxyCreation(address indexed proxy, address singleton);
        event ProxyCreationL2(address indexed proxy, address singleton, bytes initializer, uint256 saltNonce);

        function createChainSpecificProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
            external
            returns (address proxy);
        function createChainSpecificProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
            external
            returns (address proxy);
        function createProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
            external
            returns (address proxy);
        function createProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
            external
            returns (address proxy);
        function getChainId() external view returns (uint256);
        function proxyCreationCode() external pure returns (bytes memory);
    }

    /// Functions that the factory lost on the way to 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ILegacyProxyFactory {
        /// Exists in 1.3.0 only. It always reverts; the address is the revert's reason.
        function calculateCreateProxyWithNonceAddress(
            address _singleton,
            bytes calldata initializer,
            uint256 saltNonce
        ) external returns (address proxy);
        /// Exists in 1.3.0 only. It uses CREATE, so the address depends on the factory's nonce.
        function createProxy(address singleton, bytes memory data) external returns (address proxy);
        /// Exists in 1.3.0 and 1.4.1.
        function createProxyWithCallback(
            address _singleton,
            bytes memory initializer,
            uint256 saltNonce,
            address callback
        ) external returns (address proxy);
        /// Exists in 1.3.0 only.
        function proxyRuntimeCode() external pure returns (bytes memory);
    }
}
