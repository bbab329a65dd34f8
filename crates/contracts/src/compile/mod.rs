//! Compiles `contracts/` and freezes what comes out.
//!
//! Nobody who uses Quorate needs this: the frozen artifacts are part of the crate. It is how they are made, and how a
//! test proves that they are what the Solidity sources say:
//!
//! ```text
//! cargo run -p quorate-contracts --features compile --example freeze
//! ```

mod error;
mod frozen;
mod imports;
mod settings;
mod solc;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use foundry_compilers::{
    artifacts::{Contract, Settings, Severity, SolcInput, SolcLanguage, Source, Sources},
    solc::Solc,
};

use self::frozen::Origin;
pub use self::{error::CompileError, frozen::Frozen, solc::Rejected};

/// The deployed contracts whose artifacts are frozen; the order is that of [`crate::artifact::ALL`].
pub const CONTRACTS: [&str; 15] = [
    "Multisig",
    "MultisigL2",
    "MultisigProxy",
    "MultisigProxyFactory",
    "MultiSend",
    "MultiSendCallOnly",
    "FallbackHandler",
    "ExtensibleFallbackHandler",
    "TokenCallbackHandler",
    "CreateCall",
    "SignMessageLib",
    "SimulateTxAccessor",
    "Migration",
    "ToL2Setup",
    "SafeReader",
];

/// Where the contracts are below `contracts/`.
const SOURCES: &str = "src";
/// Where the contracts are that only tests deploy.
const FIXTURES: &str = "test/fixtures";

/// What the compiler is asked for.
const OUTPUTS: [&str; 5] = [
    "abi",
    "evm.bytecode.linkReferences",
    "evm.bytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "evm.deployedBytecode.object",
];

/// The Solidity project with the compiler it asks for.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    settings: Settings,
    solc: Solc,
}

impl Project {
    /// Opens the project in the directory `contracts`, which holds a `foundry.toml`, and looks for the compiler.
    ///
    /// The settings are those of `foundry.toml`, the version is that of the sources' pragma. The compiler is the first
    /// of that version among: the file that `QUORATE_SOLC` names, the one that `foundry.toml` names, `solc` on the
    /// PATH, and those that svm has installed. If `QUORATE_SOLC` is set, nothing else is tried.
    pub fn open(contracts: &Path) -> Result<Self, CompileError> {
        let configuration = settings::read(&contracts.join("foundry.toml"))?;
        let sources = read_sources(contracts, SOURCES)?;
        let version = solc::required_version(&sources)?;
        let configured = configuration.solc.map(|solc| contracts.join(solc));
        let solc = solc::find(&version, configured)?;
        Ok(Self { root: contracts.to_owned(), settings: configuration.settings, solc })
    }

    /// Compiles the contracts that are deployed, each with the sources that it needs and no others.
    ///
    /// A file of its own each, and then one with all those sources.
    pub fn contracts(&self) -> Result<Vec<Frozen>, CompileError> {
        let sources = read_sources(&self.root, SOURCES)?;
        let mut carried = Sources::new();
        let mut frozen = Vec::with_capacity(CONTRACTS.len() + 1);
        for name in CONTRACTS {
            let file = imports::file_of(&sources, name)?;
            let needed = imports::closure(&sources, file)?;
            let compiled = self.compile(needed.clone(), |path| path == file)?.remove(name);
            let contract = compiled.ok_or_else(|| CompileError::MissingContract { name: name.to_owned() })?;
            frozen.push(self.freeze(name, &contract, Some(Origin { file, sources: &needed }))?);
            carried.extend(needed);
        }
        frozen.push(Frozen::sources(&carried));
        Ok(frozen)
    }

    /// Compiles the contracts that only tests deploy: every one that has code.
    pub fn fixtures(&self) -> Result<Vec<Frozen>, CompileError> {
        let mut sources = read_sources(&self.root, SOURCES)?;
        sources.extend(read_sources(&self.root, FIXTURES)?);
        let compiled = self.compile(sources, |path| path.starts_with(FIXTURES))?;
        compiled
            .iter()
            .filter(|(_, contract)| frozen::has_code(contract))
            .map(|(name, contract)| self.freeze(name, contract, None))
            .collect()
    }

    /// Compiles `sources` as one unit and returns the contracts of the files that are wanted.
    fn compile(
        &self,
        sources: Sources,
        is_wanted: impl Fn(&Path) -> bool,
    ) -> Result<BTreeMap<String, Contract>, CompileError> {
        let mut settings = self.settings.clone();
        let selection: Vec<String> = OUTPUTS.map(str::to_owned).into();
        settings.output_selection.0 = sources
            .keys()
            .filter(|path| is_wanted(path))
            .map(|path| (path.display().to_string(), BTreeMap::from([("*".to_owned(), selection.clone())])))
            .collect();

        let input = SolcInput::new(SolcLanguage::Solidity, sources, settings);
        let output = self.solc.compile(&input).map_err(CompileError::Solc)?;
        let errors: Vec<String> = output
            .errors
            .iter()
            .filter(|error| error.severity == Severity::Error)
            .map(|error| error.formatted_message.clone().unwrap_or_else(|| error.message.clone()))
            .collect();
        if !errors.is_empty() {
            return Err(CompileError::Refused { messages: errors });
        }

        let mut contracts = BTreeMap::new();
        for (path, found) in output.contracts {
            if !is_wanted(&path) {
                continue;
            }
            for (name, contract) in found {
                if contracts.insert(name.clone(), contract).is_some() {
                    return Err(CompileError::SameName { name });
                }
            }
        }
        Ok(contracts)
    }

    fn freeze(&self, name: &str, contract: &Contract, origin: Option<Origin<'_>>) -> Result<Frozen, CompileError> {
        Frozen::new(name, contract, &self.solc.version, &self.settings, origin)
    }
}

/// Reads the Solidity files below `root`/`directory`, named as the compiler will see them: relative to `root`.
fn read_sources(root: &Path, directory: &str) -> Result<Sources, CompileError> {
    let found = Source::read_all_from(&root.join(directory), &["sol"])
        .map_err(|error| CompileError::Read { path: root.join(directory), source: std::io::Error::other(error) })?;
    if found.is_empty() {
        return Err(CompileError::NoSources { directory: root.join(directory) });
    }
    let relative = |path: PathBuf| path.strip_prefix(root).map(Path::to_owned).unwrap_or(path);
    Ok(found.into_iter().map(|(path, source)| (relative(path), source)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frozen_contracts_are_those_that_the_crate_carries() {
        assert_eq!(crate::artifact::ALL.map(crate::Artifact::name), CONTRACTS);
    }

    #[test]
    fn a_directory_without_settings_is_refused_with_its_name() {
        let error = Project::open(Path::new("no-such-directory")).unwrap_err();
        assert!(matches!(&error, CompileError::Read { path, .. } if path.ends_with("foundry.toml")), "{error:?}");
    }
}
