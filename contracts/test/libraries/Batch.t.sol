// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "../../src/interfaces/IMultiSend.sol";
import {Batch} from "../../src/libraries/Batch.sol";
import {Echo} from "../fixtures/Echo.sol";
import {Canary} from "../twins/Canary.sol";
import {PlainBatch} from "../twins/PlainBatch.sol";
import {TwinTest} from "../twins/TwinTest.sol";
import {Deployment} from "../utils/Deployment.sol";

/// @dev Acts as an account does, and hears itself when it is called.
contract Actor is Echo {
    function act(address library_, bytes calldata data) external payable returns (bytes memory answer) {
        bool success;
        (success, answer) = library_.delegatecall(data);
        if (!success) {
            assembly ("memory-safe") {
                // The content.
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}

/// @dev Runs a batch between two canaries.
contract BatchCaller {
    function run(bytes memory transactions, uint256 seed) external payable {
        (bytes memory canary, uint256 free) = Canary.plant(seed);
        bytes32 before = keccak256(transactions);
        Batch.run(transactions, true);
        Canary.check(canary, free, seed, 0);
        require(keccak256(transactions) == before, "the batch was overwritten");
    }
}

/// @dev Both kinds of batch against `PlainBatch`: the same calls in the same order, the same verdict, the same revert.
contract BatchLibraryTest is TwinTest {
    address internal actor;
    address internal echo;
    address[2] internal batches;
    bytes[2] internal plain;

    function setUp() public override {
        actor = address(new Actor());
        echo = address(new Echo());
        batches = [Deployment.multiSend(), Deployment.multiSendCallOnly()];
        plain = [address(new PlainBatch(true)).code, address(new PlainBatch(false)).code];
    }

    /// @dev Runs `transactions` with both.
    function _agree(bytes memory transactions) private returns (bool[2] memory success) {
        bytes memory data = abi.encodeCall(IMultiSend.multiSend, (transactions));
        for (uint256 i; i < 2; ++i) {
            bytes memory answer;
            (success[i], answer) =
                _same(batches[i], plain[i], stranger, actor, 0, abi.encodeCall(Actor.act, (batches[i], data)));
            if (!success[i]) vm.assertFalse(bytes4(answer) == 0x4e487b71, "a bare Panic");
        }
    }

    /// @dev Up to six entries, mostly such as can run, then perhaps cut off or followed by something.
    function testFuzz_structured(uint256 seed) public {
        _seed(seed);
        vm.deal(actor, 10 ether);
        uint256 count = _pick(7);
        bytes memory transactions;
        for (uint256 i; i < count; ++i) {
            transactions = bytes.concat(transactions, _entry());
        }
        uint256 choice = _pick(4);
        if (choice == 0) _cut(transactions, _pick(transactions.length + 1));
        if (choice == 1) transactions = bytes.concat(transactions, _pickBytes(90));
        _agree(transactions);
    }

    function _entry() private returns (bytes memory) {
        uint8 operation = uint8(_pick(8) == 0 ? _pick(256) : _pick(3) / 2);
        address[6] memory targets = [echo, echo, recipient, address(0), address(4), actor];
        uint256 value = _pick(2) == 0 ? 0 : _pick(2 ether);
        bytes memory data = _quiet(_pickBytes(140));
        uint256 length = data.length;
        uint256 choice = _pick(12);
        if (choice == 0) length = _pick(2000);
        if (choice == 1) length = (1 << 24) << _pick(232);
        if (choice == 2) length = type(uint256).max - _pick(200);
        return abi.encodePacked(operation, targets[_pick(6)], value, length, data);
    }

    /// @dev One echo in four fails, and few batches would go on: change the last byte of most that would.
    function _quiet(bytes memory data) private returns (bytes memory) {
        if (data.length == 0 || _pick(4) == 0) return data;
        while (uint256(keccak256(data)) % 4 == 0) {
            data[data.length - 1] = bytes1(uint8(data[data.length - 1]) ^ uint8(1 + _pick(255)));
        }
        return data;
    }

    /// @dev The generator is worth nothing if everything fails, or nothing.
    function test_structuredRunsAndFails() public {
        uint256[2] memory runs;
        for (uint256 seed; seed < 60; ++seed) {
            _seed(seed);
            bytes memory transactions = bytes.concat(_entry(), _entry(), _entry());
            bool[2] memory success = _agree(transactions);
            for (uint256 i; i < 2; ++i) {
                if (success[i]) ++runs[i];
            }
        }
        for (uint256 i; i < 2; ++i) {
            vm.assertGe(runs[i], 5);
            vm.assertLe(runs[i], 55);
        }
    }

    /// @dev Lengths one by one, of zeros, and of entries of which the last was cut off.
    function test_everyLength() public {
        // Each in a call of its own, so that memory does not pile up.
        for (uint256 length; length <= 400; ++length) {
            this.agreeOnLength(length);
        }
    }

    function agreeOnLength(uint256 length) external {
        _agree(new bytes(length));

        // Every entry is for the echo, and has a byte of data.
        bytes memory row;
        for (uint256 i; i <= length / 86; ++i) {
            row = bytes.concat(row, abi.encodePacked(uint8(0), echo, uint256(0), uint256(1), bytes1(0x01)));
        }
        _cut(row, length);
        _agree(row);
    }

    /// @dev Bytes that mean nothing, of any length. 0 and 1 are the operations that do something.
    function testFuzz_random(uint256 seed, uint8 operation) public {
        _seed(seed);
        bytes memory transactions = _pickBytes(401);
        if (transactions.length > 0) transactions[0] = bytes1(operation % 3);
        _agree(transactions);
    }

    /// @dev Bytes that stand elsewhere in the call, with other bytes behind them: those are not read.
    function testFuzz_layout(bytes memory before, bytes memory behind, uint256 seed) public {
        _seed(seed);
        vm.deal(actor, 10 ether);
        bytes memory transactions = bytes.concat(_entry(), _entry());
        if (_pick(2) == 0) _cut(transactions, _pick(transactions.length + 1));
        bytes memory data = bytes.concat(
            IMultiSend.multiSend.selector,
            bytes32(0x20 + before.length),
            before,
            bytes32(transactions.length),
            transactions,
            behind
        );
        for (uint256 i; i < 2; ++i) {
            _same(batches[i], plain[i], stranger, actor, 0, abi.encodeCall(Actor.act, (batches[i], data)));
        }
    }

    function testFuzz_memory(uint256 seed, uint256 count) public {
        _seed(seed);
        bytes memory transactions;
        for (count = _bound(count, 0, 5); count > 0; --count) {
            bytes memory data = _pickBytes(100);
            transactions =
                bytes.concat(transactions, abi.encodePacked(uint8(0), address(4), uint256(0), data.length, data));
        }
        BatchCaller caller = new BatchCaller();
        caller.run(transactions, seed);
    }
}
