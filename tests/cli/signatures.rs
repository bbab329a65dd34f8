//! `quorate sign` and `quorate add-signature`: every kind of signature, and those that do not count.

use alloy::{
    primitives::{Address, hex},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::SolCall,
};
use anvil_fixtures::{ACCOUNTS, Fixtures};
use quorate_contracts::bindings::IMultisig;
use serde_json::Value;

use crate::{
    chain::Local,
    desk::{self, Desk},
};

/// Bytes of a file, to see later that they have not changed.
fn bytes(path: &std::path::Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

#[test]
fn both_ways_to_sign_a_hash_count() {
    let desk = Desk::open("both ways", 2, 2);
    desk.payment(1);
    let typed = desk.sign("0", 0);
    assert_eq!((&typed["kind"], &typed["known"]), (&Value::from("eip712"), &Value::Bool(false)));
    let personal = desk.json("sign 0 --eth-sign --private-key-env KEY_1 --yes").data();
    assert_eq!(personal["kind"], "eth_sign");
    assert_eq!(personal["status"]["stage"], "ready");
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn signing_twice_changes_nothing() {
    let desk = Desk::open("twice signed", 2, 2);
    let file = desk.payment(1);
    desk.sign("0", 0);
    let before = bytes(&file);
    assert_eq!(desk.sign("0", 0)["known"], true);
    assert_eq!(bytes(&file), before);
}

#[test]
fn a_stranger_cannot_sign() {
    let desk = Desk::open("stranger", 1, 1);
    let file = desk.payment(1);
    let before = bytes(&file);
    let stranger = desk.key("STRANGER").address().to_string();
    let refused = desk.json("sign 0 --private-key-env STRANGER --yes");
    let owner = desk.owners[0].address().to_string();
    refused.fails(3, "not_an_owner").names(&[&stranger, &desk.safe.to_string()]).advises(&[&owner]);

    let signature = desk::signature(&desk.key("STRANGER"), &desk::proposal(&file));
    desk.json(&format!("add-signature 0 {signature}")).fails(3, "not_an_owner").names(&[&stranger]);
    assert_eq!(bytes(&file), before);
}

#[test]
fn signatures_made_elsewhere_are_added_in_every_form() {
    let desk = Desk::open("forms", 3, 3);
    let file = desk.payment(1);
    let proposal = desk::proposal(&file);
    let digest = proposal.hash().hash();

    let compact = desk.owners[0].sign_hash_sync(&digest).unwrap().as_erc2098();
    let mut personal = desk.owners[1].sign_message_sync(digest.as_slice()).unwrap().as_bytes();
    personal[64] += 4;
    let plain = desk.owners[2].sign_hash_sync(&digest).unwrap().as_bytes();
    for (bytes, kind, owner) in [(&compact[..], "eip712", 0), (&personal[..], "eth_sign", 1), (&plain[..], "eip712", 2)]
    {
        let added = desk.json(&format!("add-signature 0 {}", hex::encode_prefixed(bytes))).data();
        assert_eq!((&added["kind"], &added["done"]), (&kind.into(), &"added".into()));
        assert_eq!(added["owner"], desk.owners[owner].address().to_string());
    }
    let again = desk.json(&format!("add-signature 0 {}", hex::encode_prefixed(plain))).data();
    assert_eq!(again["done"], "kept");
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn bytes_that_are_no_signature_are_refused() {
    let desk = Desk::open("no signature", 1, 1);
    let file = desk.payment(1);
    let before = bytes(&file);
    let good = desk::signature(&desk.owners[0], &desk::proposal(&file));
    let with_v = |v: &str| format!("{}{v}", &good[..130]);
    for (signature, exit, code) in [
        (good[..130].to_owned() + "1b1b", 3, "bad_signature"),
        (good[..120].to_owned(), 3, "bad_signature"),
        ("0x".to_owned(), 3, "bad_signature"),
        (format!("0x{}", "00".repeat(65)), 3, "bad_signature"),
        (format!("0x{}1b", "ff".repeat(64)), 3, "bad_signature"),
        // Libraries write 0 and 1 for 27 and 28; to a Safe, those are a contract's signature and an approval.
        (with_v("00"), 3, "bad_signature"),
        (with_v("01"), 3, "bad_signature"),
        (with_v("05"), 3, "bad_signature"),
        (with_v("ff"), 3, "bad_signature"),
        (good[2..].to_owned(), 2, "usage"),
        (format!("{}z", &good[..131]), 2, "usage"),
        (good[..131].to_owned(), 2, "usage"),
    ] {
        desk.json(&format!("add-signature 0 {signature}")).fails(exit, code);
    }
    desk.json("add-signature 0").fails(2, "usage");
    assert_eq!(bytes(&file), before);
}

#[test]
fn a_signature_over_another_transaction_names_a_stranger() {
    let desk = Desk::open("other transaction", 1, 1);
    let [one, two] = [desk.payment(1), desk.payment(2)];
    let signature = desk::signature(&desk.owners[0], &desk::proposal(&two));
    let before = bytes(&one);
    desk.json(&format!("add-signature 0 {signature}")).fails(3, "not_an_owner").names(&["another transaction"]);
    assert_eq!(bytes(&one), before);
}

#[test]
fn a_contract_owner_vouches_in_both_dialects() {
    let contract = Fixtures::get().erc1271_owner;
    let authority = PrivateKeySigner::from_bytes(&ACCOUNTS[9].key).unwrap();
    for (family, seed) in [("quorate", "contract quorate"), ("1.4.1", "contract 1.4.1")] {
        let desk = Desk::of(Local::shared(), family, seed, 2, 1, &[contract]);
        let file = desk.payment(1);
        desk.sign("0", 0);
        let before = bytes(&file);
        let wrong = desk::signature(&desk.key("STRANGER"), &desk::proposal(&file));
        let refused = desk.json(&format!("add-signature 0 --contract {contract} --data {wrong}"));
        refused.fails(3, "bad_signature").names(&[&contract.to_string()]);
        let stranger = desk.key("STRANGER").address();
        desk.json(&format!("add-signature 0 --contract {stranger} --data {wrong}")).fails(3, "not_an_owner");
        assert_eq!(bytes(&file), before);

        let right = desk::signature(&authority, &desk::proposal(&file));
        let added = desk.json(&format!("add-signature 0 --contract {contract} --data {right}")).data();
        assert_eq!((&added["kind"], &added["owner"]), (&"contract".into(), &contract.to_string().into()));
        assert_eq!(added["status"]["confirmed"], 2);
        desk.json("exec 0 --private-key-env PAYER --yes").data();
    }
}

#[test]
fn an_approval_counts_once_it_is_on_the_chain() {
    let approver = Address::repeat_byte(0xa9);
    let desk = Desk::of(Local::shared(), "quorate", "approval", 2, 1, &[approver]);
    let file = desk.payment(1);
    desk.sign("0", 0);
    let before = bytes(&file);
    let line = format!("add-signature 0 --approved {approver}");
    desk.json(&line).fails(3, "bad_signature").names(&[&approver.to_string()]);
    assert_eq!(bytes(&file), before);

    let hash = desk::proposal(&file).hash().hash();
    let approve = IMultisig::approveHashCall { hashToApprove: hash }.abi_encode();
    desk.chain.send_as(approver, desk.safe, &approve);
    let added = desk.json(&line).data();
    assert_eq!((&added["kind"], &added["done"]), (&"approved".into(), &"added".into()));
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn without_a_chain_a_claim_is_taken_as_a_claim() {
    let contract = Fixtures::get().erc1271_owner;
    let desk = Desk::of(Local::shared(), "quorate", "claim", 1, 1, &[contract]);
    desk.payment(1);
    desk.json("export 0 --evidence --output carried.json").data();
    let run = desk.json(&format!("add-signature carried.json --offline --contract {contract} --data 0x00"));
    let added = run.data();
    assert_eq!((&added["done"], &added["status"]["confirmed"]), (&"added".into(), &0.into()));
    assert!(run.warnings()[0].contains("only the chain can tell"), "{run}");
    assert_eq!(added["status"]["signatures"][0]["status"], "unchecked");
    // With a chain, it is found out; and nobody can execute on it.
    desk.json("import carried.json").fails(3, "bad_signature").names(&[&contract.to_string()]);
    desk.json("exec carried.json --private-key-env PAYER --yes").fails(4, "signatures_missing");
}
