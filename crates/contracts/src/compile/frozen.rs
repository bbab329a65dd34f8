//! The text of an artifact.

use std::path::Path;

use alloy_primitives::{Bytes, hex};
use foundry_compilers::artifacts::{BytecodeObject, Contract, Settings, Sources};
use semver::Version;
use serde_json::{Map, Value, json};

use super::CompileError;

/// One contract's artifact, as it is written to disk.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Frozen {
    /// The contract's name; the file is named after it.
    pub name: String,
    /// The file's content.
    pub json: String,
}

impl Frozen {
    /// Writes the artifact of a compiled contract.
    ///
    /// The same code gives the same text on every machine: keys are sorted and the compiler's build for a platform is
    /// not named.
    pub(super) fn new(
        name: &str,
        contract: &Contract,
        version: &Version,
        settings: &Settings,
        origin: Option<Origin<'_>>,
    ) -> Result<Self, CompileError> {
        let not_deployable = || CompileError::NotDeployable { name: name.to_owned() };
        let creation = creation_code(contract).ok_or_else(not_deployable)?;
        let evm = contract.evm.as_ref().ok_or_else(not_deployable)?;
        let deployed = evm.deployed_bytecode.as_ref().ok_or_else(not_deployable)?;
        let runtime = deployed.bytes().ok_or_else(not_deployable)?;

        let mut settings = to_value(settings);
        if let Value::Object(fields) = &mut settings {
            fields.retain(|key, _| !["libraries", "outputSelection"].contains(&key.as_str()));
        }
        let mut artifact = json!({
            "contractName": name,
            "abi": to_value(&contract.abi),
            "bytecode": { "object": hex::encode_prefixed(creation) },
            "deployedBytecode": {
                "object": hex::encode_prefixed(runtime),
                "immutableReferences": to_value(&deployed.immutable_references),
            },
            "compiler": { "version": without_platform(version), "settings": settings },
        });
        if let (Some(origin), Value::Object(fields)) = (origin, &mut artifact) {
            fields.insert("source".to_owned(), json!(origin.file));
            fields.insert("sources".to_owned(), origin.sources.keys().map(|path| json!(path)).collect());
        }
        Ok(Self { name: name.to_owned(), json: to_text(artifact) })
    }

    /// Writes the sources that are carried, by their paths.
    pub(super) fn sources(sources: &Sources) -> Self {
        let contents = sources.iter().map(|(path, source)| (path.display().to_string(), json!(*source.content)));
        Self { name: SOURCES.to_owned(), json: to_text(Value::Object(contents.collect())) }
    }
}

/// Name of the file with the sources.
const SOURCES: &str = "sources";

/// What a contract was compiled from.
pub(super) struct Origin<'a> {
    /// The file that it is in.
    pub(super) file: &'a Path,
    /// Everything that the compiler was given.
    pub(super) sources: &'a Sources,
}

fn to_text(value: Value) -> String {
    serde_json::to_string_pretty(&sorted(value)).expect("a JSON value has only text as keys") + "\n"
}

/// Returns whether a contract can be deployed: not an interface and not abstract.
pub(super) fn has_code(contract: &Contract) -> bool {
    creation_code(contract).is_some_and(|code| !code.is_empty())
}

fn creation_code(contract: &Contract) -> Option<&Bytes> {
    match &contract.evm.as_ref()?.bytecode.as_ref()?.object {
        BytecodeObject::Bytecode(code) => Some(code),
        BytecodeObject::Unlinked(_) => None,
    }
}

fn to_value(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("the compiler's types came from JSON")
}

/// `0.8.37+commit.6f8e3d83.Linux.g++` is `0.8.37+commit.6f8e3d83`, whoever built it.
fn without_platform(version: &Version) -> String {
    let build: Vec<&str> = version.build.as_str().split('.').take(2).collect();
    format!("{}.{}.{}+{}", version.major, version.minor, version.patch, build.join("."))
}

/// Sorts keys at every depth, whichever order this build's JSON objects keep.
fn sorted(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        Value::Object(fields) => {
            let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
            fields.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(fields.into_iter().map(|(key, field)| (key, sorted(field))).collect::<Map<_, _>>())
        }
        scalar => scalar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compilers_platform_is_not_written() {
        for build in ["0.8.37+commit.6f8e3d83.Linux.g++", "0.8.37+commit.6f8e3d83.Emscripten.clang"] {
            let version = Version::parse(&build.replace("++", "pp")).unwrap();
            assert_eq!(without_platform(&version), "0.8.37+commit.6f8e3d83");
        }
    }

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let text = sorted(json!({ "b": [{ "d": 1, "c": 2 }], "a": null })).to_string();
        assert_eq!(text, r#"{"a":null,"b":[{"c":2,"d":1}]}"#);
    }
}
