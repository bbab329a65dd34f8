//! What is deployed, by whom, and what must be there afterwards.

use alloy::primitives::{Address, B256, Bytes};
use quorate_contracts::{Deployment, Deployments, Family, Flavor, Kind, deployment::published};

use crate::{FixtureError, npm};

/// One contract to deploy by CREATE2 with salt zero.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    pub(crate) deployer: Address,
    pub(crate) creation_code: Bytes,
    pub(crate) address: Address,
    /// What the code must hash to, where the address does not say so already.
    pub(crate) code_hash: Option<B256>,
}

/// Plans Quorate's own contracts, but for the ways back.
pub(crate) fn quorate() -> impl Iterator<Item = Planned> {
    Deployments::of(Family::Quorate).contracts().iter().filter_map(own)
}

/// Plans the contracts that lead back to official Safes, which have to be there.
pub(crate) fn ways_back() -> impl Iterator<Item = Planned> {
    Deployments::of(Family::Quorate).ways_back().iter().filter_map(own)
}

fn own(deployment: &Deployment) -> Option<Planned> {
    let set = Deployments::of(Family::Quorate);
    Some(Planned {
        name: set.artifact(deployment.kind)?.name().to_owned(),
        deployer: set.deployer,
        creation_code: set.init_code(deployment.kind)?,
        address: deployment.address,
        code_hash: Some(deployment.code_hash),
    })
}

/// Plans the official Safes: every contract of every set, 1.3.0's second one included, that npm has as it was deployed.
pub(crate) fn official() -> Result<Vec<Planned>, FixtureError> {
    let mut planned = Vec::new();
    for set in Deployments::official() {
        let family = set.family;
        for deployment in set.contracts() {
            if let Some(artifact) = published::artifact(family, deployment.kind) {
                planned.push(Planned {
                    name: format!("{:?} {family} {}", deployment.kind, set.set),
                    deployer: set.deployer,
                    creation_code: official_code(set, deployment, &artifact)?,
                    address: deployment.address,
                    code_hash: Some(deployment.code_hash),
                });
            }
        }
    }
    Ok(planned)
}

/// Returns the code that deploys a contract of `family`, with its constructor's arguments: Quorate's from the frozen
/// artifacts, Safe's from its npm packages. `None` if the family does not have the contract, or npm does not have it as
/// it was deployed.
///
/// # Errors
///
/// If a package is missing or its artifact is not understood.
pub fn creation_code(family: Family, kind: Kind) -> Result<Option<Bytes>, FixtureError> {
    let set = Deployments::of(family);
    let Some(deployment) = set.get(kind) else { return Ok(None) };
    if family == Family::Quorate {
        return Ok(set.init_code(deployment.kind));
    }
    published::artifact(family, kind).map(|artifact| official_code(set, deployment, &artifact)).transpose()
}

fn official_code(set: &Deployments, deployment: &Deployment, artifact: &str) -> Result<Bytes, FixtureError> {
    let code = npm::creation_code(artifact)?;
    if deployment.kind != Kind::Migration {
        return Ok(code);
    }
    // The only constructor with arguments: where a migration leads.
    let [l1, l2] = Flavor::ALL.map(|flavor| set.singleton(flavor).address);
    let arguments = [l1, l2, set.fallback_handler().address].map(|address| address.into_word());
    Ok([code.as_ref(), arguments.concat().as_slice()].concat().into())
}
