//! Quorate's own deployments, computed from the frozen bytecode.

use std::{borrow::Cow, sync::LazyLock};

use alloy_primitives::{Address, B256};
use quorate_core::init_code_hash;

use super::{Deployment, Deployments, Kind, ProxyCode, Set};
use crate::{
    artifact::{self, Artifact},
    deployer,
    family::{Family, Flavor},
};

static QUORATE: LazyLock<Deployments> = LazyLock::new(compute);

/// Returns Quorate's contracts; hashing their code takes about a millisecond, once.
pub(super) fn quorate() -> &'static Deployments {
    &QUORATE
}

fn compute() -> Deployments {
    let contracts = [
        (Kind::Singleton(Flavor::L1), &artifact::MULTISIG),
        (Kind::Singleton(Flavor::L2), &artifact::MULTISIG_L2),
        (Kind::ProxyFactory, &artifact::MULTISIG_PROXY_FACTORY),
        (Kind::MultiSend, &artifact::MULTI_SEND),
        (Kind::MultiSendCallOnly, &artifact::MULTI_SEND_CALL_ONLY),
        (Kind::FallbackHandler, &artifact::FALLBACK_HANDLER),
    ]
    .map(|(kind, artifact)| deployment(kind, artifact));
    let [l1, l2, ..] = &contracts;
    let proxy = &artifact::MULTISIG_PROXY;

    Deployments {
        family: Family::Quorate,
        set: Set::Canonical,
        deployer: deployer::ADDRESS,
        proxy: ProxyCode {
            creation_code_hash: proxy.creation_code_hash(),
            runtime_code_hash: proxy.runtime_code_hash_at(Address::ZERO),
            init_code_hash_l1: init_code_hash(proxy.creation_code(), l1.address),
            init_code_hash_l2: init_code_hash(proxy.creation_code(), l2.address),
        },
        contracts: Cow::Owned(contracts.to_vec()),
    }
}

fn deployment(kind: Kind, artifact: &Artifact) -> Deployment {
    let address = deployer::address_of(B256::ZERO, artifact.creation_code_hash());
    Deployment { kind, address, code_hash: artifact.runtime_code_hash_at(address) }
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
    fn every_frozen_contract_that_is_deployed_is_in_the_set() {
        let addresses: Vec<_> = quorate().contracts().iter().map(|deployment| deployment.address).collect();
        for artifact in artifact::ALL {
            let deployed = !["MultisigProxy", "SafeReader"].contains(&artifact.name());
            let address = deployer::ADDRESS.create2(B256::ZERO, artifact.creation_code_hash());
            assert_eq!(addresses.contains(&address), deployed, "{artifact:?}");
        }
    }
}
