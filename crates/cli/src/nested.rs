//! The signature of a Safe that owns a Safe: its own owners' signatures, gathered one by one.

use alloy::primitives::Address;
use quorate_core::{
    Digest, Domain, Erc1271Dialect, Insertion, Proposal, SafeMessage, SafeState, Signature, SignatureSet, Version,
};

use crate::{
    error::{Code, Failure, Result},
    page::Page,
    signer::Subject,
};

/// What the owners of the inner Safe sign so that it confirms a proposal of the outer one.
#[derive(Debug)]
pub(crate) struct Nested {
    owner: Address,
    domain: Domain,
    message: SafeMessage,
    digest: Digest,
    threshold: u64,
    owners: Vec<Address>,
}

impl Nested {
    /// Works out what is signed: a message of the inner Safe that stands for the outer transaction.
    pub(crate) fn new(proposal: &Proposal, inner: &SafeState) -> Result<Self> {
        let domain = inner.domain().map_err(|error| Failure::new(Code::NotASafe, error))?;
        let dialect = proposal.domain().version().owner_dialect();
        let message = SafeMessage::nested(proposal.hash().digest(), dialect);
        let digest = *message.hash(&domain).digest();
        Ok(Self {
            owner: inner.safe.address,
            domain,
            message,
            digest,
            threshold: inner.threshold,
            owners: inner.owners.iter().map(|owner| owner.address).collect(),
        })
    }

    /// Returns how many owners of the inner Safe have to sign.
    pub(crate) const fn threshold(&self) -> u64 {
        self.threshold
    }

    /// Returns whether the outer Safe asks in a way that the usual handlers of the inner one no longer answer.
    pub(crate) fn is_mismatched(&self, outer: Version) -> bool {
        outer.owner_dialect() == Erc1271Dialect::Bytes && self.domain.version() >= Version::V1_5_0
    }

    /// Returns the digest that is signed.
    pub(crate) const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Returns what is signed.
    pub(crate) const fn subject(&self) -> Subject<'_> {
        Subject::Message(&self.message, &self.domain)
    }

    /// Adds an inner owner's signature to what the proposal has in the inner Safe's name.
    ///
    /// Returns how many inner owners have signed, and whether this one had before. What is there and is no signature by an inner owner is dropped.
    ///
    /// # Errors
    ///
    /// [`Code::BadSignature`] when the signature is no key's: a Safe inside a Safe inside a Safe is not supported.
    pub(crate) fn add(&self, proposal: &mut Proposal, signature: Signature) -> Result<(usize, bool)> {
        let bad = |error: &dyn std::fmt::Display| Failure::new(Code::BadSignature, error);
        let mut set = SignatureSet::new(self.digest);
        if let Some(Signature::Contract { data, .. }) = proposal.signatures().get(self.owner)
            && let Ok(present) = SignatureSet::from_blob(self.digest, data)
        {
            for (owner, signature) in present.iter() {
                if self.owners.contains(&owner) && is_by_key(signature) {
                    set.insert(signature.clone()).map_err(|error| bad(&error))?;
                }
            }
        }
        if !is_by_key(&signature) {
            return Err(bad(&"only signatures made with keys are gathered for a Safe that owns a Safe"));
        }
        let known = matches!(set.insert(signature).map_err(|error| bad(&error))?, Insertion::Kept(_));
        // Without dynamic parts, the blob is the signatures one after another, in the order of their owners.
        let data: Vec<u8> = set.iter().flat_map(|(_, signature)| signature.to_bytes()).collect();
        proposal.withdraw(self.owner);
        proposal.sign(Signature::Contract { owner: self.owner, data: data.into() }).map_err(|error| bad(&error))?;
        Ok((set.len(), known))
    }

    /// Writes it for people.
    pub(crate) fn page(&self, page: &mut Page) {
        page.heading(format_args!(
            "signed for {}, which owns the Safe; {} of its owners must sign",
            self.owner, self.threshold
        ));
        page.row("domain hash", self.digest.domain_hash());
        page.row("message hash", self.digest.message_hash());
        page.row("hash", self.digest.hash());
    }
}

const fn is_by_key(signature: &Signature) -> bool {
    matches!(signature, Signature::Ecdsa(_) | Signature::EthSign(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keystore::random_key;
    use alloy::{
        primitives::{B256, U256},
        signers::{SignerSync, local::PrivateKeySigner},
    };
    use quorate_core::{Account, Block, SafeId, SafeTx};

    fn inner(owners: &[Address]) -> SafeState {
        SafeState {
            safe: SafeId::new(1, Address::repeat_byte(0x11)),
            block: Block { number: 1, hash: B256::ZERO, timestamp: 0 },
            version: Version::V1_4_1,
            singleton: Account::keyed(Address::ZERO),
            owners: owners.iter().copied().map(Account::keyed).collect(),
            threshold: 2,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::ZERO,
        }
    }

    fn sign(nested: &Nested, key: &PrivateKeySigner) -> Signature {
        Signature::from_bytes(&key.sign_hash_sync(&nested.digest().hash()).unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn inner_signatures_are_gathered_in_the_order_of_their_owners() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_5_0).unwrap();
        let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let mut keys = [random_key().unwrap(), random_key().unwrap()];
        keys.sort_by_key(|key| std::cmp::Reverse(key.address()));
        let state = inner(&keys.each_ref().map(PrivateKeySigner::address));
        let nested = Nested::new(&proposal, &state).unwrap();
        for key in &keys {
            assert!(!nested.add(&mut proposal, sign(&nested, key)).unwrap().1);
        }
        assert_eq!(nested.add(&mut proposal, sign(&nested, &keys[0])).unwrap(), (2, true));
        let Some(Signature::Contract { data, .. }) = proposal.signatures().get(state.safe.address) else {
            panic!("no signature of the inner Safe")
        };
        let expected = [sign(&nested, &keys[1]).to_bytes(), sign(&nested, &keys[0]).to_bytes()].concat();
        assert_eq!(*data, expected);
    }

    #[test]
    fn what_is_no_inner_owners_signature_is_dropped() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_3_0).unwrap();
        let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let (owner, stranger) = (random_key().unwrap(), random_key().unwrap());
        let state = inner(&[owner.address()]);
        let nested = Nested::new(&proposal, &state).unwrap();
        let data = sign(&nested, &stranger).to_bytes().into();
        proposal.sign(Signature::Contract { owner: state.safe.address, data }).unwrap();
        nested.add(&mut proposal, sign(&nested, &owner)).unwrap();
        let Some(Signature::Contract { data, .. }) = proposal.signatures().get(state.safe.address) else {
            panic!("no signature of the inner Safe")
        };
        assert_eq!(*data, sign(&nested, &owner).to_bytes());
    }
}
