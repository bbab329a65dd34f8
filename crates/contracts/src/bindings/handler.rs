//! The fallback handlers.

use alloy_sol_types::sol;

sol! {
    /// Quorate's `FallbackHandler` and the `CompatibilityFallbackHandler` of Safe 1.5.0.
    ///
    /// Call it through the account, which appends the caller, unless the account is an argument.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IFallbackHandler {
        function encodeMessageDataForSafe(address safe, bytes memory message) external view returns (bytes memory);
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
            uint256 nonce
        ) external view returns (bytes memory);
        function getMessageHash(bytes memory message) external view returns (bytes32);
        function getMessageHashForSafe(address safe, bytes memory message) external view returns (bytes32);
        function getModules() external view returns (address[] memory);
        function isValidSignature(bytes32 _dataHash, bytes calldata _signature) external view returns (bytes4);
        function onERC1155BatchReceived(
            address operator,
            address from,
            uint256[] calldata ids,
            uint256[] calldata values,
            bytes calldata data
        ) external view returns (bytes4);
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
            external
            view
            returns (bytes4);
        function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
            external
            view
            returns (bytes4);
        function simulate(address targetContract, bytes calldata calldataPayload)
            external
            returns (bytes memory response);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function tokensReceived(
            address operator,
            address from,
            address to,
            uint256 amount,
            bytes calldata userData,
            bytes calldata operatorData
        ) external pure;
    }

    /// `TokenCallbackHandler`, as 1.5.0 has it.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ITokenCallbackHandler {
        function onERC1155BatchReceived(
            address operator,
            address from,
            uint256[] calldata ids,
            uint256[] calldata values,
            bytes calldata data
        ) external view returns (bytes4);
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
            external
            view
            returns (bytes4);
        function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
            external
            view
            returns (bytes4);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
        function tokensReceived(
            address operator,
            address from,
            address to,
            uint256 amount,
            bytes calldata userData,
            bytes calldata operatorData
        ) external pure;
    }

    /// `ExtensibleFallbackHandler`, as 1.5.0 has it.
    ///
    /// Call it through the account, which appends the caller: what it keeps, it keeps by account.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IExtensibleFallbackHandler {
        event AddedInterface(address indexed safe, bytes4 interfaceId);
        event ChangedDomainVerifier(
            address indexed safe, bytes32 domainSeparator, address oldVerifier, address newVerifier
        );
        event ChangedSafeMethod(address indexed safe, bytes4 selector, bytes32 oldMethod, bytes32 newMethod);
        event RemovedInterface(address indexed safe, bytes4 interfaceId);

        function addSupportedInterfaceBatch(bytes4 _interfaceId, bytes32[] calldata handlerWithSelectors) external;
        function domainVerifiers(address safe, bytes32 domainSeparator) external view returns (address);
        function isValidSignature(bytes32 _hash, bytes calldata signature) external view returns (bytes4 magic);
        function onERC1155BatchReceived(
            address operator,
            address from,
            uint256[] calldata ids,
            uint256[] calldata values,
            bytes calldata data
        ) external view returns (bytes4);
        function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data)
            external
            view
            returns (bytes4);
        function onERC721Received(address operator, address from, uint256 id, bytes calldata data)
            external
            view
            returns (bytes4);
        function removeSupportedInterfaceBatch(bytes4 _interfaceId, bytes4[] calldata selectors) external;
        function safeInterfaces(address safe, bytes4 interfaceId) external view returns (bool);
        function safeMethods(address safe, bytes4 selector) external view returns (bytes32);
        function setDomainVerifier(bytes32 domainSeparator, address newVerifier) external;
        function setSafeMethod(bytes4 selector, bytes32 newMethod) external;
        function setSupportedInterface(bytes4 interfaceId, bool supported) external;
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    /// A contract that answers a function which an account added to its `ExtensibleFallbackHandler`.
    ///
    /// One that is called by STATICCALL has the same function.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IFallbackMethod {
        function handle(address safe, address sender, uint256 value, bytes calldata data)
            external
            returns (bytes memory result);
    }

    /// A contract that decides about an account's signatures in one EIP-712 domain.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ISafeSignatureVerifier {
        function isValidSafeSignature(
            address safe,
            address sender,
            bytes32 _hash,
            bytes32 domainSeparator,
            bytes32 typeHash,
            bytes calldata encodeData,
            bytes calldata payload
        ) external view returns (bytes4 magic);
    }

    /// Functions that the handler lost on the way to 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ILegacyFallbackHandler {
        /// Exists in 1.3.0 only.
        function NAME() external view returns (string memory);
        /// Exists in 1.3.0 only; the handler's version, not the account's.
        function VERSION() external view returns (string memory);
        /// Exists in 1.3.0 and 1.4.1.
        function isValidSignature(bytes calldata _data, bytes calldata _signature) external view returns (bytes4);
    }
}
