//! Executing transactions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::{SolCall, SolError, SolEvent},
};
use anvil_fixtures::{
    ACCOUNTS, Chain, Contents, Fixtures,
    bindings::{IGasHog, IReverter},
};
use common::{
    admin, balance, chain, funded, plan, quorate, rpc, sender, sent,
    server::{Reply, Server, calls, forward},
    spec, wallet,
};
use quorate_chain::{
    ExecuteError, ExecutionResult, FeeError, Outcome, Revert, SendError, Sender, Step, confirm, estimate, execute,
    prepare_execution, read_state,
};
use quorate_contracts::{Deployments, Family, bindings::IMultisig};
use quorate_core::{BatchCall, GsCode, Operation, Quorate, SafeId, SafeTx, Signature, SignatureSet, encode_multi_send};
use serde_json::json;

/// Makes a funded 2-of-3 of a family.
async fn safe(chain: &Chain, family: Family) -> SafeId {
    let spec = spec(family, 3, 2);
    funded(chain, &spec).await;
    plan(chain, &spec).safe
}

async fn ready(chain: &Chain, safe: SafeId, tx: SafeTx) -> Quorate {
    quorate(chain.url(), safe, tx, &ACCOUNTS[..2]).await
}

fn pay(to: Address, value: u64, nonce: u64) -> SafeTx {
    SafeTx::call(to, U256::from(value), Bytes::new(), U256::from(nonce))
}

/// Calls of the reverter, and how they revert.
fn failures() -> Vec<(Vec<u8>, Revert)> {
    let who = Address::ZERO;
    let custom = IReverter::Custom { code: U256::from(7), who };
    let reason = "no\u{1b}[2J".to_owned();
    vec![
        (IReverter::withStringCall { reason: reason.clone() }.abi_encode(), Revert::Message(reason)),
        (IReverter::withStringCall { reason: "GS026".into() }.abi_encode(), Revert::Safe(GsCode::InvalidOwner)),
        (IReverter::withPanicCall { zero: U256::ZERO }.abi_encode(), Revert::Panic(0x12)),
        (IReverter::withNothingCall {}.abi_encode(), Revert::Empty),
        (IReverter::withInvalidCall {}.abi_encode(), Revert::Empty),
        (
            IReverter::withCustomCall { code: U256::from(7) }.abi_encode(),
            Revert::Custom {
                selector: IReverter::Custom::SELECTOR.into(),
                data: custom.abi_encode()[4..].to_vec().into(),
            },
        ),
    ]
}

/// Compares reverts, but for the address that a custom error carries.
fn same(found: &Revert, expected: &Revert) -> bool {
    match (found, expected) {
        (Revert::Custom { selector: a, data: x }, Revert::Custom { selector: b, data: y }) => {
            a == b && x[..32] == y[..32]
        }
        _ => found == expected,
    }
}

#[tokio::test]
async fn a_payment_of_every_family_succeeds() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        let to = Address::repeat_byte(0xee);
        let before = balance(&chain, to).await;
        let ready = ready(&chain, safe, pay(to, 5, 0)).await;
        let sender = sender(chain.url(), &ACCOUNTS[4]);
        let gas = estimate(sender.rpc(), &ready, sender.address()).await.unwrap();
        assert_eq!(sender.rpc().usage().requests, 1);
        let outcome = execute(&sender, &ready).await.unwrap();
        let requests = sender.rpc().usage().requests - 1;
        assert!(requests <= 4, "{requests} requests for {family}");
        assert_eq!((&outcome.result, outcome.payment), (&ExecutionResult::Success, U256::ZERO), "{family}");
        assert!(outcome.gas_used > 21_000 && outcome.gas_used <= gas, "{} of {gas}", outcome.gas_used);
        assert_eq!(balance(&chain, to).await - before, U256::from(5));
        let block = admin(&chain, "eth_getBlockByNumber", json!([U256::from(outcome.block), false])).await;
        assert_eq!((&block["hash"], &block["transactions"][0]), (&json!(outcome.block_hash), &json!(outcome.tx_hash)));
        assert_eq!(read_state(sender.rpc(), safe).await.unwrap().nonce, U256::from(1));
    }
}

