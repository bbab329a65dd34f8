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
        require(owners[msg.sender] != address(0), "GS030");

        approvedHashes[msg.sender][hashToApprove] = 1;

        emit ApproveHash(hashToApprove, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc ISignatures
    function checkSignatures(address executor, bytes32 dataHash, bytes calldata signatures) public view override {
        uint256 required = threshold;
        require(required != 0, "GS001");

        checkNSignatures(executor, dataHash, signatures, required);
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
        uint256 staticLength = Checked.mul(requiredSignatures, SIGNATURE_LENGTH);
        require(signatures.length >= staticLength, "GS020");

        address lastOwner;
        for (uint256 start; start < staticLength;) {
            (bytes32 r, bytes32 s) = abi.decode(signatures[start:], (bytes32, bytes32));
            uint8 v;
            unchecked {
                // Inside `signatures`, whose length is at least `staticLength`.
                v = uint8(signatures[start + 0x40]);
                start += SIGNATURE_LENGTH;
            }

            address owner;
            if (v == 0) {
                owner = address(uint160(uint256(r)));
                _checkContractSignature(owner, dataHash, signatures, uint256(s), staticLength);
            } else if (v == 1) {
                owner = address(uint160(uint256(r)));
                require(executor == owner || approvedHashes[owner][dataHash] != 0, "GS025");
            } else if (v > 30) {
                unchecked {
                    // v > 30, so v - 4 cannot underflow.
                    owner = ecrecover(_ethSignHash(dataHash), v - 4, r, s);
                }
            } else {
                // Any v but 27 and 28 recovers 0, which the order refuses.
                owner = ecrecover(dataHash, v, r, s);
            }

            // Strictly ascending: no owner counts twice, and 0 (nothing recovered) is below the first.
            require(owner > lastOwner && owners[owner] != address(0) && owner != SENTINEL, "GS026");
            lastOwner = owner;
        }
    }

    /* INTERNAL */

    /// @dev Asks a contract owner about its dynamic part: a length word at `offset`, then the data.
    /// Whether `owner` is an owner is the caller's business, and is tested after this call.
    function _checkContractSignature(
        address owner,
        bytes32 dataHash,
        bytes calldata signatures,
        uint256 offset,
        uint256 staticLength
    ) private view {
        require(offset >= staticLength, "GS021");
        uint256 start = Checked.add(offset, 0x20);
        require(start <= signatures.length, "GS022");
        uint256 end = Checked.add(start, uint256(bytes32(signatures[offset:start])));
        require(end <= signatures.length, "GS023");

        // A precompile as an owner would answer with anything: only code that was deployed can sign.
        if (owner.code.length == 0) revert();
        bytes32 answer = IRawAnswers(owner).isValidSignature(dataHash, signatures[start:end]);
        // The first four bytes are the magic value; the rest of the word is nobody's.
        // forge-lint: disable-next-line(unsafe-typecast)
        require(bytes4(answer) == ISignatureValidator.isValidSignature.selector, "GS024");
    }

    /// @dev Returns what a wallet signs for `hash` with `eth_sign` or `personal_sign`.
    function _ethSignHash(bytes32 hash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash));
    }
}
