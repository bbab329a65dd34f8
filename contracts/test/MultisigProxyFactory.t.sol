// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {IMultisigProxyFactory} from "../src/interfaces/IMultisigProxyFactory.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

contract MultisigProxyFactoryTest is BaseTest {
    IMultisigProxyFactory internal factory;

    function setUp() public override {
        super.setUp();
        factory = IMultisigProxyFactory(Deployment.proxyFactory());
    }

    function _initializer() internal view returns (bytes memory) {
        return abi.encodeCall(IMultisig.setup, (owners, 2, address(0), "", handler, address(0), 0, payable(0)));
    }

    function _predict(bytes32 salt) internal view returns (address) {
        bytes32 initCodeHash = keccak256(bytes.concat(factory.proxyCreationCode(), abi.encode(singleton)));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", factory, salt, initCodeHash)))));
    }

    function _expectCreation(Vm.Log memory log, address proxy) internal view {
        bytes32 topic = keccak256("ProxyCreation(address,address)");
        _expectLog(log, address(factory), _topics(topic, _word(proxy)), abi.encode(singleton));
    }

    function testFuzz_createProxyWithNonce(uint256 saltNonce, bool layer2) public {
        bytes memory initializer = _initializer();
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer), saltNonce));
        vm.recordLogs();
        address proxy = layer2
            ? factory.createProxyWithNonceL2(singleton, initializer, saltNonce)
            : factory.createProxyWithNonce(singleton, initializer, saltNonce);

        vm.assertEq(proxy, _predict(salt));
        vm.assertEq(vm.load(proxy, 0), _word(singleton));
        vm.assertEq(IMultisig(proxy).getOwners(), owners);
        // The account speaks first, then the factory.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, layer2 ? 3 : 2);
        vm.assertEq(logs[0].emitter, proxy);
        _expectCreation(logs[1], proxy);
        if (layer2) {
            _expectLog(
                logs[2],
                address(factory),
                _topics(keccak256("ProxyCreationL2(address,address,bytes,uint256)"), _word(proxy)),
                abi.encode(singleton, initializer, saltNonce)
            );
        }
    }

    function testFuzz_createChainSpecificProxyWithNonce(uint256 saltNonce, uint64 chain, bool layer2) public {
        vm.chainId(chain == 0 ? 1 : chain);
        bytes memory initializer = _initializer();
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer), saltNonce, block.chainid));
        vm.recordLogs();
        address proxy = layer2
            ? factory.createChainSpecificProxyWithNonceL2(singleton, initializer, saltNonce)
            : factory.createChainSpecificProxyWithNonce(singleton, initializer, saltNonce);

        vm.assertEq(proxy, _predict(salt));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, layer2 ? 3 : 2);
        _expectCreation(logs[1], proxy);
        if (layer2) {
            _expectLog(
                logs[2],
                address(factory),
                _topics(keccak256("ChainSpecificProxyCreationL2(address,address,bytes,uint256,uint256)"), _word(proxy)),
                abi.encode(singleton, initializer, saltNonce, block.chainid)
            );
        }
    }

    function testFuzz_emptyInitializer(uint256 saltNonce) public {
        vm.recordLogs();
        address proxy = factory.createProxyWithNonce(singleton, "", saltNonce);
        vm.assertEq(IMultisig(proxy).getThreshold(), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectCreation(logs[0], proxy);
    }

    function testFuzz_sameTwice(uint256 saltNonce) public {
        factory.createProxyWithNonce(singleton, "", saltNonce);
        bytes memory expected = _error("Create2 call failed");
        bytes memory again = abi.encodeCall(factory.createProxyWithNonce, (singleton, "", saltNonce));
        _reverts(stranger, address(factory), again, expected);
        again = abi.encodeCall(factory.createProxyWithNonceL2, (singleton, "", saltNonce));
        _reverts(stranger, address(factory), again, expected);
    }

    function testFuzz_singletonWithoutCode(uint256 saltNonce) public {
        bytes memory expected = _error("Singleton contract not deployed");
        _reverts(
            stranger,
            address(factory),
            abi.encodeCall(factory.createProxyWithNonce, (recipient, "", saltNonce)),
            expected
        );
        _reverts(
            stranger,
            address(factory),
            abi.encodeCall(factory.createChainSpecificProxyWithNonceL2, (address(0), "", saltNonce)),
            expected
        );
    }

    function testFuzz_initializerFails(bytes memory data) public {
        address reverter = address(new Reverter());
        bytes memory initializer = abi.encodeCall(Reverter.withBytes, (data));
        _reverts(
            stranger, address(factory), abi.encodeCall(factory.createProxyWithNonce, (reverter, initializer, 1)), data
        );
    }

    /// @dev The salt is the hash of any initializer and of the nonce: `_salt` against `abi.encodePacked`, of every length, and
    /// wherever the bytes lie in the call.
    function testFuzz_salt(bytes memory initializer, uint256 saltNonce, bytes memory before, bytes memory behind)
        public
    {
        // STOP: a singleton that takes every initializer.
        vm.etch(recipient, hex"00");
        bytes32 salt = keccak256(abi.encodePacked(keccak256(initializer), saltNonce));
        bytes32 initCodeHash = keccak256(bytes.concat(factory.proxyCreationCode(), abi.encode(recipient)));
        bytes memory call = bytes.concat(
            factory.createProxyWithNonce.selector,
            abi.encode(recipient, 0x60 + before.length, saltNonce),
            before,
            bytes32(initializer.length),
            initializer,
            behind
        );
        (bool success, bytes memory answer) = address(factory).call(call);
        vm.assertTrue(success);
        vm.assertEq(
            abi.decode(answer, (address)),
            address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", factory, salt, initCodeHash)))))
        );
    }

    function test_views() public {
        vm.chainId(12_345);
        vm.assertEq(factory.getChainId(), 12_345);
        address made = Deployment.proxy(singleton);
        // What the factory hands out is what the tests deploy.
        vm.assertEq(made.codehash, factory.createProxyWithNonce(singleton, "", 1).codehash);
    }
}