#[tokio::test]
async fn an_inner_failure_that_is_swallowed_has_its_reason() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        let mut nonce = 0;
        for operation in [Operation::Call, Operation::DelegateCall] {
            // The operation matters to how the call is found, not to how its data is decoded.
            let count = if operation == Operation::Call { usize::MAX } else { 1 };
            for (data, expected) in failures().into_iter().take(count) {
                let call = SafeTx::call(Fixtures::get().reverter, U256::ZERO, data.into(), U256::from(nonce));
                let tx = SafeTx { safe_tx_gas: U256::from(100_000), operation, ..call };
                let ready = ready(&chain, safe, tx).await;
                let sender = sender(chain.url(), &ACCOUNTS[4]);
                let outcome = execute(&sender, &ready).await.unwrap();
                let requests = sender.rpc().usage().requests;
                assert!(requests <= 4, "{requests} requests for {family}");
                let ExecutionResult::Failed { reason: Some(reason) } = &outcome.result else {
                    panic!("{family} {operation}: {outcome:?}, not {expected:?}");
                };
                assert!(same(reason, &expected), "{family} {operation}: {reason:?}, not {expected:?}");
                nonce += 1;
            }
        }
        assert_eq!(read_state(&rpc(chain.url()), safe).await.unwrap().nonce, U256::from(nonce));
    }
}

#[tokio::test]
async fn that_an_inner_call_fails_and_is_swallowed_is_known_before_anything_is_sent() {
    let chain = chain(Contents::Everything).await;
    let fixtures = Fixtures::get();
    let fails = Bytes::from(IReverter::withStringCall { reason: "not today".into() }.abi_encode());
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        // With a price, the inner call gets the promised gas alone; without one, all there is.
        for gas_price in [U256::ZERO, U256::from(1)] {
            for (to, data) in [(fixtures.reverter, fails.clone()), (fixtures.token, Bytes::new())] {
                let call = SafeTx::call(to, U256::ZERO, data, U256::ZERO);
                let tx = SafeTx { safe_tx_gas: U256::from(100_000), gas_price, ..call };
                let ready = ready(&chain, safe, tx).await;
                let sender = sender(chain.url(), &ACCOUNTS[4]);
                let prepared = prepare_execution(&sender, &ready).await.unwrap();
                assert!(prepared.inner_call_fails(), "{family} {to}");
                assert!(prepared.inner_failure().await.is_some());
            }
            let call = pay(Address::repeat_byte(0xee), 1, 0);
            let tx = SafeTx { safe_tx_gas: U256::from(100_000), gas_price, ..call };
            let ready = ready(&chain, safe, tx).await;
            let sender = sender(chain.url(), &ACCOUNTS[4]);
            let prepared = prepare_execution(&sender, &ready).await.unwrap();
            assert!(!prepared.inner_call_fails(), "{family}");
            assert_eq!(prepared.inner_failure().await, None);
        }
        assert_eq!(read_state(&rpc(chain.url()), safe).await.unwrap().nonce, U256::ZERO);
    }
}

#[tokio::test]
async fn a_node_that_does_not_trace_is_asked_to_run_the_inner_call_again() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let url = chain.url().to_owned();
    let blind = Server::start(move |_, body| {
        let url = url.clone();
        Box::pin(async move {
            let mut answer = forward(url, body.clone()).await;
            let calls = body.as_array().into_iter().flatten();
            for (call, answer) in calls.zip(answer.as_array_mut().into_iter().flatten()) {
                if call["method"] == "debug_traceTransaction" {
                    *answer =
                        json!({ "jsonrpc": "2.0", "id": call["id"], "error": { "code": -32601, "message": "no" } });
                }
            }
            Reply::json(&answer)
        })
    })
    .await;
    for (nonce, operation) in [Operation::Call, Operation::DelegateCall].into_iter().enumerate() {
        let data = IReverter::withStringCall { reason: "not today".into() }.abi_encode();
        let call = SafeTx::call(Fixtures::get().reverter, U256::ZERO, data.into(), U256::from(nonce));
        let tx = SafeTx { safe_tx_gas: U256::from(100_000), operation, ..call };
        let ready = ready(&chain, safe, tx).await;
        let sender = Sender::new(rpc(blind.url()), wallet(&ACCOUNTS[4]));
        let outcome = execute(&sender, &ready).await.unwrap();
        let reason = Some(Revert::Message("not today".into()));
        assert_eq!(outcome.result, ExecutionResult::Failed { reason }, "{operation}");
    }
}

