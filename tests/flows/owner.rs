//! Who owns a Safe, and how each confirms.

use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use quorate_core::{Digest, Erc1271Dialect, Signature};
use quorate_tests::signing::eth_sign;
pub(crate) use quorate_tests::signing::{blob, eip712};

use crate::safe::Safe;

/// An owner of a Safe.
#[derive(Debug)]
pub(crate) enum Owner {
    /// A key that signs the hash.
    Key(PrivateKeySigner),
    /// A key that signs the hash as a personal message.
    Personal(PrivateKeySigner),
    /// A contract, and the key that signs for it.
    Contract(Address, PrivateKeySigner),
    /// Another Safe.
    Safe(Box<Safe>),
    /// Somebody who approves on chain, or sends the transaction; see `Safe::approve`.
    Approver(Address),
}

impl Owner {
    pub(crate) const fn address(&self) -> Address {
        match self {
            Self::Key(key) | Self::Personal(key) => key.address(),
            Self::Contract(address, _) | Self::Approver(address) => *address,
            Self::Safe(safe) => safe.id.address,
        }
    }

    /// Confirms `digest` of a Safe that asks its contract owners in `dialect`.
    pub(crate) fn sign(&self, digest: &Digest, dialect: Erc1271Dialect) -> Signature {
        match self {
            Self::Key(key) => eip712(key, digest),
            Self::Personal(key) => eth_sign(key, digest),
            Self::Contract(owner, key) => {
                Signature::Contract { owner: *owner, data: eip712(key, digest).to_bytes().into() }
            }
            Self::Safe(safe) => safe.vouch(digest, dialect),
            Self::Approver(owner) => Signature::Approved { owner: *owner },
        }
    }
}
