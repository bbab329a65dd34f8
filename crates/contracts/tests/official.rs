//! Every constant about Safe's contracts is recomputed from the published packages.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

mod common;

use std::{fs, path::PathBuf};

use alloy_json_abi::JsonAbi;
use alloy_primitives::{Address, B256, Bytes, keccak256};
use common::{events, functions, union};
use quorate_contracts::{
    Deployment, Deployments, Family, Flavor, Kind, Set,
    bindings::{
        ICreateCall, IExtensibleFallbackHandler, IFallbackHandler, IFallbackMethod, ILegacyFallbackHandler,
        ILegacyMultisig, ILegacyProxyFactory, IMigration, IModuleGuard, IMultiSend, IMultisig, IMultisigL2,
        IMultisigProxyFactory, ISafeSignatureVerifier, ISignMessageLib, ISimulateTxAccessor, IToL2Setup,
        ITokenCallbackHandler, ITransactionGuard, v1_3_0,
    },
    deployment::{SAFE_SINGLETON_FACTORY, published},
};
use serde_json::Value;

/// Reads a JSON file of an installed package.
fn package(path: &str) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/node_modules").join(path);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "{error}: {}\nthe test needs Safe's packages; install them with: npm ci --prefix scripts",
            path.display()
        )
    });
    serde_json::from_str(&text).unwrap()
}

/// Reads a published artifact that is known to exist.
fn artifact(family: Family, kind: Kind) -> Value {
    package(&published::artifact(family, kind).unwrap())
}

fn code(artifact: &Value, field: &str) -> Bytes {
    artifact[field].as_str().unwrap().parse().unwrap()
}

fn abi(artifact: &Value) -> JsonAbi {
    serde_json::from_value(artifact["abi"].clone()).unwrap()
}

/// Names the file of a contract in safe-deployments.
fn deployment_file(family: Family, kind: Kind) -> String {
    let old = family == Family::V1_3_0;
    let name = match kind {
        Kind::Proxy => panic!("proxies are not listed"),
        Kind::Singleton(Flavor::L1) if old => "gnosis_safe",
        Kind::Singleton(Flavor::L1) => "safe",
        Kind::Singleton(Flavor::L2) if old => "gnosis_safe_l2",
        Kind::Singleton(Flavor::L2) => "safe_l2",
        Kind::ProxyFactory if old => "proxy_factory",
        Kind::ProxyFactory => "safe_proxy_factory",
        Kind::MultiSend => "multi_send",
        Kind::MultiSendCallOnly => "multi_send_call_only",
        Kind::FallbackHandler => "compatibility_fallback_handler",
        Kind::ExtensibleFallbackHandler => "extensible_fallback_handler",
        Kind::TokenCallbackHandler => "token_callback_handler",
        Kind::CreateCall => "create_call",
        Kind::SignMessageLib => "sign_message_lib",
        Kind::SimulateTxAccessor => "simulate_tx_accessor",
        Kind::Migration => "safe_migration",
        Kind::WayBack(_) => panic!("Safe has none"),
        Kind::ToL2Setup => "safe_to_l2_setup",
        Kind::ToL2Migration => "safe_to_l2_migration",
    };
    format!("@safe-global/safe-deployments/dist/assets/v{family}/{name}.json")
}

fn each() -> impl Iterator<Item = (&'static Deployments, &'static Deployment)> {
    Deployments::official().flat_map(|set| set.contracts().iter().map(move |deployment| (set, deployment)))
}

#[test]
fn addresses_and_code_hashes_are_those_of_safe_deployments() {
    for (set, deployment) in each() {
        let listed = package(&deployment_file(set.family, deployment.kind));
        let name = match set.set {
            Set::Canonical => "canonical",
            Set::Eip155 => "eip155",
        };
        let listed = &listed["deployments"][name];
        let address: Address = listed["address"].as_str().unwrap().parse().unwrap();
        let code_hash: B256 = listed["codeHash"].as_str().unwrap().parse().unwrap();
        assert_eq!((deployment.address, deployment.code_hash), (address, code_hash), "{:?} {deployment:?}", set.family);
    }
}

#[test]
fn no_contract_of_safe_deployments_is_missing() {
    for family in [Family::V1_5_0, Family::V1_4_1, Family::V1_3_0] {
        let anchor = deployment_file(family, Kind::MultiSend);
        let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts/node_modules").join(anchor);
        let count = fs::read_dir(directory.parent().unwrap()).unwrap().count();
        assert_eq!(Deployments::of(family).contracts().len(), count, "{family}");
    }
}

