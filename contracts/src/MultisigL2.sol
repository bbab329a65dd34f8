// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Multisig} from "./Multisig.sol";
import {Modules} from "./base/Modules.sol";
import {IModules} from "./interfaces/IModules.sol";
import {IMultisigL2} from "./interfaces/IMultisigL2.sol";
import {Operation} from "./types/Operation.sol";

/// @title MultisigL2
/// @notice A `Multisig` that writes every transaction into its events, for chains whose nodes keep no traces.
contract MultisigL2 is Multisig, IMultisigL2 {
    /// @inheritdoc Multisig
    function execTransaction(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) public payable override returns (bool success) {
        emit SafeMultiSigTransaction(
            to,
            value,
            data,
            operation,
            safeTxGas,
            baseGas,
            gasPrice,
            gasToken,
            refundReceiver,
            signatures,
            abi.encode(nonce, msg.sender, threshold)
        );

        return super.execTransaction(
            to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, signatures
        );
    }

    /// @inheritdoc Modules
    function execTransactionFromModule(address to, uint256 value, bytes memory data, Operation operation)
        public
        override(IModules, Modules)
        returns (bool success)
    {
        emit SafeModuleTransaction(msg.sender, to, value, data, operation);

        return super.execTransactionFromModule(to, value, data, operation);
    }

    /// @inheritdoc Modules
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, Operation operation)
        public
        override(IModules, Modules)
        returns (bool success, bytes memory returnData)
    {
        emit SafeModuleTransaction(msg.sender, to, value, data, operation);

        return super.execTransactionFromModuleReturnData(to, value, data, operation);
    }
}
