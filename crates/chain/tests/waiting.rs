//! Waiting for what was sent: confirmations, reorganisations, and not at all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::{
    num::NonZeroU64,
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy::primitives::{Address, U256};
use anvil_fixtures::{ACCOUNTS, Chain, Contents};
use common::{
    admin, chain, plan, rpc, sender, sent,
    server::{Reply, Server, calls, forward},
    spec, wallet,
};
use quorate_chain::{
    Payload, RpcError, SendError, Sender, Step, Submission, deploy_contracts, read_here, submit_contracts, submit_safe,
    verify_contracts,
};
use quorate_contracts::Family;
use serde_json::{Value, json};

const PAUSE: Duration = Duration::from_millis(50);

/// Sends as the first account, looks often, and keeps what it is told.
fn watched(url: &str, confirmations: u64) -> (Sender, Arc<Mutex<Vec<Step>>>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let seen = steps.clone();
    let sender = Sender::new(rpc(url), wallet(&ACCOUNTS[0]))
        .with_confirmations(NonZeroU64::new(confirmations).unwrap())
        .with_pause(PAUSE)
        .with_observer(move |step| seen.lock().unwrap().push(step));
    (sender, steps)
}

fn gift() -> Payload {
    Payload { to: Address::repeat_byte(7), value: U256::ONE, data: Default::default() }
}

async fn mine(chain: &Chain, blocks: u64) {
    admin(chain, "anvil_mine", json!([U256::from(blocks)])).await;
}

