//! A chain, its accounts, and Safes on it.

#![allow(dead_code, reason = "each test uses a part of this")]

pub(crate) mod server;

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    rpc::client::RpcClient,
    signers::{SignerSync, local::PrivateKeySigner},
    transports::http::{Http, reqwest},
};
use anvil_fixtures::{ACCOUNTS, Account, Chain, Contents, Options};
use quorate_chain::{
    Created, Handler, Payload, Plan, Rpc, RpcOptions, SafeSpec, Sender, confirm, create_safe, read_state,
};
use quorate_contracts::{Family, Flavor};
use quorate_core::{Quorate, SafeId, SafeTx, Signature, SignatureSet};
use serde_json::Value;

/// Starts a chain.
pub(crate) async fn chain(contents: Contents) -> Chain {
    Chain::start(&Options { contents, ..Options::default() }).await.unwrap()
}

/// Speaks to a node.
pub(crate) fn rpc(url: &str) -> Rpc {
    Rpc::connect(url, RpcOptions { timeout: Duration::from_secs(20), retries: 1 }).unwrap()
}

/// The wallet of one of anvil's accounts.
pub(crate) fn wallet(account: &Account) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&account.key).unwrap()
}

/// Sends as one of anvil's accounts, with its own counter of requests.
pub(crate) fn sender(url: &str, account: &Account) -> Sender {
    Sender::new(rpc(url), wallet(account))
}

/// Describes a Safe of the first accounts.
pub(crate) fn spec(family: Family, owners: usize, threshold: u64) -> SafeSpec {
    SafeSpec {
        family,
        flavor: Flavor::L2,
        copies: Default::default(),
        owners: ACCOUNTS[..owners].iter().map(|account| account.address).collect(),
        threshold,
        fallback_handler: Handler::OfFamily,
        salt_nonce: U256::ZERO,
    }
}

pub(crate) fn plan(chain: &Chain, spec: &SafeSpec) -> Plan {
    spec.plan(chain.chain_id()).unwrap()
}

/// Makes a Safe and gives it one ether.
pub(crate) async fn funded(chain: &Chain, spec: &SafeSpec) -> Created {
    let sender = sender(chain.url(), &ACCOUNTS[9]);
    let created = create_safe(&sender, &plan(chain, spec)).await.unwrap();
    let ether = U256::from(10).pow(U256::from(18));
    let payload = Payload { to: created.address, value: ether, data: Bytes::new() };
    sender.send(chain.chain_id(), &payload).await.unwrap();
    created
}

/// Signs a hash as EIP-712 signers do.
pub(crate) fn sign(account: &Account, hash: B256) -> Signature {
    Signature::from_bytes(&wallet(account).sign_hash_sync(&hash).unwrap().as_bytes()).unwrap()
}

/// Gathers the confirmations of `signers` for a transaction of a Safe, as it is now.
pub(crate) async fn quorate(url: &str, safe: SafeId, tx: SafeTx, signers: &[Account]) -> Quorate {
    let rpc = rpc(url);
    let state = read_state(&rpc, safe).await.unwrap();
    let hash = tx.hash(&state.domain().unwrap());
    let mut signatures = SignatureSet::new(*hash.digest());
    for signer in signers {
        signatures.insert(sign(signer, hash.hash())).unwrap();
    }
    let standing = confirm(&rpc, &state, &signatures, None).await.unwrap();
    assert_eq!(standing.rejected, []);
    Quorate::new(tx, &state, standing.confirmed).unwrap()
}

/// What only a test asks of anvil.
pub(crate) async fn admin(chain: &Chain, method: &'static str, params: Value) -> Value {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let client = RpcClient::new(Http::with_client(http, chain.url().parse().unwrap()), true);
    client.request(method, params).await.unwrap()
}

/// How many transactions an account has sent.
pub(crate) async fn sent(chain: &Chain, address: Address) -> U256 {
    let count = admin(chain, "eth_getTransactionCount", serde_json::json!([address, "pending"])).await;
    serde_json::from_value(count).unwrap()
}

/// Wei that an account has.
pub(crate) async fn balance(chain: &Chain, address: Address) -> U256 {
    let balance = admin(chain, "eth_getBalance", serde_json::json!([address, "latest"])).await;
    serde_json::from_value(balance).unwrap()
}
