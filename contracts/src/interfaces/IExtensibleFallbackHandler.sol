// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IDomainVerifiers} from "./IDomainVerifiers.sol";
import {IERC165} from "./IERC165.sol";
import {ISafeInterfaces} from "./ISafeInterfaces.sol";
import {ISafeMethods} from "./ISafeMethods.sol";
import {ISignatureValidator} from "./ISignatureValidator.sol";
import {ITokenReceiver} from "./ITokenReceiver.sol";

/// @title IExtensibleFallbackHandler
/// @notice A fallback handler to which each account adds functions, interfaces and signers of its own.
/// @dev One contract serves every account: what it keeps, it keeps by account.
///
/// `isValidSignature` takes what `FallbackHandler` takes, and besides, for a domain that the account entrusted to a verifier,
/// 0x5fd7e97d followed by abi.encode(domainSeparator, typeHash, encodeData, payload) if keccak256(0x1901 ‖ domainSeparator ‖
/// keccak256(typeHash ‖ encodeData)) is the hash. The answer is then the verifier's.
///
/// A call that is none of these functions is answered by the method that the account set for its selector. It reverts with
/// "invalid method selector" for less than four bytes, and "method handler not set" without one.
interface IExtensibleFallbackHandler is
    ISignatureValidator,
    IDomainVerifiers,
    ISafeMethods,
    ISafeInterfaces,
    ITokenReceiver,
    IERC165
{}
