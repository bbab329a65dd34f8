//! Nodes that are down, slow, broken or lying.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use std::time::{Duration, Instant};

use alloy::primitives::{Address, B256, Bytes, U256};
use common::server::{Reply, Server};
use quorate_chain::{ReadError, Rpc, RpcError, RpcOptions, read_state};
use quorate_core::SafeId;
use serde_json::{Value, json};

const SAFE: SafeId = SafeId::new(31_337, Address::repeat_byte(0x5a));
const KEY: &str = "sk_live_0123456789abcdef";

/// Speaks to a server through a URL with a key in it.
fn connect(url: &str, retries: u32) -> Rpc {
    let options = RpcOptions { timeout: Duration::from_millis(700), retries };
    Rpc::connect(&format!("{url}/v2/{KEY}?token={KEY}"), options).unwrap()
}

/// Reads a Safe, which must fail, and never with the key in the error.
async fn failure(rpc: &Rpc) -> ReadError {
    let error = read_state(rpc, SAFE).await.unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), format!("{rpc:?}")] {
        assert!(!text.contains(KEY), "{text}");
    }
    error
}

/// Answers every call of a batch.
fn answer(body: &Value, result: impl Fn(&str) -> Value) -> Value {
    let answers =
        body.as_array().unwrap().iter().map(
            |call| json!({ "jsonrpc": "2.0", "id": call["id"], "result": result(call["method"].as_str().unwrap()) }),
        );
    answers.collect()
}

/// What an honest node would say to a state's batch, without the reader's answer.
fn honest(method: &str) -> Value {
    match method {
        "eth_chainId" => json!("0x7a69"),
        "eth_getBlockByNumber" => json!({ "number": "0x1", "hash": B256::ZERO, "timestamp": "0x1" }),
        _ => json!("0x"),
    }
}

#[tokio::test]
async fn a_node_that_is_down_is_tried_again_and_given_up() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let rpc = connect(&url, 2);
    let error = failure(&rpc).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::Transport { .. })), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert_eq!(rpc.usage().requests, 3);
}

#[tokio::test]
async fn a_node_that_is_silent_is_given_up() {
    let server = Server::constant(|_| Reply::Silence).await;
    let start = Instant::now();
    let error = failure(&connect(server.url(), 0)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::Timeout { timeout_ms: 700, .. })), "{error:?}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_node_that_hangs_up_is_tried_again() {
    let server = Server::constant(|_| Reply::Close).await;
    let error = failure(&connect(server.url(), 1)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::Transport { .. })), "{error:?}");
    assert_eq!(server.requests(), 2);
}

#[tokio::test]
async fn garbage_is_malformed_and_not_asked_for_again() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for garbage in ["", "null", "[]", "{}", "7", "<html>", "\u{0}\u{1}", "[null]", r#"{"result":"0x1"}"#, &deep] {
        let text = garbage.to_owned();
        let server = Server::constant(move |_| Reply::text(200, &text)).await;
        let error = failure(&connect(server.url(), 3)).await;
        assert!(matches!(error, ReadError::Rpc(RpcError::Malformed { .. })), "{garbage:.20}: {error:?}");
        assert_eq!(server.requests(), 1, "{garbage:.20}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = Server::constant(|_| Reply::Http(200, String::new(), vec![b' '; 9 * 1024 * 1024])).await;
    let error = failure(&connect(server.url(), 3)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::TooLarge { .. })), "{error:?}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn answers_belong_to_their_calls() {
    // Twice the same, one too many, one too few, an id that was not asked for.
    let changes: [fn(&mut Vec<Value>); 4] = [
        |answers| answers[1]["id"] = answers[0]["id"].clone(),
        |answers| answers.push(json!({ "jsonrpc": "2.0", "id": 99, "result": "0x1" })),
        |answers| drop(answers.pop()),
        |answers| answers[0]["id"] = json!("zero"),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let server = Server::constant(move |body| {
            let mut answers = answer(body, honest).as_array().unwrap().clone();
            change(&mut answers);
            Reply::json(&json!(answers))
        })
        .await;
        let error = failure(&connect(server.url(), 0)).await;
        assert!(matches!(error, ReadError::Rpc(RpcError::Malformed { .. })), "change {number}: {error:?}");
    }
}

