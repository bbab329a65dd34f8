//! The kinds of signatures, and who sends.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolValue,
};
use anvil_fixtures::{ERC1271_OWNER, Fixtures};
use quorate_chain::{ExecuteError, execute};
use quorate_core::{Answer, Rejection, Signature};

use crate::{
    matrix::each_family,
    owner::{Owner, blob, eip712},
    safe::Safe,
    world::World,
};

/// Deploys a contract that signs what `name` signed.
async fn contract(world: &World, name: &str) -> Owner {
    let authority = world.key(name);
    let address = world.deploy(&ERC1271_OWNER, &authority.address().abi_encode()).await;
    Owner::Contract(address, authority)
}

#[tokio::test]
async fn every_kind_of_signature_counts_beside_every_other() {
    each_family("every kind", |world, family| async move {
        let inner = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        let approver = world.sender(world.key("approver")).await;
        let executor = world.sender(world.key("executor")).await;
        let owners = vec![
            Owner::Key(world.key("a")),
            Owner::Personal(world.key("b")),
            contract(&world, "authority").await,
            Owner::Safe(Box::new(inner)),
            Owner::Approver(approver.address()),
            Owner::Approver(executor.address()),
        ];
        let safe = Safe::create(&world, family, owners.len(), owners).await;
        safe.fund(&world, U256::from(10)).await;
        let receiver = world.address("receiver");
        let tx = safe.call(&world, receiver, U256::from(3), Bytes::new()).await;
        let proposal = safe.signed(&world, tx).await;
        safe.approve(&world, &approver, proposal.hash().hash()).await;

        let outcome = safe.execute_as(&world, &executor, &proposal).await;
        assert_eq!(world.balance(receiver).await, U256::from(3));
        assert_eq!(outcome.payment, U256::ZERO);
    })
    .await;
}

#[tokio::test]
async fn the_contract_owner_of_the_fixtures_counts() {
    each_family("fixture owner", |world, family| async move {
        let authority = anvil_fixtures::ACCOUNTS[9].key;
        let authority = alloy::signers::local::PrivateKeySigner::from_bytes(&authority).unwrap();
        let owner = Owner::Contract(Fixtures::get().erc1271_owner, authority);
        let safe = Safe::create(&world, family, 1, vec![owner]).await;
        safe.run(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
    })
    .await;
}

#[tokio::test]
async fn a_contract_owner_can_refuse() {
    each_family("contract refuses", |world, family| async move {
        let owner = contract(&world, "authority").await;
        let address = owner.address();
        let safe = Safe::create(&world, family, 1, vec![owner]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.propose(&world, tx).await;

        // By another key: the contract says no. Of another length: the contract reverts.
        let foreign = eip712(&world.key("stranger"), proposal.hash().digest()).to_bytes();
        for (data, reverts) in [(foreign, false), (vec![1; 64], true), (vec![], true)] {
            let signature = Signature::Contract { owner: address, data: data.into() };
            let mut copy = proposal.clone();
            copy.sign(signature.clone()).unwrap();
            let Rejection::NotAccepted { owner, answer } = safe.rejection(&world, &copy).await else {
                panic!("not rejected by the contract")
            };
            assert_eq!((owner, matches!(answer, Answer::Reverted(_))), (address, reverts));
            safe.contract_says(&world, copy.tx(), [(address, signature)]).await.unwrap_err();
        }
        let right = safe.gather(&proposal, &safe.owners);
        safe.execute_as(&world, world.payer(), &right).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_confirms_by_sending() {
    each_family("owner sends", |world, family| async move {
        let owner = world.sender(world.key("sending owner")).await;
        let owners = vec![Owner::Approver(owner.address()), Owner::Key(world.key("other"))];
        let safe = Safe::create(&world, family, 2, owners).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;

        // Without that owner as the sender the owner has confirmed nothing.
        let (_, standing) = safe.standing(&world, &proposal, Some(world.payer().address())).await;
        let expected = Rejection::NotApproved { owner: owner.address() };
        assert_eq!(standing.rejected, [(owner.address(), expected)]);

        let quorate = safe.ready(&world, &proposal, Some(owner.address())).await.unwrap();
        assert_eq!(quorate.executor(), Some(owner.address()));
        let error = execute(world.payer(), &quorate).await.unwrap_err();
        let payer = world.payer().address();
        assert!(
            matches!(error, ExecuteError::WrongExecutor { expected, found } if (expected, found) == (owner.address(), payer))
        );
        safe.execute_as(&world, &owner, &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_sends_may_as_well_have_signed() {
    each_family("signer sends", |world, family| async move {
        let key = world.key("owner");
        let owner = world.sender(key.clone()).await;
        let safe = Safe::create(&world, family, 1, vec![Owner::Key(key)]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        let quorate = safe.ready(&world, &proposal, Some(owner.address())).await.unwrap();
        assert_eq!(quorate.executor(), None, "a signature binds the transaction to nobody");
        safe.execute_as(&world, &owner, &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn the_bytes_are_those_that_the_contract_reads() {
    each_family("bytes", |world, family| async move {
        let inner = Safe::create(&world, family, 1, vec![Owner::Personal(world.key("inner"))]).await;
        let owners =
            vec![contract(&world, "authority").await, Owner::Safe(Box::new(inner)), Owner::Key(world.key("a"))];
        let safe = Safe::create(&world, family, 3, owners).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        let signatures: Vec<(Address, Signature)> =
            proposal.signatures().iter().map(|(owner, signature)| (owner, signature.clone())).collect();
        let quorate = safe.ready(&world, &proposal, None).await.unwrap();
        assert_eq!(quorate.blob(), blob(signatures.clone()));
        assert_eq!(safe.contract_says(&world, proposal.tx(), signatures).await, Ok(()));
    })
    .await;
}
