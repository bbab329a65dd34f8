//! Inner calls that fail.

use alloy::{
    primitives::{U256, utils::parse_ether},
    sol_types::{SolCall, SolError},
};
use anvil_fixtures::{
    Fixtures,
    bindings::{IGasHog, IReverter},
};
use quorate_chain::{ExecuteError, ExecutionResult, Revert};
use quorate_core::{GsCode, Operation, SafeTx};

use crate::{management::assert_inner, matrix::each_family, safe::Safe};

alloy::sol! {
    error NotEnough(uint256 given, uint256 needed);
}

/// Ways to fail, and how each is told.
fn ways(safe: &Safe) -> Vec<(Vec<u8>, Revert)> {
    let custom = IReverter::Custom { code: U256::from(7), who: safe.id.address };
    vec![
        (IReverter::withStringCall { reason: "no".into() }.abi_encode(), Revert::Message("no".into())),
        (IReverter::withCustomCall { code: U256::from(7) }.abi_encode(), Revert::decode(&custom.abi_encode())),
        (IReverter::withNothingCall {}.abi_encode(), Revert::Empty),
        (IReverter::withPanicCall { zero: U256::ZERO }.abi_encode(), Revert::Panic(0x12)),
        (IReverter::withBytesCall { data: vec![1, 2, 3].into() }.abi_encode(), Revert::Short(vec![1, 2, 3].into())),
    ]
}

/// A call that does not revert but halts, and burns all its gas.
fn halt() -> Vec<u8> {
    IReverter::withInvalidCall {}.abi_encode()
}

#[tokio::test]
async fn without_safe_tx_gas_a_failing_call_is_not_sent() {
    each_family("not sent", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        for (data, reason) in ways(&safe) {
            let tx = safe.call(&world, Fixtures::get().reverter, U256::ZERO, data).await;
            assert_inner(family, safe.refusal(&world, tx).await, &reason);
        }
    })
    .await;
}

#[tokio::test]
async fn without_safe_tx_gas_a_halting_call_is_not_sent() {
    each_family("halt not sent", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let tx = safe.call(&world, Fixtures::get().reverter, U256::ZERO, halt()).await;
        assert_inner(family, safe.refusal(&world, tx).await, &Revert::Empty);
    })
    .await;
}

#[tokio::test]
async fn without_safe_tx_gas_a_failing_delegate_call_is_not_sent() {
    each_family("delegate not sent", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        for (data, reason) in ways(&safe) {
            let tx = safe.call(&world, Fixtures::get().reverter, U256::ZERO, data).await;
            // By delegate call the account that fails is who called the Safe.
            let reason = match reason {
                Revert::Custom { .. } => {
                    let custom = IReverter::Custom { code: U256::from(7), who: world.payer().address() };
                    Revert::decode(&custom.abi_encode())
                }
                reason => reason,
            };
            let tx = SafeTx { operation: Operation::DelegateCall, ..tx };
            let error = safe.refusal(&world, tx).await;
            assert_inner(family, error, &reason);
        }
    })
    .await;
}

#[tokio::test]
async fn a_payment_of_more_than_there_is_is_not_sent() {
    each_family("too much", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        safe.fund(&world, U256::from(10)).await;
        let tx = safe.call(&world, world.address("receiver"), U256::from(11), vec![]).await;
        // Nobody says why: the call fails before it begins, so there is nothing that could be run again.
        let expected =
            if family.version().bubbles_inner_revert() { Revert::Empty } else { Revert::Safe(GsCode::InnerCallFailed) };
        let error = safe.refusal(&world, tx).await;
        assert!(matches!(&error, ExecuteError::Reverts(found) if *found == expected), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn with_safe_tx_gas_a_failing_call_uses_the_nonce() {
    each_family("nonce used", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        let ether = parse_ether("1").unwrap();
        safe.fund(&world, ether).await;
        for (data, reason) in ways(&safe).into_iter().chain([(halt(), Revert::Empty)]) {
            let tx = safe.call(&world, Fixtures::get().reverter, U256::from(5), data).await;
            let tx = SafeTx { safe_tx_gas: U256::from(100_000), ..tx };
            let outcome = safe.outcome(&world, tx).await;
            assert_eq!(outcome.result, ExecutionResult::Failed { reason: Some(reason) });
            assert_eq!(world.balance(safe.id.address).await, ether);
        }
    })
    .await;
}

#[tokio::test]
async fn with_safe_tx_gas_a_failing_delegate_call_uses_the_nonce() {
    each_family("delegate nonce used", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let data = IReverter::withStringCall { reason: "no".into() }.abi_encode();
        let tx = safe.call(&world, Fixtures::get().reverter, U256::ZERO, data).await;
        let tx = SafeTx { operation: Operation::DelegateCall, safe_tx_gas: U256::from(100_000), ..tx };
        let outcome = safe.outcome(&world, tx).await;
        assert_eq!(outcome.result, ExecutionResult::Failed { reason: Some(Revert::Message("no".into())) });
    })
    .await;
}

#[tokio::test]
async fn the_gas_that_was_promised_is_given() {
    each_family("promised gas", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let data = IGasHog::burnCall { gasToBurn: U256::from(1_000_000) }.abi_encode();
        let tx = safe.call(&world, Fixtures::get().gas_hog, U256::ZERO, data).await;
        safe.run(&world, SafeTx { safe_tx_gas: U256::from(1_100_000), ..tx }).await;
    })
    .await;
}

#[tokio::test]
async fn more_gas_than_was_promised_is_not_given_to_a_call_that_is_refunded() {
    each_family("exact gas", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        safe.fund(&world, parse_ether("1").unwrap()).await;
        let data = IGasHog::burnCall { gasToBurn: U256::from(1_000_000) }.abi_encode();
        let tx = safe.call(&world, Fixtures::get().gas_hog, U256::ZERO, data).await;
        let tx = SafeTx { safe_tx_gas: U256::from(500_000), gas_price: U256::from(1), ..tx };
        let outcome = safe.outcome(&world, tx).await;
        let ExecutionResult::Failed { reason: Some(Revert::Custom { selector, .. }) } = outcome.result else {
            panic!("{:?}", outcome.result)
        };
        assert_eq!(selector, NotEnough::SELECTOR);
        assert!(outcome.payment > U256::ZERO, "a refund is paid for failures too");
    })
    .await;
}

#[tokio::test]
async fn a_call_that_was_promised_little_gets_what_it_needs() {
    // Without a refund the contract passes on all the gas there is, so it is for the sender to bring enough. An
    // estimate of the outer transaction alone does not tell: with too little gas it succeeds, and burns the nonce.
    each_family("little promised", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let data = IGasHog::burnCall { gasToBurn: U256::from(1_000_000) }.abi_encode();
        let tx = safe.call(&world, Fixtures::get().gas_hog, U256::ZERO, data).await;
        safe.run(&world, SafeTx { safe_tx_gas: U256::from(1), ..tx }).await;
    })
    .await;
}
