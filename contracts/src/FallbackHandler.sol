// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TokenCallbackHandler} from "./TokenCallbackHandler.sol";
import {MessageSignatures} from "./handler/MessageSignatures.sol";
import {IFallbackHandler} from "./interfaces/IFallbackHandler.sol";
import {IMultisig} from "./interfaces/IMultisig.sol";
import {ISignatureValidator} from "./interfaces/ISignatureValidator.sol";
import {IStorageAccess} from "./interfaces/IStorageAccess.sol";
import {ReturnData} from "./libraries/ReturnData.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Operation} from "./types/Operation.sol";

/// @title FallbackHandler
/// @notice Lets an account sign messages, receive tokens, and answer clients.
/// @dev Has no storage and no power: it speaks of `msg.sender` and can do nothing for it.
contract FallbackHandler is MessageSignatures, TokenCallbackHandler, IFallbackHandler {
    /// @dev Start of the account's list of modules.
    address private constant SENTINEL = address(0x1);

    /// @dev How many modules `getModules` shows.
    uint256 private constant MODULES = 10;

    /* SIGNATURES */

    /// @inheritdoc IFallbackHandler
    function isValidSignature(bytes32 _dataHash, bytes memory _signature) external view override returns (bytes4) {
        _requireSigned(_dataHash, _signature);
        return ISignatureValidator.isValidSignature.selector;
    }

    /// @inheritdoc IFallbackHandler
    function getMessageHash(bytes memory message) external view override returns (bytes32) {
        return getMessageHashForSafe(msg.sender, message);
    }

    /// @inheritdoc IFallbackHandler
    function getMessageHashForSafe(address safe, bytes memory message) public view override returns (bytes32) {
        return keccak256(encodeMessageDataForSafe(safe, message));
    }

    /// @inheritdoc IFallbackHandler
    function encodeMessageDataForSafe(address safe, bytes memory message) public view override returns (bytes memory) {
        return _messagePreimage(safe, message);
    }

    /// @inheritdoc IFallbackHandler
    function encodeTransactionData(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view override returns (bytes memory) {
        return TypedData.preimage(
            _domainSeparator(msg.sender),
            TypedData.transactionStructHash(
                to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce
            )
        );
    }

    /* CLIENTS */

    /// @inheritdoc IFallbackHandler
    function getModules() external view override returns (address[] memory) {
        (address[] memory array,) = IMultisig(msg.sender).getModulesPaginated(SENTINEL, MODULES);
        return array;
    }

    /// @inheritdoc IFallbackHandler
    function simulate(address targetContract, bytes calldata calldataPayload)
        external
        override
        returns (bytes memory response)
    {
        (bool success, bytes memory report) =
            msg.sender.call(abi.encodeCall(IStorageAccess.simulateAndRevert, (targetContract, calldataPayload)));
        // An account always reverts, and with two words at least.
        if (success || report.length < 0x40) revert();

        assembly ("memory-safe") {
            // The account reverts with: success (one word), length of the answer (one word), the answer.
            success := mload(add(report, 0x20))
            // The last two have the layout of `bytes`.
            response := add(report, 0x40)
        }
        if (!success) ReturnData.bubble(response);
    }
}
