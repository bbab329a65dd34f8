// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ISignatures
/// @notice The agreement of owners to a hash.
/// @dev `signatures` is a row of 65-byte items r ‖ s ‖ v, ordered by owner, then the dynamic parts. By v:
/// - 0: r is a contract owner, s the offset of its dynamic part, a length word and the data for ERC-1271;
/// - 1: r is an owner who approved the hash on chain, or who executes;
/// - 27, 28: ECDSA over the hash;
/// - above 30: ECDSA with v - 4 over the hash as `eth_sign` wraps it;
/// - anything else is no signature (GS026).
///
/// Exactly the required number of items is read; more are ignored. s need not be low, so an owner's signature has more
/// than one encoding: never use the bytes as an identifier.
interface ISignatures {
    /// @notice An owner approved a hash on chain.
    event ApproveHash(bytes32 indexed approvedHash, address indexed owner);

    /// @notice Approves a hash in the place of a signature.
    /// @dev GS030 unless an owner calls. Warning: there is no way to take it back.
    function approveHash(bytes32 hashToApprove) external;

    /// @notice Reverts unless as many owners as the threshold says agreed to `dataHash`.
    /// @dev GS001 without a threshold, then as `checkNSignatures`.
    /// @param executor Who counts as agreeing without a signature, by an item with v = 1. Pass 0 for nobody.
    function checkSignatures(address executor, bytes32 dataHash, bytes memory signatures) external view;

    /// @notice Reverts unless as many owners as the threshold says agreed to `dataHash`.
    /// @dev `data` is ignored. Warning: the caller is the executor, so an owner who calls needs one signature less.
    function checkSignatures(bytes32 dataHash, bytes memory data, bytes memory signatures) external view;

    /// @notice Reverts unless `requiredSignatures` owners agreed to `dataHash`.
    /// @dev GS020 for too few bytes. Then for each item: GS021 for a dynamic part inside the items, GS022 for one whose length
    /// is out of bounds, GS023 for one whose data is, GS024 if the contract does not confirm, GS025 if the hash was not
    /// approved, GS026 if that is no owner above the one before. A contract that reverts does so with its own data; an
    /// offset that overflows, and a contract without code, revert without data.
    ///
    /// Warning: a contract is asked before it is known to be an owner.
    /// @param executor Who counts as agreeing without a signature, by an item with v = 1. Pass 0 for nobody.
    function checkNSignatures(address executor, bytes32 dataHash, bytes memory signatures, uint256 requiredSignatures)
        external
        view;

    /// @notice Reverts unless `requiredSignatures` owners agreed to `dataHash`.
    /// @dev `data` is ignored. Warning: the caller is the executor, so an owner who calls needs one signature less.
    function checkNSignatures(bytes32 dataHash, bytes memory data, bytes memory signatures, uint256 requiredSignatures)
        external
        view;
}
