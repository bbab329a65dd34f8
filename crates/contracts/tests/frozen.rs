//! The frozen artifacts are what the Solidity sources compile to.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

use std::{
    collections::BTreeSet,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use alloy_primitives::hex;
use quorate_contracts::{
    StandardJson, artifact,
    compile::{Frozen, Project},
};
use serde_json::Value;

const REFREEZE: &str = "refreeze with: cargo run -p quorate-contracts --features compile --example freeze";

#[test]
fn a_fresh_compile_equals_the_frozen_contracts() {
    compare("crates/contracts/artifacts", &project().contracts().unwrap());
}

#[test]
fn a_fresh_compile_equals_the_frozen_fixtures() {
    compare("anvil-fixtures/artifacts", &project().fixtures().unwrap());
}

/// An explorer is given these texts; by the small front that knows nothing of this crate, they become the same code.
#[test]
fn a_standard_json_input_compiles_to_the_frozen_contract() {
    let solc = std::env::var_os("QUORATE_SOLC").map_or_else(|| workspace().join("scripts/solc"), Into::into);
    for artifact in [&artifact::MULTISIG_L2, &artifact::MULTISIG_PROXY, &artifact::MIGRATION] {
        let StandardJson { contract, input, .. } = StandardJson::of(artifact);
        let mut run = Command::new(&solc)
            .arg("--standard-json")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", solc.display()));
        run.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
        let output: Value = serde_json::from_slice(&run.wait_with_output().unwrap().stdout).unwrap();
        let (path, name) = contract.split_once(':').unwrap();
        let code = output["contracts"][path][name]["evm"]["bytecode"]["object"].as_str().unwrap_or_default();
        assert_eq!(hex::encode(artifact.creation_code()), code, "{contract}: {}", output["errors"]);
    }
}

fn project() -> Project {
    Project::open(&workspace().join("contracts")).unwrap_or_else(|error| panic!("{error}"))
}

fn workspace() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares file names and contents, both ways.
fn compare(directory: &str, fresh: &[Frozen]) {
    let directory = workspace().join(directory);
    let mut differing = Vec::new();
    for artifact in fresh {
        let frozen = fs::read_to_string(directory.join(format!("{}.json", artifact.name))).unwrap_or_default();
        if frozen != artifact.json {
            differing.push(artifact.name.as_str());
        }
    }
    assert!(differing.is_empty(), "frozen bytecode is not what the sources say for {differing:?}; {REFREEZE}");

    let expected: BTreeSet<String> = fresh.iter().map(|artifact| format!("{}.json", artifact.name)).collect();
    let found: BTreeSet<String> =
        fs::read_dir(&directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected, "{} holds other files than the sources give", directory.display());
}
