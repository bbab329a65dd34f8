//! Batches: the packed transactions of `multiSend(bytes)`.

use alloc::vec::Vec;
use alloy_primitives::{Address, Bytes, FixedBytes, U256, fixed_bytes};

use crate::Operation;

/// Selector of `multiSend(bytes)`.
pub const MULTI_SEND_SELECTOR: FixedBytes<4> = fixed_bytes!("8d80ff0a");

/// Bytes of an entry before its data: operation, target, value, length.
const HEAD_LEN: usize = 1 + 20 + 32 + 32;

/// One call of a batch.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct BatchCall {
    /// Call, or delegate call, which `MultiSendCallOnly` refuses.
    pub operation: Operation,
    /// Target. The contracts from 1.5.0 on take zero to be the Safe itself; earlier ones call the zero address.
    pub to: Address,
    /// Wei of the native token.
    pub value: U256,
    /// Calldata.
    pub data: Bytes,
}

/// Bytes that are no batch.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BatchError {
    /// Not a call of `multiSend(bytes)` in the one canonical encoding.
    #[error("this is not a call of multiSend(bytes), or is encoded in a way that no tool writes")]
    NotMultiSend,
    /// An entry's operation is neither 0 nor 1.
    #[error("entry {index} of the batch has operation {found}; 0 is a call, 1 a delegate call")]
    Operation {
        /// Number of the entry, from 0.
        index: usize,
        /// The operation.
        found: u8,
    },
    /// An entry is cut off, or bytes are left over that the contract would skip.
    #[error("entry {index} of the batch is cut off")]
    Truncated {
        /// Number of the entry, from 0.
        index: usize,
    },
}

/// Packs calls the way the contract reads them.
#[must_use]
pub fn encode_batch(calls: &[BatchCall]) -> Vec<u8> {
    let mut packed = Vec::new();
    for call in calls {
        packed.push(call.operation.into());
        packed.extend(call.to);
        packed.extend(call.value.to_be_bytes::<32>());
        packed.extend(U256::from(call.data.len()).to_be_bytes::<32>());
        packed.extend(&call.data);
    }
    packed
}

/// Unpacks calls.
///
/// # Errors
///
/// [`BatchError`] for anything but whole entries. The contract skips a short tail that is no entry; here it is refused,
/// because nobody who means well writes one.
pub fn decode_batch(packed: &[u8]) -> Result<Vec<BatchCall>, BatchError> {
    let mut calls = Vec::new();
    let mut rest = packed;
    while !rest.is_empty() {
        let index = calls.len();
        let truncated = BatchError::Truncated { index };
        let (head, tail) = rest.split_first_chunk::<HEAD_LEN>().ok_or(truncated)?;
        let operation = Operation::try_from(head[0]).map_err(|_| BatchError::Operation { index, found: head[0] })?;
        let length = usize::try_from(U256::from_be_slice(&head[53..])).map_err(|_| truncated)?;
        let (data, tail) = tail.split_at_checked(length).ok_or(truncated)?;
        calls.push(BatchCall {
            operation,
            to: Address::from_slice(&head[1..21]),
            value: U256::from_be_slice(&head[21..53]),
            data: Bytes::copy_from_slice(data),
        });
        rest = tail;
    }
    Ok(calls)
}

/// Writes the calldata of `multiSend(bytes)`.
#[must_use]
pub fn encode_multi_send(calls: &[BatchCall]) -> Bytes {
    let packed = encode_batch(calls);
    let padding = packed.len().next_multiple_of(32) - packed.len();
    let mut data = Vec::with_capacity(68 + packed.len() + padding);
    data.extend(MULTI_SEND_SELECTOR);
    data.extend(U256::from(32).to_be_bytes::<32>());
    data.extend(U256::from(packed.len()).to_be_bytes::<32>());
    data.extend(packed);
    data.resize(data.len() + padding, 0);
    data.into()
}

/// Reads the calldata of `multiSend(bytes)`.
///
/// # Errors
///
/// [`BatchError`] unless the calldata is exactly what [`encode_multi_send`] writes for some calls: other encodings can
/// hide bytes from a reader.
pub fn decode_multi_send(data: &[u8]) -> Result<Vec<BatchCall>, BatchError> {
    let head = data.strip_prefix(MULTI_SEND_SELECTOR.as_slice()).and_then(<[u8]>::split_first_chunk::<64>);
    let (head, packed) = head.ok_or(BatchError::NotMultiSend)?;
    let length = usize::try_from(U256::from_be_slice(&head[32..])).map_err(|_| BatchError::NotMultiSend)?;
    let (packed, padding) = packed.split_at_checked(length).ok_or(BatchError::NotMultiSend)?;
    let canonical = U256::from_be_slice(&head[..32]) == U256::from(32)
        && padding.len() == length.next_multiple_of(32) - length
        && padding.iter().all(|byte| *byte == 0);
    if canonical { decode_batch(packed) } else { Err(BatchError::NotMultiSend) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloy_sol_types::{SolCall, sol};
    use proptest::prelude::*;

    sol! {
        function multiSend(bytes transactions) external payable;
    }

    fn any_call() -> impl Strategy<Value = BatchCall> {
        (any::<bool>(), any::<[u8; 20]>(), any::<[u64; 4]>(), any::<Vec<u8>>()).prop_map(
            |(delegate, to, value, data)| BatchCall {
                operation: if delegate { Operation::DelegateCall } else { Operation::Call },
                to: to.into(),
                value: U256::from_limbs(value),
                data: data.into(),
            },
        )
    }

    proptest! {
        #[test]
        fn a_batch_is_read_as_it_was_written(calls in prop::collection::vec(any_call(), 0..9)) {
            let data = encode_multi_send(&calls);
            let expected = multiSendCall { transactions: encode_batch(&calls).into() }.abi_encode();
            prop_assert_eq!(&data[..], &expected[..]);
            prop_assert_eq!(decode_multi_send(&data), Ok(calls));
        }

        #[test]
        fn what_is_read_is_written_the_same(packed: Vec<u8>) {
            if let Ok(calls) = decode_batch(&packed) {
                prop_assert_eq!(encode_batch(&calls), packed);
            }
        }

        #[test]
        fn a_batch_that_is_cut_off_is_refused(call in any_call(), cut in 1..85_usize) {
            let packed = encode_batch(&[call]);
            prop_assert_eq!(decode_batch(&packed[..packed.len() - cut]), Err(BatchError::Truncated { index: 0 }));
        }
    }

    #[test]
    fn an_unknown_operation_is_refused() {
        let mut packed = encode_batch(&[BatchCall::default(), BatchCall::default()]);
        packed[HEAD_LEN] = 2;
        assert_eq!(decode_batch(&packed), Err(BatchError::Operation { index: 1, found: 2 }));
    }

    #[test]
    fn a_length_beyond_memory_is_refused() {
        let mut packed = encode_batch(&[BatchCall::default()]);
        packed[53..85].fill(0xff);
        assert_eq!(decode_batch(&packed), Err(BatchError::Truncated { index: 0 }));
    }

    #[test]
    fn bytes_hidden_by_the_encoding_are_refused() {
        let good = encode_multi_send(&[BatchCall { data: vec![1].into(), ..BatchCall::default() }]).to_vec();
        let mut longer = good.clone();
        longer.extend([0; 32]);
        let mut dirty = good.clone();
        *dirty.last_mut().unwrap() = 1;
        let mut moved = good;
        moved[35] = 64;
        for bad in [longer, dirty, moved] {
            assert_eq!(decode_multi_send(&bad), Err(BatchError::NotMultiSend));
        }
    }
}
