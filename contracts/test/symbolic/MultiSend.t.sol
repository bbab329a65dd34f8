// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "../../src/interfaces/IMultiSend.sol";
import {Delegator} from "./Delegator.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice A batch performs exactly its entries, in their order, and reads nothing behind them.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract MultiSendProofs is SymbolicTest {
    Delegator private delegator;
    address private multiSend;
    address private callOnly;
    address private target;

    function setUp() public override {
        delegator = new Delegator();
        multiSend = _deploy("MultiSend");
        callOnly = _deploy("MultiSendCallOnly");
        target = _recorder();
    }

    /// @dev One, two or three calls, each with data of 0, 4 or 33 bytes, and up to 32 bytes behind them, which are ignored.
    /// @custom:bound one to three entries with data of 0, 4 or 33 bytes, and 0, 1 or 32 bytes behind them
    function check_calls(bool only, uint8 count, uint8 size, uint8 tail, uint256[3] calldata values, uint256 balance)
        external
    {
        vm.assume(balance < 2 ** 90);
        vm.deal(address(delegator), balance);
        uint256 length = [0, 4, 33][_concrete(size, 3)];
        uint256 entries = 1 + _concrete(count, 3);
        bytes memory batch;
        bytes32 expected;
        uint256 sum;
        for (uint256 i; i < entries; ++i) {
            vm.assume(values[i] <= balance);
            bytes memory data = svm.createBytes(length, "data");
            batch = bytes.concat(batch, _entry(0, target, values[i], data));
            expected = _then(expected, address(delegator), values[i], data);
            sum += values[i];
        }
        batch = bytes.concat(batch, svm.createBytes([0, 1, 32][_concrete(tail, 3)], "tail"));

        bool success = _run(only, batch);

        assert(success == (!_fails(target) && sum <= balance));
        assert(_log(target) == (success ? expected : bytes32(0)));
        assert(address(delegator).balance == (success ? balance - sum : balance));
        assert(target.balance == (success ? sum : 0));
    }

    function reach_calls(uint256[2] calldata values) external {
        vm.deal(address(delegator), 10);
        bytes memory batch =
            bytes.concat(_entry(0, target, values[0], hex"12345678"), _entry(0, target, values[1], hex"12345678"));
        assert(!_run(true, batch));
    }

    /// @dev Address 0 is the account.
    /// @custom:bound one entry with 4 bytes
    function check_zeroIsTheAccount(bool only, uint256 value, uint256 balance, bytes4 input) external {
        vm.assume(balance < 2 ** 90 && value <= balance);
        vm.deal(address(delegator), balance);
        vm.assume(input != Delegator.run.selector);
        bool success = _run(only, _entry(0, address(0), value, abi.encodePacked(input)));
        assert(success);
        bytes32 expected = _then(0, address(delegator), value, abi.encodePacked(input));
        assert(vm.load(address(delegator), bytes32(uint256(2))) == expected);
        assert(address(delegator).balance == balance);
    }

    /// @dev A delegate call is performed as the account by `MultiSend`, without the value, and by nobody else; any other operation
    /// fails.
    /// @custom:bound one entry with 32 bytes
    function check_otherOperations(bool only, uint8 operation, uint256 value, bytes32 input) external {
        vm.assume(operation != 0);
        bytes memory data = abi.encodePacked(input);
        bool success = _run(only, _entry(operation, target, value, data));
        // As the account it reads the account's slots, of which all are 0: it does not fail there.
        assert(success == (operation == 1 && !only));
        assert(_log(target) == 0);
        bytes32 expected = _then(0, address(this), 0, data);
        assert(vm.load(address(delegator), bytes32(uint256(2))) == (success ? expected : bytes32(0)));
    }

    /// @dev `MultiSend` performs nothing for itself.
    /// @custom:bound one entry without data
    function check_directCallIsRefused(address caller, uint256 value) external {
        bytes memory batch = _entry(0, target, value, "");
        vm.assume(caller != multiSend);
        vm.prank(caller);
        (bool success,) = multiSend.call(abi.encodeCall(IMultiSend.multiSend, (batch)));
        assert(!success && _log(target) == 0);
    }

    /// @dev A payload of up to 32 bytes is no entry.
    /// @custom:bound 0, 1, 31 and 32 bytes
    function check_shortPayloadIsNothing(bool only, uint8 size) external {
        assert(_run(only, svm.createBytes([0, 1, 31, 32][_concrete(size, 4)], "payload")));
        assert(_log(target) == 0);
    }

    function _run(bool only, bytes memory batch) private returns (bool success) {
        (success,) = address(delegator)
            .call(
                abi.encodeCall(
                    Delegator.run, (only ? callOnly : multiSend, abi.encodeCall(IMultiSend.multiSend, (batch)))
                )
            );
    }

    function _entry(uint8 operation, address to, uint256 value, bytes memory data) private pure returns (bytes memory) {
        return abi.encodePacked(operation, to, value, data.length, data);
    }
}
