//! Whether a signature counts: a verdict, or a question to the chain.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, Bytes, FixedBytes, U256, fixed_bytes};

use crate::{Block, Digest, Erc1271Dialect, SafeState, Signature, SignatureError};

/// What became of a signature.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Check {
    /// It counts.
    Confirmed(Confirmation),
    /// The chain has to be asked; the answer goes to [`Question::answer`].
    Ask(Question),
}

/// A signature that was found to count, for one hash and one owner of a Safe at one block.
///
/// It is made by [`SafeState::check`] and [`Question::answer`], and in no other way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Confirmation {
    owner: Address,
    signature: Signature,
    digest: Digest,
    block: Block,
    executor: Option<Address>,
}

impl Confirmation {
    /// Returns the owner who confirmed.
    #[must_use]
    pub const fn owner(&self) -> Address {
        self.owner
    }

    /// Returns the signature that was checked.
    #[must_use]
    pub const fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Returns the digest that was confirmed.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Returns the block of the state that it was checked against.
    #[must_use]
    pub const fn block(&self) -> Block {
        self.block
    }

    /// Returns who has to send the transaction for this to count, if it counts only because an owner sends it.
    #[must_use]
    pub const fn executor(&self) -> Option<Address> {
        self.executor
    }
}

/// A question that only the chain can answer, at the block of the state it was asked of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Question {
    pending: Confirmation,
    kind: QuestionKind,
    safe: Address,
}

/// What is asked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum QuestionKind {
    Erc1271(Erc1271Dialect),
    ApprovedHash,
}

/// What a call returned.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Answer {
    /// It succeeded with this data.
    Returned(Bytes),
    /// It reverted with this data, or the target has no code.
    Reverted(Bytes),
}

/// Why a signature does not count.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// It is no signature over this hash.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The hash is of another Safe than the state.
    #[error("the hash that was signed is of another Safe, chain or release than the state it is checked against")]
    OtherSafe,
    /// Who signed does not own the Safe, or signed something else: then a stranger's address comes out.
    #[error("{signer} is not an owner; a signature over another transaction, chain or Safe looks the same")]
    NotAnOwner {
        /// Who signed, or is said to have signed.
        signer: Address,
    },
    /// A contract signature in the name of an account that has no code.
    #[error("{owner} has no code, so it cannot vouch for a hash as a contract")]
    NoCode {
        /// The owner.
        owner: Address,
    },
    /// The contract did not return the magic value.
    #[error("the contract {owner} does not accept this signature")]
    NotAccepted {
        /// The owner.
        owner: Address,
        /// What it answered.
        answer: Answer,
    },
    /// The owner's approval is not on chain.
    #[error("{owner} has not approved this hash on chain")]
    NotApproved {
        /// The owner.
        owner: Address,
    },
    /// The Safe did not answer as a Safe does.
    #[error("the Safe did not say whether {owner} approved the hash")]
    NoAnswer {
        /// The owner.
        owner: Address,
        /// What it answered.
        answer: Answer,
    },
}

impl SafeState {
    /// Checks one signature against this state.
    ///
    /// `executor` is who will send the transaction, if that is known: an owner who sends it has confirmed by that.
    ///
    /// # Errors
    ///
    /// [`Rejection`] when the signature does not count, whatever the chain would say.
    pub fn check(&self, digest: &Digest, signature: &Signature, executor: Option<Address>) -> Result<Check, Rejection> {
        if self.domain().map(|domain| domain.separator()) != Ok(digest.domain_hash()) {
            return Err(Rejection::OtherSafe);
        }
        let owner = signature.owner(digest)?;
        let Some(account) = self.owners.iter().find(|account| account.address == owner) else {
            return Err(Rejection::NotAnOwner { signer: owner });
        };
        let confirmation =
            Confirmation { owner, signature: signature.clone(), digest: *digest, block: self.block, executor: None };
        let kind = match signature {
            Signature::Ecdsa(_) | Signature::EthSign(_) => return Ok(Check::Confirmed(confirmation)),
            Signature::Contract { .. } if account.code_hash.is_none() => return Err(Rejection::NoCode { owner }),
            Signature::Contract { .. } => QuestionKind::Erc1271(self.version.owner_dialect()),
            Signature::Approved { .. } if executor == Some(owner) => {
                return Ok(Check::Confirmed(Confirmation { executor, ..confirmation }));
            }
            Signature::Approved { .. } => QuestionKind::ApprovedHash,
        };
        Ok(Check::Ask(Question { pending: confirmation, kind, safe: self.safe.address }))
    }
}

/// `isValidSignature(bytes,bytes)`: selector and magic value of the old dialect.
const MAGIC_BYTES: FixedBytes<4> = fixed_bytes!("20c13b0b");

/// `isValidSignature(bytes32,bytes)`: selector and magic value of ERC-1271.
const MAGIC_BYTES32: FixedBytes<4> = fixed_bytes!("1626ba7e");

