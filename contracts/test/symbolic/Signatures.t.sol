// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ISignatureValidator} from "../../src/interfaces/ISignatureValidator.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice What counts as the agreement of owners: exactly what is written down here once more, in any state.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract SignaturesProofs is SymbolicTest {
    /// @dev Every kind but that of contracts: accepted if and only if each of the items read is one of an owner, and the owners
    /// ascend, so that nobody counts twice.
    /// @custom:bound one item of 65 bytes
    function check_oneSignature(address executor, bytes32 hash) external {
        _expect(executor, hash, svm.createBytes(65, "signatures"), 1);
    }

    /// @custom:bound two items of 65 bytes
    function check_twoSignatures(address executor, bytes32 hash) external {
        _expect(executor, hash, svm.createBytes(130, "signatures"), 2);
    }

    /// @custom:bound three items of 65 bytes
    function check_threeSignatures(address executor, bytes32 hash) external {
        _expect(executor, hash, svm.createBytes(195, "signatures"), 3);
    }

    /// @dev What stands behind the items read is ignored.
    /// @custom:bound one item and 42 bytes more
    function check_moreThanRequiredIsIgnored(address executor, bytes32 hash) external {
        _expect(executor, hash, svm.createBytes(107, "signatures"), 1);
    }

    function reach_twoSignatures(address executor, bytes32 hash) external view {
        bytes memory signatures = bytes.concat(_item(0x11), _item(0x22));
        vm.assume(account.approvedHashes(address(0x11), hash) != 0 && account.approvedHashes(address(0x22), hash) != 0);
        account.checkNSignatures(executor, hash, signatures, 2);
        assert(false);
    }

    /// @dev Too few bytes are never enough, whatever the number asked for.
    /// @custom:bound 0, 1, 64, 65 and 129 bytes
    function check_tooShort(address executor, bytes32 hash, uint256 required, uint8 size) external {
        uint8[5] memory sizes = [0, 1, 64, 65, 129];
        bytes memory signatures = svm.createBytes(sizes[_concrete(size, 5)], "signatures");
        vm.assume(required > signatures.length / 65);
        assert(!_accepts(executor, hash, signatures, required));
    }

    /// @dev Without a threshold nothing is accepted; with one, exactly what is accepted for that number.
    /// @custom:bound 65 bytes
    function check_thresholdIsTheNumberRequired(address executor, bytes32 hash) external {
        bytes memory signatures = svm.createBytes(65, "signatures");
        uint256 threshold = _slot(THRESHOLD);
        (bool success,) = address(account)
            .call(abi.encodeWithSignature("checkSignatures(address,bytes32,bytes)", executor, hash, signatures));
        assert(success == (threshold != 0 && _accepts(executor, hash, signatures, threshold)));
    }

    /// @dev The older entry points ignore their data, and their caller is the executor.
    /// @custom:bound signatures of 65 bytes, data of 33
    function check_olderEntryPoints(address caller, bytes32 hash, uint256 required) external {
        bytes memory signatures = svm.createBytes(65, "signatures");
        bytes memory data = svm.createBytes(33, "data");
        vm.prank(caller);
        (bool first,) = address(account)
            .call(abi.encodeWithSignature("checkSignatures(bytes32,bytes,bytes)", hash, data, signatures));
        vm.prank(caller);
        (bool second,) = address(account)
            .call(
                abi.encodeWithSignature(
                    "checkNSignatures(bytes32,bytes,bytes,uint256)", hash, data, signatures, required
                )
            );
        uint256 threshold = _slot(THRESHOLD);
        assert(first == (threshold != 0 && _accepts(caller, hash, signatures, threshold)));
        assert(second == _accepts(caller, hash, signatures, required));
    }

    /// @dev Two together are accepted exactly when each alone is, and they ascend.
    /// @custom:bound two items of 65 bytes
    function check_halves(address executor, bytes32 hash) external {
        bytes memory left = svm.createBytes(65, "left");
        bytes memory right = svm.createBytes(65, "right");
        vm.assume(uint8(left[64]) != 0 && uint8(right[64]) != 0);
        bool together = _accepts(executor, hash, bytes.concat(left, right), 2);
        bool ascend = _signer(hash, left, 0) < _signer(hash, right, 0);
        bool apart = _accepts(executor, hash, left, 1) && _accepts(executor, hash, right, 1);
        assert(together == (apart && ascend));
    }

    /// @dev A contract that is an owner: accepted if and only if it answers with the magic value. Its part, of 0, 5 or 32 bytes,
    /// stands right behind the items, or one byte later.
    /// @custom:bound one item, a part of 0, 5 or 32 bytes, an owner that answers or reverts with one word
    function check_contractSignature(address executor, bytes32 hash, uint8 gapSize, uint8 size) external {
        address wallet = _answerer();
        bytes memory content = svm.createBytes([0, 5, 32][_concrete(size, 3)], "content");
        bytes memory gap = new bytes(_concrete(gapSize, 2));
        bytes memory signatures =
            bytes.concat(abi.encode(wallet, 65 + gap.length), hex"00", gap, abi.encode(content.length), content);
        bool magic = bytes4(_answer(wallet)) == ISignatureValidator.isValidSignature.selector;
        bool fits = !_fails(wallet) && magic && address(uint160(_next(OWNERS, wallet))) != address(0);
        assert(_accepts(executor, hash, signatures, 1) == fits);
    }

    /// @dev A part that lies inside the items, or not inside the bytes, is refused, whatever the contract would say.
    /// @custom:bound one item and 37 bytes
    function check_contractSignatureOutOfBounds(address executor, bytes32 hash, uint256 offset, uint256 length)
        external
    {
        address wallet = _answerer();
        bytes memory signatures = bytes.concat(abi.encode(wallet, offset), hex"00", abi.encode(length), bytes5(0));
        vm.assume(offset < 65 || offset > signatures.length - 32 || (offset == 65 && length > 5));
        assert(!_accepts(executor, hash, signatures, 1));
    }

    function check_approveHash(address caller, bytes32 hash, address key, bytes32 other) external {
        uint256[WORDS] memory expected = _state(key, other);
        if (key == caller && other == hash) expected[11] = 1;
        bool fits = address(uint160(_next(OWNERS, caller))) != address(0);
        bool success = _call(caller, abi.encodeCall(account.approveHash, (hash)));
        assert(success == fits);
        if (success) _same(expected, _state(key, other), 0);
    }

    /* INTERNAL */

    function _accepts(address executor, bytes32 hash, bytes memory signatures, uint256 required)
        private
        returns (bool success)
    {
        (success,) = address(account)
            .call(
                abi.encodeWithSignature(
                    "checkNSignatures(address,bytes32,bytes,uint256)", executor, hash, signatures, required
                )
            );
    }

    function _expect(address executor, bytes32 hash, bytes memory signatures, uint256 required) private {
        bool fits = true;
        address last = SENTINEL;
        for (uint256 i; i < required; ++i) {
            uint8 v = uint8(signatures[65 * i + 64]);
            vm.assume(v != 0);
            address signer = _signer(hash, signatures, 65 * i);
            bool agreed = v != 1 || signer == executor || _approved(signer, hash) != 0;
            fits = fits && agreed && signer > last && address(uint160(_next(OWNERS, signer))) != address(0);
            last = signer;
        }
        assert(_accepts(executor, hash, signatures, required) == fits);
    }

    /// @dev Whose item begins at `start`.
    function _signer(bytes32 hash, bytes memory signatures, uint256 start) private pure returns (address) {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(add(signatures, 0x20), start))
            s := mload(add(add(signatures, 0x40), start))
        }
        uint8 v = uint8(signatures[start + 64]);
        if (v == 1) return address(uint160(uint256(r)));
        if (v <= 30) return ecrecover(hash, v, r, s);
        return ecrecover(keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash)), v - 4, r, s);
    }

    function _item(uint160 owner) private view returns (bytes memory) {
        vm.assume(account.isOwner(address(owner)));
        return abi.encodePacked(uint256(owner), uint256(0), uint8(1));
    }
}
