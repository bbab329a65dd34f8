//! The bindings say of Quorate's contracts what the compiler says of them.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

mod common;

use alloy_json_abi::{JsonAbi, StateMutability};
use common::{events, functions, union};
use quorate_contracts::{
    Artifact, artifact,
    bindings::{
        ICreateCall, IExtensibleFallbackHandler, IFallbackHandler, IMigration, IMultiSend, IMultisig, IMultisigL2,
        IMultisigProxyFactory, ISignMessageLib, ISimulateTxAccessor, IToL2Setup, ITokenCallbackHandler,
        reader::SafeReader,
    },
};

fn abi(artifact: &Artifact) -> JsonAbi {
    let json: serde_json::Value = serde_json::from_str(artifact.json()).unwrap();
    serde_json::from_value(json["abi"].clone()).unwrap()
}

#[track_caller]
fn assert_same(artifact: &Artifact, bindings: &[JsonAbi]) {
    let compiled = abi(artifact);
    assert_eq!(functions(&compiled), union(bindings, functions), "functions of {artifact:?}");
    assert_eq!(events(&compiled), union(bindings, events), "events of {artifact:?}");
    assert_eq!(compiled.errors.len(), 0, "the account's errors are strings");
}

#[test]
fn the_account_is_bound_as_it_was_compiled() {
    assert_same(&artifact::MULTISIG, &[IMultisig::abi::contract()]);
    assert_same(&artifact::MULTISIG_L2, &[IMultisig::abi::contract(), IMultisigL2::abi::contract()]);
}

#[test]
fn the_factory_is_bound_as_it_was_compiled() {
    assert_same(&artifact::MULTISIG_PROXY_FACTORY, &[IMultisigProxyFactory::abi::contract()]);
}

#[test]
fn the_batches_are_bound_as_they_were_compiled() {
    assert_same(&artifact::MULTI_SEND, &[IMultiSend::abi::contract()]);
    assert_same(&artifact::MULTI_SEND_CALL_ONLY, &[IMultiSend::abi::contract()]);
}

#[test]
fn the_handler_is_bound_as_it_was_compiled() {
    assert_same(&artifact::FALLBACK_HANDLER, &[IFallbackHandler::abi::contract()]);
}

#[test]
fn the_other_handlers_are_bound_as_they_were_compiled() {
    assert_same(&artifact::TOKEN_CALLBACK_HANDLER, &[ITokenCallbackHandler::abi::contract()]);
    assert_same(&artifact::EXTENSIBLE_FALLBACK_HANDLER, &[IExtensibleFallbackHandler::abi::contract()]);
    // As in Safe: what it does not know is a call without value.
    let fallback = abi(&artifact::EXTENSIBLE_FALLBACK_HANDLER).fallback.unwrap();
    assert_eq!(fallback.state_mutability, StateMutability::NonPayable);
}

#[test]
fn the_libraries_are_bound_as_they_were_compiled() {
    assert_same(&artifact::CREATE_CALL, &[ICreateCall::abi::contract()]);
    assert_same(&artifact::SIGN_MESSAGE_LIB, &[ISignMessageLib::abi::contract()]);
    assert_same(&artifact::SIMULATE_TX_ACCESSOR, &[ISimulateTxAccessor::abi::contract()]);
    assert_same(&artifact::MIGRATION, &[IMigration::abi::contract()]);
    assert_same(&artifact::TO_L2_SETUP, &[IToL2Setup::abi::contract()]);
}

#[test]
fn a_migration_takes_the_targets_that_are_encoded_for_it() {
    let names: Vec<_> = abi(&artifact::MIGRATION).constructor.unwrap().inputs.into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["safeSingleton", "safeL2Singleton", "fallbackHandler"]);
}

#[test]
fn the_reader_takes_the_arguments_that_are_encoded_for_it() {
    let types = |abi: JsonAbi| -> Vec<String> {
        let constructor = abi.constructor.unwrap();
        constructor.inputs.iter().map(|input| input.selector_type().into_owned()).collect()
    };
    let compiled = types(abi(&artifact::SAFE_READER));
    assert_eq!(compiled, ["address", "(address,bytes)[]"]);
    assert_eq!(types(SafeReader::abi::contract()), compiled);
}

#[test]
fn the_proxy_has_no_function_of_its_own() {
    let proxy = abi(&artifact::MULTISIG_PROXY);
    assert_eq!(proxy.functions().count(), 0);
    assert!(proxy.fallback.is_some() && proxy.receive.is_none());
}
