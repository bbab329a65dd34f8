//! Quorate's own deployments, computed from the frozen bytecode.

use std::{borrow::Cow, sync::LazyLock};

use alloy_primitives::{Address, B256, keccak256};
use quorate_core::init_code_hash;

use super::{Deployment, Deployments, Kind, MIGRATION_TARGETS, ProxyCode, Set};
use crate::{
    artifact::{self, Artifact},
    deployer,
    family::{Family, Flavor},
};

static QUORATE: LazyLock<Deployments> = LazyLock::new(|| Shelf::frozen().deployments());

/// Returns Quorate's contracts; hashing their code takes about a millisecond, once.
pub(super) fn quorate() -> &'static Deployments {
    &QUORATE
}

/// The contracts whose constructors take nothing.
const PLAIN: [(Kind, &Artifact); 12] = [
    (Kind::Singleton(Flavor::L1), &artifact::MULTISIG),
    (Kind::Singleton(Flavor::L2), &artifact::MULTISIG_L2),
    (Kind::ProxyFactory, &artifact::MULTISIG_PROXY_FACTORY),
    (Kind::MultiSend, &artifact::MULTI_SEND),
    (Kind::MultiSendCallOnly, &artifact::MULTI_SEND_CALL_ONLY),
    (Kind::FallbackHandler, &artifact::FALLBACK_HANDLER),
    (Kind::ExtensibleFallbackHandler, &artifact::EXTENSIBLE_FALLBACK_HANDLER),
    (Kind::TokenCallbackHandler, &artifact::TOKEN_CALLBACK_HANDLER),
    (Kind::CreateCall, &artifact::CREATE_CALL),
    (Kind::SignMessageLib, &artifact::SIGN_MESSAGE_LIB),
    (Kind::SimulateTxAccessor, &artifact::SIMULATE_TX_ACCESSOR),
    (Kind::ToL2Setup, &artifact::TO_L2_SETUP),
];

/// Returns what Quorate deploys for a kind.
pub(super) fn artifact_of(kind: Kind) -> Option<&'static Artifact> {
    match kind {
        Kind::Migration | Kind::WayBack(_) => Some(&artifact::MIGRATION),
        _ => PLAIN.into_iter().find(|(it, _)| *it == kind).map(|(_, artifact)| artifact),
    }
}

/// Where the bytecode is taken from: what is frozen, or what was compiled just now to be frozen next.
pub(crate) struct Shelf {
    fresh: Vec<&'static Artifact>,
}

impl Shelf {
    /// The frozen bytecode.
    pub(crate) const fn frozen() -> Self {
        Self { fresh: Vec::new() }
    }

    /// Other bytecode under the same names; what is missing is taken from the frozen one.
    #[cfg(feature = "compile")]
    pub(crate) const fn of(fresh: Vec<&'static Artifact>) -> Self {
        Self { fresh }
    }

    /// Returns the contract that stands in the place of a frozen one.
    pub(crate) fn get(&self, frozen: &'static Artifact) -> &'static Artifact {
        self.fresh.iter().find(|it| it.name() == frozen.name()).copied().unwrap_or(frozen)
    }

    /// Returns what Quorate deploys for a kind.
    pub(crate) fn artifact_of(&self, kind: Kind) -> Option<&'static Artifact> {
        artifact_of(kind).map(|frozen| self.get(frozen))
    }

    /// Computes where the contracts are.
    pub(crate) fn deployments(&self) -> Deployments {
        let plain = |(kind, artifact)| deployment(kind, self.get(artifact), &[]);
        let mut contracts = PLAIN.map(plain).to_vec();
        let address_of = |kind| contracts.iter().find(|it| it.kind == kind).map(|it| it.address);
        let [l1, l2, handler] = MIGRATION_TARGETS.map(|kind| address_of(kind).expect("they are in the list above"));
        // Last: it refuses to be deployed before its targets.
        let migration = self.get(&artifact::MIGRATION);
        contracts.push(deployment(Kind::Migration, migration, &[l1, l2, handler]));

        let ways_back = super::official::OFFICIAL
            .iter()
            .filter(|set| set.get(Kind::Migration).is_none())
            .map(|set| {
                let targets = MIGRATION_TARGETS.map(|kind| set.required(kind).address);
                deployment(Kind::WayBack(set.set), migration, &targets)
            })
            .collect();
        let proxy = self.get(&artifact::MULTISIG_PROXY);

        Deployments {
            family: Family::Quorate,
            set: Set::Canonical,
            deployer: deployer::ADDRESS,
            proxy: ProxyCode {
                creation_code_hash: proxy.creation_code_hash(),
                runtime_code_hash: proxy.runtime_code_hash_at(Address::ZERO),
                init_code_hash_l1: init_code_hash(proxy.creation_code(), l1),
                init_code_hash_l2: init_code_hash(proxy.creation_code(), l2),
            },
            contracts: Cow::Owned(contracts),
            ways_back: Cow::Owned(ways_back),
        }
    }
}

fn deployment(kind: Kind, artifact: &Artifact, arguments: &[Address]) -> Deployment {
    let address = deployer::address_of(B256::ZERO, keccak256(artifact.init_code(arguments)));
    let code_hash = keccak256(artifact.runtime_code_with(address, arguments));
    Deployment { kind, address, code_hash }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The hash above is taken at no particular address.
    #[test]
    fn a_proxy_does_not_hold_its_own_address() {
        let proxy = &artifact::MULTISIG_PROXY;
        assert_eq!(proxy.runtime_code_at(Address::ZERO), proxy.runtime_code_at(Address::repeat_byte(1)));
    }

    #[test]
    fn every_frozen_contract_is_in_the_set_unless_it_is_not_deployed() {
        let set = quorate();
        let deployed: Vec<_> =
            set.contracts().iter().filter_map(|it| artifact_of(it.kind)).map(Artifact::name).collect();
        for artifact in artifact::ALL {
            let is_deployed = !["MultisigProxy", "SafeReader"].contains(&artifact.name());
            let times = deployed.iter().filter(|name| **name == artifact.name()).count();
            assert_eq!(times, usize::from(is_deployed), "{artifact:?}");
        }
        assert_eq!(deployed.len(), set.contracts().len());
    }

    #[test]
    fn every_contract_is_where_the_deployer_puts_its_code() {
        let set = quorate();
        for deployment in set.contracts().iter().chain(set.ways_back()) {
            let code = set.init_code(deployment.kind).unwrap();
            assert_eq!(deployer::address_of(B256::ZERO, keccak256(code)), deployment.address, "{deployment:?}");
        }
    }

    #[test]
    fn a_migration_leads_to_quorate_and_a_way_back_to_a_set_of_1_3_0() {
        let set = quorate();
        let targets = set.targets(Kind::Migration).unwrap();
        assert_eq!(targets.map(|it| it.kind), MIGRATION_TARGETS);
        assert!(targets.iter().all(|it| set.contracts().contains(it)));

        let ways: Vec<_> = set.ways_back().iter().map(|it| it.kind).collect();
        assert_eq!(ways, [Kind::WayBack(Set::Canonical), Kind::WayBack(Set::Eip155)]);
        for back in Deployments::sets_of(Family::V1_3_0) {
            let targets = set.targets(Kind::WayBack(back.set)).unwrap();
            assert!(targets.iter().all(|it| back.contracts().contains(it)));
        }
        assert_eq!(set.targets(Kind::MultiSend), None);
    }
}
