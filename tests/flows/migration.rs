//! Safes with a history move to Quorate's contracts and back to Safe's, and every slot that they ever touched is compared.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, U256, keccak256, utils::parse_ether},
    sol_types::{SolCall, SolValue},
};
use anvil_fixtures::{
    Fixtures, TEST_GUARD, TEST_MODULE_GUARD,
    bindings::{IRefusingGuard, ITestModule},
};
use quorate_chain::{Handler, MigrationError, ReadError, check_migration};
use quorate_contracts::{
    Deployments, Family, Flavor, HandlerMove, Kind, Migration,
    bindings::{IERC1271, IMultisig, ISignMessageLib},
};
use quorate_core::{Domain, Operation, SafeTx};
use serde_json::json;

use crate::{matrix::each, owner::Owner, safe::Safe, world::World};

/// keccak256("fallback_manager.handler.address"), where a Safe keeps its handler.
const HANDLER_SLOT: &str = "fallback_manager.handler.address";

/// A way there and back: the contracts that the Safe is made with, its flavour, what becomes of its handler, and the
/// contracts that it ends up with.
type Case = (Family, Flavor, HandlerMove, Family);

/// To where each family's Safes go back: where they came from, and by Safe's own migration to the other releases.
fn cases() -> Vec<Case> {
    let ways = [
        (Family::V1_3_0, [Family::V1_3_0, Family::V1_4_1, Family::V1_5_0].as_slice()),
        (Family::V1_4_1, &[Family::V1_4_1, Family::V1_5_0]),
        (Family::V1_5_0, &[Family::V1_4_1, Family::V1_5_0]),
    ];
    let mut cases = Vec::new();
    for (from, backs) in ways {
        for back in backs {
            for flavor in Flavor::ALL {
                for handler in [HandlerMove::Kept, HandlerMove::Replaced] {
                    cases.push((from, flavor, handler, *back));
                }
            }
        }
    }
    cases
}

/// A Safe whose slots are all in use.
async fn with_history(world: &World, family: Family, flavor: Flavor) -> Safe {
    let owners = Safe::keys(world, 3);
    let mut safe = Safe::create_with(world, family, flavor, Handler::OfFamily, 2, owners).await;
    safe.fund(world, parse_ether("1").unwrap()).await;

    let new = Owner::Key(world.key("added"));
    let add = IMultisig::addOwnerWithThresholdCall { owner: new.address(), _threshold: U256::from(2) };
    safe.manage(world, add).await;
    safe.owners.insert(0, new);
    let swapped = Owner::Personal(world.key("swapped"));
    let swap = IMultisig::swapOwnerCall {
        prevOwner: safe.owners[0].address(),
        oldOwner: safe.owners[1].address(),
        newOwner: swapped.address(),
    };
    safe.manage(world, swap).await;
    safe.owners[1] = swapped;
    let remove = IMultisig::removeOwnerCall {
        prevOwner: safe.owners[0].address(),
        owner: safe.owners[1].address(),
        _threshold: U256::from(2),
    };
    safe.manage(world, remove).await;
    safe.owners.remove(1);

    let module = Fixtures::get().module;
    safe.manage(world, IMultisig::enableModuleCall { module }).await;
    act_by_module(world, &safe).await;
    let guard = world.deploy(&TEST_GUARD, &[]).await;
    safe.manage(world, IMultisig::setGuardCall { guard }).await;
    if family.version().has_module_guard() {
        let guard = world.deploy(&TEST_MODULE_GUARD, &[]).await;
        safe.manage(world, IMultisig::setModuleGuardCall { moduleGuard: guard }).await;
        act_by_module(world, &safe).await;
    }

    // 1.3.0's library is not on npm as it was deployed; what it writes is the same.
    let library = if family == Family::V1_3_0 { Family::Quorate } else { family };
    let library = Deployments::of(library).get(Kind::SignMessageLib).unwrap().address;
    let sign = ISignMessageLib::signMessageCall { _data: message(world).abi_encode().into() }.abi_encode();
    let call = safe.call(world, library, U256::ZERO, sign).await;
    safe.run(world, SafeTx { operation: Operation::DelegateCall, ..call }).await;
    let approver = world.sender(world.key("added")).await;
    safe.approve(world, &approver, world.number("approved").into()).await;
    expect_promises(world, &safe).await;
    safe
}

