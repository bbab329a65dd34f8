//! The account.

use alloy_sol_types::sol;

sol! {
    /// The account: Quorate's `Multisig` and Safe 1.5.0.
    ///
    /// Every function exists in 1.3.0 and 1.4.1 too, except `setModuleGuard` and the two checks with an executor.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMultisig {
        event AddedOwner(address indexed owner);
        event ApproveHash(bytes32 indexed approvedHash, address indexed owner);
        event ChangedFallbackHandler(address indexed handler);
        event ChangedGuard(address indexed guard);
        event ChangedModuleGuard(address indexed moduleGuard);
        event ChangedThreshold(uint256 threshold);
        event DisabledModule(address indexed module);
        event EnabledModule(address indexed module);
        event ExecutionFailure(bytes32 indexed txHash, uint256 payment);
        event ExecutionFromModuleFailure(address indexed module);
        event ExecutionFromModuleSuccess(address indexed module);
        event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);
        event RemovedOwner(address indexed owner);
        event SafeReceived(address indexed sender, uint256 value);
        event SafeSetup(
            address indexed initiator,
            address[] owners,
            uint256 threshold,
            address initializer,
            address fallbackHandler
        );
        event SignMsg(bytes32 indexed msgHash);

        function VERSION() external view returns (string memory);
        function addOwnerWithThreshold(address owner, uint256 _threshold) external;
        function approveHash(bytes32 hashToApprove) external;
        function approvedHashes(address owner, bytes32 hash) external view returns (uint256);
        function changeThreshold(uint256 _threshold) external;
        function checkNSignatures(
            address executor,
            bytes32 dataHash,
            bytes memory signatures,
            uint256 requiredSignatures
        ) external view;
        function checkNSignatures(
            bytes32 dataHash,
            bytes memory data,
            bytes memory signatures,
            uint256 requiredSignatures
        ) external view;
        function checkSignatures(address executor, bytes32 dataHash, bytes memory signatures) external view;
        function checkSignatures(bytes32 dataHash, bytes memory data, bytes memory signatures) external view;
        function disableModule(address prevModule, address module) external;
        function domainSeparator() external view returns (bytes32);
        function enableModule(address module) external;
        function execTransaction(
            address to,
            uint256 value,
            bytes calldata data,
            uint8 operation,
            uint256 safeTxGas,
            uint256 baseGas,
            uint256 gasPrice,
            address gasToken,
            address refundReceiver,
            bytes memory signatures
        ) external payable returns (bool success);
        function execTransactionFromModule(address to, uint256 value, bytes memory data, uint8 operation)
            external
            returns (bool success);
        function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, uint8 operation)
            external
            returns (bool success, bytes memory returnData);
        function getModulesPaginated(address start, uint256 pageSize)
            external
            view
            returns (address[] memory array, address next);
        function getOwners() external view returns (address[] memory);
        function getStorageAt(uint256 offset, uint256 length) external view returns (bytes memory);
        function getThreshold() external view returns (uint256);
        function getTransactionHash(
            address to,
            uint256 value,
            bytes calldata data,
            uint8 operation,
            uint256 safeTxGas,
            uint256 baseGas,
            uint256 gasPrice,
            address gasToken,
            address refundReceiver,
            uint256 _nonce
        ) external view returns (bytes32 txHash);
        function isModuleEnabled(address module) external view returns (bool);
        function isOwner(address owner) external view returns (bool);
        function nonce() external view returns (uint256);
        function removeOwner(address prevOwner, address owner, uint256 _threshold) external;
        function setFallbackHandler(address handler) external;
        function setGuard(address guard) external;
        function setModuleGuard(address moduleGuard) external;
        function setup(
            address[] calldata _owners,
            uint256 _threshold,
            address to,
            bytes calldata data,
            address fallbackHandler,
            address paymentToken,
            uint256 payment,
            address payable paymentReceiver
        ) external;
        function signedMessages(bytes32 messageHash) external view returns (uint256);
        function simulateAndRevert(address targetContract, bytes memory calldataPayload) external;
        function swapOwner(address prevOwner, address oldOwner, address newOwner) external;

        fallback() external;
        receive() external payable;
    }

    /// The events that `MultisigL2` and `SafeL2` add; no version indexes any of their arguments.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMultisigL2 {
        event SafeModuleTransaction(address module, address to, uint256 value, bytes data, uint8 operation);
        event SafeMultiSigTransaction(
            address to,
            uint256 value,
            bytes data,
            uint8 operation,
            uint256 safeTxGas,
            uint256 baseGas,
            uint256 gasPrice,
            address gasToken,
            address refundReceiver,
            bytes signatures,
            bytes additionalInfo
        );
    }

    /// Functions that the account lost on the way to 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ILegacyMultisig {
        /// Exists in 1.3.0 and 1.4.1; the fallback handler answers it in 1.5.0.
        function encodeTransactionData(
            address to,
            uint256 value,
            bytes calldata data,
            uint8 operation,
            uint256 safeTxGas,
            uint256 baseGas,
            uint256 gasPrice,
            address gasToken,
            address refundReceiver,
            uint256 _nonce
        ) external view returns (bytes memory);
        /// Exists in 1.3.0 and 1.4.1.
        function getChainId() external view returns (uint256);
        /// Exists in 1.3.0 only.
        function requiredTxGas(address to, uint256 value, bytes calldata data, uint8 operation)
            external
            returns (uint256);
    }
}
