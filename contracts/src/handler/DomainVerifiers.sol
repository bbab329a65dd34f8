// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDomainVerifiers} from "../interfaces/IDomainVerifiers.sol";
import {ISafeSignatureVerifier} from "../interfaces/ISafeSignatureVerifier.sol";
import {ISignatureValidator} from "../interfaces/ISignatureValidator.sol";
import {Answers} from "../libraries/Answers.sol";
import {Checked} from "../libraries/Checked.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {AccountContext} from "./AccountContext.sol";
import {MessageSignatures} from "./MessageSignatures.sol";

/// @title DomainVerifiers
/// @notice Signs messages for an account: by its owners, or by the verifier to which it entrusted the message's domain.
abstract contract DomainVerifiers is AccountContext, MessageSignatures, ISignatureValidator, IDomainVerifiers {
    /// @dev Selector of safeSignature(bytes32,bytes32,bytes,bytes), which nobody implements. It says that a domain separator,
    /// a type hash, the encoded data and the verifier's payload follow.
    bytes4 internal constant SAFE_SIGNATURE = 0x5fd7e97d;

    /// @dev Bytes up to the end of the type hash.
    uint256 private constant SAFE_SIGNATURE_LENGTH = 68;

    /// @inheritdoc IDomainVerifiers
    mapping(address safe => mapping(bytes32 domainSeparator => address verifier)) public override domainVerifiers;

    /// @inheritdoc ISignatureValidator
    /// @dev Asks the verifier if `signature` names a domain that has one and describes what `_hash` is the hash of; else, the
    /// owners.
    function isValidSignature(bytes32 _hash, bytes calldata signature) external view override returns (bytes4 magic) {
        if (signature.length >= SAFE_SIGNATURE_LENGTH && bytes4(signature) == SAFE_SIGNATURE) {
            bytes calldata arguments = signature[4:];
            (bytes32 domainSeparator, bytes32 typeHash) = abi.decode(arguments, (bytes32, bytes32));
            address verifier = domainVerifiers[msg.sender][domainSeparator];
            if (verifier != address(0)) {
                bytes calldata encodeData = _bytesAt(arguments, 0x40);
                bytes calldata payload = _bytesAt(arguments, 0x60);
                bytes32 structHash = keccak256(abi.encodePacked(typeHash, encodeData));
                if (TypedData.digest(domainSeparator, structHash) == _hash) {
                    bytes memory question = abi.encodeCall(
                        ISafeSignatureVerifier.isValidSafeSignature,
                        (msg.sender, _caller(), _hash, domainSeparator, typeHash, encodeData, payload)
                    );
                    return Answers.asBytes4(Answers.ofStaticCall(verifier, question));
                }
            }
        }

        _requireSigned(_hash, signature);
        return ISignatureValidator.isValidSignature.selector;
    }

    /// @inheritdoc IDomainVerifiers
    function setDomainVerifier(bytes32 domainSeparator, address newVerifier) external override onlyAccount {
        address oldVerifier = domainVerifiers[msg.sender][domainSeparator];

        domainVerifiers[msg.sender][domainSeparator] = newVerifier;

        emit ChangedDomainVerifier(msg.sender, domainSeparator, oldVerifier, newVerifier);
    }

    /// @dev Returns the `bytes` whose offset stands at `head` in `arguments`. Reverts without data if it is not inside them;
    /// Solidity's own decoder would revert with a Panic for a length that nobody could pay for.
    function _bytesAt(bytes calldata arguments, uint256 head) private pure returns (bytes calldata) {
        uint256 offset = uint256(bytes32(arguments[head:head + 0x20]));
        uint256 start = Checked.add(offset, 0x20);
        uint256 length = uint256(bytes32(arguments[offset:start]));
        return arguments[start:Checked.add(start, length)];
    }
}
