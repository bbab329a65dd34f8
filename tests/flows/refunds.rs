//! Safes that pay for their execution.

use alloy::{
    primitives::{Address, U256, utils::parse_ether},
    sol_types::SolCall,
};
use anvil_fixtures::{
    Fixtures,
    bindings::{IMintable, IReverter},
};
use quorate_chain::{ExecuteError, ExecutionResult, Revert};
use quorate_contracts::Family;
use quorate_core::{GsCode, SafeTx};

use crate::{matrix::each_family, safe::Safe, world::World};

const SAFE_TX_GAS: u64 = 50_000;
const BASE_GAS: u64 = 60_000;

/// A 1-of-1 with one ETH.
async fn rich(world: &World, family: Family) -> Safe {
    let safe = Safe::create(world, family, 1, Safe::keys(world, 1)).await;
    safe.fund(world, parse_ether("1").unwrap()).await;
    safe
}

/// A payment of one wei that costs the Safe `gas_price` of `gas_token` for a unit of gas.
async fn refunded(world: &World, safe: &Safe, gas_price: u64, gas_token: Address, receiver: Address) -> SafeTx {
    SafeTx {
        safe_tx_gas: U256::from(SAFE_TX_GAS),
        base_gas: U256::from(BASE_GAS),
        gas_price: U256::from(gas_price),
        gas_token,
        refund_receiver: receiver,
        ..safe.call(world, world.address("receiver"), U256::from(1), vec![]).await
    }
}

/// Checks that a payment is for the base gas, and for no more than the promised gas beside it.
fn assert_bounded(payment: U256, gas_price: u64) {
    let price = U256::from(gas_price);
    assert!(payment > U256::from(BASE_GAS) * price, "{payment}");
    // What the Safe counts includes a little of its own work around the call.
    assert!(payment <= U256::from(BASE_GAS + SAFE_TX_GAS + 10_000) * price, "{payment}");
}

#[tokio::test]
async fn a_refund_goes_to_who_is_named() {
    each_family("named refund", |world, family| async move {
        let safe = rich(&world, family).await;
        let receiver = world.address("refunded");
        let outcome = safe.run(&world, refunded(&world, &safe, 3, Address::ZERO, receiver).await).await;
        assert_bounded(outcome.payment, 3);
        assert_eq!(world.balance(receiver).await, outcome.payment);
        let left = parse_ether("1").unwrap() - outcome.payment - U256::from(1);
        assert_eq!(world.balance(safe.id.address).await, left);
    })
    .await;
}

#[tokio::test]
async fn a_refund_goes_to_who_sends() {
    each_family("sender refund", |world, family| async move {
        let safe = rich(&world, family).await;
        let payer = world.payer().address();
        let proposal = safe.signed(&world, refunded(&world, &safe, 3, Address::ZERO, Address::ZERO).await).await;
        let before = world.balance(payer).await;
        let outcome = safe.execute_as(&world, world.payer(), &proposal).await;
        let receipt = world.receipt(outcome.tx_hash).await;
        let fee = U256::from(receipt.gas_used) * U256::from(receipt.effective_gas_price);
        assert_bounded(outcome.payment, 3);
        assert_eq!(world.balance(payer).await, before - fee + outcome.payment);
    })
    .await;
}

#[tokio::test]
async fn a_refund_is_paid_in_a_token() {
    each_family("token refund", |world, family| async move {
        // One token returns true, the other nothing: both are paid.
        let safe = rich(&world, family).await;
        let Fixtures { token, no_return_token, .. } = *Fixtures::get();
        for (token, name) in [(token, "true"), (no_return_token, "nothing")] {
            let mint = IMintable::mintCall { to: safe.id.address, amountOrId: U256::from(10_000_000) };
            world.send(token, U256::ZERO, mint.abi_encode()).await;
            let receiver = world.address(name);
            let outcome = safe.run(&world, refunded(&world, &safe, 2, token, receiver).await).await;
            assert_bounded(outcome.payment, 2);
            assert_eq!(world.tokens(token, receiver).await, outcome.payment);
            let left = U256::from(10_000_000) - outcome.payment;
            assert_eq!(world.tokens(token, safe.id.address).await, left);
        }
    })
    .await;
}

#[tokio::test]
async fn a_refund_is_paid_for_a_failure_too() {
    each_family("failed refund", |world, family| async move {
        let safe = rich(&world, family).await;
        let receiver = world.address("refunded");
        let tx = SafeTx {
            to: Fixtures::get().reverter,
            data: IReverter::withStringCall { reason: "no".into() }.abi_encode().into(),
            ..refunded(&world, &safe, 3, Address::ZERO, receiver).await
        };
        let outcome = safe.outcome(&world, tx).await;
        assert_eq!(outcome.result, ExecutionResult::Failed { reason: Some(Revert::Message("no".into())) });
        assert_bounded(outcome.payment, 3);
        assert_eq!(world.balance(receiver).await, outcome.payment);
        assert_eq!(world.balance(safe.id.address).await, parse_ether("1").unwrap() - outcome.payment);
    })
    .await;
}

#[tokio::test]
async fn a_token_refund_that_cannot_be_paid_stops_the_transaction() {
    each_family("unpaid token", |world, family| async move {
        let safe = rich(&world, family).await;
        let receiver = world.address("refunded");
        // One token reverts, the other returns false.
        for token in [Fixtures::get().token, Fixtures::get().false_token] {
            let error = safe.refusal(&world, refunded(&world, &safe, 2, token, receiver).await).await;
            assert!(matches!(error, ExecuteError::Reverts(Revert::Safe(GsCode::TokenRefundFailed))), "{error:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_ether_refund_that_cannot_be_paid_stops_the_transaction() {
    each_family("unpaid ether", |world, family| async move {
        let safe = rich(&world, family).await;
        let receiver = world.address("refunded");
        // All the ETH goes out in the call, and none is left for the refund.
        let all = safe.state(&world).await.balance;
        let tx = SafeTx { value: all, ..refunded(&world, &safe, 2, Address::ZERO, receiver).await };
        let error = safe.refusal(&world, tx).await;
        assert!(matches!(error, ExecuteError::Reverts(Revert::Safe(GsCode::NativeRefundFailed))), "{error:?}");
    })
    .await;
}
