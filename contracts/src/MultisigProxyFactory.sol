// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MultisigProxy} from "./MultisigProxy.sol";
import {IMultisigProxyFactory} from "./interfaces/IMultisigProxyFactory.sol";
import {Execution} from "./libraries/Execution.sol";
import {ReturnData} from "./libraries/ReturnData.sol";
import {Operation} from "./types/Operation.sol";

/// @title MultisigProxyFactory
/// @notice Deploys proxies at addresses that are known before.
contract MultisigProxyFactory is IMultisigProxyFactory {
    /* EXTERNAL */

    /// @inheritdoc IMultisigProxyFactory
    function createProxyWithNonce(address _singleton, bytes calldata initializer, uint256 saltNonce)
        public
        override
        returns (address proxy)
    {
        return _create(_singleton, initializer, _salt(initializer, saltNonce));
    }

    /// @inheritdoc IMultisigProxyFactory
    function createProxyWithNonceL2(address _singleton, bytes calldata initializer, uint256 saltNonce)
        external
        override
        returns (address proxy)
    {
        proxy = createProxyWithNonce(_singleton, initializer, saltNonce);
        emit ProxyCreationL2(proxy, _singleton, initializer, saltNonce);
    }

    /// @inheritdoc IMultisigProxyFactory
    function createChainSpecificProxyWithNonce(address _singleton, bytes calldata initializer, uint256 saltNonce)
        public
        override
        returns (address proxy)
    {
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer), saltNonce, getChainId()));
        return _create(_singleton, initializer, salt);
    }

    /// @inheritdoc IMultisigProxyFactory
    function createChainSpecificProxyWithNonceL2(address _singleton, bytes calldata initializer, uint256 saltNonce)
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
    function _create(address _singleton, bytes calldata initializer, bytes32 salt) private returns (address proxy) {
        if (_singleton.code.length == 0) revert("Singleton contract not deployed");

        try new MultisigProxy{salt: salt}(_singleton) returns (MultisigProxy created) {
            proxy = address(created);
        } catch {
            revert("Create2 call failed");
        }

        if (initializer.length != 0) {
            bool success = Execution.perform(proxy, 0, initializer, Operation.Call, gasleft());
            if (!success) ReturnData.bubble();
        }

        emit ProxyCreation(proxy, _singleton);
    }

    /// @dev Returns keccak256(abi.encodePacked(keccak256(initializer), saltNonce)).
    function _salt(bytes calldata initializer, uint256 saltNonce) private pure returns (bytes32 salt) {
        assembly ("memory-safe") {
            // The initializer is hashed in memory that stays free, the two words in scratch space.
            let free := mload(0x40)
            calldatacopy(free, initializer.offset, initializer.length)
            mstore(0x00, keccak256(free, initializer.length))
            mstore(0x20, saltNonce)
            salt := keccak256(0x00, 0x40)
        }
    }
}
