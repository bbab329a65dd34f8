//! `quorate safe migrate`, and what `sign`, `show` and `exec` make of its proposals.

use alloy::primitives::{Address, U256, keccak256};
use anvil_fixtures::Contents;
use quorate_contracts::{Deployment, Deployments, Family, Flavor, HandlerMove, Kind, Migration};
use serde_json::{Value, json};

use crate::{chain::Local, desk::Desk};

const OTHER: &str = "0x6001600155";

fn other_hash() -> String {
    keccak256([0x60, 1, 0x60, 1, 0x55]).to_string()
}

/// A Safe of which one owner has to sign.
fn desk(family: &str, seed: &str) -> Desk {
    Desk::of(Local::shared(), family, seed, 1, 2, &[])
}

/// As [`desk`], on a chain whose code is changed.
fn alone(family: &str, seed: &str) -> Desk {
    Desk::of(Local::start(Contents::Everything), family, seed, 1, 2, &[])
}

fn set_code(desk: &Desk, address: Address, code: &str) -> String {
    let before = desk.chain.ask("eth_getCode", &json!([address, "latest"])).as_str().unwrap().to_owned();
    desk.chain.ask("anvil_setCode", &json!([address, code]));
    before
}

fn callouts(data: &Value) -> String {
    let callouts = data["transaction"]["callouts"].as_array().unwrap();
    callouts.iter().map(|it| it.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Proposes, signs and executes a move; returns what the execution says.
#[track_caller]
fn migrate(desk: &Desk, words: &str) -> Value {
    let proposed = desk.json(&format!("safe migrate {words}")).data();
    let nonce = proposed["nonce"].as_str().unwrap().to_owned();
    desk.sign(&nonce, 0);
    desk.json(&format!("exec {nonce} --private-key-env PAYER --yes")).data()
}

#[test]
fn a_safe_moves_to_quorate_and_back_by_the_command_line() {
    for (family, back) in [("1.3.0", "1.3.0"), ("1.3.0", "1.4.1"), ("1.4.1", "1.4.1"), ("1.5.0", "1.5.0")] {
        let desk = desk(family, &format!("there and back {family} {back}"));
        let before = desk.json("safe info").data();

        let executed = migrate(&desk, "--contracts quorate");
        let quorate = Deployments::of(Family::Quorate);
        let migrated = &executed["migrated"];
        assert_eq!(migrated["singleton"], quorate.singleton(Flavor::L2).address.to_string());
        assert_eq!(migrated["fallback_handler"], quorate.fallback_handler().address.to_string());
        assert_eq!((&migrated["version"], &migrated["nonce"]), (&json!("1.5.0"), &json!("1")));
        let info = desk.json("safe info").data();
        assert_eq!((&info["contracts"], &info["version"]), (&json!("quorate (l2)"), &json!("1.5.0")));
        for field in ["owners", "threshold", "modules", "guard", "balance_wei", "proxy_code_hash"] {
            assert_eq!(info[field], before[field], "{field}");
        }

        desk.payment(7);
        desk.sign("1", 0);
        let paid = desk.json("exec 1 --private-key-env PAYER --yes").data();
        assert!(paid.get("migrated").is_none(), "{paid}");
        assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(7));

        let executed = migrate(&desk, &format!("--contracts {back} --l1 --keep-handler"));
        let target: Family = back.parse().unwrap();
        let singleton = Deployments::of(target).singleton(Flavor::L1).address;
        assert_eq!(executed["migrated"]["singleton"], singleton.to_string());
        assert_eq!(executed["migrated"]["fallback_handler"], quorate.fallback_handler().address.to_string());
        let info = desk.json("safe info").data();
        assert_eq!((&info["contracts"], &info["nonce"]), (&json!(format!("{back} (l1)")), &json!("3")));

        let run = desk.run(&format!("safe migrate --contracts {back} --l1 --safe-nonce 3"));
        assert!(run.text().contains("MIGRATION: the fallback handler changes"), "{run}");
    }
}

#[test]
fn a_proposal_carries_what_the_safe_was_and_says_what_changes() {
    let desk = desk("1.3.0", "words");
    let proposed = desk.json("safe migrate --contracts quorate --note upgrade").data();
    let file = crate::desk::proposal(&desk.path(proposed["file"].as_str().unwrap()));
    let evidence = file.evidence().unwrap();
    let [old, new] = [Family::V1_3_0, Family::Quorate].map(Deployments::of);
    assert_eq!(evidence.singleton.address, old.singleton(Flavor::L2).address);
    let expected = Migration::to(new, Flavor::L2, HandlerMove::Replaced).transaction(U256::ZERO);
    assert_eq!((file.tx(), file.note()), (&expected, "upgrade"));

    let shown = desk.json("show 0").data();
    let signed = desk.sign("0", 0);
    let offline = desk.json("sign 0 --offline --private-key-env KEY_1 --yes").data();
    for data in [&proposed, &shown, &signed, &offline] {
        let words = callouts(data);
        for part in [
            old.singleton(Flavor::L2).address.to_string(),
            new.singleton(Flavor::L2).address.to_string(),
            old.fallback_handler().address.to_string(),
            new.fallback_handler().address.to_string(),
            "VERSION() changes from 1.3.0 to 1.5.0".to_owned(),
            "the EIP-712 domain stays the same".to_owned(),
        ] {
            assert!(words.contains(&part), "{part} is not in {words}");
        }
    }
    let run = desk.run("exec 0 --private-key-env PAYER --yes");
    assert!(run.text().contains("migrated: owners, threshold, modules and guards are what they were"), "{run}");
}

#[test]
fn a_signature_from_before_counts_after_the_move() {
    let desk = desk("1.5.0", "signed before");
    desk.json("safe migrate --contracts quorate").data();
    desk.payment(9);
    desk.sign("0", 0);
    desk.sign("1", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    desk.json("exec 1 --private-key-env PAYER --yes").data();
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(9));
}

#[test]
fn a_safe_that_is_there_already_is_not_moved() {
    let desk = desk("1.4.1", "already");
    desk.json("safe migrate --contracts 1.4.1").fails(3, "already_there").names(&[&desk.safe.to_string()]);
    desk.json("safe migrate --contracts 1.4.1 --keep-handler").fails(3, "already_there");
    // The other flavour is another contract.
    desk.json("safe migrate --contracts 1.4.1 --l1").data();
    desk.json("safe migrate --contracts 1.2.0").fails(2, "usage");
    desk.json("safe migrate").fails(2, "usage");
}

#[test]
fn another_contract_than_it_should_be_stops_the_proposal_with_its_hash() {
    let desk = alone("1.4.1", "bad code");
    for (family, l1) in [(Family::Quorate, true), (Family::V1_5_0, false), (Family::V1_3_0, false)] {
        let flavor = if l1 { Flavor::L1 } else { Flavor::L2 };
        let migration = Migration::to(Deployments::of(family), flavor, HandlerMove::Replaced);
        for Deployment { address, .. } in migration.contracts() {
            for (code, words) in [(OTHER, vec![other_hash()]), ("0x", vec!["no code".to_owned()])] {
                let before = set_code(&desk, *address, code);
                // Without one of its singletons, the set of 1.3.0 is not the one that the chain has.
                let name = if family == Family::V1_3_0 { "1.3.0-canonical".to_owned() } else { family.to_string() };
                let flag = if l1 { "--l1" } else { "" };
                let refused = desk.json(&format!("safe migrate --contracts {name} {flag}")).fails(3, "wrong_contract");
                refused.names(&[&address.to_string()]).names(&words.iter().map(String::as_str).collect::<Vec<_>>());
                set_code(&desk, *address, &before);
            }
        }
    }
    assert!(desk.json("list").data()["proposals"].as_array().unwrap().is_empty(), "nothing was written");
}

#[test]
fn a_safe_of_unknown_code_is_not_moved() {
    let desk = alone("1.4.1", "unknown singleton");
    let singleton = Deployments::of(Family::V1_4_1).singleton(Flavor::L2).address;
    let code = desk.chain.ask("eth_getCode", &json!([singleton, "latest"])).as_str().unwrap().to_owned();
    // It still says that it is 1.4.1.
    set_code(&desk, singleton, &format!("{code}00"));
    let hash = desk.json("safe info").data()["singleton_code_hash"].as_str().unwrap().to_owned();
    desk.json("safe migrate --contracts quorate").fails(3, "wrong_contract").names(&[&singleton.to_string(), &hash]);
    set_code(&desk, singleton, &code);

    let proxy = set_code(&desk, desk.safe, "0x");
    set_code(&desk, desk.safe, &format!("{proxy}00"));
    let hash = desk.json("safe info").data()["proxy_code_hash"].as_str().unwrap().to_owned();
    desk.json("safe migrate --contracts quorate").fails(3, "wrong_contract").names(&[&hash]);
    set_code(&desk, desk.safe, &proxy);
    desk.json("safe migrate --contracts quorate").data();
}

#[test]
fn a_release_before_1_3_0_is_not_moved() {
    let desk = alone("1.3.0", "old release");
    let singleton = Deployments::of(Family::V1_3_0).singleton(Flavor::L2).address;
    let code = desk.chain.ask("eth_getCode", &json!([singleton, "latest"])).as_str().unwrap().to_owned();
    // "1.3.0" in the code becomes "1.1.1".
    let old = code.replacen("312e332e30", "312e312e31", 1);
    assert_ne!(old, code);
    set_code(&desk, singleton, &old);
    desk.json("safe migrate --contracts quorate").fails(3, "not_a_safe").names(&["1.1.1"]);
}

#[test]
fn a_handler_that_is_not_known_is_not_lost_unnoticed() {
    let desk = desk("1.4.1", "own handler");
    let handler = desk.address("handler");
    desk.chain.ask("anvil_setCode", &json!([handler, OTHER]));
    let slot = keccak256("fallback_manager.handler.address");
    desk.chain.ask("anvil_setStorageAt", &json!([desk.safe, slot, handler.into_word()]));
    let refused = desk.json("safe migrate --contracts quorate").fails(3, "refused");
    refused.names(&[&handler.to_string(), &other_hash()]).advises(&["--keep-handler"]);
    let executed = migrate(&desk, "--contracts quorate --keep-handler");
    assert_eq!(executed["migrated"]["fallback_handler"], handler.to_string());
}

#[test]
fn what_changed_since_it_was_proposed_stops_signing_and_executing() {
    let desk = alone("1.4.1", "changed since");
    desk.json("safe migrate --contracts quorate").data();
    let migration = Deployments::of(Family::Quorate).get(Kind::Migration).unwrap().address;
    let before = set_code(&desk, migration, OTHER);
    desk.json("sign 0 --private-key-env KEY_0 --yes").fails(3, "wrong_contract").names(&[&other_hash()]);
    set_code(&desk, migration, &before);
    desk.sign("0", 0);

    let singleton = Deployments::of(Family::Quorate).singleton(Flavor::L2).address;
    for address in [migration, singleton] {
        let before = set_code(&desk, address, OTHER);
        let refused = desk.json("exec 0 --private-key-env PAYER --yes").fails(3, "wrong_contract");
        refused.names(&[&address.to_string(), &other_hash()]);
        set_code(&desk, address, &before);
    }
    assert_eq!(desk.nonce(), 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    assert_eq!(desk.nonce(), 1);
}

/// A proposal that was made with another tool, in a batch, is looked at as well.
#[test]
fn a_move_inside_a_batch_is_found() {
    let desk = alone("1.4.1", "in a batch");
    let quorate = Deployments::of(Family::Quorate);
    let tx = Migration::to(quorate, Flavor::L2, HandlerMove::Replaced).transaction(U256::ZERO);
    let entry = quorate_core::BatchCall { operation: tx.operation, to: tx.to, value: tx.value, data: tx.data };
    let data = quorate_core::encode_multi_send(&[entry]);
    let multi_send = Deployments::of(Family::V1_4_1).multi_send().address;
    let proposed = desk.propose(&format!("{multi_send} --operation delegate-call --data {data}"));
    assert!(callouts(&proposed).contains("MIGRATION: VERSION() changes from 1.4.1 to 1.5.0"), "{proposed}");
    desk.sign("0", 0);
    let before = set_code(&desk, quorate.fallback_handler().address, OTHER);
    desk.json("exec 0 --private-key-env PAYER --yes").fails(3, "wrong_contract").names(&[&other_hash()]);
    set_code(&desk, quorate.fallback_handler().address, &before);
    let run = desk.json("exec 0 --private-key-env PAYER --yes");
    assert!(run.warnings().iter().any(|it| it.contains("in a batch")), "{run}");
    assert_eq!(desk.json("safe info").data()["contracts"], "quorate (l2)");
}

/// The hash is the same after the move, and yet the file says for which release it was made.
#[test]
fn what_waits_behind_a_move_is_proposed_anew() {
    let desk = desk("1.4.1", "waiting");
    desk.json("safe migrate --contracts quorate").data();
    let file = desk.payment(9);
    desk.sign("0", 0);
    desk.sign("1", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    let refused = desk.json("exec 1 --private-key-env PAYER --yes").fails(3, "wrong_contract");
    refused.names(&["1.4.1", "1.5.0"]).advises(&["anew"]);
    let hash = crate::desk::proposal(&file).hash().to_string();
    std::fs::remove_file(&file).unwrap();
    let again = desk.propose(&format!("{} --value 9 --safe-nonce 1", desk.address("payee")));
    assert_eq!(again["safe_tx_hash"], hash);
    desk.sign("1", 0);
    desk.json("exec 1 --private-key-env PAYER --yes").data();
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(9));
}
