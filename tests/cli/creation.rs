//! `quorate safe create`, `predict` and `info`.

use alloy::primitives::{Address, U256, keccak256};
use anvil_fixtures::Contents;
use quorate_contracts::{Deployments, Family, Flavor, Set};
use serde_json::{Value, json};

use crate::{chain::Local, desk::Desk};

const FAMILIES: [(&str, &str); 4] = [("quorate", "1.5.0"), ("1.5.0", "1.5.0"), ("1.4.1", "1.4.1"), ("1.3.0", "1.3.0")];

#[test]
fn every_family_and_flavour_is_created_where_it_was_predicted() {
    let desk = Desk::without_safe(Local::shared(), "families", 2);
    let owners = format!("{} {}", desk.owners[0].address(), desk.owners[1].address());
    let mut addresses = Vec::new();
    for (family, version) in FAMILIES {
        for flavour in ["", "--l1"] {
            let spec = format!("--contracts {family} {flavour} --threshold 2 {owners} --salt-nonce 3");
            let predicted = desk.quorate(&format!("safe predict {spec} --json")).without("ETH_RPC_URL").run().data();
            let created = desk.json(&format!("safe create {spec} --private-key-env PAYER")).data();
            assert_eq!(created["address"], predicted["address"], "{spec}");
            assert_eq!(created["created"], true);
            assert_eq!(created["version"], version);
            let kind = if flavour.is_empty() { "l2" } else { "l1" };
            let contracts = created["contracts"].as_str().unwrap().to_lowercase();
            assert_eq!(contracts, format!("{family} ({kind})"));
            assert_eq!(created["singleton"], predicted["singleton"]);
            assert_eq!(created["fallback_handler"], predicted["fallback_handler"]);
            assert_eq!(created["threshold"], 2);
            addresses.push(created["address"].as_str().unwrap().to_owned());

            let again = desk.json(&format!("safe create {spec} --private-key-env PAYER")).data();
            assert_eq!((&again["created"], &again["tx_hash"]), (&Value::Bool(false), &Value::Null));
            assert_eq!(again["address"], created["address"]);
        }
    }
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 8);
    assert_eq!(desk.chain.sent(desk.key("PAYER").address()), 8, "creating again sends nothing");
}

#[test]
fn another_salt_owner_order_or_handler_is_another_address() {
    let desk = Desk::without_safe(Local::shared(), "addresses", 2);
    let [one, two] = [desk.owners[0].address(), desk.owners[1].address()];
    let mut found: Vec<_> = [
        format!("--threshold 1 {one} {two}"),
        format!("--threshold 1 {one} {two} --salt-nonce 1"),
        format!("--threshold 1 {two} {one}"),
        format!("--threshold 2 {one} {two}"),
        format!("--threshold 1 {one} {two} --fallback-handler none"),
    ]
    .iter()
    .map(|spec| desk.json(&format!("safe predict {spec}")).data()["address"].as_str().unwrap().to_owned())
    .collect();
    let count = found.len();
    found.sort();
    found.dedup();
    assert_eq!(found.len(), count);
}

#[test]
fn a_set_up_that_cannot_be_is_refused_before_anything_is_asked() {
    let mut desk = Desk::without_safe(Local::shared(), "wrong set-up", 2);
    desk.machine.set("ETH_RPC_URL", "http://127.0.0.1:1");
    let [one, two] = [desk.owners[0].address().to_string(), desk.owners[1].address().to_string()];
    let zero = "0x0000000000000000000000000000000000000000";
    let sentinel = "0x0000000000000000000000000000000000000001";
    for (spec, named) in [
        (format!("--threshold 0 {one}"), "0"),
        (format!("--threshold 3 {one} {two}"), "3"),
        (format!("--threshold 1 {one} {one}"), one.as_str()),
        (format!("--threshold 1 {one} {zero}"), zero),
        (format!("--threshold 1 {sentinel}"), sentinel),
        (format!("--threshold 1 {}", one.replacen("0x", "0xZ", 1)), "0xZ"),
        (format!("--threshold 1 {}", &one[..41]), &one[..41]),
        (format!("--threshold 1 --salt-nonce -1 {one}"), "-1"),
        (format!("--threshold 1 {}", two.to_lowercase().replacen('a', "A", 1)), "checksum"),
    ] {
        let line = format!("safe create {spec} --private-key-env PAYER");
        desk.json(&line).fails(2, "usage").names(&[named]);
    }
    desk.json(&format!("safe create --contracts 1.2.0 --threshold 1 {one} --private-key-env PAYER")).fails(2, "usage");
}

