//! What people know from foundry: the names of nodes, what goes to them, and how is waited for what was sent.

use std::{thread, time::Duration};

use serde_json::{Value, json};

use crate::{
    desk::Desk,
    machine::{Invocation, Machine, finish},
    node::{Node, Reply},
};

/// A node that is not there: whoever asks it has gone by the wrong setting.
const NOWHERE: &str = "http://127.0.0.1:1";

const SECRET: &str = "s3cret-of-a-node";

/// A desk whose environment names no node.
fn desk(seed: &str) -> Desk {
    let mut desk = Desk::open(seed, 1, 1);
    desk.machine.set("ETH_RPC_URL", "");
    desk
}

/// A node in front of the one of the desk, to see what comes.
fn seen(desk: &Desk) -> Node {
    Node::between(desk.chain.url(), |_, _, answer| answer)
}

fn info<'a>(machine: &'a Machine, more: &str) -> Invocation<'a> {
    machine.quorate(&format!("safe info --json {more}"))
}

fn foundry_toml(desk: &Desk) -> String {
    let url = desk.chain.url();
    format!(
        "[profile.default]\nsrc = \"src\"\neth_rpc_url = \"{NOWHERE}\"\n\n[profile.local]\neth_rpc_url = \"main\"\n\n\
         [rpc_endpoints]\nmain = \"{url}\"\ntable = {{ endpoint = \"{url}\", retries = 3 }}\nlost = \"{NOWHERE}\"\n\
         broken = \"${{AWS_SECRET_ACCESS_KEY}}\"\n"
    )
}

#[test]
fn a_node_is_named_as_foundry_has_it() {
    let desk = desk("alias");
    desk.write("foundry.toml", foundry_toml(&desk));
    for name in ["main", "table"] {
        info(&desk, &format!("--rpc-url {name}")).run().data();
        info(&desk, "").env("ETH_RPC_URL", name).run().data();
        info(&desk, "").env("FOUNDRY_ETH_RPC_URL", name).run().data();
    }
    info(&desk, "").env("FOUNDRY_ETH_RPC_URL", desk.chain.url()).run().data();
    info(&desk, "").env("FOUNDRY_PROFILE", "local").run().data();
    info(&desk, "").run().fails(5, "rpc_unreachable");
    info(&desk, "--rpc-url absent").run().fails(2, "rpc_missing").advises(&["foundry.toml", "main, table"]);
    // In a directory of the repository, too, and nowhere else.
    std::fs::create_dir_all(desk.path("script/deploy")).unwrap();
    info(&desk, "--rpc-url main").within("script/deploy").run().fails(2, "rpc_missing");
    std::fs::create_dir(desk.path(".git")).unwrap();
    info(&desk, "--rpc-url main").within("script/deploy").run().data();
}

#[test]
fn the_flag_comes_first_and_foundrys_file_last() {
    let desk = desk("order");
    let quorate_toml = |rpc: &str| format!("[chains.main]\nchain_id = 31337\nrpc = \"{rpc}\"\n");
    desk.write("foundry.toml", foundry_toml(&desk));
    let url = desk.chain.url();
    // Each line names the right node once, and a wrong one wherever less counts.
    let by = |flag: &str, cast: &str, forge: &str| {
        info(&desk, flag).env("ETH_RPC_URL", cast).env("FOUNDRY_ETH_RPC_URL", forge)
    };
    desk.write("quorate.toml", quorate_toml(NOWHERE));
    by(&format!("--rpc-url {url}"), NOWHERE, NOWHERE).run().data();
    by("", url, NOWHERE).run().data();
    by("", "", url).run().data();
    by("--rpc-url main", "", "").run().fails(5, "rpc_unreachable"); // the chain, not the alias
    desk.write("quorate.toml", quorate_toml(url));
    by("", "", "").run().data();
    desk.write("quorate.toml", "[chains.main]\nchain_id = 31337\n");
    by("--rpc-url main", NOWHERE, NOWHERE).run().data(); // the chain has no node, so the alias
    by("", "", "").env("FOUNDRY_PROFILE", "local").run().data();
    by("", "", "").run().fails(5, "rpc_unreachable");
}

