//! The local chain, as the real binary runs it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The anvil that npm installed in `scripts`.
fn anvil() -> PathBuf {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/node_modules/@foundry-rs");
    let binaries = fs::read_dir(packages).unwrap().map(|entry| entry.unwrap().path().join("bin/anvil"));
    binaries.into_iter().find(|path| path.is_file()).unwrap()
}

#[test]
fn without_the_packages_of_safe_there_are_quorates_contracts_and_a_warning() {
    let nothing = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
    command.arg("dev").env("QUORATE_NODE_MODULES", nothing.path()).env("QUORATE_ANVIL", anvil());
    let mut running = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = BufReader::new(running.stderr.take().unwrap());
    let said: Vec<_> = stderr.lines().map(Result::unwrap).take_while(|line| line != "until Ctrl-C").collect();
    // Anvil ends with the program, however that ends.
    running.kill().unwrap();
    let stdout = String::from_utf8(running.wait_with_output().unwrap().stdout).unwrap();
    assert!(
        said.iter().any(|line| line.starts_with("warning: ") && line.contains("npm ci --prefix scripts")),
        "{said:?}"
    );
    let families: Vec<_> = stdout.lines().filter_map(|line| line.strip_prefix("contracts: ")).collect();
    assert_eq!(families, ["quorate"], "{stdout}");
    assert!(stdout.contains("endpoint      http://127.0.0.1:"), "{stdout}");
}
