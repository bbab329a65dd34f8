//! A transaction on its way: proposed, being signed.

use alloc::{format, string::String, vec::Vec};
use alloy_primitives::{Address, B256};

use crate::{Domain, Insertion, SafeState, SafeTx, SafeTxHash, Signature, SignatureError, SignatureSet};

/// Longest note, in bytes.
pub const MAX_NOTE_LEN: usize = 4096;

/// Longest origin, in characters: what transaction services take.
pub const MAX_ORIGIN_LEN: usize = 200;

/// Longest calldata, in bytes: nodes take no transaction that is longer.
pub const MAX_DATA_LEN: usize = 128 * 1024;

/// Most owners and modules in the evidence: a Safe with more cannot be read in one request.
pub const MAX_EVIDENCE_ACCOUNTS: usize = 512;

/// A transaction that somebody proposes to the owners of a Safe, with the signatures so far.
///
/// It is self-contained: with [`Proposal::to_json`] it travels as one file, and two copies with different signatures
/// [`merge`](Proposal::merge). Nothing in it is believed because it is there: the hash is computed anew whenever a
/// proposal is made or read, and a signature counts when [`SafeState::check`] says so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Proposal {
    domain: Domain,
    tx: SafeTx,
    hash: SafeTxHash,
    note: String,
    origin: String,
    signatures: SignatureSet,
    evidence: Option<SafeState>,
}

/// Why two proposals do not go together.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ProposalError {
    /// The note is too long.
    #[error("the note has {found} bytes; at most {MAX_NOTE_LEN} are taken")]
    NoteTooLong {
        /// How many bytes it has.
        found: usize,
    },
    /// The origin is too long.
    #[error("the origin has {found} characters; at most {MAX_ORIGIN_LEN} are taken")]
    OriginTooLong {
        /// How many characters it has.
        found: usize,
    },
    /// The calldata is longer than any node takes.
    #[error("the calldata has {found} bytes; no node takes more than {MAX_DATA_LEN}")]
    DataTooLong {
        /// How many bytes it has.
        found: usize,
    },
    /// The evidence lists more accounts than a Safe can have.
    #[error("the evidence lists {found} owners and modules; at most {MAX_EVIDENCE_ACCOUNTS} are taken")]
    EvidenceTooLong {
        /// How many there are.
        found: usize,
    },
    /// The other copy says that the Safe is another one, or of another release, although the hash is the same: releases
    /// from 1.3.0 on hash alike, and before that all chains do.
    #[error("the copies are of one transaction, and say different things of its Safe: {ours}, and {theirs}")]
    OtherDomain {
        /// Safe and release here.
        ours: String,
        /// Safe and release there.
        theirs: String,
    },
    /// The evidence describes what no Safe can be.
    #[error("the evidence says that {threshold} of {owners} owners must confirm, which no Safe can ask for")]
    ImpossibleEvidence {
        /// The threshold in it.
        threshold: u64,
        /// How many owners are in it.
        owners: usize,
    },
    /// The evidence is about another Safe, or another release of its contract.
    #[error("the evidence is about another Safe or another version of it than the proposal")]
    ForeignEvidence,
    /// The other copy is of another transaction.
    #[error("these are two transactions: {ours} and {theirs}")]
    OtherTransaction {
        /// Hash of this one.
        ours: B256,
        /// Hash of the other one.
        theirs: B256,
    },
}

impl Proposal {
    /// Proposes a transaction; nobody has signed yet.
    ///
    /// # Errors
    ///
    /// [`ProposalError::NoteTooLong`] or [`ProposalError::DataTooLong`].
    pub fn new(domain: Domain, tx: SafeTx, note: impl Into<String>) -> Result<Self, ProposalError> {
        let note = note.into();
        if note.len() > MAX_NOTE_LEN {
            return Err(ProposalError::NoteTooLong { found: note.len() });
        }
        if tx.data.len() > MAX_DATA_LEN {
            return Err(ProposalError::DataTooLong { found: tx.data.len() });
        }
        let hash = tx.hash(&domain);
        let signatures = SignatureSet::new(*hash.digest());
        Ok(Self { domain, tx, hash, note, origin: String::new(), signatures, evidence: None })
    }

