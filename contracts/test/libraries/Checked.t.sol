// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Checked} from "../../src/libraries/Checked.sol";
import {BaseTest} from "../utils/BaseTest.sol";

/// @dev Makes the library's reverts visible to a caller.
contract CheckedCaller {
    function add(uint256 a, uint256 b) external pure returns (uint256) {
        return Checked.add(a, b);
    }

    function mul(uint256 a, uint256 b) external pure returns (uint256) {
        return Checked.mul(a, b);
    }

    function size(uint256 words) external pure returns (uint256) {
        return Checked.size(words);
    }
}

contract CheckedTest is BaseTest {
    CheckedCaller internal caller;

    function setUp() public override {
        caller = new CheckedCaller();
    }

    function testFuzz_add(uint256 a, uint256 b) public {
        if (a > type(uint256).max - b) {
            _reverts(stranger, address(caller), abi.encodeCall(CheckedCaller.add, (a, b)), "");
        } else {
            vm.assertEq(caller.add(a, b), a + b);
        }
    }

    function testFuzz_mul(uint256 a, uint256 b, uint8 shift) public {
        // Small numbers too: most products of two large ones overflow.
        a >>= shift;
        if (a != 0 && b > type(uint256).max / a) {
            _reverts(stranger, address(caller), abi.encodeCall(CheckedCaller.mul, (a, b)), "");
        } else {
            vm.assertEq(caller.mul(a, b), a * b);
        }
    }

    function testFuzz_size(uint256 words, uint8 shift) public {
        words >>= shift;
        if (words >= 1 << 32) {
            _reverts(stranger, address(caller), abi.encodeCall(CheckedCaller.size, (words)), "");
        } else {
            vm.assertEq(caller.size(words), words);
        }
    }

    function test_size_limit() public {
        vm.assertEq(caller.size((1 << 32) - 1), (1 << 32) - 1);
        _reverts(stranger, address(caller), abi.encodeCall(CheckedCaller.size, (1 << 32)), "");
    }
}
