//! What quorate.toml cannot do: give a name another meaning, or send what is none of a node's business.

use alloy::primitives::{Address, hex};
use serde_json::Value;

use crate::{
    desk::Desk,
    machine::{Invocation, Machine},
    node::Node,
};

const SECRET: &str = "s3cret-of-a-node";

/// A settings file with a Safe that is called `treasury`; its sixth line is `rpc`.
fn settings(safe: Address, rpc: &str) -> String {
    format!(
        "safe = \"treasury\"\nmailbox = \"from-file\"\n\n[chains.local]\nchain_id = 31337\nrpc = \"{rpc}\"\n\n\
         [safes.treasury]\nchain = \"local\"\naddress = \"{safe}\"\n"
    )
}

/// A command line that has nothing but quorate.toml to go by.
fn bare<'a>(desk: &'a Desk, words: &str) -> Invocation<'a> {
    desk.quorate(words).arg("--json").without("ETH_RPC_URL").without("QUORATE_SAFE")
}

/// A node in front of the one of the desk, to count who is asked.
fn counted(desk: &Desk) -> Node {
    Node::between(desk.chain.url(), |_, _, answer| answer)
}

/// The file has to be refused, whatever is asked for, with a message that has all of `named`.
#[track_caller]
fn refused(machine: &Machine, content: &str, named: &[&str]) {
    machine.write("quorate.toml", content);
    for line in ["list", "show 0", "safe info"] {
        machine.json(line).fails(2, "config").names(&["quorate.toml"]).names(named);
    }
}

#[test]
fn names_that_mean_something_without_the_file_are_refused() {
    let machine = Machine::new();
    let address = Address::repeat_byte(7).to_string();
    let long = "a".repeat(65);
    for name in [address.as_str(), "0xbeef", "31337", "eth:x", "a b", "", &long] {
        refused(&machine, &format!("[book]\n\"{name}\" = \"{address}\"\n"), &["[book]", name]);
        refused(&machine, &format!("[chains.\"{name}\"]\nchain_id = 31337\n"), &["[chains]", name]);
        let local = "[chains.local]\nchain_id = 1\n";
        let safe = format!("{local}[safes.\"{name}\"]\nchain = \"local\"\naddress = \"{address}\"\n");
        refused(&machine, &safe, &["[safes]", name]);
    }
    for name in ["eth", "ETH", "sep", "gno"] {
        refused(&machine, &format!("[chains.{name}]\nchain_id = 31337\n"), &[&format!("[chains.{name}]"), "31337"]);
    }
    refused(&machine, "[chains.eip155]\nchain_id = 1\n", &["eip155"]);
    let twice = "[chains.one]\nchain_id = 5\n[chains.two]\nchain_id = 5\n";
    refused(&machine, twice, &["[chains.one]", "[chains.two]"]);
    machine.write("quorate.toml", "[chains.eth]\nchain_id = 1\n[chains.gno]\nchain_id = 100\n");
    machine.json("list").data();
}

#[test]
fn a_variable_for_a_node_is_sent_there_and_told_of_by_name_alone() {
    let mut desk = Desk::open("variable", 1, 1);
    desk.machine.hide(SECRET);
    desk.machine.set("NODE_API_KEY", SECRET);
    let node = counted(&desk);
    desk.write("quorate.toml", settings(desk.safe, &format!("{}/v1/${{NODE_API_KEY}}", node.url())));
    for more in ["", " --quiet"] {
        let run = bare(&desk, &format!("safe info{more}")).run();
        assert_eq!(run.exit, 0, "{run}");
        assert_eq!(run.envelope()["data"]["safe"], format!("eip155:31337:{}", desk.safe));
        assert_eq!(run.stderr.trim_end(), format!("quorate.toml sends $NODE_API_KEY to {}", node.url()), "{run}");
    }
    assert!(node.requests() > 0);
    // A node that is down is told of without its secret, too.
    desk.write("quorate.toml", settings(desk.safe, "http://127.0.0.1:1/v1/${NODE_API_KEY}"));
    let run = bare(&desk, "safe info").run();
    assert_eq!((run.exit, &run.envelope()["errors"][0]["code"]), (5, &Value::from("rpc_unreachable")), "{run}");
    // What is given on the command line takes nothing from the environment.
    bare(&desk, "safe info --rpc-url http://127.0.0.1:1/${NODE_API_KEY}").run().fails(2, "usage");
    bare(&desk, "safe info").env("ETH_RPC_URL", "http://127.0.0.1:1/${NODE_API_KEY}").run().fails(2, "usage");
}

#[test]
fn a_variable_that_is_not_set_or_holds_a_key_is_named_without_any_value() {
    let mut desk = Desk::open("unset", 1, 1);
    desk.machine.hide(SECRET);
    desk.machine.set("NODE_API_KEY", SECRET);
    desk.machine.set("EMPTY_API_KEY", "");
    let digits = hex::encode(desk.owners[0].to_bytes());
    desk.machine.set("BARE_API_KEY", digits.clone());
    desk.machine.set("OWNER_RPC_URL", format!("0x{digits}"));
    let node = counted(&desk);
    for name in ["ABSENT_API_KEY", "EMPTY_API_KEY", "BARE_API_KEY"] {
        desk.write("quorate.toml", settings(desk.safe, &format!("{}/${{NODE_API_KEY}}/${{{name}}}", node.url())));
        bare(&desk, "safe info").run().fails(2, "config").names(&[name]).advises(&["quorate.toml"]);
        // It is nobody's business as long as no node is asked.
        bare(&desk, "list").run().data();
    }
    desk.write("quorate.toml", settings(desk.safe, "${OWNER_RPC_URL}"));
    bare(&desk, "safe info").run().fails(2, "config").names(&["OWNER_RPC_URL"]);
    assert_eq!(node.requests(), 0);
}

#[test]
fn variables_that_are_no_nodes_secret_are_not_taken() {
    let mut machine = Machine::new();
    machine.hide(SECRET);
    let safe = Address::repeat_byte(7);
    for name in ["AWS_SECRET_ACCESS_KEY", "ETH_PASSWORD", "OWNER_KEY", "NODE_API_KEY_2"] {
        machine.set(name, SECRET);
        refused(&machine, &settings(safe, &format!("https://127.0.0.1:1/${{{name}}}")), &["line 6", "`rpc`", name]);
    }
    machine.set("NODE_API_KEY", SECRET);
    for rpc in [
        "https://${NODE_API_KEY}/",
        "https://${NODE_API_KEY}.invalid/",
        "https://node.invalid:${NODE_API_KEY}/",
        "https://user:${NODE_API_KEY}@node.invalid/",
        "https://node.invalid${NODE_API_KEY}",
        "http://node.invalid/${NODE_API_KEY}",
        "${NODE_API_KEY}",
        "https://node.invalid/${NODE_API_KEY",
    ] {
        refused(&machine, &settings(safe, rpc), &["line 6", "`rpc`"]);
    }
}
