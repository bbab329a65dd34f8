//! What a Safe says of a transaction.

use alloy::{
    primitives::{Address, B256, U256},
    rpc::types::TransactionReceipt,
    sol_types::{SolEvent, SolValue},
};
use quorate_chain::{ExecutionResult, Outcome};
use quorate_contracts::{
    Family, Flavor,
    bindings::{IMultisig, IMultisigL2, v1_3_0},
    family::Events,
};
use quorate_core::Quorate;

/// Returns the events of one kind that `emitter` emitted. Their arguments have to be where `E` declares them.
pub(crate) fn events<E: SolEvent>(receipt: &TransactionReceipt, emitter: Address) -> Vec<E> {
    let logs = receipt.logs().iter().filter(|log| log.address() == emitter && log.topic0() == Some(&E::SIGNATURE_HASH));
    logs.map(|log| E::decode_log(&log.inner).expect("the arguments are where they are declared").data).collect()
}

/// Returns the hashes and payments of the executions that the Safe tells of, and whether each succeeded.
fn executions(receipt: &TransactionReceipt, safe: Address, family: Family) -> Vec<(bool, B256, U256)> {
    macro_rules! both {
        ($multisig:path) => {{
            use $multisig as abi;
            let succeeded =
                events::<abi::ExecutionSuccess>(receipt, safe).into_iter().map(|it| (true, it.txHash, it.payment));
            let failed =
                events::<abi::ExecutionFailure>(receipt, safe).into_iter().map(|it| (false, it.txHash, it.payment));
            succeeded.chain(failed).collect()
        }};
    }
    match family.events() {
        Events::Indexed => both!(IMultisig),
        Events::Unindexed => both!(v1_3_0::IMultisig),
    }
}

/// Checks that the Safe's events and the outcome tell the same, and that the L2 flavour tells all.
pub(crate) fn assert_told(
    receipt: &TransactionReceipt,
    family: Family,
    flavor: Flavor,
    quorate: &Quorate,
    threshold: u64,
    outcome: &Outcome,
) {
    let safe = quorate.safe().address;
    let succeeded = outcome.result == ExecutionResult::Success;
    assert_eq!(executions(receipt, safe, family), [(succeeded, quorate.hash().hash(), outcome.payment)]);
    assert_eq!((receipt.gas_used, receipt.block_number), (outcome.gas_used, Some(outcome.block)));
    assert_eq!(receipt.block_hash, Some(outcome.block_hash));

    let tx = quorate.tx().clone();
    let full = IMultisigL2::SafeMultiSigTransaction {
        to: tx.to,
        value: tx.value,
        data: tx.data,
        operation: tx.operation.into(),
        safeTxGas: tx.safe_tx_gas,
        baseGas: tx.base_gas,
        gasPrice: tx.gas_price,
        gasToken: tx.gas_token,
        refundReceiver: tx.refund_receiver,
        signatures: quorate.blob(),
        additionalInfo: (tx.nonce, receipt.from, U256::from(threshold)).abi_encode_params().into(),
    };
    let expected = match flavor {
        Flavor::L1 => vec![],
        Flavor::L2 => vec![full],
    };
    assert_eq!(events::<IMultisigL2::SafeMultiSigTransaction>(receipt, safe), expected);
}
