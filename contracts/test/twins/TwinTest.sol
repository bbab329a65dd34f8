// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BaseTest} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev The cheatcodes that only these tests use.
interface Snapshots {
    function snapshotState() external returns (uint256 id);
    function revertToState(uint256 id) external returns (bool done);
}

/// @title TwinTest
/// @notice Makes the same call to the code of `src` and to its twin in plain Solidity, and expects no difference.
/// @dev A twin is written from the specification, as a textbook would; it may be slow. Both run at the same address, on the
/// same storage, from the same state.
abstract contract TwinTest is BaseTest {
    /// @dev All that a call leaves behind.
    struct Outcome {
        bool success;
        bytes answer;
        Vm.Log[] logs;
        bytes32[] writes;
        bytes32[] values;
        uint256 balance;
    }

    /// @dev Enough for every call here, and little enough for a length of 2^24 bytes to be too long.
    uint256 internal constant GAS = 3_000_000;

    /// @dev Runs the call with the code that stands at `place`, then from the same state with `plain` there. Expects the same
    /// verdict, the same answer, the same events of everybody, the same storage and the same balance. The state stays as the
    /// call left it.
    function _same(address place, bytes memory plain, address caller, address target, uint256 value, bytes memory data)
        internal
        returns (bool success, bytes memory answer)
    {
        uint256 before = Snapshots(address(vm)).snapshotState();
        Outcome memory real = _outcome(caller, target, value, data);
        Snapshots(address(vm)).revertToState(before);

        bytes memory code = place.code;
        vm.etch(place, plain);
        Outcome memory twin = _outcome(caller, target, value, data);
        vm.etch(place, code);

        vm.assertEq(real.answer, twin.answer);
        vm.assertTrue(real.success == twin.success, "verdicts differ");
        vm.assertEq(real.balance, twin.balance);
        // What reverted is recorded too, although there is nothing left of it.
        if (real.success) {
            _expectLogs(real.logs, twin.logs);
            for (uint256 i; i < real.writes.length; ++i) {
                vm.assertEq(vm.load(target, real.writes[i]), real.values[i], "storage differs");
            }
            for (uint256 i; i < twin.writes.length; ++i) {
                vm.assertTrue(_contains(real.writes, twin.writes[i]), "the twin wrote more");
            }
        }
        return (real.success, real.answer);
    }

    function _outcome(address caller, address target, uint256 value, bytes memory data)
        private
        returns (Outcome memory outcome)
    {
        vm.deal(caller, value);
        vm.recordLogs();
        vm.record();
        vm.prank(caller);
        (outcome.success, outcome.answer) = target.call{value: value, gas: GAS}(data);
        outcome.logs = vm.getRecordedLogs();
        outcome.balance = target.balance;
        (, outcome.writes) = vm.accesses(target);
        outcome.values = new bytes32[](outcome.writes.length);
        for (uint256 i; i < outcome.writes.length; ++i) {
            outcome.values[i] = vm.load(target, outcome.writes[i]);
        }
    }

    function _expectLogs(Vm.Log[] memory found, Vm.Log[] memory expected) private pure {
        vm.assertEq(found.length, expected.length, "number of events");
        for (uint256 i; i < found.length; ++i) {
            _expectLog(found[i], expected[i].emitter, expected[i].topics, expected[i].data);
        }
    }

    function _contains(bytes32[] memory list, bytes32 item) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }

    /* CHOICE */

    /// @dev Where the choices of `_pick` come from.
    uint256 private state;

    function _seed(uint256 seed) internal {
        state = seed;
    }

    /// @dev Returns the next of many numbers below `limit` that follow from the seed.
    function _pick(uint256 limit) internal returns (uint256) {
        return uint256(_pickWord()) % limit;
    }

    function _pickWord() internal returns (bytes32) {
        state = uint256(keccak256(abi.encode(state)));
        return bytes32(state);
    }

    /// @dev Returns fewer than `limit` bytes that follow from the seed.
    function _pickBytes(uint256 limit) internal returns (bytes memory data) {
        data = new bytes(_pick(limit));
        bytes32 word = _pickWord();
        for (uint256 i; i < data.length; ++i) {
            if (i % 32 == 0) word = keccak256(abi.encode(word));
            data[i] = word[i % 32];
        }
    }

    /// @dev Shortens `data` where it lies.
    function _cut(bytes memory data, uint256 length) internal pure {
        require(length <= data.length, "cut longer");
        assembly ("memory-safe") {
            // The word of length.
            mstore(data, length)
        }
    }

    /* LAYOUTS */

    /// @dev How many layouts `_lay` knows.
    uint256 internal constant LAYOUTS = 6;

    /// @dev Encodes ten words of which the third and the tenth are `a` and `b`, in one of the layouts that Solidity's decoder
    /// takes: 0 is the one that encoders write; 1 has `b` before `a`; 2 and 3 have gaps, which are not whole words, before,
    /// between and behind them, in either order; 4 ends with the last byte, without padding; 5 has both in one place, where
    /// they are equal, and else is 4 with something behind it.
    function _lay(bytes32[10] memory head, bytes memory a, bytes memory b, uint256 layout)
        internal
        returns (bytes memory)
    {
        bytes memory first = layout % 2 == 1 ? b : a;
        bytes memory second = layout % 2 == 1 ? a : b;
        bytes memory tail;
        if (layout == 2 || layout == 3) tail = _pickBytes(70);
        uint256 firstOffset = 0x140 + tail.length;
        tail = bytes.concat(tail, bytes32(first.length), first);
        if (layout < 2) tail = _padded(tail);
        else if (layout < 4) tail = bytes.concat(tail, _pickBytes(70));
        uint256 secondOffset = 0x140 + tail.length;
        if (layout == 5 && keccak256(a) == keccak256(b)) secondOffset = firstOffset;
        else tail = bytes.concat(tail, bytes32(second.length), second);
        if (layout < 2) tail = _padded(tail);
        else if (layout != 4) tail = bytes.concat(tail, _pickBytes(70));

        head[2] = bytes32(layout % 2 == 1 ? secondOffset : firstOffset);
        head[9] = bytes32(layout % 2 == 1 ? firstOffset : secondOffset);
        return bytes.concat(abi.encode(head), tail);
    }

    function _padded(bytes memory data) internal pure returns (bytes memory) {
        return bytes.concat(data, new bytes((32 - data.length % 32) % 32));
    }
}
