//! How a Safe comes to be.

use alloy::primitives::{Address, B256, U256};
use quorate_contracts::{Deployments, Kind};
use quorate_core::{SafeId, SafeState};

use crate::{
    contract_set::{code_call, code_hash_of},
    revert::Revert,
    rpc::{Answer, Rpc, RpcError},
    safe_spec::Plan,
    sender::{Estimate, Payload, SendError, Sender},
    state::{ReadError, Reading, read, reading_of, state_calls},
};

/// A Safe that is there, as planned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Created {
    /// Its address.
    pub address: Address,
    /// What it is, as read after it was made.
    pub state: SafeState,
    /// The transaction that made it; `None` when it was there already.
    pub tx_hash: Option<B256>,
    /// Gas that it took; zero when it was there already.
    pub gas_used: u64,
}

/// Why a Safe was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The node did not answer, or nothing could be sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The Safe could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A contract that the Safe needs is not on this chain, or is another one. A Safe made with it would be nobody's,
    /// or somebody else's.
    #[error("the {kind:?} at {address} has code with the hash {found:?}, and not {expected}")]
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
    /// The fallback handler of choice has no code on this chain.
    #[error("the fallback handler {0} has no code on this chain")]
    HandlerHasNoCode(Address),
    /// Something is at the address that is not, or no longer, what was planned.
    #[error("{safe} is taken, and not set up as planned: {what}")]
    Occupied {
        /// The Safe.
        safe: SafeId,
        /// What differs.
        what: &'static str,
    },
    /// The factory would revert; nothing was sent.
    #[error("the factory would revert: {0}")]
    Reverts(Revert),
    /// The factory reverted.
    #[error("the creation reverted, in {tx_hash}")]
    Reverted {
        /// The transaction.
        tx_hash: B256,
    },
}

impl From<RpcError> for CreateError {
    fn from(error: RpcError) -> Self {
        Self::Send(error.into())
    }
}

/// Makes the planned Safe, unless it is there.
///
/// Before, the code of the factory, of the singleton and of the family's handler is compared with the known one; after,
/// the Safe is read and compared with the plan. Two or three HTTP requests where blocks come quickly, one when the Safe
/// is there.
///
/// # Errors
///
/// [`CreateError`]. The Safe exists after [`CreateError::Occupied`], may exist after [`SendError::Refused`],
/// [`SendError::Unknown`], [`SendError::Unwatched`], [`SendError::NotMined`] and [`CreateError::Read`], and does not otherwise.
pub async fn create_safe(sender: &Sender, plan: &Plan) -> Result<Created, CreateError> {
    let rpc = sender.rpc();
    let payload = Payload { to: plan.factory, value: U256::ZERO, data: plan.call.clone() };
    let addresses = [plan.factory, plan.singleton, plan.fallback_handler];
    let extra: Vec<_> = state_calls(plan.address).into_iter().chain(addresses.map(code_call)).collect();
    let (mut terms, estimates, answers) =
        sender.prepare(plan.safe.chain_id, std::slice::from_ref(&payload), &extra).await?;
    let answers: [Answer; 6] = answers.try_into().map_err(|_| rpc.malformed("a batch"))?;
    let [chain, header, reading, factory, singleton, handler] = answers;

    match reading_of(rpc, plan.safe, chain, header, reading).await {
        Err(ReadError::NoCode(_)) => {}
        found => return Ok(created(plan.as_planned(found)?, None, 0)),
    }
    plan.expect_contracts([factory, singleton, handler])?;
    let gas = match estimates.into_iter().next() {
        Some(Estimate::Gas(gas)) => terms.with_margin(gas).map_err(SendError::from)?,
        Some(Estimate::Reverts(revert)) => return Err(CreateError::Reverts(revert)),
        None => return Err(rpc.malformed("a batch").into()),
    };

    let sent = sender.submit(&mut terms, &payload, gas).await?;
    let (receipt, answers) = sender.mined_with(sent, &state_calls(plan.address)).await?;
    let reading = read_after(rpc, plan, receipt.block_number, answers).await;
    // When the transaction reverted, somebody else may have made the same Safe just before: that is as good.
    if matches!(reading, Err(ReadError::NoCode(_))) {
        return Err(CreateError::Reverted { tx_hash: receipt.tx_hash });
    }
    Ok(created(plan.as_planned(reading)?, Some(receipt.tx_hash), receipt.gas_used))
}

