//! How a transaction with enough confirmations is executed.

use alloy::{
    primitives::{Address, B256, Bytes, ChainId, U64, U256},
    sol_types::SolCall,
};
use quorate_contracts::{bindings::IMultisig, calls::exec_call};
use quorate_core::{GsCode, Quorate, SafeId};
use serde_json::json;

use crate::{
    block::chain_id,
    fees::with_margin,
    ladder::{Tried, probe, rungs},
    outcome::{ExecutionResult, Outcome, execution},
    reason::{reason_now, reason_of_mined},
    receipt::{Receipt, Status},
    revert::Revert,
    rpc::{Answer, Call, Rpc, RpcError},
    send_error::SendError,
    sender::{Estimate, Payload, Sender, Terms, estimate_call, estimate_call_at, estimate_of, revert_of},
};

/// Why a transaction was not executed, or what is not known of it.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The node did not answer, or nothing could be sent, or what became of it is not known.
    #[error(transparent)]
    Send(SendError),
    /// A confirmation counts only if another account sends the transaction; nothing was sent.
    #[error("{expected} has to send this transaction, for it confirms by that; {found} would send it")]
    WrongExecutor {
        /// Who has to send it.
        expected: Address,
        /// Who would.
        found: Address,
    },
    /// There is no such Safe on the node's chain; nothing was sent.
    #[error("{0} does not answer as a Safe does")]
    NotASafe(SafeId),
    /// The Safe has moved on since the transaction was found to be ready; nothing was sent.
    #[error("the nonce of the transaction is {nonce}, and the Safe's next one is {next}")]
    NotNext {
        /// Nonce of the transaction.
        nonce: U256,
        /// Nonce of the Safe.
        next: U256,
    },
    /// It would revert; nothing was sent.
    #[error("the transaction would revert: {0}")]
    Reverts(Revert),
    /// It would revert because its inner call fails; nothing was sent. Only Safes up to 1.4.1 tell the two apart.
    #[error("the transaction would revert, for its inner call fails: {reason}")]
    InnerReverts {
        /// Why the inner call fails.
        reason: Revert,
    },
    /// It was sent, and is not mined yet.
    #[error("the transaction {tx_hash} was sent, and was not mined within {waited_ms} ms")]
    NotMined {
        /// Hash of the outer transaction.
        tx_hash: B256,
        /// How long was waited.
        waited_ms: u128,
    },
    /// It was mined and reverted: the Safe's nonce is not used, the sender's gas is.
    #[error("the transaction {tx_hash} was mined and reverted: {}", reason.as_ref().map_or_else(|| "the node does not say why".to_owned(), ToString::to_string))]
    Reverted {
        /// Hash of the outer transaction.
        tx_hash: B256,
        /// Height of the block that it is in.
        block: u64,
        /// Gas that it used.
        gas_used: u64,
        /// Why, as far as running it again just before tells.
        reason: Option<Revert>,
    },
    /// It was mined, and the Safe says nothing of it: what stands at the address is no Safe, or the node lies.
    #[error("the transaction {tx_hash} was mined, and the Safe says nothing of it")]
    NoEvent {
        /// Hash of the outer transaction.
        tx_hash: B256,
    },
}

impl From<SendError> for ExecuteError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::NotMined { tx_hash, waited_ms } => Self::NotMined { tx_hash, waited_ms },
            SendError::Reverts(revert) => Self::Reverts(revert),
            error => Self::Send(error),
        }
    }
}

impl From<RpcError> for ExecuteError {
    fn from(error: RpcError) -> Self {
        Self::Send(error.into())
    }
}

/// Estimates, in one request, the gas that `from` needs to execute a transaction; the margin is in it. A refund in the
/// native token takes a second request.
///
/// # Errors
///
/// [`ExecuteError`] when it cannot be executed.
pub async fn estimate(rpc: &Rpc, quorate: &Quorate, from: Address) -> Result<u64, ExecuteError> {
    expect_executor(quorate, from)?;
    let payload = payload(quorate);
    let price = Call::new("eth_gasPrice", json!([]));
    let mut calls = vec![chain_id(), nonce_call(quorate), estimate_call(from, &payload), price];
    calls.extend(rungs(quorate.tx(), from, &payload));
    let mut answers = rpc.ask_all(&calls).await?;
    let ladder = answers.split_off(answers.len().min(4));
    let [chain, nonce, estimate, price] = answers.try_into().map_err(|_| rpc.malformed("a batch"))?;
    let (expected, found): (_, ChainId) = (quorate.safe().chain_id, chain.read::<U64>()?.to());
    if found != expected {
        return Err(SendError::WrongChain { expected, found }.into());
    }
    expect_nonce(quorate, nonce)?;
    let price_wei = price.read::<U256>()?.saturating_to();
    let estimate = priced(rpc, quorate, from, price_wei, estimate_of(estimate)?).await?;
    gas_limit(rpc, quorate, from, estimate, Tried::of(ladder), |gas| Ok(with_margin(gas))).await
}