#[tokio::test]
async fn an_inner_failure_that_reverts_is_found_before_anything_is_sent() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        for (data, expected) in failures() {
            let tx = SafeTx::call(Fixtures::get().reverter, U256::ZERO, data.into(), U256::ZERO);
            let ready = ready(&chain, safe, tx).await;
            let sender = sender(chain.url(), &ACCOUNTS[4]);
            let error = execute(&sender, &ready).await.unwrap_err();
            let reason = match (&error, family.version().bubbles_inner_revert()) {
                (ExecuteError::Reverts(reason), true) | (ExecuteError::InnerReverts { reason }, false) => reason,
                _ => panic!("{family}: {error:?}, not {expected:?}"),
            };
            assert!(same(reason, &expected), "{family}: {reason:?}, not {expected:?}");
            assert!(!error.to_string().contains('\u{1b}'));
            assert!(estimate(sender.rpc(), &ready, sender.address()).await.is_err());
        }
        assert_eq!(read_state(&rpc(chain.url()), safe).await.unwrap().nonce, U256::ZERO);
    }
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);
}

#[tokio::test]
async fn a_transaction_whose_time_is_over_is_not_sent() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let (first, second) =
        (ready(&chain, safe, pay(safe.address, 0, 0)).await, ready(&chain, safe, pay(safe.address, 1, 0)).await);
    let sender = sender(chain.url(), &ACCOUNTS[4]);
    execute(&sender, &first).await.unwrap();
    let error = execute(&sender, &second).await.unwrap_err();
    let next = U256::from(1);
    assert!(matches!(error, ExecuteError::NotNext { nonce: U256::ZERO, next: found } if found == next), "{error}");
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::from(1));
}

#[tokio::test]
async fn an_owner_who_executes_need_not_sign_and_nobody_else_can_send() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let rpc = rpc(chain.url());
    let state = read_state(&rpc, safe).await.unwrap();
    let tx = pay(safe.address, 0, 0);
    let hash = tx.hash(&state.domain().unwrap());
    let mut signatures = SignatureSet::new(*hash.digest());
    signatures.insert(common::sign(&ACCOUNTS[0], hash.hash())).unwrap();
    signatures.insert(Signature::Approved { owner: ACCOUNTS[2].address }).unwrap();
    let standing = confirm(&rpc, &state, &signatures, Some(ACCOUNTS[2].address)).await.unwrap();
    let ready = Quorate::new(tx, &state, standing.confirmed).unwrap();

    let other = sender(chain.url(), &ACCOUNTS[4]);
    let error = execute(&other, &ready).await.unwrap_err();
    assert!(matches!(error, ExecuteError::WrongExecutor { .. }), "{error}");
    assert_eq!(other.rpc().usage().requests, 0);
    execute(&sender(chain.url(), &ACCOUNTS[2]), &ready).await.unwrap();
}

#[tokio::test]
async fn the_safe_changes_itself_and_the_reader_sees_it() {
    let chain = chain(Contents::Everything).await;
    let fixtures = Fixtures::get();
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        let mut changes = vec![
            IMultisig::enableModuleCall { module: fixtures.module }.abi_encode(),
            IMultisig::setGuardCall { guard: fixtures.guard }.abi_encode(),
        ];
        if family.version().has_module_guard() {
            changes.push(IMultisig::setModuleGuardCall { moduleGuard: fixtures.module_guard }.abi_encode());
        }
        for (nonce, data) in changes.into_iter().enumerate() {
            let tx = SafeTx::call(safe.address, U256::ZERO, data.into(), U256::from(nonce));
            let outcome = execute(&sender(chain.url(), &ACCOUNTS[4]), &ready(&chain, safe, tx).await).await.unwrap();
            assert_eq!(outcome.result, ExecutionResult::Success, "{family}");
        }
        let state = read_state(&rpc(chain.url()), safe).await.unwrap();
        assert_eq!(state.modules.iter().map(|it| it.address).collect::<Vec<_>>(), [fixtures.module]);
        assert!(state.modules[0].is_contract());
        assert_eq!(state.guard.unwrap().address, fixtures.guard);
        let module_guard = family.version().has_module_guard().then_some(fixtures.module_guard);
        assert_eq!(state.module_guard.map(|it| it.address), module_guard);
    }
}

