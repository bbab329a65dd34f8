//! Moving a Safe to other contracts: what has to be true before, and what is after.

use std::time::Duration;

use alloy::primitives::{Address, B256, U256};
use quorate_contracts::{
    Kind, Known, Migration,
    deployment::{self, identify},
    migration::Found,
};
use quorate_core::{Account, Block, SafeId, SafeState};

use crate::{
    block::pinned,
    contract_set::{code_call_at, code_hash_of},
    outcome::Outcome,
    rpc::{Rpc, RpcError},
    state::{ReadError, Reading, read, read_at},
};

/// A move whose way was looked at: everything is the code that it should be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Move {
    /// The Safe before it.
    pub before: SafeState,
    /// Whose code the Safe has before it.
    pub from: Known,
    /// The way.
    pub migration: Migration,
}

/// Why a Safe is not moved, or is not what it should be after it was.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The Safe could not be read; one before 1.3.0 is refused here.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The Safe runs code that is not known: what it keeps in its slots is not known either.
    #[error("the Safe {safe} runs the contract {address}, where there is {}: none that is known", shown(*.found))]
    Singleton {
        /// The Safe.
        safe: SafeId,
        /// The contract.
        address: Address,
        /// Hash of its code; `None` without code.
        found: Option<B256>,
    },
    /// The code at the Safe's own address is no known proxy: it may not look for its singleton where a migration puts it.
    #[error("the code at {safe} has the hash {found}, which is that of no known proxy")]
    Proxy {
        /// The Safe.
        safe: SafeId,
        /// Hash of the code.
        found: B256,
    },
    /// A contract that takes part is not what it has to be.
    #[error("at {address}, the place of {kind:?}, there is {}, and not {expected}", shown(*.found))]
    Contract {
        /// Which contract.
        kind: Kind,
        /// Where it should be.
        address: Address,
        /// Hash of its code.
        expected: B256,
        /// Hash of the code that is there; `None` without code.
        found: Option<B256>,
    },
    /// The transaction calls a migration contract, and none of its functions that are known.
    #[error("the delegate call to the migration contract {address} calls none of its functions")]
    UnknownCall {
        /// The contract.
        address: Address,
    },
    /// After the move, the Safe is not what it should be.
    #[error("after the migration, {what} of {safe} is {found}, and not {expected}")]
    NotMigrated {
        /// The Safe.
        safe: SafeId,
        /// What differs.
        what: &'static str,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
}

impl From<RpcError> for MigrationError {
    fn from(error: RpcError) -> Self {
        Self::Read(error.into())
    }
}

/// How often a Safe is read at a block that has just come.
const TRIES: u32 = 4;

/// How long to wait between two tries.
const PAUSE: Duration = Duration::from_secs(1);

fn shown(found: Option<B256>) -> String {
    found.map_or_else(|| "no code".to_owned(), |hash| format!("code with the hash {hash}"))
}

/// Looks at a Safe and at everything that a move of it needs, at one block. Two HTTP requests.
///
/// The Safe's proxy and singleton are recognised by the hashes of their code, not by what they say of themselves; so are
/// the migration contract and the three contracts that are written into it, whichever of them the move uses.
///
/// # Errors
///
/// [`MigrationError`], with the code hash that was found.
pub async fn check_migration(rpc: &Rpc, safe: SafeId, migration: Migration) -> Result<Move, MigrationError> {
    let Reading { state: before, proxy_code_hash } = read(rpc, safe).await?;
    let block = pinned(&before.block);
    let contracts = migration.contracts();
    let codes = rpc.ask(contracts.map(|it| code_call_at(it.address, block.clone()))).await?;
    for (contract, code) in contracts.into_iter().zip(codes) {
        let found = code_hash_of(code)?;
        if found != Some(contract.code_hash) {
            let deployment::Deployment { kind, address, code_hash: expected } = *contract;
            return Err(MigrationError::Contract { kind, address, expected, found });
        }
    }
    if identify(proxy_code_hash).is_none_or(|known| known.kind != Kind::Proxy) {
        return Err(MigrationError::Proxy { safe, found: proxy_code_hash });
    }
    let Account { address, code_hash: found, .. } = before.singleton;
    let from = found.and_then(identify).filter(|known| known.flavor().is_some());
    let from = from.ok_or(MigrationError::Singleton { safe, address, found })?;
    Ok(Move { before, from, migration })
}