#[test]
fn info_shows_a_safe_named_in_any_way() {
    let desk = Desk::open("info", 1, 1);
    for name in [desk.safe.to_string(), format!("31337:{}", desk.safe), format!("eip155:31337:{}", desk.safe)] {
        let info = desk.json(&format!("safe info --safe {name}")).data();
        assert_eq!(info["address"], desk.safe.to_string());
        assert_eq!(info["owners"][0]["address"], desk.owners[0].address().to_string());
        assert_eq!(info["owners"][0]["kind"], "key");
        assert_eq!(info["balance_wei"], "100000000000000000000");
    }
}

#[test]
fn the_second_set_of_1_3_0_is_chosen_by_its_name() {
    let desk = Desk::without_safe(Local::shared(), "second set", 1);
    let owner = desk.owners[0].address();
    for flavour in ["", "--l1"] {
        let spec = |set: &str| format!("--contracts 1.3.0{set} {flavour} --threshold 1 {owner}");
        let predict = |set: &str| desk.quorate(&format!("safe predict {} --json", spec(set))).without("ETH_RPC_URL");
        let [canonical, second] = ["", "-eip155"].map(|set| predict(set).run().data());
        assert_eq!(predict("-canonical").run().data(), canonical);
        assert_eq!((&canonical["set"], &second["set"]), (&"canonical".into(), &"eip155".into()));
        for field in ["address", "factory", "singleton", "fallback_handler"] {
            assert_ne!(canonical[field], second[field], "{field}");
        }
        // The chain has both.
        for (set, predicted) in [("", canonical), ("-eip155", second)] {
            let run = desk.json(&format!("safe create {} --private-key-env PAYER", spec(set)));
            let created = run.data();
            assert!(run.warnings().is_empty(), "{run}");
            for field in ["address", "singleton", "fallback_handler"] {
                assert_eq!(created[field], predicted[field], "{set} {field}");
            }
            assert_eq!((&created["created"], &created["version"]), (&true.into(), &"1.3.0".into()));
        }
    }
    for name in ["1.4.1-eip155", "1.4.1-canonical", "quorate-eip155", "1.3.0-zksync"] {
        desk.json(&format!("safe predict --contracts {name} --threshold 1 {owner}")).fails(2, "usage").names(&[name]);
    }
}

#[test]
fn a_chain_without_the_canonical_1_3_0_gets_the_other_set_and_is_told_so() {
    let chain = Local::start(Contents::Everything);
    let mut desk = Desk::without_safe(chain, "only second set", 1);
    let owner = desk.owners[0].address();
    let factory = Deployments::of(Family::V1_3_0).proxy_factory().address;
    desk.chain.ask("anvil_setCode", &json!([factory, "0x"]));
    let predicted = desk.json(&format!("safe predict --contracts 1.3.0-eip155 --threshold 1 {owner}")).data();

    let create = |contracts: &str| {
        desk.json(&format!("safe create --contracts {contracts} --threshold 1 {owner} --private-key-env PAYER"))
    };
    create("1.3.0-canonical").fails(3, "wrong_contract").names(&[&factory.to_string()]);
    let run = create("1.3.0");
    assert_eq!(run.data()["address"], predicted["address"]);
    assert!(run.warnings().iter().any(|it| it.contains("--contracts 1.3.0-eip155")), "{run}");
    // The same Safe, whichever way it is named from now on.
    assert_eq!(create("1.3.0-eip155").data()["created"], false);

    // And it is a Safe like others.
    let safe: Address = predicted["address"].as_str().unwrap().parse().unwrap();
    desk.chain.endow(safe, "1");
    desk.machine.set("QUORATE_SAFE", format!("eip155:31337:{safe}"));
    desk.payment(7);
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(7));

    // With neither set, the canonical one is missed.
    let second = Deployments::of_set(Family::V1_3_0, Set::Eip155).unwrap().singleton(Flavor::L1).address;
    desk.chain.ask("anvil_setCode", &json!([second, "0x"]));
    let salted = format!("safe create --contracts 1.3.0 --salt-nonce 9 --threshold 1 {owner} --private-key-env PAYER");
    desk.json(&salted).fails(3, "wrong_contract").names(&[&factory.to_string()]);
}

