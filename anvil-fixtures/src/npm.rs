//! What npm installed in the repository's `scripts`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use alloy::primitives::Bytes;
use serde_json::Value;

use crate::FixtureError;

/// Names the directory of installed packages, before anything else is tried.
const VARIABLE: &str = "QUORATE_NODE_MODULES";

/// Where the packages are in the repository.
const IN_REPOSITORY: &str = "scripts/node_modules";

/// Returns the directory of installed packages: what `QUORATE_NODE_MODULES` names, or that of the repository which this
/// program was built in.
///
/// The repository is looked for above the program, and above the package that cargo runs. It is not looked for above the
/// working directory, for what is found there may be run.
pub(crate) fn node_modules() -> Option<PathBuf> {
    if let Some(chosen) = env::var_os(VARIABLE) {
        return Some(PathBuf::from(chosen));
    }
    let program = env::current_exe().and_then(fs::canonicalize).ok();
    // Of the running process, not of the compiler: no path of the machine that builds goes into the program.
    let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    [program, package].into_iter().flatten().find_map(|start| below_an_ancestor(&start))
}

fn below_an_ancestor(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|directory| directory.join(IN_REPOSITORY)).find(|path| path.is_dir())
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
    let path = node_modules().unwrap_or_else(|| PathBuf::from(IN_REPOSITORY)).join(file);
    let text = fs::read_to_string(&path).map_err(|source| FixtureError::NpmPackage { path: path.clone(), source })?;
    let json: Option<Value> = serde_json::from_str(&text).ok();
    json.as_ref()
        .and_then(|json| json.get(field)?.as_str()?.parse().ok())
        .ok_or(FixtureError::NpmContent { path, expected })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_found_above_a_program() {
        let root = env::temp_dir().join(format!("packages-{}", std::process::id()));
        let program = root.join("target/debug/deps/program");
        assert_eq!(below_an_ancestor(&program), None);
        fs::create_dir_all(root.join(IN_REPOSITORY)).unwrap();
        assert_eq!(below_an_ancestor(&program), Some(root.join(IN_REPOSITORY)));
        fs::remove_dir_all(&root).unwrap();
    }
}
