//! Two who execute the same transaction, and one who waits in vain.

use std::time::Duration;

use alloy::primitives::{U256, utils::parse_ether};
use quorate_chain::{ExecuteError, ExecutionResult, Outcome, Revert, Status, execute};
use quorate_contracts::Family;
use quorate_core::GsCode;
use serde_json::json;

use crate::{matrix::each_family, safe::Safe, world::World};

/// Tells the one who came first from the other.
fn split(results: [Result<Outcome, ExecuteError>; 2]) -> (Outcome, ExecuteError) {
    match results {
        [Ok(outcome), Err(error)] | [Err(error), Ok(outcome)] => (outcome, error),
        other => panic!("exactly one executes: {other:?}"),
    }
}

#[tokio::test]
async fn of_two_who_execute_one_succeeds_and_the_other_learns_why() {
    each_family("race", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 2)).await;
        safe.fund(&world, parse_ether("1").unwrap()).await;
        let receiver = world.address("receiver");
        let proposal = safe.signed(&world, safe.call(&world, receiver, U256::from(5), vec![]).await).await;
        let quorate = safe.ready(&world, &proposal, None).await.unwrap();
        let (one, two) = (world.payer().clone(), world.sender(world.key("second")).await);

        let (one, two) = tokio::join!(execute(&one, &quorate), execute(&two, &quorate));
        let (outcome, error) = split([one, two]);
        assert_eq!(outcome.result, ExecutionResult::Success);
        match error {
            // It came too late to be sent, or too late to be mined first.
            ExecuteError::NotNext { nonce, next } => assert_eq!((nonce, next), (U256::ZERO, U256::from(1))),
            ExecuteError::Reverts(revert) => assert_eq!(revert, Revert::Safe(GsCode::InvalidOwner)),
            ExecuteError::Reverted { reason, .. } => {
                assert!(reason.is_none_or(|reason| reason == Revert::Safe(GsCode::InvalidOwner)));
            }
            error => panic!("{error:?}"),
        }
        assert_eq!(world.balance(receiver).await, U256::from(5), "it is paid once");
        assert_eq!(safe.state(&world).await.nonce, U256::from(1));
    })
    .await;
}

#[tokio::test]
async fn of_two_in_one_block_the_second_reverts() {
    let world = World::alone("one block").await;
    let safe = Safe::create(&world, Family::Quorate, 1, Safe::keys(&world, 1)).await;
    safe.fund(&world, U256::from(10)).await;
    let receiver = world.address("receiver");
    let proposal = safe.signed(&world, safe.call(&world, receiver, U256::from(5), vec![]).await).await;
    let quorate = safe.ready(&world, &proposal, None).await.unwrap();
    let (one, two) = (world.payer().clone(), world.sender(world.key("second")).await);

    // Both are sent before either is mined.
    world.control("evm_setAutomine", json!([false])).await;
    let mined = async {
        loop {
            let pool = world.control("txpool_status", json!([])).await;
            if pool["pending"] == "0x2" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        world.control("anvil_mine", json!(["0x1"])).await;
    };
    let (one, two, ()) = tokio::join!(execute(&one, &quorate), execute(&two, &quorate), mined);
    let (outcome, error) = split([one, two]);
    assert_eq!(outcome.result, ExecutionResult::Success);
    let ExecuteError::Reverted { tx_hash, block, gas_used, .. } = error else { panic!("{error:?}") };
    assert_eq!(block, outcome.block);
    let receipt = world.receipt(tx_hash).await;
    assert!(!receipt.status() && receipt.gas_used == gas_used && tx_hash != outcome.tx_hash);
    assert_eq!(world.balance(receiver).await, U256::from(5), "it is paid once");
}

#[tokio::test]
async fn what_is_not_mined_is_named_and_can_be_waited_for() {
    let world = World::alone("not mined").await;
    let safe = Safe::create(&world, Family::Quorate, 1, Safe::keys(&world, 1)).await;
    let proposal = safe.signed(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
    let quorate = safe.ready(&world, &proposal, None).await.unwrap();
    world.control("evm_setAutomine", json!([false])).await;

    let hasty = world.payer().clone().with_patience(Duration::from_millis(200));
    let error = execute(&hasty, &quorate).await.unwrap_err();
    let ExecuteError::NotMined { tx_hash, .. } = error else { panic!("{error:?}") };
    assert_eq!(safe.state(&world).await.nonce, U256::ZERO);

    world.control("anvil_mine", json!(["0x1"])).await;
    let receipt = world.payer().wait(tx_hash, Duration::from_secs(10)).await.unwrap();
    assert_eq!(receipt.status, Status::Success);
    assert_eq!(safe.state(&world).await.nonce, U256::from(1));
}
