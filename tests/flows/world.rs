//! The chain, as one flow sees it.

use std::sync::Arc;

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256, keccak256, utils::parse_ether},
    rpc::{client::RpcClient, types::TransactionReceipt},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
    transports::http::{Http, reqwest},
};
use anvil_fixtures::{Chain, Options};
use quorate_chain::{Payload, Receipt, Revert, Rpc, RpcOptions, SendError, Sender, Status};
use quorate_contracts::{Artifact, bindings::IERC20, deployer};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

/// The chain that the flows share. It is never dropped; anvil ends with this process.
static SHARED: OnceCell<Arc<Chain>> = OnceCell::const_new();

/// A connection to a chain, and an account that pays for what a flow sends.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Kept so that the chain lives as long as whoever uses it.
    chain: Arc<Chain>,
    client: RpcClient,
    rpc: Rpc,
    seed: String,
    payer: Sender,
}

impl World {
    /// Connects to the shared chain. Every seed has a payer, keys and Safes of its own.
    pub(crate) async fn open(seed: &str) -> Self {
        let start = || async { Arc::new(Chain::start(&Options::default()).await.unwrap()) };
        Self::on(Arc::clone(SHARED.get_or_init(start).await), seed).await
    }

    /// Connects to a chain that nobody else uses.
    pub(crate) async fn alone(seed: &str) -> Self {
        Self::on(Arc::new(Chain::start(&Options::default()).await.unwrap()), seed).await
    }

    async fn on(chain: Arc<Chain>, seed: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let client = RpcClient::new(Http::with_client(http, chain.url().parse().unwrap()), true);
        let rpc = Rpc::connect(chain.url(), RpcOptions::default()).unwrap();
        let payer = Sender::new(rpc.clone(), key(seed, "payer"));
        let world = Self { chain, client, rpc, seed: seed.to_owned(), payer };
        world.endow(world.payer.address()).await;
        world
    }

    pub(crate) fn chain_id(&self) -> u64 {
        self.chain.chain_id()
    }

    pub(crate) const fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// Returns who deploys, funds and executes unless the flow says otherwise; no owner of anything.
    pub(crate) const fn payer(&self) -> &Sender {
        &self.payer
    }

    /// Returns a key that belongs to this flow alone. Its account has nothing.
    pub(crate) fn key(&self, name: &str) -> PrivateKeySigner {
        key(&self.seed, name)
    }

    /// Returns an address without a key that nobody has used.
    pub(crate) fn address(&self, name: &str) -> Address {
        Address::from_word(keccak256(format!("{}: address {name}", self.seed)))
    }

    /// Returns a number that belongs to this flow alone.
    pub(crate) fn number(&self, name: &str) -> U256 {
        keccak256(format!("{}: number {name}", self.seed)).into()
    }

    /// Makes a sender of `key`, with ETH.
    pub(crate) async fn sender(&self, key: PrivateKeySigner) -> Sender {
        self.endow(key.address()).await;
        Sender::new(self.rpc.clone(), key)
    }

    async fn endow(&self, account: Address) {
        let wei = parse_ether("1000").unwrap();
        let _: Value = self.control("anvil_setBalance", json!([account, wei])).await;
    }

    /// Asks what only a test asks.
    pub(crate) async fn control(&self, method: &'static str, params: Value) -> Value {
        self.client.request(method, params).await.unwrap()
    }

    /// Sends as the payer; it has to succeed.
    pub(crate) async fn send(&self, to: Address, value: U256, data: impl Into<Bytes>) -> Receipt {
        self.send_as(&self.payer, to, value, data).await.unwrap()
    }

    /// Sends; if it is mined, it has to succeed.
    pub(crate) async fn send_as(
        &self,
        sender: &Sender,
        to: Address,
        value: U256,
        data: impl Into<Bytes>,
    ) -> Result<Receipt, SendError> {
        let receipt = sender.send(self.chain_id(), &Payload { to, value, data: data.into() }).await?;
        assert_eq!(receipt.status, Status::Success);
        Ok(receipt)
    }

    /// Deploys a contract that belongs to this flow alone.
    pub(crate) async fn deploy(&self, artifact: &Artifact, arguments: &[u8]) -> Address {
        let salt = keccak256(&self.seed);
        let creation_code = [artifact.creation_code(), arguments].concat();
        self.send(deployer::ADDRESS, U256::ZERO, deployer::call(salt, &creation_code)).await;
        deployer::address_of(salt, keccak256(creation_code))
    }

    /// Asks a contract and decodes its answer.
    pub(crate) async fn ask<C: SolCall>(&self, to: Address, call: C) -> C::Return {
        let answer = self.call(Address::ZERO, to, call.abi_encode()).await.unwrap();
        C::abi_decode_returns(&answer).unwrap()
    }

    /// Calls without sending.
    pub(crate) async fn call(&self, from: Address, to: Address, data: impl Into<Bytes>) -> Result<Bytes, Revert> {
        let data: Bytes = data.into();
        let request = json!([{ "from": from, "to": to, "data": data }, "latest"]);
        self.client.request("eth_call", request).await.map_err(|error| {
            let response = error.as_error_resp().expect("the node answers");
            assert!(response.message.contains("revert"), "{error}");
            Revert::decode(&response.as_revert_data().unwrap_or_default())
        })
    }

    /// Returns wei.
    pub(crate) async fn balance(&self, account: Address) -> U256 {
        self.client.request("eth_getBalance", json!([account, "latest"])).await.unwrap()
    }

    /// Returns units of an ERC-20.
    pub(crate) async fn tokens(&self, token: Address, account: Address) -> U256 {
        self.ask(token, IERC20::balanceOfCall { account }).await
    }

    /// Returns how many transactions an account has sent.
    pub(crate) async fn sent(&self, account: Address) -> u64 {
        let count: U64 = self.client.request("eth_getTransactionCount", json!([account, "pending"])).await.unwrap();
        count.to()
    }

    pub(crate) async fn receipt(&self, tx_hash: B256) -> TransactionReceipt {
        self.client.request("eth_getTransactionReceipt", [tx_hash]).await.unwrap()
    }
}

fn key(seed: &str, name: &str) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256(format!("{seed}: key {name}"))).unwrap()
}
