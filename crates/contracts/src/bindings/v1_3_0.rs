//! Events as Safe 1.3.0 emits them: the same names and first topics as later versions, with fewer indexed arguments.

use alloy_sol_types::sol;

sol! {
    /// The account's events in 1.3.0. What is not listed is emitted as [`super::IMultisig`] declares it.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IMultisig {
        event AddedOwner(address owner);
        event ChangedFallbackHandler(address handler);
        event ChangedGuard(address guard);
        event DisabledModule(address module);
        event EnabledModule(address module);
        event ExecutionFailure(bytes32 txHash, uint256 payment);
        event ExecutionSuccess(bytes32 txHash, uint256 payment);
        event RemovedOwner(address owner);
    }

    /// The factory's event in 1.3.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface IProxyFactory {
        event ProxyCreation(address proxy, address singleton);
    }

    /// The event of `CreateCall` in 1.3.0.
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    interface ICreateCall {
        event ContractCreation(address newContract);
    }
}
