//! The contracts of a family on one chain: whether they are there, and how Quorate's come to be.

use alloy::primitives::{Address, B256, Bytes, ChainId, U256, keccak256};
use quorate_contracts::{Artifact, Deployment, Deployments, Family, Flavor, Kind, artifact, deployer};
use serde_json::json;

use crate::{
    receipt::Status,
    revert::Revert,
    rpc::{Answer, Call, Rpc, RpcError},
    sender::{Estimate, Payload, SendError, Sender},
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

/// Deploys those of Quorate's contracts that a chain does not have yet.
///
/// Each is created by the deterministic deployer with salt zero, so that its address is the same on every chain. The
/// code of all of them, old and new, is compared with the frozen one. `progress` is told of each contract as soon as it
/// is known to be there. After an error, another run goes on where this one stopped.
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
    let set = Deployments::of(Family::Quorate);
    let contracts: Vec<_> = set.contracts().iter().filter_map(|it| Some((it, artifact_of(it.kind)?))).collect();
    let payloads: Vec<_> = contracts
        .iter()
        .map(|(_, artifact)| Payload {
            to: deployer::ADDRESS,
            value: U256::ZERO,
            data: deployer::call(B256::ZERO, artifact.creation_code()),
        })
        .collect();
    let codes: Vec<_> = [deployer::ADDRESS]
        .into_iter()
        .chain(contracts.iter().map(|(deployment, _)| deployment.address))
        .map(code_call)
        .collect();
    let (mut terms, estimates, codes) = sender.prepare(chain_id, &payloads, &codes).await?;
    let mut found = codes.into_iter().map(code_hash_of);
    let at_deployer = found.next().transpose()?.flatten();
    if at_deployer != Some(deployer::CODE_HASH) {
        let (address, expected) = (deployer::ADDRESS, deployer::CODE_HASH);
        return Err(DeployError::Deployer { address, expected, found: at_deployer });
    }

    let mut done = Vec::with_capacity(contracts.len());
    for ((((deployment, artifact), payload), estimate), found) in
        contracts.iter().zip(&payloads).zip(estimates).zip(found)
    {
        let name = artifact.name();
        let found = found?;
        let tx_hash = if found.is_none() {
            let gas = match estimate {
                Estimate::Gas(gas) => terms.with_margin(gas).map_err(SendError::from)?,
                Estimate::Reverts(revert) => return Err(DeployError::Reverts { name, revert }),
            };
            let sent = sender.submit(&mut terms, payload, gas).await?;
            let receipt = sender.mined_with(sent, &[code_call(deployment.address)]).await?;
            let (tx_hash, status) = (receipt.0.tx_hash, receipt.0.status);
            let code = match receipt.1.into_iter().flatten().next() {
                Some(code) => code,
                None => {
                    let [code] = rpc.ask([code_call(deployment.address)]).await?;
                    code
                }
            };
            let found = code_hash_of(code)?;
            // Somebody else may have deployed it in the meantime: that is as good.
            if status == Status::Reverted && found.is_none() {
                return Err(DeployError::Reverted { name, tx_hash });
            }
            expect_code(name, deployment, found)?;
            Some(tx_hash)
        } else {
            expect_code(name, deployment, found)?;
            None
        };
        let Deployment { kind, address, code_hash } = **deployment;
        let deployed = Deployed { name, kind, address, code_hash, tx_hash };
        progress(&deployed);
        done.push(deployed);
    }
    Ok(done)
}

/// Tells, in one request, whether Quorate's contracts are on the node's chain.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. That a contract is missing is no error.
pub async fn verify_contracts(rpc: &Rpc) -> Result<Vec<ContractStatus>, RpcError> {
    verify_family(rpc, Family::Quorate).await
}

/// Tells, in one request, whether the contracts of a family are on the node's chain.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. That a contract is missing is no error.
pub async fn verify_family(rpc: &Rpc, family: Family) -> Result<Vec<ContractStatus>, RpcError> {
    let contracts = Deployments::of(family).contracts();
    let calls: Vec<_> = contracts.iter().map(|deployment| code_call(deployment.address)).collect();
    let codes = rpc.ask_all(&calls).await?;
    contracts
        .iter()
        .zip(codes)
        .map(|(deployment, code)| Ok(ContractStatus { deployment: *deployment, found: code_hash_of(code)? }))
        .collect()
}

/// The call for the code at an address.
pub(crate) fn code_call(address: Address) -> Call {
    Call::new("eth_getCode", json!([address, "latest"]))
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

/// Returns what Quorate deploys for a kind.
fn artifact_of(kind: Kind) -> Option<&'static Artifact> {
    Some(match kind {
        Kind::Singleton(Flavor::L1) => &artifact::MULTISIG,
        Kind::Singleton(Flavor::L2) => &artifact::MULTISIG_L2,
        Kind::ProxyFactory => &artifact::MULTISIG_PROXY_FACTORY,
        Kind::MultiSend => &artifact::MULTI_SEND,
        Kind::MultiSendCallOnly => &artifact::MULTI_SEND_CALL_ONLY,
        Kind::FallbackHandler => &artifact::FALLBACK_HANDLER,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_of_quorate_is_deployed_by_its_own_code() {
        for deployment in Deployments::of(Family::Quorate).contracts() {
            let artifact = artifact_of(deployment.kind).unwrap();
            let address = deployer::address_of(B256::ZERO, artifact.creation_code_hash());
            assert_eq!(address, deployment.address, "{}", artifact.name());
        }
    }
}
