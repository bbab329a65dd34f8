//! A message that a Safe signs as a whole, off-chain (ERC-1271).

use alloy_primitives::{B256, Bytes, b256, keccak256};
use core::fmt;

use crate::{Digest, Domain, Erc1271Dialect};

/// `keccak256("SafeMessage(bytes message)")`.
pub const SAFE_MESSAGE_TYPEHASH: B256 = b256!("60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca");

/// A message that the owners of a Safe sign in its name.
///
/// Also the way in which a Safe that owns another Safe signs for it: its owners sign a `SafeMessage` that stands for
/// the outer transaction, see [`SafeMessage::nested`].
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct SafeMessage(Bytes);

impl SafeMessage {
    /// Takes the bytes as they are: they are not hashed, prefixed or encoded.
    #[must_use]
    pub const fn new(message: Bytes) -> Self {
        Self(message)
    }

    /// The message whose signatures `isValidSignature(bytes32,bytes)` checks for `hash`: its ABI encoding.
    #[must_use]
    pub fn of_hash(hash: B256) -> Self {
        Self(Bytes::copy_from_slice(hash.as_slice()))
    }

    /// The message that the owners of an inner Safe sign so that it confirms `outer` as an owner.
    ///
    /// `dialect` is the one of the outer Safe: [`Version::owner_dialect`](crate::Version::owner_dialect). Where the inner
    /// Safe is owned by a Safe in turn, its own question is asked by its release: the handler of 1.3.0 passes on the
    /// message that it was asked about, not the pre-image of its own hash, so this does not go through it.
    #[must_use]
    pub fn nested(outer: &Digest, dialect: Erc1271Dialect) -> Self {
        match dialect {
            Erc1271Dialect::Bytes => Self(Bytes::copy_from_slice(&outer.preimage())),
            Erc1271Dialect::Bytes32 => Self::of_hash(outer.hash()),
        }
    }

    /// Returns the bytes of the message.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Hashes the message for one Safe.
    #[must_use]
    pub fn hash(&self, domain: &Domain) -> SafeMessageHash {
        let mut words = [0; 64];
        words[..32].copy_from_slice(SAFE_MESSAGE_TYPEHASH.as_slice());
        words[32..].copy_from_slice(keccak256(&self.0).as_slice());
        SafeMessageHash(domain.digest(keccak256(words)))
    }
}

/// The hash of a message for one Safe: what its owners sign.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SafeMessageHash(Digest);

impl SafeMessageHash {
    /// Returns the digest with its domain hash and message hash.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0
    }

    /// Returns the 32 bytes of the hash.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.0.hash()
    }
}

impl fmt::Display for SafeMessageHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hash().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SafeId, Version};
    use alloy_sol_types::{SolStruct, eip712_domain};
    use proptest::prelude::*;

    mod reference {
        alloy_sol_types::sol! {
            struct SafeMessage {
                bytes message;
            }
        }
    }

    #[test]
    fn the_typehash_is_the_hash_of_its_string() {
        assert_eq!(SAFE_MESSAGE_TYPEHASH, keccak256("SafeMessage(bytes message)"));
    }

    proptest! {
        #[test]
        fn the_hash_is_that_of_eip_712(message: alloc::vec::Vec<u8>, safe: [u8; 20], chain_id: u64) {
            let domain = Domain::new(SafeId::new(chain_id, safe.into()), Version::V1_4_1).unwrap();
            let expected = eip712_domain! { chain_id: chain_id, verifying_contract: safe.into(), };
            let reference = reference::SafeMessage { message: message.clone().into() };
            let hash = SafeMessage::new(message.into()).hash(&domain).hash();
            prop_assert_eq!(hash, reference.eip712_signing_hash(&expected));
        }
    }
}
