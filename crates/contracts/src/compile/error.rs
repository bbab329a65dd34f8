//! What can go wrong before bytecode comes out.

use std::{io, path::PathBuf};

use foundry_compilers::error::SolcError;

use super::solc::Rejected;

/// Why the contracts could not be compiled or frozen.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// A file or directory of the project cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// `foundry.toml` is not TOML, or a setting has the wrong type.
    #[error("{} is not understood", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: toml::de::Error,
    },
    /// `foundry.toml` has a setting that changes bytecode and that only forge would honour.
    #[error("{} sets `{name}`, which is not supported: forge would compile something else than this crate", path.display())]
    UnsupportedSetting {
        /// The file.
        path: PathBuf,
        /// The setting.
        name: String,
    },
    /// There is no Solidity file.
    #[error("no Solidity file in {}", directory.display())]
    NoSources {
        /// Where they should be.
        directory: PathBuf,
    },
    /// A source has no pragma that names exactly one compiler, or two sources name different ones.
    #[error("{}: expected `pragma solidity {expected};`, found `{found}`", path.display())]
    Pragma {
        /// The source.
        path: PathBuf,
        /// What the other sources ask for, or a sample.
        expected: String,
        /// What stands there.
        found: String,
    },
    /// No compiler of the right version was found; the machine or the caller's settings are at fault.
    #[error("no solc {version} found; looked at:{}", list(tried))]
    SolcNotFound {
        /// The version that the sources ask for.
        version: semver::Version,
        /// Everything that was looked at, in order.
        tried: Vec<Rejected>,
    },
    /// The compiler could not be run, or what it answered is not understood.
    #[error("solc failed")]
    Solc(#[source] SolcError),
    /// The compiler found errors in the sources.
    #[error("solc refused the sources:\n{}", messages.join("\n"))]
    Refused {
        /// The compiler's messages with their places.
        messages: Vec<String>,
    },
    /// A source imports what is not there, or by a path that is not relative to itself.
    #[error("no source {}, which is imported", path.display())]
    Import {
        /// What is imported.
        path: PathBuf,
    },
    /// A contract that must be frozen was not compiled.
    #[error("no contract named {name} in the sources")]
    MissingContract {
        /// The contract.
        name: String,
    },
    /// Two contracts have one name, so one artifact would overwrite the other.
    #[error("two contracts are named {name}")]
    SameName {
        /// The contracts' name.
        name: String,
    },
    /// A contract has no code, or its code has holes for libraries.
    #[error("{name} has no code that can be deployed as it is")]
    NotDeployable {
        /// The contract.
        name: String,
    },
}

fn list(tried: &[Rejected]) -> String {
    tried.iter().map(|rejected| format!("\n  {rejected}")).collect()
}