/// `approvedHashes(address,bytes32)`.
const APPROVED_HASHES: FixedBytes<4> = fixed_bytes!("7d832974");

impl Question {
    /// Returns who is asked, and the calldata of the `STATICCALL`.
    #[must_use]
    pub fn call(&self) -> (Address, Bytes) {
        let Confirmation { owner, signature, digest, .. } = &self.pending;
        match (self.kind, signature) {
            (QuestionKind::Erc1271(dialect), Signature::Contract { data, .. }) => {
                let call = match dialect {
                    Erc1271Dialect::Bytes => abi_two_bytes(MAGIC_BYTES, &digest.preimage(), data),
                    Erc1271Dialect::Bytes32 => abi_word_and_bytes(MAGIC_BYTES32, digest.hash(), data),
                };
                (*owner, call)
            }
            _ => {
                let words = [owner.into_word(), digest.hash()];
                let call = [APPROVED_HASHES.as_slice(), words[0].as_slice(), words[1].as_slice()].concat();
                (self.safe, call.into())
            }
        }
    }

    /// Returns the owner in whose name the signature speaks.
    #[must_use]
    pub const fn owner(&self) -> Address {
        self.pending.owner
    }

    /// Takes the answer.
    ///
    /// # Errors
    ///
    /// [`Rejection`] when the contract does not accept the signature, or the owner has not approved the hash.
    pub fn answer(self, answer: Answer) -> Result<Confirmation, Rejection> {
        let owner = self.pending.owner;
        match self.kind {
            QuestionKind::Erc1271(dialect) => {
                let magic = match dialect {
                    Erc1271Dialect::Bytes => MAGIC_BYTES,
                    Erc1271Dialect::Bytes32 => MAGIC_BYTES32,
                };
                let accepted = matches!(&answer, Answer::Returned(data) if is_magic(data, magic));
                if accepted { Ok(self.pending) } else { Err(Rejection::NotAccepted { owner, answer }) }
            }
            QuestionKind::ApprovedHash => match &answer {
                Answer::Returned(data) if data.len() == 32 => {
                    let approved = data.iter().any(|byte| *byte != 0);
                    if approved { Ok(self.pending) } else { Err(Rejection::NotApproved { owner }) }
                }
                _ => Err(Rejection::NoAnswer { owner, answer }),
            },
        }
    }
}

/// Returns whether `data` is the `bytes4` `magic`: a word that begins with it, or more. The contract does not look at the
/// other 28 bytes of the word, so they do not matter here either.
fn is_magic(data: &[u8], magic: FixedBytes<4>) -> bool {
    data.first_chunk::<32>().is_some_and(|word| word[..4] == magic[..])
}

fn abi_two_bytes(selector: FixedBytes<4>, first: &[u8], second: &[u8]) -> Bytes {
    let mut call = selector.to_vec();
    push_word(&mut call, 64);
    push_word(&mut call, 96 + first.len().next_multiple_of(32));
    push_bytes(&mut call, first);
    push_bytes(&mut call, second);
    call.into()
}

fn abi_word_and_bytes(selector: FixedBytes<4>, word: B256, bytes: &[u8]) -> Bytes {
    let mut call = selector.to_vec();
    call.extend(word);
    push_word(&mut call, 64);
    push_bytes(&mut call, bytes);
    call.into()
}

fn push_word(call: &mut Vec<u8>, value: usize) {
    call.extend(U256::from(value).to_be_bytes::<32>());
}

