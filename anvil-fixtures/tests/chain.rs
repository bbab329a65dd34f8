//! What is on a fresh chain.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

mod common;

use std::time::Instant;

use alloy::{
    primitives::{Address, B256, Bytes, U64, U256, keccak256},
    sol_types::{SolCall, SolError, SolValue},
};
use anvil_fixtures::{ACCOUNTS, Chain, Contents, Fixtures, Options, bindings};
use common::{ask, client, send, try_call};
use quorate_contracts::{
    Deployments, Family, Flavor, Kind,
    bindings::{
        IERC20, IERC721, IERC1155, IMultisig, IMultisigProxyFactory,
        reader::{Call, SafeReading},
    },
    calls::{Setup, create_proxy_call, reader_call},
    deployer,
    deployment::{identify, published},
};
use quorate_core::{Creation, Salt};
use serde_json::json;

async fn start(contents: Contents) -> Chain {
    Chain::start(&Options { contents, ..Options::default() }).await.unwrap()
}

#[tokio::test]
async fn every_known_contract_has_its_code() {
    let begin = Instant::now();
    let chain = start(Contents::Everything).await;
    let took = begin.elapsed();
    assert!(took.as_secs() < 10, "starting took {took:?}");

    let client = client(&chain);
    let mut missing = Vec::new();
    for family in Family::ALL {
        for deployment in Deployments::of(family).contracts() {
            let code: Bytes = client.request("eth_getCode", json!([deployment.address, "latest"])).await.unwrap();
            if family != Family::Quorate && published::artifact(family, deployment.kind).is_none() {
                missing.push((family, deployment.kind));
                continue;
            }
            assert_eq!(keccak256(&code), deployment.code_hash, "{family} {:?}", deployment.kind);
        }
    }
    let expected = [(Family::V1_3_0, Kind::SignMessageLib)];
    assert_eq!(missing, expected, "of every other contract npm has the creation code");
}

#[tokio::test]
async fn a_chain_is_left_as_people_expect_it() {
    let chain = Chain::start(&Options { chain_id: 1234, port: 0, contents: Contents::Quorate }).await.unwrap();
    assert_eq!((chain.chain_id(), chain.contents()), (1234, Contents::Quorate));
    let client = client(&chain);
    let id: U64 = client.request_noparams("eth_chainId").await.unwrap();
    assert_eq!(id, U64::from(1234));
    let accounts: Vec<Address> = client.request_noparams("eth_accounts").await.unwrap();
    assert_eq!(accounts, ACCOUNTS.map(|account| account.address));
    for account in accounts {
        let nonce: U64 = client.request("eth_getTransactionCount", json!([account, "latest"])).await.unwrap();
        assert_eq!(nonce, U64::ZERO);
    }
    // Transactions are mined at once again, in blocks of the usual size.
    let fixtures = Fixtures::get();
    let transfer = IERC20::transferCall { to: Address::repeat_byte(1), value: U256::from(5) };
    let receipt = send(&client, ACCOUNTS[0].address, fixtures.token, transfer).await;
    assert_eq!((&receipt["status"], &receipt["blockNumber"]), (&json!("0x1"), &json!("0x2")));
    let block: serde_json::Value = client.request("eth_getBlockByNumber", json!(["0x2", false])).await.unwrap();
    let genesis: serde_json::Value = client.request("eth_getBlockByNumber", json!(["0x0", false])).await.unwrap();
    assert_eq!(block["gasLimit"], genesis["gasLimit"]);
}

#[tokio::test]
async fn an_empty_chain_has_only_the_deployer() {
    let chain = start(Contents::Nothing).await;
    let client = client(&chain);
    let code: Bytes = client.request("eth_getCode", json!([deployer::ADDRESS, "latest"])).await.unwrap();
    assert_eq!(keccak256(code), deployer::CODE_HASH);
    for deployment in Deployments::all().flat_map(Deployments::contracts) {
        let code: Bytes = client.request("eth_getCode", json!([deployment.address, "latest"])).await.unwrap();
        assert!(code.is_empty(), "{deployment:?}");
    }
}

