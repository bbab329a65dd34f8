// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IStorageAccess
/// @notice Raw storage, and simulation in the account's place.
interface IStorageAccess {
    /// @notice Returns `length` words of storage from slot `offset` on.
    /// @dev A huge length runs out of gas or reverts without data.
    function getStorageAt(uint256 offset, uint256 length) external view returns (bytes memory);

    /// @notice Runs `targetContract` as the account, by DELEGATECALL, and always reverts, so that nothing remains.
    /// @dev Reverts with a word that is 1 for success, a word with the length of the answer, and the answer, not padded.
    function simulateAndRevert(address targetContract, bytes memory calldataPayload) external;
}