/// Executes a transaction and waits for its outcome.
///
/// Three HTTP requests where blocks come quickly, and one more to learn why an inner call failed. Nothing is sent when
/// the transaction would revert. It is sent once: this does not make up for a failure by sending again.
///
/// # Errors
///
/// [`ExecuteError`]; its variants say whether something was sent. An inner call that failed without reverting the whole
/// is an [`Outcome`], not an error.
pub async fn execute(sender: &Sender, quorate: &Quorate) -> Result<Outcome, ExecuteError> {
    prepare_execution(sender, quorate).await?.send().await
}

/// A transaction that can be executed now, and is not sent yet.
///
/// What it was prepared with grows old: fees rise, and nonces are used. It is to be sent at once, or prepared anew.
#[derive(Debug)]
pub struct Prepared<'a> {
    sender: &'a Sender,
    quorate: &'a Quorate,
    payload: Payload,
    terms: Terms,
    gas: u64,
    max_cost_wei: U256,
    inner_call_fails: bool,
}

impl Prepared<'_> {
    /// Returns whether the inner call fails as things are and the Safe swallows that: the nonce would be used, and the
    /// sender's gas, and nothing done. Where the failure would revert the whole, there is nothing prepared.
    #[must_use]
    pub const fn inner_call_fails(&self) -> bool {
        self.inner_call_fails
    }

    /// Finds out, in one HTTP request, why the inner call fails; `None` when the node does not tell.
    pub async fn inner_failure(&self) -> Option<Revert> {
        let (quorate, sender) = (self.quorate, self.sender);
        reason_now(sender.rpc(), quorate.safe().address, quorate.tx(), sender.address()).await
    }

    /// Returns the most that the sender pays for the gas, in wei.
    ///
    /// What a rollup charges for the data of the transaction beside its gas is not in it, nor is a refund by the Safe.
    #[must_use]
    pub const fn max_cost_wei(&self) -> U256 {
        self.max_cost_wei
    }

    /// Sends it, once, and waits for its outcome.
    ///
    /// # Errors
    ///
    /// As [`execute`].
    pub async fn send(mut self) -> Result<Outcome, ExecuteError> {
        let sent = self.sender.submit(&mut self.terms, &self.payload, self.gas).await?;
        let receipt = self.sender.mined(sent).await?;
        outcome(self.sender, self.quorate, &self.payload, receipt).await
    }

    /// Sends it, once, and does not wait: returns the hash of the outer transaction, whose outcome is not known.
    ///
    /// # Errors
    ///
    /// As [`execute`], as far as sending goes.
    pub async fn submit(mut self) -> Result<B256, ExecuteError> {
        Ok(self.sender.submit(&mut self.terms, &self.payload, self.gas).await?.tx_hash)
    }
}

/// Learns what it takes to execute a transaction, without sending it.
///
/// One HTTP request, and another one for a refund in the native token.
///
/// # Errors
///
/// [`ExecuteError`]; nothing was sent.
pub async fn prepare_execution<'a>(sender: &'a Sender, quorate: &'a Quorate) -> Result<Prepared<'a>, ExecuteError> {
    expect_executor(quorate, sender.address())?;
    let rpc = sender.rpc();
    let payload = payload(quorate);
    let mut extra = vec![nonce_call(quorate)];
    extra.extend(rungs(quorate.tx(), sender.address(), &payload));
    extra.extend(probe(quorate.tx(), sender.address(), &payload));
    let (terms, estimates, answers) =
        sender.prepare(quorate.safe().chain_id, std::slice::from_ref(&payload), &extra).await?;
    let mut answers = answers.into_iter();
    let (Some(estimate), Some(nonce)) = (estimates.into_iter().next(), answers.next()) else {
        return Err(rpc.malformed("a batch").into());
    };
    expect_nonce(quorate, nonce)?;
    let estimate = priced(rpc, quorate, sender.address(), terms.max_price(), estimate).await?;
    let margin = |gas| terms.with_margin(gas).map_err(SendError::from);
    let mut tried = Tried::of(answers.collect());
    if !quorate.tx().gas_price.is_zero() {
        // That was without a limit.
        tried.lowest = 0;
    }
    let gas = gas_limit(rpc, quorate, sender.address(), estimate, tried, margin).await?;
    let max_cost_wei = sender.cost(&terms, &payload, gas)?;
    Ok(Prepared { sender, quorate, payload, terms, gas, max_cost_wei, inner_call_fails: tried.fails })
}

