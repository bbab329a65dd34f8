//! Safes that own Safes.

use alloy::{primitives::U256, sol_types::SolCall};
use quorate_chain::confirm;
use quorate_contracts::{Family, bindings::IMultisig};
use quorate_core::{Erc1271Dialect, NotQuorate, Rejection, SafeMessage, SignatureSet, SignedMessage, Version};

use crate::{
    matrix::{each, each_family},
    owner::Owner,
    safe::Safe,
    world::World,
};

/// Every outer family with every inner one.
fn pairs() -> impl Iterator<Item = (Family, Family)> {
    Family::ALL.into_iter().flat_map(|outer| Family::ALL.map(|inner| (outer, inner)))
}

/// Whether the handler of `inner` understands how `outer` asks: 1.5.0 gave up the old dialect, and everybody speaks
/// the new one.
fn understood(outer: Family, inner: Family) -> bool {
    outer.version().owner_dialect() == Erc1271Dialect::Bytes32 || inner.version() < Version::V1_5_0
}

/// A 2-of-2 of a 2-of-3 and a key.
async fn nested(world: &World, outer: Family, inner: Family) -> Safe {
    let inner = Safe::create(world, inner, 2, Safe::keys(world, 3)).await;
    let owners = vec![Owner::Safe(Box::new(inner)), Owner::Key(world.key("beside"))];
    Safe::create(world, outer, 2, owners).await
}

#[tokio::test]
async fn a_safe_signs_as_an_owner_where_its_handler_is_understood() {
    let understood = pairs().filter(|(outer, inner)| understood(*outer, *inner));
    each("nested", understood, |world, (outer, inner)| async move {
        let safe = nested(&world, outer, inner).await;
        safe.fund(&world, U256::from(9)).await;
        let receiver = world.address("receiver");
        safe.run(&world, safe.call(&world, receiver, U256::from(4), vec![]).await).await;
        assert_eq!(world.balance(receiver).await, U256::from(4));
    })
    .await;
}

#[tokio::test]
async fn a_safe_that_is_not_understood_is_rejected_before_anything_is_sent() {
    let cases: Vec<_> = pairs().filter(|(outer, inner)| !understood(*outer, *inner)).collect();
    assert_eq!(cases.len(), 4);
    each("not understood", cases, |world, (outer, inner)| async move {
        let safe = nested(&world, outer, inner).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        let inner = safe.owners[0].address();
        let (_, standing) = safe.standing(&world, &proposal, None).await;
        assert!(
            matches!(&standing.rejected[..], [(owner, Rejection::NotAccepted { .. })] if *owner == inner),
            "{standing:?}"
        );
        let missing = NotQuorate::Missing { confirmed: 1, threshold: 2 };
        assert_eq!(safe.ready(&world, &proposal, None).await, Err(missing));
        // The contract would have refused as well.
        let signatures = proposal.signatures().iter().map(|(owner, signature)| (owner, signature.clone()));
        safe.contract_says(&world, proposal.tx(), signatures).await.unwrap_err();
    })
    .await;
}

#[tokio::test]
async fn the_confirmations_of_its_owners_make_the_signature_of_a_safe() {
    let understood = pairs().filter(|(outer, inner)| understood(*outer, *inner));
    each("signed message", understood, |world, (outer, inner)| async move {
        let inner = Safe::create(&world, inner, 2, Safe::keys(&world, 3)).await;
        let state = inner.state(&world).await;
        let safe = Safe::create(&world, outer, 1, vec![Owner::Safe(Box::new(inner))]).await;
        let Owner::Safe(inner) = &safe.owners[0] else { unreachable!("made above") };
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let mut proposal = safe.propose(&world, tx).await;

        let message = SafeMessage::nested(proposal.hash().digest(), safe.dialect());
        let mut signatures = SignatureSet::new(*message.hash(&inner.domain).digest());
        for owner in inner.signers() {
            signatures.insert(owner.sign(signatures.digest(), inner.dialect())).unwrap();
        }
        let standing = confirm(world.rpc(), &state, &signatures, None).await.unwrap();
        let signed = SignedMessage::new(message, &state, standing.confirmed).unwrap();
        proposal.sign(signed.as_owner()).unwrap();
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn a_safe_approves_on_chain_in_every_combination() {
    each("inner approves", pairs(), |world, (outer, inner)| async move {
        let inner = Safe::create(&world, inner, 2, Safe::keys(&world, 3)).await;
        let owners = vec![Owner::Approver(inner.id.address), Owner::Key(world.key("beside"))];
        let safe = Safe::create(&world, outer, 2, owners).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        let missing = NotQuorate::Missing { confirmed: 1, threshold: 2 };
        assert_eq!(safe.ready(&world, &proposal, None).await, Err(missing));

        let approve = IMultisig::approveHashCall { hashToApprove: proposal.hash().hash() }.abi_encode();
        inner.run(&world, inner.call(&world, safe.id.address, U256::ZERO, approve).await).await;
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn safes_own_safes_that_own_safes() {
    each_family("three deep", |world, family| async move {
        let innermost = Safe::create(&world, family, 2, Safe::keys(&world, 2)).await;
        let middle = Safe::create(
            &world,
            family,
            2,
            vec![Owner::Safe(Box::new(innermost)), Owner::Personal(world.key("middle"))],
        )
        .await;
        let safe = Safe::create(&world, family, 1, vec![Owner::Safe(Box::new(middle))]).await;
        safe.run(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
    })
    .await;
}

#[tokio::test]
async fn too_few_signatures_of_the_inner_owners_are_rejected() {
    each_family("inner too few", |world, family| async move {
        let mut inner = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        inner.threshold = 1;
        let safe = Safe::create(&world, family, 1, vec![Owner::Safe(Box::new(inner))]).await;
        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.signed(&world, tx).await;
        let rejection = safe.rejection(&world, &proposal).await;
        assert!(matches!(rejection, Rejection::NotAccepted { .. }), "{rejection:?}");
    })
    .await;
}