    /// Says what the proposal was made with or for, as transaction services keep it: a text, or JSON as a text.
    ///
    /// # Errors
    ///
    /// [`ProposalError::OriginTooLong`]; the origin is as it was then.
    pub fn set_origin(&mut self, origin: impl Into<String>) -> Result<(), ProposalError> {
        let origin = origin.into();
        let found = origin.chars().count();
        if found > MAX_ORIGIN_LEN {
            return Err(ProposalError::OriginTooLong { found });
        }
        self.origin = origin;
        Ok(())
    }

    /// Adds a signature; see [`SignatureSet::insert`].
    ///
    /// # Errors
    ///
    /// [`SignatureError`] when it is no signature over this hash, or does not fit.
    pub fn sign(&mut self, signature: Signature) -> Result<Insertion, SignatureError> {
        self.signatures.insert(signature)
    }

    /// Takes an owner's signature out.
    pub fn withdraw(&mut self, owner: Address) -> Option<Signature> {
        self.signatures.remove(owner)
    }

    /// Attaches the state that the proposal was made from, for owners who sign without a network.
    ///
    /// # Errors
    ///
    /// [`ProposalError::ForeignEvidence`] when it is about another Safe, [`ProposalError::EvidenceTooLong`] or
    /// [`ProposalError::ImpossibleEvidence`] when no Safe can be so.
    pub fn attach(&mut self, evidence: SafeState) -> Result<(), ProposalError> {
        let (threshold, owners) = (evidence.threshold, evidence.owners.len());
        let found = owners + evidence.modules.len();
        if found > MAX_EVIDENCE_ACCOUNTS {
            return Err(ProposalError::EvidenceTooLong { found });
        }
        if threshold == 0 || usize::try_from(threshold).map_or(true, |threshold| threshold > owners) {
            return Err(ProposalError::ImpossibleEvidence { threshold, owners });
        }
        if evidence.safe != self.domain.safe() || evidence.version != self.domain.version() {
            return Err(ProposalError::ForeignEvidence);
        }
        self.evidence = Some(evidence);
        Ok(())
    }

    /// Takes over the signatures of another copy, and its evidence if this one has none.
    ///
    /// What is here stays: see [`SignatureSet::insert`] for when a signature gives way.
    ///
    /// # Errors
    ///
    /// [`ProposalError::OtherTransaction`] when the copies are of two transactions, [`ProposalError::OtherDomain`] when they
    /// say different things of the Safe; nothing is taken over then.
    pub fn merge(&mut self, other: Self) -> Result<Vec<Insertion>, ProposalError> {
        if other.hash != self.hash {
            return Err(ProposalError::OtherTransaction { ours: self.hash.hash(), theirs: other.hash.hash() });
        }
        if other.domain != self.domain {
            let name = |domain: &Domain| format!("{} {}", domain.safe(), domain.version());
            return Err(ProposalError::OtherDomain { ours: name(&self.domain), theirs: name(&other.domain) });
        }
        if self.evidence.is_none() {
            self.evidence = other.evidence;
        }
        // Each was recovered over the same hash when the other copy was made; what does not fit stays out.
        Ok(other
            .signatures
            .iter()
            .filter_map(|(_, signature)| self.signatures.insert(signature.clone()).ok())
            .collect())
    }

    /// Returns the domain: the Safe and its release.
    #[must_use]
    pub const fn domain(&self) -> &Domain {
        &self.domain
    }

    /// Returns the transaction.
    #[must_use]
    pub const fn tx(&self) -> &SafeTx {
        &self.tx
    }

    /// Returns the hash that owners sign.
    #[must_use]
    pub const fn hash(&self) -> &SafeTxHash {
        &self.hash
    }

    /// Returns the note of whoever proposed it. It is not signed: it proves nothing.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Returns what the proposal is said to be made with or for; empty when that is not said. It is not signed: it proves
    /// nothing.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the signatures so far.
    #[must_use]
    pub const fn signatures(&self) -> &SignatureSet {
        &self.signatures
    }

