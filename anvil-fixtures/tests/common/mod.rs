//! A plain client of the local chain.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256},
    rpc::client::RpcClient,
    sol_types::SolCall,
    transports::{
        TransportError,
        http::{Http, reqwest},
    },
};
use anvil_fixtures::Chain;
use serde_json::{Value, json};

/// Connects to `chain`.
pub(crate) fn client(chain: &Chain) -> RpcClient {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    RpcClient::new(Http::with_client(http, chain.url().parse().unwrap()), true)
}

/// Asks a contract and decodes its answer.
pub(crate) async fn ask<C: SolCall>(client: &RpcClient, to: Address, call: C) -> C::Return {
    let data = Bytes::from(call.abi_encode());
    let answer: Bytes = client.request("eth_call", json!([{ "to": to, "data": data }, "latest"])).await.unwrap();
    C::abi_decode_returns(&answer).unwrap()
}

/// Sends a call from an account of anvil's and returns the receipt.
pub(crate) async fn send<C: SolCall>(client: &RpcClient, from: Address, to: Address, call: C) -> Value {
    let data = Bytes::from(call.abi_encode());
    let transaction = json!({ "from": from, "to": to, "data": data, "gas": U64::from(3_000_000) });
    let hash: B256 = client.request("eth_sendTransaction", [transaction]).await.unwrap();
    // anvil answers before it has mined.
    for _ in 0..1000 {
        let receipt: Value = client.request("eth_getTransactionReceipt", [hash]).await.unwrap();
        if !receipt.is_null() {
            return receipt;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("{hash} was not mined");
}

/// Calls a contract and returns what the chain answers, an error of the call included.
pub(crate) async fn try_call<C: SolCall>(
    client: &RpcClient,
    to: Address,
    call: C,
    gas: u64,
) -> Result<Bytes, TransportError> {
    let data = Bytes::from(call.abi_encode());
    let transaction = json!({ "to": to, "data": data, "gas": U64::from(gas), "value": U256::ZERO });
    client.request("eth_call", json!([transaction, "latest"])).await
}