#[test]
fn addresses_follow_from_the_deployer_and_the_published_creation_code() {
    let mut checked = 0;
    for (set, deployment) in each() {
        let Some(path) = published::artifact(set.family, deployment.kind) else { continue };
        let mut creation = code(&package(&path), "bytecode").to_vec();
        if deployment.kind == Kind::Migration {
            let [l1, l2] = Flavor::ALL.map(|flavor| set.singleton(flavor).address);
            let arguments = [l1, l2, set.fallback_handler().address].map(|address| address.into_word());
            creation.extend_from_slice(arguments.concat().as_slice());
        }
        let address = set.deployer.create2(B256::ZERO, keccak256(creation));
        assert_eq!(address, deployment.address, "{:?} {:?} {deployment:?}", set.family, set.set);
        checked += 1;
    }
    // All but 1.3.0's SignMessageLib, twice.
    assert_eq!(checked, each().count() - 2);
}

#[test]
fn code_hashes_are_those_of_the_published_runtime_code() {
    // Solidity 0.7.6 leaves zeros where the constructor writes an immutable, behind a PUSH32.
    let hole = [[0x7f].as_slice(), &[0; 32]].concat();
    let mut with_immutable = Vec::new();
    for (set, deployment) in each() {
        let Some(path) = published::artifact(set.family, deployment.kind) else { continue };
        if deployment.kind == Kind::Migration {
            continue;
        }
        let runtime = code(&package(&path), "deployedBytecode");
        let mut filled = runtime.to_vec();
        let mut at = 0;
        while let Some(found) = filled[at..].windows(hole.len()).position(|window| window == hole) {
            at += found + 1;
            filled[at..at + 32].copy_from_slice(deployment.address.into_word().as_slice());
        }
        if keccak256(&runtime) == deployment.code_hash {
            continue;
        }
        assert_eq!(keccak256(&filled), deployment.code_hash, "{:?} {deployment:?}", set.family);
        with_immutable.push(deployment.kind);
    }
    with_immutable.sort_unstable();
    with_immutable.dedup();
    assert_eq!(with_immutable, [Kind::MultiSend, Kind::SimulateTxAccessor, Kind::ToL2Setup, Kind::ToL2Migration]);
}

#[test]
fn proxy_hashes_are_those_of_the_published_proxy() {
    for set in Deployments::official() {
        let proxy = artifact(set.family, Kind::Proxy);
        let creation = code(&proxy, "bytecode");
        assert_eq!(set.proxy.creation_code_hash, keccak256(&creation));
        assert_eq!(set.proxy.runtime_code_hash, keccak256(code(&proxy, "deployedBytecode")));
        for flavor in Flavor::ALL {
            let init_code = [creation.as_ref(), set.singleton(flavor).address.into_word().as_slice()].concat();
            assert_eq!(set.proxy.init_code_hash(flavor), keccak256(init_code), "{:?} {flavor}", set.family);
        }
    }
}

#[test]
fn the_singleton_factory_takes_a_salt_and_creation_code_as_the_deterministic_deployer_does() {
    let listed = package("@safe-global/safe-singleton-factory/artifacts/1/deployment.json");
    let address: Address = listed["address"].as_str().unwrap().parse().unwrap();
    assert_eq!(address, SAFE_SINGLETON_FACTORY);
    // Both run the same code, so its 69 bytes stand in both deployment transactions.
    let code = &quorate_contracts::deployer::DEPLOYMENT[31..100];
    assert_eq!(keccak256(code), quorate_contracts::deployer::CODE_HASH);
    let transaction: Bytes = listed["transaction"].as_str().unwrap().parse().unwrap();
    assert!(transaction.windows(code.len()).any(|window| window == code));
}

