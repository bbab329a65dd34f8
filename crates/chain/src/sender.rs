//! Signs here, sends once, and waits.

use std::{fmt, num::NonZeroU64, sync::Arc, time::Duration};

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope, TxLegacy},
    eips::eip2718::Encodable2718,
    network::{Ethereum, EthereumWallet, NetworkWallet, TxSigner},
    primitives::{Address, B256, Bytes, ChainId, Signature, TxKind, U64, U256},
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    block::{Header, chain_id, latest_block},
    fees::{FeeError, FeeOptions, Fees, Suggestion, block_gas, gas_estimate, gas_within, with_margin},
    receipt::Receipt,
    revert::Revert,
    rpc::{Answer, Call, NodeError, Rpc, RpcError},
    send_error::SendError,
    watch::Watch,
};

/// How long a transaction is waited for unless something else is said.
const DEFAULT_PATIENCE: Duration = Duration::from_secs(180);

/// How long to wait before asking for a receipt; a local chain has it by then. Later pauses are twice as long each.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Longest pause before asking for a receipt again.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Calls of [`Sender::prepare`] before those that depend on what is sent.
const TERMS: usize = 6;

/// An account that sends transactions through one endpoint, and pays for them.
#[derive(Clone, Debug)]
pub struct Sender {
    rpc: Rpc,
    wallet: EthereumWallet,
    address: Address,
    fees: FeeOptions,
    patience: Duration,
    pause: Option<Duration>,
    confirmations: NonZeroU64,
    observer: Observer,
}

/// A step of a transaction that whoever sends it is told of at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// It is signed and sent next: from here on, it may be on its way.
    Sending {
        /// Its hash.
        tx_hash: B256,
        /// Most wei that its gas may cost. What a rollup charges for its data beside the gas is not in it.
        max_cost_wei: U256,
    },
    /// The node has it.
    Sent {
        /// Its hash.
        tx_hash: B256,
    },
    /// It is in a block, and more blocks are waited for.
    Mined {
        /// Its hash.
        tx_hash: B256,
        /// Height of the block.
        block: u64,
        /// How many blocks have to come.
        missing: u64,
    },
    /// It was in a block that is none any more: the chain was reorganised. It is waited for anew.
    Dropped {
        /// Its hash.
        tx_hash: B256,
        /// Height that the block had.
        block: u64,
    },
}

/// Who is told of the steps.
#[derive(Clone)]
struct Observer(Arc<dyn Fn(Step) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}

/// What is sent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Payload {
    /// The target.
    pub to: Address,
    /// Wei that go with it.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// What is known before something is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    chain_id: ChainId,
    nonce: u64,
    fees: Fees,
    balance: U256,
    /// Most gas of a block.
    block_gas: u64,
}

impl Terms {
    /// Adds the margin to an estimate, as far as a block has it.
    pub(crate) fn with_margin(&self, estimate: u64) -> Result<u64, FeeError> {
        let estimate = gas_within(U256::from(estimate), self.block_gas)?;
        Ok(with_margin(estimate).min(self.block_gas))
    }

    /// Returns the chain that is sent on.
    pub(crate) const fn chain_id(&self) -> ChainId {
        self.chain_id
    }

    /// Returns the highest price of a unit of gas, in wei.
    pub(crate) const fn max_price(&self) -> u128 {
        self.fees.max_price()
    }
}

/// What an estimation found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Estimate {
    /// This much gas, without a margin.
    Gas(u64),
    /// It would revert.
    Reverts(Revert),
}

/// A transaction on its way.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) tx_hash: B256,
    /// There already, if it was mined at once.
    pub(crate) receipt: Option<Receipt>,
}

