// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {DomainVerifiers} from "./handler/DomainVerifiers.sol";
import {SafeInterfaces} from "./handler/SafeInterfaces.sol";
import {SafeMethods} from "./handler/SafeMethods.sol";
import {TokenCallbacks} from "./handler/TokenCallbacks.sol";
import {IDomainVerifiers} from "./interfaces/IDomainVerifiers.sol";
import {IERC165} from "./interfaces/IERC165.sol";
import {IExtensibleFallbackHandler} from "./interfaces/IExtensibleFallbackHandler.sol";
import {ISafeInterfaces} from "./interfaces/ISafeInterfaces.sol";
import {ISafeMethods} from "./interfaces/ISafeMethods.sol";
import {ISignatureValidator} from "./interfaces/ISignatureValidator.sol";

/// @title ExtensibleFallbackHandler
/// @notice A fallback handler to which each account adds functions, interfaces and signers of its own.
/// @dev Its storage is kept by account, in this order: methods, verifiers, interfaces.
contract ExtensibleFallbackHandler is
    SafeMethods,
    DomainVerifiers,
    SafeInterfaces,
    TokenCallbacks,
    IExtensibleFallbackHandler
{
    /// @inheritdoc IERC165
    /// @dev True for what this handler implements, and for what the calling account claims.
    function supportsInterface(bytes4 interfaceId) external view override returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == ERC721_RECEIVER
            || interfaceId == ERC1155_RECEIVER || interfaceId == type(ISignatureValidator).interfaceId
            || interfaceId == type(IDomainVerifiers).interfaceId || interfaceId == type(ISafeInterfaces).interfaceId
            || interfaceId == type(ISafeInterfaces).interfaceId ^ type(IERC165).interfaceId
            || interfaceId == ISafeMethods.setSafeMethod.selector || safeInterfaces[msg.sender][interfaceId];
    }
}
