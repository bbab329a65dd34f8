//! Blocks as a node describes them.

use alloy::primitives::{B256, U64, U256};
use quorate_core::Block;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::rpc::Call;

/// The part of a block's header that is of use here.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Header {
    number: U64,
    hash: B256,
    timestamp: U64,
    /// Absent before EIP-1559.
    #[serde(default)]
    pub(crate) base_fee_per_gas: Option<U256>,
    /// Most gas that all transactions of a block may use together.
    #[serde(default)]
    pub(crate) gas_limit: Option<U256>,
}

impl Header {
    /// Returns the block that the header belongs to.
    pub(crate) fn block(&self) -> Block {
        Block { number: self.number.to(), hash: self.hash, timestamp: self.timestamp.to() }
    }
}

/// The call for the newest block.
pub(crate) fn latest_block() -> Call {
    Call::new("eth_getBlockByNumber", json!(["latest", false]))
}

/// The call for the chain id.
pub(crate) const fn chain_id() -> Call {
    Call::new("eth_chainId", Value::Array(Vec::new()))
}

/// Names a block by its hash, so that no other block at its height can stand in for it (EIP-1898).
pub(crate) fn pinned(block: &Block) -> Value {
    json!({ "blockHash": block.hash, "requireCanonical": true })
}