impl Sender {
    /// Sends as the wallet's default account.
    #[must_use]
    pub fn new(rpc: Rpc, wallet: impl Into<EthereumWallet>) -> Self {
        let wallet = wallet.into();
        let address = NetworkWallet::<Ethereum>::default_signer_address(&wallet);
        Self {
            rpc,
            wallet,
            address,
            fees: FeeOptions::default(),
            patience: DEFAULT_PATIENCE,
            pause: None,
            confirmations: NonZeroU64::MIN,
            observer: Observer(Arc::new(|_| ())),
        }
    }

    /// Pays as `fees` say.
    #[must_use]
    pub const fn with_fees(mut self, fees: FeeOptions) -> Self {
        self.fees = fees;
        self
    }

    /// Waits `patience` for a transaction to be mined, and again for each further block where more are waited for;
    /// without this, three minutes.
    #[must_use]
    pub const fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Asks every `pause` whether a transaction is mined; without this, soon at first and more seldom later.
    #[must_use]
    pub const fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = Some(pause);
        self
    }

    /// Waits until there are as many blocks as `confirmations`, from that of the transaction on; without this, one.
    ///
    /// With more than one, the receipt is read again once they are there: what a reorganisation has taken back is waited
    /// for anew.
    #[must_use]
    pub const fn with_confirmations(mut self, confirmations: NonZeroU64) -> Self {
        self.confirmations = confirmations;
        self
    }

    /// Tells `observer` of every [`Step`] of every transaction, before going on.
    #[must_use]
    pub fn with_observer(mut self, observer: impl Fn(Step) + Send + Sync + 'static) -> Self {
        self.observer = Observer(Arc::new(observer));
        self
    }

    /// Returns who sends.
    #[must_use]
    pub const fn address(&self) -> Address {
        self.address
    }

    /// Returns the endpoint.
    #[must_use]
    pub const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Sends a plain transaction on chain `chain_id` and waits until it is mined, whether it reverts or not.
    ///
    /// Three HTTP requests where blocks come quickly. It is sent once: it does not make up for a failure by sending
    /// again.
    ///
    /// # Errors
    ///
    /// [`SendError`]; its variants say whether something was sent.
    pub async fn send(&self, chain_id: ChainId, payload: &Payload) -> Result<Receipt, SendError> {
        let (mut terms, estimates, _) = self.prepare(chain_id, std::slice::from_ref(payload), &[]).await?;
        let gas = match estimates.into_iter().next() {
            Some(Estimate::Gas(gas)) => terms.with_margin(gas)?,
            Some(Estimate::Reverts(revert)) => return Err(SendError::Reverts(revert)),
            None => return Err(self.rpc.malformed("a batch").into()),
        };
        let sent = self.submit(&mut terms, payload, gas).await?;
        self.mined(sent).await
    }

    /// Waits until a transaction is mined, whether it reverts or not.
    ///
    /// # Errors
    ///
    /// [`SendError::NotMined`] after `timeout`, [`SendError::Unwatched`] when the node no longer answers.
    pub async fn wait(&self, tx_hash: B256, timeout: Duration) -> Result<Receipt, SendError> {
        self.poll(tx_hash, timeout, NonZeroU64::MIN, &[]).await.map(|(receipt, _)| receipt)
    }

    /// Waits for what was sent until it has its confirmations.
    pub(crate) async fn mined(&self, sent: Sent) -> Result<Receipt, SendError> {
        self.mined_with(sent, &[]).await.map(|(receipt, _)| receipt)
    }

    /// Waits for what was sent until it has its confirmations, and asks `extra` in the request that finds them. `None`
    /// when it was mined at once and that is enough, and so nothing was asked.
    pub(crate) async fn mined_with(
        &self,
        sent: Sent,
        extra: &[Call],
    ) -> Result<(Receipt, Option<Vec<Answer>>), SendError> {
        match sent.receipt {
            Some(receipt) if self.confirmations == NonZeroU64::MIN => Ok((receipt, None)),
            _ => self.settled(sent.tx_hash, extra).await.map(|(receipt, rest)| (receipt, Some(rest))),
        }
    }

    /// Waits for what was sent until it is in a block, however many more are asked for; see [`Sender::settled`].
    pub(crate) async fn mined_once(
        &self,
        sent: Sent,
        extra: &[Call],
    ) -> Result<(Receipt, Option<Vec<Answer>>), SendError> {
        match sent.receipt {
            Some(receipt) => Ok((receipt, None)),
            None => {
                let (receipt, rest) = self.poll(sent.tx_hash, self.patience, NonZeroU64::MIN, extra).await?;
                Ok((receipt, Some(rest)))
            }
        }
    }

    /// Waits for a transaction until it has its confirmations, and asks `extra` in the request that finds them.
    pub(crate) async fn settled(&self, tx_hash: B256, extra: &[Call]) -> Result<(Receipt, Vec<Answer>), SendError> {
        self.poll(tx_hash, self.patience, self.confirmations, extra).await
    }

    /// Returns how many confirmations are waited for.
    pub(crate) const fn confirmations(&self) -> NonZeroU64 {
        self.confirmations
    }

    /// Learns in one request what it takes to send `payloads`, and asks `extra` with it. Without an expected chain, it is
    /// that of the node.
    pub(crate) async fn prepare(
        &self,
        expected: impl Into<Option<ChainId>>,
        payloads: &[Payload],
        extra: &[Call],
    ) -> Result<(Terms, Vec<Estimate>, Vec<Answer>), SendError> {
        let mut calls = vec![
            chain_id(),
            latest_block(),
            Call::new("eth_getTransactionCount", json!([self.address, "pending"])),
            Call::new("eth_getBalance", json!([self.address, "latest"])),
            Call::new("eth_gasPrice", json!([])),
            Call::new("eth_maxPriorityFeePerGas", json!([])),
        ];
        calls.extend(payloads.iter().map(|payload| estimate_call(self.address, payload)));
        calls.extend_from_slice(extra);
        let mut answers = self.rpc.ask_all(&calls).await?;
        if answers.len() != calls.len() {
            return Err(self.rpc.malformed("a batch").into());
        }
        let extra = answers.split_off(TERMS + payloads.len());
        let estimates = answers.split_off(TERMS);
        let answers: [Answer; TERMS] = answers.try_into().map_err(|_| self.rpc.malformed("a batch"))?;
        let terms = self.terms(expected.into(), answers)?;
        let estimates = estimates.into_iter().map(estimate_of).collect::<Result<_, _>>()?;
        Ok((terms, estimates, extra))
    }

    fn terms(&self, expected: Option<ChainId>, answers: [Answer; TERMS]) -> Result<Terms, SendError> {
        let [chain_id, header, nonce, balance, gas_price, priority] = answers;
        let found = chain_id.read::<U64>()?.to();
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(SendError::WrongChain { expected, found });
        }
        let header: Header = header.read()?;
        let suggestion = Suggestion {
            base_fee: header.base_fee_per_gas,
            // Not every node has the method; then the gas price stands in for it.
            priority: priority.read_or_refusal::<U256>()?.ok(),
            gas_price: gas_price.read()?,
        };
        let next = nonce.read::<U64>()?.to();
        Ok(Terms {
            chain_id: found,
            nonce: self.fees.nonce.unwrap_or(next),
            fees: self.fees.choose(suggestion)?,
            balance: balance.read()?,
            block_gas: block_gas(header.gas_limit),
        })
    }

    /// Returns the most that a transaction may cost in gas, if the sender has it.
    pub(crate) fn cost(&self, terms: &Terms, payload: &Payload, gas: u64) -> Result<U256, SendError> {
        let gas_limit = self.fees.gas_limit.unwrap_or(gas);
        let cost = U256::from(gas_limit).saturating_mul(U256::from(terms.fees.max_price()));
        let needed = cost.saturating_add(payload.value);
        if needed > terms.balance {
            return Err(SendError::Funds { sender: self.address, needed, available: terms.balance });
        }
        Ok(cost)
    }

    /// Signs and sends, once; `terms` are those of the next transaction afterwards.
    pub(crate) async fn submit(&self, terms: &mut Terms, payload: &Payload, gas: u64) -> Result<Sent, SendError> {
        let gas_limit = self.fees.gas_limit.unwrap_or(gas);
        let cost = self.cost(terms, payload, gas)?;
        let nonce = terms.nonce;
        let (tx_hash, raw) = self.sign(terms, payload, gas_limit).await?;
        (self.observer.0)(Step::Sending { tx_hash, max_cost_wei: cost });
        let answers =
            self.rpc.send_once([Call::new("eth_sendRawTransaction", json!([raw])), receipt_call(tx_hash)]).await;
        let receipt = match answers {
            Ok([sent, receipt]) => match sent.read_or_refusal::<B256>() {
                // A refusal is not taken on trust: what answers may have passed the transaction on before it gave up.
                Ok(Err(refusal)) if !is_known(&refusal) => match self.find(tx_hash).await {
                    Some(receipt) => receipt,
                    None => return Err(SendError::Refused { tx_hash, error: Box::new(refusal) }),
                },
                Ok(Ok(hash)) if hash != tx_hash => {
                    self.look_up(tx_hash, nonce, self.rpc.malformed("eth_sendRawTransaction")).await?
                }
                Ok(_) => Receipt::parse(&self.rpc, tx_hash, receipt).ok().flatten(),
                Err(error) => self.look_up(tx_hash, nonce, error).await?,
            },
            Err(error) => self.look_up(tx_hash, nonce, error).await?,
        };
        terms.nonce = nonce.saturating_add(1);
        terms.balance -= cost.saturating_add(payload.value);
        (self.observer.0)(Step::Sent { tx_hash });
        Ok(Sent { tx_hash, receipt })
    }

    async fn sign(&self, terms: &Terms, payload: &Payload, gas_limit: u64) -> Result<(B256, Bytes), SendError> {
        let Terms { chain_id, nonce, fees, .. } = *terms;
        let Payload { to, value, data } = payload.clone();
        let to = TxKind::Call(to);
        let envelope = match fees {
            Fees::Legacy { gas_price } => {
                let chain_id = Some(chain_id);
                self.envelope(TxLegacy { chain_id, nonce, gas_price, gas_limit, to, value, input: data }).await
            }
            Fees::Dynamic { max_fee: max_fee_per_gas, priority: max_priority_fee_per_gas } => {
                self.envelope(TxEip1559 {
                    chain_id,
                    nonce,
                    gas_limit,
                    max_fee_per_gas,
                    max_priority_fee_per_gas,
                    to,
                    value,
                    access_list: Default::default(),
                    input: data,
                })
                .await
            }
        };
        let envelope = envelope.map_err(SendError::Sign)?;
        Ok((*envelope.tx_hash(), envelope.encoded_2718().into()))
    }

    async fn envelope<T>(&self, mut tx: T) -> Result<TxEnvelope, alloy::signers::Error>
    where
        T: SignableTransaction<Signature>,
        TxEnvelope: From<alloy::consensus::Signed<T>>,
    {
        let signer = self.wallet.signer_by_address(self.address);
        let signer = signer.ok_or_else(|| alloy::signers::Error::other("the wallet holds no key"))?;
        let signature = signer.sign_transaction(&mut tx).await?;
        Ok(tx.into_signed(signature).into())
    }

    /// Finds out whether a transaction arrived although sending it failed.
    async fn look_up(&self, tx_hash: B256, nonce: u64, error: RpcError) -> Result<Option<Receipt>, SendError> {
        self.find(tx_hash).await.ok_or(SendError::Unknown { tx_hash, nonce, error })
    }

    /// Asks for a transaction; `None` when the node does not know it, or does not say.
    async fn find(&self, tx_hash: B256) -> Option<Option<Receipt>> {
        let call = Call::new("eth_getTransactionByHash", json!([tx_hash]));
        let [transaction, receipt] = self.rpc.ask([call, receipt_call(tx_hash)]).await.ok()?;
        let known = matches!(transaction.read::<Value>(), Ok(Value::Object(_)));
        known.then(|| Receipt::parse(&self.rpc, tx_hash, receipt).ok().flatten())
    }

    async fn poll(
        &self,
        tx_hash: B256,
        patience: Duration,
        wanted: NonZeroU64,
        extra: &[Call],
    ) -> Result<(Receipt, Vec<Answer>), SendError> {
        let unwatched = |error| SendError::Unwatched { tx_hash, error };
        let start = Instant::now();
        let is_deep = wanted > NonZeroU64::MIN;
        // The height first: what is read after it is at least as deep as it says.
        let height: &[Call] = if is_deep { &[Call::new("eth_blockNumber", json!([]))] } else { &[] };
        let calls = [height, &[receipt_call(tx_hash)], extra].concat();
        let mut watch = Watch::new(tx_hash, wanted);
        let mut pause = self.pause.unwrap_or(FIRST_PAUSE);
        loop {
            // The last look is when patience ends, and not a pause before or after that.
            sleep(pause.min(patience.saturating_sub(watch.silence()))).await;
            pause = self.pause.unwrap_or_else(|| (pause * 2).min(LONGEST_PAUSE));
            let mut answers = self.rpc.ask_all(&calls).await.map_err(unwatched)?.into_iter();
            let mut next = || answers.next().ok_or_else(|| unwatched(self.rpc.malformed("a batch")));
            let height = if is_deep { next()?.read::<U64>().map_err(unwatched)?.to() } else { 0 };
            let receipt = Receipt::parse(&self.rpc, tx_hash, next()?).map_err(unwatched)?;
            if let Some(step) = watch.note(height, receipt) {
                (self.observer.0)(step);
            }
            if let Some(receipt) = watch.take_settled() {
                return Ok((receipt, answers.collect()));
            }
            if watch.silence() >= patience {
                return Err(watch.given_up(start.elapsed().as_millis()));
            }
        }
    }
}

