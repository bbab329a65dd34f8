//! Hashes that owners approve on chain.

use alloy::{
    primitives::U256,
    sol_types::{SolCall, SolValue},
};
use anvil_fixtures::{ERC1271_OWNER, bindings::IErc1271Owner};
use quorate_chain::{Revert, SendError};
use quorate_contracts::bindings::IMultisig;
use quorate_core::{GsCode, Rejection};

use crate::{event::events, matrix::each_family, owner::Owner, safe::Safe};

#[tokio::test]
async fn an_approval_counts_once_it_is_on_chain() {
    each_family("approval", |world, family| async move {
        let approver = world.sender(world.key("approver")).await;
        let owner = approver.address();
        let safe = Safe::create(&world, family, 1, vec![Owner::Approver(owner)]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;

        assert_eq!(safe.rejection(&world, &proposal).await, Rejection::NotApproved { owner });
        let signatures = [(owner, proposal.signatures().get(owner).unwrap().clone())];
        let said = safe.contract_says(&world, proposal.tx(), signatures).await;
        assert_eq!(said, Err(Revert::Safe(GsCode::HashNotApproved)));

        let hash = proposal.hash().hash();
        let approve = IMultisig::approveHashCall { hashToApprove: hash }.abi_encode();
        let sent = world.send_as(&approver, safe.id.address, U256::ZERO, approve).await.unwrap();
        let receipt = world.receipt(sent.tx_hash).await;
        let told = IMultisig::ApproveHash { approvedHash: hash, owner };
        assert_eq!(events::<IMultisig::ApproveHash>(&receipt, safe.id.address), [told]);

        safe.execute_as(&world, world.payer(), &proposal).await;
        // It is not used up; the nonce is.
        let approved = IMultisig::approvedHashesCall { owner, hash };
        assert_eq!(world.ask(safe.id.address, approved).await, U256::from(1));
    })
    .await;
}

#[tokio::test]
async fn a_contract_owner_approves_on_chain() {
    each_family("contract approves", |world, family| async move {
        let authority = world.sender(world.key("authority")).await;
        let contract = world.deploy(&ERC1271_OWNER, &authority.address().abi_encode()).await;
        let safe = Safe::create(&world, family, 1, vec![Owner::Approver(contract)]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        assert_eq!(safe.rejection(&world, &proposal).await, Rejection::NotApproved { owner: contract });

        let data = IMultisig::approveHashCall { hashToApprove: proposal.hash().hash() }.abi_encode().into();
        let forward = IErc1271Owner::forwardCall { to: safe.id.address, data }.abi_encode();
        world.send_as(&authority, contract, U256::ZERO, forward).await.unwrap();
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn an_approval_of_another_transaction_does_not_count() {
    each_family("other approval", |world, family| async move {
        let approver = world.sender(world.key("approver")).await;
        let owner = approver.address();
        let safe = Safe::create(&world, family, 1, vec![Owner::Approver(owner)]).await;
        let [one, two] = [1, 2].map(|byte| (world.address("target"), vec![byte]));
        let one = safe.signed(&world, safe.call(&world, one.0, U256::ZERO, one.1).await).await;
        let two = safe.signed(&world, safe.call(&world, two.0, U256::ZERO, two.1).await).await;
        safe.approve(&world, &approver, one.hash().hash()).await;
        assert_eq!(safe.rejection(&world, &two).await, Rejection::NotApproved { owner });
        safe.execute_as(&world, world.payer(), &one).await;
    })
    .await;
}

#[tokio::test]
async fn a_stranger_cannot_approve() {
    each_family("stranger approves", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.propose(&world, tx).await;
        let approve = IMultisig::approveHashCall { hashToApprove: proposal.hash().hash() }.abi_encode();
        let error = world.send_as(world.payer(), safe.id.address, U256::ZERO, approve).await.unwrap_err();
        assert!(matches!(error, SendError::Reverts(Revert::Safe(GsCode::OnlyOwnersApprove))), "{error}");

        let signer = world.payer().address();
        let proposal = safe.gather(&proposal, [&Owner::Approver(signer)]);
        assert_eq!(safe.rejection(&world, &proposal).await, Rejection::NotAnOwner { signer });
    })
    .await;
}
