//! Finds the compiler.

use std::{
    env, fmt,
    path::{Path, PathBuf},
};

use foundry_compilers::{
    artifacts::{Source, Sources},
    solc::Solc,
};
use semver::Version;

use super::CompileError;

/// The environment variable that names the compiler.
const VARIABLE: &str = "QUORATE_SOLC";

/// A compiler that was looked at and not taken.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rejected {
    /// Where it is or should be.
    pub path: PathBuf,
    /// Why it was not taken.
    pub reason: String,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

/// Returns the one version that every source asks for.
pub(super) fn required_version(sources: &Sources) -> Result<Version, CompileError> {
    let mut required: Option<Version> = None;
    for (path, source) in sources {
        let expected = required.as_ref().map_or_else(|| "MAJOR.MINOR.PATCH".to_owned(), Version::to_string);
        let found = pragma(source);
        let mismatch = || CompileError::Pragma { path: path.clone(), expected: expected.clone(), found: found.clone() };
        let version = Version::parse(&found).map_err(|_| mismatch())?;
        match &required {
            Some(other) if *other != version => return Err(mismatch()),
            Some(_) => {}
            None => required = Some(version),
        }
    }
    required.ok_or_else(|| CompileError::NoSources { directory: PathBuf::new() })
}

/// Returns what stands between `pragma solidity` and the semicolon.
fn pragma(source: &Source) -> String {
    let text = source.content.split_once("pragma solidity").map_or("", |(_, rest)| rest);
    text.split(';').next().unwrap_or_default().trim().to_owned()
}

/// Returns the first compiler of `version` among the places where one may be.
pub(super) fn find(version: &Version, configured: Option<PathBuf>) -> Result<Solc, CompileError> {
    let candidates = match env::var_os(VARIABLE) {
        Some(path) => vec![PathBuf::from(path)],
        None => configured.into_iter().chain(on_path()).chain(in_svm(version)).collect(),
    };
    choose(version, candidates)
}

fn choose(version: &Version, candidates: Vec<PathBuf>) -> Result<Solc, CompileError> {
    let mut tried = Vec::new();
    for path in candidates {
        match look(&path, version) {
            Ok(solc) => return Ok(solc),
            Err(reason) => tried.push(Rejected { path, reason }),
        }
    }
    Err(CompileError::SolcNotFound { version: version.clone(), tried })
}

fn look(path: &Path, version: &Version) -> Result<Solc, String> {
    if !path.is_file() {
        return Err("no such file".to_owned());
    }
    let solc = Solc::new(path).map_err(|error| error.to_string().trim().replace('\n', " "))?;
    if solc.version_short() == *version { Ok(solc) } else { Err(format!("is {}", solc.version_short())) }
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .map(|directory| directory.join("solc"))
        .filter(|path| path.is_file())
        .collect::<Vec<_>>()
        .into_iter()
}

/// svm keeps its compilers in `~/.svm`, or where the system keeps data if that directory does not exist.
fn in_svm(version: &Version) -> impl Iterator<Item = PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let below_home = [".svm", ".local/share/svm", "Library/Application Support/svm"];
    let directories = home.into_iter().flat_map(move |home| below_home.map(|directory| home.join(directory)));
    let data = env::var_os("XDG_DATA_HOME").map(|data| PathBuf::from(data).join("svm"));
    let name = version.to_string();
    directories.chain(data).map(move |directory| directory.join(&name).join(format!("solc-{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(texts: &[&str]) -> Sources {
        texts.iter().enumerate().map(|(i, text)| (PathBuf::from(format!("{i}.sol")), Source::new(*text))).collect()
    }

    #[test]
    fn the_version_is_the_one_that_every_source_names() {
        let found = required_version(&sources(&["pragma solidity 0.8.37;", "// x\npragma solidity 0.8.37 ;\n"]));
        assert_eq!(found.unwrap(), Version::new(0, 8, 37));
    }

    #[test]
    fn a_range_no_pragma_and_two_versions_are_refused() {
        for texts in [
            &["pragma solidity ^0.8.37;"][..],
            &["contract C {}"],
            &["pragma solidity 0.8.37;", "pragma solidity 0.8.36;"],
        ] {
            let error = required_version(&sources(texts)).unwrap_err();
            assert!(matches!(error, CompileError::Pragma { .. }), "{error}");
        }
    }

    #[test]
    fn a_missing_compiler_is_reported_with_every_place() {
        let places = ["one/solc", "two/solc"].map(PathBuf::from);
        let error = choose(&Version::new(0, 8, 37), places.to_vec()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("solc 0.8.37") && text.contains("one/solc: no such file") && text.contains("two/solc"),
            "{text}"
        );
    }
}
