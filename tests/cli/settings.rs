//! quorate.toml and what beats it: a flag, then the environment, then the file, then what is built in.
//!
//! What the file cannot do, whatever it says, is in `settings_file.rs`.

use std::{fs::File, process::Command, time::Duration};

use serde_json::Value;

use crate::desk::{self, Desk};

/// A node that is not there: whoever asks it has gone by the wrong setting.
const NOWHERE: &str = "http://127.0.0.1:1";

/// A desk whose environment names nothing but keys, and a file that names everything.
fn desk(seed: &str) -> Desk {
    let mut desk = Desk::open(seed, 1, 1);
    desk.machine.set("ETH_RPC_URL", "");
    desk.machine.set("QUORATE_SAFE", "");
    desk.write("quorate.toml", file(&desk, desk.chain.url()));
    desk
}

fn file(desk: &Desk, rpc: &str) -> String {
    let (safe, payee) = (desk.safe, desk.address("payee"));
    format!(
        "safe = \"treasury\"\nmailbox = \"from-file\"\n\n[chains.local]\nchain_id = 31337\nrpc = \"{rpc}\"\n\n\
         [safes.treasury]\naddress = \"{safe}\"\nchain = \"local\"\nversion = \"1.5.0\"\n\n[book]\nlandlord = \"{payee}\"\n"
    )
}

/// What `safe info` says the Safe is.
#[track_caller]
fn address(info: &Value) -> String {
    info["address"].as_str().unwrap().to_owned()
}

#[test]
fn a_whole_way_goes_by_the_file_alone() {
    let desk = desk("by file");
    let proposed = desk.propose("landlord --value 1");
    assert_eq!(proposed["transaction"]["call"]["to"], desk.address("payee").to_string());
    assert_eq!(proposed["transaction"]["call"]["to_name"], "landlord in the address book");
    assert!(proposed["file"].as_str().unwrap().starts_with("from-file/"), "{proposed}");
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    assert_eq!(address(&desk.json("safe info").data()), desk.safe.to_string());
    for name in ["treasury", &format!("local:{}", desk.safe)] {
        assert_eq!(address(&desk.json(&format!("safe info --safe {name}")).data()), desk.safe.to_string());
    }
    let shown = desk.run("show 0 --rpc-url local");
    assert!(shown.text().contains("(landlord in the address book)"), "{shown}");
}

#[test]
fn the_environment_beats_the_file_and_a_flag_beats_both() {
    let desk = desk("precedence");
    let other = Desk::open("precedence too", 1, 1);
    let [ours, theirs] = [&desk, &other].map(|it| it.safe.to_string());
    let named = format!("eip155:31337:{theirs}");

    let by_env = desk.quorate("safe info --json").env("QUORATE_SAFE", &named).env("SAFE_ADDRESS", &ours).run();
    assert_eq!(address(&by_env.data()), theirs);
    let by_second = desk.quorate(&format!("safe info --rpc-url {} --json", desk.chain.url()));
    assert_eq!(address(&by_second.env("SAFE_ADDRESS", &theirs).run().data()), theirs);
    let by_flag = desk.quorate("safe info --json --safe treasury").env("QUORATE_SAFE", &named).run();
    assert_eq!(address(&by_flag.data()), ours);

    desk.write("quorate.toml", file(&desk, NOWHERE));
    desk.json("safe info").fails(5, "rpc_unreachable");
    desk.quorate("safe info --json").env("ETH_RPC_URL", desk.chain.url()).run().data();
    let line = format!("safe info --json --rpc-url {}", desk.chain.url());
    desk.quorate(&line).env("ETH_RPC_URL", NOWHERE).run().data();

    desk.write("quorate.toml", file(&desk, desk.chain.url()));
    for (value, flag, place) in
        [("", "", "from-file/"), ("from-env", "", "from-env/"), ("from-env", "--mailbox from-flag", "from-flag/")]
    {
        let run =
            desk.quorate(&format!("propose landlord --safe-nonce 0 --json {flag}")).env("QUORATE_MAILBOX", value).run();
        let data = run.data();
        assert!(data["file"].as_str().unwrap().starts_with(place), "{run}");
        assert_eq!(data["known"], false, "{run}");
        desk::proposal(&desk.path(data["file"].as_str().unwrap()));
    }
    // What nothing names is built in.
    desk.write("quorate.toml", "");
    let line = format!("propose {} --json --safe {named} --rpc-url {}", desk.address("payee"), desk.chain.url());
    let run = desk.quorate(&line).run();
    assert!(run.data()["file"].as_str().unwrap().starts_with(".quorate/proposals/"), "{run}");
}

#[test]
fn the_file_itself_is_named_by_flag_environment_or_place() {
    let desk = desk("which file");
    desk.write("elsewhere/settings.toml", file(&desk, desk.chain.url()));
    desk.write("quorate.toml", "mailbox = 7");
    desk.json("list").fails(2, "config").names(&["quorate.toml"]);
    desk.quorate("safe info --json").env("QUORATE_CONFIG", "elsewhere/settings.toml").run().data();
    let run = desk.quorate("safe info --json --config elsewhere/settings.toml").env("QUORATE_CONFIG", "quorate.toml");
    run.run().data();
    desk.json("list --config missing.toml").fails(2, "not_found").names(&["missing.toml"]);
    // A directory without one needs none, and that of another is not looked for.
    std::fs::create_dir(desk.path("empty")).unwrap();
    desk.quorate("list --json").within("empty").run().data();
    desk.quorate("safe info --json").within("empty").run().fails(2, "safe_missing");
}

