//! An account whose transactions are measured.

use alloy::{
    primitives::{Address, B256, Bytes, TxKind, U256, b256, keccak256},
    signers::local::PrivateKeySigner,
};
use quorate_contracts::{
    Family, Flavor, Kind,
    calls::{Setup, exec_call},
};
use quorate_core::{Digest, Domain, SafeId, SafeMessage, SafeTx, Signature};

use super::{
    node::{Transaction, full},
    world::World,
};
use crate::signing::{blob, eip712, eth_sign};

/// First topic of `ExecutionSuccess(bytes32,uint256)`.
const EXECUTION_SUCCESS: B256 = b256!("442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e");

/// Where the nonce is in an account's storage.
const NONCE_SLOT: U256 = U256::from_limbs([5, 0, 0, 0]);

/// Somebody whose confirmation counts.
#[derive(Clone, Debug)]
pub(crate) enum Signer {
    /// A key that signs the hash.
    Key(PrivateKeySigner),
    /// A key that signs the hash as a personal message.
    Personal(PrivateKeySigner),
    /// Whoever approved the hash before, or sends the transaction.
    Approver(Address),
    /// A contract that asks one key.
    Contract(Address, PrivateKeySigner),
    /// An account that one key owns.
    Safe(Box<Safe>, PrivateKeySigner),
}

impl Signer {
    pub(crate) const fn address(&self) -> Address {
        match self {
            Self::Key(key) | Self::Personal(key) => key.address(),
            Self::Approver(address) | Self::Contract(address, _) => *address,
            Self::Safe(safe, _) => safe.address,
        }
    }

    fn sign(&self, digest: &Digest, outer: Family) -> Signature {
        match self {
            Self::Key(key) => eip712(key, digest),
            Self::Personal(key) => eth_sign(key, digest),
            Self::Approver(owner) => Signature::Approved { owner: *owner },
            Self::Contract(owner, key) => {
                Signature::Contract { owner: *owner, data: eip712(key, digest).to_bytes().into() }
            }
            Self::Safe(safe, key) => {
                let message = SafeMessage::nested(digest, outer.version().owner_dialect());
                let data = eip712(key, message.hash(&safe.domain).digest()).to_bytes().into();
                Signature::Contract { owner: safe.address, data }
            }
        }
    }
}

/// An account on the chain.
#[derive(Clone, Debug)]
pub(crate) struct Safe {
    pub(crate) address: Address,
    family: Family,
    domain: Domain,
}

impl Safe {
    /// Returns where the account will be, and the transaction that creates it.
    pub(crate) fn plan(
        world: &World,
        (family, flavor): (Family, Flavor),
        threshold: usize,
        owners: &[Address],
        salts: impl Iterator<Item = U256>,
    ) -> (Self, Transaction) {
        let contracts = world.contracts(family);
        let setup = Setup {
            owners: owners.to_vec(),
            threshold: U256::from(threshold),
            fallback_handler: contracts.at(Kind::FallbackHandler),
            ..Setup::default()
        };
        let (address, data) = contracts.plan(flavor, &setup.call(), salts);
        let domain = Domain::new(SafeId::new(world.node.chain_id(), address), family.version()).unwrap();
        let transaction = Transaction {
            from: world.executor,
            to: TxKind::Call(contracts.at(Kind::ProxyFactory)),
            value: U256::ZERO,
            data,
            proof: Some(keccak256("ProxyCreation(address,address)")),
        };
        (Self { address, family, domain }, transaction)
    }

    /// Creates the account and gives it ETH. No two seeds make the same account.
    pub(crate) async fn create(
        world: &World,
        of: (Family, Flavor),
        threshold: usize,
        owners: &[Address],
        seed: &str,
    ) -> Self {
        let salts = (0..).map(|attempt: u64| keccak256(format!("{seed}: salt {attempt}")).into());
        let (safe, transaction) = Self::plan(world, of, threshold, owners, salts);
        world.node.send(&transaction).await;
        world.node.endow(safe.address, world.wealth).await;
        safe
    }

    /// Makes the transaction with which the executor executes what `signers` sign.
    ///
    /// The account has used some nonces before: as few as it takes for signatures without a zero byte, and one at least.
    pub(crate) async fn exec(&self, world: &World, mut tx: SafeTx, signers: &[Signer]) -> Transaction {
        let signatures = loop {
            tx.nonce += U256::from(1);
            let digest = *tx.hash(&self.domain).digest();
            let signatures: Vec<_> =
                signers.iter().map(|signer| (signer.address(), signer.sign(&digest, self.family))).collect();
            let is_full = |(_, signature): &(Address, Signature)| match signature {
                Signature::Contract { data, .. } => full(data),
                Signature::Approved { .. } => true,
                signature => full(&signature.to_bytes()),
            };
            if signatures.iter().all(is_full) {
                break blob(signatures);
            }
        };
        world.node.store(self.address, NONCE_SLOT, tx.nonce).await;
        Transaction { proof: Some(EXECUTION_SUCCESS), ..self.transaction(world, exec_call(&tx, &signatures)) }
    }

    /// Makes a transaction that calls the account.
    pub(crate) const fn transaction(&self, world: &World, data: Bytes) -> Transaction {
        let to = TxKind::Call(self.address);
        Transaction { from: world.executor, to, value: U256::ZERO, data, proof: None }
    }

    /// Calls one of the account's functions in its own name, without signatures: how it came to be as it is.
    pub(crate) async fn manage(&self, world: &World, call: impl alloy::sol_types::SolCall) {
        let transaction = self.transaction(world, call.abi_encode().into());
        world.node.send(&Transaction { from: self.address, ..transaction }).await;
    }

    /// Hashes a transaction at the first nonce that [`Safe::exec`] tries, which is the one for approvals.
    pub(crate) fn first_hash(&self, tx: &SafeTx) -> B256 {
        SafeTx { nonce: U256::from(1), ..tx.clone() }.hash(&self.domain).hash()
    }
}