#[tokio::test]
async fn proxies_of_every_family_are_what_their_hashes_say() {
    let chain = start(Contents::Everything).await;
    let client = client(&chain);
    for family in Family::ALL {
        let set = Deployments::of(family);
        let factory = set.proxy_factory().address;
        let creation_code = ask(&client, factory, IMultisigProxyFactory::proxyCreationCodeCall {}).await;
        assert_eq!(keccak256(creation_code), set.proxy.creation_code_hash, "{family}");

        for flavor in Flavor::ALL {
            let setup = Setup {
                owners: ACCOUNTS[..3].iter().map(|account| account.address).collect(),
                threshold: U256::from(2),
                fallback_handler: set.fallback_handler().address,
                ..Setup::default()
            };
            let initializer = setup.call();
            let safe = Creation {
                factory,
                init_code_hash: set.proxy.init_code_hash(flavor),
                initializer_hash: keccak256(&initializer),
                salt_nonce: U256::from(42),
                salt: Salt::Nonce,
            }
            .address();
            let singleton = set.singleton(flavor).address;
            let call = create_proxy_call(singleton, initializer, U256::from(42));
            let call = IMultisigProxyFactory::createProxyWithNonceCall::abi_decode(&call).unwrap();
            let receipt = send(&client, ACCOUNTS[0].address, factory, call).await;
            assert_eq!(receipt["status"], "0x1", "{family} {flavor}");

            let code: Bytes = client.request("eth_getCode", json!([safe, "latest"])).await.unwrap();
            let known = identify(keccak256(code)).unwrap();
            assert_eq!((known.family, known.kind), (family, Kind::Proxy));
            let version = ask(&client, safe, IMultisig::VERSIONCall {}).await;
            assert_eq!(version, family.version().to_string());

            // The reader's answer is decoded as it is declared: no ABI says what a constructor returns.
            let question =
                Call { to: factory, data: IMultisigProxyFactory::proxyCreationCodeCall {}.abi_encode().into() };
            let data = reader_call(safe, vec![question]);
            let answer: Bytes = client.request("eth_call", json!([{ "data": data }, "latest"])).await.unwrap();
            let reading = SafeReading::abi_decode(&answer).unwrap();
            assert!(reading.isSafe && reading.ownersComplete && reading.modulesComplete, "{reading:?}");
            let owners: Vec<Address> = reading.owners.iter().map(|owner| owner.account).collect();
            assert_eq!(owners, setup.owners);
            assert_eq!((reading.threshold, reading.ownerCount), (U256::from(2), U256::from(3)));
            assert_eq!((reading.version, reading.nonce), (version, U256::ZERO));
            assert_eq!(reading.singleton.account, singleton);
            let known = identify(reading.singleton.codeHash).unwrap();
            assert_eq!((known.family, known.flavor()), (family, Some(flavor)));
            assert_eq!(reading.fallbackHandler.codeHash, set.fallback_handler().code_hash);
            assert_eq!((reading.guard.account, reading.moduleGuard.account), Default::default());
            assert!(reading.answers[0].success);
        }
    }
}

