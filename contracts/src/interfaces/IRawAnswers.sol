// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IRawAnswers
/// @notice Questions of the account whose answers are taken as whole words.
/// @dev Same selectors as in `ISignatureValidator` and `IERC165`. Solidity would refuse a `bytes4` or a `bool` with other bits
/// set; Safe 1.5.0 does not look at those bits, and contracts that worked with it must go on working.
interface IRawAnswers {
    /// @notice As in `ISignatureValidator`; the first four bytes of the answer count.
    function isValidSignature(bytes32 _dataHash, bytes memory _signature) external view returns (bytes32);

    /// @notice As in `IERC165`; any answer but 0 is true.
    function supportsInterface(bytes4 interfaceId) external view returns (uint256);
}
