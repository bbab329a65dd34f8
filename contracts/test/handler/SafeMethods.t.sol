// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackMethod} from "../../src/interfaces/IFallbackMethod.sol";
import {ISafeMethods} from "../../src/interfaces/ISafeMethods.sol";
import {IStaticFallbackMethod} from "../../src/interfaces/IStaticFallbackMethod.sol";
import {ExtensibleTest} from "../utils/ExtensibleTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev Answers with what it was asked.
contract Witness is IStaticFallbackMethod {
    function handle(address safe, address sender, uint256 value, bytes memory data)
        external
        view
        override
        returns (bytes memory)
    {
        return abi.encode(msg.sender, safe, sender, value, data);
    }
}

/// @dev Counts what it was asked.
contract Counter is IFallbackMethod {
    uint256 public count;

    function handle(address, address, uint256, bytes memory) external override returns (bytes memory) {
        ++count;
        return "";
    }
}

/// @dev Answers every call with bytes that need not be an answer.
contract RawAnswer {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        return answer;
    }
}

contract SafeMethodsTest is ExtensibleTest {
    bytes32 internal constant CALL = bytes32(bytes1(0x01));

    /// @dev Selectors that neither the account nor the handler has.
    bytes4 internal constant UNKNOWN = 0xdeadbeef;

    function _set(bytes4 selector, bytes32 method) internal {
        _self(abi.encodeCall(ISafeMethods.setSafeMethod, (selector, method)));
    }

    function _method(bytes4 selector) internal view returns (bytes32) {
        return ISafeMethods(address(safe)).safeMethods(address(safe), selector);
    }

    /* SETTING */

    function testFuzz_setSafeMethod_onlyByTheAccount(address caller, bytes4 selector, bytes32 method) public {
        _onlyTheAccount(caller, abi.encodeCall(ISafeMethods.setSafeMethod, (selector, method)));
    }

    function testFuzz_setSafeMethod(bytes4 selector, bytes32 first, bytes32 second) public {
        bytes32 expectedFirst = uint160(uint256(first)) == 0 ? bytes32(0) : first;
        bytes32 expectedSecond = uint160(uint256(second)) == 0 ? bytes32(0) : second;

        vm.recordLogs();
        _set(selector, first);
        vm.assertEq(_method(selector), expectedFirst);
        _set(selector, second);
        vm.assertEq(_method(selector), expectedSecond);
        vm.assertEq(vm.load(handler, _slot(0, address(safe), selector)), expectedSecond);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectMethod(logs[0], selector, 0, expectedFirst);
        _expectMethod(logs[1], selector, expectedFirst, expectedSecond);
    }

    /// @dev Without a handler there is no method, whatever else the word says. The event comes all the same.
    function testFuzz_setSafeMethod_clears(bytes4 selector, bytes12 rest) public {
        bytes32 method = _word(address(0xbeef));
        _set(selector, method);
        vm.recordLogs();
        _set(selector, rest);
        _set(selector, rest);
        vm.assertEq(_method(selector), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectMethod(logs[0], selector, method, 0);
        _expectMethod(logs[1], selector, 0, 0);
    }

    /// @dev Whoever calls the handler directly and appends itself speaks for itself.
    function testFuzz_setSafeMethod_forOneself(bytes4 selector, bytes32 method) public {
        vm.assume(uint160(uint256(method)) != 0);
        vm.prank(stranger);
        (bool success,) =
            handler.call(abi.encodePacked(abi.encodeCall(ISafeMethods.setSafeMethod, (selector, method)), stranger));
        vm.assertTrue(success);
        vm.assertEq(ISafeMethods(handler).safeMethods(stranger, selector), method);
        vm.assertEq(_method(selector), 0);
    }

    /* CALLING */

    function testFuzz_call_static(bytes memory rest, address caller) public {
        vm.assume(caller != address(vm));
        Witness witness = new Witness();
        _set(UNKNOWN, _word(address(witness)));
        _answers(caller, bytes.concat(UNKNOWN, rest));
        // As a call that may change things as well.
        _set(UNKNOWN, CALL | _word(address(witness)));
        _answers(caller, bytes.concat(UNKNOWN, rest));
    }

    function _answers(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(safe).call(data);
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(handler, safe, caller, 0, data));
    }

    /// @dev The first byte decides; what stands between it and the handler does not.
    function testFuzz_call_mayWrite(bytes1 flag, uint88 between) public {
        Counter counter = new Counter();
        _set(UNKNOWN, bytes32(flag) | bytes32(uint256(between) << 160) | _word(address(counter)));
        (bool success, bytes memory answer) = address(safe).call{gas: 500_000}(abi.encode(UNKNOWN));
        vm.assertTrue(success == (flag != 0));
        vm.assertEq(answer.length, 0);
        vm.assertEq(counter.count(), flag == 0 ? 0 : 1);
    }

    function testFuzz_call_ofAnotherAccount(bytes4 selector) public {
        address other = _newSafe(owners, 1);
        _set(UNKNOWN, _word(address(new Witness())));
        _reverts(stranger, other, abi.encodePacked(UNKNOWN, selector), _error("method handler not set"));
    }

    function test_call_cleared() public {
        _set(UNKNOWN, _word(address(new Witness())));
        _set(UNKNOWN, 0);
        _reverts(stranger, address(safe), abi.encode(UNKNOWN), _error("method handler not set"));
    }

    /// @dev Less than a selector. With nothing at all an account does not ask its handler.
    function testFuzz_call_short(bytes3 input) public {
        _reverts(stranger, address(safe), abi.encodePacked(input[0]), _error("invalid method selector"));
        _reverts(stranger, address(safe), abi.encodePacked(input[0], input[1]), _error("invalid method selector"));
        _reverts(stranger, address(safe), abi.encodePacked(input), _error("invalid method selector"));
    }

    /// @dev At the handler itself, of every length.
    function testFuzz_call_directly(uint256 length) public {
        length = _bound(length, 0, 64);
        bytes memory input = new bytes(length);
        for (uint256 i; i < length; ++i) {
            input[i] = 0xfe;
        }
        string memory reason = length < 24 ? "invalid method selector" : "method handler not set";
        _reverts(stranger, handler, input, _error(reason));
    }

    function testFuzz_call_bubbles(bytes memory data, bool mayWrite) public {
        _set(UNKNOWN, (mayWrite ? CALL : bytes32(0)) | _word(address(new Reverting(data))));
        _reverts(stranger, address(safe), abi.encode(UNKNOWN), data);
    }

    /// @dev A precompile answers with anything; nobody answers with nothing.
    function testFuzz_call_withoutCode(uint8 precompile, bool mayWrite) public {
        address none = precompile % 20 == 0 ? recipient : address(uint160(precompile % 20));
        _set(UNKNOWN, (mayWrite ? CALL : bytes32(0)) | _word(none));
        _reverts(stranger, address(safe), abi.encode(UNKNOWN), "");
    }

    function testFuzz_call_rawAnswer(bytes memory content, uint256 cut) public {
        bytes memory answer = abi.encode(content);
        _set(UNKNOWN, _word(address(new RawAnswer(answer))));
        (bool success, bytes memory got) = address(safe).call(abi.encode(UNKNOWN));
        vm.assertTrue(success);
        vm.assertEq(got, content);

        // Cut short, so that the content is not whole.
        uint256 whole = 0x40 + content.length;
        cut = _bound(cut, 0, content.length == 0 ? 0x3f : whole - 1);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(answer, cut)
        }
        _set(UNKNOWN, _word(address(new RawAnswer(answer))));
        _reverts(stranger, address(safe), abi.encode(UNKNOWN), "");
    }

    function testFuzz_call_wildAnswer(uint256 offset, uint256 length, uint8 shift) public {
        bytes memory answer = abi.encode(offset >> shift, length >> shift, 0, 0);
        vm.assume(offset >> shift > 0x60 || length >> shift > 0x60);
        // Nothing but 0x20 and 0x40 could be an offset whose length word is small: those are the zeros behind.
        if (offset >> shift <= 0x60) vm.assume(offset >> shift == 0x20);
        _set(UNKNOWN, _word(address(new RawAnswer(answer))));
        _reverts(stranger, address(safe), abi.encode(UNKNOWN), "");
    }
}

/// @dev Reverts every call with the same bytes.
contract Reverting {
    bytes private data;

    constructor(bytes memory data_) {
        data = data_;
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory copy = data;
        assembly ("memory-safe") {
            // The content.
            revert(add(copy, 0x20), mload(copy))
        }
    }
}