    /// Returns the state that came with the proposal, as somebody claims it was.
    #[must_use]
    pub const fn evidence(&self) -> Option<&SafeState> {
        self.evidence.as_ref()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::state::tests::state;
    use alloc::vec;
    use alloy_primitives::U256;

    /// A 1-of-2 whose first owner is the key `0x0101…01`, and whose second is a contract or an approver.
    pub(crate) fn proposal() -> Proposal {
        let state = state(&[Address::repeat_byte(1)], 1);
        let tx = SafeTx::call(Address::repeat_byte(4), U256::from(5), vec![1, 2].into(), U256::from(6));
        Proposal::new(state.domain().unwrap(), tx, "rent").unwrap()
    }

    /// The signature by the key `0x0101…01`.
    pub(crate) fn signature(proposal: &Proposal) -> Signature {
        let key = k256::ecdsa::SigningKey::from_slice(&[1; 32]).unwrap();
        let (signature, id) = key.sign_prehash_recoverable(proposal.hash().hash().as_slice()).unwrap();
        Signature::from_bytes(&[signature.to_bytes().as_slice(), &[27 + u8::from(id)]].concat()).unwrap()
    }

    #[test]
    fn copies_with_different_signatures_merge_to_the_same() {
        let (mut one, mut two) = (proposal(), proposal());
        one.sign(signature(&one)).unwrap();
        two.sign(Signature::Approved { owner: Address::repeat_byte(2) }).unwrap();
        two.attach(state(&[Address::repeat_byte(1)], 1)).unwrap();
        let (before_one, before_two) = (one.clone(), two.clone());
        one.merge(before_two).unwrap();
        two.merge(before_one).unwrap();
        assert_eq!(one.signatures().len(), 2);
        assert_eq!(one, two);
    }

    #[test]
    fn another_transaction_does_not_merge() {
        let mut one = proposal();
        let other = SafeTx { value: U256::from(6), ..one.tx().clone() };
        let other = Proposal::new(*one.domain(), other, "rent").unwrap();
        assert!(matches!(one.merge(other), Err(ProposalError::OtherTransaction { .. })));
    }

    #[test]
    fn a_copy_that_is_labelled_otherwise_does_not_merge() {
        let mut one = proposal();
        let version = crate::Version::V1_4_1;
        let other = Domain::new(one.domain().safe(), version).unwrap();
        let other = Proposal::new(other, one.tx().clone(), "rent").unwrap();
        assert_eq!(other.hash(), one.hash());
        assert!(matches!(one.merge(other), Err(ProposalError::OtherDomain { .. })));
    }

    #[test]
    fn a_proposal_has_limits() {
        let tx = SafeTx { data: vec![0; MAX_DATA_LEN + 1].into(), ..SafeTx::default() };
        let long = Proposal::new(*proposal().domain(), tx, "");
        assert_eq!(long, Err(ProposalError::DataTooLong { found: MAX_DATA_LEN + 1 }));
        let many = state(&[Address::repeat_byte(1); MAX_EVIDENCE_ACCOUNTS + 1], 1);
        let found = MAX_EVIDENCE_ACCOUNTS + 1;
        assert_eq!(proposal().attach(many), Err(ProposalError::EvidenceTooLong { found }));
        for threshold in [0, 2, u64::MAX] {
            let impossible = state(&[Address::repeat_byte(1)], threshold);
            let error = ProposalError::ImpossibleEvidence { threshold, owners: 1 };
            assert_eq!(proposal().attach(impossible), Err(error));
        }
    }

    #[test]
    fn evidence_of_another_safe_is_refused() {
        let mut foreign = state(&[Address::repeat_byte(1)], 1);
        foreign.safe.chain_id += 1;
        assert_eq!(proposal().attach(foreign), Err(ProposalError::ForeignEvidence));
    }

    #[test]
    fn a_note_has_a_limit() {
        let long = Proposal::new(*proposal().domain(), SafeTx::default(), "x".repeat(MAX_NOTE_LEN + 1));
        assert_eq!(long, Err(ProposalError::NoteTooLong { found: MAX_NOTE_LEN + 1 }));
    }

    #[test]
    fn an_origin_has_a_limit_in_characters() {
        let mut proposal = proposal();
        assert_eq!(proposal.origin(), "");
        let longest = "\u{5bb6}".repeat(MAX_ORIGIN_LEN);
        proposal.set_origin(&*longest).unwrap();
        let error = ProposalError::OriginTooLong { found: MAX_ORIGIN_LEN + 1 };
        assert_eq!(proposal.set_origin("x".repeat(MAX_ORIGIN_LEN + 1)), Err(error));
        assert_eq!(proposal.origin(), longest);
    }
}
