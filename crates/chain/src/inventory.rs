//! Which known contracts are on a chain, and whether they are what they should be.

use alloy::primitives::{B256, ChainId, U64};
use quorate_contracts::{Deployments, Kind, Set, deployer};

use crate::{
    block::chain_id,
    contract_set::{ContractStatus, code_call, code_hash_of},
    rpc::{Rpc, RpcError},
};

/// What was found on a chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Inventory {
    /// The node's chain.
    pub chain_id: ChainId,
    /// Hash of the code where the deterministic deployer should be; `None` without code.
    pub deployer: Option<B256>,
    /// The contracts, in the order of the sets.
    pub contracts: Vec<Entry>,
}

/// One contract, and the set that it belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The set.
    pub set: &'static Deployments,
    /// What is there.
    pub status: ContractStatus,
}

impl Inventory {
    /// Returns whether the deterministic deployer is there.
    #[must_use]
    pub fn has_deployer(&self) -> bool {
        self.deployer == Some(deployer::CODE_HASH)
    }
}

/// Looks, in one request, at the deterministic deployer and at every contract of some sets.
///
/// What need not be on every chain is left out where nothing is: the ways back to Safe 1.3.0, and, if it is one of
/// several sets, the second one of 1.3.0.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. That a contract is missing, or another one, is no error.
pub async fn take_inventory(rpc: &Rpc, sets: &[&'static Deployments]) -> Result<Inventory, RpcError> {
    let contracts: Vec<_> =
        sets.iter().flat_map(|set| set.contracts().iter().chain(set.ways_back()).map(move |it| (*set, it))).collect();
    let calls: Vec<_> = [chain_id(), code_call(deployer::ADDRESS)]
        .into_iter()
        .chain(contracts.iter().map(|(_, it)| code_call(it.address)))
        .collect();
    let mut answers = rpc.ask_all(&calls).await?.into_iter();
    let (Some(chain), Some(deployer)) = (answers.next(), answers.next()) else {
        return Err(rpc.malformed("a batch"));
    };
    let (chain_id, deployer) = (chain.read::<U64>()?.to(), code_hash_of(deployer)?);
    let mut entries = Vec::with_capacity(contracts.len());
    for ((set, deployment), code) in contracts.into_iter().zip(answers) {
        entries.push(Entry { set, status: ContractStatus { deployment: *deployment, found: code_hash_of(code)? } });
    }
    let is_empty: Vec<_> = sets
        .iter()
        .map(|set| entries.iter().all(|it| it.set != *set || it.status.found.is_none()))
        .zip(sets)
        .filter_map(|(is_empty, set)| is_empty.then_some(*set))
        .collect();
    entries.retain(|it| {
        let is_second = sets.len() > 1 && it.set.set != Set::default() && is_empty.contains(&it.set);
        let is_way_back = matches!(it.status.deployment.kind, Kind::WayBack(_));
        it.status.found.is_some() || !is_second && !is_way_back
    });
    Ok(Inventory { chain_id, deployer, contracts: entries })
}
