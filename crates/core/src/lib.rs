#![no_std]
//! The domain of a Safe-style multisig: what its owners sign, and what makes their signatures count.
//!
//! No I/O, no clock, no randomness: this crate is handed facts and answers with a verdict or a question.
//!
//! # The way of a transaction
//!
//! 1. An intent becomes a [`Proposal`] of a [`SafeTx`] for a [`SafeId`].
//! 2. [`SafeTx::hash`] with the Safe's [`Domain`] is the only way to a [`SafeTxHash`].
//! 3. A [`Signature`] is checked against the hash and a [`SafeState`] of one block: [`SafeState::check`] gives a
//!    [`Confirmation`], a [`Rejection`], or a [`Question`] that whoever has a node answers.
//! 4. A [`SignatureSet`] holds one signature an owner, in the contract's order.
//! 5. Enough confirmations make a [`Quorate`], the only type that gives out the bytes for the contract.
//!
//! The sixth step, execution and its outcome, is the task of `quorate-chain`.
//!
//! # Glossary
//!
//! Words of the protocol keep their meaning: owner, threshold, nonce, operation, module, guard, singleton. Ours are:
//!
//! - **Confirmation**: a signature that was found to count.
//! - **Digest**: a hash to be signed, with the domain hash and the message hash that it was made of.
//! - **Evidence**: a state of the Safe that travels with a proposal, for owners who sign without a network.
//! - **Quorate**: a transaction with enough confirmations; a body is quorate when enough members are present.
//! - **Question**: what only the chain knows: whether a contract accepts, whether a hash was approved.

extern crate alloc;
#[cfg(test)]
extern crate std;

mod check;
mod creation;
mod ecrecover;
mod eip712;
mod gs;
mod hex_bytes;
mod message;
mod multi_send;
mod operation;
mod proposal;
mod proposal_file;
mod quorate;
mod safe_id;
mod safe_tx;
mod serde_text;
mod signature;
mod signature_set;
mod signed_message;
mod state;
mod version;

pub use check::{Answer, Check, Confirmation, Question, Rejection};
pub use creation::{Creation, Salt, init_code_hash};
pub use ecrecover::Parity;
pub use eip712::{DOMAIN_TYPEHASH, DOMAIN_TYPEHASH_WITHOUT_CHAIN, Digest, Domain, UnsupportedVersion};
pub use gs::{GsCode, UnknownGsCode};
pub use message::{SAFE_MESSAGE_TYPEHASH, SafeMessage, SafeMessageHash};
pub use multi_send::{
    BatchCall, BatchError, MULTI_SEND_SELECTOR, decode_batch, decode_multi_send, encode_batch, encode_multi_send,
};
pub use operation::{Operation, UnknownOperation};
pub use proposal::{MAX_DATA_LEN, MAX_EVIDENCE_ACCOUNTS, MAX_NOTE_LEN, MAX_ORIGIN_LEN, Proposal, ProposalError};
pub use proposal_file::{MAX_PROPOSAL_LEN, PROPOSAL_SCHEMA_VERSION, ProposalFileError};
pub use quorate::{NotQuorate, Quorate};
pub use safe_id::{
    ParseAddressError, ParseSafeIdError, SafeId, chain_id_of_short_name, chain_short_name, parse_address,
};
pub use safe_tx::{SAFE_TX_TYPEHASH, SafeTx, SafeTxHash};
pub(crate) use serde_text::serde_text;
pub use signature::{Ecdsa, MAX_CONTRACT_SIGNATURE_LEN, Signature, SignatureError, personal_message_hash};
pub use signature_set::{BlobError, Insertion, MAX_DYNAMIC_LEN, MAX_SIGNATURES, SignatureSet};
pub use signed_message::SignedMessage;
pub use state::{Account, Block, SENTINEL, SafeState};
pub use version::{Erc1271Dialect, ParseVersionError, Version};
