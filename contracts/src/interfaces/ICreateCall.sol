// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title ICreateCall
/// @notice Deploys contracts. Called by DELEGATECALL, the account is who deploys.
/// @dev Both revert with "Could not deploy contract" for whatever reason it could not, and without that reason.
///
/// Warning: called directly, this deploys as itself, with the value that it happens to hold, for anybody.
interface ICreateCall {
    /// @notice A contract was deployed.
    event ContractCreation(address indexed newContract);

    /// @notice Deploys a contract by CREATE: its address follows from the deployer and the deployer's count of contracts.
    /// @param value What the new contract receives out of the deployer's balance.
    /// @param deploymentData Creation code and constructor arguments.
    function performCreate(uint256 value, bytes memory deploymentData) external returns (address newContract);

    /// @notice Deploys a contract by CREATE2: its address follows from the deployer, `salt` and `deploymentData`.
    /// @param value What the new contract receives out of the deployer's balance.
    /// @param deploymentData Creation code and constructor arguments.
    function performCreate2(uint256 value, bytes memory deploymentData, bytes32 salt)
        external
        returns (address newContract);
}
