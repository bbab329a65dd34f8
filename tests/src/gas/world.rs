//! Everybody and everything that a measured transaction can meet.

use alloy::{
    primitives::{Address, Bytes, TxKind, U256, address, bytes, keccak256, utils::parse_ether},
    signers::local::PrivateKeySigner,
    sol_types::{SolCall, SolValue},
};
use anvil_fixtures::{ERC1271_OWNER, TEST_TOKEN, bindings::IMintable};
use quorate_contracts::{Deployments, Family, Kind};

use super::{
    Row,
    contracts::{Contracts, Source},
    node::{Node, Transaction, full},
};

/// Creation code of a contract that answers every call with the word 1 and does nothing else: as a guard of either kind
/// it says that it is one, and lets everything pass.
///
/// Init: PUSH8 runtime, PUSH0, MSTORE, PUSH1 8, PUSH1 24, RETURN. Runtime: PUSH1 1, PUSH0, MSTORE, PUSH1 32, PUSH0,
/// RETURN.
const CONSENTING_GUARD: Bytes = bytes!("6760015f5260205ff35f5260086018f3");

/// Code that does nothing.
const STOP: Bytes = bytes!("00");

/// The chain, the contracts of all families, and the accounts and contracts around them.
///
/// No address has a zero byte, every address exists, and none is the block's proposer, which is never cold.
#[derive(Debug)]
pub struct World {
    pub(crate) node: Node,
    contracts: Vec<Contracts>,
    pub(crate) keys: Vec<PrivateKeySigner>,
    /// Who sends what is measured, unless the row says otherwise; no owner of anything.
    pub(crate) executor: Address,
    /// What every account has in wei.
    pub(crate) wealth: U256,
    pub(crate) token: Address,
    pub(crate) guard: Address,
    /// A contract that accepts what the first key signed.
    pub(crate) contract_owner: Address,
    pub(crate) source: Source,
}

impl World {
    /// Starts a chain and deploys the contracts of every family.
    pub async fn start(source: &Source) -> Self {
        let node = Node::start().await;
        let executor = address!("e1ec70e1ec70e1ec70e1ec70e1ec70e1ec70e1ec");
        let wealth = parse_ether("1000").unwrap();
        node.endow(executor, wealth).await;
        let mut contracts = Vec::new();
        for family in Family::ALL {
            contracts.push(Contracts::deploy(&node, executor, source, family).await);
            // A migration is not deployed before its targets, which it names where users have them.
            for target in Deployments::of(family).targets(Kind::Migration).into_iter().flatten() {
                if node.code(target.address).await.is_empty() {
                    node.set_code(target.address, &STOP).await;
                }
            }
        }
        let keys: Vec<_> = keys().take(13).collect();
        let arguments = ("Test Token", "TEST", U256::from(18)).abi_encode_params();
        let token = node.deploy(executor, &[TEST_TOKEN.creation_code(), arguments.as_slice()].concat()).await;
        let guard = node.deploy(executor, &CONSENTING_GUARD).await;
        let authority = keys[0].address().abi_encode();
        let owner = [ERC1271_OWNER.creation_code(), authority.as_slice()].concat();
        let contract_owner = node.deploy(executor, &owner).await;
        let source = source.clone();
        Self { node, contracts, keys, executor, wealth, token, guard, contract_owner, source }
    }

    /// Measures one row of one family; `None`: the family does not have it.
    pub async fn measure(&self, row: Row, family: Family) -> Option<u64> {
        let transaction = row.prepare(self, family).await?;
        Some(self.node.send(&transaction).await.gas_used)
    }

    pub(crate) fn contracts(&self, family: Family) -> &Contracts {
        self.contracts.iter().find(|contracts| contracts.family == family).unwrap()
    }

    /// Returns the addresses of the first keys.
    pub(crate) fn owners(&self, count: usize) -> Vec<Address> {
        self.keys[..count].iter().map(PrivateKeySigner::address).collect()
    }

    /// Returns somebody who has ETH, and has nothing to do with anything.
    pub(crate) async fn payee(&self, number: u8) -> Address {
        let payee = Address::repeat_byte(0xa1 + number);
        self.node.endow(payee, self.wealth).await;
        payee
    }

    /// Gives somebody tokens.
    pub(crate) async fn mint(&self, to: Address) {
        let data = IMintable::mintCall { to, amountOrId: self.wealth }.abi_encode().into();
        let token = TxKind::Call(self.token);
        self.node.send(&Transaction { from: self.executor, to: token, value: U256::ZERO, data, proof: None }).await;
    }
}

/// Keys whose addresses have no zero byte, the same in every run.
fn keys() -> impl Iterator<Item = PrivateKeySigner> {
    (0..)
        .map(|index: u64| PrivateKeySigner::from_bytes(&keccak256(format!("gas: key {index}"))).unwrap())
        .filter(|key| full(key.address().as_slice()))
}