#[test]
fn the_bindings_are_the_interfaces_of_1_5_0() {
    let check = |kind: Kind, bindings: &[JsonAbi]| {
        let published = abi(&artifact(Family::V1_5_0, kind));
        assert_eq!(functions(&published), union(bindings, functions), "{kind:?}");
        assert_eq!(events(&published), union(bindings, events), "{kind:?}");
    };
    check(Kind::Singleton(Flavor::L1), &[IMultisig::abi::contract()]);
    check(Kind::Singleton(Flavor::L2), &[IMultisig::abi::contract(), IMultisigL2::abi::contract()]);
    check(Kind::ProxyFactory, &[IMultisigProxyFactory::abi::contract()]);
    check(Kind::MultiSend, &[IMultiSend::abi::contract()]);
    check(Kind::MultiSendCallOnly, &[IMultiSend::abi::contract()]);
    check(Kind::FallbackHandler, &[IFallbackHandler::abi::contract()]);
    check(Kind::CreateCall, &[ICreateCall::abi::contract()]);
    check(Kind::SignMessageLib, &[ISignMessageLib::abi::contract()]);
    check(Kind::SimulateTxAccessor, &[ISimulateTxAccessor::abi::contract()]);
    check(Kind::Migration, &[IMigration::abi::contract()]);
    check(Kind::ToL2Setup, &[IToL2Setup::abi::contract()]);
    check(Kind::ExtensibleFallbackHandler, &[IExtensibleFallbackHandler::abi::contract()]);
    check(Kind::TokenCallbackHandler, &[ITokenCallbackHandler::abi::contract()]);

    let transaction = abi(&package(&format!(
        "{}/base/GuardManager.sol/ITransactionGuard.json",
        published::artifacts(Family::V1_5_0).unwrap()
    )));
    assert_eq!(functions(&transaction), functions(&ITransactionGuard::abi::contract()));
    let extensible = |file: &str| {
        let directory = published::artifacts(Family::V1_5_0).unwrap();
        abi(&package(&format!("{directory}/handler/extensible/{file}.json")))
    };
    let method = extensible("ExtensibleBase.sol/IFallbackMethod");
    assert_eq!(functions(&method), functions(&IFallbackMethod::abi::contract()));
    let verifier = extensible("SignatureVerifierMuxer.sol/ISafeSignatureVerifier");
    assert_eq!(functions(&verifier), functions(&ISafeSignatureVerifier::abi::contract()));

    let module = abi(&package(&format!(
        "{}/base/ModuleManager.sol/IModuleGuard.json",
        published::artifacts(Family::V1_5_0).unwrap()
    )));
    assert_eq!(functions(&module), functions(&IModuleGuard::abi::contract()));
}

#[test]
fn nothing_of_the_older_accounts_is_unbound() {
    let newest = [IMultisig::abi::contract(), IMultisigL2::abi::contract()];
    let legacy = [ILegacyMultisig::abi::contract()];
    for family in [Family::V1_4_1, Family::V1_3_0] {
        let kind = Kind::Singleton(Flavor::L2);
        let published = abi(&artifact(family, kind));
        let bound = &union(&newest, functions) | &union(&legacy, functions);
        assert_eq!(&functions(&published) - &bound, [].into(), "{family}");
    }

    let published = abi(&artifact(Family::V1_3_0, Kind::Singleton(Flavor::L2)));
    let unindexed = v1_3_0::IMultisig::abi::contract();
    let same = &events(&published) - &events(&unindexed);
    assert_eq!(&events(&published) & &events(&unindexed), events(&unindexed));
    assert_eq!(&same - &union(&newest, events), [].into());

    let published = abi(&artifact(Family::V1_4_1, Kind::Singleton(Flavor::L2)));
    assert_eq!(&events(&published) - &union(&newest, events), [].into());
}

#[test]
fn nothing_of_the_older_factories_and_handlers_is_unbound() {
    let factory = [IMultisigProxyFactory::abi::contract(), ILegacyProxyFactory::abi::contract()];
    let handler = [IFallbackHandler::abi::contract(), ILegacyFallbackHandler::abi::contract()];
    for family in [Family::V1_4_1, Family::V1_3_0] {
        for (kind, bound) in [(Kind::ProxyFactory, &factory), (Kind::FallbackHandler, &handler)] {
            let published = abi(&artifact(family, kind));
            assert_eq!(&functions(&published) - &union(bound, functions), [].into(), "{family} {kind:?}");
        }
    }
    let published = abi(&artifact(Family::V1_3_0, Kind::ProxyFactory));
    assert_eq!(events(&published), events(&v1_3_0::IProxyFactory::abi::contract()));
    let published = abi(&artifact(Family::V1_3_0, Kind::CreateCall));
    assert_eq!(events(&published), events(&v1_3_0::ICreateCall::abi::contract()));
}
