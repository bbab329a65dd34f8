// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRawAnswers} from "../interfaces/IRawAnswers.sol";
import {ISignatureValidator} from "../interfaces/ISignatureValidator.sol";
import {ISignatures} from "../interfaces/ISignatures.sol";
import {Checked} from "../libraries/Checked.sol";
import {MultisigStorage} from "./MultisigStorage.sol";

/// @title Signatures
/// @notice Decides whether enough owners agreed to a hash.
abstract contract Signatures is MultisigStorage, ISignatures {
    /// @dev Bytes of the static part of a signature: r, s, v.
    uint256 private constant SIGNATURE_LENGTH = 65;

    /* EXTERNAL */

    /// @inheritdoc ISignatures
    function approveHash(bytes32 hashToApprove) external override {
        if (owners[msg.sender] == address(0)) revert("GS030");

        approvedHashes[msg.sender][hashToApprove] = 1;

        emit ApproveHash(hashToApprove, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc ISignatures
    function checkSignatures(address executor, bytes32 dataHash, bytes calldata signatures) public view override {
        _checkSignatures(executor, dataHash, signatures, threshold);
    }

    /// @inheritdoc ISignatures
    function checkSignatures(bytes32 dataHash, bytes calldata data, bytes calldata signatures) external view override {
        data; // Named for the ABI, read by nobody.
        checkSignatures(msg.sender, dataHash, signatures);
    }

    /// @inheritdoc ISignatures
    function checkNSignatures(
        bytes32 dataHash,
        bytes calldata data,
        bytes calldata signatures,
        uint256 requiredSignatures
    ) external view override {
        data; // Named for the ABI, read by nobody.
        checkNSignatures(msg.sender, dataHash, signatures, requiredSignatures);
    }

    /// @inheritdoc ISignatures
    function checkNSignatures(address executor, bytes32 dataHash, bytes calldata signatures, uint256 requiredSignatures)
        public
        view
        override
    {
        _requireSignatures(executor, dataHash, signatures, requiredSignatures);
    }

    /* INTERNAL */

    /// @dev Reverts unless as many owners as `required` says, which is read from storage, agreed to `dataHash`.
    function _checkSignatures(address executor, bytes32 dataHash, bytes calldata signatures, uint256 required)
        internal
        view
    {
        if (required == 0) revert("GS001");

        _requireSignatures(executor, dataHash, signatures, required);
    }

    /// @dev Reverts unless the first `required` signatures are those of owners, in ascending order.
    function _requireSignatures(address executor, bytes32 dataHash, bytes calldata signatures, uint256 required)
        private
        view
    {
        if (signatures.length / SIGNATURE_LENGTH < required) {
            // Safe 1.5.0 multiplies, and reverts without data where that overflows.
            Checked.mul(required, SIGNATURE_LENGTH);
            revert("GS020");
        }

        unchecked {
            // Sums and products below are at most `signatures.length`.
            uint256 staticLength = required * SIGNATURE_LENGTH;

            // Addresses as numbers: they are compared, and Solidity would clear bits that are clear before each use.
            uint256 lastOwner = uint160(SENTINEL);
            for (uint256 start; start != staticLength; start += SIGNATURE_LENGTH) {
                uint256 owner;
                uint256 v = _word(signatures, start + 0x40) >> 248;
                if (v > 1) {
                    bytes32 hash = dataHash;
                    if (v > 30) {
                        hash = _ethSignHash(hash);
                        v -= 4;
                    }
                    // Any v but 27 and 28 recovers 0, which the order refuses.
                    owner = _recover(hash, v, signatures, start);
                } else {
                    owner = uint160(_word(signatures, start));
                    if (v == 0) {
                        uint256 offset = _word(signatures, start + 0x20);
                        _checkContractSignature(_address(owner), dataHash, signatures, offset, staticLength);
                    } else if (_address(owner) != executor && approvedHashes[_address(owner)][dataHash] == 0) {
                        revert("GS025");
                    }
                }

                // Strictly ascending: no owner counts twice, and neither 0 (nothing recovered) nor the sentinel counts.
                if (owner <= lastOwner) revert("GS026");
                if (owners[_address(owner)] == address(0)) revert("GS026");
                lastOwner = owner;
            }
        }
    }

    /// @dev Returns the address that signed `hash`, or 0. Its signature begins at `start` with r and s.
    function _recover(bytes32 hash, uint256 v, bytes calldata signatures, uint256 start)
        private
        view
        returns (uint256 signer)
    {
        assembly ("memory-safe") {
            // The precompile takes four words: hash, v, and r and s as they stand in the call. The memory stays free.
            let input := mload(0x40)
            mstore(input, hash)
            mstore(add(input, 0x20), v)
            calldatacopy(add(input, 0x40), add(signatures.offset, start), 0x40)
            // It answers nothing when nothing can be recovered; the 0 then stays.
            mstore(0x00, 0)
            pop(staticcall(gas(), 0x01, input, 0x80, 0x00, 0x20))
            signer := mload(0x00)
        }
    }

    /// @dev Returns the 32 bytes of `signatures` at `start`. The caller knows that they begin inside.
    function _word(bytes calldata signatures, uint256 start) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            // Behind the end of the call stand zeros.
            word := calldataload(add(signatures.offset, start))
        }
    }

    /// @dev Returns the number as the address that it is.
    function _address(uint256 owner) private pure returns (address) {
        return address(uint160(owner));
    }

    /// @dev Asks a contract owner about its dynamic part: a length word at `offset`, then the data.
    /// Whether `owner` is an owner is the caller's business, and is tested after this call.
    function _checkContractSignature(
        address owner,
        bytes32 dataHash,
        bytes calldata signatures,
        uint256 offset,
        uint256 staticLength
    ) private view {
        if (offset < staticLength) revert("GS021");
        uint256 start = Checked.add(offset, 0x20);
        if (start > signatures.length) revert("GS022");
        uint256 end = Checked.add(start, uint256(bytes32(signatures[offset:start])));
        if (end > signatures.length) revert("GS023");

        // A precompile as an owner would answer with anything: only code that was deployed can sign.
        if (owner.code.length == 0) revert();
        bytes32 answer = IRawAnswers(owner).isValidSignature(dataHash, signatures[start:end]);
        // The first four bytes are the magic value; the rest of the word is nobody's.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (bytes4(answer) != ISignatureValidator.isValidSignature.selector) revert("GS024");
    }

    /// @dev Returns what a wallet signs for `hash` with `eth_sign` or `personal_sign`.
    function _ethSignHash(bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash));
    }
}
