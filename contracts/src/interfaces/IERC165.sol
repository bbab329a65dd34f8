// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IERC165
/// @notice Tells which interfaces a contract implements.
interface IERC165 {
    /// @notice Returns whether the contract implements the interface.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
