//! A Safe that changes itself.

use alloy::{
    primitives::{Address, U256},
    sol_types::{SolCall, SolError},
};
use anvil_fixtures::{
    Fixtures, TEST_GUARD, TEST_MODULE_GUARD,
    bindings::{IRefusingGuard, ITestModule},
};
use quorate_chain::{ExecuteError, Outcome, Revert, SendError};
use quorate_contracts::{
    Family,
    bindings::{IMultisig, v1_3_0},
    family::Events,
};
use quorate_core::{GsCode, NotQuorate, Rejection, SafeState};

use crate::{
    event::events,
    matrix::{each, each_family},
    owner::Owner,
    safe::Safe,
    world::World,
};

alloy::sol! {
    interface IGuardRecord {
        error RefusedBefore(address who);
        error RefusedAfter(bytes32 hash, bool success);

        function checksBefore() external view returns (uint256);
        function checksAfter() external view returns (uint256);
        function lastHash() external view returns (bytes32);
    }
}

/// Checks that a transaction left exactly one event of a kind, with `$argument`, where the family has it.
macro_rules! assert_event {
    ($world:expr, $safe:expr, $outcome:expr, $event:ident { $field:ident: $argument:expr }) => {{
        let receipt = $world.receipt($outcome.tx_hash).await;
        let safe = $safe.id.address;
        let found: Vec<_> = match $safe.family.events() {
            Events::Indexed => events::<IMultisig::$event>(&receipt, safe).into_iter().map(|it| it.$field).collect(),
            Events::Unindexed => {
                events::<v1_3_0::IMultisig::$event>(&receipt, safe).into_iter().map(|it| it.$field).collect()
            }
        };
        assert_eq!(found, [$argument], stringify!($event));
    }};
}

fn addresses(state: &SafeState) -> Vec<Address> {
    state.owners.iter().map(|owner| owner.address).collect()
}

/// The thresholds that a transaction says it set; no version indexes them.
async fn thresholds(world: &World, safe: &Safe, outcome: &Outcome) -> Vec<U256> {
    let receipt = world.receipt(outcome.tx_hash).await;
    events::<IMultisig::ChangedThreshold>(&receipt, safe.id.address).into_iter().map(|it| it.threshold).collect()
}

/// Runs any transaction with the signatures of `owners`.
async fn works_with(world: &World, safe: &Safe, owners: &[&Owner]) {
    let tx = safe.call(world, world.address("target"), U256::ZERO, vec![1]).await;
    let proposal = safe.gather(&safe.propose(world, tx).await, owners.iter().copied());
    safe.execute_as(world, world.payer(), &proposal).await;
}

/// Finds that the signature of `owner` does not count, now that it is none.
async fn no_longer_counts(world: &World, safe: &Safe, owner: &Owner) {
    let tx = safe.call(world, world.address("target"), U256::ZERO, vec![1]).await;
    let proposal = safe.gather(&safe.propose(world, tx).await, [owner]);
    let rejection = safe.rejection(world, &proposal).await;
    assert_eq!(rejection, Rejection::NotAnOwner { signer: owner.address() });
    let signatures = proposal.signatures().iter().map(|(owner, signature)| (owner, signature.clone()));
    let said = safe.contract_says(world, proposal.tx(), signatures).await;
    assert!(matches!(said, Err(Revert::Safe(GsCode::InvalidOwner | GsCode::SignaturesTooShort))), "{said:?}");
}

