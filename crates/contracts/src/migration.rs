//! What a migration does: an account delegate-calls a contract that replaces its code.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use quorate_core::{BatchCall, Operation, SafeTx, decode_multi_send};

use crate::{
    bindings::IMigration,
    deployment::{Deployment, Deployments, Kind, locate},
    family::{Family, Flavor},
};

/// How deep batches inside batches are read.
const MAX_DEPTH: usize = 4;

/// A move of an account to the contracts of a set, by a known migration contract.
///
/// It is known by its address: whether the right code is there is a question to the chain.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Migration {
    /// Where the account moves to.
    pub target: &'static Deployments,
    /// To which of the target's singletons.
    pub flavor: Flavor,
    /// What becomes of its handler.
    pub handler: HandlerMove,
    /// What the account delegate-calls.
    contract: &'static Deployment,
}

/// What becomes of an account's fallback handler when it moves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum HandlerMove {
    /// It stays what it is.
    Kept,
    /// It becomes that of the target.
    Replaced,
}

/// A transaction's delegate call to a migration contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Found {
    /// It calls one of the contract's functions.
    Migration(Migration),
    /// It calls something else, which reverts.
    Unknown(&'static Deployment),
}

impl Migration {
    /// Plans a move. Where Safe has a contract that leads there, it is Safe's; to 1.3.0 it is Quorate's.
    pub fn to(target: &'static Deployments, flavor: Flavor, handler: HandlerMove) -> Self {
        Self { target, flavor, handler, contract: target.migration() }
    }

    /// Reads a call; `None` if it is no delegate call to the address of a migration contract.
    pub fn of(call: &BatchCall) -> Option<Found> {
        if call.operation != Operation::DelegateCall {
            return None;
        }
        let (owner, contract) = locate(call.to)?;
        let target = match contract.kind {
            Kind::Migration => owner,
            Kind::WayBack(set) => Deployments::of_set(Family::V1_3_0, set)?,
            _ => return None,
        };
        let moves = Flavor::ALL.into_iter().flat_map(|flavor| {
            [HandlerMove::Kept, HandlerMove::Replaced].map(|handler| Self { target, flavor, handler, contract })
        });
        // The contract takes no notice of what stands behind the selector.
        let found = moves.into_iter().find(|it| call.data.get(..4) == Some(it.data().as_ref()));
        Some(found.map_or(Found::Unknown(contract), Found::Migration))
    }

    /// Finds every migration in a transaction, those in its batches included, in the order in which they run.
    ///
    /// A batch that is called and not delegate-called runs as the batch contract, and moves nothing; what it would be if
    /// it were delegate-called is found all the same.
    pub fn all_in(tx: &SafeTx) -> Vec<Found> {
        let call = BatchCall { operation: tx.operation, to: tx.to, value: tx.value, data: tx.data.clone() };
        let mut found = Vec::new();
        collect(&call, 0, &mut found);
        found
    }

    /// Returns the contract that the account delegate-calls.
    pub const fn contract(&self) -> &'static Deployment {
        self.contract
    }

    /// Returns the code that the account has afterwards.
    pub fn singleton(&self) -> &'static Deployment {
        self.target.singleton(self.flavor)
    }

    /// Returns the handler that the account has afterwards, when it had `before`.
    pub fn handler_after(&self, before: Option<Address>) -> Option<Address> {
        match self.handler {
            HandlerMove::Kept => before,
            HandlerMove::Replaced => Some(self.target.fallback_handler().address),
        }
    }

    /// Returns everything that has to be what it is said to be: the contract, and the three to which it leads.
    pub fn contracts(&self) -> [&'static Deployment; 4] {
        let [l1, l2] = Flavor::ALL.map(|flavor| self.target.singleton(flavor));
        [self.contract, l1, l2, self.target.fallback_handler()]
    }

    /// Returns the transaction that makes the account move.
    pub fn transaction(&self, nonce: U256) -> SafeTx {
        SafeTx {
            to: self.contract.address,
            data: self.data(),
            operation: Operation::DelegateCall,
            nonce,
            ..SafeTx::default()
        }
    }

    fn data(&self) -> Bytes {
        let data = match (self.flavor, self.handler) {
            (Flavor::L1, HandlerMove::Kept) => IMigration::migrateSingletonCall {}.abi_encode(),
            (Flavor::L1, HandlerMove::Replaced) => IMigration::migrateWithFallbackHandlerCall {}.abi_encode(),
            (Flavor::L2, HandlerMove::Kept) => IMigration::migrateL2SingletonCall {}.abi_encode(),
            (Flavor::L2, HandlerMove::Replaced) => IMigration::migrateL2WithFallbackHandlerCall {}.abi_encode(),
        };
        data.into()
    }
}

