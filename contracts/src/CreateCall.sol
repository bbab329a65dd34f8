// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICreateCall} from "./interfaces/ICreateCall.sol";

/// @title CreateCall
/// @notice Deploys contracts. Called by DELEGATECALL, the account is who deploys.
contract CreateCall is ICreateCall {
    /// @inheritdoc ICreateCall
    function performCreate(uint256 value, bytes memory deploymentData) external override returns (address newContract) {
        assembly ("memory-safe") {
            // Creation code is the content of `deploymentData`; 0 if it fails.
            newContract := create(value, add(deploymentData, 0x20), mload(deploymentData))
        }
        _announce(newContract);
    }

    /// @inheritdoc ICreateCall
    function performCreate2(uint256 value, bytes memory deploymentData, bytes32 salt)
        external
        override
        returns (address newContract)
    {
        assembly ("memory-safe") {
            // Creation code is the content of `deploymentData`; 0 if it fails.
            newContract := create2(value, add(deploymentData, 0x20), mload(deploymentData), salt)
        }
        _announce(newContract);
    }

    function _announce(address newContract) private {
        require(newContract != address(0), "Could not deploy contract");
        emit ContractCreation(newContract);
    }
}
