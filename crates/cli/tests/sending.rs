//! What is said while something is sent, by the real binary on a real chain.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::{Command, Output, Stdio};

use alloy::primitives::hex;
use anvil_fixtures::{ACCOUNTS, Chain, Contents, Options};
use tempfile::TempDir;

struct Desk {
    chain: Chain,
    directory: TempDir,
}

impl Desk {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = Options { contents: Contents::Quorate, ..Options::default() };
        Self { chain: runtime.block_on(Chain::start(&options)).unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    /// Runs the program as the first of the well-known accounts.
    fn run(&self, words: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
        let key = hex::encode(ACCOUNTS[0].key);
        command.current_dir(self.directory.path()).env_clear().env("KEY", key);
        command.env("ETH_RPC_URL", self.chain.url()).args(words.split_whitespace()).stdin(Stdio::null());
        command.output().unwrap()
    }

    /// Makes a Safe of the first account; returns its name on the command line, and what was said.
    fn safe(&self) -> (String, Output) {
        let owner = ACCOUNTS[0].address;
        let created = self.run(&format!("safe create {owner} --threshold 1 --private-key-env KEY --json"));
        let envelope: serde_json::Value = serde_json::from_slice(&created.stdout).unwrap();
        let address = envelope["data"]["address"].as_str().unwrap_or_else(|| panic!("{created:?}"));
        (format!("--safe {address} --chain 31337"), created)
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn cost_and_hash_are_told_before_the_block_is_waited_for() {
    let desk = Desk::open();
    let (safe, created) = desk.safe();
    assert_eq!(text(&created.stderr), "", "with --json nothing is said on the way");
    let payee = ACCOUNTS[5].address;
    for (nonce, flags) in ["", "--quiet"].into_iter().enumerate() {
        assert!(desk.run(&format!("propose {payee} {safe}")).status.success());
        assert!(desk.run(&format!("sign {nonce} {safe} --private-key-env KEY --yes")).status.success());
        let done = desk.run(&format!("exec {nonce} {safe} --private-key-env KEY --yes {flags}"));
        let (stdout, stderr) = (text(&done.stdout), text(&done.stderr));
        assert!(done.status.success(), "{done:?}");
        if flags.is_empty() {
            let sent =
                stderr.lines().find_map(|line| line.strip_prefix("sent ")?.strip_suffix(", waiting for a block"));
            assert!(stdout.contains(sent.unwrap_or("no hash")), "{done:?}");
            let cost = stderr.lines().find_map(|line| line.strip_prefix("sending; it may cost up to 0.0"));
            assert!(cost.is_some_and(|rest| rest.ends_with(" ether")), "{done:?}");
        } else {
            assert_eq!(stderr, "");
        }
    }
}

#[test]
fn a_payment_that_the_safe_cannot_make_is_warned_of_and_explained() {
    let desk = Desk::open();
    let (safe, _) = desk.safe();
    let words = "the Safe has 0 ether, and this sends 1 ether";
    let proposed = desk.run(&format!("propose {} --value 1ether {safe}", ACCOUNTS[5].address));
    assert!(proposed.status.success() && text(&proposed.stderr).contains(words), "{proposed:?}");
    assert!(desk.run(&format!("sign 0 {safe} --private-key-env KEY --yes")).status.success());
    let refused = desk.run(&format!("exec 0 {safe} --private-key-env KEY --yes"));
    assert_eq!(refused.status.code(), Some(6), "{refused:?}");
    assert!(text(&refused.stderr).contains(words), "{refused:?}");
    assert!(!text(&refused.stderr).contains("sending"), "{refused:?}");
}
