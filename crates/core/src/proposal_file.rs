//! The proposal file: one proposal as JSON.

use alloc::{borrow::Cow, string::String, vec::Vec};
use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::{
    Domain, Insertion, Proposal, ProposalError, SafeId, SafeState, SafeTx, Signature, SignatureError,
    UnsupportedVersion, Version, serde_text::checksummed,
};

/// The one layout of the file that there is so far.
pub const PROPOSAL_SCHEMA_VERSION: u64 = 1;

/// Longest proposal file, in bytes. Whatever a [`Proposal`] can hold fits: calldata, signatures, note, origin and evidence
/// have limits of their own.
pub const MAX_PROPOSAL_LEN: usize = 2 * 1024 * 1024;

/// The file as it is written.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    schema_version: u64,
    safe: SafeId,
    version: Version,
    transaction: Cow<'a, SafeTx>,
    safe_tx_hash: B256,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    note: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    origin: Cow<'a, str>,
    #[serde(default)]
    signatures: Vec<Item>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Cow<'a, SafeState>>,
}

/// A signature in the file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Item {
    #[serde(with = "checksummed")]
    owner: Address,
    #[serde(with = "crate::hex_bytes")]
    signature: alloy_primitives::Bytes,
}

/// The part of the file that every layout has.
#[derive(Deserialize)]
struct Layout {
    schema_version: u64,
}

