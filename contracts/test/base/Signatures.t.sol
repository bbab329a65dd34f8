// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {ISignatures} from "../../src/interfaces/ISignatures.sol";
import {Erc1271Owner} from "../fixtures/Erc1271Owner.sol";
import {Deployment} from "../utils/Deployment.sol";
import {BaseTest} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev Answers `isValidSignature` with bytes of the test's choice, as a return or as a revert.
contract RawOwner {
    bytes private answer;
    bool private reverts;

    function set(bytes memory answer_, bool reverts_) external {
        (answer, reverts) = (answer_, reverts_);
    }

    function isValidSignature(bytes32, bytes memory) external view returns (bytes4) {
        bytes memory data = answer;
        bool fails = reverts;
        assembly ("memory-safe") {
            // The content of `data`.
            if fails { revert(add(data, 0x20), mload(data)) }
            return(add(data, 0x20), mload(data))
        }
    }
}

contract SignaturesTest is BaseTest {
    bytes32 internal constant MAGIC = bytes32(bytes4(0x1626ba7e));

    function _check(address executor, bytes32 hash, bytes memory signatures, uint256 required)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSignature(
            "checkNSignatures(address,bytes32,bytes,uint256)", executor, hash, signatures, required
        );
    }

    function _rejects(bytes32 hash, bytes memory signatures, uint256 required, bytes memory expected) internal {
        _reverts(stranger, address(safe), _check(address(0), hash, signatures, required), expected);
    }

    /// @dev Makes `account` an owner beside the three and returns the rest in order, for building signatures.
    function _join(address account) internal {
        _self(abi.encodeWithSignature("addOwnerWithThreshold(address,uint256)", account, THRESHOLD));
    }

    /* ECDSA */

    function testFuzz_ecdsa(bytes32 hash, uint256 count) public view {
        count = _bound(count, 0, OWNERS);
        safe.checkNSignatures(address(0), hash, _sign(hash, count), count);
    }

    function testFuzz_ethSign(bytes32 hash) public view {
        bytes memory signatures = bytes.concat(_ethSign(keys[0], hash), _ecdsa(keys[1], hash), _ethSign(keys[2], hash));
        safe.checkNSignatures(address(0), hash, signatures, 3);
    }

    function testFuzz_ecdsa_ofAnotherHash(bytes32 hash, bytes32 other) public {
        vm.assume(hash != other);
        _rejects(hash, _sign(other, 2), 2, _error("GS026"));
    }

    function testFuzz_ecdsa_highS(bytes32 hash) public view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], hash);
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        bytes memory flipped = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        safe.checkNSignatures(address(0), hash, bytes.concat(flipped, _ecdsa(keys[1], hash)), 2);
    }

    function testFuzz_v_thatIsNoSignature(bytes32 hash, uint8 v) public {
        // 0 and 1 are kinds of their own; 27, 28, 31 and 32 recover.
        vm.assume(v > 1 && v != 27 && v != 28 && v != 31 && v != 32);
        bytes memory item = _ecdsa(keys[0], hash);
        item[64] = bytes1(v);
        _rejects(hash, item, 1, _error("GS026"));
    }

    function testFuzz_ecdsa_garbage(bytes32 hash, bytes32 r, bytes32 s, uint8 v) public {
        vm.assume(v > 1);
        // No key is known for what such bytes recover to, so it is no owner.
        _rejects(hash, abi.encodePacked(r, s, v), 1, _error("GS026"));
    }

    function testFuzz_ecdsa_byAStranger(bytes32 hash, uint256 key) public {
        key = _bound(key, 1, type(uint128).max);
        vm.assume(!safe.isOwner(vm.addr(key)));
        _rejects(hash, _ecdsa(key, hash), 1, _error("GS026"));
    }

    /* ORDER AND LENGTH */

    function testFuzz_order(bytes32 hash, uint256 a, uint256 b, uint256 c) public {
        a = _bound(a, 0, 2);
        b = _bound(b, 0, 2);
        c = _bound(c, 0, 2);
        bytes memory signatures = bytes.concat(_ecdsa(keys[a], hash), _ecdsa(keys[b], hash), _ecdsa(keys[c], hash));
        if (a < b && b < c) safe.checkNSignatures(address(0), hash, signatures, 3);
        else _rejects(hash, signatures, 3, _error("GS026"));
    }

    function testFuzz_length(bytes32 hash, uint256 required, bytes memory signatures) public {
        required = _bound(required, signatures.length / 65 + 1, type(uint256).max / 65);
        _rejects(hash, signatures, required, _error("GS020"));
    }

    function testFuzz_length_overflow(bytes32 hash, uint256 required) public {
        required = _bound(required, type(uint256).max / 65 + 1, type(uint256).max - 1);
        _rejects(hash, _sign(hash, 2), required, "");
    }

    function testFuzz_moreThanRequiredIsIgnored(bytes32 hash, bytes memory rest) public view {
        safe.checkNSignatures(address(0), hash, bytes.concat(_sign(hash, 2), rest), 2);
    }

    function testFuzz_truncated(bytes32 hash, uint256 length) public {
        bytes memory signatures = _sign(hash, 2);
        length = _bound(length, 0, 129);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(signatures, length)
        }
        _rejects(hash, signatures, 2, _error("GS020"));
    }

    /* APPROVALS */

    function testFuzz_approveHash(bytes32 hash) public {
        vm.assertEq(safe.approvedHashes(owners[0], hash), 0);
        vm.recordLogs();
        vm.prank(owners[0]);
        safe.approveHash(hash);

        vm.assertEq(safe.approvedHashes(owners[0], hash), 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 1);
        bytes32 topic = keccak256("ApproveHash(bytes32,address)");
        _expectLog(logs[0], address(safe), _topics(topic, hash, _word(owners[0])), "");

        safe.checkNSignatures(address(0), hash, bytes.concat(_approved(owners[0]), _ecdsa(keys[1], hash)), 2);
        // Not used up.
        safe.checkNSignatures(address(0), hash, _approved(owners[0]), 1);
    }

    function testFuzz_approveHash_onlyByOwners(bytes32 hash, address caller) public {
        vm.assume(!safe.isOwner(caller) && caller != SENTINEL && caller != address(vm));
        _reverts(caller, address(safe), abi.encodeCall(ISignatures.approveHash, (hash)), _error("GS030"));
    }

    function testFuzz_approved_onlyTheHash(bytes32 hash, bytes32 other) public {
        vm.assume(hash != other);
        vm.prank(owners[0]);
        safe.approveHash(hash);
        _rejects(other, _approved(owners[0]), 1, _error("GS025"));
        _rejects(hash, _approved(owners[1]), 1, _error("GS025"));
    }

    function testFuzz_executorNeedsNoApproval(bytes32 hash) public {
        safe.checkNSignatures(owners[0], hash, _approved(owners[0]), 1);
        _rejects(hash, _approved(owners[0]), 1, _error("GS025"));
        // An executor who is no owner is not even asked for an approval, but is refused.
        _reverts(stranger, address(safe), _check(stranger, hash, _approved(stranger), 1), _error("GS026"));
        _reverts(stranger, address(safe), _check(SENTINEL, hash, _approved(SENTINEL), 1), _error("GS026"));
        _reverts(stranger, address(safe), _check(address(0), hash, _approved(address(0)), 1), _error("GS026"));
    }

    function testFuzz_approved_secondWordIsIgnored(bytes32 hash, bytes32 anything, uint96 dirt) public view {
        bytes memory item = abi.encodePacked(uint256(uint160(owners[0])) | uint256(dirt) << 160, anything, uint8(1));
        safe.checkNSignatures(owners[0], hash, item, 1);
    }

    function test_approval_survivesRemoval() public {
        bytes32 hash = keccak256("approved");
        vm.prank(owners[0]);
        safe.approveHash(hash);
        _self(abi.encodeWithSignature("removeOwner(address,address,uint256)", SENTINEL, owners[0], 2));
        _rejects(hash, _approved(owners[0]), 1, _error("GS026"));
        _join(owners[0]);
        safe.checkNSignatures(address(0), hash, _approved(owners[0]), 1);
    }

    /* CONTRACTS */

    function testFuzz_contract(bytes32 hash, uint256 gap) public {
        Erc1271Owner owner = new Erc1271Owner(vm.addr(0xA11CE));
        _join(address(owner));
        gap = _bound(gap, 0, 100);
        bytes memory signatures =
            bytes.concat(_contract(address(owner), 65 + gap), new bytes(gap), _dynamic(_ecdsa(0xA11CE, hash)));
        safe.checkNSignatures(address(0), hash, signatures, 1);
    }

    function testFuzz_contract_wrongAuthority(bytes32 hash) public {
        Erc1271Owner owner = new Erc1271Owner(vm.addr(0xA11CE));
        _join(address(owner));
        bytes memory signatures = bytes.concat(_contract(address(owner), 65), _dynamic(_ecdsa(0xB0B, hash)));
        _rejects(hash, signatures, 1, _error("GS024"));
    }

    function testFuzz_contract_sharedDynamicPart(bytes32 hash) public {
        Erc1271Owner a = new Erc1271Owner(vm.addr(0xA11CE));
        Erc1271Owner b = new Erc1271Owner(vm.addr(0xA11CE));
        _join(address(a));
        _join(address(b));
        (address low, address high) = address(a) < address(b) ? (address(a), address(b)) : (address(b), address(a));
        bytes memory signatures =
            bytes.concat(_contract(low, 130), _contract(high, 130), _dynamic(_ecdsa(0xA11CE, hash)));
        safe.checkNSignatures(address(0), hash, signatures, 2);
    }

    /// @dev Every offset and every length word: which of the bounds is broken first decides the error.
    function testFuzz_contract_bounds(bytes32 hash, uint256 offset, uint256 length, uint256 size, uint256 shape)
        public
    {
        RawOwner owner = new RawOwner();
        owner.set(abi.encode(MAGIC), false);
        _join(address(owner));
        size = _bound(size, 65, 300);
        // Half the time near the bounds, half the time anywhere.
        if (shape % 2 == 0) offset = _bound(offset, 0, 400);
        if (shape / 2 % 2 == 0) length = _bound(length, 0, 400);

        bytes memory signatures = bytes.concat(_contract(address(owner), offset), new bytes(size - 65));
        if (offset >= 65 && offset <= size - 32 && size >= 97) {
            assembly ("memory-safe") {
                // The length word, inside the bytes.
                mstore(add(add(signatures, 0x20), offset), length)
            }
        }

        if (offset < 65) return _rejects(hash, signatures, 1, _error("GS021"));
        if (offset > type(uint256).max - 32) return _rejects(hash, signatures, 1, "");
        if (offset + 32 > size) return _rejects(hash, signatures, 1, _error("GS022"));
        if (length > type(uint256).max - offset - 32) return _rejects(hash, signatures, 1, "");
        if (offset + 32 + length > size) return _rejects(hash, signatures, 1, _error("GS023"));
        safe.checkNSignatures(address(0), hash, signatures, 1);
    }

    /// @dev The offset must lie behind the items that are required, not behind those that are there.
    function test_contract_offsetInTheItems() public {
        RawOwner owner = new RawOwner();
        owner.set(abi.encode(MAGIC), false);
        _join(address(owner));
        bytes memory signatures = bytes.concat(_contract(address(owner), 129), new bytes(200));
        safe.checkNSignatures(address(0), 0, signatures, 1);
        _rejects(0, signatures, 2, _error("GS021"));
    }

    function testFuzz_contract_isCalledWithTheHash(bytes32 hash, bytes memory data) public {
        RawOwner owner = new RawOwner();
        owner.set(abi.encode(MAGIC), false);
        _join(address(owner));
        vm.expectCall(address(owner), abi.encodeWithSelector(bytes4(0x1626ba7e), hash, data));
        safe.checkNSignatures(address(0), hash, bytes.concat(_contract(address(owner), 65), _dynamic(data)), 1);
    }

    function testFuzz_contract_wrongMagic(bytes4 magic) public {
        vm.assume(magic != 0x1626ba7e);
        RawOwner owner = new RawOwner();
        owner.set(abi.encode(magic), false);
        _join(address(owner));
        _rejects(0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1, _error("GS024"));
    }

    /// @dev Bits of the word that the magic value does not use are not looked at.
    function testFuzz_contract_dirtyMagic(uint224 dirt) public {
        RawOwner owner = new RawOwner();
        owner.set(abi.encodePacked(bytes4(0x1626ba7e), dirt), false);
        _join(address(owner));
        safe.checkNSignatures(address(0), 0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1);
    }

    function testFuzz_contract_shortAnswer(uint256 length) public {
        RawOwner owner = new RawOwner();
        length = _bound(length, 0, 31);
        bytes memory answer = abi.encode(MAGIC);
        assembly ("memory-safe") {
            // Shorten it.
            mstore(answer, length)
        }
        owner.set(answer, false);
        _join(address(owner));
        _rejects(0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1, "");
    }

    function testFuzz_contract_longAnswer(bytes memory rest) public {
        RawOwner owner = new RawOwner();
        owner.set(bytes.concat(MAGIC, rest), false);
        _join(address(owner));
        safe.checkNSignatures(address(0), 0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1);
    }

    /// @dev Also of a stranger: the contract is asked before it is known to be an owner.
    function testFuzz_contract_revertBubbles(bytes memory data) public {
        RawOwner owner = new RawOwner();
        owner.set(data, true);
        _rejects(0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1, data);
        owner.set(abi.encode(MAGIC), false);
        _rejects(0, bytes.concat(_contract(address(owner), 65), _dynamic("")), 1, _error("GS026"));
    }

    /// @dev The identity precompile would answer with the magic value, because that is the selector of the question.
    function test_contract_withoutCode() public {
        _join(address(4));
        _rejects(0, bytes.concat(_contract(address(4), 65), _dynamic("")), 1, "");
        _rejects(0, bytes.concat(_contract(owners[0], 65), _dynamic("")), 1, "");
    }

    /* MIXED */

    function testFuzz_everyKindAtOnce(bytes32 hash) public {
        Erc1271Owner owner = new Erc1271Owner(vm.addr(0xA11CE));
        _join(address(owner));
        vm.prank(owners[1]);
        safe.approveHash(hash);

        bytes memory items;
        bool placed;
        for (uint256 i; i < OWNERS; ++i) {
            if (!placed && address(owner) < owners[i]) {
                items = bytes.concat(items, _contract(address(owner), 260));
                placed = true;
            }
            if (i == 0) items = bytes.concat(items, _ecdsa(keys[0], hash));
            if (i == 1) items = bytes.concat(items, _approved(owners[1]));
            if (i == 2) items = bytes.concat(items, _ethSign(keys[2], hash));
        }
        if (!placed) items = bytes.concat(items, _contract(address(owner), 260));

        safe.checkNSignatures(address(0), hash, bytes.concat(items, _dynamic(_ecdsa(0xA11CE, hash))), 4);
    }

    /* OVERLOADS */

    function testFuzz_overloads(bytes32 hash, bytes memory data) public {
        bytes memory signatures = _sign(hash, 2);
        safe.checkSignatures(hash, data, signatures);
        safe.checkSignatures(address(0), hash, signatures);
        safe.checkNSignatures(hash, data, signatures, 2);

        signatures = _sign(hash, 1);
        _reverts(
            stranger,
            address(safe),
            abi.encodeWithSignature("checkSignatures(bytes32,bytes,bytes)", hash, data, signatures),
            _error("GS020")
        );
        _reverts(
            stranger,
            address(safe),
            abi.encodeWithSignature("checkSignatures(address,bytes32,bytes)", address(0), hash, signatures),
            _error("GS020")
        );
    }

    /// @dev A known limitation: in the old overloads the caller is the executor, and needs one signature less.
    function testFuzz_oldOverloads_callerIsExecutor(bytes32 hash) public {
        bytes memory signatures = bytes.concat(_approved(owners[0]), _ecdsa(keys[1], hash));
        vm.prank(owners[0]);
        safe.checkSignatures(hash, "", signatures);
        vm.prank(owners[0]);
        safe.checkNSignatures(hash, "", signatures, 2);
        _reverts(
            stranger,
            address(safe),
            abi.encodeWithSignature("checkSignatures(bytes32,bytes,bytes)", hash, "", signatures),
            _error("GS025")
        );
        vm.prank(owners[0]);
        (bool success, bytes memory answer) = address(safe).staticcall(_check(address(0), hash, signatures, 2));
        vm.assertFalse(success);
        vm.assertEq(answer, _error("GS025"));
    }

    function test_checkSignatures_beforeSetup() public {
        address fresh = Deployment.proxy(singleton);
        _reverts(
            stranger,
            fresh,
            abi.encodeWithSignature("checkSignatures(address,bytes32,bytes)", address(0), bytes32(0), ""),
            _error("GS001")
        );
    }
}
