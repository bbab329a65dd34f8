//! The signatures over one hash, one an owner.

use alloc::{collections::BTreeMap, vec::Vec};
use alloy_primitives::Address;

use crate::{
    Digest, Signature, SignatureError,
    signature::{MAX_CONTRACT_SIGNATURE_LEN, STATIC_LEN, push_dynamic},
};

/// The signatures over one hash: at most one an owner, in the order of the owners' addresses.
///
/// A set is what was collected. Whether each signature is an owner's, and true, only
/// [`SafeState::check`](crate::SafeState::check) tells.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignatureSet {
    digest: Digest,
    /// Ordered by address, which is the order that the contract demands.
    by_owner: BTreeMap<Address, Signature>,
}

/// Most owners whose signatures one set holds; a Safe with more cannot be read in one request either.
pub const MAX_SIGNATURES: usize = 256;

/// Most bytes that the dynamic parts of a set have together.
pub const MAX_DYNAMIC_LEN: usize = 256 * 1024;

/// What adding a signature did.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Insertion {
    /// The owner had not signed before.
    Added(Address),
    /// This signature, or one made with the owner's key, was there, and stays.
    Kept(Address),
    /// Another claim in the owner's name was there, and stays; only the chain can tell which of the two is true.
    Conflict(Address),
    /// A claim in the owner's name gave way to a signature that proves itself.
    Replaced(Address),
}

impl SignatureSet {
    /// An empty set over `digest`.
    #[must_use]
    pub const fn new(digest: Digest) -> Self {
        Self { digest, by_owner: BTreeMap::new() }
    }

    /// Adds a signature.
    ///
    /// A signature made with an owner's key takes the place of a mere claim (contract, approval) in that owner's name;
    /// otherwise the first one stays, so nobody can push out a good signature.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Unrecoverable`] when the signature is over another hash in a way that no key could have made; a
    /// signature over another hash is usually not noticed here: it belongs to a stranger.
    /// [`SignatureError::TooMany`] or [`SignatureError::TooLong`] when it does not fit; the set is as it was then.
    pub fn insert(&mut self, signature: Signature) -> Result<Insertion, SignatureError> {
        let owner = signature.owner(&self.digest)?;
        let done = match self.by_owner.get(&owner) {
            Some(present) if present.is_self_evident() || *present == signature => return Ok(Insertion::Kept(owner)),
            Some(_) if !signature.is_self_evident() => return Ok(Insertion::Conflict(owner)),
            Some(_) => Insertion::Replaced(owner),
            None => Insertion::Added(owner),
        };
        if self.len() >= MAX_SIGNATURES && matches!(done, Insertion::Added(_)) {
            return Err(SignatureError::TooMany);
        }
        let added = signature.dynamic_len();
        let dynamic: usize = self.by_owner.values().map(Signature::dynamic_len).sum();
        if added > MAX_CONTRACT_SIGNATURE_LEN || dynamic + added > MAX_DYNAMIC_LEN {
            return Err(SignatureError::TooLong { found: added });
        }
        self.by_owner.insert(owner, signature);
        Ok(done)
    }

    /// Takes the signature of an owner out, to put in another one that was found to be right.
    pub fn remove(&mut self, owner: Address) -> Option<Signature> {
        self.by_owner.remove(&owner)
    }

    /// Returns the digest that the signatures are over.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Returns the signature of an owner.
    #[must_use]
    pub fn get(&self, owner: Address) -> Option<&Signature> {
        self.by_owner.get(&owner)
    }

    /// Iterates over owners and their signatures, in the order of the addresses.
    pub fn iter(&self) -> impl Iterator<Item = (Address, &Signature)> {
        self.by_owner.iter().map(|(owner, signature)| (*owner, signature))
    }

    /// Returns how many owners there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_owner.len()
    }

    /// Returns whether nobody has signed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_owner.is_empty()
    }

    /// Writes the bytes that the contract reads: 65 an owner, ascending, then the dynamic parts.
    ///
    /// Only [`Quorate::blob`](crate::Quorate::blob) gives them out for a transaction: this set may hold too few or
    /// wrong ones.
    pub(crate) fn to_blob(&self) -> Vec<u8> {
        let mut blob = Vec::with_capacity(self.len() * STATIC_LEN);
        let mut tail = Vec::new();
        for signature in self.by_owner.values() {
            blob.extend(signature.to_static(self.len() * STATIC_LEN + tail.len()));
            if let Signature::Contract { data, .. } = signature {
                push_dynamic(&mut tail, data);
            }
        }
        blob.extend(tail);
        blob
    }

    /// Reads the bytes that a contract was given, or that a service or a file offers.
    ///
    /// The items are read up to the first dynamic part. Their order is not demanded; two by one owner are refused.
    ///
    /// # Errors
    ///
    /// [`BlobError`] names the item and what is wrong with it.
    pub fn from_blob(digest: Digest, blob: &[u8]) -> Result<Self, BlobError> {
        let mut set = Self::new(digest);
        let mut items_end = blob.len();
        let mut start = 0;
        while start < items_end {
            let index = start / STATIC_LEN;
            let fixed = blob[start..items_end].first_chunk().ok_or(BlobError::Trailing { index })?;
            let signature = Signature::from_static(fixed, blob).map_err(|error| BlobError::Item { index, error })?;
            if let Signature::Contract { .. } = signature {
                // The offset was read and found to be inside the blob just now.
                let offset = fixed[56..64].iter().fold(0, |offset, byte| offset << 8 | usize::from(*byte));
                items_end = items_end.min(offset);
            }
            match set.insert(signature).map_err(|error| BlobError::Item { index, error })? {
                Insertion::Added(_) => {}
                Insertion::Kept(owner) | Insertion::Conflict(owner) | Insertion::Replaced(owner) => {
                    return Err(BlobError::Duplicate { index, owner });
                }
            }
            start += STATIC_LEN;
        }
        Ok(set)
    }
}

