//! What is deployed, by whom, and what must be there afterwards.

use alloy::primitives::{Address, B256, Bytes};
use quorate_contracts::{
    Deployment, Deployments, Family, Flavor, Kind,
    artifact::{self, Artifact},
    deployment::published,
};

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

/// Plans Quorate's own contracts.
pub(crate) fn quorate() -> impl Iterator<Item = Planned> {
    let set = Deployments::of(Family::Quorate);
    let planned = |artifact: &'static Artifact| {
        let code_hash = artifact.creation_code_hash();
        let address = set.deployer.create2(B256::ZERO, code_hash);
        set.contracts().iter().find(|deployment| deployment.address == address).map(|deployment| Planned {
            name: artifact.name().to_owned(),
            deployer: set.deployer,
            creation_code: artifact.creation_code().clone(),
            address,
            code_hash: Some(deployment.code_hash),
        })
    };
    artifact::ALL.into_iter().filter_map(planned)
}

/// Plans the official Safes: every contract of the canonical sets that npm has as it was deployed.
pub(crate) fn official() -> Result<Vec<Planned>, FixtureError> {
    let mut planned = Vec::new();
    for family in [Family::V1_5_0, Family::V1_4_1, Family::V1_3_0] {
        let set = Deployments::of(family);
        for deployment in set.contracts() {
            if let Some(artifact) = published::artifact(family, deployment.kind) {
                planned.push(Planned {
                    name: format!("{:?} {family}", deployment.kind),
                    deployer: set.deployer,
                    creation_code: creation_code(set, deployment, &artifact)?,
                    address: deployment.address,
                    code_hash: Some(deployment.code_hash),
                });
            }
        }
    }
    Ok(planned)
}

fn creation_code(set: &Deployments, deployment: &Deployment, artifact: &str) -> Result<Bytes, FixtureError> {
    let code = npm::creation_code(artifact)?;
    if deployment.kind != Kind::Migration {
        return Ok(code);
    }
    // The only constructor with arguments: where a migration leads.
    let [l1, l2] = Flavor::ALL.map(|flavor| set.singleton(flavor).address);
    let arguments = [l1, l2, set.fallback_handler().address].map(|address| address.into_word());
    Ok([code.as_ref(), arguments.concat().as_slice()].concat().into())
}
