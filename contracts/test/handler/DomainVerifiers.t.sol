// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDomainVerifiers} from "../../src/interfaces/IDomainVerifiers.sol";
import {ISafeSignatureVerifier} from "../../src/interfaces/ISafeSignatureVerifier.sol";
import {ISignatureValidator} from "../../src/interfaces/ISignatureValidator.sol";
import {ExtensibleTest} from "../utils/ExtensibleTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev Answers every question with the same bytes, or reverts with them.
contract Verifier {
    bytes private answer;
    bool private fails;

    constructor(bytes memory answer_, bool fails_) {
        (answer, fails) = (answer_, fails_);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory copy = answer;
        if (!fails) return copy;
        assembly ("memory-safe") {
            // The content.
            revert(add(copy, 0x20), mload(copy))
        }
    }
}

/// @dev Solidity's own decoder, as a twin of the one that is tested.
contract Decoder {
    function decode(bytes calldata arguments) external pure returns (bytes32, bytes32, bytes memory, bytes memory) {
        return abi.decode(arguments, (bytes32, bytes32, bytes, bytes));
    }
}

contract DomainVerifiersTest is ExtensibleTest {
    bytes4 internal constant MAGIC = 0x1626ba7e;
    bytes4 internal constant SAFE_SIGNATURE = bytes4(keccak256("safeSignature(bytes32,bytes32,bytes,bytes)"));

    struct Claim {
        bytes32 domain;
        bytes32 typeHash;
        bytes encodeData;
        bytes payload;
    }

    function _entrust(bytes32 domain, address verifier) internal {
        _self(abi.encodeCall(IDomainVerifiers.setDomainVerifier, (domain, verifier)));
    }

    function _hashOf(Claim memory claim) internal pure returns (bytes32) {
        bytes32 structHash = keccak256(bytes.concat(claim.typeHash, claim.encodeData));
        return keccak256(bytes.concat(hex"1901", claim.domain, structHash));
    }

    function _arguments(Claim memory claim) internal pure returns (bytes memory) {
        return abi.encode(claim.domain, claim.typeHash, claim.encodeData, claim.payload);
    }

    function _ask(bytes32 hash, bytes memory signature) internal pure returns (bytes memory) {
        return abi.encodeCall(ISignatureValidator.isValidSignature, (hash, signature));
    }

    /// @dev Expects the answer that the owners give, whatever that is.
    function _ownersDecide(bytes32 hash, bytes memory signature) internal {
        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        (bool success, bytes memory expected) = address(safe)
            .staticcall(
                abi.encodeWithSignature("checkSignatures(address,bytes32,bytes)", address(0), message, signature)
            );
        vm.assertFalse(success);
        _reverts(stranger, address(safe), _ask(hash, signature), expected);
    }

    /* SETTING */

    function testFuzz_setDomainVerifier_onlyByTheAccount(address caller, bytes32 domain, address verifier) public {
        _onlyTheAccount(caller, abi.encodeCall(IDomainVerifiers.setDomainVerifier, (domain, verifier)));
    }

    function testFuzz_setDomainVerifier(bytes32 domain, address first, address second) public {
        vm.recordLogs();
        _entrust(domain, first);
        vm.assertEq(IDomainVerifiers(address(safe)).domainVerifiers(address(safe), domain), first);
        _entrust(domain, second);
        vm.assertEq(IDomainVerifiers(handler).domainVerifiers(address(safe), domain), second);
        vm.assertEq(vm.load(handler, _slot(1, address(safe), domain)), _word(second));
        _entrust(domain, address(0));
        vm.assertEq(IDomainVerifiers(handler).domainVerifiers(address(safe), domain), address(0));

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 3);
        bytes32[] memory topics =
            _topics(keccak256("ChangedDomainVerifier(address,bytes32,address,address)"), _word(address(safe)));
        _expectLog(logs[0], handler, topics, abi.encode(domain, address(0), first));
        _expectLog(logs[1], handler, topics, abi.encode(domain, first, second));
        _expectLog(logs[2], handler, topics, abi.encode(domain, second, address(0)));
    }

    /* BY OWNERS */

    function testFuzz_owners(bytes32 hash) public {
        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        ISignatureValidator account = ISignatureValidator(address(safe));
        vm.assertEq(bytes32(account.isValidSignature(hash, _sign(message, 2))), bytes32(MAGIC));
        // More than needed, and longer than a domain's signature has to be.
        vm.assertEq(bytes32(account.isValidSignature(hash, _sign(message, 3))), bytes32(MAGIC));
        _reverts(stranger, address(safe), _ask(hash, _sign(message, 1)), _error("GS020"));
        _reverts(stranger, address(safe), _ask(hash, _sign(hash, 2)), _error("GS026"));
    }

    function testFuzz_owners_onChain(bytes32 hash) public {
        _reverts(stranger, address(safe), _ask(hash, ""), _error("Hash not approved"));
        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        vm.store(address(safe), keccak256(abi.encode(message, uint256(7))), bytes32(uint256(1)));
        vm.assertEq(bytes32(ISignatureValidator(address(safe)).isValidSignature(hash, "")), bytes32(MAGIC));
    }

    /// @dev Nobody is the executor: an owner who asks must have approved.
    function testFuzz_owners_executorIsNobody(bytes32 hash) public {
        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        bytes memory signatures = bytes.concat(_approved(owners[0]), _ecdsa(keys[1], message));
        _reverts(owners[0], address(safe), _ask(hash, signatures), _error("GS025"));
        vm.prank(owners[0]);
        safe.approveHash(message);
        vm.assertEq(bytes32(ISignatureValidator(address(safe)).isValidSignature(hash, signatures)), bytes32(MAGIC));
    }

    /// @dev Whoever is no account has signed nothing.
    function testFuzz_owners_ofNoAccount(uint8 precompile, bytes32 hash) public {
        address none = precompile % 20 == 0 ? recipient : address(uint160(precompile % 20));
        _reverts(none, handler, _ask(hash, ""), "");
    }

    /* BY A VERIFIER */

    function testFuzz_verifier(Claim memory claim, bytes32 answer, address caller) public {
        vm.assume(caller != address(vm));
        address verifier = address(new Verifier(abi.encode(answer), false));
        _entrust(claim.domain, verifier);
        bytes32 hash = _hashOf(claim);
        vm.expectCall(verifier, _question(caller, hash, claim));

        vm.prank(caller);
        (bool success, bytes memory got) =
            address(safe).call(_ask(hash, bytes.concat(SAFE_SIGNATURE, _arguments(claim))));
        // Its first four bytes, whatever they are and whatever follows.
        vm.assertTrue(success);
        vm.assertEq(got, abi.encode(bytes4(answer)));
    }

    function _question(address caller, bytes32 hash, Claim memory claim) private view returns (bytes memory) {
        return abi.encodeCall(
            ISafeSignatureVerifier.isValidSafeSignature,
            (address(safe), caller, hash, claim.domain, claim.typeHash, claim.encodeData, claim.payload)
        );
    }

    function testFuzz_verifier_answersTooLittle(Claim memory claim, uint256 length) public {
        _entrust(claim.domain, address(new Verifier(new bytes(_bound(length, 0, 31)), false)));
        _reverts(stranger, address(safe), _ask(_hashOf(claim), bytes.concat(SAFE_SIGNATURE, _arguments(claim))), "");
    }

    function testFuzz_verifier_bubbles(Claim memory claim, bytes memory data) public {
        _entrust(claim.domain, address(new Verifier(data, true)));
        _reverts(stranger, address(safe), _ask(_hashOf(claim), bytes.concat(SAFE_SIGNATURE, _arguments(claim))), data);
    }

    function testFuzz_verifier_withoutCode(Claim memory claim, uint8 precompile) public {
        _entrust(claim.domain, precompile % 19 == 0 ? recipient : address(uint160(precompile % 19)));
        if (precompile % 19 != 0 || recipient.code.length == 0) {
            _reverts(stranger, address(safe), _ask(_hashOf(claim), bytes.concat(SAFE_SIGNATURE, _arguments(claim))), "");
        }
    }

    /// @dev Another hash than the described one, another selector, a domain of nobody, a verifier of another account.
    function testFuzz_verifier_isNotAsked(Claim memory claim, bytes32 hash, bytes4 selector) public {
        bytes memory signature = bytes.concat(SAFE_SIGNATURE, _arguments(claim));
        _ownersDecide(_hashOf(claim), signature);
        address other = _newSafe(owners, 2);
        bytes memory entrust = abi.encodeCall(IDomainVerifiers.setDomainVerifier, (claim.domain, _yes()));
        vm.prank(other);
        (bool success,) = other.call(entrust);
        vm.assertTrue(success);
        _ownersDecide(_hashOf(claim), signature);

        _entrust(claim.domain, _yes());
        vm.assume(hash != _hashOf(claim) && selector != SAFE_SIGNATURE);
        _ownersDecide(hash, signature);
        _ownersDecide(_hashOf(claim), bytes.concat(selector, _arguments(claim)));
    }

    function _yes() private returns (address) {
        return address(new Verifier(abi.encode(MAGIC), false));
    }

    /* MALFORMED */

    /// @dev Cut off at every length: up to 67 bytes it says nothing of a domain, then it is refused.
    function testFuzz_malformed_length(Claim memory claim, uint256 length) public {
        _entrust(claim.domain, _yes());
        bytes memory signature = bytes.concat(SAFE_SIGNATURE, _arguments(claim));
        // The padding behind the payload is not needed.
        uint256 whole = signature.length - (32 - claim.payload.length % 32) % 32;
        length = _bound(length, 0, whole - 1);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(signature, length)
        }
        if (length == 0) _reverts(stranger, address(safe), _ask(_hashOf(claim), ""), _error("Hash not approved"));
        else if (length < 68) _ownersDecide(_hashOf(claim), signature);
        else _reverts(stranger, address(safe), _ask(_hashOf(claim), signature), "");
    }

    function test_malformed_everyLength() public {
        Claim memory claim = Claim(bytes32(uint256(1)), bytes32(uint256(2)), hex"03", hex"0405");
        bytes memory signature = bytes.concat(SAFE_SIGNATURE, _arguments(claim));
        for (uint256 length; length < signature.length; ++length) {
            testFuzz_malformed_length(claim, length);
        }
    }

    /// @dev Offsets and lengths of every kind: taken as Solidity's own decoder takes them, or refused without data.
    function testFuzz_malformed_words(uint256[8] memory words, uint8[8] memory shifts) public {
        bytes32 domain = bytes32(words[0]);
        _entrust(domain, _yes());
        for (uint256 i = 2; i < 8; ++i) {
            // Small numbers and multiples of 32 too, which lead somewhere.
            words[i] = shifts[i] % 3 == 0 ? words[i] >> shifts[i] : 32 * (words[i] % 9);
        }
        bytes memory arguments = abi.encode(words);
        try new Decoder().decode(arguments) returns (bytes32, bytes32 typeHash, bytes memory encodeData, bytes memory) {
            bytes32 hash = _hashOf(Claim(domain, typeHash, encodeData, ""));
            vm.assertEq(
                bytes32(
                    ISignatureValidator(address(safe)).isValidSignature(hash, bytes.concat(SAFE_SIGNATURE, arguments))
                ),
                bytes32(MAGIC)
            );
        } catch {
            _reverts(stranger, address(safe), _ask(0, bytes.concat(SAFE_SIGNATURE, arguments)), "");
        }
    }
}
