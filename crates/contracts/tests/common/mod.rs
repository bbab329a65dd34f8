//! What the tests of the bindings and of the official contracts share.

use std::collections::BTreeSet;

use alloy_json_abi::{Function, JsonAbi, StateMutability};

/// One function, event or error as a line of text: types, mutability and indexed arguments, but no argument's name,
/// which nothing depends on.
pub(crate) type Lines = BTreeSet<String>;

/// Describes the functions of an ABI. Callers treat `pure` and `view` alike, so both are `view` here.
pub(crate) fn functions(abi: &JsonAbi) -> Lines {
    let mutability = |function: &Function| match function.state_mutability {
        StateMutability::Pure | StateMutability::View => "view",
        StateMutability::NonPayable => "nonpayable",
        StateMutability::Payable => "payable",
    };
    abi.functions().map(|function| format!("{} {}", function.signature_with_outputs(), mutability(function))).collect()
}

/// Describes the events of an ABI.
pub(crate) fn events(abi: &JsonAbi) -> Lines {
    abi.events()
        .map(|event| {
            let indexed: Vec<bool> = event.inputs.iter().map(|input| input.indexed).collect();
            format!("{} indexed {indexed:?}", event.signature())
        })
        .collect()
}

/// Returns what is in any of the ABIs.
pub(crate) fn union(abis: &[JsonAbi], describe: impl Fn(&JsonAbi) -> Lines) -> Lines {
    abis.iter().flat_map(describe).collect()
}
