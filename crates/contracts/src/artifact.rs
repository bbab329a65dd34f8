//! The frozen bytecode of Quorate's contracts.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use alloy_primitives::{Address, B256, Bytes, keccak256};
use serde::Deserialize;

/// The account with few events.
pub static MULTISIG: Artifact = Artifact::new("Multisig", include_str!("../artifacts/Multisig.json"));
/// The account with full events.
pub static MULTISIG_L2: Artifact = Artifact::new("MultisigL2", include_str!("../artifacts/MultisigL2.json"));
/// The proxy that holds an account's storage and balance.
pub static MULTISIG_PROXY: Artifact = Artifact::new("MultisigProxy", include_str!("../artifacts/MultisigProxy.json"));
/// The factory of proxies.
pub static MULTISIG_PROXY_FACTORY: Artifact =
    Artifact::new("MultisigProxyFactory", include_str!("../artifacts/MultisigProxyFactory.json"));
/// Batches of calls and delegate calls.
pub static MULTI_SEND: Artifact = Artifact::new("MultiSend", include_str!("../artifacts/MultiSend.json"));
/// Batches of calls.
pub static MULTI_SEND_CALL_ONLY: Artifact =
    Artifact::new("MultiSendCallOnly", include_str!("../artifacts/MultiSendCallOnly.json"));
/// What an account answers besides its own functions.
pub static FALLBACK_HANDLER: Artifact =
    Artifact::new("FallbackHandler", include_str!("../artifacts/FallbackHandler.json"));
/// Reads a whole account from its constructor; never deployed.
pub static SAFE_READER: Artifact = Artifact::new("SafeReader", include_str!("../artifacts/SafeReader.json"));

/// Every frozen contract.
pub static ALL: [&Artifact; 8] = [
    &MULTISIG,
    &MULTISIG_L2,
    &MULTISIG_PROXY,
    &MULTISIG_PROXY_FACTORY,
    &MULTI_SEND,
    &MULTI_SEND_CALL_ONLY,
    &FALLBACK_HANDLER,
    &SAFE_READER,
];

/// A contract as the compiler left it: `abi`, `bytecode.object`, `deployedBytecode.object` and the compiler's settings
/// in one JSON text.
///
/// The text is part of the program; it is read when it is first asked for, so a command that deploys nothing does not
/// pay for it.
pub struct Artifact {
    name: &'static str,
    json: &'static str,
    code: OnceLock<Code>,
}

impl Artifact {
    /// Makes the artifact of the contract `name` from its JSON text, without reading the text.
    pub const fn new(name: &'static str, json: &'static str) -> Self {
        Self { name, json, code: OnceLock::new() }
    }

    /// Returns the contract's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the whole artifact: `contractName`, `abi`, `bytecode`, `deployedBytecode`, `compiler`.
    pub const fn json(&self) -> &'static str {
        self.json
    }

    /// Returns the code that deploys the contract, without constructor arguments.
    ///
    /// # Panics
    ///
    /// If the text is not an artifact, which a test of every committed text rules out.
    pub fn creation_code(&self) -> &Bytes {
        &self.code().bytecode.object
    }

    /// Returns the hash of [`Artifact::creation_code`].
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn creation_code_hash(&self) -> B256 {
        keccak256(self.creation_code())
    }

    /// Returns the code that the contract has when it is deployed at `address`.
    ///
    /// Every immutable of these contracts is the contract's own address, so it is `address` that stands in its place.
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn runtime_code_at(&self, address: Address) -> Bytes {
        let deployed = &self.code().deployed_bytecode;
        let mut code = deployed.object.to_vec();
        for reference in deployed.immutable_references.values().flatten() {
            let place = code
                .get_mut(reference.start..reference.start + reference.length)
                .expect("the compiler names places inside the code it made");
            place.copy_from_slice(address.into_word().as_slice());
        }
        code.into()
    }

    /// Returns the hash of [`Artifact::runtime_code_at`].
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn runtime_code_hash_at(&self, address: Address) -> B256 {
        keccak256(self.runtime_code_at(address))
    }

    fn code(&self) -> &Code {
        self.code.get_or_init(|| {
            serde_json::from_str(self.json).unwrap_or_else(|error| panic!("artifact of {}: {error}", self.name))
        })
    }
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The part of the JSON text that is code.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    bytecode: Creation,
    deployed_bytecode: Deployed,
}

#[derive(Debug, Deserialize)]
struct Creation {
    object: Bytes,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deployed {
    object: Bytes,
    immutable_references: BTreeMap<String, Vec<Place>>,
}

/// Where the constructor writes an immutable.
#[derive(Debug, Deserialize)]
struct Place {
    start: usize,
    length: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artifact_is_read_and_named_after_its_contract() {
        for artifact in ALL {
            let json: serde_json::Value = serde_json::from_str(artifact.json()).unwrap();
            assert_eq!(json["contractName"], artifact.name());
            assert!(!artifact.creation_code().is_empty(), "{artifact:?} has no code");
        }
    }

    #[test]
    fn an_immutable_holds_the_address() {
        let artifact = Artifact::new(
            "Sample",
            r#"{
                "bytecode": { "object": "0x" },
                "deployedBytecode": {
                    "object": "0x7f000000000000000000000000000000000000000000000000000000000000000050",
                    "immutableReferences": { "7": [{ "start": 1, "length": 32 }] }
                }
            }"#,
        );
        let address = Address::repeat_byte(0xab);
        let code = artifact.runtime_code_at(address);
        assert_eq!(code.len(), 34);
        assert_eq!((code[0], code[33]), (0x7f, 0x50));
        assert_eq!(&code[1..33], address.into_word().as_slice());
    }
}
