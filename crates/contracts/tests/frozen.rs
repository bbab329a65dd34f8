//! The frozen artifacts are what the Solidity sources compile to.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

use std::{collections::BTreeSet, fs, path::Path};

use quorate_contracts::compile::{Frozen, Project};

const REFREEZE: &str = "refreeze with: cargo run -p quorate-contracts --features compile --example freeze";

#[test]
fn a_fresh_compile_equals_the_frozen_contracts() {
    compare("crates/contracts/artifacts", &project().contracts().unwrap());
}

#[test]
fn a_fresh_compile_equals_the_frozen_fixtures() {
    compare("anvil-fixtures/artifacts", &project().fixtures().unwrap());
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
