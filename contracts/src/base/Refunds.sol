// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "../interfaces/IERC20.sol";
import {Checked} from "../libraries/Checked.sol";
import {Execution} from "../libraries/Execution.sol";
import {ReturnData} from "../libraries/ReturnData.sol";

/// @title Refunds
/// @notice Pays whoever brought a transaction to the chain, out of the account.
abstract contract Refunds {
    /// @dev Gas kept back from a token's `transfer`, so that what follows can finish.
    uint256 private constant TOKEN_GAS_RESERVE = 10_000;

    /// @dev Pays (gasUsed + baseGas) * price and returns that amount.
    /// @param gasToken 0 pays in the native token, where the price is at most `tx.gasprice`; else in this ERC-20.
    /// @param refundReceiver 0 stands for `tx.origin`.
    function _refund(
        uint256 gasUsed,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver
    ) internal returns (uint256 payment) {
        address payable receiver = refundReceiver == address(0) ? payable(tx.origin) : refundReceiver;
        uint256 gas = Checked.add(gasUsed, baseGas);

        if (gasToken == address(0)) {
            // No executor can ask for more than it pays itself.
            payment = Checked.mul(gas, gasPrice < tx.gasprice ? gasPrice : tx.gasprice);
            (bool success,) = receiver.call{value: payment}("");
            if (!success) revert("GS011");
        } else {
            payment = Checked.mul(gas, gasPrice);
            if (!_transferToken(gasToken, receiver, payment)) revert("GS012");
        }
    }

    /// @dev Calls `transfer` on the token. Success is a call that does not revert and answers either nothing or exactly
    /// one word that is not zero. A token without code therefore succeeds: the owners signed its address.
    function _transferToken(address token, address receiver, uint256 amount) private returns (bool) {
        uint256 gasLimit;
        unchecked {
            // May wrap when less is left; the EVM then passes on 63/64 of it.
            gasLimit = gasleft() - TOKEN_GAS_RESERVE;
        }
        bytes memory transfer = abi.encodeCall(IERC20.transfer, (receiver, amount));
        if (!Execution.callWith(token, transfer, gasLimit)) return false;
        // Looked at before it is copied: a token could answer with more than there is gas to copy.
        uint256 size = ReturnData.size();
        return size == 0 || (size == 0x20 && abi.decode(ReturnData.take(), (uint256)) != 0);
    }
}