/// What the Safe signs on chain.
fn message(world: &World) -> B256 {
    world.number("message").into()
}

/// What was signed and approved on chain still is, by whatever code answers.
async fn expect_promises(world: &World, safe: &Safe) {
    let call = IERC1271::isValidSignatureCall { hash: message(world), signature: vec![].into() };
    assert_eq!(world.ask(safe.id.address, call).await, IERC1271::isValidSignatureCall::SELECTOR);
    let call = IMultisig::approvedHashesCall { owner: safe.owners[0].address(), hash: world.number("approved").into() };
    assert_eq!(world.ask(safe.id.address, call).await, U256::from(1));
}

async fn act_by_module(world: &World, safe: &Safe) {
    let call = ITestModule::execCall {
        safe: safe.id.address,
        to: world.address("by a module"),
        value: U256::from(1),
        data: vec![].into(),
        operation: 0,
    };
    let before = world.balance(world.address("by a module")).await;
    world.send(Fixtures::get().module, U256::ZERO, call.abi_encode()).await;
    assert_eq!(world.balance(world.address("by a module")).await, before + U256::from(1));
}

async fn pay(world: &World, safe: &Safe, name: &str) {
    let call = safe.call(world, world.address(name), U256::from(7), vec![]).await;
    safe.run(world, call).await;
    assert_eq!(world.balance(world.address(name)).await, U256::from(7));
}

/// Every slot that the Safe read or wrote in any transaction in which it said something, and what is in it now.
async fn slots(world: &World, safe: &Safe) -> BTreeMap<B256, B256> {
    let address = safe.id.address;
    let logs = world.control("eth_getLogs", json!([{ "address": address, "fromBlock": "0x0" }])).await;
    let transactions: BTreeSet<_> =
        logs.as_array().unwrap().iter().map(|log| log["transactionHash"].as_str().unwrap().to_owned()).collect();
    let mut touched = BTreeSet::new();
    for hash in transactions {
        let trace = world.control("debug_traceTransaction", json!([hash, { "tracer": "prestateTracer" }])).await;
        for (account, state) in trace.as_object().unwrap() {
            if account.parse::<Address>().unwrap() == address
                && let Some(storage) = state["storage"].as_object()
            {
                touched.extend(storage.keys().map(|slot| slot.parse::<B256>().unwrap()));
            }
        }
    }
    let mut slots = BTreeMap::new();
    for slot in touched {
        let value = world.control("eth_getStorageAt", json!([address, slot, "latest"])).await;
        slots.insert(slot, value.as_str().unwrap().parse().unwrap());
    }
    slots
}

/// Moves a Safe, and compares every slot.
async fn migrate(world: &World, safe: Safe, to: Family, flavor: Flavor, handler: HandlerMove) -> Safe {
    let target = Deployments::of(to);
    let migration = Migration::to(target, flavor, handler);
    let planned = check_migration(world.rpc(), safe.id, migration).await.unwrap();
    assert_eq!((planned.from.family, planned.from.flavor()), (safe.family, Some(safe.flavor)));
    assert!(!planned.is_done() && planned.loses_handler().is_none());

    let before = slots(world, &safe).await;
    let nonce = planned.before.nonce;
    let outcome = safe.run(world, migration.transaction(nonce)).await;
    let after = planned.verify(world.rpc(), &outcome).await.unwrap();
    assert_eq!((after.version, after.nonce), (to.version(), nonce + U256::from(1)));

    let slot = |number: u64| B256::from(U256::from(number));
    let mut expected = before.clone();
    expected.insert(slot(0), migration.singleton().address.into_word());
    expected.insert(slot(5), (nonce + U256::from(1)).into());
    if let Some(handler) = planned.handler_after() {
        expected.insert(keccak256(HANDLER_SLOT), handler.into_word());
    }
    assert_eq!(slots(world, &safe).await, expected);
    assert!(expected.len() > 15, "{} slots are few for such a history", expected.len());

    let domain = Domain::new(safe.id, to.version()).unwrap();
    assert_eq!(domain.separator(), safe.domain.separator());
    Safe { family: to, flavor, domain, ..safe }
}

