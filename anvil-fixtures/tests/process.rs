//! anvil starts, stops, and does not outlive its owner.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

use std::{
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anvil_fixtures::Anvil;

/// Returns whether anything accepts connections at the endpoint.
fn listens(url: &str) -> bool {
    TcpStream::connect(url.strip_prefix("http://").unwrap()).is_ok()
}

/// Waits until nothing listens any more.
fn stops(url: &str) -> bool {
    let start = Instant::now();
    while listens(url) {
        if start.elapsed() > Duration::from_secs(10) {
            return false;
        }
        sleep(Duration::from_millis(10));
    }
    true
}

/// Runs the program of this crate and returns its endpoint.
fn owner(contents: &str) -> (Child, String) {
    let mut owner = Command::new(env!("CARGO_BIN_EXE_anvil-fixtures"))
        .arg(contents)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(owner.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    (owner, ready["url"].as_str().unwrap().to_owned())
}

#[test]
fn a_dropped_anvil_is_gone() {
    let anvil = Anvil::start(31_337, 0).unwrap();
    let url = anvil.url().to_owned();
    assert!(listens(&url));
    drop(anvil);
    assert!(!listens(&url));
}

#[test]
fn two_at_once_have_their_own_ports() {
    let (one, two) = (Anvil::start(1, 0).unwrap(), Anvil::start(2, 0).unwrap());
    assert_ne!(one.url(), two.url());
    assert!(listens(one.url()) && listens(two.url()));
    drop(one);
    assert!(listens(two.url()));
}

#[test]
fn a_killed_owner_leaves_no_anvil() {
    let (mut owner, url) = owner("nothing");
    assert!(listens(&url));
    // SIGKILL: nothing of the owner runs any more, no destructor and no handler.
    owner.kill().unwrap();
    owner.wait().unwrap();
    assert!(stops(&url), "anvil outlived its owner at {url}");
}

#[test]
fn an_owner_that_ends_leaves_no_anvil() {
    let (mut owner, url) = owner("nothing");
    drop(owner.stdin.take());
    assert!(owner.wait().unwrap().success());
    assert!(!listens(&url));
}

/// Runs the program where there are no packages and no anvil, and returns what it says.
fn refused(contents: &str) -> String {
    let empty = std::env::temp_dir().join(format!("anvil-fixtures-{}-{contents}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_anvil-fixtures"))
        .arg(contents)
        .env_remove("QUORATE_ANVIL")
        .env("QUORATE_NODE_MODULES", &empty)
        .env("PATH", &empty)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    std::fs::remove_dir(&empty).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn missing_packages_are_named_with_the_command_that_installs_them() {
    let said = refused("everything");
    assert!(said.contains("@safe-global/safe-smart-account"), "{said}");
    assert!(said.contains("npm ci --prefix scripts"), "{said}");
}

#[test]
fn a_missing_anvil_is_reported_with_every_place() {
    let said = refused("quorate");
    assert!(said.contains("anvil not found"), "{said}");
    assert!(said.contains("@foundry-rs/anvil-") && said.contains("npm ci --prefix scripts"), "{said}");
}