/// Puts the code of a contract at another address.
fn copy(chain: &Local, from: Address, to: Address) {
    let code = chain.ask("eth_getCode", &json!([from, "latest"]));
    chain.ask("anvil_setCode", &json!([to, code]));
}

#[test]
fn copies_of_a_familys_contracts_are_taken_at_other_addresses() {
    let desk = Desk::without_safe(Local::shared(), "copies", 1);
    let owner = desk.owners[0].address();
    for (family, name) in [(Family::Quorate, "quorate"), (Family::V1_4_1, "1.4.1"), (Family::V1_3_0, "1.3.0")] {
        let set = Deployments::of(family);
        let [singleton, factory] = ["singleton", "factory"].map(|it| desk.address(&format!("{it} {name}")));
        copy(&desk.chain, set.singleton(Flavor::L2).address, singleton);
        copy(&desk.chain, set.proxy_factory().address, factory);
        let mut addresses = Vec::new();
        for copies in [
            String::new(),
            format!("--factory {factory}"),
            format!("--singleton {singleton}"),
            format!("--singleton {singleton} --factory {factory}"),
        ] {
            let spec = format!("--contracts {name} --threshold 1 {owner} {copies}");
            let predicted = desk.json(&format!("safe predict {spec}")).data();
            let created = desk.json(&format!("safe create {spec} --private-key-env PAYER")).data();
            assert_eq!(created["address"], predicted["address"], "{spec}");
            assert_eq!(created["singleton"], predicted["singleton"], "{spec}");
            assert_eq!(created["singleton"] == singleton.to_string(), copies.contains("--singleton"), "{spec}");
            assert_eq!(predicted["factory"] == factory.to_string(), copies.contains("--factory"), "{spec}");
            assert!(created["proxy"].is_string() && created["contracts"].is_string(), "{spec}: {created}");
            addresses.push(created["address"].as_str().unwrap().to_owned());
        }
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), 4, "{name}");
        // Quorate's own bytecode is at hand; for Safe's a node is asked.
        let line = format!("safe predict --json --contracts {name} --threshold 1 {owner} --singleton {singleton}");
        let alone = desk.quorate(&line).without("ETH_RPC_URL").run();
        if family == Family::Quorate {
            alone.data();
        } else {
            alone.fails(2, "rpc_missing");
        }
    }
}

#[test]
fn other_code_is_no_copy_and_nothing_is_sent() {
    let desk = Desk::without_safe(Local::shared(), "no copies", 1);
    let owner = desk.owners[0].address();
    let [absent, foreign, newer] = ["absent", "foreign", "newer"].map(|it| desk.address(it));
    desk.chain.ask("anvil_setCode", &json!([foreign, "0x6000"]));
    copy(&desk.chain, Deployments::of(Family::V1_5_0).singleton(Flavor::L2).address, newer);
    let foreign_hash = keccak256([0x60, 0]).to_string();
    for flag in ["--singleton", "--factory"] {
        for (address, hash) in [(absent, None), (foreign, Some(&foreign_hash))] {
            let line = format!("safe create --threshold 1 {owner} {flag} {address} --private-key-env PAYER");
            let refused = desk.json(&line).fails(3, "wrong_contract");
            refused.names(&[&address.to_string()]);
            refused.names(&hash.map(String::as_str).into_iter().collect::<Vec<_>>());
            // Of a factory that is none, no code is learned that a plan could be made with.
            let line = format!("safe create --contracts 1.4.1 --threshold 1 {owner} --private-key-env PAYER");
            let both = format!("{line} --singleton {newer} --factory {address}");
            desk.json(&both).fails(3, "wrong_contract").names(&[&address.to_string()]);
        }
    }
    let line = format!("safe create --contracts 1.4.1 --threshold 1 {owner} --private-key-env PAYER");
    let refused = desk.json(&format!("{line} --singleton {newer}")).fails(3, "wrong_contract");
    refused.names(&[&newer.to_string()]).advises(&["1.5.0", "singleton (L2)"]);
    assert_eq!(desk.chain.sent(desk.key("PAYER").address()), 0);
}
