//! What can go wrong when something is sent.

use std::num::NonZeroU64;

use alloy::primitives::{Address, B256, ChainId, U256};

use crate::{
    fees::FeeError,
    revert::Revert,
    rpc::{NodeError, RpcError},
};

/// Why a transaction was not sent, or what is not known of it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The node did not answer; nothing was sent.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node is on another chain; nothing was sent.
    #[error("the node is on chain {found}, and the transaction is for chain {expected}: nothing was sent")]
    WrongChain {
        /// Chain of the transaction.
        expected: ChainId,
        /// Chain of the node.
        found: ChainId,
    },
    /// The fees cannot be meant; nothing was sent.
    #[error(transparent)]
    Fees(#[from] FeeError),
    /// The sender cannot pay; nothing was sent.
    #[error("{sender} has {available} wei, and the transaction may cost {needed} wei: nothing was sent")]
    Funds {
        /// The sender.
        sender: Address,
        /// Value and highest fee.
        needed: U256,
        /// What the sender has.
        available: U256,
    },
    /// It would revert; nothing was sent.
    #[error("the transaction would revert: {0}")]
    Reverts(Revert),
    /// The wallet did not sign; nothing was sent.
    #[error("the wallet did not sign: {0}")]
    Sign(#[source] alloy::signers::Error),
    /// The node refused what is asked before anything is sent; nothing was sent.
    #[error("the node refused, before anything was sent: {0}")]
    Unprepared(Box<NodeError>),
    /// The node says that it did not take the transaction, and does not know it. What answers for a node may have passed
    /// it on nevertheless; the same nonce keeps two from being mined.
    #[error("the node says that it did not take the transaction {tx_hash}: {error}")]
    Refused {
        /// Its hash.
        tx_hash: B256,
        /// What the node said.
        error: Box<NodeError>,
    },
    /// Sending failed half-way: the transaction may or may not be on its way. It must not be made anew before that is
    /// known; the same nonce keeps two from being mined.
    #[error("the transaction {tx_hash} may or may not be on its way: {error}")]
    Unknown {
        /// Its hash.
        tx_hash: B256,
        /// Its nonce.
        nonce: u64,
        /// What went wrong while it was sent.
        error: RpcError,
    },
    /// It was sent, and the node no longer answers.
    #[error("the transaction {tx_hash} was sent, and what became of it is not known: {error}")]
    Unwatched {
        /// Its hash.
        tx_hash: B256,
        /// What went wrong while waiting.
        error: RpcError,
    },
    /// It was sent, and is not mined yet.
    #[error("the transaction {tx_hash} was sent, and was not mined within {waited_ms} ms")]
    NotMined {
        /// Its hash.
        tx_hash: B256,
        /// How long was waited.
        waited_ms: u128,
    },
    /// It is in a block, and not as deep as was asked for: no further block came.
    #[error(
        "the transaction {tx_hash} is in block {block} with {confirmations} of {wanted} confirmations after {waited_ms} ms"
    )]
    Unconfirmed {
        /// Its hash.
        tx_hash: B256,
        /// Height of the block that it is in.
        block: u64,
        /// How many blocks there are, from its own on.
        confirmations: u64,
        /// How many there should be.
        wanted: NonZeroU64,
        /// How long was waited in all.
        waited_ms: u128,
    },
}