#[test]
fn the_patience_with_a_node_is_set_by_flag_or_environment() {
    let mut desk = desk("patience");
    let silent = crate::node::Node::start(|_, _| crate::node::Reply::Silence);
    desk.machine.set("ETH_RPC_URL", silent.url());
    let by_env = desk.quorate("safe info --json").env("ETH_RPC_TIMEOUT", "1").run();
    by_env.fails(5, "rpc_timeout").names(&["1000 ms"]);
    let by_flag = desk.quorate("safe info --json --rpc-timeout 1").env("ETH_RPC_TIMEOUT", "3600").run();
    by_flag.fails(5, "rpc_timeout").names(&["1000 ms"]);
    assert!(by_env.took + by_flag.took < Duration::from_secs(20), "{by_env} {by_flag}");
    let wrong = desk.quorate("safe info --json").env("ETH_RPC_TIMEOUT", "soon").run();
    wrong.fails(2, "config").names(&["ETH_RPC_TIMEOUT", "soon"]);
}

#[test]
fn a_variable_stands_for_a_secret_that_is_never_printed() {
    let mut desk = desk("expansion");
    desk.write("quorate.toml", file(&desk, "${LOCAL_RPC_URL}"));
    desk.json("safe info").fails(2, "config").names(&["LOCAL_RPC_URL"]);
    desk.machine.set("LOCAL_RPC_URL", desk.chain.url());
    // That the variable is sent is said; what it holds beyond the host is not.
    let run = desk.quorate("safe info --json").run();
    assert_eq!(run.exit, 0, "{run}");
    assert!(run.stderr.contains("$LOCAL_RPC_URL"), "{run}");
    assert_eq!(address(&run.envelope()["data"]), desk.safe.to_string());

    desk.write("quorate.toml", file(&desk, &format!("{NOWHERE}/v3/${{NODE_API_KEY}}")));
    desk.machine.set("NODE_API_KEY", "sk-0123456789abcdef");
    desk.machine.hide("sk-0123456789abcdef");
    for flags in ["", "-v", "--json", "--quiet"] {
        let run = desk.run(&format!("safe info {flags}"));
        assert_eq!(run.exit, 5, "{run}");
    }
}

#[test]
fn a_file_that_is_wrong_is_refused_with_its_line() {
    let desk = desk("wrong file");
    let good = file(&desk, desk.chain.url());
    let safe = desk.safe.to_string();
    let replaced = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    for (content, named) in [
        (replaced("mailbox", "mailbx"), "line 2: unknown field `mailbx`"),
        (replaced("chain_id", "chainid"), "`chainid`"),
        (replaced("31337", "\"31337\""), "line 5"),
        (replaced("chain = \"local\"", "chain = \"remote\""), "remote"),
        (replaced("\"treasury\"\nmailbox", "\"vault\"\nmailbox"), "vault"),
        (replaced("1.5.0", "one"), "line 11: \"one\""),
        (replaced(&safe, &safe[..41]), &safe[..41]),
        (format!("{good}[chains.local]\nchain_id = 1\n"), "line"),
        (format!("{good}\"0x1\" = \"{safe}\"\n"), "0x1"),
        (format!("[[[\n{good}"), "line 1"),
    ] {
        desk.write("quorate.toml", content);
        for line in ["list", "safe info", "show 0"] {
            desk.json(line).fails(2, "config").names(&["quorate.toml", named]);
        }
    }
    desk.write("quorate.toml", b"safe = \"\xff\"");
    desk.json("list").fails(2, "config").names(&["UTF-8"]);
    desk.write("quorate.toml", "[chains.\"a\u{1b}[2J\u{202e}\"]\nchain_id = 1\n");
    assert_eq!(desk.run("list").exit, 2);
}

#[test]
fn a_settings_file_that_is_no_file_is_refused_at_once() {
    let desk = desk("no file");
    File::create(desk.path("huge.toml")).unwrap().set_len(64 << 20).unwrap();
    assert!(Command::new("mkfifo").arg(desk.path("pipe.toml")).status().unwrap().success());
    for (name, named) in [("huge.toml", "67108864"), ("pipe.toml", "regular"), ("/dev/zero", "regular")] {
        let run = desk.json(&format!("list --config {name}"));
        run.fails(2, "config").names(&[name, named]);
        assert!(run.took < Duration::from_secs(5), "{run}");
    }
}

#[test]
fn a_safe_of_another_release_than_the_file_pins_is_refused() {
    let desk = desk("pinned");
    desk.payment(1);
    desk.write("quorate.toml", file(&desk, desk.chain.url()).replace("1.5.0", "1.4.1"));
    for line in ["safe info", "sign 0 --private-key-env KEY_0 --yes", "propose landlord"] {
        desk.json(line).fails(3, "wrong_contract").names(&["1.5.0", "1.4.1"]);
    }
}

#[test]
fn a_chain_that_contradicts_the_safe_is_refused() {
    let desk = desk("contradiction");
    desk.json("safe info --chain 1").fails(2, "usage").names(&["31337", "1"]);
    desk.quorate("safe info --json").env("CHAIN", "1").run().fails(2, "usage").names(&["31337", "CHAIN says 1"]);
    desk.json("safe info --chain local").data();
    desk.json("safe info --chain 31337").data();
    desk.json("safe info --chain nowhere").fails(2, "usage").names(&["nowhere"]);
    desk.json("safe info --rpc-url nowhere").fails(2, "rpc_missing").advises(&["local"]);
    let safe = format!("eth:{}", desk.safe);
    let line = format!("safe info --safe {safe} --rpc-url {}", desk.chain.url());
    desk.json(&line).fails(3, "wrong_chain").names(&["31337", "1"]);
}
