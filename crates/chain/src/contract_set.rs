//! The contracts of a family on one chain: whether they are there, and how Quorate's come to be.

use std::num::NonZeroU64;

use alloy::primitives::{Address, B256, Bytes, ChainId, U256, keccak256};
use quorate_contracts::{Artifact, Deployment, Deployments, Family, Kind, deployer, table::title};
use serde_json::{Value, json};

use crate::{
    receipt::Status,
    revert::Revert,
    rpc::{Answer, Call, Rpc, RpcError},
    send_error::SendError,
    sender::{Estimate, Payload, Sender, Terms},
};

/// One contract of Quorate's, deployed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Deployed {
    /// Name of the contract.
    pub name: &'static str,
    /// What it is for.
    pub kind: Kind,
    /// Where it is, on every chain.
    pub address: Address,
    /// Hash of its code, which was compared with the expected one.
    pub code_hash: B256,
    /// The transaction that deployed it; `None` when it was there already.
    pub tx_hash: Option<B256>,
}

/// Whether one known contract is where it should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ContractStatus {
    /// The contract, its address and the hash that its code has to have.
    pub deployment: Deployment,
    /// Hash of the code that is there; `None` without code.
    pub found: Option<B256>,
}

impl ContractStatus {
    /// Returns whether the right code is there.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.found == Some(self.deployment.code_hash)
    }
}

/// Why contracts could not be deployed.
#[derive(Debug, thiserror::Error)]
pub enum DeployError {
    /// The node did not answer, or nothing could be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The chain has no deterministic deployer, or another contract in its place.
    #[error("the deterministic deployer at {address} has code with the hash {found:?}, and not {expected}")]
    Deployer {
        /// Where it should be.
        address: Address,
        /// Hash of its code.
        expected: B256,
        /// Hash of the code that is there; `None` without code.
        found: Option<B256>,
    },
    /// Something else is where the contract should be.
    #[error("at {address}, the place of {name}, is code with the hash {found:?}, and not {expected}")]
    WrongCode {
        /// The contract.
        name: &'static str,
        /// Its address.
        address: Address,
        /// Hash of its code.
        expected: B256,
        /// Hash of the code that is there; `None` without code.
        found: Option<B256>,
    },
    /// The deployment would revert; nothing was sent for it.
    #[error("the deployment of {name} would revert: {revert}")]
    Reverts {
        /// The contract.
        name: &'static str,
        /// Why.
        revert: Revert,
    },
    /// The deployment reverted.
    #[error("the deployment of {name} reverted, in {tx_hash}")]
    Reverted {
        /// The contract.
        name: &'static str,
        /// The transaction.
        tx_hash: B256,
    },
}

impl From<RpcError> for DeployError {
    fn from(error: RpcError) -> Self {
        Self::Send(error.into())
    }
}

/// One contract of Quorate's whose deployment nobody waits for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Deploying {
    /// Name of the contract.
    pub name: &'static str,
    /// Where it is, or will be.
    pub address: Address,
    /// The transaction that deploys it; `None` when it was there already.
    pub tx_hash: Option<B256>,
}

/// Deploys those of Quorate's contracts that a chain does not have yet.
///
/// Each is created by the deterministic deployer with salt zero, so that its address is the same on every chain. The
/// code of all of them, old and new, is compared with the frozen one. `progress` is told of each contract as soon as it
/// is known to be there. Where more than one confirmation is asked for, they are waited for in the end, for all of them
/// together. After an error, another run goes on where this one stopped.
///
/// Where Safe 1.3.0 is, the contracts that lead back to it are deployed too.
///
/// # Errors
///
/// [`DeployError`]; what was deployed before stays.
pub async fn deploy_contracts(
    sender: &Sender,
    chain_id: ChainId,
    mut progress: impl FnMut(&Deployed),
) -> Result<Vec<Deployed>, DeployError> {
    let rpc = sender.rpc();
    let (mut terms, steps) = plan_of(sender, chain_id).await?;
    let mut done = Vec::with_capacity(steps.len());
    for step in steps {
        let Step { deployment, name, .. } = step;
        let tx_hash = match step.to_send(&terms)? {
            Some((payload, gas)) => {
                let sent = sender.submit(&mut terms, payload, gas).await?;
                let receipt = sender.mined_once(sent, &[code_call(deployment.address)]).await?;
                let (tx_hash, status) = (receipt.0.tx_hash, receipt.0.status);
                let code = match receipt.1.into_iter().flatten().next() {
                    Some(code) => code,
                    None => {
                        let [code] = rpc.ask([code_call(deployment.address)]).await?;
                        code
                    }
                };
                expect_deployed(name, &deployment, code, status, tx_hash)?;
                Some(tx_hash)
            }
            None => None,
        };
        let Deployment { kind, address, code_hash } = deployment;
        let deployed = Deployed { name, kind, address, code_hash, tx_hash };
        progress(&deployed);
        done.push(deployed);
    }
    if sender.confirmations() > NonZeroU64::MIN {
        for one in &done {
            settle(sender, one).await?;
        }
    }
    Ok(done)
}

