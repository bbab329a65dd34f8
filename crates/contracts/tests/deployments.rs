//! The committed table of deployments is the one that the frozen bytecode gives.

use std::{fs, path::Path};

use quorate_contracts::Table;

const REFREEZE: &str = "refreeze with: cargo run -p quorate-contracts --features compile --example freeze";

#[test]
fn the_committed_table_is_that_of_the_frozen_bytecode() {
    let table = Table::frozen();
    for (name, expected) in [("deployments.json", table.to_json()), ("deployments.md", table.to_markdown())] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == expected, "{} is not what the frozen bytecode gives; {REFREEZE}", path.display());
    }
}

#[test]
fn the_table_tells_where_every_argument_goes() {
    let json: serde_json::Value = serde_json::from_str(&Table::frozen().to_json()).unwrap();
    let contracts = json["contracts"].as_array().unwrap();
    let with_arguments: Vec<_> = contracts.iter().filter(|it| it.get("constructor").is_some()).collect();
    assert_eq!(with_arguments.len(), 3);
    for it in with_arguments {
        let encoded = it["constructor"]["encoded"].as_str().unwrap();
        for argument in it["constructor"]["arguments"].as_array().unwrap() {
            let value = argument["value"].as_str().unwrap().to_lowercase();
            assert!(encoded.contains(value.trim_start_matches("0x")), "{it}");
        }
    }
}