#[tokio::test]
async fn a_safe_moves_to_quorate_and_back_with_everything_it_has() {
    each("migration", cases(), |world, (from, flavor, handler, back): Case| async move {
        let safe = with_history(&world, from, flavor).await;
        let first = slots(&world, &safe).await;

        let safe = migrate(&world, safe, Family::Quorate, flavor, handler).await;
        pay(&world, &safe, "with the new code").await;
        act_by_module(&world, &safe).await;
        expect_promises(&world, &safe).await;

        let safe = migrate(&world, safe, back, flavor, handler).await;
        pay(&world, &safe, "with the old code").await;
        act_by_module(&world, &safe).await;
        expect_promises(&world, &safe).await;

        // What is different in the end is what was meant to be.
        let changed = |slot: &B256| {
            let [singleton, nonce] = [0, 5].map(|number: u64| B256::from(U256::from(number)));
            let to_others = back != from && (*slot == singleton || *slot == keccak256(HANDLER_SLOT));
            *slot == nonce || to_others
        };
        let last = slots(&world, &safe).await;
        for (slot, value) in &first {
            assert!(changed(slot) || last[slot] == *value, "{slot}");
        }
        for slot in last.keys().filter(|slot| !first.contains_key(*slot)) {
            assert_eq!(last[slot], B256::ZERO, "{slot} is new");
        }
    })
    .await;
}

#[tokio::test]
async fn a_guard_is_asked_about_a_migration_and_may_refuse_it() {
    each("guarded migration", [Family::V1_3_0, Family::V1_5_0], |world, family| async move {
        let safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        let guard = world.deploy(&TEST_GUARD, &[]).await;
        safe.manage(&world, IMultisig::setGuardCall { guard }).await;
        let refuse = IRefusingGuard::refuseCall { before: true, afterwards: false };
        world.send(guard, U256::ZERO, refuse.abi_encode()).await;
        let migration = Migration::to(Deployments::of(Family::Quorate), Flavor::L2, HandlerMove::Replaced);
        safe.refusal(&world, migration.transaction(U256::from(1))).await;
        let relent = IRefusingGuard::refuseCall { before: false, afterwards: false };
        world.send(guard, U256::ZERO, relent.abi_encode()).await;
        let safe = migrate_plain(&world, safe, migration).await;
        assert_eq!(safe.state(&world).await.guard.map(|it| it.address), Some(guard));
    })
    .await;
}

async fn migrate_plain(world: &World, safe: Safe, migration: Migration) -> Safe {
    let planned = check_migration(world.rpc(), safe.id, migration).await.unwrap();
    let outcome = safe.run(world, migration.transaction(planned.before.nonce)).await;
    planned.verify(world.rpc(), &outcome).await.unwrap();
    let family = migration.target.family;
    Safe { family, flavor: migration.flavor, domain: Domain::new(safe.id, family.version()).unwrap(), ..safe }
}