#[tokio::test]
async fn an_owner_who_is_added_counts() {
    each_family("add", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 2)).await;
        let new = Owner::Key(world.key("new"));
        let add = IMultisig::addOwnerWithThresholdCall { owner: new.address(), _threshold: U256::from(3) };
        let outcome = safe.manage(&world, add).await;
        assert_event!(world, safe, outcome, AddedOwner { owner: new.address() });
        assert_eq!(thresholds(&world, &safe, &outcome).await, [U256::from(3)]);

        let state = safe.state(&world).await;
        let [first, second] = [0, 1].map(|index| safe.owners[index].address());
        assert_eq!((addresses(&state), state.threshold), (vec![new.address(), first, second], 3));
        works_with(&world, &safe, &[&safe.owners[0], &new, &safe.owners[1]]).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_swapped_makes_room_for_another() {
    // First, middle and last in the list: each has another predecessor.
    let cases = Family::ALL.into_iter().flat_map(|family| [0, 1, 2].map(|position| (family, position)));
    each("swap", cases, |world, (family, position): (Family, usize)| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 3)).await;
        let before = safe.state(&world).await;
        let old = &safe.owners[position];
        let new = Owner::Personal(world.key("new"));
        let swap = IMultisig::swapOwnerCall {
            prevOwner: before.previous_owner(old.address()).unwrap(),
            oldOwner: old.address(),
            newOwner: new.address(),
        };
        let outcome = safe.manage(&world, swap).await;
        assert_event!(world, safe, outcome, RemovedOwner { owner: old.address() });
        assert_event!(world, safe, outcome, AddedOwner { owner: new.address() });

        let mut expected = addresses(&before);
        expected[position] = new.address();
        let state = safe.state(&world).await;
        assert_eq!((addresses(&state), state.threshold), (expected, 1));
        no_longer_counts(&world, &safe, old).await;
        works_with(&world, &safe, &[&new]).await;
    })
    .await;
}

#[tokio::test]
async fn an_owner_who_is_removed_no_longer_counts() {
    let cases = Family::ALL.into_iter().flat_map(|family| [0, 1, 2].map(|position| (family, position)));
    each("remove", cases, |world, (family, position): (Family, usize)| async move {
        let safe = Safe::create(&world, family, 2, Safe::keys(&world, 3)).await;
        let before = safe.state(&world).await;
        let old = &safe.owners[position];
        let remove = IMultisig::removeOwnerCall {
            prevOwner: before.previous_owner(old.address()).unwrap(),
            owner: old.address(),
            _threshold: U256::from(1),
        };
        let outcome = safe.manage(&world, remove).await;
        assert_event!(world, safe, outcome, RemovedOwner { owner: old.address() });
        assert_eq!(thresholds(&world, &safe, &outcome).await, [U256::from(1)]);

        let mut expected = addresses(&before);
        expected.remove(position);
        let state = safe.state(&world).await;
        assert_eq!((addresses(&state), state.threshold), (expected, 1));
        no_longer_counts(&world, &safe, old).await;
        works_with(&world, &safe, &[&safe.owners[(position + 1) % 3]]).await;
    })
    .await;
}

#[tokio::test]
async fn a_threshold_that_is_raised_asks_for_more() {
    each_family("threshold", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 3)).await;
        let outcome = safe.manage(&world, IMultisig::changeThresholdCall { _threshold: U256::from(3) }).await;
        assert_eq!(thresholds(&world, &safe, &outcome).await, [U256::from(3)]);
        assert_eq!(safe.state(&world).await.threshold, 3);

        let tx = safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await;
        let proposal = safe.gather(&safe.propose(&world, tx).await, &safe.owners[..2]);
        let missing = NotQuorate::Missing { confirmed: 2, threshold: 3 };
        assert_eq!(safe.ready(&world, &proposal, None).await, Err(missing));
        let proposal = safe.gather(&proposal, &safe.owners[2..]);
        safe.execute_as(&world, world.payer(), &proposal).await;
    })
    .await;
}

#[tokio::test]
async fn changes_that_leave_no_working_safe_are_refused() {
    each_family("bad changes", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 2)).await;
        let [one, two] = [0, 1].map(|index| safe.owners[index].address());
        let previous = one;
        let calls = [
            (IMultisig::changeThresholdCall { _threshold: U256::from(3) }.abi_encode(), GsCode::ThresholdAboveOwners),
            (IMultisig::changeThresholdCall { _threshold: U256::ZERO }.abi_encode(), GsCode::ThresholdZero),
            (
                IMultisig::addOwnerWithThresholdCall { owner: two, _threshold: U256::from(1) }.abi_encode(),
                GsCode::DuplicateOwner,
            ),
            (
                IMultisig::removeOwnerCall { prevOwner: previous, owner: two, _threshold: U256::from(2) }.abi_encode(),
                GsCode::ThresholdAboveOwners,
            ),
            (
                IMultisig::removeOwnerCall { prevOwner: two, owner: two, _threshold: U256::from(1) }.abi_encode(),
                GsCode::WrongPreviousOwner,
            ),
        ];
        for (call, expected) in calls {
            let error = safe.refusal(&world, safe.call(&world, safe.id.address, U256::ZERO, call).await).await;
            assert_inner(family, error, &Revert::Safe(expected));
        }
    })
    .await;
}

