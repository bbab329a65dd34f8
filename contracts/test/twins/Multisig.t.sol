// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Echo} from "../fixtures/Echo.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {SafeTx, SafeTxFields} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {PlainMultisig} from "./PlainMultisig.sol";
import {TwinTest} from "./TwinTest.sol";

/// forge-config: default.fuzz.runs = 128
/// @dev `Multisig`, with all that it inherits, against `PlainMultisig`: verdict, answer, events, storage, balance.
contract MultisigTwinTest is TwinTest {
    bytes internal plain;
    address internal echo;

    function setUp() public virtual override {
        super.setUp();
        plain = _twin().code;
        echo = address(new Echo());
    }

    function _twin() internal virtual returns (address) {
        return address(new PlainMultisig(false));
    }

    /// @dev Nobody here fails with a Panic, so the account must not.
    function _agree(address caller, uint256 value, bytes memory data)
        internal
        returns (bool success, bytes memory answer)
    {
        (success, answer) = _same(singleton, plain, caller, address(safe), value, data);
        if (!success) vm.assertFalse(bytes4(answer) == 0x4e487b71, "a bare Panic");
    }

    /// @dev Ten words as a decoder takes them, of which the third and the tenth are left for later.
    function _head(SafeTx memory t) internal pure returns (bytes32[10] memory head) {
        head[0] = _word(t.to);
        head[1] = bytes32(t.value);
        head[3] = bytes32(uint256(uint8(t.operation)));
        head[4] = bytes32(t.safeTxGas);
        head[5] = bytes32(t.baseGas);
        head[6] = bytes32(t.gasPrice);
        head[7] = _word(t.gasToken);
        head[8] = _word(t.refundReceiver);
    }

    /* EXECUTION */

    /// @dev A transaction that both can run: little gas is asked for, and nothing paid.
    function _transaction(SafeTxFields memory fields, bool delegate, uint8 shape) internal returns (SafeTx memory t) {
        t = _toTx(fields, delegate);
        t.value = _bound(t.value, 0, 101 ether);
        t.to = shape % 2 == 0 || delegate ? echo : recipient;
        t.safeTxGas = shape % 3 == 0 ? 0 : _bound(t.safeTxGas, 1, 200_000);
        t.gasPrice = shape % 5 == 0 ? _bound(t.gasPrice, 1, type(uint128).max) : 0;
        // Nothing is paid where gas is free; what would be paid does not overflow.
        if (t.gasPrice != 0) (t.gasToken, t.baseGas) = (address(0), t.baseGas >> 128);
        t.refundReceiver = payable(shape % 7 == 0 ? recipient : address(0));
        vm.txGasPrice(0);
    }

    function testFuzz_exec(
        SafeTxFields memory fields,
        bool delegate,
        uint8 shape,
        uint8 layout,
        uint64 value,
        uint256 seed
    ) public {
        _seed(seed);
        SafeTx memory t = _transaction(fields, delegate, shape);
        vm.store(address(safe), bytes32(uint256(5)), bytes32(seed >> 1));
        bytes memory signatures = _sign(_hash(t, seed >> 1), shape % 16 == 0 ? 1 : 2 + shape % 2);
        signatures = bytes.concat(signatures, _pickBytes(170));
        (bool success, bytes memory answer) = _agree(
            stranger,
            value,
            bytes.concat(IMultisig.execTransaction.selector, _lay(_head(t), t.data, signatures, layout % LAYOUTS))
        );
        if (shape % 16 == 0) {
            vm.assertFalse(success);
            if (signatures.length < 130) vm.assertEq(answer, _error("GS020"));
        }
    }

    /// @dev `data` and `signatures` are the same bytes of the call, or one lies within the other.
    function testFuzz_exec_overlapping(SafeTxFields memory fields, uint8 shape, uint256 seed) public {
        _seed(seed);
        SafeTx memory t = _transaction(fields, false, shape);
        bytes memory signatures = bytes.concat(_approved(owners[0]), _approved(owners[1]), _pickBytes(100));
        bytes memory before = _pickBytes(70);
        t.data =
            shape % 2 == 0 ? signatures : bytes.concat(before, bytes32(signatures.length), signatures, _pickBytes(70));
        bytes32 hash = _hash(t, 0);
        for (uint256 i; i < 2; ++i) {
            vm.prank(owners[i]);
            safe.approveHash(hash);
        }
        bytes32[10] memory head = _head(t);
        head[2] = bytes32(uint256(0x140));
        head[9] = bytes32(uint256(shape % 2 == 0 ? 0x140 : 0x160 + before.length));
        (bool success, bytes memory answer) = _agree(
            stranger,
            0,
            bytes.concat(
                IMultisig.execTransaction.selector, abi.encode(head), bytes32(t.data.length), t.data, _pickBytes(40)
            )
        );
        // Whatever the target does: the signatures were found where they lie.
        if (!success) vm.assertFalse(keccak256(answer) == keccak256(_error("GS025")));
        if (t.to == recipient && t.value <= 100 ether) vm.assertTrue(success);
    }

    /// @dev Words at random, offsets and lengths that lead anywhere: taken by both, as the same, or by neither.
    function testFuzz_anyCall(
        bytes32[10] memory head,
        uint16 dirt,
        bytes memory tail,
        uint8[2] memory shapes,
        uint256 from
    ) public {
        bytes memory data = _anyCall(head, dirt, tail, shapes);
        _agree(from % 2 == 0 ? stranger : owners[0], 0, bytes.concat(IMultisig.execTransaction.selector, data));
        _agree(stranger, 0, bytes.concat(IMultisig.getTransactionHash.selector, data));
    }

    function _anyCall(bytes32[10] memory head, uint16 dirt, bytes memory tail, uint8[2] memory shapes)
        internal
        pure
        returns (bytes memory)
    {
        for (uint256 i; i < 10; ++i) {
            // Addresses and the operation fit their types, mostly.
            bool clean = dirt >> i & 1 == 0 || dirt % 3 != 0;
            if (clean && (i == 0 || i == 7 || i == 8)) head[i] = bytes32(uint256(uint160(uint256(head[i]))));
            if (clean && i == 3) head[i] &= bytes32(uint256(1));
        }
        // No gas test and no payment.
        head[4] &= bytes32(uint256(0xffff));
        head[6] = 0;
        // Lengths near enough to be found, and offsets into the words as well as behind them.
        head[1] &= bytes32(uint256(0xff));
        if (shapes[0] % 4 != 0) head[2] = bytes32(uint256(head[2]) % (0x150 + tail.length));
        if (shapes[1] % 4 != 0) head[9] = bytes32(uint256(head[9]) % (0x150 + tail.length));
        return bytes.concat(abi.encode(head), tail);
    }

    /* HASH */

    function testFuzz_hash(SafeTxFields memory fields, bool delegate, uint256 nonce, uint64 chain, uint256 seed)
        public
    {
        _seed(seed);
        vm.chainId(chain == 0 ? 1 : chain);
        SafeTx memory t = _toTx(fields, delegate);
        // The tenth parameter is a number here: it is written over the offset that `_lay` makes.
        bytes memory call = bytes.concat(IMultisig.getTransactionHash.selector, _lay(_head(t), t.data, "", _pick(5)));
        for (uint256 i; i < 32; ++i) {
            call[4 + 9 * 32 + i] = bytes32(nonce)[i];
        }
        (bool success, bytes memory answer) = _agree(stranger, 0, call);
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(_hash(t, nonce)));
    }

    /* GUARD */

    function testFuzz_guard(SafeTxFields memory fields, bool delegate, uint8 shape, uint8 layout, uint256 seed) public {
        _seed(seed);
        TestGuard guard = new TestGuard();
        _self(abi.encodeWithSignature("setGuard(address)", guard));
        SafeTx memory t = _transaction(fields, delegate, shape);
        bytes memory signatures = bytes.concat(_sign(_hash(t, 0), 2), _pickBytes(100));
        uint256 before = guard.checksBefore();
        (bool success, bytes memory answer) = _agree(
            stranger,
            0,
            bytes.concat(IMultisig.execTransaction.selector, _lay(_head(t), t.data, signatures, layout % LAYOUTS))
        );
        vm.assertEq(guard.checksBefore() - before, success ? 1 : 0);
        vm.assertEq(guard.checksAfter(), success ? 1 : 0);
        if (!success) return;
        // What the twin told the guard, encoded from the parameters.
        vm.assertTrue(guard.lastSuccess() == abi.decode(answer, (bool)));
        vm.assertEq(guard.lastHash(), _hash(t, 0));
        vm.assertEq(guard.lastInput(), _hook(t, signatures));
    }

    function _hook(SafeTx memory t, bytes memory signatures) internal view returns (bytes memory) {
        return abi.encodeCall(
            TestGuard.checkTransaction,
            (
                t.to,
                t.value,
                t.data,
                t.operation,
                t.safeTxGas,
                t.baseGas,
                t.gasPrice,
                t.gasToken,
                t.refundReceiver,
                signatures,
                stranger
            )
        );
    }

    /* SETUP */

    /// @dev Owners that are fit or unfit, of any number, in any layout; with and without an initializer.
    function testFuzz_setup(uint256 seed, uint8 shape, address fallbackHandler) public {
        _seed(seed);
        safe = IMultisig(Deployment.proxy(singleton));
        uint256 count = _pick(8);
        address[] memory members = new address[](count);
        for (uint256 i; i < count; ++i) {
            members[i] = address(uint160(0x100000 + i));
        }
        address[5] memory unfit =
            [address(0), SENTINEL, address(safe), count == 0 ? SENTINEL : members[_pick(count)], address(2)];
        if (count != 0 && shape % 2 == 0) members[_pick(count)] = unfit[_pick(5)];
        uint256 threshold = shape % 8 == 1 ? _pick(10) : 1 + _pick(count + 1);
        address to = shape % 3 == 0 ? address(0) : shape % 3 == 1 ? echo : recipient;
        if (shape % 5 != 0) fallbackHandler = shape % 10 == 1 ? address(safe) : handler;
        bytes memory data = _pickBytes(100);
        _agree(stranger, 0, _layOutSetup(members, threshold, to, data, fallbackHandler));
        // And once more: it is refused, or begins anew after it was.
        _agree(stranger, 0, _layOutSetup(owners, 2, address(0), data, fallbackHandler));
        vm.assertEq(uint256(vm.load(address(safe), bytes32(uint256(4)))), safe.getThreshold());
    }

    /// @dev The array and the bytes in either order, with gaps.
    function _layOutSetup(
        address[] memory members,
        uint256 threshold,
        address to,
        bytes memory data,
        address fallbackHandler
    ) private returns (bytes memory) {
        bytes memory gap = _pickBytes(70);
        bytes memory array = bytes32(members.length) == 0 ? abi.encode(0) : abi.encode(members.length);
        for (uint256 i; i < members.length; ++i) {
            array = bytes.concat(array, _word(members[i]));
        }
        bytes memory encoded = bytes.concat(bytes32(data.length), data);
        bool swapped = _pick(2) == 0;
        uint256 first = 0x100 + gap.length;
        uint256 second = first + (swapped ? encoded : array).length;
        bytes memory head = bytes.concat(
            abi.encode(swapped ? second : first, threshold, to, swapped ? first : second),
            abi.encode(fallbackHandler, address(0), 0, address(0))
        );
        return bytes.concat(
            IMultisig.setup.selector, head, gap, swapped ? encoded : array, swapped ? array : encoded, _pickBytes(40)
        );
    }

    /// @dev Words at random in the place of the array: its length, its offset, dirt above an address.
    function testFuzz_setup_anyCall(bytes32[8] memory head, bytes32[6] memory array, uint8 shape, uint256 seed) public {
        _seed(seed);
        safe = IMultisig(Deployment.proxy(singleton));
        bytes32[7] memory clean = [
            bytes32(uint256(0x100)),
            bytes32(1 + _pick(5)),
            shape % 2 == 0 ? bytes32(0) : _word(echo),
            bytes32(uint256(0x100)),
            0,
            0,
            0
        ];
        for (uint256 i; i < 7; ++i) {
            if (shape >> i & 1 == 0) head[i] = clean[i];
        }
        head[6] = 0;
        head[7] &= bytes32(uint256(0xff));
        if (shape % 4 != 0) {
            array[0] = bytes32(_pick(7));
            for (uint256 i = 1; i < 6; ++i) {
                if (_pick(10) != 0) array[i] = bytes32(uint256(uint160(uint256(array[i]))));
            }
        }
        _agree(stranger, 0, bytes.concat(IMultisig.setup.selector, abi.encode(head, array)));
    }

    /* OWNERS */

    function testFuzz_newOwners(uint256 seed) public {
        _seed(seed);
        address[7] memory candidates =
            [address(0), SENTINEL, address(safe), owners[0], owners[2], recipient, address(2)];
        for (uint256 i; i < 4; ++i) {
            address added = candidates[_pick(7)];
            _agree(address(safe), 0, abi.encodeWithSignature("addOwnerWithThreshold(address,uint256)", added, _pick(6)));
            address[] memory members = safe.getOwners();
            uint256 index = _pick(members.length);
            address previous = index == 0 ? SENTINEL : members[index - 1];
            _agree(
                _pick(8) == 0 ? stranger : address(safe),
                0,
                abi.encodeWithSignature(
                    "swapOwner(address,address,address)",
                    _pick(8) == 0 ? candidates[_pick(7)] : previous,
                    _pick(8) == 0 ? candidates[_pick(7)] : members[index],
                    candidates[_pick(7)]
                )
            );
        }
    }

    /* MODULES */

    function testFuzz_modules(uint256 value, bytes memory data, uint8 shape, uint256 seed) public {
        _seed(seed);
        if (shape % 4 != 0) _self(abi.encodeWithSignature("enableModule(address)", stranger));
        value = _bound(value, 0, 101 ether);
        bytes memory encoded = bytes.concat(bytes32(data.length), data);
        bytes memory gap = _pickBytes(70);
        _agree(
            shape % 8 == 0 ? SENTINEL : stranger,
            0,
            bytes.concat(
                shape / 16 % 2 == 0
                    ? IMultisig(address(0)).execTransactionFromModule.selector
                    : IMultisig(address(0)).execTransactionFromModuleReturnData.selector,
                abi.encode(shape / 32 % 2 == 0 ? echo : recipient, value, 0x80 + gap.length, shape / 64 % 2),
                gap,
                encoded
            )
        );
    }

    function testFuzz_pages(uint256 seed) public {
        _seed(seed);
        uint256 count = _pick(12);
        for (uint256 i; i < count; ++i) {
            _self(abi.encodeWithSignature("enableModule(address)", address(uint160(0x100000 + i))));
        }
        for (uint256 i; i < 6; ++i) {
            address start = _pick(3) == 0 ? SENTINEL : address(uint160(0x100000 + _pick(13)));
            uint256 size = _pick(10) == 0 ? (1 << 32) + _pick(1 << 40) : _pick(15);
            _agree(stranger, 0, abi.encodeCall(safe.getModulesPaginated, (start, size)));
        }
        safe = IMultisig(Deployment.proxy(singleton));
        _agree(stranger, 0, abi.encodeCall(safe.getModulesPaginated, (SENTINEL, 1 + _pick(10))));
    }

    /* FALLBACK */

    /// @dev Every length from 0, with a handler, with one that has no code, and with none.
    function testFuzz_fallback(bytes memory data, uint256 length, uint64 value, uint8 shape) public {
        if (shape % 2 == 0) _cut(data, _bound(length, 0, data.length < 8 ? data.length : 8));
        // None of the functions that the twin leaves out.
        if (data.length >= 4) data[0] = 0xfe;
        address[3] memory handlers = [echo, recipient, address(0)];
        vm.store(address(safe), SLOT_HANDLER, _word(handlers[shape / 2 % 3]));
        _agree(stranger, shape % 16 == 0 ? value : 0, data);
    }
}