#[test]
fn foundrys_file_is_wrong_only_where_it_is_needed() {
    let desk = desk("malformed");
    let payee = desk.address("payee");
    desk.quorate(&format!("propose {payee} --json")).env("ETH_RPC_URL", desk.chain.url()).run().data();
    for (content, named) in [(&b"[profile.default]\nsrc = = 1\n"[..], "line 2"), (b"\xff", "UTF-8")] {
        desk.write("foundry.toml", content);
        info(&desk, "").env("ETH_RPC_URL", desk.chain.url()).run().data();
        desk.json("list").data();
        desk.json("show 0 --offline").data();
        for run in [info(&desk, "").run(), info(&desk, "--rpc-url main").run(), desk.json("show 0")] {
            run.fails(2, "config").names(&["foundry.toml", named]);
        }
    }
    std::fs::File::create(desk.path("foundry.toml")).unwrap().set_len(64 << 20).unwrap();
    info(&desk, "").run().fails(2, "config").names(&["foundry.toml", "67108864"]);
    desk.write("foundry.toml", "[rpc_endpoints]\nmain = 7\n");
    info(&desk, "--rpc-url main").run().fails(2, "config").names(&["foundry.toml", "[rpc_endpoints] main"]);
    info(&desk, "").run().fails(2, "rpc_missing");
}

#[test]
fn foundrys_file_gets_of_the_environment_what_is_for_nodes() {
    let mut desk = desk("hostile");
    desk.machine.hide(SECRET);
    desk.machine.set("AWS_SECRET_ACCESS_KEY", SECRET);
    desk.machine.set("NODE_API_KEY", SECRET);
    desk.write("foundry.toml", foundry_toml(&desk));
    info(&desk, "--rpc-url broken").run().fails(2, "config").names(&["foundry.toml", "AWS_SECRET_ACCESS_KEY"]);
    let node = seen(&desk);
    let endpoint = format!("{{ url = \"{}/v3/${{NODE_API_KEY}}\", auth = \"Bearer ${{NODE_API_KEY}}\" }}", node.url());
    desk.write("foundry.toml", format!("[rpc_endpoints]\nmain = {endpoint}\n"));
    let run = info(&desk, "--rpc-url main").run();
    let told = format!("foundry.toml sends $NODE_API_KEY and $NODE_API_KEY to {}", node.url());
    assert_eq!((run.exit, run.stderr.trim_end()), (0, told.as_str()), "{run}");
    assert_eq!(node.take_headers("authorization"), [format!("Bearer {SECRET}")]);
    let evil = "[rpc_endpoints]\nmain = { url = \"http://node.invalid\", auth = \"${NODE_API_KEY}\" }\n";
    desk.write("foundry.toml", evil);
    info(&desk, "--rpc-url main").run().fails(2, "config").names(&["in clear"]);
}

#[test]
fn headers_go_to_the_node_that_the_user_names() {
    let mut desk = desk("headers");
    desk.machine.hide(SECRET);
    let node = seen(&desk);
    let both = format!("x-key: {SECRET},x-other: b");
    let run = info(&desk, "-v").env("ETH_RPC_URL", node.url()).env("ETH_RPC_HEADERS", &both).run();
    assert_eq!(run.exit, 0, "{run}");
    assert_eq!(node.take_headers("x-key"), [SECRET]);
    let line = format!("--rpc-url {} --rpc-headers x-key:a,x-more:c --rpc-headers x-more:d", node.url());
    let run = info(&desk, &line).env("ETH_RPC_HEADERS", &both).run();
    run.data();
    assert_eq!(node.take_headers("x-more"), ["d"]);
    for (value, words) in [(SECRET, "colon"), ("a b:c", "name"), ("host:x", "host")] {
        info(&desk, "")
            .env("ETH_RPC_URL", node.url())
            .env("ETH_RPC_HEADERS", value)
            .run()
            .fails(2, "config")
            .names(&["ETH_RPC_HEADERS", words]);
        let run = info(&desk, &format!("--rpc-url {} --rpc-headers", node.url())).arg(value).run();
        run.fails(2, "usage").names(&["--rpc-headers", words]);
    }
}