#[tokio::test]
async fn a_module_acts_while_it_is_enabled() {
    each_family("module", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        safe.fund(&world, U256::from(10)).await;
        let (module, receiver) = (Fixtures::get().module, world.address("receiver"));
        let take = ITestModule::execCall {
            safe: safe.id.address,
            to: receiver,
            value: U256::from(2),
            data: vec![].into(),
            operation: 0,
        }
        .abi_encode();
        let taken = async || world.send_as(world.payer(), module, U256::ZERO, take.clone()).await;
        let not_a_module =
            |error: SendError| assert!(matches!(error, SendError::Reverts(Revert::Safe(GsCode::NotAModule))));
        not_a_module(taken().await.unwrap_err());

        let outcome = safe.manage(&world, IMultisig::enableModuleCall { module }).await;
        assert_event!(world, safe, outcome, EnabledModule { module: module });
        let state = safe.state(&world).await;
        assert_eq!(state.modules.iter().map(|it| it.address).collect::<Vec<_>>(), [module]);
        assert!(state.modules[0].is_contract());
        taken().await.unwrap();
        assert_eq!(world.balance(receiver).await, U256::from(2));
        assert_eq!(safe.state(&world).await.nonce, U256::from(1), "a module uses no nonce");

        let previous = state.previous_module(module).unwrap();
        let disable = IMultisig::disableModuleCall { prevModule: previous, module };
        let outcome = safe.manage(&world, disable).await;
        assert_event!(world, safe, outcome, DisabledModule { module: module });
        assert!(safe.state(&world).await.modules.is_empty());
        not_a_module(taken().await.unwrap_err());
        assert_eq!(world.balance(receiver).await, U256::from(2));
    })
    .await;
}

#[tokio::test]
async fn a_guard_is_asked_until_it_is_removed() {
    each_family("guard", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let guard = world.deploy(&TEST_GUARD, &[]).await;
        let outcome = safe.manage(&world, IMultisig::setGuardCall { guard }).await;
        assert_event!(world, safe, outcome, ChangedGuard { guard: guard });
        assert_eq!(safe.state(&world).await.guard.map(|it| it.address), Some(guard));

        let target = world.address("target");
        let proposal = safe.signed(&world, safe.call(&world, target, U256::ZERO, vec![1]).await).await;
        safe.execute_as(&world, world.payer(), &proposal).await;
        let asked = (
            world.ask(guard, IGuardRecord::checksBeforeCall {}).await,
            world.ask(guard, IGuardRecord::checksAfterCall {}).await,
        );
        assert_eq!(asked, (U256::from(1), U256::from(1)));
        assert_eq!(world.ask(guard, IGuardRecord::lastHashCall {}).await, proposal.hash().hash());

        // It refuses before or after; either way nothing is sent, and the reason is the guard's.
        for (before, expected) in
            [(true, IGuardRecord::RefusedBefore::SELECTOR), (false, IGuardRecord::RefusedAfter::SELECTOR)]
        {
            let refuse = IRefusingGuard::refuseCall { before, afterwards: !before };
            world.send(guard, U256::ZERO, refuse.abi_encode()).await;
            let error = safe.refusal(&world, safe.call(&world, target, U256::ZERO, vec![1]).await).await;
            assert!(
                matches!(&error, ExecuteError::Reverts(Revert::Custom { selector, .. }) if *selector == expected),
                "{error}"
            );
        }

        let relent = IRefusingGuard::refuseCall { before: false, afterwards: false };
        world.send(guard, U256::ZERO, relent.abi_encode()).await;
        let outcome = safe.manage(&world, IMultisig::setGuardCall { guard: Address::ZERO }).await;
        assert_event!(world, safe, outcome, ChangedGuard { guard: Address::ZERO });
        assert_eq!(safe.state(&world).await.guard, None);
        let refuse = IRefusingGuard::refuseCall { before: true, afterwards: true };
        world.send(guard, U256::ZERO, refuse.abi_encode()).await;
        works_with(&world, &safe, &[&safe.owners[0]]).await;
    })
    .await;
}

