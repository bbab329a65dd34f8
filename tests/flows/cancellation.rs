//! Cancelling what was signed.

use alloy::primitives::{U256, utils::parse_ether};
use quorate_chain::{ExecuteError, Revert, execute};
use quorate_core::{GsCode, NotQuorate, SafeTx};

use crate::{matrix::each_family, safe::Safe};

#[tokio::test]
async fn a_cancelled_transaction_can_never_run() {
    each_family("cancel", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        safe.fund(&world, parse_ether("1").unwrap()).await;
        let receiver = world.address("receiver");
        let unwanted = safe.signed(&world, safe.call(&world, receiver, U256::from(5), vec![]).await).await;
        let ready = safe.ready(&world, &unwanted, None).await.unwrap();

        let outcome = safe.run(&world, SafeTx::cancellation(safe.id.address, unwanted.tx().nonce)).await;
        assert_eq!(outcome.payment, U256::ZERO);
        let state = safe.state(&world).await;
        assert_eq!((state.nonce, state.balance), (U256::from(1), parse_ether("1").unwrap()));

        let stale = NotQuorate::Stale { nonce: U256::ZERO, next: U256::from(1) };
        assert_eq!(safe.ready(&world, &unwanted, None).await, Err(stale));
        // Neither can what was found to be ready before.
        let error = execute(world.payer(), &ready).await.unwrap_err();
        assert!(
            matches!(error, ExecuteError::NotNext { nonce, next } if (nonce, next) == (U256::ZERO, U256::from(1))),
            "{error}"
        );
        let signatures = unwanted.signatures().iter().map(|(owner, signature)| (owner, signature.clone()));
        let said = safe.contract_says(&world, unwanted.tx(), signatures).await;
        assert_eq!(said, Err(Revert::Safe(GsCode::InvalidOwner)));
        assert_eq!(world.balance(receiver).await, U256::ZERO);
    })
    .await;
}
