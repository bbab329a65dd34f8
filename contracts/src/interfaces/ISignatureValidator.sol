// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISignatureValidator
/// @notice A contract that can sign (ERC-1271).
interface ISignatureValidator {
    /// @notice Returns the selector of this function if `_signature` is valid for `_dataHash`.
    function isValidSignature(bytes32 _dataHash, bytes memory _signature) external view returns (bytes4);
}
