// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";

/// @dev Deploys a proxy from a call, so that its constructor's revert can be seen.
contract ProxyMaker {
    function make(address singleton) external returns (address) {
        return Deployment.proxy(singleton);
    }
}

contract MultisigProxyTest is BaseTest {
    function testFuzz_constructor(address target) public {
        vm.assume(target != address(0));
        vm.assertEq(vm.load(Deployment.proxy(target), 0), _word(target));
    }

    function test_constructor_zero() public {
        _reverts(
            stranger,
            address(new ProxyMaker()),
            abi.encodeCall(ProxyMaker.make, (address(0))),
            _error("Invalid singleton address provided")
        );
    }

    /// @dev By its four bytes, whatever follows.
    function testFuzz_masterCopy(bytes memory rest) public {
        (bool success, bytes memory answer) = address(safe).call(bytes.concat(hex"a619486e", rest));
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(singleton));
    }

    function testFuzz_masterCopy_dirtySlot(uint96 dirt) public {
        vm.store(address(safe), 0, bytes32(uint256(dirt) << 160 | uint160(singleton)));
        (bool success, bytes memory answer) = address(safe).call(hex"a619486e");
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(singleton));
        vm.assertEq(safe.getThreshold(), THRESHOLD);
    }

    function testFuzz_delegates(uint256 value) public {
        value = _bound(value, 0, 1 ether);
        address proxy = Deployment.proxy(address(new DelegateTarget()));
        vm.deal(stranger, value);
        vm.prank(stranger);
        (address self, address sender, uint256 sent) = DelegateTarget(proxy).context{value: value}();
        vm.assertEq(self, proxy);
        vm.assertEq(sender, stranger);
        vm.assertEq(sent, value);
    }

    function testFuzz_bubbles(bytes memory data) public {
        address proxy = Deployment.proxy(address(new Reverter()));
        _reverts(stranger, proxy, abi.encodeCall(Reverter.withBytes, (data)), data);
    }

    function test_singletonWithoutCode() public {
        // A known limitation: an empty singleton accepts every call. The factory does not make such a proxy.
        (bool success, bytes memory answer) = Deployment.proxy(recipient).call(hex"12345678");
        vm.assertTrue(success);
        vm.assertEq(answer.length, 0);
    }
}
