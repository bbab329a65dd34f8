//! The contracts of one family: their code, and where they are.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use quorate_contracts::{
    Artifact, Deployments, Family, Flavor, Kind, artifact, bindings::IMultisigProxyFactory, calls::create_proxy_call,
};
use quorate_core::{Creation, Salt, init_code_hash};
use serde_json::Value;

use super::node::{Node, full};

/// Where Quorate's code is taken from.
#[derive(Clone, Debug, Default)]
pub enum Source {
    /// The frozen artifacts.
    #[default]
    Frozen,
    /// A directory that forge compiled into.
    Out(PathBuf),
}

impl Source {
    /// Returns the code that deploys a contract of a family; `None` if the family has none, or nobody published it.
    pub fn creation_code(&self, family: Family, kind: Kind) -> Option<Bytes> {
        let code = anvil_fixtures::creation_code(family, kind).unwrap()?;
        let set = Deployments::of(family);
        // What makes the official code official: it gives the contract the address that everybody knows.
        assert_eq!(set.deployer.create2(B256::ZERO, keccak256(&code)), set.get(kind)?.address, "{kind:?} of {family}");
        match (self, family) {
            (Self::Out(directory), Family::Quorate) => {
                let frozen = frozen(&code);
                let arguments = &code[frozen.creation_code().len()..];
                let compiled = compiled(directory, frozen.name());
                let fresh: Bytes = compiled["bytecode"]["object"].as_str().unwrap().parse().unwrap();
                Some([fresh.as_ref(), arguments].concat().into())
            }
            _ => Some(code),
        }
    }
}

/// Returns the name of Quorate's contract of one kind.
pub fn name(kind: Kind) -> Option<&'static str> {
    let code = anvil_fixtures::creation_code(Family::Quorate, kind).unwrap()?;
    Some(frozen(&code).name())
}

/// Finds the artifact of creation code that may have arguments behind it.
fn frozen(code: &Bytes) -> &'static Artifact {
    artifact::ALL.into_iter().find(|artifact| code.starts_with(artifact.creation_code())).unwrap()
}

/// Reads what forge made of a contract.
pub(crate) fn compiled(directory: &Path, name: &str) -> Value {
    let path = directory.join(format!("{name}.sol/{name}.json"));
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The kinds of which accounts are made, and which they use.
const USED: [Kind; 6] = [
    Kind::Singleton(Flavor::L1),
    Kind::Singleton(Flavor::L2),
    Kind::ProxyFactory,
    Kind::MultiSend,
    Kind::MultiSendCallOnly,
    Kind::FallbackHandler,
];

/// The contracts of one family on the chain that is measured on. They are not where users have them, because the
/// addresses there differ in their zero bytes.
#[derive(Debug)]
pub(crate) struct Contracts {
    pub(crate) family: Family,
    addresses: BTreeMap<Kind, Address>,
    proxy_creation_code: Bytes,
}

impl Contracts {
    pub(crate) async fn deploy(node: &Node, from: Address, source: &Source, family: Family) -> Self {
        let mut addresses = BTreeMap::new();
        for kind in USED {
            let code = source.creation_code(family, kind).unwrap();
            addresses.insert(kind, node.deploy(from, &code).await);
        }
        let question = IMultisigProxyFactory::proxyCreationCodeCall {}.abi_encode();
        let answer = node.call(addresses[&Kind::ProxyFactory], question).await;
        let proxy_creation_code = IMultisigProxyFactory::proxyCreationCodeCall::abi_decode_returns(&answer).unwrap();
        Self { family, addresses, proxy_creation_code }
    }

    pub(crate) fn at(&self, kind: Kind) -> Address {
        self.addresses[&kind]
    }

    /// Returns what `address` is, for a reader.
    pub(crate) fn kind_of(&self, address: Address) -> Option<Kind> {
        self.addresses.iter().find(|(_, known)| **known == address).map(|(kind, _)| *kind)
    }

    /// Plans an account: where it will be, and the calldata that makes the factory create it. Of
    /// `salts` the first counts that gives it an address without a zero byte.
    pub(crate) fn plan(
        &self,
        flavor: Flavor,
        initializer: &Bytes,
        salts: impl Iterator<Item = U256>,
    ) -> (Address, Bytes) {
        let singleton = self.at(Kind::Singleton(flavor));
        let creation = |salt_nonce: U256| Creation {
            factory: self.at(Kind::ProxyFactory),
            init_code_hash: init_code_hash(&self.proxy_creation_code, singleton),
            initializer_hash: keccak256(initializer),
            salt_nonce,
            salt: Salt::Nonce,
        };
        salts
            .map(|salt| (creation(salt).address(), salt))
            .find(|(address, _)| full(address.as_slice()))
            .map(|(address, salt)| (address, create_proxy_call(singleton, initializer.clone(), salt)))
            .unwrap()
    }
}
