//! A Safe that owns a Safe, whose owners sign on their own machines: the real binary on a real chain.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    path::Path,
    process::{Command, Stdio},
};

use alloy::primitives::hex;
use anvil_fixtures::{ACCOUNTS, Chain, Contents, Options};
use quorate_core::{Proposal, Signature};
use serde_json::Value;
use tempfile::TempDir;

/// A Safe that is owned by a 2-of-2 of the first two accounts, and a proposal of it without signatures.
struct Desk {
    chain: Chain,
    directory: TempDir,
    inner: String,
    safe: String,
}

/// What a run came to: exit code and envelope.
type Run = (i32, Value);

impl Desk {
    fn open() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let options = Options { contents: Contents::Quorate, ..Options::default() };
        let chain = runtime.block_on(Chain::start(&options)).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Self { chain, directory, inner: String::new(), safe: String::new() };
        let [one, two] = [ACCOUNTS[0].address, ACCOUNTS[1].address];
        desk.inner = desk.create(&format!("{one} {two} --threshold 2"));
        desk.safe = desk.create(&format!("{} --threshold 1", desk.inner));
        desk.done(&format!("propose {} --safe {}", ACCOUNTS[5].address, desk.safe));
        desk
    }

    fn create(&self, words: &str) -> String {
        let created = self.done(&format!("safe create {words} --private-key-env KEY_0"));
        created["data"]["address"].as_str().unwrap().to_owned()
    }

    fn command(&self, words: &str, node: Option<&str>) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
        command.current_dir(self.directory.path()).env_clear().stdin(Stdio::null());
        for (number, account) in ACCOUNTS.iter().take(2).enumerate() {
            command.env(format!("KEY_{number}"), hex::encode(account.key));
        }
        if let Some(node) = node {
            command.env("ETH_RPC_URL", node);
        }
        let output = command.args(words.split_whitespace()).arg("--json").output().unwrap();
        let envelope = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("no envelope: {output:?}"));
        (output.status.code().unwrap(), envelope)
    }

    fn run(&self, words: &str) -> Run {
        self.command(words, Some(self.chain.url()))
    }

    /// Runs what has to go well.
    fn done(&self, words: &str) -> Value {
        let (exit, envelope) = self.run(words);
        assert_eq!(exit, 0, "{words}: {envelope:#}");
        envelope
    }

    /// Copies the proposal, with the signature that one of the inner owners makes for the inner Safe.
    fn copy(&self, name: &str, key: usize) {
        self.done(&format!("export 0 --safe {} --evidence --output {name}", self.safe));
        self.done(&format!("sign {name} --for {} --private-key-env KEY_{key} --yes", self.inner));
    }

    /// What the inner Safe says in a file.
    fn said(&self, file: impl AsRef<Path>) -> Vec<u8> {
        let proposal = Proposal::from_json(&std::fs::read(self.directory.path().join(file)).unwrap()).unwrap();
        match proposal.signatures().get(self.inner.parse().unwrap()) {
            Some(Signature::Contract { data, .. }) => data.to_vec(),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_the_owners_of_an_owning_safe_sign_on_their_own_copies_comes_together() {
    let desk = Desk::open();
    desk.copy("one.json", 0);
    desk.copy("two.json", 1);

    let first = desk.done("import one.json");
    assert_eq!(first["data"]["imported"][0]["status"]["confirmed"], 0);
    assert!(first["warnings"][0].as_str().is_some_and(|it| it.contains("does not accept")), "{first:#}");
    let file = first["data"]["imported"][0]["file"].as_str().unwrap().to_owned();

    // Without a node nothing is decided, and nothing is lost.
    for (words, node) in [("import two.json", None), ("import two.json --offline", Some(desk.chain.url()))] {
        let (exit, refused) = desk.command(words, node);
        assert_eq!((exit, &refused["errors"][0]["code"]), (3, &"refused".into()), "{refused:#}");
        assert!(refused["errors"][0]["hint"].as_str().unwrap().contains("quorate import two.json --rpc-url"));
        assert_eq!(desk.said(&file), desk.said("one.json"));
    }

    let second = desk.done("import two.json");
    let item = &second["data"]["imported"][0];
    assert_eq!(item["new_signatures"], serde_json::json!([desk.inner]), "{second:#}");
    assert_eq!((&item["status"]["confirmed"], &item["status"]["stage"]), (&1.into(), &"ready".into()));
    assert_eq!(second["warnings"], serde_json::json!([]));
    let mut halves = [desk.said("one.json"), desk.said("two.json")];
    halves.sort_by_key(|half| *half != desk.said(&file)[..65]);
    assert_eq!(desk.said(&file), halves.concat());

    // Once more changes nothing, in either order.
    let again = desk.done("import one.json two.json");
    assert!(
        again["data"]["imported"].as_array().unwrap().iter().all(|it| it["new_signatures"] == Value::Array(vec![]))
    );
    assert_eq!(desk.said(&file), halves.concat());
    desk.done(&format!("exec 0 --safe {} --private-key-env KEY_0 --yes", desk.safe));
}

#[test]
fn a_signature_of_an_owning_safe_is_added_to_what_its_other_owners_signed() {
    let desk = Desk::open();
    desk.copy("one.json", 0);
    desk.copy("two.json", 1);
    let add = |copy: &str, more: &str| {
        let data = hex::encode_prefixed(desk.said(copy));
        desk.run(&format!("add-signature 0 --safe {} --contract {} --data {data} {more}", desk.safe, desk.inner))
    };
    let (exit, one) = add("one.json", "");
    assert_eq!((exit, &one["data"]["done"], &one["data"]["status"]["confirmed"]), (0, &"added".into(), &0.into()));
    assert!(one["warnings"][0].as_str().is_some_and(|it| it.contains("still signing")), "{one:#}");
    assert_eq!(add("one.json", "").1["data"]["done"], "kept");
    let (exit, two) = add("two.json", "");
    assert_eq!((exit, &two["data"]["done"], &two["data"]["status"]["stage"]), (0, &"replaced".into(), &"ready".into()));
    assert_eq!(add("one.json", "").1["data"]["done"], "kept");
    assert_eq!(desk.said(two["data"]["file"].as_str().unwrap()).len(), 130);

    let garbage = format!("add-signature 0 --safe {} --contract {} --data 0x0708", desk.safe, desk.inner);
    let (exit, refused) = desk.run(&garbage);
    assert_eq!((exit, &refused["errors"][0]["code"]), (3, &"bad_signature".into()), "{refused:#}");
    desk.done(&format!("exec 0 --safe {} --private-key-env KEY_0 --yes", desk.safe));
}

#[test]
fn an_owner_of_an_owning_safe_is_warned_of_the_other_transaction_that_it_signed_for() {
    let desk = Desk::open();
    let sign = |hash: &str, key: usize| {
        let words = format!("sign {hash} --safe {} --for {} --private-key-env KEY_{key} --yes", desk.safe, desk.inner);
        desk.done(&words)["warnings"].to_string()
    };
    let first = desk.done(&format!("list --safe {}", desk.safe))["data"]["proposals"][0]["safe_tx_hash"].clone();
    let cancelled = desk.done(&format!("cancel 0 --safe {}", desk.safe));
    let second = cancelled["data"]["safe_tx_hash"].as_str().unwrap();
    assert_eq!(sign(first.as_str().unwrap(), 0), "[]");
    assert_eq!(sign(second, 1), "[]");
    assert!(sign(second, 0).contains(&format!("another transaction with this nonce: {}", first.as_str().unwrap())));
}
