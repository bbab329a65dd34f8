// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "../../src/interfaces/IMultiSend.sol";
import {DelegateTarget} from "../fixtures/DelegateTarget.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {BaseTest, SafeTx} from "./BaseTest.sol";

/// @title BatchTest
/// @notice What both kinds of MultiSend have in common.
abstract contract BatchTest is BaseTest {
    address internal batch;
    Reverter internal reverter;
    DelegateTarget internal target;

    function setUp() public override {
        super.setUp();
        batch = _deployBatch();
        reverter = new Reverter();
        target = new DelegateTarget();
    }

    function _deployBatch() internal virtual returns (address);

    function _entry(uint8 operation, address to, uint256 value, bytes memory data)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodePacked(operation, to, value, data.length, data);
    }

    function _batch(bytes memory transactions) internal view returns (SafeTx memory) {
        return _delegate(batch, abi.encodeCall(IMultiSend.multiSend, (transactions)));
    }

    function testFuzz_paysEach(uint256 count, uint256 value, bytes memory data) public {
        count = _bound(count, 0, 10);
        value = _bound(value, 0, 1 ether);
        bytes memory transactions;
        for (uint256 i; i < count; ++i) {
            transactions = bytes.concat(transactions, _entry(0, address(uint160(0x100000 + i)), value + i, data));
        }

        vm.assertTrue(_exec(_batch(transactions)));

        for (uint256 i; i < count; ++i) {
            vm.assertEq(address(uint160(0x100000 + i)).balance, value + i);
        }
    }

    function testFuzz_passesDataOn(bytes memory a, bytes memory b) public {
        vm.expectCall(recipient, a);
        vm.expectCall(stranger, b);
        vm.assertTrue(_exec(_batch(bytes.concat(_entry(0, recipient, 0, a), _entry(0, stranger, 0, b)))));
    }

    function test_zeroIsTheSafeItself() public {
        bytes memory change = abi.encodeWithSignature("changeThreshold(uint256)", 3);
        vm.assertTrue(_exec(_batch(_entry(0, address(0), 0, change))));
        vm.assertEq(safe.getThreshold(), 3);
    }

    function testFuzz_firstFailureBubbles(bytes memory data) public {
        bytes memory transactions = bytes.concat(
            _entry(0, recipient, 1 ether, ""),
            _entry(0, address(reverter), 0, abi.encodeCall(Reverter.withBytes, (data))),
            _entry(0, address(reverter), 0, abi.encodeCall(Reverter.withString, ("later")))
        );
        _execReverts(_batch(transactions), data);
        vm.assertEq(recipient.balance, 0);
    }

    /// @dev A tail of at most 32 bytes is not read.
    function testFuzz_shortTailIsIgnored(bytes32 tail, uint256 length) public {
        length = _bound(length, 0, 32);
        bytes memory rest = abi.encode(tail);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(rest, length)
        }
        vm.assertTrue(_exec(_batch(bytes.concat(_entry(0, recipient, 1 ether, ""), rest))));
        vm.assertEq(recipient.balance, 1 ether);
        vm.assertTrue(_exec(_batch(rest)));
    }

    /// @dev A longer one is an entry, with zeros for what is missing.
    function testFuzz_longTailIsAnEntry(uint256 length) public {
        length = _bound(length, 33, 84);
        bytes memory rest = _entry(0, recipient, 1 ether, "");
        assembly ("memory-safe") {
            // Shorten it: value and length of data are cut off, from the right.
            mstore(rest, length)
        }
        uint256 value = 1 ether;
        // What lies behind byte `length` is zero; the value ends at byte 53.
        if (length < 53) value = value >> (8 * (53 - length)) << (8 * (53 - length));
        vm.assertTrue(_exec(_batch(rest)));
        vm.assertEq(recipient.balance, value);
    }

    /// @dev Data that ends behind the bytes is filled with zeros, and is the last.
    function testFuzz_dataBeyondTheEnd(uint256 length) public {
        length = _bound(length, 3, 2000);
        bytes memory expected = bytes.concat(hex"aabbcc", new bytes(length - 3));
        vm.expectCall(recipient, expected);
        vm.assertTrue(_exec(_batch(abi.encodePacked(uint8(0), recipient, uint256(0), length, hex"aabbcc"))));
    }

    function test_hugeLengthRunsOutOfGas() public {
        SafeTx memory t = _batch(abi.encodePacked(uint8(0), recipient, uint256(0), type(uint256).max - 84, hex"aabbcc"));
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        (bool success, bytes memory answer) = address(safe).call{gas: 3_000_000}(data);
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }

    function testFuzz_unknownOperation(uint8 operation) public {
        vm.assume(operation > 1);
        _execReverts(_batch(_entry(operation, recipient, 0, "")), "");
    }

    /// @dev It makes no call of its own, so the answer of the entry before is what reverts.
    function testFuzz_unknownOperation_afterAnAnswer(uint8 operation) public {
        vm.assume(operation > 1);
        bytes memory ask = abi.encodeCall(DelegateTarget.context, ());
        _execReverts(
            _batch(bytes.concat(_entry(0, address(target), 0, ask), _entry(operation, recipient, 0, ""))),
            abi.encode(address(target), address(safe), uint256(0))
        );
    }
}
