//! Every command on its usual way, for people and for programs; the envelopes are snapshots.
//!
//! The Safe is one of Safe's own 1.4.1, whose addresses never change, and all keys are fixed: what is left to vary is
//! what the chain decides.

use anvil_fixtures::{Contents, Fixtures};
use serde_json::json;

use crate::{
    chain::Local,
    desk::{self, Desk},
    machine::Machine,
    snapshot,
};

/// A desk on a chain of its own, so that nobody else's transactions are in its blocks.
fn desk() -> Desk {
    Desk::of(Local::start(Contents::Everything), "1.4.1", "story", 2, 3, &[])
}

#[test]
fn every_envelope_of_a_transactions_way_is_as_it_was() {
    let desk = desk();
    let payee = desk.address("payee");
    let owners: Vec<_> = desk.owners.iter().map(|key| key.address().to_string()).collect();
    let spec = format!("--contracts 1.4.1 --threshold 2 {}", owners.join(" "));
    let compare = |name: &str, words: &str| {
        let run = desk.json(words);
        run.data();
        snapshot::compare(name, &run);
    };

    compare("safe-predict", &format!("safe predict {spec}"));
    compare("safe-create", &format!("safe create {spec} --salt-nonce 7 --private-key-env PAYER"));
    compare("safe-create-again", &format!("safe create {spec} --salt-nonce 7 --private-key-env PAYER"));
    compare("safe-info", "safe info");
    compare("propose", &format!("propose {payee} --value 1ether --note rent"));
    let token = Fixtures::get().token;
    compare("propose-call", &format!("propose {token} transfer(address,uint256) {payee} 250"));
    compare("list", "list");
    compare("sign", "sign 0 --private-key-env KEY_0 --yes");
    desk.json("export 0 --output first.json").data();
    let signature = desk::signature(&desk.owners[1], &desk::proposal(&desk.path("first.json")));
    compare("add-signature", &format!("add-signature 0 {signature}"));
    compare("show", "show 0");
    compare("export", "export 0 --output copy.json");
    compare("import", "import copy.json --mailbox other");
    compare("exec", "exec 0 --private-key-env PAYER --yes");
    compare("cancel", "cancel 1");

    let evidence = desk.json("export 0x --evidence");
    evidence.fails(2, "usage");
    snapshot::compare("usage", &evidence);
    let stale = desk.json("exec 0 --private-key-env PAYER --yes");
    stale.fails(3, "stale_nonce");
    snapshot::compare("stale-nonce", &stale);
}

#[test]
fn every_command_speaks_to_people_as_well() {
    let desk = desk();
    let payee = desk.address("payee").to_string();
    let run = |words: &str, expected: &[&str]| {
        let run = desk.run(words);
        let text = run.text();
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err() || words.starts_with("export"), "{run}");
        for word in expected {
            assert!(text.contains(word), "{word:?} is missing: {run}");
        }
        run
    };
    let safe = desk.safe.to_string();
    let owner = desk.owners[0].address().to_string();
    let spec = format!("--contracts 1.4.1 --threshold 2 {owner} {payee}");

    let predicted = run(&format!("safe predict {spec}"), &["address", &payee, "2 of 2", "salt nonce"]);
    let address = predicted.stdout.lines().next().unwrap().split_whitespace().last().unwrap().to_owned();
    let created = run(&format!("safe create {spec} --private-key-env PAYER"), &["created", &address, "1.4.1"]);
    assert!(created.stderr.contains(&format!("creating {address}")), "{created}");
    run(&format!("safe create {spec} --private-key-env PAYER"), &["was there already", &address]);
    run("safe info", &[&safe, "2 of 3", &owner, "1.4.1", "100 ether"]);

    let proposed = run(&format!("propose {payee} --value 1ether"), &["proposed 0x", "1 ether", "next: quorate sign 0"]);
    assert_eq!(proposed.stderr, "");
    run("list", &["payment", &payee, "0 signatures"]);
    let signed = run("sign 0 --private-key-env KEY_0 --yes", &[&owner, "signature", "1 of 2"]);
    // What is signed is shown, but it is not the result.
    for word in ["safeTxHash", "domain hash", "message hash", &payee, "1 ether", "31337"] {
        assert!(signed.stderr.contains(word), "{word}: {signed}");
    }
    run("show 0", &["safeTxHash", "1 of 2 confirmations", "missing", "checked at block"]);
    let exported = run("export 0 --evidence", &["\"evidence\""]);
    assert_eq!(exported.stderr, "");
    desk.write("copy.json", &exported.stdout);
    let proposal = desk::proposal(&desk.path("copy.json"));
    let signature = desk::signature(&desk.owners[1], &proposal);
    run(&format!("add-signature copy.json {signature}"), &["added", "eip712", "2 of 2"]);
    run("import copy.json", &["merged 0x", "1 signatures", "2 of 2"]);
    run(&format!("export 0 --output {}", desk.path("out.json").display()), &["exported 0x", "evidence"]);
    let executed = run("exec 0 --private-key-env PAYER --yes", &["executed 0x", "gas used", "block"]);
    assert!(executed.stderr.contains("sending"), "{executed}");
    assert_eq!(desk.nonce(), 1);
    run(&format!("propose {payee}"), &["proposed", "next: quorate sign 1"]);
    run("cancel 1", &["proposed", "this Safe itself", "next: quorate sign 0x"]);
    run("chain setup --private-key-env PAYER", &["chain 31337: 0 of 15 contracts were new", "MultisigProxyFactory"]);
}

