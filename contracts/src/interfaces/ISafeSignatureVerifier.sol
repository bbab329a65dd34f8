// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISafeSignatureVerifier
/// @notice A contract that decides about an account's signatures in one EIP-712 domain.
interface ISafeSignatureVerifier {
    /// @notice Returns 0x1626ba7e if `payload` makes `_hash` a signature of `safe`.
    /// @dev When an `ExtensibleFallbackHandler` asks, `_hash` is the EIP-712 hash of `encodeData` as a `typeHash` in
    /// `domainSeparator`, which `safe` entrusted to this contract. Warning: from any other caller nothing is known of that.
    /// @param sender Who asked the account.
    function isValidSafeSignature(
        address safe,
        address sender,
        bytes32 _hash,
        bytes32 domainSeparator,
        bytes32 typeHash,
        bytes memory encodeData,
        bytes memory payload
    ) external view returns (bytes4 magic);
}
