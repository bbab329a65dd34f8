//! Receipts of mined transactions.

use alloy::primitives::{Address, B256, Bytes, U64};
use serde::Deserialize;

use crate::rpc::{Answer, Rpc, RpcError};

/// What became of a transaction that was mined.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Receipt {
    /// Hash of the transaction.
    pub tx_hash: B256,
    /// Height of the block it is in.
    pub block_number: u64,
    /// Hash of that block.
    pub block_hash: B256,
    /// Whether it ran to its end.
    pub status: Status,
    /// Gas that it used.
    pub gas_used: u64,
    /// Its events, in order.
    pub logs: Vec<Log>,
}

/// Whether a transaction ran to its end.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// It did.
    Success,
    /// It reverted: it changed nothing but the sender's nonce and balance.
    Reverted,
}

/// An event.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
pub struct Log {
    /// The contract that emitted it.
    pub address: Address,
    /// Its indexed arguments; the first is usually the hash of its signature.
    pub topics: Vec<B256>,
    /// Its other arguments.
    pub data: Bytes,
}

/// A receipt as a node writes it. Fields that not every chain has are not read.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    transaction_hash: B256,
    block_number: Option<U64>,
    block_hash: Option<B256>,
    status: U64,
    gas_used: U64,
    logs: Vec<Log>,
}

impl Receipt {
    /// Reads the answer to `eth_getTransactionReceipt`; nothing while the transaction is not in a block.
    pub(crate) fn parse(rpc: &Rpc, tx_hash: B256, answer: Answer) -> Result<Option<Self>, RpcError> {
        let Some(wire) = answer.read::<Option<Wire>>()? else {
            return Ok(None);
        };
        let (Some(block_number), Some(block_hash)) = (wire.block_number, wire.block_hash) else {
            return Ok(None);
        };
        if wire.transaction_hash != tx_hash || wire.logs.iter().any(|log| log.topics.len() > 4) {
            return Err(rpc.malformed("the receipt"));
        }
        let status = match wire.status.to::<u64>() {
            0 => Status::Reverted,
            1 => Status::Success,
            _ => return Err(rpc.malformed("the receipt")),
        };
        Ok(Some(Self {
            tx_hash,
            block_number: block_number.to(),
            block_hash,
            status,
            gas_used: wire.gas_used.to(),
            logs: wire.logs,
        }))
    }
}
