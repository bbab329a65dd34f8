// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransactionGuard} from "../../src/interfaces/ITransactionGuard.sol";
import {Operation} from "../../src/types/Operation.sol";
import {PlainSignatures} from "./PlainSignatures.sol";

/// @title PlainMultisig
/// @notice The plain twin of `Multisig` and `MultisigL2`, as far as they use assembly.
/// @dev Written from the specification: typed parameters, `abi.encode`, `emit`, high-level calls. It has neither the gas test
/// nor payments, because the gas that a payment counts is that of the code itself.
contract PlainMultisig is PlainSignatures {
    event SafeSetup(
        address indexed initiator, address[] owners, uint256 threshold, address initializer, address fallbackHandler
    );
    event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
    event ExecutionFailure(bytes32 indexed txHash, uint256 payment);
    event ExecutionFromModuleSuccess(address indexed module);
    event ExecutionFromModuleFailure(address indexed module);
    event AddedOwner(address indexed owner);
    event RemovedOwner(address indexed owner);
    event ChangedThreshold(uint256 threshold);
    event SafeReceived(address indexed sender, uint256 value);
    event SafeMultiSigTransaction(
        address to,
        uint256 value,
        bytes data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes signatures,
        bytes additionalInfo
    );
    event SafeModuleTransaction(address module, address to, uint256 value, bytes data, Operation operation);

    bytes32 private constant HANDLER = keccak256("fallback_manager.handler.address");
    bytes32 private constant GUARD = keccak256("guard_manager.guard.address");

    /// @dev Whether this is the twin of `MultisigL2`.
    bool private immutable LAYER2;

    /// @dev An address in a slot of its own.
    struct Slot {
        address value;
    }

    constructor(bool layer2) {
        LAYER2 = layer2;
    }

    function setup(
        address[] calldata _owners,
        uint256 _threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address, /* paymentToken */
        uint256 payment,
        address payable /* paymentReceiver */
    ) external {
        require(payment == 0, "the twin does not pay");
        if (threshold != 0) revert("GS200");
        if (_threshold > _owners.length) revert("GS201");
        if (_threshold == 0) revert("GS202");
        emit SafeSetup(msg.sender, _owners, _threshold, to, fallbackHandler);

        address current = SENTINEL;
        for (uint256 i; i < _owners.length; ++i) {
            address owner = _owners[i];
            if (owner == address(0) || owner == SENTINEL || owner == address(this) || owner == current) {
                revert("GS203");
            }
            if (owners[owner] != address(0)) revert("GS204");
            owners[current] = owner;
            current = owner;
        }
        owners[current] = SENTINEL;
        ownerCount = _owners.length;
        threshold = _threshold;

        if (fallbackHandler == address(this)) revert("GS400");
        if (fallbackHandler != address(0)) _slot(HANDLER).value = fallbackHandler;

        if (modules[SENTINEL] != address(0)) revert("GS100");
        modules[SENTINEL] = SENTINEL;
        if (to == address(0)) return;
        if (to.code.length == 0) revert("GS002");
        (bool success,) = to.delegatecall(data);
        if (!success) revert("GS000");
    }

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
    ) external payable returns (bool success) {
        if (LAYER2) {
            emit SafeMultiSigTransaction(
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
                abi.encode(nonce, msg.sender, threshold)
            );
        }
        bytes32 txHash = getTransactionHash(
            to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce
        );
        ++nonce;
        checkSignatures(msg.sender, txHash, signatures);

        ITransactionGuard guard = ITransactionGuard(_slot(GUARD).value);
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

        bytes memory answer;
        (success, answer) = _perform(to, value, data, operation, gasPrice == 0 ? gasleft() - 2500 : safeTxGas);
        if (gasPrice != 0) {
            require(tx.gasprice == 0 && gasToken == address(0), "the twin does not pay");
            (bool paid,) = (refundReceiver == address(0) ? tx.origin : refundReceiver).call("");
            if (!paid) revert("GS011");
        }
        if (!success && safeTxGas == 0 && gasPrice == 0) _revert(answer);
        if (success) emit ExecutionSuccess(txHash, 0);
        else emit ExecutionFailure(txHash, 0);

        if (address(guard) != address(0)) guard.checkAfterExecution(txHash, success);
    }

    function getTransactionHash(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 _nonce
    ) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"), block.chainid, address(this)
            )
        );
        bytes32 transaction = keccak256(
            abi.encode(
                keccak256(
                    "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
                ),
                to,
                value,
                keccak256(data),
                operation,
                safeTxGas,
                baseGas,
                gasPrice,
                gasToken,
                refundReceiver,
                _nonce
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, transaction));
    }

    function execTransactionFromModule(address to, uint256 value, bytes calldata data, Operation operation)
        external
        returns (bool success)
    {
        (success,) = execTransactionFromModuleReturnData(to, value, data, operation);
    }

    function execTransactionFromModuleReturnData(address to, uint256 value, bytes calldata data, Operation operation)
        public
        returns (bool success, bytes memory returnData)
    {
        if (LAYER2) emit SafeModuleTransaction(msg.sender, to, value, data, operation);
        if (msg.sender == SENTINEL || modules[msg.sender] == address(0)) revert("GS104");

        (success, returnData) = _perform(to, value, data, operation, gasleft());

        if (success) emit ExecutionFromModuleSuccess(msg.sender);
        else emit ExecutionFromModuleFailure(msg.sender);
    }

    function addOwnerWithThreshold(address owner, uint256 _threshold) external {
        if (msg.sender != address(this)) revert("GS031");
        _requireFit(owner);
        owners[owner] = owners[SENTINEL];
        owners[SENTINEL] = owner;
        ++ownerCount;
        emit AddedOwner(owner);
        if (threshold == _threshold) return;
        if (_threshold > ownerCount) revert("GS201");
        if (_threshold == 0) revert("GS202");
        threshold = _threshold;
        emit ChangedThreshold(_threshold);
    }

    function swapOwner(address prevOwner, address oldOwner, address newOwner) external {
        if (msg.sender != address(this)) revert("GS031");
        _requireFit(newOwner);
        if (oldOwner == address(0) || oldOwner == SENTINEL) revert("GS203");
        if (owners[prevOwner] != oldOwner) revert("GS205");
        owners[newOwner] = owners[oldOwner];
        owners[prevOwner] = newOwner;
        owners[oldOwner] = address(0);
        emit RemovedOwner(oldOwner);
        emit AddedOwner(newOwner);
    }

    function getModulesPaginated(address start, uint256 pageSize)
        external
        view
        returns (address[] memory array, address next)
    {
        if (start == address(0) || (start != SENTINEL && modules[start] == address(0))) revert("GS105");
        if (pageSize == 0) revert("GS106");
        if (pageSize > type(uint32).max || modules[start] == address(0)) revert();
        // Count first, then copy.
        uint256 count;
        address last = start;
        for (next = modules[start]; next != SENTINEL && count < pageSize; next = modules[next]) {
            last = next;
            ++count;
        }
        if (next != SENTINEL) next = last;
        array = new address[](count);
        address module = start;
        for (uint256 i; i < count; ++i) {
            module = modules[module];
            array[i] = module;
        }
    }

    receive() external payable {
        emit SafeReceived(msg.sender, msg.value);
    }

    fallback(bytes calldata input) external returns (bytes memory) {
        address handler = _slot(HANDLER).value;
        if (handler == address(0)) return "";
        (bool success, bytes memory answer) = handler.call(abi.encodePacked(input, msg.sender));
        if (!success) _revert(answer);
        return answer;
    }

    function _perform(address to, uint256 value, bytes calldata data, Operation operation, uint256 gasLimit)
        private
        returns (bool success, bytes memory answer)
    {
        if (operation == Operation.Call) return to.call{value: value, gas: gasLimit}(data);
        return to.delegatecall{gas: gasLimit}(data);
    }

    function _requireFit(address owner) private view {
        if (owner == address(0) || owner == SENTINEL || owner == address(this)) revert("GS203");
        if (owners[owner] != address(0)) revert("GS204");
    }

    function _slot(bytes32 slot) private pure returns (Slot storage value) {
        assembly ("memory-safe") {
            // Where the variable lies; what it holds is read and written by Solidity.
            value.slot := slot
        }
    }
}