#[tokio::test]
async fn an_inner_call_is_not_starved_because_its_failure_would_be_swallowed() {
    let chain = chain(Contents::Everything).await;
    let data = Bytes::from(IGasHog::burnCall { gasToBurn: U256::from(1_000_000) }.abi_encode());
    let hog = Fixtures::get().gas_hog;
    let batch = [BatchCall { operation: Operation::Call, to: hog, value: U256::ZERO, data: data.clone() }];
    for family in Family::ALL {
        let safe = safe(&chain, family).await;
        let multi_send = Deployments::of(family).multi_send_call_only().address;
        let calls =
            [(hog, data.clone(), Operation::Call), (multi_send, encode_multi_send(&batch), Operation::DelegateCall)];
        for (nonce, (to, data, operation)) in calls.into_iter().enumerate() {
            let call = SafeTx::call(to, U256::ZERO, data, U256::from(nonce));
            let ready = ready(&chain, safe, SafeTx { safe_tx_gas: U256::from(1), operation, ..call }).await;
            let sender = sender(chain.url(), &ACCOUNTS[4]);
            let outcome = execute(&sender, &ready).await.unwrap();
            assert_eq!(outcome.result, ExecutionResult::Success, "{family} {operation}");
            assert!(outcome.gas_used > 1_000_000);
            let requests = sender.rpc().usage().requests;
            assert!(requests <= 3, "{requests} requests for {family}");
        }
    }
}

#[tokio::test]
async fn a_refund_is_in_the_outcome() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let tx = SafeTx {
        gas_price: U256::from(1),
        base_gas: U256::from(1000),
        safe_tx_gas: U256::from(50_000),
        refund_receiver: Address::repeat_byte(0xfe),
        ..pay(Address::repeat_byte(0xee), 1, 0)
    };
    let ready = ready(&chain, safe, tx).await;
    let outcome = execute(&sender(chain.url(), &ACCOUNTS[4]), &ready).await.unwrap();
    assert_eq!(outcome.result, ExecutionResult::Success);
    assert!(outcome.payment > U256::from(1000));
    assert_eq!(balance(&chain, Address::repeat_byte(0xfe)).await, outcome.payment);
}

#[tokio::test]
async fn an_event_that_a_delegate_call_emits_in_the_name_of_the_safe_does_not_count() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let (liar, oracle) = (Address::repeat_byte(0x1a), Address::repeat_byte(0x0a));
    let call = SafeTx::call(liar, U256::ZERO, Bytes::new(), U256::ZERO);
    let ready = ready(&chain, safe, SafeTx { operation: Operation::DelegateCall, ..call }).await;
    // The oracle returns the hash. The liar asks it, and emits ExecutionFailure(hash, hash) as the Safe:
    // STATICCALL(gas, oracle, 0, 0, 0, 32), LOG2(0, 32, topic, MLOAD(0)).
    let topic = IMultisig::ExecutionFailure::SIGNATURE_HASH;
    let says = [&[0x7f], ready.hash().hash().as_slice(), &[0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3]].concat();
    let lies = [
        &[0x60, 32, 0x60, 0, 0x60, 0, 0x60, 0, 0x73][..],
        oracle.as_slice(),
        &[0x5a, 0xfa, 0x50, 0x60, 0, 0x51, 0x7f],
        topic.as_slice(),
        &[0x60, 32, 0x60, 0, 0xa2, 0],
    ]
    .concat();
    admin(&chain, "anvil_setCode", json!([oracle, Bytes::from(says)])).await;
    admin(&chain, "anvil_setCode", json!([liar, Bytes::from(lies)])).await;
    let outcome = execute(&sender(chain.url(), &ACCOUNTS[4]), &ready).await.unwrap();
    assert_eq!((outcome.result, outcome.payment), (ExecutionResult::Success, U256::ZERO));
    let receipt = admin(&chain, "eth_getTransactionReceipt", json!([outcome.tx_hash])).await;
    let topics: Vec<_> = receipt["logs"].as_array().unwrap().iter().map(|log| log["topics"][0].clone()).collect();
    assert!(topics.contains(&json!(topic)), "the lie was not told: {topics:?}");
}

