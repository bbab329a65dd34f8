//! Signatures that are checked for somebody else: by the account itself and by its fallback handler.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use quorate_contracts::bindings::{IFallbackHandler, IMultisig};
use quorate_core::{Domain, SafeId, SafeMessage, Version};

use crate::{
    calls::Scene,
    comparison::{Case, compare},
    generate::{WEALTH, any_safe},
    signatures::{Care, Request},
    world::Shared,
};

#[tokio::test]
async fn signature_checks_are_the_same() {
    compare("checkSignatures", 800, |random, worlds| {
        let cast = &worlds.cast;
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        let hash = random.word();
        let from = cast.anybody(random);
        let required = if random.chance(70) { state.threshold } else { U256::from(random.below(5)) };
        let required = if random.chance(5) { random.number() } else { required };
        let read = usize::try_from(required).unwrap_or(1).min(8);
        let mut request = Request {
            cast,
            hash,
            others: vec![random.word()],
            required: read,
            executor: cast.anybody(random),
            care: Care::Careless,
        };
        let (signatures, flaw) = request.make(random, &mut state);
        let executor = request.executor;
        if random.chance(5) {
            state.threshold = random.pick(&[U256::ZERO, U256::from(7), U256::MAX]);
        }
        let data = random.some_bytes(80);
        let (from, kind, call) = match random.below(4) {
            0 => {
                let call = IMultisig::checkSignatures_0Call { executor, dataHash: hash, signatures };
                (from, "with executor", call.abi_encode())
            }
            1 => {
                let call = IMultisig::checkSignatures_1Call { dataHash: hash, data, signatures };
                (executor, "by sender", call.abi_encode())
            }
            2 => {
                let required = if random.chance(85) { required } else { random.number() };
                let call = IMultisig::checkNSignatures_0Call {
                    executor,
                    dataHash: hash,
                    signatures,
                    requiredSignatures: required,
                };
                (from, "N with executor", call.abi_encode())
            }
            _ => {
                let call = IMultisig::checkNSignatures_1Call {
                    dataHash: hash,
                    data,
                    signatures,
                    requiredSignatures: required,
                };
                (executor, "N by sender", call.abi_encode())
            }
        };
        overrides.storage(safe, state.storage());
        let mut case = Case::new(format!("{kind}: {flaw}"), from, safe, call);
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn fallback_handlers_are_the_same() {
    compare("fallback handler", 800, |random, worlds| {
        let cast = &worlds.cast;
        let handler = Shared::get().handler;
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        let (label, data) = if random.chance(30) {
            let hash = random.word();
            let domain =
                Domain::new(SafeId::new(worlds.chain_id(), safe), Version::V1_5_0).expect("1.5.0 has a domain");
            let message = SafeMessage::of_hash(hash).hash(&domain).digest().hash();
            let others = vec![hash, random.word()];
            let required = usize::try_from(state.threshold).expect("a state has few owners");
            let mut request =
                Request { cast, hash: message, others, required, executor: Address::ZERO, care: Care::Careless };
            let (mut signature, flaw) = request.make(random, &mut state);
            if random.chance(30) {
                signature = Bytes::new();
                if random.chance(50) {
                    state.signed.push(message);
                }
            }
            let call = IFallbackHandler::isValidSignatureCall { _dataHash: hash, _signature: signature };
            (format!("isValidSignature: {flaw}"), call.abi_encode())
        } else {
            let (label, data) = Scene { cast, safe, state: &state }.handler(random);
            (label.to_owned(), data)
        };
        overrides.storage(safe, state.storage());
        let direct = random.chance(15);
        let from = if direct && random.chance(60) { safe } else { cast.anybody(random) };
        let mut case = Case::new(label, from, if direct { handler } else { safe }, data);
        if random.chance(5) {
            case.value = U256::ONE;
        }
        overrides.balance(from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}
