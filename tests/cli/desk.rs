//! A machine with a Safe, its owners' keys, and somebody who pays.

use std::{ops::Deref, path::PathBuf};

use alloy::{
    primitives::{Address, hex, keccak256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use quorate_core::Proposal;
use serde_json::Value;

use crate::{chain::Local, machine::Machine};

/// A machine with a Safe, the keys of its owners in `KEY_0`, `KEY_1`, …, and that of who pays in `PAYER`.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) chain: Local,
    pub(crate) machine: Machine,
    pub(crate) safe: Address,
    pub(crate) owners: Vec<PrivateKeySigner>,
    seed: String,
}

impl Desk {
    /// A Safe of Quorate's with `owners` keys, of which `threshold` have to sign.
    pub(crate) fn open(seed: &str, threshold: usize, owners: usize) -> Self {
        Self::of(Local::shared(), "quorate", seed, threshold, owners, &[])
    }

    /// A Safe of a family, with further owners that have no key here.
    pub(crate) fn of(
        chain: Local,
        family: &str,
        seed: &str,
        threshold: usize,
        owners: usize,
        others: &[Address],
    ) -> Self {
        let mut desk = Self::without_safe(chain, seed, owners);
        let list: Vec<_> = desk.owners.iter().map(PrivateKeySigner::address).chain(others.iter().copied()).collect();
        let list: Vec<_> = list.iter().map(Address::to_string).collect();
        let line = format!("safe create --contracts {family} --threshold {threshold} --private-key-env PAYER");
        let created = desk.json(&format!("{line} {}", list.join(" "))).data();
        desk.safe = created["address"].as_str().unwrap().parse().unwrap();
        desk.chain.endow(desk.safe, "100");
        let name = format!("eip155:31337:{}", desk.safe);
        desk.machine.set("QUORATE_SAFE", name);
        desk
    }

    /// The keys, before there is a Safe.
    pub(crate) fn without_safe(chain: Local, seed: &str, owners: usize) -> Self {
        let mut machine = Machine::new();
        machine.set("ETH_RPC_URL", chain.url());
        let mut keys = Vec::new();
        for number in 0..owners {
            keys.push(add_key(&mut machine, seed, &format!("KEY_{number}")));
        }
        let payer = add_key(&mut machine, seed, "PAYER");
        add_key(&mut machine, seed, "STRANGER");
        chain.endow(payer.address(), "1000");
        Self { chain, machine, safe: Address::ZERO, owners: keys, seed: seed.to_owned() }
    }

    /// Returns the key in one of the variables.
    pub(crate) fn key(&self, name: &str) -> PrivateKeySigner {
        key(&self.seed, name)
    }

    /// Returns an address that nobody has used.
    pub(crate) fn address(&self, name: &str) -> Address {
        Address::from_word(keccak256(format!("{}: address {name}", self.seed)))
    }

    /// Proposes, and returns what the envelope says.
    #[track_caller]
    pub(crate) fn propose(&self, words: &str) -> Value {
        self.json(&format!("propose {words}")).data()
    }

    /// Proposes a payment of `wei` to an address of this desk, and returns the path of the file.
    #[track_caller]
    pub(crate) fn payment(&self, wei: u64) -> PathBuf {
        let proposed = self.propose(&format!("{} --value {wei}", self.address("payee")));
        self.path(proposed["file"].as_str().unwrap())
    }

    /// Signs with the key of an owner.
    #[track_caller]
    pub(crate) fn sign(&self, proposal: &str, owner: usize) -> Value {
        self.json(&format!("sign {proposal} --private-key-env KEY_{owner} --yes")).data()
    }

    /// Returns the Safe's next nonce.
    pub(crate) fn nonce(&self) -> u64 {
        // keccak256("nonce()")
        self.chain.word(self.safe, &hex!("affed0e0")).to()
    }
}

/// Reads a proposal file as the library does.
#[track_caller]
pub(crate) fn proposal(path: &std::path::Path) -> Proposal {
    Proposal::from_json(&std::fs::read(path).unwrap()).unwrap()
}

/// Signs a proposal's hash with a key, and returns the 65 bytes in hexadecimal.
pub(crate) fn signature(key: &PrivateKeySigner, proposal: &Proposal) -> String {
    hex::encode_prefixed(key.sign_hash_sync(&proposal.hash().hash()).unwrap().as_bytes())
}

/// Puts a key into the machine's environment; no output may ever show it.
fn add_key(machine: &mut Machine, seed: &str, name: &str) -> PrivateKeySigner {
    let key = key(seed, name);
    let secret = hex::encode(key.to_bytes());
    machine.hide(&secret);
    machine.set(name, secret);
    key
}

fn key(seed: &str, name: &str) -> PrivateKeySigner {
    PrivateKeySigner::from_bytes(&keccak256(format!("{seed}: key {name}"))).unwrap()
}

impl Deref for Desk {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}
