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
    /// @inheritdoc Modules
    function execTransactionFromModule(address to, uint256 value, bytes calldata data, Operation operation)
        public
        override(IModules, Modules)
        returns (bool success)
    {
        emit SafeModuleTransaction(msg.sender, to, value, data, operation);

        return super.execTransactionFromModule(to, value, data, operation);
    }

    /// @inheritdoc Modules
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes calldata data, Operation operation)
        public
        override(IModules, Modules)
        returns (bool success, bytes memory returnData)
    {
        emit SafeModuleTransaction(msg.sender, to, value, data, operation);

        return super.execTransactionFromModuleReturnData(to, value, data, operation);
    }

    /* INTERNAL */

    /// @inheritdoc Multisig
    /// @dev Emits `SafeMultiSigTransaction`. Nine of its eleven fields begin as the words of the running call.
    function _logTransaction(bytes calldata data, bytes calldata signatures, uint256 _nonce, uint256 _threshold)
        internal
        override
    {
        bytes32 topic = SafeMultiSigTransaction.selector;
        assembly ("memory-safe") {
            // Writes a length and so many bytes of the call to `position`, then zeros up to the next whole word, where the
            // next part begins. Every part begins at a multiple of 32 from the start of the log.
            function append(position, offset, length) -> next {
                mstore(position, length)
                next := add(position, 0x20)
                calldatacopy(next, offset, length)
                mstore(add(next, length), 0)
                next := add(next, and(add(length, 0x1f), not(0x1f)))
            }

            // In memory that stays free. The head: eleven words, of which the first nine are those of the call, behind
            // the selector. The third, tenth and eleventh say where data, signatures and additional info begin.
            let log := mload(0x40)
            calldatacopy(log, 0x04, 0x120)
            mstore(add(log, 0x40), 0x160)
            let tail := append(add(log, 0x160), data.offset, data.length)
            mstore(add(log, 0x120), sub(tail, log))
            tail := append(tail, signatures.offset, signatures.length)
            mstore(add(log, 0x140), sub(tail, log))

            // The additional info: nonce, sender, threshold.
            mstore(tail, 0x60)
            mstore(add(tail, 0x20), _nonce)
            mstore(add(tail, 0x40), caller())
            mstore(add(tail, 0x60), _threshold)
            log1(log, sub(add(tail, 0x80), log), topic)
        }
    }
}
