//! Signing without any network, from a file that carries its evidence.

use serde_json::Value;

use crate::desk::{self, Desk};

/// A network that nobody answers in, and a file with evidence in an empty directory.
fn carried(seed: &str) -> Desk {
    let mut desk = Desk::open(seed, 2, 2);
    desk.payment(7);
    desk.json("export 0 --evidence --output carried.json").data();
    desk.json("export 0 --output bare.json").data();
    desk.machine.set("ETH_RPC_URL", "");
    desk
}

#[test]
fn an_owner_signs_without_a_network() {
    let desk = carried("offline");
    let run = desk.quorate("sign carried.json --private-key-env KEY_1 --yes --json -v").run();
    assert_eq!(run.exit, 0, "{run}");
    assert_eq!(run.stderr, "0 HTTP requests with 0 RPC calls\n");
    let signed = run.envelope()["data"].take();
    assert_eq!(signed["status"]["checked_against"], "evidence");
    assert_eq!((&signed["status"]["confirmed"], &signed["status"]["stage"]), (&1.into(), &"signatures_missing".into()));
    let transaction = &signed["transaction"];
    let proposal = desk::proposal(&desk.path("carried.json"));
    for (field, value) in [
        ("domain_hash", proposal.hash().digest().domain_hash()),
        ("message_hash", proposal.hash().digest().message_hash()),
        ("safe_tx_hash", proposal.hash().hash()),
    ] {
        assert_eq!(transaction[field], value.to_string());
    }
    assert_eq!(proposal.signatures().len(), 1);
}

#[test]
fn offline_asks_no_node_even_if_one_is_named() {
    let desk = carried("offline flag");
    let run = desk.quorate("sign carried.json --offline --private-key-env KEY_0 --yes --json -v");
    let run = run.env("ETH_RPC_URL", "http://127.0.0.1:1/").run();
    assert_eq!(run.exit, 0, "{run}");
    assert_eq!(run.stderr, "0 HTTP requests with 0 RPC calls\n");
}

#[test]
fn without_evidence_and_network_nothing_is_signed() {
    let desk = carried("no evidence");
    let before = desk.read("bare.json");
    let refused = desk.json("sign bare.json --private-key-env KEY_0 --yes").fails(3, "no_evidence");
    refused.advises(&["export --evidence"]);
    assert_eq!(desk.read("bare.json"), before);
    let shown = desk.json("show bare.json").data();
    assert_eq!(
        (&shown["status"]["stage"], &shown["status"]["checked_against"]),
        (&"unknown".into(), &"nothing".into())
    );
}

#[test]
fn a_stranger_is_refused_by_the_evidence() {
    let desk = carried("offline stranger");
    let before = desk.read("carried.json");
    desk.json("sign carried.json --private-key-env STRANGER --yes").fails(3, "not_an_owner");
    let signature = desk::signature(&desk.key("STRANGER"), &desk::proposal(&desk.path("carried.json")));
    desk.json(&format!("add-signature carried.json {signature}")).fails(3, "not_an_owner");
    assert_eq!(desk.read("carried.json"), before);
}

#[test]
fn evidence_that_lies_about_the_owners_is_found_out_with_a_network() {
    let desk = carried("lying evidence");
    let stranger = desk.key("STRANGER").address();
    let mut file: Value = serde_json::from_str(&desk.read("carried.json")).unwrap();
    file["evidence"]["owners"][0]["address"] = stranger.to_string().into();
    desk.write("lying.json", file.to_string());
    // Its word is taken for what it is: the file's.
    let shown = desk.run("show lying.json");
    assert!(shown.text().contains("a claim of whoever made the file"), "{shown}");
    desk.json("sign lying.json --private-key-env STRANGER --yes").data();

    let online = |words: &str| desk.quorate(words).arg("--json").env("ETH_RPC_URL", desk.chain.url()).run();
    online("import lying.json").fails(3, "bad_signature").names(&[&stranger.to_string()]);
    let shown = online("show lying.json").data();
    assert_eq!(shown["status"]["signatures"][0]["status"], "rejected");
    online("exec lying.json --private-key-env PAYER --yes").fails(4, "signatures_missing");
    assert_eq!(desk.nonce(), 0);
}

#[test]
fn signatures_come_together_from_several_machines() {
    let desk = carried("several machines");
    for owner in 0..2 {
        desk.write(format!("machine{owner}/carried.json"), desk.read("carried.json"));
        let line = format!("sign machine{owner}/carried.json --private-key-env KEY_{owner} --yes");
        desk.json(&line).data();
    }
    let imported = desk.json("import machine0/carried.json machine1/carried.json").data();
    let counts: Vec<_> = imported["imported"].as_array().unwrap().iter().map(|it| &it["signatures"]).collect();
    assert_eq!(counts, [1, 2]);
    assert_eq!(imported["imported"][1]["new_signatures"][0], desk.owners[1].address().to_string());
    let execute = desk.quorate("exec 0 --private-key-env PAYER --yes --json").env("ETH_RPC_URL", desk.chain.url());
    execute.run().data();
}