/// Sends what deploys those of Quorate's contracts that a chain does not have yet, and does not wait.
///
/// # Errors
///
/// As [`deploy_contracts`], as far as sending goes; what was sent before is on its way.
pub async fn submit_contracts(sender: &Sender, chain_id: ChainId) -> Result<Vec<Deploying>, DeployError> {
    let (mut terms, steps) = plan_of(sender, chain_id).await?;
    let mut done = Vec::with_capacity(steps.len());
    for step in steps {
        let tx_hash = match step.to_send(&terms)? {
            Some((payload, gas)) => Some(sender.submit(&mut terms, payload, gas).await?.tx_hash),
            None => None,
        };
        done.push(Deploying { name: step.name, address: step.deployment.address, tx_hash });
    }
    Ok(done)
}

/// What is to be done for one contract.
struct Step {
    deployment: Deployment,
    name: &'static str,
    payload: Payload,
    estimate: Estimate,
    /// Hash of the code that is there; `None` without code.
    found: Option<B256>,
}

impl Step {
    /// Returns what is to be sent, and with how much gas; nothing where the right code is.
    fn to_send(&self, terms: &Terms) -> Result<Option<(&Payload, u64)>, DeployError> {
        if self.found.is_some() {
            expect_code(self.name, &self.deployment, self.found)?;
            return Ok(None);
        }
        match &self.estimate {
            Estimate::Gas(gas) => Ok(Some((&self.payload, terms.with_margin(*gas).map_err(SendError::from)?))),
            Estimate::Reverts(revert) => Err(DeployError::Reverts { name: self.name, revert: revert.clone() }),
        }
    }
}

/// Learns in one request what is there and what it takes to deploy the rest.
///
/// A way back is planned where the contracts are to which it leads, and nowhere else: it could not be deployed.
async fn plan_of(sender: &Sender, chain_id: ChainId) -> Result<(Terms, Vec<Step>), DeployError> {
    let set = Deployments::of(Family::Quorate);
    let wanted: Vec<_> = set
        .contracts()
        .iter()
        .chain(set.ways_back())
        .filter_map(|it| Some((it, set.artifact(it.kind)?, set.init_code(it.kind)?)))
        .collect();
    let rehearsals: Vec<_> = wanted
        .iter()
        .map(|(it, artifact, init_code)| match set.targets(it.kind) {
            Some(targets) => rehearsal_of(artifact, targets.len(), sender.address()),
            None => creation_of(B256::ZERO, init_code),
        })
        .collect();
    let targets: Vec<_> = set.ways_back().iter().filter_map(|it| set.targets(it.kind)).flatten().collect();
    let codes: Vec<_> = [deployer::ADDRESS]
        .into_iter()
        .chain(wanted.iter().map(|(it, ..)| it.address))
        .chain(targets.iter().map(|it| it.address))
        .map(code_call)
        .collect();
    let (terms, estimates, codes) = sender.prepare(chain_id, &rehearsals, &codes).await?;
    let found = codes.into_iter().map(code_hash_of).collect::<Result<Vec<_>, _>>()?;
    let malformed = || sender.rpc().malformed("a batch");
    let (at_deployer, found) = found.split_first().ok_or_else(malformed)?;
    if *at_deployer != Some(deployer::CODE_HASH) {
        let (address, expected) = (deployer::ADDRESS, deployer::CODE_HASH);
        return Err(DeployError::Deployer { address, expected, found: *at_deployer });
    }
    let (found, at_targets) = found.split_at_checked(wanted.len()).ok_or_else(malformed)?;
    let is_there = |wanted: &Deployment| {
        targets.iter().zip(at_targets).any(|(it, found)| *it == wanted && *found == Some(wanted.code_hash))
    };
    let steps =
        wanted.into_iter().zip(estimates).zip(found).filter_map(|(((it, artifact, init_code), estimate), found)| {
            let targets = set.targets(it.kind);
            let is_way_back = matches!(it.kind, Kind::WayBack(_));
            if is_way_back && !targets.is_some_and(|targets| targets.into_iter().all(is_there)) {
                return None;
            }
            let estimate = match estimate {
                Estimate::Gas(gas) if targets.is_some() => Estimate::Gas(gas.saturating_add(GAS_OF_TARGETS)),
                estimate => estimate,
            };
            let payload = creation_of(B256::ZERO, &init_code);
            Some(Step { deployment: *it, name: title(it.kind, artifact), payload, estimate, found: *found })
        });
    Ok((terms, steps.collect()))
}

