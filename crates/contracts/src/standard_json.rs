//! What the compiler was given for a frozen contract, so that anybody can give it the same.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::artifact::Artifact;

/// The sources of all frozen contracts, by the paths that the compiler knows them by.
static SOURCES: LazyLock<BTreeMap<&'static str, String>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../artifacts/sources.json")).expect("a test reads the committed text")
});

/// What the compiler does with an input that an explorer is given: all that an explorer asks for.
const OUTPUTS: [&str; 5] =
    ["abi", "evm.bytecode.linkReferences", "evm.bytecode.object", "evm.deployedBytecode.object", "metadata"];

/// A standard-JSON input of the Solidity compiler, and what else an explorer wants to know.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StandardJson {
    /// The compiler's version with its commit, such as `0.8.37+commit.f401782d`.
    pub compiler: String,
    /// The contract as an explorer names it: `src/Migration.sol:Migration`.
    pub contract: String,
    /// The input: language, sources, settings.
    pub input: Value,
}

impl StandardJson {
    /// Returns what compiles to a frozen contract: only the sources that it needs, and the settings that it was frozen
    /// with. Constructor arguments are no part of it.
    ///
    /// # Panics
    ///
    /// If the artifact does not say where it comes from, which a test of every committed one rules out.
    pub fn of(artifact: &Artifact) -> Self {
        let Origin { source, sources, compiler } =
            serde_json::from_str(artifact.json()).expect("a test reads every committed text");
        let mut settings = compiler.settings;
        settings["outputSelection"] = json!({ source.as_str(): { artifact.name(): OUTPUTS } });
        let sources: BTreeMap<_, _> = sources
            .iter()
            .map(|path| {
                let content = SOURCES.get(path.as_str()).expect("a test finds every source of every artifact");
                (path, json!({ "content": content }))
            })
            .collect();
        let input = json!({ "language": "Solidity", "settings": settings, "sources": sources });
        Self { compiler: compiler.version, contract: format!("{source}:{}", artifact.name()), input }
    }
}

/// The part of an artifact that says where it comes from.
#[derive(Deserialize)]
struct Origin {
    source: String,
    sources: Vec<String>,
    compiler: Compiler,
}

#[derive(Deserialize)]
struct Compiler {
    version: String,
    settings: Value,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::artifact;

    #[test]
    fn every_contract_has_its_sources_and_no_source_is_there_for_nothing() {
        let mut used = BTreeSet::new();
        for artifact in artifact::ALL {
            let StandardJson { compiler, contract, input } = StandardJson::of(artifact);
            assert!(compiler.starts_with("0.8.") && compiler.contains("+commit."), "{compiler}");
            let (path, name) = contract.split_once(':').unwrap();
            assert_eq!(name, artifact.name());
            let sources = input["sources"].as_object().unwrap();
            let content = sources[path]["content"].as_str().unwrap();
            assert!(content.contains(&format!("contract {name} ")), "{contract}");
            used.extend(sources.keys().cloned());
        }
        assert_eq!(used, SOURCES.keys().map(|&path| path.to_owned()).collect());
    }

    #[test]
    fn settings_are_those_of_the_artifact() {
        for artifact in artifact::ALL {
            let json: Value = serde_json::from_str(artifact.json()).unwrap();
            let mut settings = StandardJson::of(artifact).input["settings"].take();
            settings.as_object_mut().unwrap().remove("outputSelection");
            assert_eq!(settings, json["compiler"]["settings"]);
        }
    }
}
