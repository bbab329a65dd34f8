//! What became of a transaction of a Safe.

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolEvent,
};
use quorate_contracts::bindings::{IMultisig, v1_3_0};

use crate::{receipt::Log, revert::Revert};

/// What became of a transaction that the Safe took and counted: its nonce is used.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Outcome {
    /// Hash of the outer transaction.
    pub tx_hash: B256,
    /// Height of the block that it is in.
    pub block: u64,
    /// Hash of that block.
    pub block_hash: B256,
    /// Gas that the outer transaction used.
    pub gas_used: u64,
    /// Whether the inner call succeeded.
    pub result: ExecutionResult,
    /// What the Safe paid for the execution, in wei or in units of its gas token.
    pub payment: U256,
}

/// Whether the inner call of a transaction succeeded.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ExecutionResult {
    /// It did.
    Success,
    /// It failed, and changed nothing; the nonce is used all the same.
    Failed {
        /// Why, if the node could tell.
        reason: Option<Revert>,
    },
}

/// What the Safe's own event says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Execution {
    pub(crate) succeeded: bool,
    pub(crate) payment: U256,
}

/// Finds the event with which `safe` says what became of the transaction `hash`.
///
/// Both flavours are read: 1.3.0 does not index the hash. The contract emits the event last, so the last one counts:
/// what a delegate call may have emitted in the Safe's name comes before.
pub(crate) fn execution(logs: &[Log], safe: Address, hash: B256) -> Option<Execution> {
    logs.iter().rev().filter(|log| log.address == safe).find_map(|log| {
        let (found, execution) = decode(log)?;
        (found == hash).then_some(execution)
    })
}

fn decode(log: &Log) -> Option<(B256, Execution)> {
    let succeeded = match *log.topics.first()? {
        topic if topic == IMultisig::ExecutionSuccess::SIGNATURE_HASH => true,
        topic if topic == IMultisig::ExecutionFailure::SIGNATURE_HASH => false,
        _ => return None,
    };
    let topics = log.topics.iter().copied();
    let (hash, payment) = if log.topics.len() == 1 {
        // Success and failure carry the same arguments.
        let event = if succeeded {
            v1_3_0::IMultisig::ExecutionSuccess::decode_raw_log(topics, &log.data).ok()?
        } else {
            let event = v1_3_0::IMultisig::ExecutionFailure::decode_raw_log(topics, &log.data).ok()?;
            v1_3_0::IMultisig::ExecutionSuccess { txHash: event.txHash, payment: event.payment }
        };
        (event.txHash, event.payment)
    } else {
        let event = if succeeded {
            IMultisig::ExecutionSuccess::decode_raw_log(topics, &log.data).ok()?
        } else {
            let event = IMultisig::ExecutionFailure::decode_raw_log(topics, &log.data).ok()?;
            IMultisig::ExecutionSuccess { txHash: event.txHash, payment: event.payment }
        };
        (event.txHash, event.payment)
    };
    Some((hash, Execution { succeeded, payment }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAFE: Address = Address::repeat_byte(0x5a);
    const HASH: B256 = B256::repeat_byte(0x11);

    fn indexed(succeeded: bool, hash: B256) -> Log {
        let payment = U256::from(7);
        let data = if succeeded {
            IMultisig::ExecutionSuccess { txHash: hash, payment }.encode_log_data()
        } else {
            IMultisig::ExecutionFailure { txHash: hash, payment }.encode_log_data()
        };
        Log { address: SAFE, topics: data.topics().to_vec(), data: data.data }
    }

    fn unindexed(succeeded: bool, hash: B256) -> Log {
        let payment = U256::from(7);
        let data = if succeeded {
            v1_3_0::IMultisig::ExecutionSuccess { txHash: hash, payment }.encode_log_data()
        } else {
            v1_3_0::IMultisig::ExecutionFailure { txHash: hash, payment }.encode_log_data()
        };
        Log { address: SAFE, topics: data.topics().to_vec(), data: data.data }
    }

    #[test]
    fn both_flavours_are_read() {
        for succeeded in [true, false] {
            let expected = Some(Execution { succeeded, payment: U256::from(7) });
            let (new, old) = (indexed(succeeded, HASH), unindexed(succeeded, HASH));
            assert_eq!((new.topics.len(), old.topics.len()), (2, 1));
            assert_eq!(execution(&[new], SAFE, HASH), expected);
            assert_eq!(execution(&[old], SAFE, HASH), expected);
        }
    }

    #[test]
    fn the_event_of_another_contract_or_transaction_does_not_count() {
        for log in [indexed(true, HASH), unindexed(true, HASH)] {
            assert_eq!(execution(std::slice::from_ref(&log), Address::repeat_byte(1), HASH), None);
            assert_eq!(execution(std::slice::from_ref(&log), SAFE, B256::ZERO), None);
        }
    }

    #[test]
    fn the_last_event_counts() {
        let logs = [indexed(true, HASH), indexed(false, HASH), indexed(true, B256::ZERO)];
        assert!(!execution(&logs, SAFE, HASH).unwrap().succeeded);
    }

    #[test]
    fn a_mangled_event_does_not_count() {
        for mut log in [indexed(true, HASH), unindexed(true, HASH)] {
            log.data = log.data.slice(..log.data.len() - 1);
            assert_eq!(execution(&[log], SAFE, HASH), None);
        }
        let mut three = indexed(true, HASH);
        three.topics.push(HASH);
        assert_eq!(execution(&[three], SAFE, HASH), None);
        assert_eq!(execution(&[Log { topics: vec![], ..indexed(true, HASH) }], SAFE, HASH), None);
    }
}
