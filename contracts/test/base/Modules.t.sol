// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModules} from "../../src/interfaces/IModules.sol";
import {Operation} from "../../src/types/Operation.sol";
import {DelegateTarget} from "../fixtures/DelegateTarget.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {TestModule} from "../fixtures/TestModule.sol";
import {TestModuleGuard} from "../fixtures/TestModuleGuard.sol";
import {BaseTest} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {Vm} from "../utils/Vm.sol";

contract ModulesTest is BaseTest {
    TestModule internal module;
    Reverter internal reverter;

    function setUp() public virtual override {
        super.setUp();
        module = new TestModule();
        reverter = new Reverter();
    }

    function _enable(address account) internal {
        _self(abi.encodeCall(IModules.enableModule, (account)));
    }

    /* LIST */

    function testFuzz_everySetter_onlyBySelf(address caller) public {
        vm.assume(caller != address(safe) && caller != address(vm));
        bytes memory expected = _error("GS031");
        _reverts(caller, address(safe), abi.encodeCall(IModules.enableModule, (recipient)), expected);
        _reverts(caller, address(safe), abi.encodeCall(IModules.disableModule, (SENTINEL, recipient)), expected);
        _reverts(caller, address(safe), abi.encodeCall(IModules.setModuleGuard, (recipient)), expected);
    }

    function testFuzz_enableModule(address account) public {
        vm.assume(_isFree(account));
        vm.recordLogs();

        _enable(account);

        vm.assertTrue(safe.isModuleEnabled(account));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(logs[0], address(safe), _topics(keccak256("EnabledModule(address)"), _word(account)), "");
    }

    function test_enableModule_bad() public {
        _enable(address(module));
        _selfReverts(abi.encodeCall(IModules.enableModule, (address(0))), _error("GS101"));
        _selfReverts(abi.encodeCall(IModules.enableModule, (SENTINEL)), _error("GS101"));
        _selfReverts(abi.encodeCall(IModules.enableModule, (address(module))), _error("GS102"));
    }

    function testFuzz_disableModule(uint256 count, uint256 index) public {
        count = _bound(count, 1, 6);
        index = _bound(index, 0, count - 1);
        for (uint256 i; i < count; ++i) {
            _enable(address(uint160(0x100000 + i)));
        }
        address previous = index == count - 1 ? SENTINEL : address(uint160(0x100000 + index + 1));
        address target = address(uint160(0x100000 + index));
        vm.recordLogs();

        _self(abi.encodeCall(IModules.disableModule, (previous, target)));

        vm.assertFalse(safe.isModuleEnabled(target));
        (address[] memory array, address next) = safe.getModulesPaginated(SENTINEL, 10);
        vm.assertEq(array.length, count - 1);
        vm.assertEq(next, SENTINEL);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(logs[0], address(safe), _topics(keccak256("DisabledModule(address)"), _word(target)), "");
    }

    function test_disableModule_bad() public {
        _enable(address(module));
        _selfReverts(abi.encodeCall(IModules.disableModule, (SENTINEL, address(0))), _error("GS101"));
        _selfReverts(abi.encodeCall(IModules.disableModule, (address(module), SENTINEL)), _error("GS101"));
        _selfReverts(abi.encodeCall(IModules.disableModule, (address(module), address(module))), _error("GS103"));
        _selfReverts(abi.encodeCall(IModules.disableModule, (SENTINEL, stranger)), _error("GS103"));
    }

    function test_isModuleEnabled_neverNullNorSentinel() public view {
        vm.assertFalse(safe.isModuleEnabled(address(0)));
        vm.assertFalse(safe.isModuleEnabled(SENTINEL));
    }

    /// @dev Walking the pages gives every module once, newest first, whatever the page size.
    function testFuzz_getModulesPaginated(uint256 count, uint256 pageSize) public {
        count = _bound(count, 0, 12);
        pageSize = _bound(pageSize, 1, 14);
        for (uint256 i; i < count; ++i) {
            _enable(address(uint160(0x100000 + i)));
        }

        address start = SENTINEL;
        uint256 seen;
        do {
            (address[] memory page, address next) = safe.getModulesPaginated(start, pageSize);
            vm.assertLe(page.length, pageSize);
            for (uint256 i; i < page.length; ++i) {
                vm.assertEq(page[i], address(uint160(0x100000 + count - 1 - seen)));
                ++seen;
            }
            if (next != SENTINEL) {
                vm.assertEq(page.length, pageSize);
                vm.assertEq(next, page[pageSize - 1]);
            }
            start = next;
        } while (start != SENTINEL);
        vm.assertEq(seen, count);
    }

    function test_getModulesPaginated_bad() public {
        _reverts(stranger, address(safe), abi.encodeCall(IModules.getModulesPaginated, (stranger, 1)), _error("GS105"));
        _reverts(
            stranger, address(safe), abi.encodeCall(IModules.getModulesPaginated, (address(0), 1)), _error("GS105")
        );
        _reverts(stranger, address(safe), abi.encodeCall(IModules.getModulesPaginated, (SENTINEL, 0)), _error("GS106"));
    }

    function testFuzz_getModulesPaginated_huge(uint256 pageSize) public {
        pageSize = _bound(pageSize, 1 << 32, type(uint256).max);
        bytes memory call = abi.encodeCall(IModules.getModulesPaginated, (SENTINEL, pageSize));
        _reverts(stranger, address(safe), call, "");
        // A bad start is told first.
        call = abi.encodeCall(IModules.getModulesPaginated, (stranger, pageSize));
        _reverts(stranger, address(safe), call, _error("GS105"));
    }

    function testFuzz_getModulesPaginated_notSetUp(uint256 pageSize) public {
        bytes memory call = abi.encodeCall(IModules.getModulesPaginated, (SENTINEL, _bound(pageSize, 1, 14)));
        _reverts(stranger, Deployment.proxy(singleton), call, "");
    }

    /* EXECUTION */

    function testFuzz_exec_onlyByModule(address caller) public {
        vm.assume(caller != address(vm));
        bytes memory expected = _error("GS104");
        _reverts(
            caller,
            address(safe),
            abi.encodeCall(IModules.execTransactionFromModule, (recipient, 1, "", Operation.Call)),
            expected
        );
        _reverts(
            caller,
            address(safe),
            abi.encodeCall(IModules.execTransactionFromModuleReturnData, (recipient, 1, "", Operation.Call)),
            expected
        );
    }

    function test_exec_sentinelIsNoModule() public {
        _reverts(
            SENTINEL,
            address(safe),
            abi.encodeCall(IModules.execTransactionFromModule, (recipient, 1, "", Operation.Call)),
            _error("GS104")
        );
    }

    function testFuzz_exec_pays(uint256 value) public {
        value = _bound(value, 0, 100 ether);
        _enable(address(module));
        vm.recordLogs();

        vm.assertTrue(module.exec(safe, recipient, value, "", Operation.Call));

        vm.assertEq(recipient.balance, value);
        vm.assertEq(safe.nonce(), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        bytes32 topic = keccak256("ExecutionFromModuleSuccess(address)");
        _expectLog(logs[0], address(safe), _topics(topic, _word(address(module))), "");
    }

    function testFuzz_exec_failureIsReported(bytes memory data) public {
        _enable(address(module));
        bytes memory inner = abi.encodeCall(Reverter.withBytes, (data));
        vm.recordLogs();

        vm.assertFalse(module.exec(safe, address(reverter), 0, inner, Operation.Call));
        (bool success, bytes memory answer) =
            module.execReturnData(safe, address(reverter), 0, inner, Operation.DelegateCall);

        vm.assertFalse(success);
        vm.assertEq(answer, data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        bytes32 topic = keccak256("ExecutionFromModuleFailure(address)");
        _expectLog(logs[0], address(safe), _topics(topic, _word(address(module))), "");
        _expectLog(logs[1], address(safe), _topics(topic, _word(address(module))), "");
    }

    function test_exec_returnsData() public {
        _enable(address(module));
        DelegateTarget target = new DelegateTarget();
        bytes memory inner = abi.encodeCall(DelegateTarget.context, ());

        (bool called, bytes memory byCall) = module.execReturnData(safe, address(target), 7, inner, Operation.Call);
        (bool delegated, bytes memory byDelegate) =
            module.execReturnData(safe, address(target), 7, inner, Operation.DelegateCall);

        vm.assertTrue(called && delegated);
        vm.assertEq(byCall, abi.encode(address(target), address(safe), uint256(7)));
        // A DELEGATECALL keeps the caller, and has no value of its own.
        vm.assertEq(byDelegate, abi.encode(address(safe), address(module), uint256(0)));
    }

    function test_exec_passesBytesOn() public {
        _enable(address(module));
        (bool success, bytes memory answer) =
            module.execReturnData(safe, address(4), 0, hex"00112233445566", Operation.Call);
        vm.assertTrue(success);
        // Address 4 is the identity precompile: not padded, not shortened.
        vm.assertEq(answer, hex"00112233445566");
    }

    function test_exec_ignoresTransactionGuard() public {
        TestGuard guard = new TestGuard();
        guard.refuse(true, true);
        _self(abi.encodeWithSignature("setGuard(address)", guard));
        _enable(address(module));
        vm.assertTrue(module.exec(safe, recipient, 1, "", Operation.Call));
    }

    /* GUARD */

    function test_setModuleGuard() public {
        TestModuleGuard guard = new TestModuleGuard();
        vm.recordLogs();
        _self(abi.encodeCall(IModules.setModuleGuard, (address(guard))));
        vm.assertEq(vm.load(address(safe), SLOT_MODULE_GUARD), _word(address(guard)));
        _self(abi.encodeCall(IModules.setModuleGuard, (address(0))));
        vm.assertEq(vm.load(address(safe), SLOT_MODULE_GUARD), bytes32(0));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        bytes32 topic = keccak256("ChangedModuleGuard(address)");
        _expectLog(logs[0], address(safe), _topics(topic, _word(address(guard))), "");
        _expectLog(logs[1], address(safe), _topics(topic, 0), "");
    }

    function test_setModuleGuard_bad() public {
        // A transaction guard is no module guard.
        address other = address(new TestGuard());
        _selfReverts(abi.encodeCall(IModules.setModuleGuard, (other)), _error("GS301"));
        // Nothing there, or nothing that answers.
        _selfReverts(abi.encodeCall(IModules.setModuleGuard, (recipient)), "");
        _selfReverts(abi.encodeCall(IModules.setModuleGuard, (address(reverter))), "");
        // The identity precompile answers every question with a number that is not zero.
        _selfReverts(abi.encodeCall(IModules.setModuleGuard, (address(4))), "");
    }

    function testFuzz_guard_isAskedAndTold(uint256 value, bytes memory data, bool delegate, bool fails) public {
        value = _bound(value, 0, 1 ether);
        TestModuleGuard guard = new TestModuleGuard();
        _self(abi.encodeCall(IModules.setModuleGuard, (address(guard))));
        _enable(address(module));
        Operation operation = delegate ? Operation.DelegateCall : Operation.Call;
        address to = fails ? address(reverter) : recipient;
        if (fails) data = abi.encodeCall(Reverter.withBytes, (data));

        bool success = module.exec(safe, to, value, data, operation);

        vm.assertTrue(success == !fails);
        vm.assertEq(guard.checksBefore(), 1);
        vm.assertEq(guard.checksAfter(), 1);
        vm.assertEq(
            guard.lastInput(),
            abi.encodeWithSelector(
                TestModuleGuard.checkModuleTransaction.selector, to, value, data, operation, address(module)
            )
        );
        vm.assertEq(guard.lastHash(), keccak256(abi.encode(to, value, data, operation, address(module))));
        vm.assertTrue(guard.lastSuccess() == success);

        module.execReturnData(safe, to, value, data, operation);
        vm.assertEq(guard.checksBefore(), 2);
        vm.assertEq(guard.checksAfter(), 2);
    }

    function test_guard_vetoes() public {
        TestModuleGuard guard = new TestModuleGuard();
        _self(abi.encodeCall(IModules.setModuleGuard, (address(guard))));
        _enable(stranger);
        bytes memory call = abi.encodeCall(IModules.execTransactionFromModule, (recipient, 1, "", Operation.Call));

        guard.refuse(true, false);
        bytes memory before = abi.encodeWithSelector(TestModuleGuard.RefusedBefore.selector, stranger);
        _reverts(stranger, address(safe), call, before);

        guard.refuse(false, true);
        bytes32 hash = keccak256(abi.encode(recipient, uint256(1), bytes(""), Operation.Call, stranger));
        bytes memory afterwards = abi.encodeWithSelector(TestModuleGuard.RefusedAfter.selector, hash, true);
        _reverts(stranger, address(safe), call, afterwards);
        vm.assertEq(recipient.balance, 0);
    }

    /// @dev The guard that was asked is told the end, even if the transaction removed it.
    function test_guard_removedByItsTransaction() public {
        TestModuleGuard guard = new TestModuleGuard();
        _self(abi.encodeCall(IModules.setModuleGuard, (address(guard))));
        _enable(address(module));
        bytes memory inner = abi.encodeCall(IModules.setModuleGuard, (address(0)));

        vm.assertTrue(module.exec(safe, address(safe), 0, inner, Operation.Call));

        vm.assertEq(guard.checksAfter(), 1);
        vm.assertEq(vm.load(address(safe), SLOT_MODULE_GUARD), bytes32(0));
    }
}