/// As [`check_migration`], for every migration in a transaction; the last one decides where the Safe ends up.
///
/// `None` when there is none; nothing is asked then.
///
/// # Errors
///
/// As [`check_migration`].
pub async fn check_migrations(rpc: &Rpc, safe: SafeId, found: &[Found]) -> Result<Option<Move>, MigrationError> {
    let mut last = None;
    for it in found {
        match it {
            Found::Migration(migration) => last = Some(check_migration(rpc, safe, *migration).await?),
            Found::Unknown(contract) => return Err(MigrationError::UnknownCall { address: contract.address }),
        }
    }
    Ok(last)
}

impl Move {
    /// Returns whether the Safe is there already: nothing would change.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.before.singleton.address == self.migration.singleton().address
            && self.handler_before() == self.handler_after()
    }

    /// Returns the handler that the Safe has before.
    #[must_use]
    pub fn handler_before(&self) -> Option<Address> {
        self.before.fallback_handler.map(|it| it.address)
    }

    /// Returns the handler that the Safe has afterwards.
    #[must_use]
    pub fn handler_after(&self) -> Option<Address> {
        self.migration.handler_after(self.handler_before())
    }

    /// Returns the handler that the move would replace, if it is none that is known to do no more than the new one: what
    /// it answers for the Safe would be lost.
    #[must_use]
    pub fn loses_handler(&self) -> Option<Account> {
        let before = self.before.fallback_handler.filter(|it| Some(it.address) != self.handler_after())?;
        let kind = before.code_hash.and_then(identify).map(|known| known.kind);
        (!matches!(kind, Some(Kind::FallbackHandler | Kind::TokenCallbackHandler))).then_some(before)
    }

    /// Reads the Safe at the block of the outcome, and compares everything that a migration changes, and everything that
    /// it must not change. One HTTP request, or some more where the node does not know the block yet.
    ///
    /// # Errors
    ///
    /// [`MigrationError::NotMigrated`] when it is not what it should be, [`MigrationError::Read`] when that is not known.
    pub async fn verify(&self, rpc: &Rpc, outcome: &Outcome) -> Result<SafeState, MigrationError> {
        // The reader is run at the hash; the time is not compared with anything.
        let block = Block { number: outcome.block, hash: outcome.block_hash, timestamp: 0 };
        let mut tries = TRIES;
        let after = loop {
            tries -= 1;
            match read_at(rpc, self.before.safe, block).await {
                // Of the machines behind one endpoint, not all may know the newest block.
                Err(ReadError::Rpc(_)) if tries > 0 => tokio::time::sleep(PAUSE).await,
                reading => break reading?.state,
            }
        };
        self.compare(&after)?;
        Ok(after)
    }

    fn compare(&self, after: &SafeState) -> Result<(), MigrationError> {
        let Self { before, migration, .. } = self;
        let singleton = migration.singleton();
        let list =
            |accounts: &[Account]| accounts.iter().map(|it| it.address.to_string()).collect::<Vec<_>>().join(", ");
        let address = |account: Option<Address>| account.map_or_else(|| "none".to_owned(), |it| it.to_string());
        let of = |account: &Option<Account>| address(account.as_ref().map(|it| it.address));
        let next = before.nonce.saturating_add(U256::ONE);
        let compared = [
            ("the singleton", singleton.address.to_string(), after.singleton.address.to_string()),
            ("the singleton's code", shown(Some(singleton.code_hash)), shown(after.singleton.code_hash)),
            ("the version", migration.target.family.version().to_string(), after.version.to_string()),
            ("the fallback handler", address(self.handler_after()), of(&after.fallback_handler)),
            ("the list of owners", list(&before.owners), list(&after.owners)),
            ("the threshold", before.threshold.to_string(), after.threshold.to_string()),
            ("the nonce", next.to_string(), after.nonce.to_string()),
            ("the list of modules", list(&before.modules), list(&after.modules)),
            ("the guard", of(&before.guard), of(&after.guard)),
            ("the module guard", of(&before.module_guard), of(&after.module_guard)),
        ];
        for (what, expected, found) in compared {
            if expected != found {
                return Err(MigrationError::NotMigrated { safe: before.safe, what, expected, found });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use quorate_contracts::{Deployments, Family, Flavor, HandlerMove};

    use super::*;

    /// What is found to differ, and how it is made so.
    type Change = (&'static str, fn(&mut SafeState));

    fn account(deployment: &deployment::Deployment) -> Account {
        Account { address: deployment.address, code_hash: Some(deployment.code_hash), delegate: None }
    }

    fn move_from(family: Family, migration: Migration) -> Move {
        let set = Deployments::of(family);
        let owner = Account::keyed(Address::repeat_byte(1));
        let before = SafeState {
            safe: SafeId::new(1, Address::repeat_byte(0x5a)),
            block: Block { number: 7, hash: B256::ZERO, timestamp: 1 },
            version: family.version(),
            singleton: account(set.singleton(Flavor::L1)),
            owners: vec![owner, Account::keyed(Address::repeat_byte(2))],
            threshold: 2,
            nonce: U256::from(5),
            modules: vec![Account::keyed(Address::repeat_byte(3))],
            guard: Some(Account::keyed(Address::repeat_byte(4))),
            module_guard: Some(Account::keyed(Address::repeat_byte(5))),
            fallback_handler: Some(account(set.fallback_handler())),
            balance: U256::ZERO,
        };
        Move { before, from: Known { family, kind: Kind::Singleton(Flavor::L1) }, migration }
    }

    fn to(family: Family) -> Migration {
        Migration::to(Deployments::of(family), Flavor::L2, HandlerMove::Replaced)
    }

    fn moved(it: &Move) -> SafeState {
        let target = it.migration.target;
        SafeState {
            version: target.family.version(),
            singleton: account(target.singleton(Flavor::L2)),
            nonce: U256::from(6),
            fallback_handler: Some(account(target.fallback_handler())),
            ..it.before.clone()
        }
    }

    #[test]
    fn what_a_migration_changes_and_what_it_leaves_is_compared() {
        let it = move_from(Family::V1_3_0, to(Family::Quorate));
        let after = moved(&it);
        it.compare(&after).unwrap();
        let changes: [Change; 10] = [
            ("the singleton", |it| it.singleton.address = Address::repeat_byte(9)),
            ("the singleton's code", |it| it.singleton.code_hash = None),
            ("the version", |it| it.version = Family::V1_3_0.version()),
            ("the fallback handler", |it| it.fallback_handler = None),
            ("the list of owners", |it| it.owners.reverse()),
            ("the threshold", |it| it.threshold = 1),
            ("the nonce", |it| it.nonce = U256::from(5)),
            ("the list of modules", |it| it.modules.clear()),
            ("the guard", |it| it.guard = None),
            ("the module guard", |it| it.module_guard = None),
        ];
        for (expected, change) in changes {
            let mut after = after.clone();
            change(&mut after);
            let error = it.compare(&after).unwrap_err();
            assert!(matches!(error, MigrationError::NotMigrated { what, .. } if what == expected), "{error}");
        }
    }

    #[test]
    fn a_safe_is_there_already_only_with_the_same_singleton_and_handler() {
        let same = |flavor, handler| Migration::to(Deployments::of(Family::V1_4_1), flavor, handler);
        assert!(move_from(Family::V1_4_1, same(Flavor::L1, HandlerMove::Replaced)).is_done());
        assert!(move_from(Family::V1_4_1, same(Flavor::L1, HandlerMove::Kept)).is_done());
        assert!(!move_from(Family::V1_4_1, same(Flavor::L2, HandlerMove::Kept)).is_done());
        assert!(!move_from(Family::V1_3_0, same(Flavor::L1, HandlerMove::Kept)).is_done());
        let mut other = move_from(Family::V1_4_1, same(Flavor::L1, HandlerMove::Replaced));
        other.before.fallback_handler = None;
        assert!(!other.is_done());
    }

    #[test]
    fn a_handler_of_somebody_elses_is_not_lost_unnoticed() {
        let mut it = move_from(Family::V1_3_0, to(Family::Quorate));
        assert_eq!(it.loses_handler(), None);
        it.before.fallback_handler = None;
        assert_eq!(it.loses_handler(), None);
        let extensible = Deployments::of(Family::V1_5_0).get(Kind::ExtensibleFallbackHandler).unwrap();
        for own in [Account::keyed(Address::repeat_byte(9)), account(extensible)] {
            it.before.fallback_handler = Some(own);
            assert_eq!(it.loses_handler(), Some(own));
            let kept = Migration::to(Deployments::of(Family::Quorate), Flavor::L2, HandlerMove::Kept);
            assert_eq!(Move { migration: kept, ..it.clone() }.loses_handler(), None);
        }
    }
}
