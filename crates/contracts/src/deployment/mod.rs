//! Where the known contracts are and how to recognise them.

mod official;
pub mod published;
mod quorate;

use std::{borrow::Cow, fmt};

use alloy_primitives::{Address, B256, Bytes};

pub use self::official::SAFE_SINGLETON_FACTORY;
pub(crate) use self::quorate::Shelf;
use crate::{
    artifact::Artifact,
    family::{Family, Flavor},
};

/// The contracts of one family that were deployed together.
///
/// Addresses are the same on every chain that has the contracts; whether a chain has them is a question to the chain.
/// zkSync's deployments are not listed: its code, and the way its addresses are computed, are different.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deployments {
    /// Whose contracts these are.
    pub family: Family,
    /// Which of the family's sets this is.
    pub set: Set,
    /// The contract that deployed them by CREATE2 with salt zero.
    pub deployer: Address,
    /// The code of the proxies that the set's factory makes.
    pub proxy: ProxyCode,
    // Both singletons, the factory, both batch contracts and the fallback handler are in every set: `Self::of`.
    contracts: Cow<'static, [Deployment]>,
    ways_back: Cow<'static, [Deployment]>,
}

/// What the constructor of a migration takes, in this order.
const MIGRATION_TARGETS: [Kind; 3] = [Kind::Singleton(Flavor::L1), Kind::Singleton(Flavor::L2), Kind::FallbackHandler];

impl Deployments {
    /// Returns the set of `family` that new accounts should use.
    pub fn of(family: Family) -> &'static Self {
        match family {
            Family::Quorate => quorate::quorate(),
            Family::V1_5_0 => &official::OFFICIAL[0],
            Family::V1_4_1 => &official::OFFICIAL[1],
            Family::V1_3_0 => &official::OFFICIAL[2],
        }
    }

    /// Returns a set of `family`, if it has that one.
    pub fn of_set(family: Family, set: Set) -> Option<&'static Self> {
        Self::all().find(|it| (it.family, it.set) == (family, set))
    }

    /// Returns the sets of `family`: that of [`Deployments::of`] first.
    pub fn sets_of(family: Family) -> impl Iterator<Item = &'static Self> {
        Self::all().filter(move |it| it.family == family)
    }

    /// Returns every set: Quorate's, then Safe's from the newest to the oldest.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        core::iter::once(quorate::quorate()).chain(Self::official())
    }

    /// Returns Safe's sets from the newest to the oldest.
    pub fn official() -> impl Iterator<Item = &'static Self> {
        official::OFFICIAL.iter()
    }

    /// Returns every contract of the set, but for the ways back; in the order in which they can be deployed.
    pub fn contracts(&self) -> &[Deployment] {
        &self.contracts
    }

    /// Returns the contracts by which accounts move back to where no contract of Safe's leads: one for each set of 1.3.0.
    ///
    /// Only Quorate has some. Such a contract can only be where its [`Deployments::targets`] are.
    pub fn ways_back(&self) -> &[Deployment] {
        &self.ways_back
    }

    /// Returns the contract of one kind, if the set has it.
    pub fn get(&self, kind: Kind) -> Option<&Deployment> {
        self.contracts.iter().chain(self.ways_back()).find(|deployment| deployment.kind == kind)
    }

    /// Returns the contract that moves an account to the contracts of this set when the account calls it by
    /// DELEGATECALL: Safe's own where Safe has one, else Quorate's.
    pub fn migration(&self) -> &Deployment {
        self.get(Kind::Migration).unwrap_or_else(|| quorate::quorate().required(Kind::WayBack(self.set)))
    }

    /// Returns the contracts to which a migration of this set leads: both singletons and the handler.
    ///
    /// `None` for what is no migration, and for what the set does not have.
    pub fn targets(&self, kind: Kind) -> Option<[&Deployment; 3]> {
        let set = match self.get(kind)?.kind {
            Kind::Migration => self,
            Kind::WayBack(set) => Self::of_set(Family::V1_3_0, set)?,
            _ => return None,
        };
        Some(MIGRATION_TARGETS.map(|kind| set.required(kind)))
    }

    /// Returns the frozen contract behind a kind; `None` for Safe's sets, whose code is not carried.
    pub fn artifact(&self, kind: Kind) -> Option<&'static Artifact> {
        if self.family == Family::Quorate { quorate::artifact_of(kind) } else { None }
    }

    /// Returns the code that deploys the contract of one kind, with its constructor's arguments; `None` for Safe's sets,
    /// whose code is not carried.
    pub fn init_code(&self, kind: Kind) -> Option<Bytes> {
        let arguments = self.targets(kind).map(|targets| targets.map(|target| target.address));
        Some(self.artifact(kind)?.init_code(arguments.as_ref().map_or(&[], |it| it.as_slice())))
    }

    /// Returns the account's code to which proxies delegate.
    pub fn singleton(&self, flavor: Flavor) -> &Deployment {
        self.required(Kind::Singleton(flavor))
    }

    /// Returns the factory of proxies.
    pub fn proxy_factory(&self) -> &Deployment {
        self.required(Kind::ProxyFactory)
    }

    /// Returns the contract for batches that may contain delegate calls.
    pub fn multi_send(&self) -> &Deployment {
        self.required(Kind::MultiSend)
    }

    /// Returns the contract for batches of calls.
    pub fn multi_send_call_only(&self) -> &Deployment {
        self.required(Kind::MultiSendCallOnly)
    }

    /// Returns the fallback handler for new accounts.
    pub fn fallback_handler(&self) -> &Deployment {
        self.required(Kind::FallbackHandler)
    }

    fn required(&self, kind: Kind) -> &Deployment {
        self.get(kind).expect("a test finds every required kind in every set")
    }
}

