//! Nodes that are down, slow, speak nonsense, or speak for another chain. None is believed, and nothing is sent.

use std::thread;

use alloy::primitives::Address;
use anvil_fixtures::Fixtures;
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    node::{Node, Reply, falsify},
};

/// Commands that read the chain before they do anything, or that would send.
const ASKING: [&str; 4] = [
    "safe info",
    "propose 0x0000000000000000000000000000000000000007",
    "sign 0 --private-key-env KEY_0 --yes",
    "exec 0 --private-key-env PAYER --yes",
];

/// The chain id that a node of mainnet answers with.
const MAINNET: &str = "0x1";

/// A desk with a proposal that is ready to be executed.
fn ready(seed: &str) -> Desk {
    let desk = Desk::open(seed, 1, 1);
    desk.payment(1);
    desk.sign("0", 0);
    desk
}

/// Runs every command with another node; each has to fail alike, to name the node, and to change nothing.
#[track_caller]
fn all_fail(desk: &Desk, url: &str, more: &str, code: &str) {
    let before = (desk.everything(), desk.nonce());
    let exit = if code == "wrong_chain" { 3 } else { 5 };
    let fails = |line: &str| {
        let run = desk.quorate(&format!("{line} {more} --json")).env("ETH_RPC_URL", url).run();
        let refusal = run.fails(exit, code);
        refusal.names(&[if exit == 3 { "31337" } else { url }]);
        assert!(!refusal.hint.is_empty(), "{run}");
    };
    // Side by side: each of them waits before it tries again.
    thread::scope(|scope| ASKING.iter().for_each(|line| drop(scope.spawn(|| fails(line)))));
    assert!((desk.everything(), desk.nonce()) == before, "{code}: something was changed");
}

#[test]
fn a_node_that_is_down_cannot_be_reached() {
    let desk = ready("down");
    // A port that nobody is given, and that nobody listens at.
    all_fail(&desk, "http://127.0.0.1:1", "", "rpc_unreachable");
    let node = Node::start(|_, _| Reply::Close);
    all_fail(&desk, node.url(), "", "rpc_unreachable");
    assert!(node.requests() > ASKING.len(), "a read is tried again");
}

#[test]
fn a_node_that_never_answers_is_not_waited_for() {
    let desk = ready("slow");
    let node = Node::start(|_, _| Reply::Silence);
    all_fail(&desk, node.url(), "--rpc-timeout 1", "rpc_timeout");
    assert!(node.requests() >= ASKING.len());
}

#[test]
fn an_answer_that_is_no_answer_is_malformed() {
    let desk = ready("garbage");
    let html = || Reply::text(200, "<!doctype html><html><title>Sign in</title></html>");
    all_fail(&desk, Node::start(move |_, _| html()).url(), "", "rpc_malformed");
    for nonsense in ["", "null", "[]", "{}", r#"{"jsonrpc":"2.0","id":0"#, r#"[{"jsonrpc":"2.0","id":0,"res"#, "\0\0"] {
        let node = Node::start(move |_, _| Reply::text(200, nonsense));
        let run = desk.quorate("safe info --json").env("ETH_RPC_URL", node.url()).run();
        run.fails(5, "rpc_malformed").names(&[node.url()]);
    }
    for result in [json!(null), json!("0x"), json!("0xzz"), json!({}), json!(format!("0x{}", "ff".repeat(10_000)))] {
        let lie = move |_, request: &Value, answer| falsify(request, answer, "eth_call", &result);
        let node = Node::between(desk.chain.url(), lie);
        let run = desk.quorate("safe info --json").env("ETH_RPC_URL", node.url()).run();
        run.fails(5, "rpc_malformed");
        assert!(node.calls("eth_call") > 0);
    }
}

#[test]
fn an_answer_without_an_end_is_not_read_to_its_end() {
    let desk = ready("endless");
    all_fail(&desk, Node::start(|_, _| Reply::Endless).url(), "", "rpc_malformed");
    let large = Node::start(|_, _| Reply::Http(200, vec![b' '; 9 << 20]));
    all_fail(&desk, large.url(), "", "rpc_malformed");
}