/// The call that estimates the gas of a payload.
pub(crate) fn estimate_call(from: Address, payload: &Payload) -> Call {
    let Payload { to, value, data } = payload;
    Call::new("eth_estimateGas", json!([{ "from": from, "to": to, "value": value, "data": data }]))
}

/// The call that estimates the gas of a payload at a price, for a contract that looks at the price.
pub(crate) fn estimate_call_at(from: Address, payload: &Payload, price_wei: u128) -> Call {
    let Payload { to, value, data } = payload;
    let price = U256::from(price_wei);
    Call::new("eth_estimateGas", json!([{ "from": from, "to": to, "value": value, "data": data, "gasPrice": price }]))
}

/// Reads an estimate; a refusal that is no revert is an error.
pub(crate) fn estimate_of(answer: Answer) -> Result<Estimate, SendError> {
    match answer.read_or_refusal::<U256>()? {
        Ok(gas) => Ok(Estimate::Gas(gas_estimate(gas)?)),
        Err(refusal) if refusal.is_revert() => Ok(Estimate::Reverts(revert_of(&refusal))),
        Err(refusal) => Err(SendError::Unprepared(Box::new(refusal))),
    }
}

/// Decodes the revert that a refusal tells of.
pub(crate) fn revert_of(refusal: &NodeError) -> Revert {
    Revert::decode(refusal.data.as_ref().map_or(&[], |data| data.as_ref()))
}

fn receipt_call(tx_hash: B256) -> Call {
    Call::new("eth_getTransactionReceipt", json!([tx_hash]))
}

/// Returns whether a node refuses a transaction because it has it.
fn is_known(refusal: &NodeError) -> bool {
    let message = refusal.message.to_ascii_lowercase();
    message.starts_with("known transaction")
        || ["already known", "already imported", "already_exists"].iter().any(|it| message.contains(it))
}