fn collect(call: &BatchCall, depth: usize, found: &mut Vec<Found>) {
    found.extend(Migration::of(call));
    if depth < MAX_DEPTH
        && let Ok(entries) = decode_multi_send(&call.data)
    {
        entries.iter().for_each(|entry| collect(entry, depth + 1, found));
    }
}

#[cfg(test)]
mod tests {
    use quorate_core::encode_multi_send;

    use super::*;

    fn every() -> Vec<Migration> {
        let targets = Deployments::all();
        let flavors = targets.flat_map(|target| Flavor::ALL.map(|flavor| (target, flavor)));
        flavors
            .flat_map(|(target, flavor)| {
                [HandlerMove::Kept, HandlerMove::Replaced].map(|handler| Migration::to(target, flavor, handler))
            })
            .collect()
    }

    fn call(migration: &Migration) -> BatchCall {
        let SafeTx { to, value, data, operation, .. } = migration.transaction(U256::ZERO);
        BatchCall { operation, to, value, data }
    }

    #[test]
    fn a_migration_is_read_as_what_it_was_planned_as() {
        assert_eq!(every().len(), 20);
        for migration in every() {
            assert_eq!(Migration::of(&call(&migration)), Some(Found::Migration(migration)));
            let [contract, l1, l2, handler] = migration.contracts();
            let (owner, _) = locate(contract.address).unwrap();
            assert_eq!(owner.targets(contract.kind), Some([l1, l2, handler]));
            assert!([l1, l2].contains(&migration.singleton()));
        }
    }

    #[test]
    fn the_handler_is_kept_or_that_of_the_target() {
        for migration in every() {
            let before = Some(Address::repeat_byte(7));
            let own = Some(migration.target.fallback_handler().address);
            let expected = if migration.handler == HandlerMove::Kept { before } else { own };
            assert_eq!(migration.handler_after(before), expected);
        }
    }

    #[test]
    fn a_call_that_is_not_delegated_or_goes_elsewhere_is_no_migration() {
        let migration = every()[0];
        assert_eq!(Migration::of(&BatchCall { operation: Operation::Call, ..call(&migration) }), None);
        assert_eq!(Migration::of(&BatchCall { to: Address::repeat_byte(1), ..call(&migration) }), None);
        let singleton = migration.singleton().address;
        assert_eq!(Migration::of(&BatchCall { to: singleton, ..call(&migration) }), None);
        for data in [vec![], vec![1, 2, 3], vec![1, 2, 3, 4]] {
            let call = BatchCall { data: data.into(), ..call(&migration) };
            assert_eq!(Migration::of(&call), Some(Found::Unknown(migration.contract())));
        }
    }

    #[test]
    fn what_stands_behind_the_selector_changes_nothing() {
        for migration in every() {
            let mut call = call(&migration);
            call.data = [call.data.as_ref(), &[0; 32]].concat().into();
            assert_eq!(Migration::of(&call), Some(Found::Migration(migration)));
        }
    }

    #[test]
    fn migrations_are_found_inside_batches() {
        let [first, second] = [every()[3], every()[9]];
        let inner = BatchCall {
            operation: Operation::DelegateCall,
            to: Address::repeat_byte(2),
            data: encode_multi_send(&[call(&second)]),
            ..BatchCall::default()
        };
        let tx = SafeTx {
            to: Address::repeat_byte(1),
            operation: Operation::DelegateCall,
            data: encode_multi_send(&[call(&first), BatchCall::default(), inner]),
            ..SafeTx::default()
        };
        assert_eq!(Migration::all_in(&tx), [first, second].map(Found::Migration));
        assert_eq!(Migration::all_in(&SafeTx::default()), []);
    }
}
