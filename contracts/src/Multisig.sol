// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Fallback} from "./base/Fallback.sol";
import {Modules} from "./base/Modules.sol";
import {MultisigStorage} from "./base/MultisigStorage.sol";
import {Owners} from "./base/Owners.sol";
import {Refunds} from "./base/Refunds.sol";
import {Signatures} from "./base/Signatures.sol";
import {StorageAccess} from "./base/StorageAccess.sol";
import {TransactionGuard} from "./base/TransactionGuard.sol";
import {IMultisig} from "./interfaces/IMultisig.sol";
import {ITransactionGuard} from "./interfaces/ITransactionGuard.sol";
import {Execution} from "./libraries/Execution.sol";
import {ReturnData} from "./libraries/ReturnData.sol";
import {TypedData} from "./libraries/TypedData.sol";
import {Operation} from "./types/Operation.sol";

/// @title Multisig
/// @notice An account that acts when enough of its owners agree.
/// @dev The code behind every `MultisigProxy`; interchangeable with Safe 1.5.0.
contract Multisig is
    MultisigStorage,
    Owners,
    Modules,
    TransactionGuard,
    Fallback,
    Signatures,
    Refunds,
    StorageAccess,
    IMultisig
{
    /// @dev Gas kept back from the inner call when nothing is refunded: for the event and the guard's second hook.
    uint256 private constant GAS_AFTER_CALL = 2500;

    /// @dev Gas that must remain besides: for what happens between the test and the inner call.
    uint256 private constant GAS_BEFORE_CALL = 500;

    /// @inheritdoc IMultisig
    string public constant override VERSION = "1.5.0";

    /// @dev Locks the singleton: with a threshold but no owners it can neither be set up nor used.
    constructor() {
        threshold = 1;
    }

    /* EXTERNAL */

    /// @inheritdoc IMultisig
    function setup(
        address[] calldata _owners,
        uint256 _threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external override {
        _setupOwners(_owners, _threshold);
        _logSetup(_owners, _threshold, to, fallbackHandler);

        if (fallbackHandler != address(0)) _setFallbackHandler(fallbackHandler);
        _setupModules(to, data);
        // `payment` gas at a price of 1: the amount itself, but 0 native tokens when tx.gasprice is 0.
        if (payment != 0) _refund(payment, 0, 1, paymentToken, paymentReceiver);
    }

    /// @inheritdoc IMultisig
    function execTransaction(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external payable override returns (bool success) {
        bytes32 txHash;
        {
            uint256 _nonce = nonce;
            uint256 _threshold = threshold;
            _logTransaction(data, signatures, _nonce, _threshold);

            // The nonce is used before anybody else's code runs, so what the owners signed cannot be run twice.
            unchecked {
                // Nobody lives to see 2^256 transactions.
                nonce = _nonce + 1;
            }
            txHash = TypedData.digestOfCall(data, _nonce);
            _checkSignatures(msg.sender, txHash, signatures, _threshold);
        }

        ITransactionGuard guard = _guard();
        if (address(guard) != address(0)) {
            guard.checkTransaction(
                to,
                value,
                data,
                operation,
                safeTxGas,
                baseGas,
                gasPrice,
                gasToken,
                refundReceiver,
                signatures,
                msg.sender
            );
        }

        _requireGas(safeTxGas);

        uint256 payment;
        uint256 gasUsed = gasleft();
        unchecked {
            // `_requireGas` left at least GAS_AFTER_CALL, and gas only goes down.
            uint256 gasLimit = gasPrice == 0 ? gasleft() - GAS_AFTER_CALL : safeTxGas;
            success = Execution.perform(to, value, data, operation, gasLimit);
            gasUsed -= gasleft();
        }
        if (gasPrice != 0) payment = _refund(gasUsed, baseGas, gasPrice, gasToken, refundReceiver);

        if (success) {
            emit ExecutionSuccess(txHash, payment);
        } else {
            // The owners asked for neither a gas limit nor a refund: nothing is owed, and the nonce stays.
            if (safeTxGas == 0 && gasPrice == 0) ReturnData.bubble();
            emit ExecutionFailure(txHash, payment);
        }

        if (address(guard) != address(0)) guard.checkAfterExecution(txHash, success);
    }

    /* VIEWS */

    /// @inheritdoc IMultisig
    function domainSeparator() public view override returns (bytes32) {
        return TypedData.domainSeparator();
    }

    /// @inheritdoc IMultisig
    function getTransactionHash(
        address, /* to */
        uint256, /* value */
        bytes calldata data,
        Operation, /* operation */
        uint256, /* safeTxGas */
        uint256, /* baseGas */
        uint256, /* gasPrice */
        address, /* gasToken */
        address, /* refundReceiver */
        uint256 _nonce
    ) external view override returns (bytes32 txHash) {
        return TypedData.digestOfCall(data, _nonce);
    }

    /* INTERNAL */

    /// @dev Called first by `execTransaction`, with those of its parameters that are `bytes`, and with what it read from
    /// storage. Does nothing; `MultisigL2` writes an event.
    function _logTransaction(bytes calldata data, bytes calldata signatures, uint256 _nonce, uint256 _threshold)
        internal
        virtual {}

    /// @dev Emits `SafeSetup`. The owners were checked one by one before: Solidity would do it again to write them down.
    function _logSetup(address[] calldata _owners, uint256 _threshold, address initializer, address fallbackHandler)
        private
    {
        bytes32 topic = SafeSetup.selector;
        assembly ("memory-safe") {
            // In memory that stays free: where the owners begin, threshold, initializer, handler, then how many owners there
            // are, and the owners as they stand in the call.
            let log := mload(0x40)
            let size := mul(_owners.length, 0x20)
            mstore(log, 0x80)
            mstore(add(log, 0x20), _threshold)
            mstore(add(log, 0x40), initializer)
            mstore(add(log, 0x60), fallbackHandler)
            mstore(add(log, 0x80), _owners.length)
            calldatacopy(add(log, 0xa0), _owners.offset, size)
            log2(log, add(0xa0, size), topic, caller())
        }
    }

    /// @dev Reverts with GS010 unless the inner call can get `safeTxGas` although the EVM keeps 1/64 back.
    function _requireGas(uint256 safeTxGas) private view {
        unchecked {
            // Wraps for a `safeTxGas` near 2^256, as it does in Safe 1.5.0. The owners signed that value, and all it
            // can do is to let the inner call run with the gas there is.
            uint256 withRounding = (safeTxGas << 6) / 63;
            uint256 withReserve = safeTxGas + GAS_AFTER_CALL;
            uint256 needed = (withRounding > withReserve ? withRounding : withReserve) + GAS_BEFORE_CALL;
            if (gasleft() < needed) revert("GS010");
        }
    }
}
