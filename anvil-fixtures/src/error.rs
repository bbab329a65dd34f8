//! What can go wrong on the way to a chain with contracts.

use std::{io, path::PathBuf};

use alloy::{primitives::Address, transports::TransportError};

/// Why there is no chain, or not the one that was asked for.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// No anvil on this machine.
    #[error("anvil not found; looked at: {}; install it with: npm ci --prefix scripts", list(looked))]
    AnvilNotFound {
        /// Every place that was looked at.
        looked: Vec<PathBuf>,
    },
    /// anvil could not be started or watched.
    #[error("cannot start {}", path.display())]
    Start {
        /// The program.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// anvil ended, or said nothing, before it listened; its port may be taken.
    #[error("anvil did not start to listen: {output}")]
    NotListening {
        /// The end of what it printed.
        output: String,
    },
    /// A JSON-RPC request failed.
    #[error("{method} failed on the local chain")]
    Rpc {
        /// The method; of a batch, the first.
        method: String,
        /// What came back.
        source: TransportError,
    },
    /// A package from npm is missing.
    #[error("Safe's packages are not installed: no {}; install them with: npm ci --prefix scripts", path.display())]
    NpmPackage {
        /// The file that was needed.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of a package from npm is not what it should be.
    #[error("{} is not understood: expected {expected}", path.display())]
    NpmContent {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// The chain has no deterministic deployer, so contracts would get other addresses.
    #[error("the local chain has no deterministic deployer at {address}")]
    NoDeployer {
        /// Where it should be.
        address: Address,
    },
    /// A contract's code is not the known one.
    #[error("the code at {address} ({name}) has not the known hash")]
    CodeHash {
        /// What should be there.
        name: String,
        /// Where.
        address: Address,
    },
}

fn list(looked: &[PathBuf]) -> String {
    let places: Vec<String> = looked.iter().map(|path| path.display().to_string()).collect();
    places.join(", ")
}
