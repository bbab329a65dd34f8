//! `quorate chain setup` and `quorate dev`.

use alloy::primitives::{Address, U256};
use anvil_fixtures::Contents;
use serde_json::{Value, json};

use crate::{chain::Local, desk::Desk, snapshot};

#[test]
fn the_contracts_are_deployed_once() {
    let desk = Desk::without_safe(Local::start(Contents::Nothing), "setup", 1);
    let first = desk.json("chain setup --private-key-env PAYER");
    let contracts = first.data()["contracts"].as_array().unwrap().clone();
    assert!(contracts.iter().all(|it| it["tx_hash"].is_string()), "{first}");
    let sent = desk.chain.sent(desk.key("PAYER").address());

    let second = desk.json("chain setup --private-key-env PAYER");
    let again = second.data()["contracts"].as_array().unwrap().clone();
    assert_eq!(desk.chain.sent(desk.key("PAYER").address()), sent, "nothing is left to send");
    for (before, after) in contracts.iter().zip(&again) {
        assert_eq!((&before["name"], &before["address"]), (&after["name"], &after["address"]));
        assert_eq!(after["tx_hash"], Value::Null);
        let code = desk.chain.ask("eth_getCode", &json!([after["address"], "latest"]));
        assert!(code.as_str().unwrap().len() > 100, "{after}");
    }

    // What changes with every change of a contract is left out.
    let mut envelope = second.envelope();
    for contract in envelope["data"]["contracts"].as_array_mut().unwrap() {
        contract["address"] = json!("<address>");
        contract["code_hash"] = json!("<code_hash>");
    }
    snapshot::compare_value("chain-setup", &envelope);
}

#[test]
fn a_chain_without_the_contracts_says_what_to_do() {
    let desk = Desk::without_safe(Local::start(Contents::Nothing), "no contracts", 1);
    let owner = desk.owners[0].address();
    for family in ["quorate", "1.5.0", "1.4.1", "1.3.0"] {
        let line = format!("safe create --contracts {family} --threshold 1 {owner} --private-key-env PAYER");
        desk.json(&line).fails(3, "wrong_contract").advises(&["quorate chain setup"]);
    }
    assert_eq!(desk.chain.sent(desk.key("PAYER").address()), 0);
}

#[test]
fn somebody_without_ether_cannot_deploy() {
    let desk = Desk::without_safe(Local::start(Contents::Nothing), "poor", 1);
    assert_eq!(desk.chain.balance(desk.owners[0].address()), U256::ZERO);
    desk.json("chain setup --private-key-env KEY_0").fails(3, "refused");
    let owner = Address::repeat_byte(7);
    desk.json(&format!("safe create --threshold 1 {owner} --private-key-env KEY_0")).fails(3, "wrong_contract");
}