/// Why a file is no proposal.
#[derive(Debug, thiserror::Error)]
pub enum ProposalFileError {
    /// It is too large to be one.
    #[error("the file has {found} bytes; a proposal has at most {MAX_PROPOSAL_LEN}")]
    TooLarge {
        /// How many bytes it has.
        found: usize,
    },
    /// It is not JSON of the right shape.
    #[error("this is no proposal: {0}")]
    Json(#[from] serde_json::Error),
    /// It is of a layout that came later.
    #[error("the file is of schema version {found}; this program knows {PROPOSAL_SCHEMA_VERSION}")]
    SchemaVersion {
        /// Its version.
        found: u64,
    },
    /// The Safe is of a release whose hashes are not known.
    #[error(transparent)]
    Version(#[from] UnsupportedVersion),
    /// The hash in the file is not that of the transaction in the file: one of them was changed.
    #[error("the file says the hash is {claimed}, but its transaction hashes to {computed}: it was changed")]
    Hash {
        /// The hash in the file.
        claimed: B256,
        /// The hash of the transaction.
        computed: B256,
    },
    /// A signature cannot be read, or is over something else.
    #[error("the signature of {owner} in the file: {error}")]
    Signature {
        /// Whose it is said to be.
        owner: Address,
        /// What is wrong with it.
        error: SignatureError,
    },
    /// A signature is by somebody else than the file says: it is over another hash, or its owner was changed.
    #[error("the file says that {claimed} signed, but the signature is by {signer}")]
    Signer {
        /// Whose it is said to be.
        claimed: Address,
        /// Whose it is.
        signer: Address,
    },
    /// An owner signed twice.
    #[error("{owner} has two signatures in the file")]
    Duplicate {
        /// The owner.
        owner: Address,
    },
    /// The rest of the file does not fit together.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
}

impl Proposal {
    /// Reads a proposal file, and believes none of it: the hash is computed, and every signer recovered.
    ///
    /// # Errors
    ///
    /// [`ProposalFileError`] when it is no proposal file, or when it contradicts itself.
    pub fn from_json(json: &[u8]) -> Result<Self, ProposalFileError> {
        if json.len() > MAX_PROPOSAL_LEN {
            return Err(ProposalFileError::TooLarge { found: json.len() });
        }
        let Layout { schema_version } = serde_json::from_slice(json)?;
        if schema_version != PROPOSAL_SCHEMA_VERSION {
            return Err(ProposalFileError::SchemaVersion { found: schema_version });
        }
        let file: File<'_> = serde_json::from_slice(json)?;
        let domain = Domain::new(file.safe, file.version)?;
        let mut proposal = Self::new(domain, file.transaction.into_owned(), file.note)?;
        proposal.set_origin(file.origin)?;
        let computed = proposal.hash().hash();
        if computed != file.safe_tx_hash {
            return Err(ProposalFileError::Hash { claimed: file.safe_tx_hash, computed });
        }
        for Item { owner, signature } in file.signatures {
            let failed = |error| ProposalFileError::Signature { owner, error };
            let signature = Signature::from_bytes(&signature).map_err(failed)?;
            match proposal.sign(signature).map_err(failed)? {
                Insertion::Added(signer) if signer == owner => {}
                Insertion::Added(signer) => return Err(ProposalFileError::Signer { claimed: owner, signer }),
                Insertion::Kept(owner) | Insertion::Conflict(owner) | Insertion::Replaced(owner) => {
                    return Err(ProposalFileError::Duplicate { owner });
                }
            }
        }
        if let Some(evidence) = file.evidence {
            proposal.attach(evidence.into_owned())?;
        }
        Ok(proposal)
    }

    /// Writes the proposal file. The same proposal always gives the same bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let item = |(owner, signature): (Address, &Signature)| Item { owner, signature: signature.to_bytes().into() };
        let file = File {
            schema_version: PROPOSAL_SCHEMA_VERSION,
            safe: self.domain().safe(),
            version: self.domain().version(),
            transaction: Cow::Borrowed(self.tx()),
            safe_tx_hash: self.hash().hash(),
            note: self.note().into(),
            origin: self.origin().into(),
            signatures: self.signatures().iter().map(item).collect(),
            evidence: self.evidence().map(Cow::Borrowed),
        };
        let mut json = serde_json::to_string_pretty(&file).expect("every field has a JSON form");
        json.push('\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MAX_DATA_LEN, MAX_DYNAMIC_LEN, MAX_EVIDENCE_ACCOUNTS, MAX_NOTE_LEN, MAX_ORIGIN_LEN, MAX_SIGNATURES,
        proposal::tests, state::tests::state,
    };
    use alloc::string::ToString;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    fn signed() -> Proposal {
        let mut proposal = tests::proposal();
        proposal.sign(tests::signature(&proposal)).unwrap();
        proposal.sign(Signature::Contract { owner: Address::repeat_byte(2), data: alloc::vec![9; 70].into() }).unwrap();
        proposal.attach(state(&[Address::repeat_byte(1)], 1)).unwrap();
        proposal.set_origin("{\"name\":\"payroll\"}").unwrap();
        proposal
    }

    fn edited(edit: impl FnOnce(&mut Value)) -> Result<Proposal, ProposalFileError> {
        let mut value = serde_json::from_str(&signed().to_json()).unwrap();
        edit(&mut value);
        Proposal::from_json(value.to_string().as_bytes())
    }

    #[test]
    fn a_proposal_is_read_as_it_was_written() {
        assert_eq!(Proposal::from_json(signed().to_json().as_bytes()).unwrap(), signed());
    }

    #[test]
    fn an_edited_transaction_no_longer_has_its_hash() {
        for (field, value) in [("value", json!("50")), ("operation", json!(1)), ("nonce", json!("7"))] {
            let error = edited(|file| file["transaction"][field] = value).unwrap_err();
            assert!(matches!(error, ProposalFileError::Hash { .. }), "{field}: {error}");
        }
        assert!(matches!(edited(|file| file["safe"]["chain_id"] = json!(1)), Err(ProposalFileError::Hash { .. })));
    }

    #[test]
    fn a_transaction_edited_with_its_hash_loses_its_signatures() {
        let mut other = tests::proposal().tx().clone();
        other.value += alloy_primitives::U256::from(1);
        let other = Proposal::new(*tests::proposal().domain(), other, "rent").unwrap();
        let error = edited(|file| {
            let other: Value = serde_json::from_str(&other.to_json()).unwrap();
            file["transaction"] = other["transaction"].clone();
            file["safe_tx_hash"] = other["safe_tx_hash"].clone();
        });
        assert!(matches!(error, Err(ProposalFileError::Signer { .. })));
    }

    #[test]
    fn a_signature_is_by_whom_the_file_says() {
        let error = edited(|file| file["signatures"][0]["owner"] = json!(Address::repeat_byte(7)));
        assert!(matches!(error, Err(ProposalFileError::Signer { .. })));
        let error = edited(|file| {
            let first = file["signatures"][0].clone();
            file["signatures"].as_array_mut().unwrap().push(first);
        });
        assert!(matches!(error, Err(ProposalFileError::Duplicate { .. })));
        let error = edited(|file| file["signatures"][0]["signature"] = json!("0x00"));
        assert!(matches!(error, Err(ProposalFileError::Signature { .. })));
    }

    #[test]
    fn a_file_of_another_layout_is_refused() {
        let error = edited(|file| file["schema_version"] = json!(2));
        assert!(matches!(error, Err(ProposalFileError::SchemaVersion { found: 2 })));
        assert!(matches!(edited(|file| file["colour"] = json!("red")), Err(ProposalFileError::Json(_))));
        assert!(matches!(edited(|file| *file = json!([])), Err(ProposalFileError::Json(_))));
    }

    #[test]
    fn addresses_carry_their_checksum() {
        assert!(signed().to_json().contains(&signed().domain().safe().address.to_checksum(None)));
        let wrong = |text: &str| edited(|file| file["transaction"]["to"] = json!(text));
        let lower = "0x41675c099f32341bf84bfc5382af534df5c7461a";
        assert!(matches!(wrong(lower), Err(ProposalFileError::Hash { .. })));
        assert!(matches!(wrong(&lower.replace("0x41675c", "0x41675C")), Err(ProposalFileError::Json(_))));
    }

    #[test]
    fn evidence_of_another_safe_is_refused() {
        let error = edited(|file| file["evidence"]["safe"]["chain_id"] = json!(1));
        assert!(matches!(error, Err(ProposalFileError::Proposal(ProposalError::ForeignEvidence))));
    }

    #[test]
    fn a_file_that_is_too_large_is_refused_unread() {
        let json = alloc::vec![b' '; MAX_PROPOSAL_LEN + 1];
        assert!(matches!(Proposal::from_json(&json), Err(ProposalFileError::TooLarge { .. })));
    }

    #[test]
    fn the_largest_proposal_can_be_read() {
        let tx = SafeTx { data: alloc::vec![0xff; MAX_DATA_LEN].into(), ..SafeTx::default() };
        let note = "\u{1}".repeat(MAX_NOTE_LEN);
        let owner = |number: usize| Address::from_word(alloy_primitives::U256::from(number + 2).into());
        let mut evidence = state(&[], 1);
        evidence.owners = (0..MAX_EVIDENCE_ACCOUNTS)
            .map(|number| crate::Account {
                address: owner(number),
                code_hash: Some(B256::repeat_byte(0xff)),
                delegate: Some(owner(number)),
            })
            .collect();
        let mut proposal = Proposal::new(evidence.domain().unwrap(), tx, note).unwrap();
        proposal.set_origin("\u{1}".repeat(MAX_ORIGIN_LEN)).unwrap();
        proposal.attach(evidence).unwrap();
        let length = MAX_DYNAMIC_LEN / MAX_SIGNATURES;
        for number in 0..MAX_SIGNATURES {
            let data = alloc::vec![0xff; length].into();
            proposal.sign(Signature::Contract { owner: owner(number), data }).unwrap();
        }
        assert_eq!(Proposal::from_json(proposal.to_json().as_bytes()).unwrap(), proposal);
    }

    #[test]
    fn deep_nesting_is_refused() {
        let json = "[".repeat(100_000);
        assert!(matches!(Proposal::from_json(json.as_bytes()), Err(ProposalFileError::Json(_))));
        let json = alloc::format!("{{\"schema_version\":1,\"note\":{}", "[".repeat(100_000));
        assert!(matches!(Proposal::from_json(json.as_bytes()), Err(ProposalFileError::Json(_))));
    }

    proptest! {
        #[test]
        fn a_file_that_is_cut_off_is_refused(cut in 2..2000_usize) {
            let json = signed().to_json();
            let length = json.len().saturating_sub(cut);
            prop_assert!(Proposal::from_json(&json.as_bytes()[..length]).is_err());
        }

        #[test]
        fn a_file_with_a_changed_byte_is_refused_or_means_the_same(place: prop::sample::Index, byte in 0x20..0x7f_u8) {
            let mut json = signed().to_json().into_bytes();
            let place = place.index(json.len());
            json[place] = byte;
            if let Ok(proposal) = Proposal::from_json(&json) {
                let signed = signed();
                prop_assert_eq!(proposal.hash(), signed.hash());
                // The data of a claim is not proved by anything; that of a key is.
                let owner = tests::signature(&signed).owner(signed.hash().digest()).unwrap();
                prop_assert_eq!(proposal.signatures().get(owner), signed.signatures().get(owner));
            }
        }
    }
}
