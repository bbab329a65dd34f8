//! Reading Safes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use alloy::primitives::{Address, Bytes, U256};
use anvil_fixtures::{ACCOUNTS, Contents, Fixtures};
use common::{
    admin, chain, funded, plan, rpc,
    server::{Reply, Server, forward},
    spec,
};
use quorate_chain::{MAX_OWNERS, ReadError, read, read_state, read_state_at};
use quorate_contracts::{Deployments, Family, Flavor, deployment::identify};
use quorate_core::SafeId;
use serde_json::json;

#[tokio::test]
async fn a_safe_of_every_family_is_read_in_one_request() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        let spec = spec(family, 3, 2);
        let created = funded(&chain, &spec).await;
        let safe = SafeId::new(chain.chain_id(), created.address);

        let rpc = rpc(chain.url());
        let reading = read(&rpc, safe).await.unwrap();
        assert_eq!(rpc.usage().requests, 1, "{family}");
        let state = reading.state;
        let set = Deployments::of(family);
        assert_eq!((state.safe, state.version), (safe, family.version()), "{family}");
        assert_eq!(state.owners.iter().map(|owner| owner.address).collect::<Vec<_>>(), spec.owners);
        assert!(state.owners.iter().all(|owner| !owner.is_contract()));
        assert_eq!((state.threshold, state.nonce), (2, U256::ZERO));
        assert_eq!(state.singleton.address, set.singleton(Flavor::L2).address);
        assert_eq!(state.singleton.code_hash, Some(set.singleton(Flavor::L2).code_hash));
        let handler = state.fallback_handler.unwrap();
        assert_eq!((handler.address, handler.code_hash), {
            let known = set.fallback_handler();
            (known.address, Some(known.code_hash))
        });
        assert_eq!((state.modules.len(), state.guard, state.module_guard), (0, None, None));
        assert_eq!(state.balance, U256::from(10).pow(U256::from(18)));
        assert_eq!(identify(reading.proxy_code_hash).unwrap().family, family);

        let block = admin(&chain, "eth_getBlockByNumber", json!(["latest", false])).await;
        assert_eq!(block["hash"], json!(state.block.hash));
        assert_eq!(block["timestamp"], json!(U256::from(state.block.timestamp)));
    }
}

#[tokio::test]
async fn a_safe_is_read_as_it_was() {
    let chain = chain(Contents::Quorate).await;
    let spec = spec(Family::Quorate, 2, 1);
    let safe = plan(&chain, &spec).safe;
    let created = funded(&chain, &spec).await;
    assert_eq!(created.state.balance, U256::ZERO);
    let rpc = rpc(chain.url());
    assert_ne!(read_state(&rpc, safe).await.unwrap().balance, U256::ZERO);
    let before = rpc.usage().requests;
    assert_eq!(read_state_at(&rpc, safe, created.state.block).await.unwrap(), created.state);
    assert_eq!(rpc.usage().requests - before, 1);
}

#[tokio::test]
async fn a_node_that_moves_on_in_between_is_asked_again_about_one_block() {
    let chain = chain(Contents::Quorate).await;
    let spec = spec(Family::Quorate, 2, 1);
    let created = funded(&chain, &spec).await;
    // The node describes the block before the payment, and runs the reader at the block after it.
    let (url, number) = (chain.url().to_owned(), U256::from(created.state.block.number));
    let server = Server::start(move |_, mut body| {
        let url = url.clone();
        for call in body.as_array_mut().into_iter().flatten() {
            if call["method"] == "eth_getBlockByNumber" {
                call["params"][0] = json!(number);
            }
        }
        Box::pin(async move { Reply::json(&forward(url, body).await) })
    })
    .await;
    let rpc = rpc(server.url());
    let state = read_state(&rpc, plan(&chain, &spec).safe).await.unwrap();
    assert_eq!(state, created.state);
    assert_eq!(rpc.usage().requests, 2);
}

#[tokio::test]
async fn a_safe_with_as_many_owners_as_can_be_made_can_be_read() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        let mut spec = spec(family, 1, 1);
        spec.owners = (1..=MAX_OWNERS).map(|it| Address::from_word(U256::from(it + 0x1000).into())).collect();
        let created = funded(&chain, &spec).await;
        assert_eq!(created.state.owners.iter().map(|owner| owner.address).collect::<Vec<_>>(), spec.owners);
    }
}

#[tokio::test]
async fn what_is_no_safe_here_is_told_apart() {
    let chain = chain(Contents::Quorate).await;
    let rpc = rpc(chain.url());
    let nobody = SafeId::new(chain.chain_id(), Address::repeat_byte(7));
    assert_eq!(read_state(&rpc, nobody).await, Err(ReadError::NoCode(nobody)));
    let token = SafeId::new(chain.chain_id(), Fixtures::get().token);
    assert_eq!(read_state(&rpc, token).await, Err(ReadError::NotASafe(token)));
    // A singleton answers as a Safe does, but it can never be set up: it has a threshold and no owners.
    let singleton = Deployments::of(Family::Quorate).singleton(Flavor::L2).address;
    let singleton = SafeId::new(chain.chain_id(), singleton);
    assert!(read_state(&rpc, singleton).await.is_err());
    let elsewhere = SafeId::new(1, Address::repeat_byte(7));
    let found = U256::from(chain.chain_id());
    assert_eq!(read_state(&rpc, elsewhere).await, Err(ReadError::WrongChain { expected: 1, found }));
}

#[tokio::test]
async fn a_key_that_delegates_is_no_contract() {
    let chain = chain(Contents::Quorate).await;
    let spec = spec(Family::Quorate, 2, 1);
    let safe = plan(&chain, &spec).safe;
    funded(&chain, &spec).await;
    let target = Fixtures::get().delegate_target;
    let code: Bytes = [&[0xef, 0x01, 0x00], target.as_slice()].concat().into();
    admin(&chain, "anvil_setCode", json!([ACCOUNTS[0].address, code])).await;
    let state = read_state(&rpc(chain.url()), safe).await.unwrap();
    assert_eq!(state.owners[0].delegate, Some(target));
    assert!(state.owners[0].code_hash.is_some() && !state.owners[0].is_contract());
    assert_eq!(state.owners[1].delegate, None);
}
