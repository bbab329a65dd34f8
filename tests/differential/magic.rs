//! What contracts answer when they are asked for a signature: the magic value, and everything else.

use std::time::Instant;

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use quorate_contracts::{
    bindings::{IFallbackHandler, IMultisig},
    calls::exec_call,
};

use crate::{
    account::{Overrides, SafeState},
    calls::call,
    comparison::{Case, Tally},
    generate::transaction,
    random::{Random, cases},
    signatures::contract_signature,
    world::{Shared, Worlds},
};

#[tokio::test]
async fn every_answer_of_a_contract_owner_is_taken_in_the_same_way() {
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    let cast = &worlds.cast;
    let mut tally = Tally::new("magic");
    for index in cases(cast.oddities.len()) {
        let (owner, code) = &cast.oddities[index % cast.oddities.len()];
        let mut random = Random::of_case("magic", index);
        let cases: Vec<Case> = [false, true].iter().flat_map(|l2| ways(&mut random, worlds, *owner, *l2)).collect();
        for (case, (official, ours)) in cases.iter().zip(links.both(&cases, cast).await) {
            tally.add(index, case, &official, &ours);
            // Whoever answers anything else than the magic value has not signed.
            let magic = code.windows(4).any(|bytes| bytes == IFallbackHandler::isValidSignatureCall::SELECTOR);
            // What repeats the question begins with the same bytes.
            let echo = code.starts_with(&[0x36]);
            assert!(magic || echo || !ours.success, "{}: {code} was taken for a signature\n{ours}", case.label);
        }
    }
    tally.finish(begin);
}

/// Every way in which an account asks `owner` for its signature.
fn ways(random: &mut Random, worlds: &Worlds, owner: Address, l2: bool) -> Vec<Case> {
    let cast = &worlds.cast;
    let safe = cast.safes[0];
    let Shared { l1, l2: with_events, handler, extensible, .. } = Shared::get();
    let state = SafeState {
        owners: vec![owner],
        threshold: U256::ONE,
        handler: if random.chance(50) { handler } else { extensible },
        ..SafeState::new(if l2 { with_events } else { l1 })
    };
    let (hash, data) = (random.word(), random.some_bytes(50));
    let signatures = contract_signature(owner, &random.some_bytes(100));
    let inner = call("payment", cast.strangers[2], Vec::new());
    let execution = exec_call(&transaction(&inner, state.nonce), &signatures);
    let from = cast.strangers[1];
    let one = U256::ONE;
    let calls: [(&str, Bytes); 6] = [
        ("execTransaction", execution),
        (
            "checkSignatures",
            IMultisig::checkSignatures_0Call { executor: from, dataHash: hash, signatures: signatures.clone() }
                .abi_encode()
                .into(),
        ),
        (
            "checkSignatures by sender",
            IMultisig::checkSignatures_1Call { dataHash: hash, data: data.clone(), signatures: signatures.clone() }
                .abi_encode()
                .into(),
        ),
        (
            "checkNSignatures",
            IMultisig::checkNSignatures_0Call {
                executor: from,
                dataHash: hash,
                signatures: signatures.clone(),
                requiredSignatures: one,
            }
            .abi_encode()
            .into(),
        ),
        (
            "checkNSignatures by sender",
            IMultisig::checkNSignatures_1Call {
                dataHash: hash,
                data,
                signatures: signatures.clone(),
                requiredSignatures: one,
            }
            .abi_encode()
            .into(),
        ),
        (
            "isValidSignature",
            IFallbackHandler::isValidSignatureCall { _dataHash: hash, _signature: signatures }.abi_encode().into(),
        ),
    ];
    calls
        .into_iter()
        .map(|(label, data)| {
            let mut overrides = Overrides::default();
            overrides.storage(safe, state.storage());
            Case { overrides, ..Case::new(label, from, safe, data) }
        })
        .collect()
}