#[test]
fn headers_of_the_environment_do_not_go_where_a_file_leads() {
    let mut desk = desk("kept back");
    desk.machine.hide(SECRET);
    desk.machine.set("ETH_RPC_HEADERS", format!("x-key: {SECRET}"));
    desk.machine.set("ETH_RPC_JWT_SECRET", "5e".repeat(32));
    desk.machine.hide(&"5e".repeat(32));
    let node = seen(&desk);
    desk.write("foundry.toml", format!("[rpc_endpoints]\nmain = \"{}\"\n", node.url()));
    let kept = |run: &crate::run::Run| {
        run.data();
        let warnings = run.warnings();
        for (warning, name) in warnings.iter().zip(["ETH_RPC_HEADERS", "ETH_RPC_JWT_SECRET"]) {
            assert!(warning.contains(name) && warning.contains(".toml"), "{run}");
        }
        assert_eq!(warnings.len(), 2, "{run}");
        assert!(node.take_headers("x-key").is_empty() && node.take_headers("authorization").is_empty());
    };
    kept(&info(&desk, "--rpc-url main").run());
    kept(&info(&desk, "").env("ETH_RPC_URL", "main").run());
    desk.write("quorate.toml", format!("[chains.local]\nchain_id = 31337\nrpc = \"{}\"\n", node.url()));
    kept(&info(&desk, "").run());
    // The file leaves it to a variable of the user's.
    desk.write("quorate.toml", "[chains.local]\nchain_id = 31337\nrpc = \"${MINE_RPC_URL}\"\n");
    let run = info(&desk, "").env("MINE_RPC_URL", node.url()).run();
    assert_eq!((run.exit, run.warnings().len()), (0, 0), "{run}");
    assert_eq!(node.take_headers("x-key"), [SECRET]);
}

#[test]
fn headers_of_quorate_toml_go_to_the_node_beside_them() {
    let mut desk = desk("headers of the file");
    desk.machine.hide(SECRET);
    desk.machine.set("NODE_RPC_TOKEN", SECRET);
    let node = seen(&desk);
    let other = seen(&desk);
    let settings = |rpc: &str, value: &str| {
        format!("[chains.local]\nchain_id = 31337\nrpc = \"{rpc}\"\nheaders = {{ Authorization = \"{value}\" }}\n")
    };
    desk.write("quorate.toml", settings(node.url(), "Bearer ${NODE_RPC_TOKEN}"));
    let run = info(&desk, "").run();
    assert_eq!(run.stderr.trim_end(), format!("quorate.toml sends $NODE_RPC_TOKEN to {}", node.url()), "{run}");
    assert_eq!(node.take_headers("authorization"), [format!("Bearer {SECRET}")]);
    info(&desk, "").env("ETH_RPC_URL", other.url()).run().data();
    assert!(other.take_headers("authorization").is_empty(), "it is another node");
    for (rpc, value, named) in [
        ("http://node.invalid", "${NODE_RPC_TOKEN}", "in clear"),
        ("https://node.invalid", "${AWS_SECRET_ACCESS_KEY}", "AWS_SECRET_ACCESS_KEY"),
    ] {
        desk.write("quorate.toml", settings(rpc, value));
        info(&desk, "").run().fails(2, "config").names(&["quorate.toml", named]);
    }
}

