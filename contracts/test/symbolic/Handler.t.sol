// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDomainVerifiers} from "../../src/interfaces/IDomainVerifiers.sol";
import {IFallbackMethod} from "../../src/interfaces/IFallbackMethod.sol";
import {ISafeInterfaces} from "../../src/interfaces/ISafeInterfaces.sol";
import {ISafeMethods} from "../../src/interfaces/ISafeMethods.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @dev A method that remembers how it was called and answers with some bytes.
contract Method {
    bytes32 private log;
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        log = keccak256(abi.encode(msg.sender, keccak256(input)));
        return abi.encode(answer);
    }
}

/// @notice The extensible handler: what an account set, it alone set, and for itself.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract HandlerProofs is SymbolicTest {
    address private handler;

    function setUp() public override {
        handler = _deploy("ExtensibleFallbackHandler");
        svm.enableSymbolicStorage(handler);
    }

    /// @dev Behind a call stands who called the account: only when that was the account itself is anything written, and then only
    /// entries of that account. The batches have one or two items.
    /// @custom:bound batches of one or two items
    function check_handlerWritesOnlyForItsAccount(address safe, address sender, uint8 kind, address other, bytes4 key)
        external
    {
        bytes memory data = bytes.concat(_setter(_concrete(kind, 7)), abi.encodePacked(sender));
        bytes32 domain = svm.createBytes32("domain");
        vm.assume(safe != handler);
        bytes32[3] memory before = _kept(other, key, domain);
        vm.prank(safe);
        (bool success,) = handler.call(data);
        bytes32[3] memory later = _kept(other, key, domain);
        for (uint256 list; list < 3; ++list) {
            assert(before[list] == later[list] || (success && safe == sender && safe == other));
        }
        assert(!success || safe == sender);
    }

    function reach_handlerWrites(address safe, bytes4 key) external {
        bytes32 before = _kept(safe, key, 0)[0];
        vm.prank(safe);
        (bool success,) = handler.call(bytes.concat(_setter(0), abi.encodePacked(safe)));
        assert(!success || before == _kept(safe, key, 0)[0]);
    }

    /// @dev A method is set, or cleared when it names no contract.
    function check_setSafeMethod(address safe, bytes4 selector, bytes32 method, bytes4 other) external {
        bytes32 expected = uint160(uint256(method)) == 0 ? bytes32(0) : method;
        bytes32 before = _kept(safe, other, 0)[0];
        vm.prank(safe);
        (bool success,) = handler.call(
            bytes.concat(abi.encodeCall(ISafeMethods.setSafeMethod, (selector, method)), abi.encodePacked(safe))
        );
        assert(success);
        assert(ISafeMethods(handler).safeMethods(safe, selector) == expected);
        if (other != selector) assert(before == _kept(safe, other, 0)[0]);
    }

    /// @dev A method that is set is called with the account, its caller and the call, and its answer is the answer; one that is not
    /// set is not called.
    /// @custom:bound calls of 4 and 36 bytes, answers of 0, 5, 32 and 64
    function check_methodIsCalled(address safe, address sender, bool set, uint8 size, uint8 answerSize) external {
        bytes memory expected = svm.createBytes([0, 5, 32, 64][_concrete(answerSize, 4)], "answer");
        address target = address(new Method(expected));
        vm.assume(safe != target && safe != handler);
        bytes32 slot = keccak256(abi.encode(bytes4(0x5afe5afe), keccak256(abi.encode(safe, uint256(0)))));
        vm.store(handler, slot, set ? bytes32(uint256(uint160(target)) | (1 << 248)) : bytes32(0));
        bytes memory data = bytes.concat(hex"5afe5afe", svm.createBytes([0, 32][_concrete(size, 2)], "input"));

        vm.prank(safe);
        (bool success, bytes memory answer) = handler.call(bytes.concat(data, abi.encodePacked(sender)));

        assert(success == set);
        bytes memory question = abi.encodeCall(IFallbackMethod.handle, (safe, sender, 0, data));
        bytes32 log = keccak256(abi.encode(handler, keccak256(question)));
        assert(vm.load(target, 0) == (set ? log : bytes32(0)));
        if (set) assert(answer.length == expected.length && keccak256(answer) == keccak256(expected));
    }

    /* INTERNAL */

    /// @dev Any call of a function that writes.
    function _setter(uint8 kind) private returns (bytes memory) {
        bytes4 id = bytes4(svm.createBytes32("id"));
        bytes32 word = svm.createBytes32("word");
        if (kind == 0) return abi.encodeCall(ISafeMethods.setSafeMethod, (id, word));
        if (kind == 1) {
            return abi.encodeCall(IDomainVerifiers.setDomainVerifier, (word, svm.createAddress("verifier")));
        }
        if (kind == 2) return abi.encodeCall(ISafeInterfaces.setSupportedInterface, (id, svm.createBool("supported")));
        uint256 items = kind % 2 + 1;
        if (kind < 5) {
            bytes32[] memory methods = new bytes32[](items);
            for (uint256 i; i < items; ++i) {
                methods[i] = svm.createBytes32("method");
            }
            return abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, methods));
        }
        bytes4[] memory selectors = new bytes4[](items);
        for (uint256 i; i < items; ++i) {
            selectors[i] = bytes4(svm.createBytes32("selector"));
        }
        return abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (id, selectors));
    }

    /// @dev What is kept for an account: a method, a verifier, an interface.
    function _kept(address safe, bytes4 key, bytes32 domain) private view returns (bytes32[3] memory) {
        return [_load(0, safe, key), _load(1, safe, domain), _load(2, safe, key)];
    }

    function _load(uint256 list, address safe, bytes32 key) private view returns (bytes32) {
        return vm.load(handler, keccak256(abi.encode(key, keccak256(abi.encode(safe, list)))));
    }
}