/// Gas that a migration's constructor takes to look for its three targets, and does not take in a rehearsal: there, it
/// looks at a contract that the transaction has touched before.
const GAS_OF_TARGETS: u64 = 3 * 2_500;

/// Returns what makes the deterministic deployer create a contract.
fn creation_of(salt: B256, init_code: &[u8]) -> Payload {
    Payload { to: deployer::ADDRESS, value: U256::ZERO, data: deployer::call(salt, init_code) }
}

/// Returns what costs as much as the creation of a contract whose targets are not there yet, and can be estimated now: it
/// takes the deployer for each of them. It is never sent. Whoever knows the sender may create it first, at their own cost; then the
/// estimate fails and nothing is sent, and another sender gets around it.
fn rehearsal_of(artifact: &Artifact, targets: usize, sender: Address) -> Payload {
    creation_of(sender.into_word(), &artifact.init_code(&vec![deployer::ADDRESS; targets]))
}

/// Waits for the confirmations of a deployment, and looks again.
async fn settle(sender: &Sender, deployed: &Deployed) -> Result<(), DeployError> {
    let Some(tx_hash) = deployed.tx_hash else { return Ok(()) };
    let Deployed { name, kind, address, code_hash, .. } = *deployed;
    let (receipt, code) = sender.settled(tx_hash, &[code_call(address)]).await?;
    let code = code.into_iter().next().ok_or_else(|| sender.rpc().malformed("a batch"))?;
    expect_deployed(name, &Deployment { kind, address, code_hash }, code, receipt.status, tx_hash)
}

/// Compares the code that a transaction has left behind with the frozen one.
fn expect_deployed(
    name: &'static str,
    deployment: &Deployment,
    code: Answer,
    status: Status,
    tx_hash: B256,
) -> Result<(), DeployError> {
    let found = code_hash_of(code)?;
    // Somebody else may have deployed it in the meantime: that is as good.
    if status == Status::Reverted && found.is_none() {
        return Err(DeployError::Reverted { name, tx_hash });
    }
    expect_code(name, deployment, found)
}

/// Tells, in one request, whether Quorate's contracts are on the node's chain.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. That a contract is missing is no error.
pub async fn verify_contracts(rpc: &Rpc) -> Result<Vec<ContractStatus>, RpcError> {
    verify_family(rpc, Family::Quorate).await
}

/// Tells, in one request, whether the contracts of a family are on the node's chain; of the ways back, those that are.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. That a contract is missing is no error.
pub async fn verify_family(rpc: &Rpc, family: Family) -> Result<Vec<ContractStatus>, RpcError> {
    let set = Deployments::of(family);
    let contracts: Vec<_> = set.contracts().iter().chain(set.ways_back()).collect();
    let calls: Vec<_> = contracts.iter().map(|deployment| code_call(deployment.address)).collect();
    let codes = rpc.ask_all(&calls).await?;
    let mut statuses = Vec::with_capacity(contracts.len());
    for (deployment, code) in contracts.into_iter().zip(codes) {
        let status = ContractStatus { deployment: *deployment, found: code_hash_of(code)? };
        // A way back need not be anywhere, but where it is, it has to be right.
        if status.found.is_some() || !matches!(deployment.kind, Kind::WayBack(_)) {
            statuses.push(status);
        }
    }
    Ok(statuses)
}

/// The call for the code at an address.
pub(crate) fn code_call(address: Address) -> Call {
    code_call_at(address, json!("latest"))
}

/// As [`code_call`], at a block.
pub(crate) fn code_call_at(address: Address, block: Value) -> Call {
    Call::new("eth_getCode", json!([address, block]))
}

/// Hashes the code in an answer; `None` without code.
pub(crate) fn code_hash_of(answer: Answer) -> Result<Option<B256>, RpcError> {
    let code: Bytes = answer.read()?;
    Ok((!code.is_empty()).then(|| keccak256(&code)))
}

fn expect_code(name: &'static str, deployment: &Deployment, found: Option<B256>) -> Result<(), DeployError> {
    let Deployment { address, code_hash: expected, .. } = *deployment;
    if found == Some(expected) { Ok(()) } else { Err(DeployError::WrongCode { name, address, expected, found }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rehearsal_is_as_long_as_what_it_stands_for_and_no_more_than_that() {
        let set = Deployments::of(Family::Quorate);
        let sender = Address::repeat_byte(7);
        for deployment in set.contracts().iter().chain(set.ways_back()) {
            let Some(targets) = set.targets(deployment.kind) else { continue };
            let artifact = set.artifact(deployment.kind).unwrap();
            let (real, rehearsal) =
                (set.init_code(deployment.kind).unwrap(), rehearsal_of(artifact, targets.len(), sender));
            let real = creation_of(B256::ZERO, &real);
            assert_eq!(rehearsal.data.len(), real.data.len());
            assert_ne!(rehearsal.data, real.data);
        }
    }
}