#[test]
fn a_node_of_another_chain_is_refused() {
    let desk = ready("wrong chain");
    let lie = |_, request: &Value, answer| falsify(request, answer, "eth_chainId", &json!(MAINNET));
    all_fail(&desk, Node::between(desk.chain.url(), lie).url(), "", "wrong_chain");
}

#[test]
fn a_node_that_changes_its_chain_on_the_way_is_found_out() {
    let desk = ready("changed chain");
    let before = desk.everything();
    let payer = desk.key("PAYER").address();
    let sent = desk.chain.sent(payer);
    let mut refused = 0;
    loop {
        let lie = move |number, request: &Value, answer| {
            if number < refused { answer } else { falsify(request, answer, "eth_chainId", &json!(MAINNET)) }
        };
        let node = Node::between(desk.chain.url(), lie);
        let run = desk.quorate("exec 0 --private-key-env PAYER --yes --json").env("ETH_RPC_URL", node.url()).run();
        // Once the transaction is out, it is too late for a refusal.
        if node.calls("eth_sendRawTransaction") > 0 {
            break;
        }
        run.fails(3, "wrong_chain").names(&["31337", "1"]);
        assert_eq!(desk.chain.sent(payer), sent, "{run}");
        assert!(desk.everything() == before, "{run}");
        refused += 1;
    }
    assert!(refused > 1, "only the first request told the chain");
}

#[test]
fn what_is_no_safe_is_refused() {
    let desk = ready("no Safe");
    let fixtures = Fixtures::get();
    let before = desk.everything();
    let nowhere = [desk.address("nobody"), desk.key("PAYER").address(), Address::repeat_byte(1)];
    let contracts = [fixtures.token, fixtures.reverter, fixtures.erc1271_owner];
    for (addresses, words) in [(nowhere, "nothing is deployed"), (contracts, "does not answer as a Safe does")] {
        for address in addresses {
            for line in &ASKING[..2] {
                let run = desk.quorate(&format!("{line} --json"));
                let run = run.env("QUORATE_SAFE", format!("eip155:31337:{address}")).run();
                let refusal = run.fails(3, "not_a_safe");
                refusal.names(&[&address.to_string(), words]);
                assert!(!refusal.hint.is_empty(), "{run}");
            }
        }
    }
    assert!(desk.everything() == before);
}

#[test]
fn the_secret_in_a_url_is_never_printed() {
    let mut desk = ready("secret URL");
    let secrets = ["user-5ec2e7", "password-5ec2e7", "path-5ec2e7", "query-5ec2e7", "fragment-5ec2e7"];
    for secret in secrets {
        desk.machine.hide(secret);
    }
    let [user, password, path, query, fragment] = secrets;
    let secret_url = |url: &str| {
        let host = url.strip_prefix("http://").unwrap();
        format!("http://{user}:{password}@{host}/v3/{path}?key={query}#{fragment}")
    };
    // A node may repeat what it was asked under.
    let told = format!("no such project: /v3/{path}?key={query}, {user}:{password}");
    let error = json!({ "jsonrpc": "2.0", "id": 0, "error": { "code": -32_600, "message": told } });
    let nodes = [
        Node::between(desk.chain.url(), |_, _, answer| answer),
        Node::start(|_, _| Reply::Close),
        Node::start(|_, _| Reply::text(200, "<html>")),
        Node::start(|_, _| Reply::text(403, "<html>")),
        Node::start(move |_, _| Reply::json(&error)),
    ];
    let urls = nodes.iter().map(|node| secret_url(node.url())).collect::<Vec<_>>();
    let broken = [
        format!("ftp://{user}:{password}@127.0.0.1/{path}"),
        format!("http://{user}:{password}@127.0.0.1:port/{path}"),
        format!("{user}:{password}@127.0.0.1/{path}"),
    ];
    for url in urls.iter().chain(&broken) {
        for flags in ["-v", "-v --json"] {
            // That nothing hidden is printed is checked of every run.
            let named = desk.quorate(&format!("safe info {flags}")).env("ETH_RPC_URL", url).run();
            let given = desk.quorate(&format!("safe info {flags} --rpc-url")).arg(url).run();
            for run in [named, given] {
                assert_eq!(run.exit == 0, *url == urls[0], "{run}");
                assert!(!run.stderr.is_empty(), "{run}");
            }
        }
    }
    assert!(nodes.iter().all(|node| node.requests() >= 4), "every node was asked");
}
