//! Two chains that differ in nothing but the code of the multisig.

use std::time::Duration;

use alloy::{
    primitives::{Address, B256, Bytes, U64},
    rpc::client::RpcClient,
    sol_types::SolCall,
    transports::{
        TransportError,
        http::{Http, reqwest},
    },
};
use anvil_fixtures::{Chain, Options};
use quorate_contracts::{
    Artifact, Deployments, Family, Flavor, Kind, artifact, bindings::IMultisigProxyFactory::proxyCreationCodeCall,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{cast::Cast, random};

/// Both chains. They are started once and stop with the process.
#[derive(Debug)]
pub(crate) struct Worlds {
    official: Chain,
    ours: Chain,
    pub(crate) cast: Cast,
    /// What each world's factory deploys, before the singleton's address: the official one, and ours.
    pub(crate) proxy_creation_codes: [Bytes; 2],
}

/// The code that one world has where the other has other code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared {
    pub(crate) l1: Address,
    pub(crate) l2: Address,
    pub(crate) factory: Address,
    pub(crate) multi_send: Address,
    pub(crate) call_only: Address,
    pub(crate) handler: Address,
    pub(crate) extensible: Address,
    pub(crate) token_callback: Address,
    pub(crate) create_call: Address,
    pub(crate) sign_message_lib: Address,
    pub(crate) accessor: Address,
    pub(crate) migration: Address,
    pub(crate) to_l2_setup: Address,
}

impl Shared {
    /// Returns the addresses, which are those of Safe 1.5.0 in both worlds.
    pub(crate) fn get() -> Self {
        let set = Deployments::of(Family::V1_5_0);
        let address = |kind| set.get(kind).expect("1.5.0 has every contract").address;
        Self {
            l1: address(Kind::Singleton(Flavor::L1)),
            l2: address(Kind::Singleton(Flavor::L2)),
            factory: address(Kind::ProxyFactory),
            multi_send: address(Kind::MultiSend),
            call_only: address(Kind::MultiSendCallOnly),
            handler: address(Kind::FallbackHandler),
            extensible: address(Kind::ExtensibleFallbackHandler),
            token_callback: address(Kind::TokenCallbackHandler),
            create_call: address(Kind::CreateCall),
            sign_message_lib: address(Kind::SignMessageLib),
            accessor: address(Kind::SimulateTxAccessor),
            migration: address(Kind::Migration),
            to_l2_setup: address(Kind::ToL2Setup),
        }
    }

    /// Returns the addresses alone.
    pub(crate) fn addresses() -> impl Iterator<Item = Address> {
        Self::get().quorate().into_iter().map(|(address, _)| address)
    }

    /// Returns where Quorate's contracts stand in for the official ones.
    const fn quorate(self) -> [(Address, &'static Artifact); 13] {
        [
            (self.l1, &artifact::MULTISIG),
            (self.l2, &artifact::MULTISIG_L2),
            (self.factory, &artifact::MULTISIG_PROXY_FACTORY),
            (self.multi_send, &artifact::MULTI_SEND),
            (self.call_only, &artifact::MULTI_SEND_CALL_ONLY),
            (self.handler, &artifact::FALLBACK_HANDLER),
            (self.extensible, &artifact::EXTENSIBLE_FALLBACK_HANDLER),
            (self.token_callback, &artifact::TOKEN_CALLBACK_HANDLER),
            (self.create_call, &artifact::CREATE_CALL),
            (self.sign_message_lib, &artifact::SIGN_MESSAGE_LIB),
            (self.accessor, &artifact::SIMULATE_TX_ACCESSOR),
            (self.migration, &artifact::MIGRATION),
            (self.to_l2_setup, &artifact::TO_L2_SETUP),
        ]
    }

    /// Returns what a constructor at `address` is told: a migration, where it leads.
    fn arguments(self, address: Address) -> Vec<Address> {
        if address == self.migration { vec![self.l1, self.l2, self.handler] } else { Vec::new() }
    }
}

impl Worlds {
    /// Returns the worlds in which nothing is ever mined, which are started by whoever asks first.
    pub(crate) async fn get() -> &'static Self {
        static WORLDS: OnceCell<Worlds> = OnceCell::const_new();
        WORLDS.get_or_init(Self::start).await
    }

