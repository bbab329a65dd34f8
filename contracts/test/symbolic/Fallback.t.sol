// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice What the account does with a call that it does not know.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract FallbackProofs is SymbolicTest {
    function check_handlerIsNeverTheAccount(address caller) external {
        (bytes memory data,) = _anyCall();
        _call(caller, data);
        assert(address(uint160(_slot(HANDLER))) != address(account));
    }

    function check_setFallbackHandler(address handler, address key, bytes32 hash) external {
        uint256[WORDS] memory expected = _state(key, hash);
        expected[8] = uint160(handler);
        bool success = _call(address(account), abi.encodeCall(account.setFallbackHandler, (handler)));
        assert(success == (handler != address(account)));
        if (success) _same(expected, _state(key, hash), 0);
    }

    /// @dev The handler gets the call and behind it the caller, without value, once; its answer is the answer.
    /// @custom:bound calls of 1, 3, 4 and 36 bytes; a handler that answers or reverts with one word
    function check_handlerGetsTheCall(address caller, uint8 size) external {
        address handler = _recorder();
        _set(HANDLER, uint160(handler));
        bytes memory data = _unknown(size);
        vm.prank(caller);
        (bool success, bytes memory answer) = address(account).call(data);
        assert(success == !_fails(handler));
        assert(answer.length == 32 && bytes32(answer) == _answer(handler));
        bytes32 expected = _then(0, address(account), 0, abi.encodePacked(data, caller));
        assert(_log(handler) == (success ? expected : bytes32(0)));
    }

    /// @custom:bound calls of 1, 3, 4 and 36 bytes
    function check_withoutHandlerNothingHappens(address caller, uint8 size, address key, bytes32 hash) external {
        _set(HANDLER, 0);
        uint256[WORDS] memory before = _state(key, hash);
        vm.prank(caller);
        (bool success, bytes memory answer) = address(account).call(_unknown(size));
        assert(success && answer.length == 0);
        _same(before, _state(key, hash), 0);
    }

    /// @dev With value, only a call without data is taken.
    /// @custom:bound calls of 0, 1, 3, 4 and 36 bytes
    function check_valueOnlyWithoutData(address caller, uint256 value, uint8 size) external {
        vm.assume(value != 0 && value < 2 ** 90 && caller != address(account));
        vm.deal(caller, value);
        vm.deal(address(account), 0);
        bytes memory data = _unknown(size);
        vm.prank(caller);
        (bool success,) = address(account).call{value: value}(data);
        assert(!success);
        vm.prank(caller);
        (success,) = address(account).call{value: value}("");
        assert(success && address(account).balance == value);
    }

    /// @dev A call of 1, 3, 4 or 36 bytes to a function that the account does not have.
    function _unknown(uint8 size) private returns (bytes memory) {
        bytes memory input = svm.createBytes([1, 3, 0, 32][_concrete(size, 4)], "input");
        return input.length == 1 || input.length == 3 ? input : bytes.concat(hex"5afe5afe", input);
    }
}
