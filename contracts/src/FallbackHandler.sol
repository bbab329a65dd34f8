// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "./interfaces/IERC165.sol";
import {IFallbackHandler} from "./interfaces/IFallbackHandler.sol";
import {IMultisig} from "./interfaces/IMultisig.sol";
import {ISignatureValidator} from "./interfaces/ISignatureValidator.sol";
import {IStorageAccess} from "./interfaces/IStorageAccess.sol";
import {ITokenReceiver} from "./interfaces/ITokenReceiver.sol";
import {ReturnData} from "./libraries/ReturnData.sol";
import {Slots} from "./libraries/Slots.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Operation} from "./types/Operation.sol";

/// @title FallbackHandler
/// @notice Lets an account sign messages, receive tokens, and answer clients.
/// @dev Has no storage and no power: it speaks of `msg.sender` and can do nothing for it.
contract FallbackHandler is IFallbackHandler, ITokenReceiver, IERC165 {
    /// @dev Start of the account's list of modules.
    address private constant SENTINEL = address(0x1);

    /// @dev How many modules `getModules` shows.
    uint256 private constant MODULES = 10;

    /// @dev Reverts unless the caller is an account that passes the call on to this handler.
    modifier onlyFallback() {
        bytes memory slot = IStorageAccess(msg.sender).getStorageAt(uint256(Slots.FALLBACK_HANDLER), 1);
        require(abi.decode(slot, (address)) == address(this), "not a fallback call");
        _;
    }

    /* SIGNATURES */

    /// @inheritdoc IFallbackHandler
    function isValidSignature(bytes32 _dataHash, bytes memory _signature) external view override returns (bytes4) {
        IMultisig safe = IMultisig(msg.sender);
        bytes32 messageHash = getMessageHashForSafe(msg.sender, abi.encode(_dataHash));

        if (_signature.length == 0) require(safe.signedMessages(messageHash) != 0, "Hash not approved");
        else safe.checkSignatures(address(0), messageHash, _signature);

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
        return TypedData.preimage(_domainSeparator(safe), TypedData.messageStructHash(message));
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

    /// @dev Reverts without data if `safe` has no code: a precompile answers with the hash of the question.
    function _domainSeparator(address safe) private view returns (bytes32) {
        if (safe.code.length == 0) revert();
        return IMultisig(safe).domainSeparator();
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

    /* TOKENS */

    /// @inheritdoc ITokenReceiver
    function onERC721Received(address, address, uint256, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC721Received.selector;
    }

    /// @inheritdoc ITokenReceiver
    function onERC1155Received(address, address, uint256, uint256, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC1155Received.selector;
    }

    /// @inheritdoc ITokenReceiver
    function onERC1155BatchReceived(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        view
        override
        onlyFallback
        returns (bytes4)
    {
        return ITokenReceiver.onERC1155BatchReceived.selector;
    }

    /// @inheritdoc ITokenReceiver
    function tokensReceived(address, address, address, uint256, bytes calldata, bytes calldata) external pure override {
        // Nothing to refuse: the account must have registered this handler itself.
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure override returns (bool) {
        return interfaceId == type(IERC165).interfaceId || interfaceId == ITokenReceiver.onERC721Received.selector
            || interfaceId == ITokenReceiver.onERC1155Received.selector ^ ITokenReceiver.onERC1155BatchReceived.selector;
    }
}
