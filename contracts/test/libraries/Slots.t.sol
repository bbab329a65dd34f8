// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Slots} from "../../src/libraries/Slots.sol";
import {Canary} from "../twins/Canary.sol";
import {TwinTest} from "../twins/TwinTest.sol";

/// @dev Keeps an address in each of the three slots, between two canaries.
contract SlotsCaller {
    function store(uint256 which, address value) external {
        (bytes memory canary, uint256 free) = Canary.plant(which);
        Slots.store(_slot(which), value);
        Canary.check(canary, free, which, 0);
    }

    function load(uint256 which) external view returns (address value) {
        (bytes memory canary, uint256 free) = Canary.plant(which);
        value = Slots.load(_slot(which));
        Canary.check(canary, free, which, 0);
    }

    function _slot(uint256 which) private pure returns (bytes32) {
        return which % 3 == 0 ? Slots.FALLBACK_HANDLER : which % 3 == 1 ? Slots.GUARD : Slots.MODULE_GUARD;
    }
}

/// @dev The twins: a variable which the compiler itself puts there.
contract PlainHandler layout at 0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5 {
    address private variable;

    function store(uint256, address value) external {
        variable = value;
    }

    function load(uint256) external view returns (address) {
        return variable;
    }
}

contract PlainGuard layout at 0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8 {
    address private variable;

    function store(uint256, address value) external {
        variable = value;
    }

    function load(uint256) external view returns (address) {
        return variable;
    }
}

contract PlainModuleGuard layout at 0xb104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947 {
    address private variable;

    function store(uint256, address value) external {
        variable = value;
    }

    function load(uint256) external view returns (address) {
        return variable;
    }
}

contract SlotsTest is TwinTest {
    address internal caller;
    bytes[3] internal plain;
    bytes32[3] internal slots = [SLOT_HANDLER, SLOT_GUARD, SLOT_MODULE_GUARD];

    function setUp() public override {
        caller = address(new SlotsCaller());
        plain = [address(new PlainHandler()).code, address(new PlainGuard()).code, address(new PlainModuleGuard()).code];
    }

    /// @dev What `store` keeps is the whole word, what `load` returns is an address, whatever stands above it.
    function testFuzz_slots(uint256 which, address value, bytes32 before) public {
        which %= 3;
        // A variable of Solidity keeps what stands above it; in an account nothing ever does.
        vm.store(caller, slots[which], before & bytes32(uint256(type(uint160).max)));
        _agree(which, abi.encodeCall(SlotsCaller.store, (which, value)));
        vm.assertEq(vm.load(caller, slots[which]), _word(value));
        vm.store(caller, slots[which], before);
        bytes memory answer = _agree(which, abi.encodeCall(SlotsCaller.load, (which)));
        vm.assertEq(answer, abi.encode(address(uint160(uint256(before)))));
        for (uint256 other; other < 3; ++other) {
            if (other != which) vm.assertEq(vm.load(caller, slots[other]), 0);
        }
    }

    function _agree(uint256 which, bytes memory call) private returns (bytes memory answer) {
        bool success;
        (success, answer) = _same(caller, plain[which], stranger, caller, 0, call);
        vm.assertTrue(success);
    }

    /// @dev Each is the hash of its name.
    function test_slots() public pure {
        vm.assertEq(Slots.FALLBACK_HANDLER, SLOT_HANDLER);
        vm.assertEq(Slots.GUARD, SLOT_GUARD);
        vm.assertEq(Slots.MODULE_GUARD, SLOT_MODULE_GUARD);
    }
}
