//! The program under test.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

/// Names a program that is built already, and keeps cargo out of the test.
const VARIABLE: &str = "QUORATE_BINARY";

/// Returns the path of `quorate`, built as this test was.
///
/// Cargo tells a test where the binaries of its own package are, and nothing about those of other packages. This test
/// runs from `<target>/<profile>/deps`; the binary of the same profile belongs into `<target>/<profile>`. It is built
/// once a run, and always: otherwise a stale binary would be tested. Cargo itself has let go of its lock by the time
/// that tests run, so a cargo inside a cargo does not wait for its parent.
pub(crate) fn path() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match env::var_os(VARIABLE) {
        Some(path) => PathBuf::from(path),
        None => build(),
    })
}

fn build() -> PathBuf {
    let test = env::current_exe().unwrap();
    let directory = test.parent().and_then(Path::parent).expect("a test is in <target>/<profile>/deps");
    let target = directory.parent().expect("a profile's directory is in the target directory");
    let profile = match directory.file_name().and_then(|name| name.to_str()).unwrap() {
        "debug" => "dev",
        profile => profile,
    };
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.args(["build", "--quiet", "--package", "quorate", "--profile", profile, "--target-dir"]).arg(target);
    if env::var_os("CI").is_some() {
        cargo.arg("--locked");
    }
    let status = cargo.status().unwrap();
    assert!(status.success(), "quorate cannot be built: {status}");
    let binary = directory.join("quorate");
    assert!(binary.is_file(), "cargo built no {}", binary.display());
    binary
}
