// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IGuards} from "../../src/interfaces/IGuards.sol";
import {Operation} from "../../src/types/Operation.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {TestModuleGuard} from "../fixtures/TestModuleGuard.sol";
import {BaseTest, SafeTx} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";

contract TransactionGuardTest is BaseTest {
    TestGuard internal guard;

    function setUp() public override {
        super.setUp();
        guard = new TestGuard();
    }

    function _set() internal {
        _self(abi.encodeCall(IGuards.setGuard, (address(guard))));
    }

    function testFuzz_setGuard_onlyBySelf(address caller) public {
        vm.assume(caller != address(safe) && caller != address(vm));
        _reverts(caller, address(safe), abi.encodeCall(IGuards.setGuard, (address(guard))), _error("GS031"));
    }

    function test_setGuard() public {
        vm.recordLogs();
        _set();
        vm.assertEq(vm.load(address(safe), SLOT_GUARD), _word(address(guard)));
        _self(abi.encodeCall(IGuards.setGuard, (address(0))));
        vm.assertEq(vm.load(address(safe), SLOT_GUARD), bytes32(0));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32 topic = keccak256("ChangedGuard(address)");
        _expectLog(logs[0], address(safe), _topics(topic, _word(address(guard))), "");
        _expectLog(logs[1], address(safe), _topics(topic, 0), "");
    }

    function test_setGuard_bad() public {
        _selfReverts(abi.encodeCall(IGuards.setGuard, (address(new TestModuleGuard()))), _error("GS300"));
        _selfReverts(abi.encodeCall(IGuards.setGuard, (recipient)), "");
        _selfReverts(abi.encodeCall(IGuards.setGuard, (address(new Reverter()))), "");
        _selfReverts(abi.encodeCall(IGuards.setGuard, (address(4))), "");
    }

    /// @dev Any answer but 0 to the question for the interface is true.
    function testFuzz_setGuard_anyTruth(uint256 answer) public {
        // PUSH32 answer, PUSH0, MSTORE, PUSH1 0x20, PUSH0, RETURN.
        vm.etch(recipient, abi.encodePacked(hex"7f", answer, hex"5f5260205ff3"));
        if (answer == 0) _selfReverts(abi.encodeCall(IGuards.setGuard, (recipient)), _error("GS300"));
        else _self(abi.encodeCall(IGuards.setGuard, (recipient)));
    }

    function test_setGuard_wordOfZero() public {
        vm.etch(recipient, abi.encodePacked(hex"7f", uint256(0), hex"5f5260205ff3"));
        _selfReverts(abi.encodeCall(IGuards.setGuard, (recipient)), _error("GS300"));
    }

    function testFuzz_guard_isAskedAndTold(
        uint256 value,
        bytes memory data,
        uint256 safeTxGas,
        uint256 baseGas,
        bool fails
    ) public {
        _set();
        SafeTx memory t = _tx(recipient, _bound(value, 0, 1 ether), data);
        t.safeTxGas = _bound(safeTxGas, 1, 100_000);
        t.baseGas = baseGas;
        t.gasToken = address(0xABCD);
        t.refundReceiver = payable(address(0xDCBA));
        if (fails) {
            t.to = address(new Reverter());
            t.data = abi.encodeCall(Reverter.withBytes, (data));
        }
        bytes32 hash = _hash(t, 0);
        bytes memory signatures = _sign(hash, 3);

        vm.prank(stranger);
        bool success = safe.execTransaction(
            t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, 0, t.gasToken, t.refundReceiver, signatures
        );

        vm.assertTrue(success == !fails);
        vm.assertEq(guard.checksBefore(), 1);
        vm.assertEq(guard.checksAfter(), 1);
        bytes memory head = abi.encodeWithSelector(
            TestGuard.checkTransaction.selector, t.to, t.value, uint256(0x160), t.operation, t.safeTxGas, t.baseGas
        );
        bytes memory tail = _padded(t.data);
        bytes memory middle = abi.encode(uint256(0), t.gasToken, t.refundReceiver, 0x160 + tail.length, stranger);
        // The call is encoded here by hand: eleven words, then both byte strings, each padded to whole words.
        vm.assertEq(guard.lastInput(), bytes.concat(head, middle, tail, _padded(signatures)));
        vm.assertEq(guard.lastHash(), hash);
        vm.assertTrue(guard.lastSuccess() == success);
    }

    function _padded(bytes memory data) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(data.length), data, new bytes((32 - data.length % 32) % 32));
    }

    function test_guard_vetoes() public {
        _set();
        SafeTx memory t = _tx(recipient, 1 ether, "");
        guard.refuse(true, false);
        _execReverts(t, abi.encodeWithSelector(TestGuard.RefusedBefore.selector, stranger));
        guard.refuse(false, true);
        _execReverts(t, abi.encodeWithSelector(TestGuard.RefusedAfter.selector, _hash(t, 0), true));
        vm.assertEq(recipient.balance, 0);
        vm.assertEq(safe.nonce(), 0);
    }

    /// @dev Signatures come first: a guard never sees what the owners did not sign.
    function test_guard_isAskedAfterSignatures() public {
        _set();
        guard.refuse(true, false);
        SafeTx memory t = _tx(recipient, 1 ether, "");
        _reverts(stranger, address(safe), _calldata(t, ""), _error("GS020"));
    }

    /// @dev The guard that was asked is told the end, even if the transaction removed it; a new one is not asked yet.
    function test_guard_replacedByItsTransaction() public {
        _set();
        TestGuard next = new TestGuard();
        vm.assertTrue(_exec(_tx(address(safe), 0, abi.encodeCall(IGuards.setGuard, (address(next))))));
        vm.assertEq(guard.checksAfter(), 1);
        vm.assertEq(next.checksAfter(), 0);
        vm.assertTrue(_exec(_tx(address(safe), 0, abi.encodeCall(IGuards.setGuard, (address(0))))));
        vm.assertEq(guard.checksAfter(), 1);
        vm.assertEq(next.checksAfter(), 1);
    }

    /// @dev A known limitation: setGuard passes through the guard, so a guard that always refuses cannot be removed.
    function test_guard_canLockTheOwnersOut() public {
        _set();
        guard.refuse(true, false);
        _execReverts(
            _tx(address(safe), 0, abi.encodeCall(IGuards.setGuard, (address(0)))),
            abi.encodeWithSelector(TestGuard.RefusedBefore.selector, stranger)
        );
    }
}