/// One contract at one address.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deployment {
    /// What the contract is.
    pub kind: Kind,
    /// Where it is.
    pub address: Address,
    /// Keccak-256 of the code found there.
    pub code_hash: B256,
}

/// The hashes that belong to a factory's proxies.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ProxyCode {
    /// Keccak-256 of what the factory's `proxyCreationCode()` returns.
    pub creation_code_hash: B256,
    /// Keccak-256 of a proxy's code.
    pub runtime_code_hash: B256,
    init_code_hash_l1: B256,
    init_code_hash_l2: B256,
}

impl ProxyCode {
    /// Returns the hash that CREATE2 takes for a proxy of the set's own singleton: creation code, then the
    /// singleton's address in 32 bytes.
    pub const fn init_code_hash(&self, flavor: Flavor) -> B256 {
        match flavor {
            Flavor::L1 => self.init_code_hash_l1,
            Flavor::L2 => self.init_code_hash_l2,
        }
    }
}

/// Which deployer a set of Safe's contracts comes from.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Set {
    /// The addresses that are the same on most chains.
    #[default]
    Canonical,
    /// The second addresses of 1.3.0, for chains that refuse transactions without replay protection.
    Eip155,
}

impl Set {
    /// Both sets.
    pub const ALL: [Self; 2] = [Self::Canonical, Self::Eip155];

    /// Returns the name that people type.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Canonical => "canonical",
            Self::Eip155 => "eip155",
        }
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a contract is for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Kind {
    /// A proxy: the address that people call their Safe.
    Proxy,
    /// The account's code.
    Singleton(Flavor),
    /// Makes proxies.
    ProxyFactory,
    /// Batches that may contain delegate calls.
    MultiSend,
    /// Batches of calls.
    MultiSendCallOnly,
    /// Answers ERC-1271, token callbacks and message hashes for the account.
    FallbackHandler,
    /// A fallback handler to which an account adds functions.
    ExtensibleFallbackHandler,
    /// A fallback handler that receives tokens, and no more.
    TokenCallbackHandler,
    /// Deploys contracts from the account.
    CreateCall,
    /// Signs messages on chain.
    SignMessageLib,
    /// Simulates a transaction inside the account.
    SimulateTxAccessor,
    /// Moves an account to the contracts of its own set.
    Migration,
    /// Moves an account to Safe 1.3.0, to the contracts of this set.
    WayBack(Set),
    /// Chooses the L2 singleton during `setup`.
    ToL2Setup,
    /// Moves an account from an L1 to an L2 singleton.
    ToL2Migration,
}

/// What a piece of code was recognised as.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Known {
    /// Whose code it is.
    pub family: Family,
    /// What it is for.
    pub kind: Kind,
}

impl Known {
    /// Returns the flavour, if the code is a singleton's.
    pub const fn flavor(&self) -> Option<Flavor> {
        match self.kind {
            Kind::Singleton(flavor) => Some(flavor),
            _ => None,
        }
    }
}

/// Recognises code by its Keccak-256 hash.
///
/// Returns `None` for code that is in no set. Equal code at another address is recognised too, except where the code
/// holds its own address.
pub fn identify(code_hash: B256) -> Option<Known> {
    Deployments::all().find_map(|set| {
        let kind = if set.proxy.runtime_code_hash == code_hash {
            Some(Kind::Proxy)
        } else {
            each(set).find(|deployment| deployment.code_hash == code_hash).map(|deployment| deployment.kind)
        };
        kind.map(|kind| Known { family: set.family, kind })
    })
}

