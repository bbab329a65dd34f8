use std::{io, path::PathBuf};

use alloy::primitives::{Address, Bytes};
use quorate_contracts::{Artifact, Deployments, Family, Flavor, StandardJson, Table, artifact};
use serde::Serialize;
use serde_json::Value;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    files::{self, Existing, Privacy},
    page::Page,
    ui::Output,
};

/// Print what the compiler was given for one of Quorate's contracts
///
/// It is the standard-JSON input of solc: only the sources that the contract needs, and the settings that it was frozen with.
/// Give it to a block explorer to have the contract verified there, or to solc to see that the same code comes out. The
/// compiler's version and the constructor arguments, which explorers ask for beside it, are printed to stderr, and with --json
/// are beside the input.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Name of the contract, such as MultisigL2
    contract: String,
    /// File to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "output")]
    force: bool,
}

#[derive(Serialize)]
struct Exported {
    /// As explorers name it: the file, a colon, and the contract.
    contract: String,
    /// Version of the compiler, with its commit.
    compiler: String,
    /// Where the contract is, and what its constructor was given there.
    instances: Vec<Instance>,
    file: Option<String>,
    input: Value,
}

#[derive(Serialize)]
struct Instance {
    name: String,
    /// Absent for what has an address of its own each time.
    address: Option<Address>,
    /// The arguments as they stand behind the creation code; empty when there are none.
    constructor_arguments: Bytes,
}

impl Args {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let artifact = find(&self.contract)?;
        let StandardJson { compiler, contract, input } = StandardJson::of(artifact);
        let json = format!("{input:#}\n");
        let exported = Exported {
            contract,
            compiler,
            instances: instances(artifact),
            file: self.output.as_ref().map(|path| path.display().to_string()),
            input,
        };
        if let Some(path) = &self.output {
            let existing = if self.force { Existing::Replace } else { Existing::Keep };
            files::write_atomically(path, json.as_bytes(), Privacy::Ordinary, existing).map_err(|error| {
                if error.kind() == io::ErrorKind::AlreadyExists {
                    Failure::new(Code::AlreadyExists, format_args!("{} exists", path.display()))
                        .hint("choose another name, or replace it with --force")
                } else {
                    Failure::io(path, &error)
                }
            })?;
        } else if !context.ui.is_json() {
            let mut page = Page::default();
            exported.page(&mut page);
            context.ui.show(&page);
            context.ui.raw_json(&json)?;
            return Ok(Done::Printed);
        }
        Done::report(&exported)
    }
}

fn find(name: &str) -> Result<&'static Artifact> {
    artifact::ALL.into_iter().find(|it| it.name() == name).ok_or_else(|| {
        let names = artifact::ALL.map(Artifact::name).join(", ");
        Failure::new(Code::NotFound, format_args!("Quorate has no contract {name:?}"))
            .hint(format_args!("its contracts are {names}"))
    })
}

/// Where the contract is, with its constructor arguments.
fn instances(artifact: &Artifact) -> Vec<Instance> {
    let table = Table::frozen();
    if artifact.name() == table.proxy.contract {
        // Each proxy is at an address of its own; what it is given is the singleton.
        let set = Deployments::of(Family::Quorate);
        return Flavor::ALL
            .map(|flavor| Instance {
                name: format!("a proxy of the {flavor} singleton"),
                address: None,
                constructor_arguments: set.singleton(flavor).address.into_word().into(),
            })
            .into();
    }
    let rows = table.contracts.into_iter().filter(|row| row.contract == artifact.name());
    rows.map(|row| Instance {
        name: row.name.to_owned(),
        address: Some(row.address),
        constructor_arguments: row.constructor.map(|it| it.encoded).unwrap_or_default(),
    })
    .collect()
}

impl Output for Exported {
    fn page(&self, page: &mut Page) {
        page.row("contract", &self.contract);
        page.row("compiler", &self.compiler);
        for Instance { name, address, constructor_arguments } in &self.instances {
            match address {
                Some(address) => page.row("address", format_args!("{address} ({name})")),
                None => page.row("for", name),
            }
            if !constructor_arguments.is_empty() {
                page.row("constructor", constructor_arguments);
            }
        }
        if let Some(file) = &self.file {
            page.row("file", file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contract_but_the_reader_is_somewhere() {
        for artifact in artifact::ALL {
            let count = instances(artifact).len();
            let expected = match artifact.name() {
                "SafeReader" => 0,
                "MultisigProxy" => 2,
                "Migration" => 3,
                _ => 1,
            };
            assert_eq!(count, expected, "{artifact:?}");
        }
    }

    #[test]
    fn only_what_takes_arguments_has_some() {
        for artifact in artifact::ALL {
            let takes = ["Migration", "MultisigProxy"].contains(&artifact.name());
            assert!(instances(artifact).iter().all(|it| it.constructor_arguments.is_empty() != takes), "{artifact:?}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_with_those_that_are() {
        let failure = find("multisig").unwrap_err();
        assert_eq!(failure.code, Code::NotFound);
        assert!(failure.hint.unwrap_or_default().contains("MultisigL2"));
    }
}
