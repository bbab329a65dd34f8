//! A directory of its own, a key, and proposals for a Safe that exists nowhere.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use alloy::{
    primitives::{Address, B256, U256, address},
    signers::{SignerSync, local::PrivateKeySigner},
};
use quorate_core::{Account, Block, Domain, Proposal, SafeId, SafeState, SafeTx, Signature, Version};
use serde_json::Value;
use tempfile::TempDir;

/// The Safe.
pub(crate) const SAFE: Address = Address::repeat_byte(0x5a);
/// The key in the key file: the first of anvil's well-known accounts.
pub(crate) const OWNER: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
/// Another owner, who is a contract.
pub(crate) const APPROVER: Address = Address::repeat_byte(0xa9);
/// Somebody else.
pub(crate) const STRANGER: Address = Address::repeat_byte(0x66);

const KEYSTORE: &str = include_str!("../../src/testdata/cast-1.7.1-keystore-password-pw.json");
const KEY: &str = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/// A working directory with a key file and its password.
pub(crate) struct World {
    directory: TempDir,
}

/// What a run of the binary came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Returns the word of the first error in the envelope.
    pub(crate) fn code(&self) -> String {
        let envelope: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no envelope: {self:?}"));
        assert_eq!((&envelope["schema_version"], &envelope["success"]), (&1.into(), &false.into()));
        assert!(envelope["errors"][0]["message"].as_str().is_some_and(|message| !message.is_empty()));
        envelope["errors"][0]["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let world = Self { directory: tempfile::tempdir().unwrap() };
        world.put("key", KEYSTORE);
        world.put("password", "pw\n");
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn put(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn proposal(&self, name: &str) -> Proposal {
        Proposal::from_json(self.read(name).as_bytes()).unwrap()
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.execute(&[], "", arguments)
    }

    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        self.execute(variables, "", arguments)
    }

    pub(crate) fn run_with_stdin(&self, stdin: &str, arguments: &[&str]) -> Run {
        self.execute(&[], stdin, arguments)
    }

    /// Runs a command that has to print an envelope, and returns it.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let run = self.run(arguments);
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("no envelope: {run:?}"))
    }

    fn execute(&self, variables: &[(&str, &str)], stdin: &str, arguments: &[&str]) -> Run {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quorate"))
            .args(arguments)
            .current_dir(self.directory.path())
            // Nothing of the machine's own settings may decide a test.
            .env_clear()
            .env("HOME", self.directory.path())
            .envs(variables.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The program may end without reading it.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        Run {
            exit: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// What the Safe is said to be: owned by the key and the contract, one of whom is enough.
pub(crate) fn evidence() -> SafeState {
    let contract = |address| Account { address, code_hash: Some(B256::repeat_byte(1)), delegate: None };
    SafeState {
        safe: SafeId::new(31_337, SAFE),
        block: Block { number: 5, hash: B256::repeat_byte(0x44), timestamp: 1_700_000_000 },
        version: Version::V1_5_0,
        singleton: contract(Address::repeat_byte(0x51)),
        owners: vec![Account::keyed(OWNER), contract(APPROVER)],
        threshold: 1,
        nonce: U256::from(7),
        modules: vec![contract(Address::repeat_byte(0x60))],
        guard: Some(contract(Address::repeat_byte(0x61))),
        module_guard: None,
        fallback_handler: Some(contract(Address::repeat_byte(0x62))),
        balance: U256::from(10),
    }
}

/// A payment of five wei, with evidence.
pub(crate) fn proposal(nonce: u64) -> Proposal {
    let domain = Domain::new(SafeId::new(31_337, SAFE), Version::V1_5_0).unwrap();
    let tx = SafeTx::call(Address::repeat_byte(4), U256::from(5), vec![].into(), U256::from(nonce));
    let mut proposal = Proposal::new(domain, tx, "rent").unwrap();
    proposal.attach(evidence()).unwrap();
    proposal
}

/// The owner's signature over a proposal.
pub(crate) fn signature(proposal: &Proposal) -> Signature {
    let key: PrivateKeySigner = KEY.parse().unwrap();
    Signature::from_bytes(&key.sign_hash_sync(&proposal.hash().hash()).unwrap().as_bytes()).unwrap()
}
