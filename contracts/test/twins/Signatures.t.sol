// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Signatures} from "../../src/base/Signatures.sol";
import {PickyOwner} from "../fixtures/PickyOwner.sol";
import {Canary} from "./Canary.sol";
import {PlainMultisig} from "./PlainMultisig.sol";
import {TwinTest} from "./TwinTest.sol";

/// @dev Checks signatures between two canaries, with `scratch` left behind in the first word of memory.
contract WatchedSignatures is Signatures {
    function watched(
        address executor,
        bytes32 hash,
        bytes calldata signatures,
        uint256 required,
        uint256 seed,
        address scratch
    ) external view {
        (bytes memory canary, uint256 free) = Canary.plant(seed);
        assembly ("memory-safe") {
            // Anybody may leave anything there.
            mstore(0x00, scratch)
        }
        _checkSignatures(executor, hash, signatures, required);
        // A question to a contract owner is encoded in memory that is allocated.
        Canary.check(canary, free, seed, type(uint128).max);
    }
}

/// @dev `Signatures` (`_recover`, `_word`, and the loop that uses them) against `PlainSignatures`.
contract SignaturesTwinTest is TwinTest {
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Every verdict that there is: success, a revert without data, the data of a contract owner, and the codes.
    string[10] private VERDICTS = ["", "-", "*", "GS020", "GS021", "GS022", "GS023", "GS024", "GS025", "GS026"];

    address private plain;
    address private watched;
    address[] private contracts;
    uint256[] private strangers;

    /// @dev An item, with the owner whom it names, by whom the items can be sorted.
    struct Item {
        address owner;
        bytes32 r;
        bytes32 s;
        uint8 v;
        bytes dynamic;
        /// 0: `s` is the offset where `dynamic` is put. Else `s` stays as it is.
        uint256 offsetIsGiven;
    }

    function setUp() public override {
        super.setUp();
        plain = address(new PlainMultisig(false));
        watched = address(new WatchedSignatures());
        for (uint256 i; i < 2; ++i) {
            contracts.push(address(new PickyOwner()));
            _self(abi.encodeWithSignature("addOwnerWithThreshold(address,uint256)", contracts[i], THRESHOLD));
            strangers.push(0x57A4 + i);
        }
        // An owner without code that answers, and one that nobody has a key of.
        _self(abi.encodeWithSignature("addOwnerWithThreshold(address,uint256)", address(4), THRESHOLD));
    }

    /* THE SAME */

    /// @dev Returns the verdict of the account, which is that of the twin.
    function _agree(address executor, bytes32 hash, bytes memory signatures, uint256 required)
        private
        returns (bool success, bytes memory answer)
    {
        bytes memory data = abi.encodeWithSignature(
            "checkNSignatures(address,bytes32,bytes,uint256)", executor, hash, signatures, required
        );
        (success, answer) = address(safe).staticcall{gas: GAS}(data);

        vm.store(address(safe), 0, _word(plain));
        (bool expected, bytes memory expectedAnswer) = address(safe).staticcall{gas: GAS}(data);
        vm.store(address(safe), 0, _word(singleton));

        vm.assertEq(answer, expectedAnswer);
        vm.assertTrue(success == expected, "verdicts differ");
        vm.assertFalse(bytes4(answer) == 0x4e487b71, "a bare Panic");
    }

    function testFuzz_structured(uint256 seed) public {
        _agreeOn(seed);
    }

    /// @dev Bytes at random, of every length, and as many items as fit into them or not.
    function testFuzz_random(bytes32 hash, bytes memory signatures, uint256 required, uint8 shape, address executor)
        public
    {
        if (shape % 4 != 0) required = _bound(required, 0, signatures.length / 65 + shape % 3);
        _agree(executor, hash, signatures, required);
    }

    /// forge-config: default.fuzz.runs = 16
    /// @dev Every v with a signature that recovers: only four values make it one.
    function testFuzz_everyV(bytes32 hash, uint256 k) public {
        k = _bound(k, 0, OWNERS - 1);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[k], hash);
        uint256 successes;
        for (uint256 i; i < 256; ++i) {
            (bool success,) = _agree(address(0), hash, abi.encodePacked(r, s, uint8(i)), 1);
            if (success) {
                ++successes;
                vm.assertEq(i, v);
            }
        }
        vm.assertEq(successes, 1);
        (v, r, s) = vm.sign(keys[k], keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", hash)));
        for (uint256 i; i < 256; ++i) {
            (bool success,) = _agree(address(0), hash, abi.encodePacked(r, s, uint8(i)), 1);
            vm.assertTrue(success == (i == v + 4));
        }
    }

    /// @dev r and s at and beside the borders of what the curve takes.
    function testFuzz_borders(bytes32 hash, uint256 r, uint256 s, uint8 v) public {
        uint256[6] memory borders = [uint256(0), 1, ORDER - 1, ORDER, ORDER + 1, type(uint256).max];
        v = uint8(27 + v % 2 + (v & 4));
        (, bytes32 validR, bytes32 validS) = vm.sign(keys[0], hash);
        _agree(address(0), hash, abi.encodePacked(borders[r % 6], borders[s % 6], v), 1);
        _agree(address(0), hash, abi.encodePacked(validR, borders[s % 6], v), 1);
        _agree(address(0), hash, abi.encodePacked(borders[r % 6], validS, v), 1);
    }

    /// @dev Every offset and length of a dynamic part, near the borders and far away.
    function testFuzz_dynamicParts(bytes32 hash, uint256 offset, uint256 length, uint256 size, uint8 shape, bytes1 kind)
        public
    {
        size = _bound(size, 65, 300);
        if (shape % 4 != 0) offset = _bound(offset, 60, 310);
        else if (shape / 4 % 2 == 0) offset = type(uint256).max - offset % 100;
        if (shape / 8 % 4 != 0) length = _bound(length, 0, 240);
        else if (shape / 32 % 2 == 0) length = type(uint256).max - length % 400;
        bytes memory signatures = bytes.concat(_contract(contracts[0], offset), new bytes(size - 65));
        for (uint256 i; i < 32 && offset < size && offset + i < size; ++i) {
            if (offset + i >= 65) signatures[offset + i] = bytes32(length)[i];
        }
        if (offset < size && offset + 32 < size) signatures[offset + 32] = kind;
        _agree(address(0), hash, signatures, 1);
        _agree(address(0), hash, signatures, 2);
    }

    /// @dev The generator is worth nothing unless it reaches every verdict.
    function test_structuredReachesEveryVerdict() public {
        uint256 reached;
        for (uint256 seed; seed < 600 && reached != (1 << VERDICTS.length) - 1; ++seed) {
            reached |= 1 << _agreeOn(seed);
        }
        for (uint256 i; i < VERDICTS.length; ++i) {
            vm.assertTrue(reached >> i & 1 == 1, VERDICTS[i]);
        }
    }

    /// @dev Makes signatures from a seed and returns the number of the verdict on them.
    function _agreeOn(uint256 seed) private returns (uint256) {
        _seed(seed);
        bytes32 hash = _pickWord();
        vm.prank(owners[1]);
        safe.approveHash(hash);
        address executor = _pick(2) == 0 ? owners[_pick(OWNERS)] : address(0);
        uint256 count = 1 + _pick(5);
        bytes memory signatures = _row(hash, executor, count);
        uint256 required = count;
        uint256 choice = _pick(16);
        if (choice == 0) required = _pick(8);
        if (choice == 1) required = uint256(_pickWord());
        if (choice == 2) _cut(signatures, _pick(signatures.length + 1));

        (bool success, bytes memory answer) = _agree(executor, hash, signatures, required);
        if (success) return 0;
        if (answer.length == 0) return 1;
        for (uint256 i = 3; i < VERDICTS.length; ++i) {
            if (keccak256(answer) == keccak256(_error(VERDICTS[i]))) return i;
        }
        // What is left is what `PickyOwner` reverts with: the caller and its question.
        (bool isError, bytes memory told) = _reason(answer);
        vm.assertTrue(isError);
        vm.assertEq(bytes32(bytes20(told)), bytes32(bytes20(address(safe))));
        return 2;
    }

    function _reason(bytes memory answer) private pure returns (bool isError, bytes memory reason) {
        isError = bytes4(answer) == 0x08c379a0;
        bytes memory body = new bytes(answer.length - 4);
        for (uint256 i; i < body.length; ++i) {
            body[i] = answer[i + 4];
        }
        reason = abi.decode(body, (bytes));
    }

    /* GENERATOR */

    /// @dev Some items, mostly in order, then their dynamic parts.
    function _row(bytes32 hash, address executor, uint256 count) private returns (bytes memory signatures) {
        Item[] memory items = new Item[](count);
        // Half of the rows are made of what counts.
        bool honest = _pick(2) == 0;
        for (uint256 i; i < count; ++i) {
            items[i] = _item(hash, executor, honest ? i : _pick(9), honest);
            for (uint256 j = i; j > 0 && items[j - 1].owner > items[j].owner; --j) {
                (items[j - 1], items[j]) = (items[j], items[j - 1]);
            }
        }
        if (_pick(8) == 0) {
            // Another order, or one twice.
            (uint256 a, uint256 b) = (_pick(count), _pick(count));
            if (_pick(2) == 0) (items[a], items[b]) = (items[b], items[a]);
            else items[a] = items[b];
        }

        bytes memory tail = _pick(4) == 0 ? _pickBytes(40) : bytes("");
        for (uint256 i; i < count; ++i) {
            bytes32 s = items[i].s;
            if (items[i].v == 0 && items[i].offsetIsGiven == 0) {
                s = bytes32(65 * count + tail.length);
                tail = bytes.concat(tail, items[i].dynamic);
            }
            signatures = bytes.concat(signatures, abi.encodePacked(items[i].r, s, items[i].v));
        }
        signatures = bytes.concat(signatures, tail);
    }

    /// @dev Kinds 0 to 4, if honest, are five owners, each in a way of its own.
    function _item(bytes32 hash, address executor, uint256 kind, bool honest) private returns (Item memory item) {
        uint256 who = honest ? (kind == 2 ? 2 : 0) : _pick(OWNERS + 2);
        uint256 key = who < OWNERS ? keys[who] : strangers[who - OWNERS];
        item.owner = vm.addr(key);
        if (kind == 0) {
            (item.v, item.r, item.s) = vm.sign(key, hash);
        } else if (kind == 1) {
            item.owner = honest ? owners[1] : item.owner;
            (item.r, item.s, item.v) = (_word(item.owner), _pickWord(), 1);
        } else if (kind == 2) {
            (item.v, item.r, item.s) = vm.sign(key, keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", hash)));
            item.v += 4;
        } else if (kind <= 4) {
            _contractItem(item, contracts[kind - 3], honest);
        } else if (kind == 5) {
            // The executor, with something above the address.
            item.owner = executor;
            (item.r, item.v) = (_word(executor) | bytes32(uint256(_pickWord()) << 160), 1);
        } else if (kind == 6) {
            // Low or high s; v as it should be, as it should not be, or anything.
            (item.v, item.r, item.s) = vm.sign(key, hash);
            (item.s, item.v) = (bytes32(ORDER - uint256(item.s)), item.v == 27 ? 28 : 27);
            if (_pick(2) == 0) item.v = uint8(_pick(256));
        } else if (kind == 7) {
            (item.r, item.s, item.v) = (_pickWord(), _pickWord(), uint8(_pick(256)));
            item.owner = address(uint160(uint256(item.r)));
            item.offsetIsGiven = 1;
        } else {
            // As a contract: somebody without code, and a precompile that would answer with the magic value.
            _contractItem(item, _pick(2) == 0 ? item.owner : address(4), honest);
        }
    }

    function _contractItem(Item memory item, address owner, bool honest) private {
        (item.owner, item.r, item.v) = (owner, _word(owner), 0);
        bytes memory content = honest ? bytes("") : _pickBytes(100);
        uint256 length = content.length;
        uint256 choice = honest ? 0 : _pick(10);
        // A length that is too long by a little, or by far.
        if (choice == 1) length += _pick(300);
        if (choice == 2) length = uint256(_pickWord());
        item.dynamic = bytes.concat(bytes32(length), content);
        // An offset anywhere near, or far away.
        if (choice == 3) (item.s, item.offsetIsGiven) = (bytes32(_pick(700)), 1);
        if (choice == 4) (item.s, item.offsetIsGiven) = (_pickWord(), 1);
        if (choice == 5) (item.s, item.offsetIsGiven) = (bytes32(type(uint256).max - _pick(64)), 1);
    }

    /* MEMORY */

    /// @dev Whatever the items are, memory that is not theirs stays as it was.
    function testFuzz_memory(uint256 seed) public {
        _seed(seed);
        bytes32 hash = _pickWord();
        bytes memory signatures = _row(hash, address(0), 1 + _pick(5));
        uint256 required = 1 + _pick(signatures.length / 65 + 1);
        (bool success, bytes memory answer) = _agree(address(0), hash, signatures, required);

        (bool watchedSuccess, bytes memory watchedAnswer) = _watch(hash, signatures, required, seed);
        vm.assertTrue(success == watchedSuccess);
        vm.assertEq(watchedAnswer, answer);
    }

    /// @dev Where nothing can be recovered nobody signed, not even an owner whose address lies where the answer would be.
    function testFuzz_memory_nothingRecovered(bytes32 hash, bytes32 s, uint8 v, uint256 seed) public {
        vm.assume(v > 1);
        // No point of the curve has this r.
        bytes memory signature = abi.encodePacked(type(uint256).max, s, v);
        (bool success, bytes memory answer) = _watch(hash, signature, 1, seed);
        vm.assertFalse(success);
        vm.assertEq(answer, _error("GS026"));
    }

    function _watch(bytes32 hash, bytes memory signatures, uint256 required, uint256 seed)
        private
        returns (bool success, bytes memory answer)
    {
        bytes memory call = abi.encodeCall(
            WatchedSignatures.watched, (address(0), hash, signatures, required, seed, owners[seed % OWNERS])
        );
        vm.store(address(safe), 0, _word(watched));
        (success, answer) = address(safe).staticcall{gas: GAS}(call);
        vm.store(address(safe), 0, _word(singleton));
    }
}
