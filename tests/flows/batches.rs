//! Many calls in one transaction.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolError},
};
use anvil_fixtures::{Fixtures, bindings::IMintable};
use quorate_chain::{Handler, Revert};
use quorate_contracts::{Deployments, Family, Flavor, bindings::IERC20};
use quorate_core::{BatchCall, Operation, SafeTx, encode_multi_send};

use crate::{
    management::assert_inner,
    matrix::{each, each_family},
    safe::Safe,
    world::World,
};

alloy::sol! {
    error InsufficientBalance(uint256 balance, uint256 needed);
}

fn call(to: Address, value: U256, data: Vec<u8>) -> BatchCall {
    BatchCall { operation: Operation::Call, to, value, data: data.into() }
}

fn transfer(token: Address, to: Address, value: U256) -> BatchCall {
    call(token, U256::ZERO, IERC20::transferCall { to, value }.abi_encode())
}

/// Makes the Safe run a batch by the family's own contract for calls only.
async fn batch(world: &World, safe: &Safe, calls: &[BatchCall]) -> SafeTx {
    let contract = Deployments::of(safe.family).multi_send_call_only().address;
    let tx = safe.call(world, contract, U256::ZERO, encode_multi_send(calls)).await;
    SafeTx { operation: Operation::DelegateCall, ..tx }
}

/// Gives the Safe tokens that anybody can mint.
async fn mint(world: &World, safe: &Safe, token: Address, amount: U256) {
    let mint = IMintable::mintCall { to: safe.id.address, amountOrId: amount };
    world.send(token, U256::ZERO, mint.abi_encode()).await;
}

#[tokio::test]
async fn a_batch_pays_ether_and_tokens_at_once() {
    let cases = Family::ALL.into_iter().flat_map(|family| Flavor::ALL.map(|flavor| (family, flavor)));
    each("batch", cases, |world, (family, flavor)| async move {
        let owners = Safe::keys(&world, 3);
        let safe = Safe::create_with(&world, family, flavor, Handler::OfFamily, 2, owners).await;
        let Fixtures { token, no_return_token, .. } = *Fixtures::get();
        safe.fund(&world, U256::from(100)).await;
        mint(&world, &safe, token, U256::from(200)).await;
        mint(&world, &safe, no_return_token, U256::from(300)).await;

        let receiver = world.address("receiver");
        let calls = [
            call(receiver, U256::from(1), vec![]),
            transfer(token, receiver, U256::from(2)),
            transfer(no_return_token, receiver, U256::from(3)),
            call(receiver, U256::from(4), vec![]),
        ];
        safe.run(&world, batch(&world, &safe, &calls).await).await;
        assert_eq!(world.balance(receiver).await, U256::from(5));
        assert_eq!(world.tokens(token, receiver).await, U256::from(2));
        assert_eq!(world.tokens(no_return_token, receiver).await, U256::from(3));
        assert_eq!(world.balance(safe.id.address).await, U256::from(95));
        assert_eq!(world.tokens(token, safe.id.address).await, U256::from(198));
        assert_eq!(world.tokens(no_return_token, safe.id.address).await, U256::from(297));
    })
    .await;
}

#[tokio::test]
async fn a_batch_runs_as_a_whole_or_not_at_all() {
    each_family("batch fails", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        safe.fund(&world, U256::from(100)).await;
        let (token, receiver) = (Fixtures::get().token, world.address("receiver"));
        let calls = [call(receiver, U256::from(1), vec![]), transfer(token, receiver, U256::from(2))];
        let error = safe.refusal(&world, batch(&world, &safe, &calls).await).await;
        // Older batch contracts do not pass the reason on.
        let needed = InsufficientBalance { balance: U256::ZERO, needed: U256::from(2) };
        let reason =
            if family.version().bubbles_inner_revert() { Revert::decode(&needed.abi_encode()) } else { Revert::Empty };
        assert_inner(family, error, &reason);
        assert_eq!(world.balance(receiver).await, U256::ZERO);
    })
    .await;
}

#[tokio::test]
async fn a_batch_of_calls_runs_no_delegate_call() {
    each_family("batch delegates", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let target = Fixtures::get().delegate_target;
        let delegate = BatchCall { operation: Operation::DelegateCall, to: target, ..BatchCall::default() };
        let error = safe.refusal(&world, batch(&world, &safe, &[delegate]).await).await;
        assert_inner(family, error, &Revert::Empty);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_says_false_does_not_stop_the_transaction() {
    each_family("false token", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let (token, receiver) = (Fixtures::get().false_token, world.address("receiver"));
        mint(&world, &safe, token, U256::from(10)).await;
        // The Safe does not read what a call returns: the second payment fails in silence.
        for (amount, arrived) in [(7, 7), (7, 7), (3, 10)] {
            let transfer = IERC20::transferCall { to: receiver, value: U256::from(amount) }.abi_encode();
            safe.run(&world, safe.call(&world, token, U256::ZERO, transfer).await).await;
            assert_eq!(world.tokens(token, receiver).await, U256::from(arrived));
            assert_eq!(world.tokens(token, safe.id.address).await, U256::from(10 - arrived));
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_that_takes_a_fee_delivers_less() {
    each_family("fee token", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let (token, receiver) = (Fixtures::get().fee_token, world.address("receiver"));
        mint(&world, &safe, token, U256::from(5000)).await;
        let transfer = IERC20::transferCall { to: receiver, value: U256::from(1000) }.abi_encode();
        safe.run(&world, safe.call(&world, token, U256::ZERO, transfer).await).await;
        assert_eq!(world.tokens(token, receiver).await, U256::from(990));
        assert_eq!(world.tokens(token, safe.id.address).await, U256::from(4000));
    })
    .await;
}
