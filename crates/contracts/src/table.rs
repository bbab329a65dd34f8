//! The table of Quorate's deployments: what is where, on every chain, and how it came to be there.

use std::fmt::Write as _;

use alloy_primitives::{Address, B256, Bytes, keccak256};
use serde::Serialize;
use serde_json::Value;

use crate::{
    artifact::{self, Artifact},
    deployer,
    deployment::{Kind, Set, Shelf},
};

/// Everything that decides where Quorate's contracts are.
///
/// It is committed, as JSON for programs and as Markdown for people; tests compare both with the frozen bytecode.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Table {
    /// Who deploys.
    pub deployer: Deployer,
    /// The salt of every contract.
    pub salt: B256,
    /// Version and settings of the compiler, the same for all.
    pub compiler: Value,
    /// The contracts, in the order in which they are deployed.
    pub contracts: Vec<Row>,
    /// What the factory makes; it has an address of its own each time.
    pub proxy: Proxy,
}

/// The contract that deploys the others.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Deployer {
    /// Where it is.
    pub address: Address,
    /// Keccak-256 of its code.
    pub code_hash: B256,
}

/// One contract.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Row {
    /// What people call it; of the code of `Migration` there is more than one.
    pub name: &'static str,
    /// Name of the contract in the sources.
    pub contract: &'static str,
    /// Where it is.
    pub address: Address,
    /// Keccak-256 of its creation code, constructor arguments included.
    pub creation_code_hash: B256,
    /// Keccak-256 of the code that is found at the address.
    pub code_hash: B256,
    /// What the constructor takes; absent when it takes nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constructor: Option<Constructor>,
}

/// The arguments of a constructor.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Constructor {
    /// Each argument.
    pub arguments: Vec<Argument>,
    /// All of them as they stand behind the creation code.
    pub encoded: Bytes,
}

/// One argument.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
pub struct Argument {
    /// Its name in the sources.
    pub name: &'static str,
    /// Its value.
    pub value: Address,
}

/// The code of the factory's proxies.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Proxy {
    /// Name of the contract in the sources.
    pub contract: &'static str,
    /// Keccak-256 of the creation code, without the singleton.
    pub creation_code_hash: B256,
    /// Keccak-256 of the code.
    pub code_hash: B256,
}

impl Table {
    /// Returns the table of the frozen contracts.
    pub fn frozen() -> Self {
        Self::of(Shelf::frozen())
    }

    /// Returns the table of contracts that were compiled just now: each by its name and the text of its artifact.
    ///
    /// The texts are kept as long as the program runs.
    #[cfg(feature = "compile")]
    pub fn compiled(artifacts: &[crate::compile::Frozen]) -> Self {
        let fresh: Vec<&'static Artifact> = artifacts
            .iter()
            .filter_map(|it| {
                let known = artifact::ALL.into_iter().find(|known| known.name() == it.name)?;
                Some(&*Box::leak(Box::new(Artifact::new(known.name(), it.json.clone().leak()))))
            })
            .collect();
        Self::of(Shelf::of(fresh))
    }

    fn of(shelf: Shelf) -> Self {
        let set = shelf.deployments();
        let contracts = set.contracts().iter().chain(set.ways_back()).filter_map(|it| {
            let artifact = shelf.artifact_of(it.kind)?;
            let constructor = set.targets(it.kind).map(|targets| Constructor::new(targets.map(|it| it.address)));
            let arguments: &[u8] = constructor.as_ref().map_or(&[], |it| &it.encoded);
            Some(Row {
                name: title(it.kind, artifact),
                contract: artifact.name(),
                address: it.address,
                creation_code_hash: keccak256([artifact.creation_code().as_ref(), arguments].concat()),
                code_hash: it.code_hash,
                constructor,
            })
        });
        Self {
            deployer: Deployer { address: deployer::ADDRESS, code_hash: deployer::CODE_HASH },
            salt: B256::ZERO,
            compiler: compiler(shelf.get(&artifact::MULTISIG)),
            contracts: contracts.collect(),
            proxy: Proxy {
                contract: artifact::MULTISIG_PROXY.name(),
                creation_code_hash: set.proxy.creation_code_hash,
                code_hash: set.proxy.runtime_code_hash,
            },
        }
    }

    /// Returns the table as it is committed for programs.
    pub fn to_json(&self) -> String {
        let mut value = serde_json::to_value(self).expect("its keys are text");
        checksum(&mut value);
        format!("{value:#}\n")
    }

    /// Returns the table as it is committed for people.
    pub fn to_markdown(&self) -> String {
        let mut page = String::from(INTRODUCTION);
        let _ = write!(
            page,
            "\n| | |\n|---|---|\n| deterministic deployer | `{}` |\n| its code, keccak256 | `{}` |\n| salt | `{}` |\n\
             | compiler | solc {}, {} |\n",
            self.deployer.address,
            self.deployer.code_hash,
            self.salt,
            self.compiler["version"].as_str().unwrap_or_default(),
            settings_in_words(&self.compiler["settings"]),
        );
        page.push_str("\n## Addresses\n\n| contract | address |\n|---|---|\n");
        for row in &self.contracts {
            let _ = writeln!(page, "| {} | `{}` |", row.name, row.address);
        }
        page.push_str(
            "\n## Code\n\n| contract | creation code, keccak256 | code at the address, keccak256 |\n|---|---|---|\n",
        );
        for row in &self.contracts {
            let _ = writeln!(page, "| {} | `{}` | `{}` |", row.name, row.creation_code_hash, row.code_hash);
        }
        let Proxy { contract, creation_code_hash, code_hash } = &self.proxy;
        let _ = writeln!(page, "| {contract}, made by the factory | `{creation_code_hash}` | `{code_hash}` |");
        page.push_str("\n## Constructor arguments\n\nThe hash of the creation code above includes them.\n");
        for row in &self.contracts {
            let Some(constructor) = &row.constructor else { continue };
            let _ = write!(page, "\n{}:\n\n| argument | value |\n|---|---|\n", row.name);
            for argument in &constructor.arguments {
                let _ = writeln!(page, "| `{}` | `{}` |", argument.name, argument.value);
            }
            let _ = write!(page, "\n```text\n{}\n```\n", constructor.encoded);
        }
        page
    }
}