fn push_bytes(call: &mut Vec<u8>, bytes: &[u8]) {
    push_word(call, bytes.len());
    call.extend(bytes);
    call.resize(call.len() + bytes.len().next_multiple_of(32) - bytes.len(), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SafeTx, Version, state::tests::state};
    use alloc::vec;
    use alloy_sol_types::{SolCall, sol};
    use proptest::prelude::*;

    sol! {
        interface Old {
            function isValidSignature(bytes data, bytes signature) external view returns (bytes4);
        }
        interface New {
            function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
        }
        function approvedHashes(address owner, bytes32 hash) external view returns (uint256);
    }

    fn contract_owner(version: Version) -> (SafeState, Digest, Address) {
        let owner = Address::repeat_byte(0xc0);
        let mut state = state(&[owner], 1);
        state.version = version;
        state.owners[0].code_hash = Some(B256::repeat_byte(1));
        let digest = *SafeTx::default().hash(&state.domain().unwrap()).digest();
        (state, digest, owner)
    }

    fn ask(state: &SafeState, digest: &Digest, signature: &Signature) -> Question {
        match state.check(digest, signature, None).unwrap() {
            Check::Ask(question) => question,
            Check::Confirmed(_) => panic!("confirmed without asking"),
        }
    }

    fn word(value: U256) -> Answer {
        Answer::Returned(value.to_be_bytes::<32>().into())
    }

    #[test]
    fn a_stranger_is_rejected_whatever_the_kind() {
        let (state, digest, _) = contract_owner(Version::V1_5_0);
        let signer = Address::repeat_byte(9);
        for signature in
            [Signature::Approved { owner: signer }, Signature::Contract { owner: signer, data: vec![].into() }]
        {
            assert_eq!(state.check(&digest, &signature, None), Err(Rejection::NotAnOwner { signer }));
            assert_eq!(state.check(&digest, &signature, Some(signer)), Err(Rejection::NotAnOwner { signer }));
        }
    }

    #[test]
    fn a_contract_signature_of_a_keyed_account_is_rejected() {
        let (mut state, digest, owner) = contract_owner(Version::V1_5_0);
        state.owners[0].code_hash = None;
        let signature = Signature::Contract { owner, data: vec![].into() };
        assert_eq!(state.check(&digest, &signature, None), Err(Rejection::NoCode { owner }));
    }

    #[test]
    fn a_hash_of_another_safe_is_rejected() {
        let (state, _, owner) = contract_owner(Version::V1_5_0);
        let mut other = state.clone();
        other.safe.chain_id += 1;
        let digest = *SafeTx::default().hash(&other.domain().unwrap()).digest();
        let check = state.check(&digest, &Signature::Approved { owner }, None);
        assert_eq!(check, Err(Rejection::OtherSafe));
    }

    #[test]
    fn selectors_are_those_of_their_functions() {
        assert_eq!(Old::isValidSignatureCall::SELECTOR, MAGIC_BYTES.0);
        assert_eq!(New::isValidSignatureCall::SELECTOR, MAGIC_BYTES32.0);
        assert_eq!(approvedHashesCall::SELECTOR, APPROVED_HASHES.0);
    }

    proptest! {
        #[test]
        fn contracts_are_asked_in_both_dialects(data: Vec<u8>) {
            let data = Bytes::from(data);
            let (state, digest, owner) = contract_owner(Version::V1_4_1);
            let signature = Signature::Contract { owner, data: data.clone() };
            let expected = Old::isValidSignatureCall { data: digest.preimage().to_vec().into(), signature: data.clone() };
            prop_assert_eq!(ask(&state, &digest, &signature).call(), (owner, expected.abi_encode().into()));

            let (state, digest, owner) = contract_owner(Version::V1_5_0);
            let expected = New::isValidSignatureCall { hash: digest.hash(), signature: data };
            prop_assert_eq!(ask(&state, &digest, &signature).call(), (owner, expected.abi_encode().into()));
        }

        #[test]
        fn only_the_magic_value_accepts(answer in prop::collection::vec(any::<u8>(), 0..70)) {
            let (state, digest, owner) = contract_owner(Version::V1_5_0);
            let question = ask(&state, &digest, &Signature::Contract { owner, data: vec![].into() });
            prop_assert!(question.answer(Answer::Returned(answer.into())).is_err());
        }
    }

    #[test]
    fn the_magic_value_of_the_other_dialect_does_not_accept() {
        for (version, magic, other) in
            [(Version::V1_4_1, MAGIC_BYTES, MAGIC_BYTES32), (Version::V1_5_0, MAGIC_BYTES32, MAGIC_BYTES)]
        {
            let (state, digest, owner) = contract_owner(version);
            let signature = Signature::Contract { owner, data: vec![1].into() };
            let answer = |magic: FixedBytes<4>| {
                let word = B256::right_padding_from(magic.as_slice());
                ask(&state, &digest, &signature).answer(Answer::Returned(word.into()))
            };
            assert_eq!(answer(magic).unwrap().owner(), owner);
            assert!(matches!(answer(other), Err(Rejection::NotAccepted { .. })));
            let reverted = Answer::Reverted(B256::right_padding_from(magic.as_slice()).into());
            assert!(ask(&state, &digest, &signature).answer(reverted).is_err());
        }
    }

    #[test]
    fn an_approval_is_looked_up() {
        let (state, digest, owner) = contract_owner(Version::V1_5_0);
        let question = ask(&state, &digest, &Signature::Approved { owner });
        let expected = approvedHashesCall { owner, hash: digest.hash() }.abi_encode();
        assert_eq!(question.call(), (state.safe.address, expected.into()));
        assert!(question.clone().answer(word(U256::from(1))).is_ok());
        assert_eq!(question.clone().answer(word(U256::ZERO)), Err(Rejection::NotApproved { owner }));
        let empty = Answer::Returned(Bytes::new());
        assert!(matches!(question.answer(empty), Err(Rejection::NoAnswer { .. })));
    }

    #[test]
    fn an_owner_who_executes_has_confirmed() {
        let (state, digest, owner) = contract_owner(Version::V1_5_0);
        let check = state.check(&digest, &Signature::Approved { owner }, Some(owner));
        assert!(matches!(check, Ok(Check::Confirmed(confirmation)) if confirmation.executor() == Some(owner)));
    }
}
