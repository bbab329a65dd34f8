// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MultisigProxy} from "./MultisigProxy.sol";
import {IMultisigProxyFactory} from "./interfaces/IMultisigProxyFactory.sol";
import {ReturnData} from "./libraries/ReturnData.sol";

/// @title MultisigProxyFactory
/// @notice Deploys proxies at addresses that are known before.
contract MultisigProxyFactory is IMultisigProxyFactory {
    /* EXTERNAL */

    /// @inheritdoc IMultisigProxyFactory
    function createProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
        public
        override
        returns (address proxy)
    {
        return _create(_singleton, initializer, keccak256(abi.encodePacked(keccak256(initializer), saltNonce)));
    }

    /// @inheritdoc IMultisigProxyFactory
    function createProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        override
        returns (address proxy)
    {
        proxy = createProxyWithNonce(_singleton, initializer, saltNonce);
        emit ProxyCreationL2(proxy, _singleton, initializer, saltNonce);
    }

    /// @inheritdoc IMultisigProxyFactory
    function createChainSpecificProxyWithNonce(address _singleton, bytes memory initializer, uint256 saltNonce)
        public
        override
        returns (address proxy)
    {
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer), saltNonce, getChainId()));
        return _create(_singleton, initializer, salt);
    }

    /// @inheritdoc IMultisigProxyFactory
    function createChainSpecificProxyWithNonceL2(address _singleton, bytes memory initializer, uint256 saltNonce)
        external
        override
        returns (address proxy)
    {
        proxy = createChainSpecificProxyWithNonce(_singleton, initializer, saltNonce);
        emit ChainSpecificProxyCreationL2(proxy, _singleton, initializer, saltNonce, getChainId());
    }

    /* VIEWS */

    /// @inheritdoc IMultisigProxyFactory
    function proxyCreationCode() external pure override returns (bytes memory) {
        return type(MultisigProxy).creationCode;
    }

    /// @inheritdoc IMultisigProxyFactory
    function getChainId() public view override returns (uint256) {
        return block.chainid;
    }

    /* INTERNAL */

    /// @dev Deploys, initializes, and announces the proxy, in this order.
    function _create(address _singleton, bytes memory initializer, bytes32 salt) private returns (address proxy) {
        require(_singleton.code.length != 0, "Singleton contract not deployed");

        try new MultisigProxy{salt: salt}(_singleton) returns (MultisigProxy created) {
            proxy = address(created);
        } catch {
            revert("Create2 call failed");
        }

        if (initializer.length != 0) {
            (bool success, bytes memory answer) = proxy.call(initializer);
            if (!success) ReturnData.bubble(answer);
        }

        emit ProxyCreation(proxy, _singleton);
    }
}