#[test]
fn a_token_is_made_of_a_secret_that_is_never_on_the_command_line() {
    let mut desk = desk("tokens");
    let digits = "5e".repeat(32);
    desk.machine.hide(&digits);
    let node = seen(&desk);
    let line = format!("--rpc-url {}", node.url());
    let bearer = |run: crate::run::Run| {
        run.data();
        let sent = node.take_headers("authorization");
        assert!(!sent.is_empty() && sent.iter().all(|it| it.starts_with("Bearer eyJ") && it.matches('.').count() == 2));
    };
    bearer(info(&desk, &line).env("ETH_RPC_JWT_SECRET", &digits).run());
    desk.write("jwt.hex", format!("0x{digits}\n"));
    bearer(info(&desk, &format!("{line} --jwt-secret jwt.hex")).run());
    let on_line = info(&desk, &format!("{line} --jwt-secret {digits}")).run();
    on_line.fails(2, "usage").names(&["--jwt-secret"]).advises(&["history"]);
    info(&desk, &format!("{line} --jwt-secret missing.hex")).run().fails(2, "not_found");
    desk.write("jwt.hex", "short");
    info(&desk, &format!("{line} --jwt-secret jwt.hex")).run().fails(2, "usage").names(&["jwt.hex"]);
    info(&desk, &line).env("ETH_RPC_JWT_SECRET", "short").run().fails(2, "config").names(&["ETH_RPC_JWT_SECRET"]);
    let both = info(&desk, &format!("{line} --rpc-headers Authorization:x")).env("ETH_RPC_JWT_SECRET", &digits).run();
    both.fails(2, "usage").names(&["Authorization"]);
    assert!(node.take_headers("authorization").is_empty());
}

#[test]
fn certificates_that_are_not_checked_are_warned_of_in_every_run() {
    let desk = desk("insecure");
    for flag in ["-k", "--insecure"] {
        let run = info(&desk, &format!("--rpc-url {} {flag}", desk.chain.url())).run();
        run.data();
        assert!(run.warnings()[0].starts_with("--insecure"), "{run}");
        let run = desk.run(&format!("safe info --quiet --rpc-url {} {flag}", desk.chain.url()));
        assert!(run.exit == 0 && run.stderr.starts_with("warning: --insecure"), "{run}");
    }
}

#[test]
fn a_proxy_is_asked_unless_it_is_not_to_be() {
    let desk = desk("proxy");
    let proxy = Node::start(|_, _| Reply::text(502, "no"));
    // This machine, by a name that does not look like it.
    let url = desk.chain.url().replace("127.0.0.1", "0.0.0.0");
    let run = |more: &str, host: &str| {
        let line = format!("--rpc-url {host} --rpc-headers x:y {more}");
        info(&desk, &line).env("HTTP_PROXY", proxy.url()).env("http_proxy", proxy.url()).run()
    };
    let refused = run("", &url);
    refused.fails(5, "rpc_error");
    assert!(refused.warnings()[0].contains("in clear"), "{refused}");
    assert!(proxy.requests() > 0);
    let asked = proxy.requests();
    run("--no-proxy", &url).data();
    run("", desk.chain.url()).data();
    assert_eq!(proxy.requests(), asked);
}

#[test]
fn what_is_sent_need_not_be_waited_for() {
    let desk = Desk::open("async", 1, 1);
    let payer = desk.key("PAYER").address().to_string();
    for (nonce, (flag, variable)) in [("--async", ""), ("", "1")].into_iter().enumerate() {
        desk.payment(1);
        desk.sign(&nonce.to_string(), 0);
        let line = format!("exec {nonce} --private-key-env PAYER --yes --json {flag}");
        let run = desk.quorate(&line).env("CAST_ASYNC", variable).run();
        let data = run.data();
        assert_eq!((&data["result"], &data["executor"]), (&json!("sent"), &json!(payer)), "{run}");
        let receipt = desk.chain.ask("eth_getTransactionReceipt", &json!([data["tx_hash"]]));
        assert_eq!(receipt["status"], "0x1", "{run}");
    }
    desk.payment(1);
    desk.sign("2", 0);
    // What is said on the command line counts more than the variable.
    let line = "exec 2 --private-key-env PAYER --yes --json --confirmations 1";
    assert_eq!(desk.quorate(line).env("CAST_ASYNC", "1").run().data()["result"], "success");
    desk.payment(1);
    desk.sign("3", 0);
    let run = desk.run("exec 3 --private-key-env PAYER --yes --async");
    assert!(run.stdout.contains("quorate show") && !run.stderr.contains("waiting"), "{run}");
    for more in ["--confirmations 2", "--timeout 3", "--poll-interval 1"] {
        desk.json(&format!("exec 4 --private-key-env PAYER --yes --async {more}")).fails(2, "usage");
    }
}

