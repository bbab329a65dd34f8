//! Who owns a Safe, and how each confirms.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, Bytes, U256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use quorate_core::{Digest, Erc1271Dialect, Signature};

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
            Self::Personal(key) => {
                let mut bytes = key.sign_message_sync(digest.hash().as_slice()).unwrap().as_bytes();
                bytes[64] += 4;
                Signature::from_bytes(&bytes).unwrap()
            }
            Self::Contract(owner, key) => {
                Signature::Contract { owner: *owner, data: eip712(key, digest).to_bytes().into() }
            }
            Self::Safe(safe) => safe.vouch(digest, dialect),
            Self::Approver(owner) => Signature::Approved { owner: *owner },
        }
    }
}

/// Signs a hash with a key.
pub(crate) fn eip712(key: &PrivateKeySigner, digest: &Digest) -> Signature {
    let bytes = key.sign_hash_sync(&digest.hash()).unwrap().as_bytes();
    Signature::from_bytes(&bytes).unwrap()
}

/// Writes signatures as a contract reads them: ascending by owner, the dynamic parts behind.
///
/// The library writes this only for what is quorate; here it also serves to show a contract what the library refuses.
pub(crate) fn blob(signatures: impl IntoIterator<Item = (Address, Signature)>) -> Bytes {
    let signatures: BTreeMap<_, _> = signatures.into_iter().collect();
    let (mut items, mut tail) = (Vec::new(), Vec::new());
    for signature in signatures.values() {
        let mut item = signature.to_bytes();
        let dynamic = item.split_off(65);
        if !dynamic.is_empty() {
            let offset = U256::from(65 * signatures.len() + tail.len());
            item[32..64].copy_from_slice(&offset.to_be_bytes::<32>());
        }
        items.extend(item);
        tail.extend(dynamic);
    }
    [items, tail].concat().into()
}
