//! The two guards.

use alloy_sol_types::sol;

sol! {
    /// A guard of `execTransaction`. `supportsInterface` is asked since 1.4.1.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ITransactionGuard {
        function checkAfterExecution(bytes32 hash, bool success) external;
        function checkTransaction(
            address to,
            uint256 value,
            bytes memory data,
            uint8 operation,
            uint256 safeTxGas,
            uint256 baseGas,
            uint256 gasPrice,
            address gasToken,
            address payable refundReceiver,
            bytes memory signatures,
            address msgSender
        ) external;
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }

    /// A guard of module transactions, since 1.5.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IModuleGuard {
        function checkAfterModuleExecution(bytes32 txHash, bool success) external;
        function checkModuleTransaction(
            address to,
            uint256 value,
            bytes memory data,
            uint8 operation,
            address module
        ) external returns (bytes32 moduleTxHash);
        function supportsInterface(bytes4 interfaceId) external view returns (bool);
    }
}

#[cfg(test)]
mod tests {
    use alloy_sol_types::SolCall;

    use super::*;

    fn interface_id(selectors: &[[u8; 4]]) -> [u8; 4] {
        selectors.iter().fold([0; 4], |id, selector| core::array::from_fn(|i| id[i] ^ selector[i]))
    }

    #[test]
    fn interface_ids_are_those_that_the_account_asks_for() {
        let transaction =
            [ITransactionGuard::checkAfterExecutionCall::SELECTOR, ITransactionGuard::checkTransactionCall::SELECTOR];
        let module =
            [IModuleGuard::checkAfterModuleExecutionCall::SELECTOR, IModuleGuard::checkModuleTransactionCall::SELECTOR];
        assert_eq!(interface_id(&transaction), [0xe6, 0xd7, 0xa8, 0x3a]);
        assert_eq!(interface_id(&module), [0x58, 0x40, 0x1e, 0xd8]);
    }
}
