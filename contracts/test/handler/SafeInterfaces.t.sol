// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISafeInterfaces} from "../../src/interfaces/ISafeInterfaces.sol";
import {ISafeMethods} from "../../src/interfaces/ISafeMethods.sol";
import {ExtensibleTest} from "../utils/ExtensibleTest.sol";
import {Vm} from "../utils/Vm.sol";

contract SafeInterfacesTest is ExtensibleTest {
    function _claims(bytes4 id) internal view returns (bool) {
        bool answer = ISafeInterfaces(address(safe)).safeInterfaces(address(safe), id);
        vm.assertEq(uint256(vm.load(handler, _slot(2, address(safe), id))), answer ? 1 : 0);
        return answer;
    }

    function _method(bytes4 selector) internal view returns (bytes32) {
        return ISafeMethods(handler).safeMethods(address(safe), selector);
    }

    function _set(bytes4 id, bool supported) internal {
        _self(abi.encodeCall(ISafeInterfaces.setSupportedInterface, (id, supported)));
    }

    /* ONE */

    function testFuzz_setSupportedInterface_onlyByTheAccount(address caller, bytes4 id, bool supported) public {
        _onlyTheAccount(caller, abi.encodeCall(ISafeInterfaces.setSupportedInterface, (id, supported)));
    }

    function testFuzz_setSupportedInterface(bytes4 id) public {
        vm.assume(id != 0xffffffff);
        vm.assertFalse(_claims(id));
        vm.recordLogs();
        // Only a change is told.
        _set(id, false);
        _set(id, true);
        vm.assertTrue(_claims(id));
        _set(id, true);
        vm.assertTrue(_claims(id));
        _set(id, false);
        vm.assertFalse(_claims(id));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectInterface(logs[0], id, true);
        _expectInterface(logs[1], id, false);
    }

    function testFuzz_setSupportedInterface_reserved(bool supported) public {
        bytes memory call = abi.encodeCall(ISafeInterfaces.setSupportedInterface, (0xffffffff, supported));
        _selfReverts(call, _error("invalid interface id"));
    }

    /* MANY */

    function testFuzz_batches_onlyByTheAccount(address caller, bytes4 id) public {
        _onlyTheAccount(caller, abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, new bytes32[](1))));
        _onlyTheAccount(caller, abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (id, new bytes4[](1))));
    }

    /// @dev Of an item there remain whether the first byte is 0, and the handler.
    function testFuzz_batches(bytes32[] memory items) public {
        bytes4 id;
        bytes4[] memory selectors = new bytes4[](items.length);
        for (uint256 i; i < items.length; ++i) {
            selectors[i] = bytes4(items[i] << 8);
            id ^= selectors[i];
        }
        vm.assume(id != 0xffffffff);

        vm.recordLogs();
        _self(abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, items)));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, items.length + 1);
        vm.assertTrue(_claims(id));
        _expectInterface(logs[items.length], id, true);
        for (uint256 i; i < items.length; ++i) {
            (, bytes32 oldMethod, bytes32 newMethod) = abi.decode(logs[i].data, (bytes4, bytes32, bytes32));
            _expectMethod(logs[i], selectors[i], oldMethod, _expected(items[i]));
            // The last item of a selector is what stays.
            bool last = true;
            for (uint256 k = i + 1; k < items.length; ++k) {
                if (selectors[k] == selectors[i]) last = false;
            }
            if (last) vm.assertEq(_method(selectors[i]), newMethod);
        }

        vm.recordLogs();
        _self(abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (id, selectors)));
        logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, items.length + 1);
        vm.assertFalse(_claims(id));
        _expectInterface(logs[items.length], id, false);
        for (uint256 i; i < items.length; ++i) {
            vm.assertEq(_method(selectors[i]), 0);
        }
    }

    function _expected(bytes32 item) private pure returns (bytes32) {
        uint256 handlerPart = uint256(item) % 2 ** 160;
        if (handlerPart == 0) return 0;
        return bytes32(uint256(uint8(item[0])) == 0 ? handlerPart : 2 ** 248 + handlerPart);
    }

    function testFuzz_batches_mismatch(bytes4 id, bytes4[] memory selectors) public {
        bytes32[] memory items = new bytes32[](selectors.length);
        bytes4 sum;
        for (uint256 i; i < selectors.length; ++i) {
            sum ^= selectors[i];
            items[i] = bytes32(selectors[i]) >> 8 | _word(stranger);
        }
        vm.assume(sum != id);
        bytes memory expected = _error("interface id mismatch");
        _selfReverts(abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, items)), expected);
        _selfReverts(abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (id, selectors)), expected);
        for (uint256 i; i < selectors.length; ++i) {
            vm.assertEq(_method(selectors[i]), 0);
        }
    }

    function testFuzz_batches_reserved(bytes4 selector) public {
        bytes32[] memory items = new bytes32[](2);
        bytes4[] memory selectors = new bytes4[](2);
        (selectors[0], selectors[1]) = (selector, ~selector);
        (items[0], items[1]) = (bytes32(selector) >> 8, bytes32(~selector) >> 8);
        bytes memory expected = _error("invalid interface id");
        _selfReverts(abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (0xffffffff, items)), expected);
        _selfReverts(abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (0xffffffff, selectors)), expected);
    }

    /// @dev A known limitation, kept: what is given twice is not in the sum.
    function testFuzz_batches_twiceCancelsOut(bytes4 id, bytes4 selector) public {
        vm.assume(id != 0xffffffff && selector != id);
        bytes32[] memory items = new bytes32[](3);
        items[0] = bytes32(id) >> 8 | _word(stranger);
        items[1] = bytes32(selector) >> 8 | _word(stranger);
        items[2] = bytes32(selector) >> 8 | _word(recipient);
        _self(abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, items)));
        vm.assertTrue(_claims(id));
        vm.assertEq(_method(selector), _word(recipient));
    }
}
