//! What is refused before anything is sent, and by the contract as well.

use alloy::primitives::{Address, U256};
use quorate_chain::Revert;
use quorate_core::{Domain, GsCode, NotQuorate, Proposal, Rejection, SafeId, SafeTx, Signature};

use crate::{
    matrix::each_family,
    owner::{Owner, eip712},
    safe::Safe,
    world::World,
};

fn signatures(proposal: &Proposal) -> impl Iterator<Item = (Address, Signature)> {
    proposal.signatures().iter().map(|(owner, signature)| (owner, signature.clone()))
}

/// Finds that `signature`, which is not over the transaction of `proposal`, is rejected and why.
async fn is_strange(world: &World, safe: &Safe, proposal: &Proposal, signature: Signature) {
    let signer = signature.owner(proposal.hash().digest()).unwrap();
    assert!(safe.owners.iter().all(|owner| owner.address() != signer));
    let mut proposal = proposal.clone();
    proposal.sign(signature).unwrap();
    // It survives the file: only the state of the Safe tells.
    let proposal = Proposal::from_json(proposal.to_json().as_bytes()).unwrap();
    assert_eq!(safe.rejection(world, &proposal).await, Rejection::NotAnOwner { signer });
    let missing = NotQuorate::Missing { confirmed: 0, threshold: 1 };
    assert_eq!(safe.ready(world, &proposal, None).await, Err(missing));
    let said = safe.contract_says(world, proposal.tx(), signatures(&proposal)).await;
    assert_eq!(said, Err(Revert::Safe(GsCode::InvalidOwner)));
}

#[tokio::test]
async fn a_used_nonce_is_refused() {
    each_family("used nonce", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx.clone()).await;
        safe.execute_as(&world, world.payer(), &proposal).await;
        let stale = NotQuorate::Stale { nonce: U256::ZERO, next: U256::from(1) };
        assert_eq!(safe.ready(&world, &proposal, None).await, Err(stale));
        let said = safe.contract_says(&world, &tx, signatures(&proposal)).await;
        assert_eq!(said, Err(Revert::Safe(GsCode::InvalidOwner)));
    })
    .await;
}

#[tokio::test]
async fn a_future_nonce_is_refused_until_its_turn() {
    each_family("future nonce", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let target = world.address("target");
        let tx = SafeTx::call(target, U256::ZERO, vec![2].into(), U256::from(1));
        let later = safe.signed(&world, tx).await;
        let not_next = NotQuorate::NotNext { nonce: U256::from(1), next: U256::ZERO };
        assert_eq!(safe.ready(&world, &later, None).await, Err(not_next));
        let said = safe.contract_says(&world, later.tx(), signatures(&later)).await;
        assert_eq!(said, Err(Revert::Safe(GsCode::InvalidOwner)));

        safe.run(&world, safe.call(&world, target, U256::ZERO, vec![1]).await).await;
        safe.execute_as(&world, world.payer(), &later).await;
    })
    .await;
}

#[tokio::test]
async fn too_few_signatures_are_refused() {
    each_family("too few", |world, family| async move {
        let safe = Safe::create(&world, family, 3, Safe::keys(&world, 4)).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.propose(&world, tx).await;
        for count in 0..3 {
            let some = safe.gather(&proposal, &safe.owners[..count]);
            let missing = NotQuorate::Missing { confirmed: count, threshold: 3 };
            assert_eq!(safe.ready(&world, &some, None).await, Err(missing));
            let said = safe.contract_says(&world, proposal.tx(), signatures(&some)).await;
            assert_eq!(said, Err(Revert::Safe(GsCode::SignaturesTooShort)));
        }
    })
    .await;
}

#[tokio::test]
async fn the_signature_of_a_stranger_is_rejected() {
    each_family("stranger", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.propose(&world, tx).await;
        for stranger in [Owner::Key(world.key("stranger")), Owner::Personal(world.key("stranger"))] {
            is_strange(&world, &safe, &proposal, stranger.sign(proposal.hash().digest(), safe.dialect())).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_signature_over_another_chain_safe_or_nonce_is_rejected() {
    each_family("elsewhere", |world, family| async move {
        let key = world.key("owner");
        let safe = Safe::create(&world, family, 1, vec![Owner::Key(key.clone())]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.propose(&world, tx.clone()).await;
        let domain = |chain_id, address| Domain::new(SafeId::new(chain_id, address), family.version()).unwrap();
        let here = safe.id;
        let elsewhere = [
            tx.hash(&domain(here.chain_id + 1, here.address)),
            tx.hash(&domain(here.chain_id, world.address("other Safe"))),
            SafeTx { nonce: tx.nonce + U256::from(1), ..tx.clone() }.hash(&safe.domain),
            SafeTx { value: U256::from(1), ..tx.clone() }.hash(&safe.domain),
        ];
        for hash in elsewhere {
            is_strange(&world, &safe, &proposal, eip712(&key, hash.digest())).await;
        }
        // The same key over the right hash counts.
        safe.execute_as(&world, world.payer(), &safe.gather(&proposal, &safe.owners)).await;
    })
    .await;
}

#[tokio::test]
async fn a_bad_signature_does_not_spoil_good_ones() {
    each_family("spoilt", |world, family| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let stranger = Owner::Key(world.key("stranger"));
        let claim = Owner::Approver(safe.owners[0].address());
        let proposal = safe.gather(&safe.propose(&world, tx).await, [&claim, &stranger]);
        let proposal = safe.gather(&proposal, safe.signers());
        let (_, standing) = safe.standing(&world, &proposal, None).await;
        assert_eq!((standing.confirmed.len(), standing.rejected.len()), (2, 2));
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}