/// Finds the contract that is known under `address`, and the set it belongs to.
///
/// Warning: what is at the address on a given chain is a question to that chain; compare the code hash before trusting
/// the answer.
pub fn locate(address: Address) -> Option<(&'static Deployments, &'static Deployment)> {
    Deployments::all()
        .find_map(|set| each(set).find(|deployment| deployment.address == address).map(|deployment| (set, deployment)))
}

fn each(set: &Deployments) -> impl Iterator<Item = &Deployment> {
    set.contracts().iter().chain(set.ways_back())
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    #[test]
    fn every_set_has_what_an_account_needs() {
        for set in Deployments::all() {
            let required = [
                Flavor::ALL.map(|flavor| set.singleton(flavor)).to_vec(),
                vec![set.proxy_factory(), set.multi_send(), set.multi_send_call_only(), set.fallback_handler()],
            ];
            assert_eq!(required.concat().len(), 6);
            assert!(set.contracts().iter().all(|deployment| deployment.kind != Kind::Proxy));
        }
    }

    #[test]
    fn the_set_of_a_family_is_its_canonical_one() {
        for family in Family::ALL {
            let set = Deployments::of(family);
            assert_eq!((set.family, set.set), (family, Set::Canonical));
        }
        assert_eq!(Deployments::all().count(), 5);
    }

    #[test]
    fn a_set_is_found_by_its_name_and_only_1_3_0_has_two() {
        for family in Family::ALL {
            assert_eq!(Deployments::of_set(family, Set::Canonical), Some(Deployments::of(family)));
            let second = Deployments::of_set(family, Set::Eip155);
            assert_eq!(second.is_some(), family == Family::V1_3_0);
            let sets: Vec<_> = Deployments::sets_of(family).collect();
            assert_eq!((sets[0], sets.get(1).copied()), (Deployments::of(family), second));
        }
    }

    #[test]
    fn what_makes_an_account_has_the_same_code_in_every_set_of_a_family() {
        for family in Family::ALL {
            for set in Deployments::sets_of(family) {
                let first = Deployments::of(family);
                let codes = |it: &Deployments| {
                    let singletons = Flavor::ALL.map(|flavor| it.singleton(flavor).code_hash);
                    (singletons, it.proxy_factory().code_hash, it.fallback_handler().code_hash)
                };
                assert_eq!(codes(set), codes(first));
                assert_eq!(set.proxy.creation_code_hash, first.proxy.creation_code_hash);
            }
        }
    }

    #[test]
    fn no_two_contracts_share_an_address() {
        let mut addresses = HashSet::new();
        for deployment in Deployments::all().flat_map(each) {
            assert!(addresses.insert(deployment.address), "{deployment:?}");
        }
    }

    #[test]
    fn a_code_hash_means_one_thing() {
        let mut meanings = HashMap::new();
        for set in Deployments::all() {
            let proxy = (set.proxy.runtime_code_hash, Kind::Proxy);
            let contracts = each(set).map(|deployment| (deployment.code_hash, deployment.kind));
            for (code_hash, kind) in contracts.chain([proxy]) {
                let known = Known { family: set.family, kind };
                assert_eq!(*meanings.entry(code_hash).or_insert(known), known);
                assert_eq!(identify(code_hash), Some(known));
            }
        }
    }

    #[test]
    fn a_contract_is_found_by_its_address() {
        for set in Deployments::all() {
            for deployment in each(set) {
                assert_eq!(locate(deployment.address), Some((set, deployment)));
            }
        }
    }

    #[test]
    fn unknown_code_is_not_recognised() {
        assert_eq!(identify(alloy_primitives::KECCAK256_EMPTY), None);
        assert_eq!(identify(B256::ZERO), None);
        assert_eq!(locate(Address::ZERO), None);
    }

    #[test]
    fn there_is_a_migration_to_every_set() {
        for set in Deployments::all() {
            let migration = set.migration();
            let (owner, _) = locate(migration.address).unwrap();
            assert_eq!(owner.targets(migration.kind).unwrap().map(|it| it.kind), MIGRATION_TARGETS);
            assert!(owner.targets(migration.kind).unwrap().iter().all(|it| set.contracts().contains(it)));
            assert_eq!(owner.family == set.family, set.family != Family::V1_3_0);
        }
    }

    #[test]
    fn only_quorates_code_is_carried() {
        for set in Deployments::all() {
            let carried = each(set).all(|it| set.init_code(it.kind).is_some() && set.artifact(it.kind).is_some());
            assert_eq!(carried, set.family == Family::Quorate);
        }
    }
}