#[tokio::test]
async fn a_contract_that_is_no_guard_cannot_be_set_as_one() {
    // 1.3.0 does not ask.
    each("no guard", [Family::Quorate, Family::V1_5_0, Family::V1_4_1], |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let call = IMultisig::setGuardCall { guard: Fixtures::get().nft }.abi_encode();
        let error = safe.refusal(&world, safe.call(&world, safe.id.address, U256::ZERO, call).await).await;
        assert_inner(family, error, &Revert::Safe(GsCode::NotAGuard));
    })
    .await;
}

#[tokio::test]
async fn a_module_guard_is_asked_until_it_is_removed() {
    let families = Family::ALL.into_iter().filter(|family| family.version().has_module_guard());
    each("module guard", families, |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let guard = world.deploy(&TEST_MODULE_GUARD, &[]).await;
        let module = Fixtures::get().module;
        safe.manage(&world, IMultisig::enableModuleCall { module }).await;
        let outcome = safe.manage(&world, IMultisig::setModuleGuardCall { moduleGuard: guard }).await;
        let receipt = world.receipt(outcome.tx_hash).await;
        let told = IMultisig::ChangedModuleGuard { moduleGuard: guard };
        assert_eq!(events::<IMultisig::ChangedModuleGuard>(&receipt, safe.id.address), [told]);
        assert_eq!(safe.state(&world).await.module_guard.map(|it| it.address), Some(guard));

        let call = ITestModule::execCall {
            safe: safe.id.address,
            to: world.address("target"),
            value: U256::ZERO,
            data: vec![1].into(),
            operation: 0,
        }
        .abi_encode();
        world.send(module, U256::ZERO, call.clone()).await;
        assert_eq!(world.ask(guard, IGuardRecord::checksAfterCall {}).await, U256::from(1));
        let refuse = IRefusingGuard::refuseCall { before: true, afterwards: false };
        world.send(guard, U256::ZERO, refuse.abi_encode()).await;
        let refused = IGuardRecord::RefusedBefore::SELECTOR;
        let error = world.send_as(world.payer(), module, U256::ZERO, call.clone()).await.unwrap_err();
        assert!(matches!(error, SendError::Reverts(Revert::Custom { selector, .. }) if selector == refused));

        // The owners' own transactions do not pass through it.
        safe.manage(&world, IMultisig::setModuleGuardCall { moduleGuard: Address::ZERO }).await;
        assert_eq!(safe.state(&world).await.module_guard, None);
        world.send(module, U256::ZERO, call).await;
    })
    .await;
}

#[tokio::test]
async fn the_fallback_handler_changes() {
    each_family("handler", |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let outcome = safe.manage(&world, IMultisig::setFallbackHandlerCall { handler: Address::ZERO }).await;
        assert_event!(world, safe, outcome, ChangedFallbackHandler { handler: Address::ZERO });
        assert_eq!(safe.state(&world).await.fallback_handler, None);
    })
    .await;
}

/// Checks that an inner call would fail for `reason`: the newer contracts say so, the older ones say `GS013`.
pub(crate) fn assert_inner(family: Family, error: ExecuteError, reason: &Revert) {
    match error {
        ExecuteError::Reverts(found) if family.version().bubbles_inner_revert() => assert_eq!(found, *reason),
        ExecuteError::InnerReverts { reason: found } if !family.version().bubbles_inner_revert() => {
            assert_eq!(found, *reason);
        }
        error => panic!("{family}: {error:?}, and not {reason:?}"),
    }
}
