// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "../../src/interfaces/IERC165.sol";
import {IModuleGuard} from "../../src/interfaces/IModuleGuard.sol";
import {ITransactionGuard} from "../../src/interfaces/ITransactionGuard.sol";
import {ERC165} from "../../src/libraries/ERC165.sol";
import {BaseTest} from "../utils/BaseTest.sol";

/// @dev Makes the library's reverts visible to a caller, beside Solidity's own question.
contract ERC165Caller {
    function claims(address target, bytes4 interfaceId) external view returns (bool) {
        return ERC165.claims(target, interfaceId);
    }

    function plainly(address target, bytes4 interfaceId) external view returns (bool) {
        return IERC165(target).supportsInterface(interfaceId);
    }
}

/// @dev Answers, or reverts, with bytes of the test's choice; and only if it is asked for the one interface.
contract RawClaim {
    bytes4 private expected;
    bytes private answer;
    bool private fails;

    function set(bytes4 expected_, bytes memory answer_, bool fails_) external {
        (expected, answer, fails) = (expected_, answer_, fails_);
    }

    function supportsInterface(bytes4 interfaceId) external view returns (bool) {
        require(interfaceId == expected, "another question");
        bytes memory data = answer;
        if (fails) {
            assembly ("memory-safe") {
                // The content.
                revert(add(data, 0x20), mload(data))
            }
        }
        assembly ("memory-safe") {
            // The content.
            return(add(data, 0x20), mload(data))
        }
    }
}

contract ERC165Test is BaseTest {
    ERC165Caller internal caller;
    RawClaim internal claim;

    function setUp() public override {
        caller = new ERC165Caller();
        claim = new RawClaim();
    }

    /// @dev As Solidity asks, but that every word other than 0 is a yes.
    function testFuzz_claims(bytes4 id, uint256 word, bytes memory rest, uint8 shape) public {
        if (shape % 2 == 0) word %= 3;
        claim.set(id, bytes.concat(bytes32(word), rest), false);
        bool answer = caller.claims(address(claim), id);
        vm.assertTrue(answer == (word != 0));
        if (word <= 1) vm.assertTrue(answer == caller.plainly(address(claim), id));
        else _reverts(stranger, address(caller), abi.encodeCall(caller.plainly, (address(claim), id)), "");
    }

    function testFuzz_shortAnswer(bytes4 id, uint256 length) public {
        claim.set(id, new bytes(_bound(length, 0, 31)), false);
        _bothRevert(address(claim), id, "");
    }

    function testFuzz_revertBubbles(bytes4 id, bytes memory data) public {
        claim.set(id, data, true);
        _bothRevert(address(claim), id, data);
    }

    function testFuzz_withoutCode(bytes4 id, uint8 precompile) public {
        _bothRevert(recipient, id, "");
        // Solidity would believe the identity: it answers with what it was asked.
        address target = address(uint160(1 + precompile % 17));
        _reverts(stranger, address(caller), abi.encodeCall(caller.claims, (target, id)), "");
    }

    function _bothRevert(address target, bytes4 id, bytes memory expected) private {
        _reverts(stranger, address(caller), abi.encodeCall(caller.claims, (target, id)), expected);
        _reverts(stranger, address(caller), abi.encodeCall(caller.plainly, (target, id)), expected);
    }

    /// @dev The interfaces that the account asks for.
    function test_interfaceIds() public pure {
        vm.assertEq(bytes32(type(ITransactionGuard).interfaceId), bytes32(bytes4(0xe6d7a83a)));
        vm.assertEq(bytes32(type(IModuleGuard).interfaceId), bytes32(bytes4(0x58401ed8)));
    }
}
