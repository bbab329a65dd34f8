// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Answers} from "../../src/libraries/Answers.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {BaseTest} from "../utils/BaseTest.sol";

/// @dev Makes the library's reverts visible to a caller, beside Solidity's own decoder.
contract AnswersCaller {
    function ofCall(address target, bytes memory data) external returns (bytes memory) {
        return Answers.ofCall(target, data);
    }

    function ofStaticCall(address target, bytes memory data) external view returns (bytes memory) {
        return Answers.ofStaticCall(target, data);
    }

    function asBytes4(bytes memory answer) external pure returns (bytes4) {
        return Answers.asBytes4(answer);
    }

    function asBytes(bytes memory answer) external pure returns (bytes memory) {
        return Answers.asBytes(answer);
    }

    function plainly(bytes memory answer) external pure returns (bytes memory) {
        return abi.decode(answer, (bytes));
    }
}

/// @dev Answers with its input, and keeps it when it may.
contract Parrot {
    bytes public last;

    fallback(bytes calldata input) external returns (bytes memory) {
        last = input;
        return input;
    }
}

contract AnswersTest is BaseTest {
    AnswersCaller internal caller;

    function setUp() public override {
        caller = new AnswersCaller();
    }

    function testFuzz_ofCall(bytes memory data) public {
        Parrot parrot = new Parrot();
        bytes memory input = bytes.concat(hex"fefefefe", data);
        vm.assertEq(caller.ofCall(address(parrot), input), input);
        vm.assertEq(parrot.last(), input);
        vm.assertEq(caller.ofStaticCall(address(parrot), abi.encodeCall(parrot.last, ())), abi.encode(input));
    }

    function testFuzz_bubbles(bytes memory data) public {
        address reverter = address(new Reverter());
        bytes memory fail = abi.encodeCall(Reverter.withBytes, (data));
        // The fixture takes value, but is not given any.
        _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.ofCall, (reverter, fail)), data);
        _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.ofStaticCall, (reverter, fail)), data);
    }

    function testFuzz_withoutCode(uint8 precompile, bytes memory data) public {
        address none = precompile % 20 == 0 ? recipient : address(uint160(precompile % 20));
        _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.ofCall, (none, data)), "");
        _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.ofStaticCall, (none, data)), "");
    }

    function testFuzz_asBytes4(bytes memory answer, bytes32 word) public {
        if (answer.length < 32) {
            _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.asBytes4, (answer)), "");
        }
        vm.assertEq(bytes32(caller.asBytes4(bytes.concat(word, answer))), bytes32(bytes4(word)));
    }

    function testFuzz_asBytes(bytes memory content, bytes memory rest) public view {
        vm.assertEq(caller.asBytes(abi.encode(content)), content);
        vm.assertEq(caller.asBytes(bytes.concat(abi.encode(content), rest)), content);
    }

    /// @dev As Solidity's own decoder does, but for its Panic.
    function testFuzz_asBytes_likePlainSolidity(uint256[4] memory words, uint8[4] memory shifts, uint256 length)
        public
    {
        for (uint256 i; i < 4; ++i) {
            // Small numbers too, which lead somewhere.
            words[i] = shifts[i] % 3 == 0 ? words[i] >> shifts[i] : words[i] % 160;
        }
        bytes memory answer = abi.encode(words);
        length = _bound(length, 0, 128);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(answer, length)
        }
        try caller.plainly(answer) returns (bytes memory content) {
            vm.assertEq(caller.asBytes(answer), content);
        } catch {
            _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.asBytes, (answer)), "");
        }
    }

    function testFuzz_asBytes_short(uint256 length) public {
        length = _bound(length, 0, 0x1f);
        _reverts(stranger, address(caller), abi.encodeCall(AnswersCaller.asBytes, (new bytes(length))), "");
        // One word that is its own length.
        vm.assertEq(caller.asBytes(new bytes(0x20 + length)), "");
    }
}