#[test]
fn quiet_leaves_nothing_but_the_result() {
    let desk = Desk::open("quiet", 1, 1);
    desk.payment(1);
    let run = desk.run("sign 0 --private-key-env KEY_0 --yes --quiet");
    assert!(run.text().contains("signed 0x"), "{run}");
    assert_eq!(run.stderr, "");
}

#[test]
fn key_commands_have_the_envelopes_they_had() {
    let mut machine = Machine::new();
    machine.write("password", "correct horse\n");
    machine.set("ETH_PASSWORD", "password");
    machine.set("IMPORTED", "1".repeat(64));
    machine.hide(&"1".repeat(64));
    machine.hide("correct horse");
    let compare = |name: &str, words: &str| {
        let run = machine.json(words);
        run.data();
        snapshot::compare(name, &run);
    };
    compare("key-import", "key import fixed --keystore-dir keys --private-key-env IMPORTED");
    compare("key-list", "key list --keystore-dir keys");
    compare("key-address", "key address --keystore-dir keys --account fixed");
    compare("key-address-verified", "key address --keystore-dir keys --account fixed --verify");

    let run = machine.json("key new made --keystore-dir keys");
    let address = run.data()["address"].as_str().unwrap().to_owned();
    let mut envelope = run.envelope();
    envelope["data"]["address"] = json!("<address>");
    snapshot::compare_value("key-new", &envelope);
    assert_eq!(machine.run("key address --keystore-dir keys --account made").text().trim(), address);
    let listed = machine.run("key list --keystore-dir keys");
    assert!(listed.text().contains(&format!("made   {address}")), "{listed}");
}

#[test]
fn a_whole_way_takes_ten_requests_at_most() {
    // With the chain named, as in quorate.toml, and without.
    for chain in ["--chain 31337", ""] {
        let requests = whole_way(chain);
        assert!((5..=10).contains(&requests), "{requests} requests with {chain:?}");
    }
}

/// Makes a 2-of-2, and a payment of it; returns the number of requests that took.
fn whole_way(chain: &str) -> u64 {
    let desk = Desk::without_safe(Local::shared(), &format!("requests {chain}"), 2);
    let owners = format!("{} {}", desk.owners[0].address(), desk.owners[1].address());
    let mut requests = 0;
    let mut run = |words: &str| {
        let run = desk.quorate(words).arg("-v").arg("--json").run();
        assert_eq!(run.exit, 0, "{run}");
        let line = run.stderr.lines().last().unwrap_or_default();
        let (count, rest) = line.split_once(" HTTP requests with ").unwrap_or_else(|| panic!("{run}"));
        assert!(rest.ends_with(&format!(" RPC calls to {}", desk.chain.url())), "{line}");
        requests += count.parse::<u64>().unwrap();
        run.envelope()
    };
    let created = run(&format!("safe create --threshold 2 {owners} {chain} --private-key-env PAYER"));
    let safe = format!("--safe {} {chain}", created["data"]["address"].as_str().unwrap());
    run(&format!("propose {} {safe}", desk.address("payee")));
    run(&format!("sign 0 {safe} --private-key-env KEY_0 --yes"));
    run(&format!("sign 0 {safe} --private-key-env KEY_1 --yes"));
    let executed = run(&format!("exec 0 {safe} --private-key-env PAYER --yes"));
    assert_eq!(executed["data"]["result"], "success");
    requests
}
