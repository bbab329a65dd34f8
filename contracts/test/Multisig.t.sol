// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {Operation} from "../src/types/Operation.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {TestToken} from "./fixtures/TestToken.sol";
import {BaseTest, SafeTx, SafeTxFields} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {GasMeter} from "./utils/GasMeter.sol";
import {Vm} from "./utils/Vm.sol";

contract MultisigTest is BaseTest {
    Reverter internal reverter;
    GasMeter internal meter;
    DelegateTarget internal target;

    function setUp() public virtual override {
        super.setUp();
        reverter = new Reverter();
        meter = new GasMeter();
        target = new DelegateTarget();
    }

    /* SETUP */

    function _fresh() internal returns (IMultisig) {
        return IMultisig(Deployment.proxy(singleton));
    }

    function _setupReverts(address[] memory members, uint256 threshold, bytes memory expected) internal {
        IMultisig fresh = _fresh();
        _reverts(
            stranger,
            address(fresh),
            abi.encodeCall(
                IMultisig.setup, (members, threshold, address(0), "", address(0), address(0), 0, payable(0))
            ),
            expected
        );
    }

    function testFuzz_setup(uint256 count, uint256 threshold) public {
        count = _bound(count, 1, 12);
        threshold = _bound(threshold, 1, count);
        (address[] memory members,) = _actors(count);
        IMultisig fresh = _fresh();
        vm.recordLogs();
        vm.prank(stranger);
        fresh.setup(members, threshold, address(0), "", handler, address(0), 0, payable(0));

        vm.assertEq(fresh.getOwners(), members);
        vm.assertEq(fresh.getThreshold(), threshold);
        vm.assertEq(fresh.nonce(), 0);
        vm.assertEq(vm.load(address(fresh), SLOT_HANDLER), _word(handler));
        vm.assertEq(vm.load(address(fresh), keccak256(abi.encode(SENTINEL, uint256(1)))), _word(SENTINEL));
        // One event, also with a handler: setup does not announce that apart.
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(
            logs[0],
            address(fresh),
            _topics(keccak256("SafeSetup(address,address[],uint256,address,address)"), _word(stranger)),
            abi.encode(members, threshold, address(0), handler)
        );
    }

    function test_setup_once() public {
        bytes memory again =
            abi.encodeCall(IMultisig.setup, (owners, 1, address(0), "", address(0), address(0), 0, payable(0)));
        _reverts(stranger, address(safe), again, _error("GS200"));
        _reverts(address(safe), address(safe), again, _error("GS200"));
        _reverts(stranger, singleton, again, _error("GS200"));
    }

    function test_setup_singletonIsLocked() public {
        vm.assertEq(IMultisig(singleton).getThreshold(), 1);
        vm.assertEq(uint256(vm.load(singleton, bytes32(uint256(3)))), 0);
        SafeTx memory t = _tx(recipient, 0, "");
        _reverts(stranger, singleton, _calldata(t, _sign(_hash(t, 0), 1)), _error("GS026"));
    }

    function testFuzz_setup_badThreshold(uint256 threshold) public {
        vm.assume(threshold > OWNERS);
        _setupReverts(owners, threshold, _error("GS201"));
        _setupReverts(owners, 0, _error("GS202"));
        _setupReverts(new address[](0), 1, _error("GS201"));
        _setupReverts(new address[](0), 0, _error("GS202"));
    }

    function testFuzz_setup_badOwner(uint256 index) public {
        index = _bound(index, 0, OWNERS - 1);
        address[] memory members = owners;
        members[index] = address(0);
        _setupReverts(members, 1, _error("GS203"));
        members[index] = SENTINEL;
        _setupReverts(members, 1, _error("GS203"));
        members[index] = owners[(index + 1) % OWNERS];
        // A neighbour repeated is GS203, another repetition GS204.
        _setupReverts(members, 1, index == OWNERS - 1 ? _error("GS204") : _error("GS203"));
    }

    function test_setup_ownedByItself() public {
        IMultisig fresh = _fresh();
        address[] memory members = new address[](1);
        members[0] = address(fresh);
        _reverts(
            stranger,
            address(fresh),
            abi.encodeCall(IMultisig.setup, (members, 1, address(0), "", address(0), address(0), 0, payable(0))),
            _error("GS203")
        );
    }

    function test_setup_handlerIsItself() public {
        IMultisig fresh = _fresh();
        _reverts(
            stranger,
            address(fresh),
            abi.encodeCall(IMultisig.setup, (owners, 2, address(0), "", address(fresh), address(0), 0, payable(0))),
            _error("GS400")
        );
    }

    function test_setup_modulesAlreadySet() public {
        IMultisig fresh = _fresh();
        vm.store(address(fresh), keccak256(abi.encode(SENTINEL, uint256(1))), bytes32(uint256(1)));
        _reverts(
            stranger,
            address(fresh),
            abi.encodeCall(IMultisig.setup, (owners, 2, address(0), "", address(0), address(0), 0, payable(0))),
            _error("GS100")
        );
    }

    function test_setup_initializer() public {
        IMultisig fresh = _fresh();
        bytes memory write = abi.encodeCall(DelegateTarget.write, (bytes32(uint256(99)), bytes32(uint256(7))));
        fresh.setup(owners, 2, address(target), write, address(0), address(0), 0, payable(0));
        vm.assertEq(vm.load(address(fresh), bytes32(uint256(99))), bytes32(uint256(7)));
    }

    function test_setup_badInitializer() public {
        bytes memory fail = abi.encodeCall(Reverter.withString, ("no"));
        _reverts(
            stranger,
            address(_fresh()),
            abi.encodeCall(
                IMultisig.setup, (owners, 2, address(reverter), fail, address(0), address(0), 0, payable(0))
            ),
            _error("GS000")
        );
        _reverts(
            stranger,
            address(_fresh()),
            abi.encodeCall(IMultisig.setup, (owners, 2, recipient, "", address(0), address(0), 0, payable(0))),
            _error("GS002")
        );
    }

    function testFuzz_setup_paysNative(uint256 payment, uint256 txPrice) public {
        payment = _bound(payment, 1, 10 ether);
        txPrice = _bound(txPrice, 0, 2);
        IMultisig fresh = _fresh();
        vm.deal(address(fresh), 10 ether);
        vm.txGasPrice(txPrice);
        fresh.setup(owners, 2, address(0), "", address(0), address(0), payment, payable(recipient));
        // At a price of 1, or of 0 where gas is free.
        vm.assertEq(recipient.balance, txPrice == 0 ? 0 : payment);
    }

    function testFuzz_setup_paysToken(uint256 payment) public {
        payment = _bound(payment, 1, 1e30);
        TestToken token = new TestToken("Test", "TST", 18);
        IMultisig fresh = _fresh();
        token.mint(address(fresh), payment);
        vm.txGasPrice(0);
        fresh.setup(owners, 2, address(0), "", address(0), address(token), payment, payable(recipient));
        vm.assertEq(token.balanceOf(recipient), payment);
    }

    function test_setup_cannotPay() public {
        vm.txGasPrice(1);
        _reverts(
            stranger,
            address(_fresh()),
            abi.encodeCall(IMultisig.setup, (owners, 2, address(0), "", address(0), address(0), 1, payable(recipient))),
            _error("GS011")
        );
    }

    /* HASHES */

    function testFuzz_getTransactionHash(SafeTxFields memory fields, bool delegate, uint256 nonce, uint64 chain)
        public
    {
        SafeTx memory t = _toTx(fields, delegate);
        vm.chainId(chain == 0 ? 1 : chain);
        bytes32 hash = safe.getTransactionHash(
            t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, nonce
        );
        vm.assertEq(hash, _hash(t, nonce));
        vm.assertEq(safe.domainSeparator(), _domain(address(safe)));
    }

    function test_version() public view {
        vm.assertEq(safe.VERSION(), "1.5.0");
    }

    /* EXECUTION */

    function testFuzz_exec_pays(address to, uint256 value) public {
        vm.assume(_isFree(to) && to.balance == 0);
        value = _bound(value, 0, 100 ether);
        SafeTx memory t = _tx(to, value, "");
        bytes32 hash = _hash(t, 0);
        vm.recordLogs();

        vm.assertTrue(_exec(t));

        vm.assertEq(to.balance, value);
        vm.assertEq(safe.nonce(), 1);
        _expectExecution(keccak256("ExecutionSuccess(bytes32,uint256)"), hash, 0);
    }

    /// @dev Expects exactly the events that one execution makes.
    function _expectExecution(bytes32 topic, bytes32 hash, uint256 payment) internal virtual {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        _expectLog(logs[0], address(safe), _topics(topic, hash), abi.encode(payment));
    }

    function testFuzz_exec_passesDataOn(bytes memory data, uint256 value) public {
        value = _bound(value, 0, 1 ether);
        vm.expectCall(recipient, data);
        vm.assertTrue(_exec(_tx(recipient, value, data)));
    }

    function test_exec_acceptsValue() public {
        SafeTx memory t = _tx(recipient, 101 ether, "");
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        (bool success,) = address(safe).call{value: 1 ether}(data);
        vm.assertTrue(success);
        vm.assertEq(recipient.balance, 101 ether);
    }

    function testFuzz_exec_delegateCall(bytes32 slot, bytes32 value) public {
        vm.assume(uint256(slot) > 8 && slot != SLOT_GUARD);
        SafeTx memory t = _delegate(address(target), abi.encodeCall(DelegateTarget.write, (slot, value)));
        // A DELEGATECALL sends nothing.
        t.value = 1000 ether;
        vm.assertTrue(_exec(t));
        vm.assertEq(vm.load(address(safe), slot), value);
        vm.assertEq(address(safe).balance, 100 ether);
    }

    function testFuzz_exec_anyOtherOperation(uint8 operation) public {
        vm.assume(operation > 1);
        SafeTx memory t = _tx(recipient, 1, "");
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        // The fourth word after the selector.
        data[4 + 4 * 32 - 1] = bytes1(operation);
        vm.prank(stranger);
        (bool success, bytes memory answer) = address(safe).call(data);
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }

    function testFuzz_exec_onceOnly(uint256 value) public {
        SafeTx memory t = _tx(recipient, _bound(value, 0, 1 ether), "");
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        (bool success,) = address(safe).call(data);
        vm.assertTrue(success);
        _reverts(stranger, address(safe), data, _error("GS026"));
    }

    function testFuzz_exec_onlyInOrder(uint256 nonce) public {
        vm.assume(nonce != 0);
        SafeTx memory t = _tx(recipient, 1, "");
        _reverts(stranger, address(safe), _calldata(t, _sign(_hash(t, nonce), 2)), _error("GS026"));
    }

    /// @dev Behind it comes 0 again, as in Safe 1.5.0. No account lives to see it, unless code behind a DELEGATECALL wrote
    /// the nonce; such code needs no second use of what the owners signed.
    function test_exec_lastNonce() public {
        vm.store(address(safe), bytes32(uint256(5)), bytes32(type(uint256).max));
        vm.assertTrue(_exec(_tx(recipient, 1, "")));
        vm.assertEq(safe.nonce(), 0);
    }

    function testFuzz_exec_notOnAnotherChain(uint64 chain) public {
        vm.assume(chain != 0 && chain != block.chainid);
        SafeTx memory t = _tx(recipient, 1, "");
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        vm.chainId(chain);
        _reverts(stranger, address(safe), data, _error("GS026"));
    }

    function test_exec_notOnAnotherSafe() public {
        SafeTx memory t = _tx(recipient, 1, "");
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        _reverts(stranger, _newSafe(owners, THRESHOLD), data, _error("GS026"));
    }

    function test_exec_notASingleFieldMayChange() public {
        SafeTx memory t = _tx(recipient, 1, hex"aabb");
        bytes memory signatures = _sign(_hash(t, 0), 2);
        // Each word of the head but the two offsets, then the data.
        for (uint256 word; word < 9; ++word) {
            if (word == 2) continue;
            bytes memory data = _calldata(t, signatures);
            data[4 + 32 * word + 31] ^= 0x01;
            vm.prank(stranger);
            (bool success, bytes memory answer) = address(safe).call(data);
            vm.assertFalse(success);
            vm.assertEq(answer, _error("GS026"));
        }
        bytes memory changed = _calldata(_tx(recipient, 1, hex"aabc"), signatures);
        _reverts(stranger, address(safe), changed, _error("GS026"));
    }

    function test_exec_executorIsAnOwner() public {
        SafeTx memory t = _tx(recipient, 1, "");
        bytes memory signatures = bytes.concat(_approved(owners[0]), _ecdsa(keys[1], _hash(t, 0)));
        bytes memory data = _calldata(t, signatures);
        _reverts(owners[1], address(safe), data, _error("GS025"));
        vm.prank(owners[0]);
        (bool success,) = address(safe).call(data);
        vm.assertTrue(success);
    }

    function test_exec_beforeSetup() public {
        SafeTx memory t = _tx(recipient, 0, "");
        _reverts(stranger, address(_fresh()), _calldata(t, ""), _error("GS001"));
    }

    /* FAILURE */

    function testFuzz_failure_bubbles(bytes memory data, bool delegate) public {
        SafeTx memory t = _tx(address(reverter), 0, abi.encodeCall(Reverter.withBytes, (data)));
        if (delegate) t.operation = Operation.DelegateCall;
        _execReverts(t, data);
        vm.assertEq(safe.nonce(), 0);
    }

    function test_failure_bubblesEveryKind() public {
        _execReverts(_tx(address(reverter), 0, abi.encodeCall(Reverter.withString, ("why"))), _error("why"));
        _execReverts(_tx(address(reverter), 0, abi.encodeCall(Reverter.withNothing, ())), "");
        _execReverts(
            _tx(address(reverter), 0, abi.encodeCall(Reverter.withCustom, (7))),
            abi.encodeWithSelector(Reverter.Custom.selector, 7, address(safe))
        );
        _execReverts(
            _tx(address(reverter), 0, abi.encodeCall(Reverter.withPanic, (0))),
            abi.encodeWithSignature("Panic(uint256)", 0x12)
        );
        // More than there is.
        _execReverts(_tx(recipient, 1000 ether, ""), "");
    }

    function testFuzz_failure_usesTheNonce(uint256 safeTxGas, bytes memory data) public {
        SafeTx memory t = _tx(address(reverter), 0, abi.encodeCall(Reverter.withBytes, (data)));
        t.safeTxGas = _bound(safeTxGas, 1, 1_000_000);
        bytes32 hash = _hash(t, 0);
        vm.recordLogs();

        vm.assertFalse(_exec(t));

        vm.assertEq(safe.nonce(), 1);
        _expectExecution(keccak256("ExecutionFailure(bytes32,uint256)"), hash, 0);
    }

    /* GAS */

    /// @dev Whoever executes, and with however little gas: the inner call gets `safeTxGas`, or nothing happens at all.
    function testFuzz_gas_innerCallGetsSafeTxGas(uint256 safeTxGas, uint256 gas) public {
        safeTxGas = _bound(safeTxGas, 30_000, 2_000_000);
        gas = _bound(gas, 30_000, 2_300_000);
        SafeTx memory t = _tx(address(meter), 0, abi.encodeCall(GasMeter.record, ()));
        t.safeTxGas = safeTxGas;
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        // The first call makes the account warm; a cold one takes its price from the inner call's gas.
        meter.record();

        (bool success, bytes memory answer) = address(safe).call{gas: gas}(data);

        if (success) {
            vm.assertTrue(abi.decode(answer, (bool)));
            // 300: what the meter used before it looked.
            vm.assertGe(meter.given() + 300, safeTxGas);
            vm.assertEq(safe.nonce(), 1);
        } else {
            // Out of gas before the test, or the test.
            vm.assertTrue(answer.length == 0 || keccak256(answer) == keccak256(_error("GS010")));
            vm.assertEq(safe.nonce(), 0);
        }
    }

    /// @dev As before for an account that is cold, that gets value, and whose call is refunded. Whoever executes can then take
    /// from `safeTxGas` what it costs to reach the account, 2,600 and 6,700 for value, and nothing more: as in Safe.
    function testFuzz_gas_griefing(uint256 safeTxGas, uint256 gas, bool cold, bool value, bool refunded) public {
        safeTxGas = _bound(safeTxGas, 60_000, 2_000_000);
        gas = _bound(gas, 60_000, 2_300_000);
        SafeTx memory t = _tx(address(meter), value ? 1 : 0, abi.encodeCall(GasMeter.record, ()));
        t.safeTxGas = safeTxGas;
        if (refunded) t.gasPrice = 1;
        vm.txGasPrice(0);
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        if (!cold) meter.record();

        (bool success, bytes memory answer) = address(safe).call{gas: gas}(data);

        if (success) {
            vm.assertTrue(abi.decode(answer, (bool)));
            vm.assertGe(meter.given() + 300 + (cold ? 2600 : 0) + (value ? 6700 : 0), safeTxGas);
            vm.assertEq(safe.nonce(), 1);
        } else {
            // GS011: nothing was left to pay with.
            vm.assertTrue(
                answer.length == 0 || keccak256(answer) == keccak256(_error("GS010"))
                    || (refunded && keccak256(answer) == keccak256(_error("GS011")))
            );
            vm.assertEq(safe.nonce(), 0);
        }
    }

    function test_gas_tooLittle() public {
        SafeTx memory t = _tx(address(meter), 0, abi.encodeCall(GasMeter.record, ()));
        t.safeTxGas = 1_000_000;
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        (bool success, bytes memory answer) = address(safe).call{gas: 1_000_000}(data);
        vm.assertFalse(success);
        vm.assertEq(answer, _error("GS010"));
    }

    function testFuzz_gas_moreThanThereCanBe(uint256 safeTxGas) public {
        // Up to where the sums wrap, as they do in Safe 1.5.0.
        safeTxGas = _bound(safeTxGas, 1 << 40, type(uint256).max - 3001);
        SafeTx memory t = _tx(recipient, 0, "");
        t.safeTxGas = safeTxGas;
        _execReverts(t, _error("GS010"));
    }

    function testFuzz_gas_wrapped(uint256 safeTxGas) public {
        safeTxGas = _bound(safeTxGas, type(uint256).max - 2999, type(uint256).max - 2500);
        SafeTx memory t = _tx(recipient, 1, "");
        t.safeTxGas = safeTxGas;
        vm.assertTrue(_exec(t));
        vm.assertEq(recipient.balance, 1);
    }

    function testFuzz_gas_exactlySafeTxGasWhenRefunded(uint256 safeTxGas) public {
        safeTxGas = _bound(safeTxGas, 30_000, 1_000_000);
        SafeTx memory t = _tx(address(meter), 0, abi.encodeCall(GasMeter.record, ()));
        t.safeTxGas = safeTxGas;
        t.gasPrice = 1;
        vm.txGasPrice(0);
        vm.assertTrue(_exec(t));
        vm.assertLe(meter.given(), safeTxGas);
        vm.assertGe(meter.given() + 300, safeTxGas);
    }

    /* RE-ENTRANCE */

    function test_reentrance_nextTransactionMayRun() public {
        SafeTx memory next = _tx(recipient, 1 ether, "");
        bytes memory nextCall = _calldata(next, _sign(_hash(next, 1), 2));
        vm.assertTrue(_exec(_tx(address(meter), 0, abi.encodeCall(GasMeter.callBack, (address(safe), nextCall)))));
        vm.assertTrue(meter.succeeded());
        vm.assertEq(safe.nonce(), 2);
        vm.assertEq(recipient.balance, 1 ether);
    }

    /// @dev A contract that is called back cannot run the same transaction again: its nonce is used.
    function test_reentrance_sameTransactionMayNot() public {
        SafeTx memory t = _tx(address(this), 1 ether, "");
        replay = _calldata(t, _sign(_hash(t, 0), 2));
        (bool success,) = address(safe).call(replay);
        vm.assertTrue(success);
        vm.assertEq(replayAnswer, _error("GS026"));
        vm.assertEq(safe.nonce(), 1);
    }

    bytes private replay;
    bytes private replayAnswer;

    receive() external payable {
        if (replay.length == 0) return;
        (, replayAnswer) = address(safe).call(replay);
    }

    /// @dev The owners may be changed by the transaction that runs: its signatures were checked before.
    function test_reentrance_ownersChange() public {
        bytes memory swap = abi.encodeWithSignature("swapOwner(address,address,address)", SENTINEL, owners[0], stranger);
        vm.assertTrue(_exec(_tx(address(safe), 0, swap)));
        vm.assertTrue(safe.isOwner(stranger));
        _execReverts(_tx(recipient, 1, ""), _error("GS026"));
    }
}