#[test]
fn a_safe_that_is_sent_for_is_there_when_its_transaction_is_mined() {
    let desk = Desk::open("async creation", 1, 1);
    let owner = desk.owners[0].address();
    let line = format!("safe create --threshold 1 {owner} --salt-nonce 99 --private-key-env PAYER --json");
    let sent = desk.quorate(&format!("{line} --async")).run().data();
    assert_eq!(sent["result"], "sent");
    let receipt = desk.chain.ask("eth_getTransactionReceipt", &json!([sent["tx_hash"]]));
    assert_eq!(receipt["status"], "0x1");
    let again = desk.quorate(&format!("{line} --async")).run().data();
    assert_eq!((&again["created"], &again["safe"]), (&json!(false), &sent["safe"]));
    let setup = desk.json("chain setup --private-key-env PAYER --async").data();
    let contracts = setup["contracts"].as_array().unwrap();
    assert!(setup["result"] == "sent" && contracts.iter().all(|it| it["tx_hash"] == Value::Null), "{setup}");
}

#[test]
fn further_blocks_are_waited_for() {
    let desk = Desk::of(crate::chain::Local::start(anvil_fixtures::Contents::Quorate), "quorate", "deep", 1, 1, &[]);
    desk.payment(1);
    desk.sign("0", 0);
    let line = "exec 0 --private-key-env PAYER --yes --confirmations 3 --poll-interval 1";
    let mut child = desk.quorate(line).spawn();
    for _ in 0..2 {
        thread::sleep(Duration::from_millis(1500));
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
        desk.chain.ask("anvil_mine", &json!(["0x1"]));
    }
    let run = finish(child, line.to_owned());
    assert!(run.exit == 0 && run.stderr.contains("waiting for 2 more"), "{run}");
    desk.payment(1);
    desk.sign("1", 0);
    let line = "exec 1 --private-key-env PAYER --yes --confirmations 2 --timeout 1";
    desk.json(line).fails(5, "unconfirmed").names(&["1 of 2"]).advises(&["--timeout"]);
    desk.payment(1);
    desk.sign("2", 0);
    for (variable, value) in [("ETH_POLL_INTERVAL", "0"), ("ETH_TIMEOUT", "soon")] {
        let run = desk.quorate("exec 2 --private-key-env PAYER --yes --json").env(variable, value).run();
        run.fails(2, "config").names(&[variable, value]);
    }
}

#[test]
fn every_request_is_counted_whoever_connects() {
    let desk = Desk::open("count", 1, 1);
    let node = seen(&desk);
    for number in 0..2 {
        desk.payment(1);
        desk.json(&format!("export {number} --output {number}.json")).data();
        desk.sign(&format!("{number}.json"), 0);
    }
    let before = node.requests();
    let run = desk.quorate("import 0.json 1.json -v").env("ETH_RPC_URL", node.url()).run();
    let count = node.requests() - before;
    assert!(count > 1, "{run}");
    assert!(run.stderr.contains(&format!("{count} HTTP requests with ")), "{count}: {run}");
    assert_eq!(run.stderr.matches("HTTP requests").count(), 1, "{run}");
}
