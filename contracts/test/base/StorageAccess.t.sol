// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IStorageAccess} from "../../src/interfaces/IStorageAccess.sol";
import {DelegateTarget} from "../fixtures/DelegateTarget.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {BaseTest} from "../utils/BaseTest.sol";

contract StorageAccessTest is BaseTest {
    function testFuzz_getStorageAt(uint256 slot, uint256 length) public view {
        length = _bound(length, 0, 12);
        bytes memory expected;
        for (uint256 i; i < length; ++i) {
            unchecked {
                // Slot numbers wrap.
                expected = bytes.concat(expected, vm.load(address(safe), bytes32(slot + i)));
            }
        }
        vm.assertEq(safe.getStorageAt(slot, length), expected);
    }

    function test_getStorageAt_layout() public view {
        bytes memory words = safe.getStorageAt(0, 7);
        bytes memory expected = bytes.concat(
            _word(singleton), bytes32(0), bytes32(0), bytes32(OWNERS), bytes32(THRESHOLD), bytes32(0), bytes32(0)
        );
        vm.assertEq(words, expected);
        vm.assertEq(safe.getStorageAt(uint256(SLOT_HANDLER), 1), abi.encode(handler));
        vm.assertEq(safe.getStorageAt(uint256(SLOT_GUARD), 1), abi.encode(0));
        vm.assertEq(safe.getStorageAt(uint256(SLOT_MODULE_GUARD), 1), abi.encode(0));
    }

    function test_getStorageAt_wraps() public view {
        bytes memory words = safe.getStorageAt(type(uint256).max, 2);
        vm.assertEq(words, bytes.concat(bytes32(0), _word(singleton)));
    }

    /// @dev 2^251 words and more have a length in bytes that wraps.
    function testFuzz_getStorageAt_huge(uint256 slot, uint256 length) public {
        bytes memory call = abi.encodeCall(IStorageAccess.getStorageAt, (slot, _bound(length, 1 << 32, 1 << 64)));
        _reverts(stranger, address(safe), call, "");
        call = abi.encodeCall(IStorageAccess.getStorageAt, (slot, _bound(length, 1 << 251, type(uint256).max)));
        _reverts(stranger, address(safe), call, "");
        _reverts(stranger, address(safe), abi.encodeCall(IStorageAccess.getStorageAt, (slot, 1 << 251)), "");
    }

    /// @dev Written by a library behind DELEGATECALL, shown by the getter, and the reverse.
    function testFuzz_mappings_haveTheirSlots(bytes32 hash) public {
        DelegateTarget target = new DelegateTarget();
        bytes32 slot = keccak256(abi.encode(hash, uint256(7)));
        _exec(_delegate(address(target), abi.encodeCall(DelegateTarget.write, (slot, bytes32(uint256(1))))));
        vm.assertEq(safe.signedMessages(hash), 1);

        vm.prank(owners[1]);
        safe.approveHash(hash);
        slot = keccak256(abi.encode(hash, keccak256(abi.encode(owners[1], uint256(8)))));
        vm.assertEq(vm.load(address(safe), slot), bytes32(uint256(1)));
        vm.assertEq(vm.load(address(safe), bytes32(uint256(5))), bytes32(safe.nonce()));
    }

    function testFuzz_simulateAndRevert_failure(bytes memory data) public {
        _simulates(address(new Reverter()), abi.encodeCall(Reverter.withBytes, (data)), false, data);
    }

    function test_simulateAndRevert_success() public {
        DelegateTarget target = new DelegateTarget();
        _simulates(
            address(target),
            abi.encodeCall(DelegateTarget.context, ()),
            true,
            abi.encode(address(safe), stranger, uint256(0))
        );
        _simulates(
            address(target), abi.encodeCall(DelegateTarget.read, (bytes32(uint256(4)))), true, abi.encode(THRESHOLD)
        );
        // Nothing remains of what a simulation writes.
        bytes memory write = abi.encodeCall(DelegateTarget.write, (bytes32(uint256(4)), bytes32(uint256(1))));
        _simulates(address(target), write, true, "");
        vm.assertEq(safe.getThreshold(), THRESHOLD);
    }

    function test_simulateAndRevert_answerIsNotPadded() public {
        _simulates(address(4), hex"010203", true, hex"010203");
        _simulates(recipient, hex"010203", true, "");
    }

    function _simulates(address target, bytes memory data, bool success, bytes memory answer) private {
        _reverts(
            stranger,
            address(safe),
            abi.encodeCall(IStorageAccess.simulateAndRevert, (target, data)),
            abi.encodePacked(success ? uint256(1) : uint256(0), answer.length, answer)
        );
    }
}
