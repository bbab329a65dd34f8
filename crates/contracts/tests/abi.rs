//! The bindings say of Quorate's contracts what the compiler says of them.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail as a test does")]

mod common;

use alloy_json_abi::JsonAbi;
use common::{events, functions, union};
use quorate_contracts::{
    Artifact, artifact,
    bindings::{IFallbackHandler, IMultiSend, IMultisig, IMultisigL2, IMultisigProxyFactory, reader::SafeReader},
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
