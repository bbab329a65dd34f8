//! The EIP-712 hashing that every signature of a Safe is made over.

use alloy_primitives::{Address, B256, U256, b256, keccak256};

use crate::{SafeId, Version};

/// `keccak256("EIP712Domain(uint256 chainId,address verifyingContract)")`; Safes from 1.3.0.
pub const DOMAIN_TYPEHASH: B256 = b256!("47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218");

/// `keccak256("EIP712Domain(address verifyingContract)")`; Safes before 1.3.0, whose signatures are valid on every
/// chain.
pub const DOMAIN_TYPEHASH_WITHOUT_CHAIN: B256 =
    b256!("035aff83d86937d35b32e04f0ddc6ff469290eef2f1b692d8a815c89404d4749");

/// The EIP-712 domain of one Safe: what binds a signature to it.
///
/// There is no name and no version in it; the chain id is in it from 1.3.0 on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Domain {
    safe: SafeId,
    version: Version,
    separator: B256,
}

impl Domain {
    /// Makes the domain of `safe`, whose singleton is of release `version`.
    ///
    /// # Errors
    ///
    /// [`UnsupportedVersion`] for a release that is not known, and for those before 1.0.0, where the fields of a transaction
    /// have other names and other hashes.
    pub fn new(safe: SafeId, version: Version) -> Result<Self, UnsupportedVersion> {
        if !version.is_known() {
            return Err(UnsupportedVersion { version });
        }
        let separator = if version >= Version::V1_3_0 {
            let mut words = [0; 96];
            words[..32].copy_from_slice(DOMAIN_TYPEHASH.as_slice());
            words[56..64].copy_from_slice(&safe.chain_id.to_be_bytes());
            words[76..].copy_from_slice(safe.address.as_slice());
            keccak256(words)
        } else {
            let mut words = [0; 64];
            words[..32].copy_from_slice(DOMAIN_TYPEHASH_WITHOUT_CHAIN.as_slice());
            words[44..].copy_from_slice(safe.address.as_slice());
            keccak256(words)
        };
        Ok(Self { safe, version, separator })
    }

    /// Returns the Safe that the domain belongs to.
    #[must_use]
    pub const fn safe(&self) -> SafeId {
        self.safe
    }

    /// Returns the release that the domain was made for.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the domain separator; hardware wallets show it as the domain hash.
    #[must_use]
    pub const fn separator(&self) -> B256 {
        self.separator
    }

    /// Binds the hash of a struct to this domain.
    pub(crate) fn digest(&self, struct_hash: B256) -> Digest {
        let mut preimage = [0; 66];
        preimage[..2].copy_from_slice(&[0x19, 0x01]);
        preimage[2..34].copy_from_slice(self.separator.as_slice());
        preimage[34..].copy_from_slice(struct_hash.as_slice());
        Digest { hash: keccak256(preimage), domain_hash: self.separator, message_hash: struct_hash }
    }
}

/// A release whose hashes are not known, or of before 1.0.0, when they were made in another way.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("how Safe {version} hashes its transactions is not known here; known are 1.0.0 to 1.5.0")]
pub struct UnsupportedVersion {
    /// The release that was asked for.
    pub version: Version,
}

/// What an owner signs, and the two hashes that it was made of.
///
/// It cannot be made from bytes: only [`SafeTx::hash`](crate::SafeTx::hash) and
/// [`SafeMessage::hash`](crate::SafeMessage::hash) make one, so whoever holds one has hashed what it stands for.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest {
    hash: B256,
    domain_hash: B256,
    message_hash: B256,
}

impl Digest {
    /// Returns the hash that is signed.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.hash
    }

    /// Returns the domain hash, which hardware wallets show first.
    #[must_use]
    pub const fn domain_hash(&self) -> B256 {
        self.domain_hash
    }

    /// Returns the hash of the struct alone, which hardware wallets show as the message hash.
    #[must_use]
    pub const fn message_hash(&self) -> B256 {
        self.message_hash
    }

    /// Returns the 66 bytes whose keccak256 is the hash: `0x1901`, domain hash, message hash.
    #[must_use]
    pub fn preimage(&self) -> [u8; 66] {
        let mut preimage = [0; 66];
        preimage[..2].copy_from_slice(&[0x19, 0x01]);
        preimage[2..34].copy_from_slice(self.domain_hash.as_slice());
        preimage[34..].copy_from_slice(self.message_hash.as_slice());
        preimage
    }
}

/// Writes an ABI word at a place in a buffer of words.
pub(crate) fn put_address(word: &mut [u8], address: Address) {
    word[12..32].copy_from_slice(address.as_slice());
}

/// Writes a `uint256` as an ABI word.
pub(crate) const fn put_uint(word: &mut [u8], value: U256) {
    word.copy_from_slice(&value.to_be_bytes::<32>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typehashes_are_the_hashes_of_their_strings() {
        assert_eq!(DOMAIN_TYPEHASH, keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"));
        assert_eq!(DOMAIN_TYPEHASH_WITHOUT_CHAIN, keccak256("EIP712Domain(address verifyingContract)"));
    }

    #[test]
    fn the_preimage_hashes_to_the_hash() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(7)), Version::V1_5_0).unwrap();
        let digest = domain.digest(B256::repeat_byte(9));
        assert_eq!(keccak256(digest.preimage()), digest.hash());
    }

    #[test]
    fn before_1_3_0_one_domain_serves_every_chain() {
        let domain = |chain_id, version| Domain::new(SafeId::new(chain_id, Address::repeat_byte(7)), version).unwrap();
        let old = Version::new(1, 2, 0);
        assert_eq!(domain(1, old).separator(), domain(10, old).separator());
        assert_ne!(domain(1, Version::V1_3_0).separator(), domain(10, Version::V1_3_0).separator());
    }

    #[test]
    fn there_is_no_domain_for_a_release_that_is_not_known() {
        for version in [Version::new(0, 1, 0), Version::new(1, 5, 1), Version::new(9, 9, 9)] {
            assert_eq!(Domain::new(SafeId::new(1, Address::ZERO), version), Err(UnsupportedVersion { version }));
        }
    }
}