const fn created(state: SafeState, tx_hash: Option<B256>, gas_used: u64) -> Created {
    Created { address: state.safe.address, state, tx_hash, gas_used }
}

/// Reads the Safe at a block that is not before `block_number`.
async fn read_after(
    rpc: &Rpc,
    plan: &Plan,
    block_number: u64,
    answers: Option<Vec<Answer>>,
) -> Result<Reading, ReadError> {
    let answers = answers.and_then(|answers| <[Answer; 3]>::try_from(answers).ok());
    if let Some([chain, header, reading]) = answers
        && let Ok(reading) = reading_of(rpc, plan.safe, chain, header, reading).await
        && reading.state.block.number >= block_number
    {
        return Ok(reading);
    }
    read(rpc, plan.safe).await
}

impl Plan {
    /// Compares what is at the address with the plan.
    fn as_planned(&self, found: Result<Reading, ReadError>) -> Result<SafeState, CreateError> {
        let occupied = |what| CreateError::Occupied { safe: self.safe, what };
        let Reading { state, proxy_code_hash } = match found {
            Ok(reading) => reading,
            Err(ReadError::NotASafe(_)) => return Err(occupied("it is no Safe, or not set up")),
            Err(ReadError::Version { .. }) => return Err(occupied("it is of another version")),
            Err(error) => return Err(error.into()),
        };
        let handler = state.fallback_handler.map_or(Address::ZERO, |handler| handler.address);
        let differs = [
            ("its proxy has other code", proxy_code_hash != self.proxy_code_hash),
            ("it delegates to another singleton", state.singleton.address != self.singleton),
            (
                "it has other owners",
                !state.owners.iter().map(|owner| owner.address).eq(self.spec.owners.iter().copied()),
            ),
            ("it has another threshold", state.threshold != self.spec.threshold),
            ("it has another fallback handler", handler != self.fallback_handler),
            ("it has modules", !state.modules.is_empty()),
            ("it has a guard", state.guard.is_some() || state.module_guard.is_some()),
        ];
        if let Some((what, _)) = differs.iter().find(|(_, differs)| *differs) {
            return Err(occupied(what));
        }
        let expected = Deployments::of(self.spec.family).singleton(self.spec.flavor).code_hash;
        if state.singleton.code_hash != Some(expected) {
            return Err(occupied("its singleton has other code"));
        }
        Ok(state)
    }

    /// Compares the code of the contracts that the Safe needs with the known one.
    ///
    /// A proxy of a singleton without code can be set up by anybody later.
    fn expect_contracts(&self, codes: [Answer; 3]) -> Result<(), CreateError> {
        let set = Deployments::of(self.spec.family);
        let [factory, singleton, handler] = codes.map(code_hash_of);
        let known = set.fallback_handler();
        let mut contracts = vec![(*set.proxy_factory(), factory?), (*set.singleton(self.spec.flavor), singleton?)];
        if self.fallback_handler == known.address {
            contracts.push((*known, handler?));
        } else if !self.fallback_handler.is_zero() && handler?.is_none() {
            return Err(CreateError::HandlerHasNoCode(self.fallback_handler));
        }
        for (deployment, found) in contracts {
            let (kind, address, expected) = (deployment.kind, deployment.address, deployment.code_hash);
            if found != Some(expected) {
                return Err(CreateError::Contract { kind, address, expected, found });
            }
        }
        Ok(())
    }
}
