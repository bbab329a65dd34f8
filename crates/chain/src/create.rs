//! How a Safe comes to be.

use alloy::{
    primitives::{Address, B256, Bytes, ChainId, U256},
    sol_types::SolCall,
};
use quorate_contracts::{Deployments, Family, Flavor, Kind, Set, bindings::IMultisigProxyFactory};
use quorate_core::{SafeId, SafeState};
use serde_json::json;

use crate::{
    contract_set::{code_call, code_hash_of},
    revert::Revert,
    rpc::{Answer, Call, Rpc, RpcError},
    safe_spec::{Plan, SpecError},
    send_error::SendError,
    sender::{Estimate, Payload, Sender, Sent},
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

/// What was done for a planned Safe, before anything is waited for.
#[derive(Clone, Debug)]
pub enum Submission {
    /// Nothing: it is there.
    There(Box<Created>),
    /// The transaction that makes it was sent.
    Sent(Box<Submitted>),
}

/// A Safe whose transaction is on its way. Until it is mined, the Safe is not there.
#[derive(Clone, Debug)]
pub struct Submitted {
    plan: Plan,
    sent: Sent,
}

/// Why a Safe was not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// It cannot be made on the chain of the node; nothing was sent.
    #[error(transparent)]
    Spec(#[from] SpecError),
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
/// [`SendError::Unknown`], [`SendError::Unwatched`], [`SendError::NotMined`], [`SendError::Unconfirmed`] and
/// [`CreateError::Read`], and does not otherwise.
pub async fn create_safe(sender: &Sender, plan: &Plan) -> Result<Created, CreateError> {
    match submit_safe(sender, plan, Some(plan.safe.chain_id)).await? {
        Submission::There(created) => Ok(*created),
        Submission::Sent(submitted) => submitted.wait(sender).await,
    }
}

/// As [`create_safe`], without waiting for what was sent. Without an `expected` chain, the Safe is made on that of the
/// node, whichever chain it was planned for.
///
/// # Errors
///
/// As [`create_safe`], as far as sending goes.
pub async fn submit_safe(sender: &Sender, plan: &Plan, expected: Option<ChainId>) -> Result<Submission, CreateError> {
    let rpc = sender.rpc();
    let payload = Payload { to: plan.factory, value: U256::ZERO, data: plan.call.clone() };
    let addresses = [plan.factory, plan.singleton, plan.fallback_handler];
    let extra: Vec<_> = state_calls(plan.address).into_iter().chain(addresses.map(code_call)).collect();
    let (mut terms, estimates, answers) = sender.prepare(expected, std::slice::from_ref(&payload), &extra).await?;
    let answers: [Answer; 6] = answers.try_into().map_err(|_| rpc.malformed("a batch"))?;
    let [chain, header, reading, factory, singleton, handler] = answers;
    let mut plan = plan.clone();
    if expected.is_none() {
        // Not every chain takes every plan; the address is the same on those that do.
        plan.safe = plan.spec.plan(terms.chain_id())?.safe;
    }

    match reading_of(rpc, plan.safe, chain, header, reading).await {
        Err(ReadError::NoCode(_)) => {}
        found => return Ok(Submission::There(Box::new(created(plan.as_planned(found)?, None, 0)))),
    }
    plan.expect_contracts([factory, singleton, handler])?;
    let gas = match estimates.into_iter().next() {
        Some(Estimate::Gas(gas)) => terms.with_margin(gas).map_err(SendError::from)?,
        Some(Estimate::Reverts(revert)) => return Err(CreateError::Reverts(revert)),
        None => return Err(rpc.malformed("a batch").into()),
    };
    let sent = sender.submit(&mut terms, &payload, gas).await?;
    Ok(Submission::Sent(Box::new(Submitted { plan, sent })))
}

impl Submitted {
    /// Returns the Safe that will be there.
    #[must_use]
    pub const fn safe(&self) -> SafeId {
        self.plan.safe
    }

    /// Returns the hash of the transaction.
    #[must_use]
    pub const fn tx_hash(&self) -> B256 {
        self.sent.tx_hash
    }

    /// Waits until the Safe is there, and compares it with the plan.
    ///
    /// # Errors
    ///
    /// As [`create_safe`].
    pub async fn wait(self, sender: &Sender) -> Result<Created, CreateError> {
        let Self { plan, sent } = self;
        let (receipt, answers) = sender.mined_with(sent, &state_calls(plan.address)).await?;
        let reading = read_after(sender.rpc(), &plan, receipt.block_number, answers).await;
        // When the transaction reverted, somebody else may have made the same Safe just before: that is as good.
        if matches!(reading, Err(ReadError::NoCode(_))) {
            return Err(CreateError::Reverted { tx_hash: receipt.tx_hash });
        }
        Ok(created(plan.as_planned(reading)?, Some(receipt.tx_hash), receipt.gas_used))
    }
}

const fn created(state: SafeState, tx_hash: Option<B256>, gas_used: u64) -> Created {
    Created { address: state.safe.address, state, tx_hash, gas_used }
}

/// Finds the first of a family's sets that is on the node's chain: its factory and both singletons, with their code.
///
/// One HTTP request, and none for a family that has one set. `None` when no set is there.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer.
pub async fn find_set(rpc: &Rpc, family: Family) -> Result<Option<Set>, RpcError> {
    let sets: Vec<_> = Deployments::sets_of(family).collect();
    if let [only] = sets.as_slice() {
        return Ok(Some(only.set));
    }
    let needed = |set: &Deployments| {
        let singletons = Flavor::ALL.map(|flavor| *set.singleton(flavor));
        [&[*set.proxy_factory()], singletons.as_slice()].concat()
    };
    let calls: Vec<_> = sets.iter().flat_map(|set| needed(set)).map(|it| code_call(it.address)).collect();
    let mut codes = rpc.ask_all(&calls).await?.into_iter().map(code_hash_of);
    let mut found = None;
    for set in sets {
        let mut complete = true;
        for deployment in needed(set) {
            let code = codes.next().ok_or_else(|| rpc.malformed("a batch"))??;
            complete &= code == Some(deployment.code_hash);
        }
        found = found.or(complete.then_some(set.set));
    }
    Ok(found)
}

/// Asks a factory for the code that creates its proxies, for [`SingletonCopy`](crate::SingletonCopy). Whether it is the
/// right one is found when the Safe is planned.
///
/// # Errors
///
/// [`RpcError`] when the node does not answer. A factory that is none answers with other code.
pub async fn proxy_creation_code(rpc: &Rpc, factory: Address) -> Result<Bytes, RpcError> {
    let data = Bytes::from(IMultisigProxyFactory::proxyCreationCodeCall {}.abi_encode());
    let [answer] = rpc.ask([Call::new("eth_call", json!([{ "to": factory, "data": data }, "latest"]))]).await?;
    let bytes: Bytes = answer.read()?;
    Ok(IMultisigProxyFactory::proxyCreationCodeCall::abi_decode_returns(&bytes).unwrap_or_default())
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
        let expected = self.spec.deployments()?.singleton(self.spec.flavor).code_hash;
        if state.singleton.code_hash != Some(expected) {
            return Err(occupied("its singleton has other code"));
        }
        Ok(state)
    }

    /// Compares the code of the contracts that the Safe needs with the known one.
    ///
    /// A proxy of a singleton without code can be set up by anybody later.
    fn expect_contracts(&self, codes: [Answer; 3]) -> Result<(), CreateError> {
        let set = self.spec.deployments()?;
        let [factory, singleton, handler] = codes.map(code_hash_of);
        let known = set.fallback_handler();
        let mut contracts = vec![
            (self.factory, set.proxy_factory(), factory?),
            (self.singleton, set.singleton(self.spec.flavor), singleton?),
        ];
        if self.fallback_handler == known.address {
            contracts.push((known.address, known, handler?));
        } else if !self.fallback_handler.is_zero() && handler?.is_none() {
            return Err(CreateError::HandlerHasNoCode(self.fallback_handler));
        }
        for (address, deployment, found) in contracts {
            let (kind, expected) = (deployment.kind, deployment.code_hash);
            if found != Some(expected) {
                return Err(CreateError::Contract { kind, address, expected, found });
            }
        }
        Ok(())
    }
}
