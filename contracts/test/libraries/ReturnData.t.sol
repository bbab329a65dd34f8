// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReturnData} from "../../src/libraries/ReturnData.sol";
import {Echo} from "../fixtures/Echo.sol";
import {Canary} from "../twins/Canary.sol";
import {TwinTest} from "../twins/TwinTest.sol";

/// @dev Calls, and takes the answer where the EVM keeps it, between two canaries.
contract ReturnDataCaller {
    function take(address target, bytes calldata data, uint256 seed)
        external
        returns (bytes memory answer, bytes memory next)
    {
        (bytes memory canary, uint256 free) = _call(target, data, seed);
        answer = ReturnData.take();
        Canary.check(canary, free, seed, 0x20 + answer.length);
        // What is allocated next does not lie on it.
        next = abi.encode(seed, answer.length, ~seed);
    }

    function size(address target, bytes calldata data, uint256 seed) external returns (uint256 length) {
        (bytes memory canary, uint256 free) = _call(target, data, seed);
        length = ReturnData.size();
        Canary.check(canary, free, seed, 0);
    }

    function bubble(address target, bytes calldata data, uint256 seed) external {
        _call(target, data, seed);
        ReturnData.bubble();
    }

    function bubbleBytes(address, bytes calldata data, uint256 seed) external pure {
        Canary.plant(seed);
        ReturnData.bubble(data);
    }

    /// @dev Calls, then makes noise and plants the canary: none of this is a call, so the answer is still there.
    function _call(address target, bytes calldata data, uint256 seed)
        private
        returns (bytes memory canary, uint256 free)
    {
        bytes memory input = data;
        assembly ("memory-safe") {
            // All gas, no value, no output area.
            pop(call(gas(), target, 0, add(input, 0x20), mload(input), 0, 0))
        }
        return Canary.plant(seed);
    }
}

/// @dev The twin: Solidity's own low-level call.
contract PlainReturnData {
    function take(address target, bytes calldata data, uint256 seed)
        external
        returns (bytes memory answer, bytes memory next)
    {
        (, answer) = target.call(data);
        next = abi.encode(seed, answer.length, ~seed);
    }

    function size(address target, bytes calldata data, uint256) external returns (uint256) {
        (, bytes memory answer) = target.call(data);
        return answer.length;
    }

    function bubble(address target, bytes calldata data, uint256) external {
        (, bytes memory answer) = target.call(data);
        _revert(answer);
    }

    function bubbleBytes(address, bytes calldata data, uint256) external pure {
        _revert(data);
    }

    function _revert(bytes memory answer) private pure {
        assembly ("memory-safe") {
            // Solidity has no word for it.
            revert(add(answer, 0x20), mload(answer))
        }
    }
}

contract ReturnDataTest is TwinTest {
    address internal caller;
    bytes internal plain;
    address internal echo;

    function setUp() public override {
        caller = address(new ReturnDataCaller());
        plain = address(new PlainReturnData()).code;
        echo = address(new Echo());
    }

    function testFuzz_allOfThem(bytes memory data, uint256 seed) public {
        address[4] memory targets = [echo, recipient, address(4), address(2)];
        for (uint256 i; i < 4; ++i) {
            _agree(abi.encodeCall(ReturnDataCaller.take, (targets[i], data, seed)));
            _agree(abi.encodeCall(ReturnDataCaller.size, (targets[i], data, seed)));
            _agree(abi.encodeCall(ReturnDataCaller.bubble, (targets[i], data, seed)));
        }
        vm.assertFalse(_agree(abi.encodeCall(ReturnDataCaller.bubbleBytes, (recipient, data, seed))));
    }

    /// @dev Lengths one by one: every remainder of a word. The identity answers with its input.
    function test_everyLength() public {
        for (uint256 length; length <= 130; ++length) {
            bytes memory data = new bytes(length);
            for (uint256 i; i < length; ++i) {
                data[i] = bytes1(uint8(1 + i));
            }
            vm.assertTrue(_agree(abi.encodeCall(ReturnDataCaller.take, (address(4), data, length))));
            vm.assertTrue(_agree(abi.encodeCall(ReturnDataCaller.size, (address(4), data, length))));
            _reverts(stranger, caller, abi.encodeCall(ReturnDataCaller.bubble, (address(4), data, length)), data);
            _reverts(stranger, caller, abi.encodeCall(ReturnDataCaller.bubbleBytes, (address(4), data, length)), data);
        }
    }

    function _agree(bytes memory call) private returns (bool success) {
        (success,) = _same(caller, plain, stranger, caller, 0, call);
    }
}