/// Bytes that are no set of signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BlobError {
    /// An item is no signature.
    #[error("signature {index}: {error}")]
    Item {
        /// Its number, from 0.
        index: usize,
        /// What is wrong with it.
        #[source]
        error: SignatureError,
    },
    /// One owner has two items.
    #[error("signature {index}: {owner} has signed already")]
    Duplicate {
        /// Number of the second item, from 0.
        index: usize,
        /// The owner of both.
        owner: Address,
    },
    /// The last item is cut off.
    #[error("signature {index} is cut off: it has fewer than 65 bytes")]
    Trailing {
        /// Its number, from 0.
        index: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Domain, SafeId, SafeTx, Version, signature::tests::any_signature};
    use alloc::vec;
    use proptest::prelude::*;

    fn digest() -> Digest {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(1)), Version::V1_5_0).unwrap();
        *SafeTx::default().hash(&domain).digest()
    }

    fn contract(byte: u8, data: &[u8]) -> Signature {
        Signature::Contract { owner: Address::repeat_byte(byte), data: data.to_vec().into() }
    }

    proptest! {
        #[test]
        fn a_blob_is_read_as_it_was_written(signatures in prop::collection::vec(any_signature(), 0..9)) {
            let mut set = SignatureSet::new(digest());
            for signature in signatures {
                let _ = set.insert(signature);
            }
            prop_assert_eq!(SignatureSet::from_blob(digest(), &set.to_blob()), Ok(set));
        }

        #[test]
        fn any_bytes_are_a_set_or_refused(blob in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = SignatureSet::from_blob(digest(), &blob);
        }
    }

    #[test]
    fn items_stand_in_the_order_of_their_owners() {
        let mut set = SignatureSet::new(digest());
        for byte in [9, 3, 7] {
            set.insert(Signature::Approved { owner: Address::repeat_byte(byte) }).unwrap();
        }
        let owners: Vec<_> = set.to_blob().chunks(65).map(|item| item[31]).collect();
        assert_eq!(owners, [3, 7, 9]);
    }

    #[test]
    fn dynamic_parts_follow_the_items() {
        let mut set = SignatureSet::new(digest());
        set.insert(contract(2, &[8, 8])).unwrap();
        set.insert(contract(1, &[7])).unwrap();
        let blob = set.to_blob();
        assert_eq!(blob.len(), 130 + 33 + 34);
        assert_eq!((blob[63], blob[128]), (130, 163));
        assert_eq!((blob[161], blob[162], blob[194]), (1, 7, 2));
    }

    #[test]
    fn a_claim_never_pushes_out_a_signature() {
        let key = k256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
        let (made, id) = key.sign_prehash_recoverable(digest().hash().as_slice()).unwrap();
        let bytes = [made.to_bytes().as_slice(), &[27 + u8::from(id)]].concat();
        let signature = Signature::from_bytes(&bytes).unwrap();
        let owner = signature.owner(&digest()).unwrap();
        let claim = Signature::Approved { owner };

        let mut set = SignatureSet::new(digest());
        assert_eq!(set.insert(claim.clone()), Ok(Insertion::Added(owner)));
        assert_eq!(set.insert(claim.clone()), Ok(Insertion::Kept(owner)));
        assert_eq!(set.insert(contract_of(owner)), Ok(Insertion::Conflict(owner)));
        assert_eq!(set.insert(signature.clone()), Ok(Insertion::Replaced(owner)));
        assert_eq!(set.insert(claim), Ok(Insertion::Kept(owner)));
        assert_eq!(set.get(owner), Some(&signature));
    }

    fn contract_of(owner: Address) -> Signature {
        Signature::Contract { owner, data: vec![1].into() }
    }

    #[test]
    fn a_set_has_limits() {
        let mut set = SignatureSet::new(digest());
        let approval = |number: usize| {
            let owner = Address::from_word(alloy_primitives::U256::from(number + 2).into());
            Signature::Approved { owner }
        };
        for number in 0..MAX_SIGNATURES {
            set.insert(approval(number)).unwrap();
        }
        assert_eq!(set.insert(approval(MAX_SIGNATURES)), Err(SignatureError::TooMany));

        let mut set = SignatureSet::new(digest());
        let full = MAX_DYNAMIC_LEN / MAX_CONTRACT_SIGNATURE_LEN;
        let contract = |number: usize, length: usize| {
            let owner = Address::from_word(alloy_primitives::U256::from(number + 2).into());
            Signature::Contract { owner, data: vec![0; length].into() }
        };
        let found = MAX_CONTRACT_SIGNATURE_LEN + 1;
        assert_eq!(set.insert(contract(0, found)), Err(SignatureError::TooLong { found }));
        for number in 0..full {
            set.insert(contract(number, MAX_CONTRACT_SIGNATURE_LEN)).unwrap();
        }
        assert_eq!(set.insert(contract(full, 1)), Err(SignatureError::TooLong { found: 1 }));
        assert_eq!(set.len(), full);
    }

    #[test]
    fn two_items_by_one_owner_are_refused() {
        let item = Signature::Approved { owner: Address::repeat_byte(4) }.to_bytes();
        let error = BlobError::Duplicate { index: 1, owner: Address::repeat_byte(4) };
        assert_eq!(SignatureSet::from_blob(digest(), &item.repeat(2)), Err(error));
    }

    #[test]
    fn a_truncated_item_is_refused() {
        let item = Signature::Approved { owner: Address::repeat_byte(4) }.to_bytes();
        assert_eq!(SignatureSet::from_blob(digest(), &item[..64]), Err(BlobError::Trailing { index: 0 }));
    }
}
