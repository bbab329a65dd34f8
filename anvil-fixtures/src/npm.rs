//! What npm installed in the repository's `scripts`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use alloy::primitives::Bytes;
use serde_json::Value;

use crate::FixtureError;

/// Returns the directory of installed packages: below the repository that this crate was built from, or below the
/// directory that `QUORATE_NODE_MODULES` names.
pub(crate) fn node_modules() -> Option<PathBuf> {
    let chosen = std::env::var_os("QUORATE_NODE_MODULES").map(PathBuf::from);
    let built_from = || Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(|root| root.join("scripts/node_modules"));
    chosen.or_else(built_from)
}

/// Reads the creation code of a published artifact.
pub(crate) fn creation_code(artifact: &str) -> Result<Bytes, FixtureError> {
    hex_field(artifact, "bytecode", "an artifact with `bytecode`")
}

/// Returns the runtime code of the Safe Singleton Factory.
///
/// The package has signed deployment transactions only; the code is the 69 bytes that the transaction's init code
/// copies and returns, and it is the same as the deterministic deployer's. The caller checks its hash.
pub(crate) fn singleton_factory_code() -> Result<Bytes, FixtureError> {
    const FILE: &str = "@safe-global/safe-singleton-factory/artifacts/1/deployment.json";
    const EXPECTED: &str = "a deployment with `transaction`";
    // PUSH1 69, DUP1, PUSH1 14, PUSH1 0, CODECOPY, PUSH1 0, RETURN, INVALID.
    const PREFIX: [u8; 14] = [0x60, 0x45, 0x80, 0x60, 0x0e, 0x60, 0, 0x39, 0x80, 0x60, 0, 0xf3, 0x50, 0xfe];
    let transaction = hex_field(FILE, "transaction", EXPECTED)?;
    let code = transaction
        .windows(PREFIX.len())
        .position(|window| window == PREFIX)
        .map(|at| at + PREFIX.len())
        .and_then(|at| transaction.get(at..at + 69));
    code.map(Bytes::copy_from_slice)
        .ok_or_else(|| FixtureError::NpmContent { path: PathBuf::from(FILE), expected: EXPECTED })
}

fn hex_field(file: &str, field: &str, expected: &'static str) -> Result<Bytes, FixtureError> {
    let path = node_modules().unwrap_or_default().join(file);
    let text = fs::read_to_string(&path).map_err(|source| FixtureError::NpmPackage { path: path.clone(), source })?;
    let json: Option<Value> = serde_json::from_str(&text).ok();
    json.as_ref()
        .and_then(|json| json.get(field)?.as_str()?.parse().ok())
        .ok_or(FixtureError::NpmContent { path, expected })
}
