//! `quorate chain verify` and `quorate chain standard-json`.

use std::{fs, path::Path};

use alloy::primitives::{Address, keccak256};
use anvil_fixtures::Contents;
use quorate_contracts::{Deployments, Family, Flavor, Kind, deployer};
use serde_json::{Value, json};

use crate::{chain::Local, desk::Desk};

/// The committed table of what is deployed where.
fn table() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/deployments.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn rows(data: &Value) -> Vec<Value> {
    data["contracts"].as_array().unwrap().clone()
}

#[test]
fn a_bare_chain_gets_the_contracts_of_the_committed_table_where_it_says() {
    let desk = Desk::without_safe(Local::start(Contents::Nothing), "table", 1);
    let before = desk.json("chain verify").fails(4, "contracts_missing");
    let expected: Vec<_> =
        rows(&table()).into_iter().filter(|it| !it["name"].as_str().unwrap().starts_with("Migration to")).collect();
    assert_eq!(before.data["missing"], expected.len());
    assert_eq!((&before.data["ok"], &before.data["other_code"]), (&json!(1), &json!(0)), "the deployer is there");

    let deployed = rows(&desk.json("chain setup --private-key-env PAYER").data());
    assert_eq!(deployed.len(), expected.len());
    for (deployed, expected) in deployed.iter().zip(&expected) {
        for field in ["name", "address", "code_hash"] {
            assert_eq!(deployed[field], expected[field], "{expected}");
        }
        let code = desk.chain.ask("eth_getCode", &json!([expected["address"], "latest"]));
        let code = alloy::primitives::hex::decode(code.as_str().unwrap()).unwrap();
        assert_eq!(keccak256(code).to_string(), expected["code_hash"]);
    }

    let run = desk.quorate("chain verify --json -v").run();
    assert_eq!(run.exit, 0, "{run}");
    assert!(run.stderr.contains("1 HTTP requests"), "{run}");
    let after = run.envelope()["data"].take();
    assert_eq!((&after["missing"], &after["other_code"]), (&json!(0), &json!(0)));
    let found = rows(&after);
    assert_eq!(found[0]["name"], "deterministic deployer");
    assert_eq!(found[0]["found_code_hash"], table()["deployer"]["code_hash"]);
    for (found, expected) in found[1..].iter().zip(&expected) {
        assert_eq!((&found["name"], &found["address"]), (&expected["name"], &expected["address"]));
        assert_eq!(found["found_code_hash"], expected["code_hash"]);
        assert_eq!(found["status"], "ok");
    }
    let text = desk.run("chain verify");
    assert!(text.text().contains("0 missing, 0 with other code"), "{text}");
}

#[test]
fn every_family_is_compared_and_what_is_missing_is_named() {
    let desk = Desk::without_safe(Local::start(Contents::Everything), "families there", 1);
    for family in ["quorate", "1.5.0", "1.4.1"] {
        let data = desk.json(&format!("chain verify --contracts {family}")).data();
        assert!(rows(&data).iter().all(|it| it["status"] == "ok"), "{data}");
    }
    // Of 1.3.0, one contract is nowhere to be had as it was deployed.
    let library = Deployments::of(Family::V1_3_0).get(Kind::SignMessageLib).unwrap().address.to_string();
    let missing = desk.json("chain verify --contracts 1.3.0").fails(4, "contracts_missing");
    missing.names(&[&library]);
    assert_eq!(missing.data["missing"], 1);
    let all = desk.json("chain verify --contracts all").fails(4, "contracts_missing");
    assert_eq!(all.data["missing"], 2, "once in each set of 1.3.0");
    let count: usize = Deployments::all().map(|set| set.contracts().len() + set.ways_back().len()).sum();
    assert_eq!(rows(&all.data).len(), 1 + count);
    desk.json("chain verify --contracts 1.2.0").fails(2, "usage");
}

#[test]
fn the_second_set_and_the_ways_back_are_not_missed_where_they_are_not() {
    let desk = Desk::without_safe(Local::start(Contents::Quorate), "optional", 1);
    let data = desk.json("chain verify").data();
    assert!(rows(&data).iter().all(|it| it["name"] != "Migration to 1.3.0"), "{data}");
    let all = desk.json("chain verify --contracts all").fails(4, "contracts_missing");
    assert!(rows(&all.data).iter().all(|it| !it["name"].as_str().unwrap().contains("eip155")), "{}", all.data);
    let second = desk.json("chain verify --contracts 1.3.0-eip155").fails(4, "contracts_missing");
    assert!(rows(&second.data).len() > 5);
}

