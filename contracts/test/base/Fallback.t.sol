// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IFallback} from "../../src/interfaces/IFallback.sol";
import {Deployment} from "../utils/Deployment.sol";
import {BaseTest} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev Answers or reverts with what it was called with, followed by its caller and value.
contract EchoHandler {
    fallback() external payable {
        bytes memory answer = abi.encodePacked(msg.data, msg.sender, msg.value);
        bool fails = msg.data.length > 0 && msg.data[0] == 0xff;
        assembly ("memory-safe") {
            // A first byte of 0xff asks for a revert.
            if fails { revert(add(answer, 0x20), mload(answer)) }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

contract FallbackTest is BaseTest {
    function testFuzz_setFallbackHandler_onlyBySelf(address caller) public {
        vm.assume(caller != address(safe) && caller != address(vm));
        _reverts(caller, address(safe), abi.encodeCall(IFallback.setFallbackHandler, (stranger)), _error("GS031"));
    }

    function testFuzz_setFallbackHandler(address account) public {
        vm.assume(account != address(safe));
        vm.recordLogs();
        _self(abi.encodeCall(IFallback.setFallbackHandler, (account)));
        vm.assertEq(vm.load(address(safe), SLOT_HANDLER), _word(account));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(logs[0], address(safe), _topics(keccak256("ChangedFallbackHandler(address)"), _word(account)), "");
    }

    function test_setFallbackHandler_self() public {
        _selfReverts(abi.encodeCall(IFallback.setFallbackHandler, (address(safe))), _error("GS400"));
    }

    function testFuzz_fallback_appendsTheCaller(bytes memory data, address caller) public {
        vm.assume(caller != address(vm));
        _echoes(bytes.concat(hex"fefefefe", data), caller);
    }

    function testFuzz_fallback_shortInput(bytes3 data) public {
        // Less than a selector is an unknown call as well. 0xff... would be a revert.
        vm.assume(data[0] != 0xff);
        _echoes(abi.encodePacked(data), stranger);
        _echoes(abi.encodePacked(data[0]), stranger);
    }

    function _echoes(bytes memory data, address caller) private {
        EchoHandler echo = new EchoHandler();
        _self(abi.encodeCall(IFallback.setFallbackHandler, (address(echo))));

        vm.prank(caller);
        (bool success, bytes memory answer) = address(safe).call(data);

        vm.assertTrue(success);
        vm.assertEq(answer, abi.encodePacked(data, caller, address(safe), uint256(0)));
    }

    function testFuzz_fallback_bubbles(bytes memory data) public {
        EchoHandler echo = new EchoHandler();
        _self(abi.encodeCall(IFallback.setFallbackHandler, (address(echo))));
        data = bytes.concat(hex"ffffffff", data);
        _reverts(stranger, address(safe), data, abi.encodePacked(data, stranger, address(safe), uint256(0)));
    }

    function testFuzz_fallback_withoutHandler(bytes memory data) public {
        _self(abi.encodeCall(IFallback.setFallbackHandler, (address(0))));
        (bool success, bytes memory answer) = address(safe).call(bytes.concat(hex"fefefefe", data));
        vm.assertTrue(success);
        vm.assertEq(answer.length, 0);
    }

    function testFuzz_fallback_isNotPayable(uint256 value) public {
        value = _bound(value, 1, 1 ether);
        vm.deal(stranger, value);
        vm.prank(stranger);
        (bool success, bytes memory answer) = address(safe).call{value: value}(hex"fefefefe");
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }

    function testFuzz_receive(uint256 value) public {
        value = _bound(value, 0, 1000 ether);
        vm.deal(stranger, value);
        vm.recordLogs();
        vm.prank(stranger);
        (bool success, bytes memory answer) = address(safe).call{value: value}("");

        vm.assertTrue(success);
        vm.assertEq(answer.length, 0);
        vm.assertEq(address(safe).balance, 100 ether + value);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(
            logs[0],
            address(safe),
            _topics(keccak256("SafeReceived(address,uint256)"), _word(stranger)),
            abi.encode(value)
        );
    }

    function test_receive_beforeSetup() public {
        address fresh = Deployment.proxy(singleton);
        (bool success,) = fresh.call{value: 1}("");
        vm.assertTrue(success);
        vm.assertEq(IMultisig(fresh).getThreshold(), 0);
    }
}