#[tokio::test]
async fn a_transaction_that_is_not_mined_in_time_is_on_its_way() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let sender = sender(chain.url(), &ACCOUNTS[4]).with_patience(Duration::from_millis(400));
    let error = execute(&sender, &ready).await.unwrap_err();
    let ExecuteError::NotMined { tx_hash, .. } = error else { panic!("{error:?}") };
    admin(&chain, "anvil_mine", json!(["0x1"])).await;
    let receipt = sender.wait(tx_hash, Duration::from_secs(5)).await.unwrap();
    assert_eq!(receipt.tx_hash, tx_hash);
    assert_eq!(read_state(sender.rpc(), safe).await.unwrap().nonce, U256::from(1));
}

#[tokio::test]
async fn a_transaction_that_loses_a_race_reverts_with_its_reason() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let (first, second) =
        (ready(&chain, safe, pay(safe.address, 0, 0)).await, ready(&chain, safe, pay(safe.address, 1, 0)).await);
    admin(&chain, "evm_setAutomine", json!([false])).await;
    let short = sender(chain.url(), &ACCOUNTS[4]).with_patience(Duration::from_millis(100));
    let error = execute(&short, &first).await.unwrap_err();
    assert!(matches!(error, ExecuteError::NotMined { .. }), "{error}");
    // A node that estimates without what waits to be mined.
    let url = chain.url().to_owned();
    let server = Server::start(move |_, mut body| {
        let url = url.clone();
        for call in body.as_array_mut().into_iter().flatten().filter(|call| call["method"] == "eth_estimateGas") {
            call["params"].as_array_mut().unwrap().push(json!("latest"));
        }
        Box::pin(async move { Reply::json(&forward(url, body).await) })
    })
    .await;
    let late = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[5])).with_patience(Duration::from_secs(10));
    let (error, ()) = tokio::join!(execute(&late, &second), async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        admin(&chain, "anvil_mine", json!(["0x1"])).await;
    });
    let error = error.unwrap_err();
    assert!(matches!(error, ExecuteError::Reverted { gas_used: 1.., .. }), "{error:?}");
}

/// A node whose connection breaks when a transaction is sent, before or after it has taken it.
async fn flaky(chain: &Chain, takes: bool) -> Server {
    let url = chain.url().to_owned();
    Server::start(move |_, body| {
        let url = url.clone();
        Box::pin(async move {
            if calls(&body, "eth_sendRawTransaction") {
                if takes {
                    forward(url, body).await;
                }
                return Reply::Close;
            }
            Reply::json(&forward(url, body).await)
        })
    })
    .await
}

#[tokio::test]
async fn a_transaction_is_looked_up_and_never_sent_twice() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;

    let server = flaky(&chain, false).await;
    let lost = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let error = execute(&lost, &ready).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Send(SendError::Unknown { nonce: 0, .. })), "{error:?}");
    // Prepared, sent, looked up: nothing was repeated.
    assert_eq!(server.requests(), 3);
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);

    let server = flaky(&chain, true).await;
    let found = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let Outcome { result, .. } = execute(&found, &ready).await.unwrap();
    assert_eq!(result, ExecutionResult::Success);
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::from(1));
}

/// A proxy that answers to a transaction that it ran out of time, after it has passed it on or not.
async fn impatient(chain: &Chain, passes_on: bool) -> Server {
    let url = chain.url().to_owned();
    Server::start(move |_, body| {
        let url = url.clone();
        Box::pin(async move {
            if !calls(&body, "eth_sendRawTransaction") {
                return Reply::json(&forward(url, body).await);
            }
            if passes_on {
                forward(url, body.clone()).await;
            }
            let error = json!({ "code": -32603, "message": "request timed out" });
            let answers = body.as_array().unwrap().iter().map(|call| {
                let mut answer = json!({ "jsonrpc": "2.0", "id": call["id"], "result": null });
                if call["method"] == "eth_sendRawTransaction" {
                    answer = json!({ "jsonrpc": "2.0", "id": call["id"], "error": error });
                }
                answer
            });
            Reply::json(&answers.collect())
        })
    })
    .await
}