#[tokio::test]
async fn numbers_and_hashes_are_what_they_should_be() {
    let lies: [(&str, Value); 8] = [
        ("eth_chainId", json!("0x10000000000000000")),
        ("eth_chainId", json!("one")),
        ("eth_chainId", json!({})),
        ("eth_getBlockByNumber", Value::Null),
        ("eth_getBlockByNumber", json!({ "number": "0x1", "hash": "0x12", "timestamp": "0x1" })),
        ("eth_getBlockByNumber", json!({ "number": U256::MAX, "hash": B256::ZERO, "timestamp": "0x1" })),
        ("eth_call", json!("0xzz")),
        ("eth_call", json!(Bytes::from(vec![0xff; 30_000]))),
    ];
    for (method, lie) in lies {
        let told = lie.clone();
        let server = Server::constant(move |body| {
            Reply::json(&answer(body, |it| if it == method { told.clone() } else { honest(it) }))
        })
        .await;
        let error = failure(&connect(server.url(), 0)).await;
        assert!(matches!(error, ReadError::Rpc(RpcError::Malformed { .. })), "{method} {lie:.40}: {error:?}");
    }
}

#[tokio::test]
async fn another_chain_is_noticed() {
    let server = Server::constant(|body| {
        Reply::json(&answer(body, |it| if it == "eth_chainId" { json!("0x1") } else { honest(it) }))
    })
    .await;
    let error = failure(&connect(server.url(), 0)).await;
    assert_eq!(error, ReadError::WrongChain { expected: 31_337, found: U256::from(1) });
}

#[tokio::test]
async fn a_key_is_not_repeated_from_the_nodes_own_words() {
    let server = Server::constant(|body| {
        let answers = body.as_array().unwrap().iter().map(|call| {
            let message = format!("no access for {KEY}\u{1b}[2J");
            json!({ "jsonrpc": "2.0", "id": call["id"], "error": { "code": -32000, "message": message } })
        });
        Reply::json(&answers.collect())
    })
    .await;
    let error = failure(&connect(server.url(), 0)).await;
    assert!(matches!(&error, ReadError::Rpc(RpcError::Node { .. })), "{error:?}");
    assert!(!error.to_string().contains('\u{1b}'));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let other = Server::constant(|_| Reply::text(200, "{}")).await;
    let location = format!("location: {}/\r\n", other.url());
    let server = Server::constant(move |_| Reply::Http(307, location.clone(), vec![])).await;
    let error = failure(&connect(server.url(), 3)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::Status { status: 307, .. })), "{error:?}");
    assert_eq!((server.requests(), other.requests()), (1, 0));
}

#[tokio::test]
async fn a_busy_node_is_left_alone_for_a_while_and_asked_again() {
    for (status, body) in [
        (429, String::new()),
        (503, String::new()),
        (200, json!({ "jsonrpc": "2.0", "id": null, "error": { "code": 429, "message": "slow down" } }).to_string()),
    ] {
        let server = Server::start(move |number, request| {
            let busy = Reply::text(status, &body);
            let reply = if number == 0 { busy } else { Reply::json(&answer(&request, honest)) };
            Box::pin(async move { reply })
        })
        .await;
        let start = Instant::now();
        // The second answer is read: it says that the reader returned nothing.
        let error = failure(&connect(server.url(), 1)).await;
        assert!(matches!(error, ReadError::Rpc(RpcError::Malformed { .. })), "{status}: {error:?}");
        assert_eq!(server.requests(), 2);
        assert!(start.elapsed() >= Duration::from_millis(250));
    }
    let server = Server::constant(|_| Reply::text(429, "")).await;
    let error = failure(&connect(server.url(), 1)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::RateLimited { .. })), "{error:?}");
    let server = Server::constant(|_| Reply::text(403, KEY)).await;
    let error = failure(&connect(server.url(), 1)).await;
    assert!(matches!(error, ReadError::Rpc(RpcError::Status { status: 403, .. })), "{error:?}");
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_node_without_batches_is_asked_one_by_one() {
    let refusal = json!({ "jsonrpc": "2.0", "id": null, "error": { "code": -32600, "message": "no batches" } });
    for (status, body) in [(200, refusal.to_string()), (400, refusal.to_string()), (413, "no".to_owned())] {
        let server = Server::constant(move |request| match request {
            Value::Array(_) => Reply::text(status, &body),
            single => Reply::json(&answer(&json!([single]), honest)[0]),
        })
        .await;
        let rpc = connect(server.url(), 0);
        // The three calls are made after the batch was refused; the next time no batch is tried.
        let error = failure(&rpc).await;
        assert!(matches!(error, ReadError::Rpc(RpcError::Malformed { what: "the reader's answer", .. })), "{error:?}");
        assert_eq!((rpc.usage().requests, rpc.usage().calls), (4, 6));
        failure(&rpc).await;
        assert_eq!(rpc.usage().requests, 7);
    }
}

#[tokio::test]
async fn a_plain_question_is_answered() {
    let server = Server::constant(|request| Reply::json(&answer(&json!([request]), honest)[0])).await;
    assert_eq!(connect(server.url(), 0).chain_id().await, Ok(31_337));
}