    /// Starts two worlds. They stop when they are dropped.
    pub(crate) async fn start() -> Self {
        // Any id below that of the largest known chain: it is part of what is signed.
        let options = Options { chain_id: 1 + random::seed() % (1 << 40), ..Options::default() };
        let (official, ours) = tokio::join!(Chain::start(&options), Chain::start(&options));
        let (official, ours) = (official.expect("anvil starts"), ours.expect("anvil starts"));
        let cast = Cast::new(options.chain_id);
        let mut proxy_creation_codes = Vec::new();
        for (chain, quorate) in [(&official, false), (&ours, true)] {
            let link = Link::new(chain.url());
            cast.prepare(&link).await;
            if quorate {
                let shared = Shared::get();
                for (address, artifact) in shared.quorate() {
                    link.set_code(address, &artifact.runtime_code_with(address, &shared.arguments(address))).await;
                }
            }
            let creation_code = link.proxy_creation_code().await;
            let init_code = [creation_code.as_ref(), Shared::get().l1.into_word().as_slice()].concat();
            proxy_creation_codes.push(creation_code);
            let proxy = link.call(None, &init_code).await;
            for address in cast.proxies() {
                link.set_code(address, &proxy).await;
            }
        }
        let proxy_creation_codes = proxy_creation_codes.try_into().expect("there are two worlds");
        Self { official, ours, cast, proxy_creation_codes }
    }

    /// Connects to both worlds; every test has connections of its own, because it has a runtime of its own.
    pub(crate) fn links(&self) -> Links {
        Links { official: Link::new(self.official.url()), ours: Link::new(self.ours.url()) }
    }

    pub(crate) const fn chain_id(&self) -> u64 {
        self.official.chain_id()
    }
}

/// Connections to both worlds.
#[derive(Debug)]
pub(crate) struct Links {
    pub(crate) official: Link,
    pub(crate) ours: Link,
}

/// A connection to one world.
#[derive(Debug)]
pub(crate) struct Link(RpcClient);

impl Link {
    fn new(url: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client without options can be built");
        Self(RpcClient::new(Http::with_client(http, url.parse().expect("the fixture gives a URL")), true))
    }

    /// Sends one request.
    pub(crate) async fn request(&self, method: &'static str, params: Value) -> Value {
        self.0.request(method, params).await.unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    /// Sends many requests in one, and returns the answer to each in order.
    pub(crate) async fn batch(&self, calls: Vec<(&'static str, Value)>) -> Vec<Result<Value, TransportError>> {
        let mut batch = self.0.new_batch();
        let waiters: Vec<_> = calls
            .iter()
            .map(|(method, params)| batch.add_call::<_, Value>(*method, params).expect("JSON is JSON"))
            .collect();
        batch.send().await.expect("the chain answers");
        let mut answers = Vec::with_capacity(waiters.len());
        for waiter in waiters {
            answers.push(waiter.await);
        }
        answers
    }

    /// Calls a contract, or runs init code.
    pub(crate) async fn call(&self, to: Option<Address>, data: &[u8]) -> Bytes {
        let answer = self.request("eth_call", call_params(to, data)).await;
        answer.as_str().and_then(|hex| hex.parse().ok()).expect("eth_call answers bytes")
    }

    pub(crate) async fn set_code(&self, address: Address, code: &Bytes) {
        self.request("anvil_setCode", json!([address, code])).await;
    }

    /// Sends a transaction from one of anvil's accounts and waits until it is mined.
    pub(crate) async fn send(&self, from: Address, to: Address, data: &[u8]) {
        let transaction =
            json!({ "from": from, "to": to, "data": Bytes::copy_from_slice(data), "gas": U64::from(9_000_000) });
        let hash = self.request("eth_sendTransaction", json!([transaction])).await;
        for _ in 0..1000 {
            let receipt = self.request("eth_getTransactionReceipt", json!([hash])).await;
            if !receipt.is_null() {
                assert_eq!(receipt["status"], "0x1", "{receipt}");
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{hash} was not mined");
    }

    /// Returns what this world's factory says that it deploys.
    async fn proxy_creation_code(&self) -> Bytes {
        let call = proxyCreationCodeCall {}.abi_encode();
        let answer = self.call(Some(Shared::get().factory), &call).await;
        proxyCreationCodeCall::abi_decode_returns(&answer).expect("the factory answers bytes")
    }
}

/// Returns the parameters of an `eth_call` at the latest block.
pub(crate) fn call_params(to: Option<Address>, data: &[u8]) -> Value {
    let mut transaction = json!({ "data": Bytes::copy_from_slice(data) });
    if let Some(to) = to {
        transaction["to"] = json!(to);
    }
    json!([transaction, "latest"])
}

/// Returns the storage slot of `key` in the mapping at `slot`.
pub(crate) fn mapping(key: B256, slot: B256) -> B256 {
    alloy::primitives::keccak256([key.0, slot.0].as_flattened())
}