#[test]
fn other_code_is_an_alarm_with_the_hash_that_was_found() {
    let desk = Desk::without_safe(Local::start(Contents::Quorate), "other code", 1);
    let set = Deployments::of(Family::Quorate);
    let factory = set.proxy_factory().address;
    desk.chain.ask("anvil_setCode", &json!([factory, "0x6000"]));
    let hash = keccak256([0x60, 0]).to_string();
    // What is missing as well is the lesser evil.
    desk.chain.ask("anvil_setCode", &json!([set.multi_send().address, "0x"]));
    let refused = desk.json("chain verify").fails(3, "wrong_contract");
    refused.names(&[&factory.to_string()]);
    assert_eq!((&refused.data["other_code"], &refused.data["missing"]), (&json!(1), &json!(1)));
    let row = rows(&refused.data).into_iter().find(|it| it["address"] == factory.to_string()).unwrap();
    assert_eq!((&row["status"], &row["found_code_hash"]), (&json!("other_code"), &json!(hash)));
    let run = desk.run("chain verify");
    assert_eq!(run.exit, 3);
    for words in ["OTHER CODE", &hash, "missing     0x", "ok          0x"] {
        assert!(run.stdout.contains(words), "{words}: {run}");
    }

    // Known code at the wrong place is told by its name.
    let singleton = set.singleton(Flavor::L1).address;
    let code = desk.chain.ask("eth_getCode", &json!([singleton, "latest"]));
    desk.chain.ask("anvil_setCode", &json!([factory, code]));
    assert!(desk.run("chain verify").stdout.contains("the singleton (L1) of quorate"));

    desk.chain.ask("anvil_setCode", &json!([deployer::ADDRESS, "0x00"]));
    desk.json("chain verify").fails(3, "wrong_contract").names(&["deterministic deployer"]);
}

#[test]
fn a_node_of_another_chain_is_refused() {
    let desk = Desk::without_safe(Local::shared(), "other chain", 1);
    desk.json("chain verify --chain 1").fails(3, "wrong_chain");
}

#[test]
fn the_compilers_input_comes_without_a_network() {
    let desk = Desk::without_safe(Local::shared(), "standard json", 1);
    let printed = desk.quorate("chain standard-json Migration").without("ETH_RPC_URL").run();
    let input: Value = serde_json::from_str(printed.text()).unwrap();
    assert_eq!(input["language"], "Solidity");
    let sources: Vec<_> = input["sources"].as_object().unwrap().keys().collect();
    assert_eq!(sources, ["src/Migration.sol", "src/interfaces/IFallback.sol", "src/interfaces/IMigration.sol"]);
    assert_eq!(input["settings"]["viaIR"], true);

    let table = table();
    let data = desk.json("chain standard-json Migration").data();
    assert_eq!((&data["input"], &data["contract"]), (&input, &json!("src/Migration.sol:Migration")));
    assert_eq!(data["compiler"], table["compiler"]["version"]);
    let with_arguments: Vec<_> = rows(&table).into_iter().filter(|it| it["constructor"].is_object()).collect();
    let instances = data["instances"].as_array().unwrap();
    assert_eq!((instances.len(), with_arguments.len()), (3, 3));
    for (instance, row) in instances.iter().zip(&with_arguments) {
        assert_eq!((&instance["name"], &instance["address"]), (&row["name"], &row["address"]));
        assert_eq!(instance["constructor_arguments"], row["constructor"]["encoded"]);
        assert!(printed.stderr.contains(instance["constructor_arguments"].as_str().unwrap()), "{printed}");
    }
    let settings = &mut data["input"]["settings"].clone();
    settings.as_object_mut().unwrap().remove("outputSelection");
    assert_eq!(*settings, table["compiler"]["settings"]);

    let file = desk.json("chain standard-json MultisigL2 --output l2.json").data();
    let written: Value = serde_json::from_str(&desk.read("l2.json")).unwrap();
    assert_eq!(written, file["input"]);
    assert!(written["sources"].as_object().unwrap().contains_key("src/Multisig.sol"));
    desk.json("chain standard-json MultisigL2 --output l2.json").fails(2, "already_exists");
    desk.json("chain standard-json MultisigL2 --output l2.json --force").data();

    desk.json("chain standard-json Safe").fails(2, "not_found").advises(&["MultisigProxyFactory"]);
    let proxy = desk.json("chain standard-json MultisigProxy").data();
    let singleton: Address = Deployments::of(Family::Quorate).singleton(Flavor::L2).address;
    let arguments = proxy["instances"][1]["constructor_arguments"].as_str().unwrap();
    assert!(arguments.ends_with(&format!("{singleton:x}")), "{proxy}");
}
