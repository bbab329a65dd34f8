// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Svm
/// @notice The cheatcodes of halmos that the proofs use: symbols, and storage full of symbols.
interface Svm {
    function createUint256(string calldata name) external returns (uint256);
    function createUint(uint256 bits, string calldata name) external returns (uint256);
    function createBytes32(string calldata name) external returns (bytes32);
    function createBytes(uint256 size, string calldata name) external returns (bytes memory);
    function createAddress(string calldata name) external returns (address);
    function createBool(string calldata name) external returns (bool);
    function createCalldata(string calldata contractName, bool withViews) external returns (bytes memory);
    function enableSymbolicStorage(address account) external;
}