#[tokio::test]
async fn a_flavour_is_changed_within_a_family_too() {
    each("flavours", Family::ALL, |world, family| async move {
        let mut safe = Safe::create(&world, family, 1, Safe::keys(&world, 1)).await;
        for flavor in [Flavor::L2, Flavor::L1] {
            let migration = Migration::to(Deployments::of(family), flavor, HandlerMove::Kept);
            safe = migrate_plain(&world, safe, migration).await;
            safe.run(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
            let again = check_migration(world.rpc(), safe.id, migration).await.unwrap();
            assert!(again.is_done());
        }
    })
    .await;
}

/// What is at one of the addresses of a move is not what it has to be.
#[tokio::test]
async fn a_move_by_or_to_other_code_is_refused_with_the_hash_that_was_found() {
    let other = "0x6001600155";
    let other_hash = Some(keccak256([0x60, 1, 0x60, 1, 0x55]));
    for target in [Family::Quorate, Family::V1_5_0, Family::V1_4_1, Family::V1_3_0] {
        let world = World::alone(&format!("other code {target}")).await;
        let from = if target == Family::V1_3_0 { Family::V1_5_0 } else { Family::V1_3_0 };
        let safe = Safe::create(&world, from, 1, Safe::keys(&world, 1)).await;
        let migration = Migration::to(Deployments::of(target), Flavor::L1, HandlerMove::Kept);
        check_migration(world.rpc(), safe.id, migration).await.unwrap();
        for contract in migration.contracts() {
            let code = world.control("eth_getCode", json!([contract.address, "latest"])).await;
            for (replaced, hash) in [(other, other_hash), ("0x", None)] {
                world.control("anvil_setCode", json!([contract.address, replaced])).await;
                let error = check_migration(world.rpc(), safe.id, migration).await.unwrap_err();
                let expected = contract.code_hash;
                assert!(
                    matches!(&error, MigrationError::Contract { address, found, expected: of, .. }
                        if *address == contract.address && *found == hash && *of == expected),
                    "{error}"
                );
                if let Some(hash) = hash {
                    assert!(error.to_string().contains(&hash.to_string()), "{error}");
                }
            }
            world.control("anvil_setCode", json!([contract.address, code])).await;
        }
        check_migration(world.rpc(), safe.id, migration).await.unwrap();
    }
}

#[tokio::test]
async fn a_safe_of_unknown_code_is_refused_whatever_it_says_its_version_is() {
    let world = World::alone("unknown code").await;
    let safe = Safe::create(&world, Family::V1_4_1, 1, Safe::keys(&world, 1)).await;
    let migration = Migration::to(Deployments::of(Family::Quorate), Flavor::L2, HandlerMove::Replaced);

    // The same code with a byte behind it answers as before.
    let singleton = Deployments::of(Family::V1_4_1).singleton(Flavor::L1).address;
    let code = world.control("eth_getCode", json!([singleton, "latest"])).await.as_str().unwrap().to_owned();
    world.control("anvil_setCode", json!([singleton, format!("{code}00")])).await;
    assert_eq!(safe.state(&world).await.version, Family::V1_4_1.version());
    let error = check_migration(world.rpc(), safe.id, migration).await.unwrap_err();
    assert!(
        matches!(error, MigrationError::Singleton { address, found: Some(found), .. }
            if address == singleton && error.to_string().contains(&found.to_string())),
        "{error}"
    );
    world.control("anvil_setCode", json!([singleton, code])).await;

    let proxy = world.control("eth_getCode", json!([safe.id.address, "latest"])).await.as_str().unwrap().to_owned();
    world.control("anvil_setCode", json!([safe.id.address, format!("{proxy}00")])).await;
    let error = check_migration(world.rpc(), safe.id, migration).await.unwrap_err();
    assert!(matches!(error, MigrationError::Proxy { found, .. } if error.to_string().contains(&found.to_string())));
    world.control("anvil_setCode", json!([safe.id.address, "0x"])).await;
    let error = check_migration(world.rpc(), safe.id, migration).await.unwrap_err();
    assert!(matches!(error, MigrationError::Read(ReadError::NoCode(_))), "{error}");
}

#[tokio::test]
async fn a_safe_that_is_not_what_it_should_be_afterwards_is_told_from_one_that_is() {
    let world = World::open("not migrated").await;
    let safe = Safe::create(&world, Family::V1_4_1, 1, Safe::keys(&world, 2)).await;
    let migration = Migration::to(Deployments::of(Family::Quorate), Flavor::L2, HandlerMove::Replaced);
    let planned = check_migration(world.rpc(), safe.id, migration).await.unwrap();
    // Something else was executed.
    let outcome = safe.run(&world, safe.call(&world, world.address("target"), U256::ZERO, vec![1]).await).await;
    let error = planned.verify(world.rpc(), &outcome).await.unwrap_err();
    assert!(matches!(error, MigrationError::NotMigrated { what: "the singleton", .. }), "{error}");
}
