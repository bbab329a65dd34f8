// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IOwners} from "../../src/interfaces/IOwners.sol";
import {BaseTest} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {Vm} from "../utils/Vm.sol";

contract OwnersTest is BaseTest {
    /* SELF ONLY */

    function testFuzz_everySetter_onlyBySelf(address caller) public {
        vm.assume(caller != address(safe) && caller != address(vm));
        bytes memory expected = _error("GS031");
        _reverts(caller, address(safe), abi.encodeCall(IOwners.addOwnerWithThreshold, (recipient, 1)), expected);
        _reverts(caller, address(safe), abi.encodeCall(IOwners.removeOwner, (SENTINEL, owners[0], 1)), expected);
        _reverts(caller, address(safe), abi.encodeCall(IOwners.swapOwner, (SENTINEL, owners[0], recipient)), expected);
        _reverts(caller, address(safe), abi.encodeCall(IOwners.changeThreshold, (1)), expected);
    }

    /* ADD */

    function testFuzz_addOwner(address owner, uint256 threshold) public {
        vm.assume(_isFree(owner));
        threshold = _bound(threshold, 1, OWNERS + 1);
        vm.recordLogs();

        _self(abi.encodeCall(IOwners.addOwnerWithThreshold, (owner, threshold)));

        address[] memory list = safe.getOwners();
        vm.assertEq(list.length, OWNERS + 1);
        vm.assertEq(list[0], owner);
        for (uint256 i; i < OWNERS; ++i) {
            vm.assertEq(list[i + 1], owners[i]);
        }
        vm.assertTrue(safe.isOwner(owner));
        vm.assertEq(safe.getThreshold(), threshold);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, threshold == THRESHOLD ? 1 : 2);
        _expectLog(logs[0], address(safe), _topics(keccak256("AddedOwner(address)"), _word(owner)), "");
        if (threshold != THRESHOLD) {
            _expectLog(logs[1], address(safe), _topics(keccak256("ChangedThreshold(uint256)")), abi.encode(threshold));
        }
    }

    function test_addOwner_badOwner() public {
        bytes memory bad = _error("GS203");
        _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (address(0), 2)), bad);
        _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (SENTINEL, 2)), bad);
        _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (address(safe), 2)), bad);
        for (uint256 i; i < OWNERS; ++i) {
            _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (owners[i], 2)), _error("GS204"));
        }
    }

    function testFuzz_addOwner_badThreshold(uint256 threshold) public {
        vm.assume(threshold > OWNERS + 1);
        _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (recipient, threshold)), _error("GS201"));
        _selfReverts(abi.encodeCall(IOwners.addOwnerWithThreshold, (recipient, 0)), _error("GS202"));
    }

    /* REMOVE */

    function testFuzz_removeOwner(uint256 index, uint256 threshold) public {
        index = _bound(index, 0, OWNERS - 1);
        threshold = _bound(threshold, 1, OWNERS - 1);
        address previous = index == 0 ? SENTINEL : owners[index - 1];
        vm.recordLogs();

        _self(abi.encodeCall(IOwners.removeOwner, (previous, owners[index], threshold)));

        address[] memory list = safe.getOwners();
        vm.assertEq(list.length, OWNERS - 1);
        for (uint256 i; i < list.length; ++i) {
            vm.assertEq(list[i], owners[i < index ? i : i + 1]);
        }
        vm.assertFalse(safe.isOwner(owners[index]));
        vm.assertEq(safe.getThreshold(), threshold);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, threshold == THRESHOLD ? 1 : 2);
        _expectLog(logs[0], address(safe), _topics(keccak256("RemovedOwner(address)"), _word(owners[index])), "");
    }

    function testFuzz_removeOwner_thresholdTooHigh(uint256 threshold) public {
        vm.assume(threshold > OWNERS - 1);
        // Tested before everything else: even with a bad owner.
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (SENTINEL, address(0), threshold)), _error("GS201"));
    }

    function test_removeOwner_bad() public {
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (SENTINEL, owners[0], 0)), _error("GS202"));
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (SENTINEL, address(0), 2)), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (owners[2], SENTINEL, 2)), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (owners[0], owners[0], 2)), _error("GS205"));
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (owners[1], owners[0], 2)), _error("GS205"));
        _selfReverts(abi.encodeCall(IOwners.removeOwner, (SENTINEL, stranger, 2)), _error("GS205"));
    }

    /* SWAP */

    function testFuzz_swapOwner(uint256 index, address newOwner) public {
        vm.assume(_isFree(newOwner));
        index = _bound(index, 0, OWNERS - 1);
        address previous = index == 0 ? SENTINEL : owners[index - 1];
        vm.recordLogs();

        _self(abi.encodeCall(IOwners.swapOwner, (previous, owners[index], newOwner)));

        address[] memory list = safe.getOwners();
        vm.assertEq(list.length, OWNERS);
        for (uint256 i; i < OWNERS; ++i) {
            vm.assertEq(list[i], i == index ? newOwner : owners[i]);
        }
        vm.assertFalse(safe.isOwner(owners[index]));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectLog(logs[0], address(safe), _topics(keccak256("RemovedOwner(address)"), _word(owners[index])), "");
        _expectLog(logs[1], address(safe), _topics(keccak256("AddedOwner(address)"), _word(newOwner)), "");
    }

    function test_swapOwner_bad() public {
        // The new owner is tested before the old one.
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, address(0), address(0))), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, owners[0], SENTINEL)), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, owners[0], address(safe))), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, address(0), owners[1])), _error("GS204"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, owners[0], owners[0])), _error("GS204"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, address(0), recipient)), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (owners[2], SENTINEL, recipient)), _error("GS203"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, owners[1], recipient)), _error("GS205"));
        _selfReverts(abi.encodeCall(IOwners.swapOwner, (SENTINEL, stranger, recipient)), _error("GS205"));
    }

    /* THRESHOLD */

    function testFuzz_changeThreshold(uint256 threshold) public {
        threshold = _bound(threshold, 1, OWNERS);
        vm.recordLogs();

        _self(abi.encodeCall(IOwners.changeThreshold, (threshold)));

        vm.assertEq(safe.getThreshold(), threshold);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        // Also when the value stays.
        vm.assertEq(logs.length, 1);
        _expectLog(logs[0], address(safe), _topics(keccak256("ChangedThreshold(uint256)")), abi.encode(threshold));
    }

    function testFuzz_changeThreshold_bad(uint256 threshold) public {
        vm.assume(threshold > OWNERS);
        _selfReverts(abi.encodeCall(IOwners.changeThreshold, (threshold)), _error("GS201"));
        _selfReverts(abi.encodeCall(IOwners.changeThreshold, (0)), _error("GS202"));
    }

    /* VIEWS */

    function testFuzz_isOwner(address account) public view {
        bool expected = account == owners[0] || account == owners[1] || account == owners[2];
        vm.assertTrue(safe.isOwner(account) == expected);
    }

    function test_isOwner_neverNullNorSentinel() public view {
        vm.assertFalse(safe.isOwner(address(0)));
        vm.assertFalse(safe.isOwner(SENTINEL));
        vm.assertFalse(safe.isOwner(address(safe)));
    }

    function test_getOwners_notSetUp() public {
        bytes memory call = abi.encodeCall(IOwners.getOwners, ());
        _reverts(stranger, Deployment.proxy(singleton), call, "");
        _reverts(stranger, singleton, call, "");
    }

    /// @dev A count that is wrong, as only code behind DELEGATECALL can make it.
    function testFuzz_getOwners_wrongCount(uint256 count) public {
        bytes32 slot = bytes32(uint256(3));
        bytes memory call = abi.encodeCall(IOwners.getOwners, ());
        vm.store(address(safe), slot, bytes32(_bound(count, 0, OWNERS - 1)));
        _reverts(stranger, address(safe), call, "");
        vm.store(address(safe), slot, bytes32(_bound(count, 1 << 32, type(uint256).max)));
        _reverts(stranger, address(safe), call, "");

        vm.store(address(safe), slot, bytes32(_bound(count, OWNERS, 20)));
        address[] memory list = safe.getOwners();
        vm.assertEq(list.length, _bound(count, OWNERS, 20));
        for (uint256 i; i < list.length; ++i) {
            vm.assertEq(list[i], i < OWNERS ? owners[i] : address(0));
        }
    }

    function test_storage_list() public view {
        bytes32 slot = keccak256(abi.encode(SENTINEL, uint256(2)));
        vm.assertEq(vm.load(address(safe), slot), _word(owners[0]));
        slot = keccak256(abi.encode(owners[2], uint256(2)));
        vm.assertEq(vm.load(address(safe), slot), _word(SENTINEL));
        vm.assertEq(uint256(vm.load(address(safe), bytes32(uint256(3)))), OWNERS);
        vm.assertEq(uint256(vm.load(address(safe), bytes32(uint256(4)))), THRESHOLD);
    }
}