/// Reads what became of a mined transaction.
async fn outcome(
    sender: &Sender,
    quorate: &Quorate,
    payload: &Payload,
    receipt: Receipt,
) -> Result<Outcome, ExecuteError> {
    let rpc = sender.rpc();
    let Receipt { tx_hash, block_number: block, block_hash, status, gas_used, logs } = receipt;
    if status == Status::Reverted {
        let reason = replay_outer(rpc, sender.address(), payload, block).await;
        return Err(ExecuteError::Reverted { tx_hash, block, gas_used, reason });
    }
    let safe = quorate.safe().address;
    let execution = execution(&logs, safe, quorate.hash().hash()).ok_or(ExecuteError::NoEvent { tx_hash })?;
    let result = if execution.succeeded {
        ExecutionResult::Success
    } else {
        let reason = reason_of_mined(rpc, safe, quorate.tx(), sender.address(), tx_hash, block).await;
        ExecutionResult::Failed { reason }
    };
    Ok(Outcome { tx_hash, block, block_hash, gas_used, result, payment: execution.payment })
}

fn payload(quorate: &Quorate) -> Payload {
    Payload { to: quorate.safe().address, value: U256::ZERO, data: exec_call(quorate.tx(), &quorate.blob()) }
}

fn nonce_call(quorate: &Quorate) -> Call {
    let data = Bytes::from(IMultisig::nonceCall {}.abi_encode());
    Call::new("eth_call", json!([{ "to": quorate.safe().address, "data": data }, "latest"]))
}

fn expect_executor(quorate: &Quorate, found: Address) -> Result<(), ExecuteError> {
    match quorate.executor() {
        Some(expected) if expected != found => Err(ExecuteError::WrongExecutor { expected, found }),
        _ => Ok(()),
    }
}

/// Compares the Safe's nonce with the transaction's, which the contract itself would only call a wrong signature.
fn expect_nonce(quorate: &Quorate, answer: Answer) -> Result<(), ExecuteError> {
    let word = match answer.read_or_refusal::<Bytes>()? {
        Ok(word) => <[u8; 32]>::try_from(word.as_ref()).ok(),
        Err(refusal) if refusal.is_revert() => None,
        Err(refusal) => return Err(SendError::Unprepared(Box::new(refusal)).into()),
    };
    let next = U256::from_be_bytes(word.ok_or_else(|| ExecuteError::NotASafe(quorate.safe()))?);
    let nonce = quorate.tx().nonce;
    if nonce == next { Ok(()) } else { Err(ExecuteError::NotNext { nonce, next }) }
}

/// Estimates anew, at the price that is paid, where that matters: a refund in the native token is capped by it, and a
/// node that estimates without a price takes it to be zero.
async fn priced(
    rpc: &Rpc,
    quorate: &Quorate,
    from: Address,
    price_wei: u128,
    estimate: Estimate,
) -> Result<Estimate, ExecuteError> {
    let tx = quorate.tx();
    if tx.gas_price.is_zero() || !tx.gas_token.is_zero() {
        return Ok(estimate);
    }
    let [answer] = rpc.ask([estimate_call_at(from, &payload(quorate), price_wei)]).await?;
    Ok(estimate_of(answer)?)
}

/// Works out the gas limit, or why it would revert.
async fn gas_limit(
    rpc: &Rpc,
    quorate: &Quorate,
    from: Address,
    estimate: Estimate,
    tried: Tried,
    margin: impl FnOnce(u64) -> Result<u64, SendError>,
) -> Result<u64, ExecuteError> {
    match estimate {
        Estimate::Gas(gas) => Ok(margin(gas)?.max(tried.lowest)),
        Estimate::Reverts(revert @ Revert::Safe(GsCode::InnerCallFailed)) => {
            match reason_now(rpc, quorate.safe().address, quorate.tx(), from).await {
                Some(reason) => Err(ExecuteError::InnerReverts { reason }),
                None => Err(ExecuteError::Reverts(revert)),
            }
        }
        Estimate::Reverts(revert) => Err(ExecuteError::Reverts(revert)),
    }
}

/// Runs the outer transaction again, at the block before the one in which it reverted.
async fn replay_outer(rpc: &Rpc, from: Address, payload: &Payload, block_number: u64) -> Option<Revert> {
    let Payload { to, value, data } = payload;
    let request = json!({ "from": from, "to": to, "value": value, "data": data });
    let before = json!(U256::from(block_number.saturating_sub(1)));
    let [answer] = rpc.ask([Call::new("eth_call", json!([request, before]))]).await.ok()?;
    let refusal = answer.read_or_refusal::<Bytes>().ok()?.err().filter(crate::NodeError::is_revert)?;
    Some(revert_of(&refusal))
}
