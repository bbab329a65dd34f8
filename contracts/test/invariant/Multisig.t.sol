// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {TestModuleGuard} from "../fixtures/TestModuleGuard.sol";
import {BaseTest} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {AccountModel} from "./AccountModel.sol";
import {MultisigHandler} from "./MultisigHandler.sol";

/// @dev What must hold of an account whatever anybody does, in any order.
contract MultisigInvariants is BaseTest {
    /// @dev As forge reads it: which functions of which contract it may call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    bytes32 private constant EIP1967_SLOT = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    MultisigHandler internal actions;
    address[] internal actors;

    function setUp() public override {
        super.setUp();
        uint256[] memory secrets;
        (actors, secrets) = _actors(8);
        address other = _newSafe(owners, THRESHOLD);
        actions = new MultisigHandler(safe, IMultisig(other), actors, secrets);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actions);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(actions), _selectors());
    }

    function _selectors() private pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](16);
        selectors[0] = MultisigHandler.pay.selector;
        selectors[1] = MultisigHandler.payTooMuch.selector;
        selectors[2] = MultisigHandler.reconfigure.selector;
        selectors[3] = MultisigHandler.batch.selector;
        selectors[4] = MultisigHandler.delegate.selector;
        selectors[5] = MultisigHandler.refund.selector;
        selectors[6] = MultisigHandler.reenter.selector;
        selectors[7] = MultisigHandler.forge.selector;
        selectors[8] = MultisigHandler.replay.selector;
        selectors[9] = MultisigHandler.moduleActs.selector;
        selectors[10] = MultisigHandler.intrude.selector;
        selectors[11] = MultisigHandler.setupAgain.selector;
        selectors[12] = MultisigHandler.receiveValue.selector;
        selectors[13] = MultisigHandler.approve.selector;
        selectors[14] = MultisigHandler.simulate.selector;
        selectors[15] = MultisigHandler.unknownCall.selector;
    }

    /// @dev The handler does what it says: without this, invariants could hold because nothing happens.
    function test_actionsAct() external {
        bytes4[] memory selectors = _selectors();
        uint256 seed = 1;
        for (uint256 i; i < 640; ++i) {
            bytes memory arguments;
            for (uint256 j; j < 5; ++j) {
                seed = uint256(keccak256(abi.encode(seed)));
                // As narrow as a bool and as `bytes` need it: the words fit every parameter.
                arguments = bytes.concat(arguments, bytes32(i % 16 == 1 || i % 16 == 6 ? seed % 2 : seed >> 96));
            }
            if (i % 16 == 15) arguments = abi.encode(seed, hex"1234");
            (bool success,) = address(actions).call(bytes.concat(selectors[i % 16], arguments));
            vm.assertTrue(success, "an action reverted");
        }
        _everything();
        string[28] memory labels = [
            "pay",
            "failure uses the nonce",
            "failure reverts",
            "reconfigure",
            "wrong change",
            "batch",
            "delegate",
            "sign a message",
            "refund",
            "refund of tokens",
            "re-enter",
            "re-enter through a refund",
            "forge",
            "replay",
            "module",
            "no module",
            "guarded",
            "guarded module",
            "intrude",
            "setup again",
            "receive",
            "approve",
            "simulate",
            "handler calls back",
            "signed by a contract",
            "signed by eth_sign",
            "signed by executing",
            "signed by an approval"
        ];
        for (uint256 i; i < labels.length; ++i) {
            vm.assertTrue(actions.count(labels[i]) != 0, labels[i]);
        }
    }

    /// @dev All at once, for the test above.
    function _everything() private view {
        this.invariant_everyVerdictIsForetold();
        this.invariant_nonceCountsExecutions();
        this.invariant_listsAreWellFormed();
        this.invariant_configurationOnlyBySelf();
        this.invariant_everyTokenIsAccountedFor();
        this.invariant_consentIsKept();
        this.invariant_guardsAreAskedAndTold();
    }

    /// @dev Whatever was tried: what should succeed did, and what should be refused was; guards were asked and told exactly
    /// what was executed; refunds were within their bounds.
    function invariant_everyVerdictIsForetold() external view {
        vm.assertEq(actions.fault(), "");
    }

    /// @dev The nonce counts the executions, one by one, and nothing else moves it.
    function invariant_nonceCountsExecutions() external view {
        vm.assertEq(safe.nonce(), actions.nonce());
    }

    /// @dev Both lists are exactly what the account made them, in order; they come back to the sentinel without a repetition
    /// and without 0; the account is never its own owner; the count is right; membership is what the list says; and at least
    /// one signature is needed, and no more than there are owners.
    function invariant_listsAreWellFormed() external view {
        address[] memory members = actions.getOwners();
        _expectList(2, members);
        _expectList(1, actions.getModules());

        vm.assertEq(safe.getOwners(), members);
        vm.assertEq(uint256(vm.load(address(safe), bytes32(uint256(3)))), members.length);
        (address[] memory modules, address next) = safe.getModulesPaginated(SENTINEL, 64);
        vm.assertEq(modules, actions.getModules());
        vm.assertEq(next, SENTINEL);

        for (uint256 i; i < actors.length; ++i) {
            vm.assertTrue(safe.isOwner(actors[i]) == _contains(members, actors[i]));
        }
        vm.assertFalse(safe.isOwner(address(safe)));
        vm.assertFalse(safe.isOwner(SENTINEL) || safe.isOwner(address(0)));
        vm.assertFalse(safe.isModuleEnabled(SENTINEL) || safe.isModuleEnabled(address(0)));

        uint256 threshold = safe.getThreshold();
        vm.assertEq(threshold, actions.threshold());
        vm.assertGe(threshold, 1);
        vm.assertLe(threshold, members.length);
    }

    /// @dev Guards, handler and singleton are what the account itself made them. What nobody writes is empty.
    function invariant_configurationOnlyBySelf() external view {
        vm.assertEq(vm.load(address(safe), SLOT_GUARD), _word(actions.guard()));
        vm.assertEq(vm.load(address(safe), SLOT_MODULE_GUARD), _word(actions.moduleGuard()));
        vm.assertEq(vm.load(address(safe), SLOT_HANDLER), _word(actions.fallbackHandler()));
        vm.assertEq(vm.load(address(safe), 0), _word(singleton));
        vm.assertEq(vm.load(address(safe), bytes32(uint256(6))), 0);
        vm.assertEq(vm.load(address(safe), EIP1967_SLOT), 0);
        vm.assertEq(vm.load(address(safe), actions.SCRATCH()), actions.scratch());
    }

    /// @dev What the account holds is what came in less what owners and modules sent and what was refunded, to the wei.
    function invariant_everyTokenIsAccountedFor() external view {
        vm.assertEq(address(safe).balance, actions.balance());
        vm.assertEq(actions.token().balanceOf(address(safe)), actions.tokens());
        for (uint160 i; i < 5; ++i) {
            vm.assertEq(address(0x900000 + i).balance, actions.paid(address(0x900000 + i)));
        }
    }

    /// @dev Hashes are approved by those who approved them, and by nobody else. Messages are signed by the library, and by
    /// nobody else.
    function invariant_consentIsKept() external view {
        AccountModel.Approval[] memory approvals = actions.latestApprovals();
        for (uint256 i; i < approvals.length; ++i) {
            bytes32 hash = approvals[i].hash;
            vm.assertEq(safe.approvedHashes(approvals[i].owner, hash), 1);
            vm.assertEq(safe.signedMessages(hash), 0);
            for (uint256 j; j < actors.length; ++j) {
                vm.assertEq(safe.approvedHashes(actors[j], hash), actions.approved(actors[j], hash) ? 1 : 0);
            }
        }
        bytes32[] memory signed = actions.latestSigned();
        for (uint256 i; i < signed.length; ++i) {
            vm.assertEq(safe.signedMessages(signed[i]), 1);
            vm.assertEq(safe.approvedHashes(address(safe), signed[i]), 0);
        }
    }

    /// @dev Both hooks of a guard ran exactly as often as something was executed while it was the guard.
    function invariant_guardsAreAskedAndTold() external view {
        (address[] memory guards, address[] memory moduleGuards) = actions.getGuards();
        for (uint256 i; i < guards.length; ++i) {
            vm.assertEq(TestGuard(guards[i]).checksBefore(), actions.hooks(guards[i]));
            vm.assertEq(TestGuard(guards[i]).checksAfter(), actions.hooks(guards[i]));
            vm.assertEq(TestModuleGuard(moduleGuards[i]).checksBefore(), actions.hooks(moduleGuards[i]));
            vm.assertEq(TestModuleGuard(moduleGuards[i]).checksAfter(), actions.hooks(moduleGuards[i]));
        }
    }

    /// @dev Walks a list in raw storage: these links, in this order, and back to the sentinel.
    function _expectList(uint256 list, address[] memory expected) private view {
        vm.assertEq(_next(address(0), list), address(0));
        address link = SENTINEL;
        for (uint256 i; i < expected.length; ++i) {
            link = _next(link, list);
            vm.assertEq(link, expected[i]);
            vm.assertTrue(uint160(link) > 1 && link != (list == 2 ? address(safe) : address(0)));
            for (uint256 j; j < i; ++j) {
                vm.assertTrue(link != expected[j], "a repetition");
            }
        }
        vm.assertEq(_next(link, list), SENTINEL);
        // Who is not in it has no link.
        for (uint256 i; i < actors.length; ++i) {
            vm.assertTrue((_next(actors[i], list) != address(0)) == _contains(expected, actors[i]));
        }
    }

    function _next(address link, uint256 list) private view returns (address) {
        return address(uint160(uint256(vm.load(address(safe), keccak256(abi.encode(link, list))))));
    }

    function _contains(address[] memory list, address item) private pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }
}

/// forge-config: default.invariant.runs = 8
/// @dev The same of the account that tells everything in events.
contract MultisigL2Invariants is MultisigInvariants {
    function _singleton() internal override returns (address) {
        return Deployment.multisigL2();
    }
}
