//! The frozen bytecode of Quorate's contracts.

use std::{collections::BTreeMap, fmt, sync::OnceLock};

use alloy_primitives::{Address, B256, Bytes, keccak256};
use serde::{Deserialize, Deserializer, de::Error as _};

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
/// What an account answers, and what it adds to that itself.
pub static EXTENSIBLE_FALLBACK_HANDLER: Artifact =
    Artifact::new("ExtensibleFallbackHandler", include_str!("../artifacts/ExtensibleFallbackHandler.json"));
/// Lets an account receive tokens, and no more.
pub static TOKEN_CALLBACK_HANDLER: Artifact =
    Artifact::new("TokenCallbackHandler", include_str!("../artifacts/TokenCallbackHandler.json"));
/// Deploys contracts from the account.
pub static CREATE_CALL: Artifact = Artifact::new("CreateCall", include_str!("../artifacts/CreateCall.json"));
/// Signs messages on chain.
pub static SIGN_MESSAGE_LIB: Artifact =
    Artifact::new("SignMessageLib", include_str!("../artifacts/SignMessageLib.json"));
/// Simulates a transaction inside the account.
pub static SIMULATE_TX_ACCESSOR: Artifact =
    Artifact::new("SimulateTxAccessor", include_str!("../artifacts/SimulateTxAccessor.json"));
/// Moves an account to the contracts that its constructor names.
pub static MIGRATION: Artifact = Artifact::new("Migration", include_str!("../artifacts/Migration.json"));
/// Chooses the singleton with full events during `setup`.
pub static TO_L2_SETUP: Artifact = Artifact::new("ToL2Setup", include_str!("../artifacts/ToL2Setup.json"));
/// Reads a whole account from its constructor; never deployed.
pub static SAFE_READER: Artifact = Artifact::new("SafeReader", include_str!("../artifacts/SafeReader.json"));

/// Every frozen contract.
pub static ALL: [&Artifact; 15] = [
    &MULTISIG,
    &MULTISIG_L2,
    &MULTISIG_PROXY,
    &MULTISIG_PROXY_FACTORY,
    &MULTI_SEND,
    &MULTI_SEND_CALL_ONLY,
    &FALLBACK_HANDLER,
    &EXTENSIBLE_FALLBACK_HANDLER,
    &TOKEN_CALLBACK_HANDLER,
    &CREATE_CALL,
    &SIGN_MESSAGE_LIB,
    &SIMULATE_TX_ACCESSOR,
    &MIGRATION,
    &TO_L2_SETUP,
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

    /// Returns the code that deploys the contract with addresses as its constructor's arguments.
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn init_code(&self, arguments: &[Address]) -> Bytes {
        let mut code = self.creation_code().to_vec();
        code.extend(arguments.iter().flat_map(|argument| argument.into_word()));
        code.into()
    }

    /// Returns the code that the contract has when it is deployed at `address`.
    ///
    /// The only immutable of most of these contracts is their own address, so it is `address` that stands in its place.
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn runtime_code_at(&self, address: Address) -> Bytes {
        self.runtime_code_with(address, &[])
    }

    /// Returns the code that the contract has when it is deployed at `address` with these constructor's arguments.
    ///
    /// The first immutable, in the order in which the source declares them, is the contract's own address; the others
    /// are the arguments.
    ///
    /// # Panics
    ///
    /// As [`Artifact::creation_code`].
    pub fn runtime_code_with(&self, address: Address, arguments: &[Address]) -> Bytes {
        let deployed = &self.code().deployed_bytecode;
        let mut code = deployed.object.to_vec();
        let mut values = [address].into_iter().chain(arguments.iter().copied());
        for places in deployed.immutable_references.values() {
            let value = values.next().unwrap_or(address).into_word();
            for reference in places {
                let place = code
                    .get_mut(reference.start..reference.start + reference.length)
                    .expect("the compiler names places inside the code it made");
                place.copy_from_slice(value.as_slice());
            }
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
    /// By the number that the compiler gave to the declaration: numbers grow as the source is read.
    #[serde(deserialize_with = "by_number")]
    immutable_references: BTreeMap<u64, Vec<Place>>,
}

/// Where the constructor writes an immutable.
#[derive(Debug, Deserialize)]
struct Place {
    start: usize,
    length: usize,
}

/// Reads keys that are numbers, which JSON has as text.
fn by_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u64, Vec<Place>>, D::Error> {
    BTreeMap::<String, Vec<Place>>::deserialize(deserializer)?
        .into_iter()
        .map(|(number, places)| Ok((number.parse().map_err(D::Error::custom)?, places)))
        .collect()
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

    #[test]
    fn the_other_immutables_hold_the_arguments_in_the_order_of_declaration() {
        // As text, "10" is before "9".
        let artifact = Artifact::new(
            "Sample",
            r#"{
                "bytecode": { "object": "0x00" },
                "deployedBytecode": {
                    "object": "0x000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
                    "immutableReferences": {
                        "10": [{ "start": 0, "length": 32 }],
                        "9": [{ "start": 32, "length": 32 }, { "start": 64, "length": 32 }]
                    }
                }
            }"#,
        );
        let [own, argument] = [1, 2].map(Address::repeat_byte);
        let code = artifact.runtime_code_with(own, &[argument]);
        assert_eq!(code, [argument, own, own].map(|it| it.into_word()).concat());
        assert_eq!(artifact.init_code(&[argument]), [[0].as_slice(), argument.into_word().as_slice()].concat());
        assert_eq!(&artifact.init_code(&[]), artifact.creation_code());
    }
}
