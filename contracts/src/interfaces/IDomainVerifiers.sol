// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IDomainVerifiers
/// @notice Hands an account's signatures in chosen EIP-712 domains to contracts that it trusts with them.
interface IDomainVerifiers {
    /// @notice An account entrusted a domain to a contract; 0 for nobody.
    event ChangedDomainVerifier(
        address indexed safe, bytes32 domainSeparator, address oldVerifier, address newVerifier
    );

    /// @notice Returns the contract that decides about the account's signatures in a domain; 0 for nobody.
    function domainVerifiers(address, bytes32) external view returns (address);

    /// @notice Entrusts a domain to an `ISafeSignatureVerifier`; 0 takes it back.
    /// @dev Only by an account that calls itself ("only safe can call this method").
    ///
    /// Warning: the verifier signs in this domain for the account, without its owners.
    function setDomainVerifier(bytes32 domainSeparator, address newVerifier) external;
}
