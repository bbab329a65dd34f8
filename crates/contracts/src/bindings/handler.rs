//! The fallback handler.

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