/// What stands above the table.
const INTRODUCTION: &str = "\
# Deployments

Made by the step that freezes the bytecode, and compared with it by a test; [deployments.json](deployments.json) has the same for
programs. Each contract is created by the deterministic deployer with salt 0, so it has the same address on every chain.
`quorate chain setup` deploys what a chain lacks, `quorate chain verify` compares a chain with this table, and
`quorate chain standard-json` prints what the compiler was given. See [contracts.md](contracts.md).
";

/// The names of a migration's arguments, in order.
const MIGRATION_ARGUMENTS: [&str; 3] = ["safeSingleton", "safeL2Singleton", "fallbackHandler"];

impl Constructor {
    fn new(targets: [Address; 3]) -> Self {
        let arguments =
            MIGRATION_ARGUMENTS.into_iter().zip(targets).map(|(name, value)| Argument { name, value }).collect();
        Self { arguments, encoded: targets.map(|it| it.into_word().0).concat().into() }
    }
}

/// Names a contract of Quorate's as people know it; of the code of `Migration`, there is more than one.
#[must_use]
pub const fn title(kind: Kind, artifact: &Artifact) -> &'static str {
    match kind {
        Kind::WayBack(Set::Canonical) => "Migration to 1.3.0",
        Kind::WayBack(Set::Eip155) => "Migration to 1.3.0 (eip155)",
        _ => artifact.name(),
    }
}

/// Returns what an artifact says about its compiler.
fn compiler(artifact: &Artifact) -> Value {
    let mut json: Value = serde_json::from_str(artifact.json()).expect("a test reads every committed text");
    json["compiler"].take()
}

fn settings_in_words(settings: &Value) -> String {
    let optimizer = &settings["optimizer"];
    format!(
        "EVM {}, via IR {}, optimizer {} with {} runs, no metadata in the code; all settings are in the JSON file",
        settings["evmVersion"].as_str().unwrap_or_default(),
        settings["viaIR"],
        optimizer["enabled"],
        optimizer["runs"],
    )
}

/// Writes addresses with their checksum, as they are written everywhere else.
fn checksum(value: &mut Value) {
    match value {
        Value::String(text) if text.len() == 42 => {
            if let Ok(address) = text.parse::<Address>() {
                *text = address.to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(checksum),
        Value::Object(fields) => fields.values_mut().for_each(checksum),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{deployment::Deployments, family::Flavor};

    #[test]
    fn every_row_is_where_the_deployer_puts_its_creation_code() {
        let table = Table::frozen();
        let set = Deployments::of(crate::Family::Quorate);
        assert_eq!(table.contracts.len(), set.contracts().len() + set.ways_back().len());
        for row in &table.contracts {
            assert_eq!(deployer::address_of(table.salt, row.creation_code_hash), row.address, "{}", row.name);
        }
        let mut names: Vec<_> = table.contracts.iter().map(|row| row.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.contracts.len());
    }

    #[test]
    fn a_migrations_arguments_are_its_targets() {
        let table = Table::frozen();
        let row = table.contracts.iter().find(|row| row.name == "Migration").unwrap();
        let constructor = row.constructor.as_ref().unwrap();
        let set = Deployments::of(crate::Family::Quorate);
        let [l1, l2] = Flavor::ALL.map(|flavor| set.singleton(flavor).address);
        let expected = [l1, l2, set.fallback_handler().address];
        assert!(constructor.arguments.iter().map(|it| it.value).eq(expected));
        assert_eq!(constructor.encoded.len(), 96);
        let json: Value = serde_json::from_str(artifact::MIGRATION.json()).unwrap();
        let inputs = &json["abi"].as_array().unwrap().iter().find(|it| it["type"] == "constructor").unwrap()["inputs"];
        let names: Vec<_> = inputs.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names, MIGRATION_ARGUMENTS);
    }

    #[test]
    fn one_compiler_made_all_of_it() {
        for artifact in artifact::ALL {
            assert_eq!(compiler(artifact), Table::frozen().compiler, "{artifact:?}");
        }
    }

    #[test]
    fn both_texts_name_every_contract_and_its_hashes() {
        let table = Table::frozen();
        for text in [table.to_json(), table.to_markdown()] {
            for row in &table.contracts {
                let parts = [
                    row.name.to_owned(),
                    row.address.to_string(),
                    row.creation_code_hash.to_string(),
                    row.code_hash.to_string(),
                ];
                assert!(parts.iter().all(|part| text.contains(part)), "{}", row.name);
            }
        }
    }
}
