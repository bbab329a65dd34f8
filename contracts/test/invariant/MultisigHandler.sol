// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModules} from "../../src/interfaces/IModules.sol";
import {IMultiSend} from "../../src/interfaces/IMultiSend.sol";
import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {ISignMessageLib} from "../../src/interfaces/ISignMessageLib.sol";
import {Operation} from "../../src/types/Operation.sol";
import {DelegateTarget} from "../fixtures/DelegateTarget.sol";
import {GasHog} from "../fixtures/GasHog.sol";
import {Reenterer} from "../fixtures/Reenterer.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {TestModuleGuard} from "../fixtures/TestModuleGuard.sol";
import {TestToken} from "../fixtures/TestToken.sol";
import {SafeTx} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {AccountModel, Change, Kind} from "./AccountModel.sol";
import {Quorum} from "./Quorum.sol";

/// @title MultisigHandler
/// @notice Does to an account whatever anybody could do, and keeps the model of what should come of it.
/// @dev No function reverts: whatever the account refuses is refused to a low-level call. Each verdict is foretold by the model;
/// the first that is not as foretold is kept in `fault`.
contract MultisigHandler is Quorum {
    bytes32 public constant SCRATCH = keccak256("a slot that means nothing");
    bytes32 private constant HANDLER = keccak256("fallback_manager.handler.address");
    uint256 private constant PAYEES = 5;
    uint256 private constant MODULES = 4;

    /// @dev More than an inner call may use besides `safeTxGas`: a cold account, and value.
    uint256 private constant CALL_COST = 15_000;

    TestToken public immutable token;
    uint256 private immutable CHAIN = block.chainid;
    address private immutable OTHER;
    address private immutable LIBRARY;
    address private immutable BATCH;
    address private immutable TARGET;
    address private immutable REVERTER;
    address private immutable HOG;

    constructor(IMultisig safe_, IMultisig other, address[] memory accounts, uint256[] memory keys)
        AccountModel(safe_)
        Quorum(accounts, keys)
    {
        owners = safe_.getOwners();
        threshold = safe_.getThreshold();
        balance = address(safe_).balance;
        fallbackHandler = address(uint160(uint256(vm.load(address(safe_), HANDLER))));
        OTHER = address(other);
        LIBRARY = Deployment.signMessageLib();
        BATCH = Deployment.multiSend();
        TARGET = address(new DelegateTarget());
        REVERTER = address(new Reverter());
        HOG = address(new GasHog());
        token = new TestToken("Gas", "GAS", 18);
        tokens = 1e30;
        token.mint(address(safe_), tokens);
        for (uint256 i; i < 2; ++i) {
            guards.push(address(new TestGuard()));
            moduleGuards.push(address(new TestModuleGuard()));
        }
    }

    /* WHAT OWNERS DO */

    /// @notice A payment, perhaps with value sent along.
    function pay(uint256 seed, uint256 value, uint256 sent) external {
        sent = seed % 4 == 0 ? sent % 1 ether : 0;
        value = value % (balance + sent + 1);
        Result memory result = _execute(_tx(_payee(seed), value, ""), sent, seed);
        _expect(result.done && result.success, "a payment failed");
        _paid(_payee(seed), value);
        _did("pay");
    }

    /// @notice A payment of more than there is: it reverts, or uses the nonce if a limit of gas was asked for.
    function payTooMuch(uint256 seed, uint256 excess, bool limited) external {
        SafeTx memory t = _tx(_payee(seed), balance + 1 + excess % 1 ether, "");
        if (limited) t.safeTxGas = 50_000;
        Result memory result = _execute(t, 0, seed);
        _expect(result.done == limited && !result.success, "a payment without cover");
        _did(limited ? "failure uses the nonce" : "failure reverts");
    }

    /// @notice A change of configuration, right or wrong.
    function reconfigure(uint256 seed, uint256 kind, uint256 a, uint256 b) external {
        Change memory c = _change(kind, a, b);
        SafeTx memory t = _tx(address(safe), 0, _encode(c));
        bool limited = seed % 2 == 0;
        if (limited) t.safeTxGas = 300_000;
        bool allowed = _allows(c);
        Result memory result = _execute(t, 0, seed);
        _expect(result.success == allowed, "a change of configuration");
        _expect(result.done == (allowed || limited), "a failed change of configuration");
        if (allowed) _apply(c);
        _did(allowed ? "reconfigure" : "wrong change");
    }

    /// @notice Two payments with a change between them: all of it or nothing.
    function batch(uint256 seed, uint256 kind, uint256 a, uint256 b) external {
        Change memory c = _change(kind, a, b);
        bytes memory change = _encode(c);
        uint256 value = a % (balance / 2 + 1);
        bytes memory entry = abi.encodePacked(uint8(0), _payee(seed), value, uint256(0));
        // 0 stands for the account itself.
        bytes memory middle = abi.encodePacked(uint8(0), address(0), uint256(0), change.length, change);
        SafeTx memory t = _tx(BATCH, 0, abi.encodeCall(IMultiSend.multiSend, (bytes.concat(entry, middle, entry))));
        t.operation = Operation.DelegateCall;
        bool allowed = _allows(c);
        Result memory result = _execute(t, 0, seed);
        _expect(result.done == allowed && result.success == allowed, "a batch");
        if (!allowed) return;
        _apply(c);
        _paid(_payee(seed), 2 * value);
        _did("batch");
    }

    /// @notice Code that runs as the account: harmless, or writing slots that are known.
    function delegate(uint256 seed, uint256 kind, bytes32 word) external {
        SafeTx memory t = _tx(TARGET, balance + 1, abi.encodeCall(DelegateTarget.context, ()));
        t.operation = Operation.DelegateCall;
        kind = kind % 6;
        uint256 number = 1 + uint256(word) % owners.length;
        address account = address(uint160(uint256(word)));
        if (kind == 1) t.data = abi.encodeCall(DelegateTarget.write, (SCRATCH, word));
        if (kind == 2) t.data = abi.encodeCall(DelegateTarget.write, (bytes32(uint256(4)), bytes32(number)));
        if (kind == 3) t.data = abi.encodeCall(DelegateTarget.write, (HANDLER, bytes32(uint256(uint160(account)))));
        if (kind == 4) (t.to, t.data) = (LIBRARY, abi.encodeCall(ISignMessageLib.signMessage, (abi.encode(word))));
        if (kind == 5) (t.to, t.data) = (REVERTER, abi.encodeCall(Reverter.withString, ("no")));

        Result memory result = _execute(t, 0, seed);

        _expect(result.done == (kind != 5) && result.success == result.done, "a delegate call");
        if (kind == 1) scratch = word;
        if (kind == 2) threshold = number;
        if (kind == 3) fallbackHandler = account;
        if (kind == 4) signed.push(_messageHash(abi.encode(word)));
        _did(kind == 4 ? "sign a message" : "delegate");
    }

    /// @notice A transaction that is refunded, in native tokens or others, whether it succeeds or not.
    function refund(uint256 seed, uint256 burn, uint256 baseGas, uint256 price, uint256 txPrice) external {
        SafeTx memory t = _tx(HOG, 0, abi.encodeCall(GasHog.burn, (burn % 40_000)));
        (t.safeTxGas, t.baseGas, t.gasPrice) = (100_000, baseGas % 1_000_000, 1 + price % 1e9);
        bool fails = seed / 4 % 4 == 0;
        if (fails) t.to = REVERTER;
        bool native = seed / 16 % 2 == 0;
        if (!native) t.gasToken = address(token);
        address receiver = _payee(seed / 32);
        // 0 stands for the origin, which `_execute` sets.
        if (seed / 2 % 2 == 0) (t.refundReceiver, receiver) = (payable(0), address(0x0817));
        else t.refundReceiver = payable(receiver);
        vm.txGasPrice(txPrice % 1e9);
        uint256 before = token.balanceOf(receiver);

        Result memory result = _execute(t, 0, seed);

        vm.txGasPrice(0);
        price = native && t.gasPrice > txPrice % 1e9 ? txPrice % 1e9 : t.gasPrice;
        uint256 most = (t.safeTxGas + CALL_COST + t.baseGas) * price;
        if (!result.done) return _expect(native && balance < most, "a refund failed");
        _expect(result.success == !fails, "a refunded transaction");
        _expect(result.payment <= most, "a refund was too large");
        _expect(result.payment >= (t.baseGas + (fails ? 0 : burn % 40_000)) * price, "a refund was too small");
        _expect(price == 0 ? result.payment == 0 : result.payment % price == 0, "a refund at another price");
        if (native) {
            _paid(receiver, result.payment);
        } else {
            tokens -= result.payment;
            _expect(token.balanceOf(receiver) - before == result.payment, "tokens went elsewhere");
        }
        _did(native ? "refund" : "refund of tokens");
    }

    /* WHAT CALLS BACK */

    /// @notice A target, or a receiver of a refund, that calls back: the same transaction, the next one, setup, a change, an
    /// approval, and as a module.
    function reenter(uint256 seed, bool throughRefund) external {
        SafeTx memory t = _tx(address(reenterer), 0, "");
        t.safeTxGas = 2_000_000;
        if (throughRefund) {
            (t.to, t.gasPrice, t.refundReceiver) = (_payee(seed), 1, payable(address(reenterer)));
        }
        // Signed before: it is the next only when the other has used its nonce.
        SafeTx memory next = _tx(_payee(seed), balance == 0 ? 0 : 1, "");
        bytes memory nextCall =
            _call(next, _sign(_signers(threshold, seed), _hash(safe, next, nonce + 1), address(reenterer), seed));
        bytes32 hash = keccak256(abi.encode("approved within", seed));
        Reenterer.Attempt[] memory attempts = new Reenterer.Attempt[](6);
        attempts[0] = Reenterer.Attempt(address(safe), _setup());
        attempts[1] = Reenterer.Attempt(address(safe), _encode(_change(seed, seed, seed >> 8)));
        attempts[2] = Reenterer.Attempt(
            address(safe), abi.encodeCall(IModules.execTransactionFromModule, (_payee(seed), 1, "", Operation.Call))
        );
        // An owner who executed alone may do so again: that is another transaction, and it is signed.
        bool known = _contains(owners, address(reenterer));
        attempts[3] = Reenterer.Attempt(address(safe), known || lastCall.length == 0 ? _setup() : lastCall);
        attempts[4] = Reenterer.Attempt(address(safe), nextCall);
        attempts[5] = Reenterer.Attempt(address(safe), abi.encodeCall(safe.approveHash, (hash)));
        reenterer.prepare(attempts);
        address before = guard;

        Result memory result = _execute(t, 0, seed);

        bool[] memory outcomes = reenterer.result();
        _expect(result.done && result.success && outcomes.length == 6, "a call that is called back from");
        if (outcomes.length != 6) return;
        for (uint256 i; i < 4; ++i) {
            _expect(!outcomes[i], "an intrusion from within");
        }
        _expect(outcomes[4], "the next transaction did not run within");
        _expect(outcomes[5] == known, "an approval from within");
        if (outcomes[4]) {
            ++nonce;
            if (before != address(0)) ++hooks[before];
            _paid(_payee(seed), next.value);
        }
        if (outcomes[5]) _approve(address(reenterer), hash);
        _did(throughRefund ? "re-enter through a refund" : "re-enter");
    }

    /* WHAT IS NOT SIGNED */

    /// @notice A payment that not enough owners signed, in every way that it may look as if they had.
    function forge(uint256 seed, uint256 kind) external {
        SafeTx memory t = _tx(_payee(seed), 0, "");
        kind = kind % 9;
        uint256 number = kind == 0 ? threshold - 1 : threshold;
        address[] memory signers = _signers(number, seed);
        bytes32 hash = _hash(safe, t, nonce);
        address executor = address(0x57A4);
        if (kind == 1 || kind == 2) {
            // Twice the same, or in the wrong order.
            if (number < 2) return;
            if (kind == 1) signers[1] = signers[0];
            else (signers[0], signers[1]) = (signers[1], signers[0]);
        }
        if (kind == 3) hash = _hash(safe, t, seed % 2 == 0 || nonce == 0 ? nonce + 1 + seed % 3 : nonce - 1);
        if (kind == 4) {
            // Not read again here: the compiler takes the chain for something that cannot change.
            vm.chainId(CHAIN + 1 + seed % 100);
            hash = _hash(safe, t, nonce);
            vm.chainId(CHAIN);
        }
        if (kind == 5) hash = _hash(IMultisig(OTHER), t, nonce);
        if (kind == 6) {
            SafeTx memory another = _tx(_payee(seed), 1, "");
            hash = _hash(safe, another, nonce);
        }
        if (kind == 7) {
            address stranger = _notAnOwner(seed);
            if (stranger == address(0)) return;
            signers[seed % number] = stranger;
            signers = _sorted(signers);
        }
        bytes memory signatures = _sign(signers, hash, executor, seed);
        if (kind == 8) {
            executor = SENTINEL;
            signatures = bytes.concat(abi.encode(SENTINEL, 0), bytes1(0x01), signatures);
        }
        _refused(executor, _call(t, signatures), "a forged transaction ran");
        _did("forge");
    }

    /// @notice What was executed last, once more, by somebody who does not sign by executing.
    function replay() external {
        if (lastCall.length == 0) return;
        _refused(address(0x57A4), lastCall, "a transaction ran twice");
        _refusedBy(OTHER, address(0x57A4), lastCall, "a transaction ran in another account");
        _did("replay");
    }

    /* WHAT MODULES DO */

    /// @notice A module, or somebody who is none, pays, changes something, runs code as the account, or fails.
    function moduleActs(uint256 seed, uint256 kind, uint256 a, uint256 b) external {
        address module = seed % 8 == 7 ? SENTINEL : _module(seed);
        kind = kind % 4;
        Change memory c = _change(a, b, seed);
        SafeTx memory t = _tx(_payee(seed), a % (balance + 1), "");
        bool expected = true;
        if (kind == 1) (t, expected) = (_tx(address(safe), 0, _encode(c)), _allows(c));
        if (kind == 2) {
            t = _tx(TARGET, balance + 1, abi.encodeCall(DelegateTarget.write, (SCRATCH, bytes32(b))));
            t.operation = Operation.DelegateCall;
        }
        if (kind == 3) (t, expected) = (_tx(_payee(seed), balance + 1, ""), false);
        bool returnsData = seed / 8 % 2 == 0;
        bytes memory call = returnsData
            ? abi.encodeCall(IModules.execTransactionFromModuleReturnData, (t.to, t.value, t.data, t.operation))
            : abi.encodeCall(IModules.execTransactionFromModule, (t.to, t.value, t.data, t.operation));
        if (!_contains(modules, module)) {
            _did("no module");
            return _refused(module, call, "a stranger acted as a module");
        }

        address before = moduleGuard;
        vm.prank(module);
        (bool done, bytes memory answer) = address(safe).call(call);

        _expect(done && (uint256(bytes32(answer)) == 1) == expected, "what a module did");
        if (expected && kind == 0) _paid(t.to, t.value);
        if (expected && kind == 1) _apply(c);
        if (expected && kind == 2) scratch = bytes32(b);
        _did("module");
        if (before == address(0)) return;
        ++hooks[before];
        _expect(
            keccak256(TestModuleGuard(before).lastInput())
                == keccak256(
                    abi.encodeCall(TestModuleGuard.checkModuleTransaction, (t.to, t.value, t.data, t.operation, module))
                ),
            "the module guard was asked about something else"
        );
        bytes32 word = keccak256(abi.encode(t.to, t.value, t.data, t.operation, module));
        _expect(TestModuleGuard(before).lastHash() == word, "the module guard was told another word");
        _expect(TestModuleGuard(before).lastSuccess() == expected, "the module guard was told another end");
        _did("guarded module");
    }

    /* WHAT ANYBODY DOES */

    /// @notice A change of configuration by somebody who is not the account: an owner, a module, the handler, a guard.
    function intrude(uint256 seed, address caller, uint256 kind, uint256 a, uint256 b) external {
        address[6] memory callers = [caller, owners[a % owners.length], _module(a), fallbackHandler, guard, SENTINEL];
        caller = callers[seed % 6];
        if (caller == address(safe) || caller == address(vm)) return;
        _refused(caller, _encode(_change(kind, a, b)), "an intruder changed the configuration");
        _did("intrude");
    }

    /// @notice Another setup.
    function setupAgain(uint256 seed, address caller) external {
        if (seed % 2 == 0) caller = owners[seed / 2 % owners.length];
        if (caller == address(vm)) return;
        _refused(caller, _setup(), "it was set up again");
        _did("setup again");
    }

    /// @notice Somebody sends native tokens.
    function receiveValue(uint256 value) external {
        value = value % 10 ether;
        vm.deal(address(0x57A4), value);
        vm.prank(address(0x57A4));
        (bool success,) = address(safe).call{value: value}("");
        _expect(success, "a transfer was refused");
        balance += value;
        _did("receive");
    }

    /// @notice Somebody approves a hash: an owner may.
    function approve(uint256 seed, bytes32 hash) external {
        address caller = actors[seed % actors.length];
        vm.prank(caller);
        (bool success,) = address(safe).call(abi.encodeCall(safe.approveHash, (hash)));
        _expect(success == _contains(owners, caller), "an approval");
        if (success) _approve(caller, hash);
        _did(success ? "approve" : "no approval");
    }

    /// @notice A simulation, of which nothing may remain.
    function simulate(uint256 kind, uint256 a, uint256 b) external {
        bytes memory data = kind % 2 == 0
            ? abi.encodeCall(DelegateTarget.write, (bytes32(a % 9), bytes32(b)))
            : _encode(_change(kind / 2, a, b));
        _refused(
            address(0x57A4),
            abi.encodeCall(safe.simulateAndRevert, (kind % 2 == 0 ? TARGET : address(safe), data)),
            "a simulation did not revert"
        );
        _did("simulate");
    }

    /// @notice An unknown call, which goes to the handler, whoever that is; and the handler calls back.
    function unknownCall(uint256 seed, bytes memory data) external {
        Reenterer.Attempt[] memory attempts = new Reenterer.Attempt[](2);
        attempts[0] = Reenterer.Attempt(address(safe), _setup());
        attempts[1] = Reenterer.Attempt(address(safe), _encode(_change(seed, seed >> 8, seed >> 16)));
        reenterer.prepare(attempts);
        vm.prank(actors[seed % actors.length]);
        (bool success,) = address(safe).call(bytes.concat(hex"fefefefe", data));
        if (fallbackHandler == address(0)) _expect(success, "an unknown call without a handler");
        bool[] memory outcomes = reenterer.result();
        if (outcomes.length == 0) return;
        _expect(!outcomes[0] && !outcomes[1], "the handler changed something");
        _did("handler calls back");
    }

    /* INTERNAL */

    function _tx(address to, uint256 value, bytes memory data) private pure returns (SafeTx memory) {
        return SafeTx(to, value, data, Operation.Call, 0, 0, 0, address(0), payable(0));
    }

    function _paid(address to, uint256 value) private {
        balance -= value;
        paid[to] += value;
    }

    function _payee(uint256 seed) private pure returns (address) {
        return address(uint160(0x900000 + seed % PAYEES));
    }

    function _module(uint256 seed) private pure returns (address) {
        return address(uint160(0x800000 + seed % MODULES));
    }

    function _refused(address caller, bytes memory data, string memory otherwise) private {
        _refusedBy(address(safe), caller, data, otherwise);
    }

    function _refusedBy(address account, address caller, bytes memory data, string memory otherwise) private {
        vm.prank(caller);
        (bool success,) = account.call(data);
        _expect(!success, otherwise);
    }

    /// @dev Returns an EOA among the actors that is no owner, or 0.
    function _notAnOwner(uint256 seed) private view returns (address) {
        for (uint256 i; i < actors.length; ++i) {
            address actor = actors[(seed % actors.length + i) % actors.length];
            if (keyOf[actor] != 0 && !_contains(owners, actor)) return actor;
        }
        return address(0);
    }

    function _setup() private view returns (bytes memory) {
        return
            abi.encodeCall(IMultisig.setup, (actors, 1, address(0), "", address(reenterer), address(0), 0, payable(0)));
    }

    function _messageHash(bytes memory message) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(keccak256("SafeMessage(bytes message)"), keccak256(message)));
        return keccak256(abi.encodePacked(hex"1901", safe.domainSeparator(), structHash));
    }

    /// @dev Returns a change with arguments that are often right.
    function _change(uint256 kind, uint256 a, uint256 b) private view returns (Change memory c) {
        c.kind = Kind(kind % 9);
        c.n = b % (owners.length + 2);
        if (c.kind == Kind.AddOwner) c.a = _candidate(a);
        if (c.kind == Kind.RemoveOwner || c.kind == Kind.SwapOwner) {
            (c.a, c.b) = _link(owners, a, b);
            if (c.kind == Kind.SwapOwner) c.c = _candidate(b);
        }
        if (c.kind == Kind.EnableModule) c.a = a % 8 == 0 ? address(uint160(a / 8 % 2)) : _module(a);
        if (c.kind == Kind.DisableModule) (c.a, c.b) = _link(modules, a, b);
        if (c.kind == Kind.SetFallbackHandler) {
            c.a = [address(safe), address(0), address(reenterer), TARGET, fallbackHandler][a % 5];
        }
        // One of the right ones mostly, so that there is a guard most of the time.
        if (c.kind == Kind.SetGuard) c.a = [address(0), guards[0], guards[1], moduleGuards[0], TARGET][_skewed(a)];
        if (c.kind == Kind.SetModuleGuard) {
            c.a = [address(0), moduleGuards[0], moduleGuards[1], guards[0], _payee(a)][_skewed(a)];
        }
    }

    /// @dev Returns 1 or 2 mostly, below 5 always.
    function _skewed(uint256 seed) private pure returns (uint256) {
        return seed % 3 == 0 ? seed / 3 % 5 : 1 + seed / 3 % 2;
    }

    /// @dev Returns who might become an owner: an actor mostly, who may be one already.
    function _candidate(uint256 seed) private view returns (address) {
        if (seed % 16 == 0) return [address(0), SENTINEL, address(safe)][seed / 16 % 3];
        return actors[seed % actors.length];
    }

    /// @dev Returns a member of the list and what stands before it, or somebody else.
    function _link(address[] storage list, uint256 a, uint256 b) private view returns (address, address) {
        if (list.length == 0) return (SENTINEL, a % 2 == 0 ? SENTINEL : _module(a));
        uint256 index = a % list.length;
        address previous = index == 0 ? SENTINEL : list[index - 1];
        if (b % 16 == 0) previous = _candidate(b / 16);
        if (b % 16 == 1) return (previous, [address(0), SENTINEL, address(0x57A4)][b / 16 % 3]);
        return (previous, list[index]);
    }
}
