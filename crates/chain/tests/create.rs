//! Deploying contracts and making Safes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use alloy::primitives::{Address, Bytes, U256};
use anvil_fixtures::{ACCOUNTS, Contents};
use common::{admin, chain, funded, plan, quorate, rpc, sender, sent, spec};
use quorate_chain::{
    CreateError, DeployError, FeeOptions, Handler, SafeSpec, SendError, Sender, create_safe, deploy_contracts, execute,
    read_state, verify_contracts, verify_family,
};
use quorate_contracts::{Deployments, Family, Flavor, Kind, Set, bindings::IMultisig, deployer};
use quorate_core::SafeTx;
use serde_json::json;

use alloy::sol_types::SolCall;

#[tokio::test]
async fn a_safe_of_every_family_and_flavour_is_made_where_it_was_predicted() {
    let chain = chain(Contents::Everything).await;
    for family in Family::ALL {
        for flavor in Flavor::ALL {
            let plan = plan(&chain, &SafeSpec { flavor, ..spec(family, 3, 2) });
            let sender = sender(chain.url(), &ACCOUNTS[0]);
            let created = create_safe(&sender, &plan).await.unwrap();
            let requests = sender.rpc().usage().requests;
            assert!(requests <= 3, "{requests} requests for {family} {flavor}");
            assert!(created.tx_hash.is_some() && created.gas_used > 100_000);
            assert_eq!(created.address, plan.address);
            assert_eq!(created.state, read_state(sender.rpc(), plan.safe).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_safe_that_is_there_as_planned_is_not_made_again() {
    let chain = chain(Contents::Quorate).await;
    for handler in [Handler::OfFamily, Handler::None] {
        let plan = plan(&chain, &SafeSpec { fallback_handler: handler, ..spec(Family::Quorate, 2, 2) });
        let first = create_safe(&sender(chain.url(), &ACCOUNTS[0]), &plan).await.unwrap();
        let before = sent(&chain, ACCOUNTS[0].address).await;
        let sender = sender(chain.url(), &ACCOUNTS[0]);
        let again = create_safe(&sender, &plan).await.unwrap();
        assert_eq!((again.tx_hash, again.gas_used, again.address), (None, 0, first.address));
        assert_eq!(again.state.owners, first.state.owners);
        assert_eq!(sender.rpc().usage().requests, 1);
        assert_eq!(sent(&chain, ACCOUNTS[0].address).await, before);
    }
}

#[tokio::test]
async fn a_safe_that_was_changed_occupies_its_address() {
    let chain = chain(Contents::Quorate).await;
    let spec = spec(Family::Quorate, 2, 1);
    let plan = plan(&chain, &spec);
    funded(&chain, &spec).await;
    let data = IMultisig::changeThresholdCall { _threshold: U256::from(2) }.abi_encode();
    let tx = SafeTx::call(plan.address, U256::ZERO, data.into(), U256::ZERO);
    let quorate = quorate(chain.url(), plan.safe, tx, &ACCOUNTS[..1]).await;
    let sender = sender(chain.url(), &ACCOUNTS[0]);
    execute(&sender, &quorate).await.unwrap();
    let error = create_safe(&sender, &plan).await.unwrap_err();
    assert!(matches!(error, CreateError::Occupied { what: "it has another threshold", .. }), "{error}");
}

#[tokio::test]
async fn foreign_code_occupies_an_address() {
    let chain = chain(Contents::Quorate).await;
    let plan = plan(&chain, &spec(Family::Quorate, 2, 1));
    admin(&chain, "anvil_setCode", json!([plan.address, "0x00"])).await;
    let error = create_safe(&sender(chain.url(), &ACCOUNTS[0]), &plan).await.unwrap_err();
    assert!(matches!(error, CreateError::Occupied { .. }), "{error}");
}

#[tokio::test]
async fn no_safe_is_made_with_contracts_that_are_missing_or_others() {
    let chain = chain(Contents::Quorate).await;
    let me = &ACCOUNTS[0];
    let missing = create_safe(&sender(chain.url(), me), &plan(&chain, &spec(Family::V1_4_1, 2, 1))).await;
    assert!(matches!(missing, Err(CreateError::Contract { kind: Kind::ProxyFactory, found: None, .. })), "{missing:?}");

    let plan = plan(&chain, &spec(Family::Quorate, 2, 1));
    let handler = SafeSpec { fallback_handler: Handler::At(Address::repeat_byte(9)), ..plan.spec.clone() };
    let absent = create_safe(&sender(chain.url(), me), &handler.plan(chain.chain_id()).unwrap()).await;
    assert!(matches!(absent, Err(CreateError::HandlerHasNoCode(_))), "{absent:?}");

    // A singleton without code would take any proxy, and leave it to the first who comes.
    for code in ["0x", "0x00"] {
        admin(&chain, "anvil_setCode", json!([plan.singleton, code])).await;
        let other = create_safe(&sender(chain.url(), me), &plan).await;
        assert!(matches!(other, Err(CreateError::Contract { kind: Kind::Singleton(_), .. })), "{other:?}");
    }
    assert_eq!(sent(&chain, me.address).await, U256::ZERO);
}

#[tokio::test]
async fn contracts_are_deployed_once() {
    let chain = chain(Contents::Nothing).await;
    let rpc = rpc(chain.url());
    let before = verify_contracts(&rpc).await.unwrap();
    assert_eq!(rpc.usage().requests, 1);
    let count = Deployments::of(Family::Quorate).contracts().len();
    assert!(before.len() == count && before.iter().all(|status| status.found.is_none() && !status.is_right()));

    let first = sender(chain.url(), &ACCOUNTS[0]);
    let mut seen = Vec::new();
    let deployed = deploy_contracts(&first, chain.chain_id(), |one| seen.push(one.clone())).await.unwrap();
    assert_eq!(seen, deployed);
    assert!(deployed.iter().all(|one| one.tx_hash.is_some()));
    let requests = first.rpc().usage().requests;
    assert!(requests <= 1 + 2 * u64::try_from(count).unwrap(), "{requests} requests");
    assert!(verify_contracts(&rpc).await.unwrap().iter().all(quorate_chain::ContractStatus::is_right));
    for (one, known) in deployed.iter().zip(Deployments::of(Family::Quorate).contracts()) {
        assert_eq!((one.kind, one.address, one.code_hash), (known.kind, known.address, known.code_hash));
    }

    let second = sender(chain.url(), &ACCOUNTS[1]);
    let again = deploy_contracts(&second, chain.chain_id(), |_| {}).await.unwrap();
    assert!(again.iter().all(|one| one.tx_hash.is_none()));
    assert_eq!(second.rpc().usage().requests, 1);
    assert_eq!(sent(&chain, ACCOUNTS[1].address).await, U256::ZERO);

    // What was interrupted goes on: only the missing one is deployed again.
    admin(&chain, "anvil_setCode", json!([deployed[3].address, "0x"])).await;
    admin(&chain, "anvil_setNonce", json!([deployed[3].address, "0x0"])).await;
    let third = deploy_contracts(&second, chain.chain_id(), |_| {}).await.unwrap();
    let made: Vec<_> = third.iter().map(|one| one.tx_hash.is_some()).collect();
    assert_eq!(made, (0..count).map(|index| index == 3).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_way_back_is_deployed_where_safe_1_3_0_is() {
    let chain = chain(Contents::Everything).await;
    let me = sender(chain.url(), &ACCOUNTS[0]);
    let set = Deployments::of(Family::Quorate);
    let gone = |address| {
        let chain = &chain;
        async move {
            admin(chain, "anvil_setCode", json!([address, "0x"])).await;
            admin(chain, "anvil_setNonce", json!([address, "0x0"])).await;
        }
    };
    let [canonical, eip155] = set.ways_back() else { panic!("one for each set of 1.3.0") };
    gone(canonical.address).await;
    gone(eip155.address).await;
    // One of the two has nowhere to lead.
    gone(Deployments::of_set(Family::V1_3_0, Set::Eip155).unwrap().fallback_handler().address).await;

    let before = verify_contracts(me.rpc()).await.unwrap();
    assert_eq!(before.len(), set.contracts().len());
    assert!(before.iter().all(quorate_chain::ContractStatus::is_right), "what need not be there is not missed");

    let deployed = deploy_contracts(&me, chain.chain_id(), |_| {}).await.unwrap();
    let made: Vec<_> = deployed.iter().filter(|one| one.tx_hash.is_some()).collect();
    assert_eq!(made.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::WayBack(Set::Canonical)]);
    assert_eq!(made[0].address, Deployments::of(Family::V1_3_0).migration().address);

    let after = verify_contracts(me.rpc()).await.unwrap();
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.iter().all(quorate_chain::ContractStatus::is_right));
}

#[tokio::test]
async fn foreign_code_is_never_taken_for_a_contract_of_quorate() {
    let chain = chain(Contents::Nothing).await;
    let me = sender(chain.url(), &ACCOUNTS[0]);
    let address = Deployments::of(Family::Quorate).proxy_factory().address;
    admin(&chain, "anvil_setCode", json!([address, "0x00"])).await;
    let error = deploy_contracts(&me, chain.chain_id(), |_| {}).await.unwrap_err();
    assert!(matches!(error, DeployError::WrongCode { address: at, .. } if at == address), "{error}");

    for (code, absent) in [("0x", true), ("0x00", false)] {
        admin(&chain, "anvil_setCode", json!([deployer::ADDRESS, code])).await;
        let error = deploy_contracts(&me, chain.chain_id(), |_| {}).await.unwrap_err();
        assert!(matches!(error, DeployError::Deployer { found, .. } if found.is_none() == absent), "{error}");
    }
}

#[tokio::test]
async fn the_official_contracts_are_verified_too() {
    let chain = chain(Contents::Everything).await;
    let rpc = rpc(chain.url());
    let statuses = verify_family(&rpc, Family::V1_5_0).await.unwrap();
    let singletons = statuses.iter().filter(|status| matches!(status.deployment.kind, Kind::Singleton(_)));
    assert!(singletons.clone().count() == 2 && singletons.into_iter().all(quorate_chain::ContractStatus::is_right));
}

#[tokio::test]
async fn nothing_is_sent_on_another_chain_or_without_funds() {
    let chain = chain(Contents::Quorate).await;
    let elsewhere = spec(Family::Quorate, 2, 1).plan(chain.chain_id() + 1).unwrap();
    let error = create_safe(&sender(chain.url(), &ACCOUNTS[0]), &elsewhere).await.unwrap_err();
    assert!(matches!(error, CreateError::Send(SendError::WrongChain { .. })), "{error}");

    let plan = plan(&chain, &spec(Family::Quorate, 2, 1));
    admin(&chain, "anvil_setBalance", json!([ACCOUNTS[0].address, U256::from(1_000_000)])).await;
    let error = create_safe(&sender(chain.url(), &ACCOUNTS[0]), &plan).await.unwrap_err();
    assert!(matches!(error, CreateError::Send(SendError::Funds { .. })), "{error}");

    let dear = FeeOptions { max_fee: Some(1), ..FeeOptions::default() };
    let dear = Sender::new(rpc(chain.url()), common::wallet(&ACCOUNTS[1])).with_fees(dear);
    let error = create_safe(&dear, &plan).await.unwrap_err();
    assert!(matches!(error, CreateError::Send(SendError::Fees(_))), "{error}");
    for account in &ACCOUNTS[..2] {
        assert_eq!(sent(&chain, account.address).await, U256::ZERO);
    }
}

#[tokio::test]
async fn fees_and_nonces_are_those_that_were_asked_for() {
    let chain = chain(Contents::Quorate).await;
    let fees =
        FeeOptions { max_fee: Some(5_000_000_000), gas_limit: Some(777_777), legacy: true, ..FeeOptions::default() };
    let legacy = Sender::new(rpc(chain.url()), common::wallet(&ACCOUNTS[0])).with_fees(fees);
    let created = create_safe(&legacy, &plan(&chain, &spec(Family::Quorate, 2, 1))).await.unwrap();
    let tx = admin(&chain, "eth_getTransactionByHash", json!([created.tx_hash])).await;
    assert_eq!((&tx["type"], &tx["gasPrice"], &tx["gas"]), (&json!("0x0"), &json!("0x12a05f200"), &json!("0xbde31")));
    let fees = FeeOptions { nonce: Some(0), ..FeeOptions::default() };
    let used = Sender::new(rpc(chain.url()), common::wallet(&ACCOUNTS[0])).with_fees(fees);
    let payload = quorate_chain::Payload { to: ACCOUNTS[1].address, value: U256::from(1), data: Bytes::new() };
    let error = used.send(chain.chain_id(), &payload).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { .. }), "{error}");
}