#[tokio::test]
async fn a_refusal_to_send_is_not_taken_on_trust() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;

    let server = impatient(&chain, false).await;
    let steps = Arc::new(Mutex::new(vec![]));
    let told = steps.clone();
    let lost = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let lost = lost.with_observer(move |step| told.lock().unwrap().push(step));
    let error = execute(&lost, &ready).await.unwrap_err();
    let ExecuteError::Send(SendError::Refused { tx_hash, error }) = &error else { panic!("{error:?}") };
    assert_eq!((error.code, error.message.as_str()), (-32603, "request timed out"));
    assert_ne!(*tx_hash, B256::ZERO);
    assert!(matches!(steps.lock().unwrap()[..], [Step::Sending { .. }]));
    // Prepared, sent, looked up: nothing was repeated.
    assert_eq!(server.requests(), 3);
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);

    let server = impatient(&chain, true).await;
    let found = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let outcome = execute(&found, &ready).await.unwrap();
    assert_eq!((outcome.result, outcome.tx_hash), (ExecutionResult::Success, *tx_hash));
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::from(1));
}

#[tokio::test]
async fn what_it_may_cost_is_known_before_it_is_sent_and_is_not_exceeded() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;
    let steps = Arc::new(Mutex::new(vec![]));
    let told = steps.clone();
    let sender = sender(chain.url(), &ACCOUNTS[4]).with_observer(move |step| told.lock().unwrap().push(step));
    let prepared = prepare_execution(&sender, &ready).await.unwrap();
    let max_cost_wei = prepared.max_cost_wei();
    assert!(steps.lock().unwrap().is_empty());
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);
    let before = balance(&chain, ACCOUNTS[4].address).await;
    let outcome = prepared.send().await.unwrap();
    let paid = before - balance(&chain, ACCOUNTS[4].address).await;
    assert!(!paid.is_zero() && paid <= max_cost_wei, "{paid} of {max_cost_wei}");
    let tx_hash = outcome.tx_hash;
    let told = [Step::Sending { tx_hash, max_cost_wei }, Step::Sent { tx_hash }];
    assert_eq!(*steps.lock().unwrap(), told);
}

#[tokio::test]
async fn an_estimate_above_the_gas_of_a_block_is_not_paid_for() {
    let chain = chain(Contents::Quorate).await;
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;
    let url = chain.url().to_owned();
    let server = Server::start(move |_, body| {
        let url = url.clone();
        Box::pin(async move {
            let mut answer = forward(url, body.clone()).await;
            let calls = body.as_array().into_iter().flatten();
            for (call, answer) in calls.zip(answer.as_array_mut().into_iter().flatten()) {
                if call["method"] == "eth_estimateGas" {
                    answer["result"] = json!("0x3b9aca00");
                }
            }
            Reply::json(&answer)
        })
    })
    .await;
    let sender = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let error = execute(&sender, &ready).await.unwrap_err();
    let absurd = matches!(error, ExecuteError::Send(SendError::Fees(FeeError::AbsurdGas { limit, .. })) if limit < 1_000_000_000);
    assert!(absurd, "{error:?}");
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);
}

#[tokio::test]
async fn a_node_that_changes_its_chain_is_not_believed() {
    let (chain, other) = tokio::join!(chain(Contents::Quorate), async {
        anvil_fixtures::Chain::start(&anvil_fixtures::Options { chain_id: 7, port: 0, contents: Contents::Quorate })
            .await
            .unwrap()
    });
    let safe = safe(&chain, Family::Quorate).await;
    let ready = ready(&chain, safe, pay(safe.address, 0, 0)).await;
    // The first request goes to one chain and all others to another one.
    let urls = [chain.url().to_owned(), other.url().to_owned()];
    let server = Server::start(move |number, body| {
        let url = urls[number.min(1)].clone();
        Box::pin(async move { Reply::json(&forward(url, body).await) })
    })
    .await;
    let sender = Sender::new(rpc(server.url()), wallet(&ACCOUNTS[4]));
    let error = execute(&sender, &ready).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Send(SendError::Refused { .. })), "{error:?}");
    assert_eq!(sent(&chain, ACCOUNTS[4].address).await, U256::ZERO);
    assert_eq!(sent(&other, ACCOUNTS[4].address).await, U256::ZERO);
    let error = execute(&sender, &ready).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Send(SendError::WrongChain { found: 7, .. })), "{error:?}");
}
