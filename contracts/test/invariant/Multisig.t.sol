// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BaseTest} from "../utils/BaseTest.sol";
import {MultisigHandler} from "./MultisigHandler.sol";

/// @dev What must hold of an account whatever anybody does, in any order.
contract MultisigInvariants is BaseTest {
    /// @dev As forge reads it: which functions of which contract it may call.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    MultisigHandler internal actions;
    address[] internal actors;

    function setUp() public override {
        super.setUp();
        uint256[] memory secrets;
        (actors, secrets) = _actors(8);
        actions = new MultisigHandler(safe, actors, secrets);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(actions);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        bytes4[] memory selectors = new bytes4[](12);
        selectors[0] = MultisigHandler.pay.selector;
        selectors[1] = MultisigHandler.payTooMuch.selector;
        selectors[2] = MultisigHandler.reconfigure.selector;
        selectors[3] = MultisigHandler.underSign.selector;
        selectors[4] = MultisigHandler.signTwice.selector;
        selectors[5] = MultisigHandler.moduleActs.selector;
        selectors[6] = MultisigHandler.strangerReconfigures.selector;
        selectors[7] = MultisigHandler.ownerReconfigures.selector;
        selectors[8] = MultisigHandler.setupAgain.selector;
        selectors[9] = MultisigHandler.receiveValue.selector;
        selectors[10] = MultisigHandler.approve.selector;
        selectors[11] = MultisigHandler.simulate.selector;
        targets = new FuzzSelector[](1);
        targets[0] = FuzzSelector(address(actions), selectors);
    }

    /// @dev The handler does what it says: without this, invariants could hold because nothing happens.
    function test_actionsAct() external {
        actions.pay(0, 5);
        vm.assertEq(actions.executions(), 1);
        vm.assertEq(address(0x900000).balance, 5);
        actions.payTooMuch(1, false);
        vm.assertEq(actions.executions(), 1);
        actions.payTooMuch(1, true);
        vm.assertEq(actions.executions(), 2);

        bytes32 before = actions.configuration();
        actions.reconfigure(4, 0, 0);
        vm.assertTrue(safe.isModuleEnabled(address(0x800000)));
        vm.assertTrue(actions.configuration() != before);
        actions.reconfigure(0, 7, 0);
        actions.moduleActs(0, 7, false);
        vm.assertEq(address(0x900003).balance, 7);
        // kind 3 (a threshold of 1), by the module.
        actions.moduleActs(3 << 8, 1, true);

        actions.underSign(1);
        actions.reconfigure(3, 0, 2);
        actions.signTwice(0);
        actions.moduleActs(1, 1, false);
        actions.strangerReconfigures(stranger, 3, 0, 1);
        actions.ownerReconfigures(0, 3, 0, 1);
        vm.assertEq(actions.refusals(), 5);
        vm.assertEq(actions.intrusions(), 0);
        actions.receiveValue(3);
        vm.assertEq(actions.balance(), 100 ether - 5 - 7 + 3);
    }

    /// @dev 1. The nonce counts the executions, and nothing else moves it.
    function invariant_nonceCountsExecutions() external view {
        vm.assertEq(safe.nonce(), actions.executions());
    }

    /// @dev 2. At least one signature is needed, and no more than there are owners.
    function invariant_thresholdIsWithinOwners() external view {
        uint256 threshold = safe.getThreshold();
        vm.assertGe(threshold, 1);
        vm.assertLe(threshold, safe.getOwners().length);
    }

    /// @dev 3. Both lists come back to the sentinel, without a repetition, without 0, the sentinel or the account itself
    /// among the owners; the count is right; and membership is what the list says.
    function invariant_listsAreWellFormed() external view {
        uint256 count = _walk(2);
        vm.assertEq(count, uint256(vm.load(address(safe), bytes32(uint256(3)))));
        vm.assertEq(count, safe.getOwners().length);
        vm.assertFalse(safe.isOwner(address(safe)));
        for (uint256 i; i < actors.length; ++i) {
            vm.assertTrue(safe.isOwner(actors[i]) == (_next(actors[i], 2) != address(0)));
        }
        (address[] memory modules,) = safe.getModulesPaginated(SENTINEL, 64);
        vm.assertEq(_walk(1), modules.length);
        vm.assertEq(_next(address(0), 1), address(0));
        vm.assertEq(_next(address(0), 2), address(0));
    }

    /// @dev 4. Owners, threshold, modules, guards, handler and singleton are what the account itself made them.
    function invariant_configurationOnlyBySelf() external view {
        vm.assertEq(actions.read(), actions.configuration());
        vm.assertEq(actions.intrusions(), 0);
    }

    /// @dev 5. Setup happens once.
    function invariant_setupOnce() external view {
        vm.assertEq(actions.setups(), 0);
    }

    /// @dev 6. What left is what owners or modules sent.
    function invariant_nothingLeavesUnauthorised() external view {
        vm.assertEq(address(safe).balance, actions.balance());
    }

    function _next(address link, uint256 list) private view returns (address) {
        return address(uint160(uint256(vm.load(address(safe), keccak256(abi.encode(link, list))))));
    }

    /// @dev Returns the length of a list. A list of n different links takes n + 1 steps back to the sentinel; one with a
    /// repetition never comes back, and more steps than there are actors and modules fail.
    function _walk(uint256 list) private view returns (uint256 count) {
        for (address link = _next(SENTINEL, list); link != SENTINEL; link = _next(link, list)) {
            vm.assertTrue(link != address(0), "a link leads nowhere");
            ++count;
            vm.assertLe(count, 16);
        }
    }
}
