//! The chain that everything is measured on.

use alloy::{
    primitives::{Address, B256, Bytes, TxKind, U64, U256, keccak256},
    rpc::{client::RpcClient, types::TransactionReceipt},
    transports::http::{Http, reqwest},
};
use anvil_fixtures::{Chain, Contents, Options};
use quorate_contracts::deployer;
use serde_json::{Value, json};

/// More than anything here takes, and less than the limit of a transaction.
const GAS_LIMIT: u64 = 12_000_000;

/// More than the chain asks for at its start, and it asks for less with every block that is nearly empty.
const GAS_PRICE_WEI: u64 = 2_000_000_000;

/// A transaction that an account without a known key sends; anvil does not ask for the signature.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// Who sends it.
    pub from: Address,
    /// Whom it calls; or nobody, and it creates a contract.
    pub to: TxKind,
    /// Wei.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
    /// The first topic of an event that only the hoped-for outcome leaves behind.
    pub proof: Option<B256>,
}

impl Transaction {
    pub(crate) fn request(&self) -> Value {
        let mut request = json!({
            "from": self.from,
            "value": self.value,
            "data": self.data,
            "gas": U64::from(GAS_LIMIT),
            "gasPrice": U64::from(GAS_PRICE_WEI),
        });
        if let TxKind::Call(to) = self.to {
            request["to"] = json!(to);
        }
        request
    }
}

/// A chain that has nothing but the deterministic deployer, and a connection to it.
#[derive(Debug)]
pub(crate) struct Node {
    chain: Chain,
    client: RpcClient,
}

impl Node {
    pub(crate) async fn start() -> Self {
        let chain = Chain::start(&Options { contents: Contents::Nothing, ..Options::default() }).await.unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let client = RpcClient::new(Http::with_client(http, chain.url().parse().unwrap()), true);
        let node = Self { chain, client };
        let _: Value = node.ask("anvil_autoImpersonateAccount", json!([true])).await;
        node
    }

    pub(crate) const fn chain_id(&self) -> u64 {
        self.chain.chain_id()
    }

    pub(crate) async fn ask<T: alloy::rpc::json_rpc::RpcRecv>(&self, method: &'static str, params: Value) -> T {
        self.client.request(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    pub(crate) async fn endow(&self, account: Address, wei: U256) {
        let _: Value = self.ask("anvil_setBalance", json!([account, wei])).await;
    }

    /// Writes a word of storage, as anything that happened before would have.
    pub(crate) async fn store(&self, account: Address, slot: U256, word: U256) {
        let [slot, word] = [slot, word].map(B256::from);
        let _: bool = self.ask("anvil_setStorageAt", json!([account, slot, word])).await;
    }

    pub(crate) async fn code(&self, account: Address) -> Bytes {
        self.ask("eth_getCode", json!([account, "latest"])).await
    }

    pub(crate) async fn set_code(&self, account: Address, code: &Bytes) {
        let _: Value = self.ask("anvil_setCode", json!([account, code])).await;
    }

    pub(crate) async fn call(&self, to: Address, data: Vec<u8>) -> Bytes {
        self.ask("eth_call", json!([{ "to": to, "data": Bytes::from(data) }, "latest"])).await
    }

    /// Sends a transaction in a block of its own; it has to succeed, and to leave its proof behind.
    pub(crate) async fn send(&self, transaction: &Transaction) -> TransactionReceipt {
        let receipt: TransactionReceipt = self.ask("eth_sendTransactionSync", json!([transaction.request()])).await;
        assert!(receipt.status(), "{transaction:?} failed: {receipt:?}");
        let proof = transaction.proof;
        let proven = |topic| receipt.logs().iter().any(|log| log.topic0() == Some(&topic));
        assert!(proof.is_none_or(proven), "{transaction:?} did not do what it should: {receipt:?}");
        receipt
    }

    /// Deploys a contract at an address without a zero byte, which would be cheaper in calldata than another.
    pub(crate) async fn deploy(&self, from: Address, creation_code: &[u8]) -> Address {
        let code_hash = keccak256(creation_code);
        let place = |salt: u64| {
            let salt = U256::from(salt).into();
            (salt, deployer::address_of(salt, code_hash))
        };
        let (salt, address) = (0..).map(place).find(|(_, address)| full(address.as_slice())).unwrap();
        let to = TxKind::Call(deployer::ADDRESS);
        let data = deployer::call(salt, creation_code);
        self.send(&Transaction { from, to, value: U256::ZERO, data, proof: None }).await;
        address
    }
}

/// Returns whether no byte is zero.
///
/// A zero byte of calldata costs 4 gas and any other 16, so an address or a signature that happens to hold one would
/// make a transaction cheaper, and the contract no better.
pub(crate) fn full(bytes: &[u8]) -> bool {
    !bytes.contains(&0)
}