/// Waits until the sender was told of something.
async fn until(steps: &Mutex<Vec<Step>>, is_it: impl Fn(&Step) -> bool) -> Step {
    for _ in 0..400 {
        if let Some(step) = steps.lock().unwrap().iter().rev().find(|step| is_it(step)) {
            return *step;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("not told of: {:?}", steps.lock().unwrap());
}

#[tokio::test]
async fn confirmations_are_blocks_from_the_first_on() {
    let chain = chain(Contents::Nothing).await;
    let (sender, steps) = watched(chain.url(), 3);
    let payload = gift();
    let (receipt, block) = tokio::join!(sender.send(chain.chain_id(), &payload), async {
        let told = until(&steps, |step| matches!(step, Step::Mined { .. })).await;
        let Step::Mined { block, missing, .. } = told else { unreachable!() };
        assert_eq!(missing, 2);
        mine(&chain, 1).await;
        tokio::time::sleep(PAUSE * 6).await;
        // One is missing still, or it would not be counted any more.
        let before = sender.rpc().usage().requests;
        tokio::time::sleep(PAUSE * 6).await;
        assert!(sender.rpc().usage().requests > before, "it waits for one block more");
        mine(&chain, 1).await;
        block
    });
    assert_eq!(receipt.unwrap().block_number, block);
}

#[tokio::test]
async fn a_transaction_that_a_reorganisation_takes_back_is_waited_for_anew() {
    let chain = chain(Contents::Nothing).await;
    let raw = Arc::new(Mutex::new(None));
    let (url, keep) = (chain.url().to_owned(), raw.clone());
    let node = Server::start(move |_, body| {
        let url = url.clone();
        if calls(&body, "eth_sendRawTransaction") {
            *keep.lock().unwrap() = Some(body[0]["params"][0].clone());
        }
        Box::pin(async move { Reply::json(&forward(url, body).await) })
    })
    .await;
    let (sender, steps) = watched(node.url(), 3);
    let snapshot = admin(&chain, "evm_snapshot", json!([])).await;
    let payload = gift();
    let (receipt, first) = tokio::join!(sender.send(chain.chain_id(), &payload), async {
        let told = until(&steps, |step| matches!(step, Step::Mined { .. })).await;
        let Step::Mined { block: first, .. } = told else { unreachable!() };
        admin(&chain, "evm_revert", json!([snapshot])).await;
        // The other branch is longer than the first one was to become, and has not got it.
        mine(&chain, 5).await;
        let told = until(&steps, |step| matches!(step, Step::Dropped { .. })).await;
        let Step::Dropped { block, .. } = told else { unreachable!() };
        assert_eq!(block, first);
        let again = raw.lock().unwrap().clone();
        admin(&chain, "eth_sendRawTransaction", json!([again])).await;
        until(&steps, |step| matches!(step, Step::Mined { block, .. } if *block > first)).await;
        mine(&chain, 2).await;
        first
    });
    let receipt = receipt.unwrap();
    assert_eq!(receipt.block_number, first + 5, "it is in the block after the five");
    let mined = admin(&chain, "eth_getTransactionReceipt", json!([receipt.tx_hash])).await;
    assert_eq!(mined["blockHash"], json!(receipt.block_hash));
}

#[tokio::test]
async fn a_chain_that_stops_is_given_up_with_what_is_known() {
    let chain = chain(Contents::Nothing).await;
    let (sender, _) = watched(chain.url(), 2);
    let error = sender.with_patience(Duration::from_millis(300)).send(chain.chain_id(), &gift()).await.unwrap_err();
    let SendError::Unconfirmed { confirmations: 1, wanted, .. } = error else { panic!("{error:?}") };
    assert_eq!(wanted.get(), 2);
}

#[tokio::test]
async fn a_node_that_gives_no_height_is_malformed() {
    let chain = chain(Contents::Nothing).await;
    let url = chain.url().to_owned();
    let node = Server::start(move |_, body| {
        let url = url.clone();
        Box::pin(async move {
            let mut answer = forward(url, body.clone()).await;
            if calls(&body, "eth_blockNumber") {
                answer[0]["result"] = json!("soon");
            }
            Reply::json(&answer)
        })
    })
    .await;
    let error = watched(node.url(), 2).0.send(chain.chain_id(), &gift()).await.unwrap_err();
    assert!(matches!(error, SendError::Unwatched { error: RpcError::Malformed { .. }, .. }), "{error:?}");
}

#[tokio::test]
async fn a_chain_is_asked_as_often_as_was_said() {
    let chain = chain(Contents::Nothing).await;
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let slow = sender(chain.url(), &ACCOUNTS[1])
        .with_pause(Duration::from_millis(400))
        .with_patience(Duration::from_millis(1000));
    let error = slow.send(chain.chain_id(), &gift()).await.unwrap_err();
    assert!(matches!(error, SendError::NotMined { .. }), "{error:?}");
    // To prepare, to send, to look twice, and once more in the end.
    assert_eq!(slow.rpc().usage().requests, 5);
}

#[tokio::test]
async fn patience_ends_when_it_was_said_however_long_the_pause_is() {
    let chain = chain(Contents::Nothing).await;
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let hasty = sender(chain.url(), &ACCOUNTS[1])
        .with_pause(Duration::from_secs(3600))
        .with_patience(Duration::from_millis(300));
    let error = hasty.send(chain.chain_id(), &gift()).await.unwrap_err();
    let SendError::NotMined { waited_ms: 300..60_000, tx_hash } = error else { panic!("{error:?}") };
    mine(&chain, 1).await;
    // What is there when patience ends is found.
    assert_eq!(hasty.wait(tx_hash, Duration::ZERO).await.unwrap().tx_hash, tx_hash);
}

#[tokio::test]
async fn contracts_are_deployed_and_confirmed_together_or_not_waited_for() {
    let chain = chain(Contents::Nothing).await;
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let me = sender(chain.url(), &ACCOUNTS[0]);
    let sent_now = submit_contracts(&me, chain.chain_id()).await.unwrap();
    assert!(sent_now.iter().all(|one| one.tx_hash.is_some()));
    assert_eq!(sent(&chain, ACCOUNTS[0].address).await, U256::from(sent_now.len()));
    assert!(verify_contracts(me.rpc()).await.unwrap().iter().all(|one| one.found.is_none()), "nothing is mined");
    mine(&chain, 1).await;
    assert!(verify_contracts(me.rpc()).await.unwrap().iter().all(|one| one.is_right()));
    assert!(submit_contracts(&me, chain.chain_id()).await.unwrap().iter().all(|one| one.tx_hash.is_none()));

    let fresh = common::chain(Contents::Nothing).await;
    let (sender, _) = watched(fresh.url(), 2);
    let mut told = 0;
    let (deployed, ()) = tokio::join!(deploy_contracts(&sender, fresh.chain_id(), |_| told += 1), async {
        // All of them are in blocks of their own before the last one is confirmed by this.
        while sent(&fresh, ACCOUNTS[0].address).await < U256::from(sent_now.len()) {
            tokio::time::sleep(PAUSE).await;
        }
        mine(&fresh, 1).await;
    });
    assert_eq!(deployed.unwrap().len(), sent_now.len());
    assert_eq!(told, sent_now.len());
}

#[tokio::test]
async fn a_safe_is_made_on_the_chain_of_the_node_and_need_not_be_waited_for() {
    let chain = chain(Contents::Quorate).await;
    let me = sender(chain.url(), &ACCOUNTS[0]);
    let mut plan = plan(&chain, &spec(Family::Quorate, 2, 1));
    plan.safe.chain_id = 1;
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let before = me.rpc().usage().requests;
    let Submission::Sent(submitted) = submit_safe(&me, &plan, None).await.unwrap() else { panic!() };
    assert_eq!(me.rpc().usage().requests - before, 2);
    assert_eq!((submitted.safe().chain_id, submitted.safe().address), (chain.chain_id(), plan.address));
    assert!(read_here(me.rpc(), plan.address).await.is_err(), "it is not there yet");
    mine(&chain, 1).await;
    let tx_hash = submitted.tx_hash();
    let created = submitted.wait(&me).await.unwrap();
    assert_eq!((created.tx_hash, created.address), (Some(tx_hash), plan.address));
    assert_eq!(read_here(me.rpc(), plan.address).await.unwrap().state.safe, created.state.safe);
    assert!(matches!(submit_safe(&me, &plan, None).await.unwrap(), Submission::There(_)));
    assert!(submit_safe(&me, &plan, Some(1)).await.is_err(), "the chain is compared where one is expected");
}

#[tokio::test]
async fn a_chain_that_makes_other_addresses_is_found_out_by_its_node() {
    let chain = chain(Contents::Quorate).await;
    let url = chain.url().to_owned();
    // A node of zkSync.
    let node = Server::start(move |_, body: Value| {
        let url = url.clone();
        Box::pin(async move {
            let mut answer = forward(url, body.clone()).await;
            for (call, answer) in body.as_array().unwrap().iter().zip(answer.as_array_mut().unwrap()) {
                if call["method"] == "eth_chainId" {
                    answer["result"] = json!("0x144");
                }
            }
            Reply::json(&answer)
        })
    })
    .await;
    let error = submit_safe(&sender(node.url(), &ACCOUNTS[0]), &plan(&chain, &spec(Family::Quorate, 2, 1)), None).await;
    assert!(error.unwrap_err().to_string().contains("zkSync"));
}
