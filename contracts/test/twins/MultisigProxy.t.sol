// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Echo} from "../fixtures/Echo.sol";
import {DelegateTarget} from "../fixtures/DelegateTarget.sol";
import {Deployment} from "../utils/Deployment.sol";
import {PlainProxy} from "./PlainProxy.sol";
import {TwinTest} from "./TwinTest.sol";

/// @dev `MultisigProxy` against `PlainProxy`.
contract MultisigProxyTwinTest is TwinTest {
    bytes4 private constant MASTER_COPY = 0xa619486e;

    address private proxy;
    bytes private plain;
    address private echo;
    address private target;

    function setUp() public override {
        echo = address(new Echo());
        target = address(new DelegateTarget());
        proxy = Deployment.proxy(echo);
        plain = address(new PlainProxy()).code;
    }

    function _agree(uint256 value, bytes memory data) private returns (bool success, bytes memory answer) {
        return _same(proxy, plain, stranger, proxy, value, data);
    }

    /// @dev A singleton that answers or fails with bytes of any length, one without code, and a precompile; with something
    /// above the address.
    function testFuzz_delegates(bytes memory data, uint256 length, uint64 value, uint96 dirt, uint8 shape) public {
        if (shape % 2 == 0) _cut(data, _bound(length, 0, data.length < 8 ? data.length : 8));
        address[3] memory singletons = [echo, recipient, address(4)];
        vm.store(proxy, 0, bytes32(uint256(dirt) << 160) | _word(singletons[shape / 2 % 3]));
        _agree(shape % 4 == 0 ? 0 : value, data);
    }

    /// @dev 0 to 8 bytes of the selector and what follows, and four that are almost it.
    function testFuzz_masterCopy(bytes4 rest, uint8 bit, uint96 dirt, uint64 value) public {
        vm.store(proxy, 0, bytes32(uint256(dirt) << 160) | _word(echo));
        for (uint256 length; length <= 8; ++length) {
            bytes memory data = abi.encodePacked(MASTER_COPY, rest);
            _cut(data, length);
            (, bytes memory answer) = _agree(value, data);
            if (length >= 4) vm.assertEq(answer, abi.encode(echo));
            else vm.assertFalse(keccak256(answer) == keccak256(abi.encode(echo)));
        }
        (, bytes memory other) = _agree(value, abi.encodePacked(MASTER_COPY ^ bytes4(uint32(1) << (bit % 32)), rest));
        vm.assertFalse(keccak256(other) == keccak256(abi.encode(echo)));
    }

    /// @dev Storage is the proxy's, slot 0 included.
    function testFuzz_storage(bytes32 slot, bytes32 value, uint8 shape) public {
        if (shape % 3 == 0) slot = 0;
        vm.store(proxy, 0, _word(target));
        (bool success,) = _agree(0, abi.encodeCall(DelegateTarget.write, (slot, value)));
        vm.assertTrue(success);
        vm.assertEq(vm.load(proxy, slot), value);
    }

    /// @dev Lengths one by one, of what goes in and of what comes back: the identity answers with its input.
    function test_everyLength() public {
        vm.store(proxy, 0, _word(address(4)));
        for (uint256 length; length <= 130; ++length) {
            bytes memory data = new bytes(length);
            for (uint256 i; i < length; ++i) {
                data[i] = bytes1(uint8(1 + i));
            }
            (bool success, bytes memory answer) = _agree(0, data);
            vm.assertTrue(success);
            vm.assertEq(answer, data);
        }
    }
}