#[tokio::test]
async fn tokens_behave_as_their_names_say() {
    let chain = start(Contents::Quorate).await;
    let client = client(&chain);
    let fixtures = Fixtures::get();
    let [alice, bob, ..] = ACCOUNTS.map(|account| account.address);
    let stranger = Address::repeat_byte(0x77);
    let million = U256::from(1_000_000);
    let unit = U256::from(10).pow(U256::from(18));

    assert_eq!(ask(&client, fixtures.token, IERC20::symbolCall {}).await, "TEST");
    assert_eq!(ask(&client, fixtures.token, IERC20::decimalsCall {}).await, 18);
    assert_eq!(ask(&client, fixtures.dollar, IERC20::decimalsCall {}).await, 6);
    for account in ACCOUNTS {
        let balance = ask(&client, fixtures.token, IERC20::balanceOfCall { account: account.address }).await;
        assert_eq!(balance, million * unit);
    }

    // Five tokens, one transfer each: what arrives, and what the call returns.
    let transfer = |to| IERC20::transferCall { to, value: U256::from(1000) };
    let expected = [
        (fixtures.token, 1000, 32),
        (fixtures.dollar, 1000, 32),
        (fixtures.no_return_token, 1000, 0),
        (fixtures.fee_token, 990, 32),
        (fixtures.false_token, 1000, 32),
    ];
    for (token, arrives, returned) in expected {
        let data = Bytes::from(transfer(stranger).abi_encode());
        let call = json!([{ "from": alice, "to": token, "data": data }, "latest"]);
        let answer: Bytes = client.request("eth_call", call).await.unwrap();
        assert_eq!(answer.len(), returned, "{token}");
        let receipt = send(&client, alice, token, transfer(stranger)).await;
        assert_eq!(receipt["status"], "0x1");
        let balance = ask(&client, token, IERC20::balanceOfCall { account: stranger }).await;
        assert_eq!(balance, U256::from(arrives), "{token}");
    }
    // A token that says false instead of reverting, when there is not enough.
    let poor = json!([{
        "from": stranger,
        "to": fixtures.false_token,
        "data": Bytes::from(IERC20::transferCall { to: bob, value: U256::from(1001) }.abi_encode())
    }, "latest"]);
    let answer: Bytes = client.request("eth_call", poor).await.unwrap();
    assert!(!bool::abi_decode(&answer).unwrap());

    assert_eq!(ask(&client, fixtures.nft, IERC721::ownerOfCall { tokenId: U256::from(1) }).await, bob);
    let owned = IERC1155::balanceOfCall { account: bob, id: U256::from(2) };
    assert_eq!(ask(&client, fixtures.multi_token, owned).await, U256::from(1000));
}

#[tokio::test]
async fn targets_behave_as_their_names_say() {
    let chain = start(Contents::Quorate).await;
    let client = client(&chain);
    let fixtures = Fixtures::get();

    let call = bindings::IReverter::withCustomCall { code: U256::from(7) };
    let error = try_call(&client, fixtures.reverter, call, 1_000_000).await.unwrap_err();
    let data = error.as_error_resp().and_then(|response| response.as_revert_data()).unwrap();
    assert_eq!(bindings::IReverter::Custom::abi_decode(&data).unwrap().code, U256::from(7));

    let burn = |gas: u64| bindings::IGasHog::burnCall { gasToBurn: U256::from(gas) };
    try_call(&client, fixtures.gas_hog, burn(500_000), 1_000_000).await.unwrap();
    try_call(&client, fixtures.gas_hog, burn(5_000_000), 1_000_000).await.unwrap_err();

    let authority = ask(&client, fixtures.erc1271_owner, bindings::IErc1271Owner::authorityCall {}).await;
    assert_eq!(authority, ACCOUNTS[9].address);

    let slot = B256::repeat_byte(1);
    let write = bindings::IDelegateTarget::writeCall { slot, value: B256::repeat_byte(2) };
    send(&client, ACCOUNTS[0].address, fixtures.delegate_target, write).await;
    let read = bindings::IDelegateTarget::readCall { slot };
    assert_eq!(ask(&client, fixtures.delegate_target, read).await, B256::repeat_byte(2));
}

#[tokio::test]
async fn the_frozen_runtime_code_is_what_creation_leaves() {
    let chain = start(Contents::Quorate).await;
    let client = client(&chain);
    let set = Deployments::of(Family::Quorate);
    for deployment in set.contracts() {
        let code: Bytes = client.request("eth_getCode", json!([deployment.address, "latest"])).await.unwrap();
        let targets = set.targets(deployment.kind).map(|targets| targets.map(|it| it.address));
        let arguments = targets.as_ref().map_or(&[][..], |it| it.as_slice());
        let frozen = set.artifact(deployment.kind).unwrap().runtime_code_with(deployment.address, arguments);
        assert_eq!(code, frozen, "{deployment:?}");
    }
}
