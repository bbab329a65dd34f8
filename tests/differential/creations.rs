//! Factories: the same behaviour, and addresses as the core crate predicts them.

use std::time::Instant;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::SolCall,
};
use quorate_contracts::{
    Deployments, Family, Flavor,
    bindings::{ILegacyProxyFactory, IMultisigProxyFactory},
};
use quorate_core::{Creation, Salt, init_code_hash};

use crate::{
    comparison::{Case, compare},
    generate::setup,
    random::{Random, cases, say, seed},
    world::{Shared, Worlds, call_params},
};

/// How many addresses are predicted.
const PREDICTIONS: usize = 400;

#[tokio::test]
async fn creations_are_the_same() {
    compare("factory", 500, |random, worlds| {
        let cast = &worlds.cast;
        let shared = Shared::get();
        let singleton = if random.chance(80) { random.pick(&[shared.l1, shared.l2]) } else { cast.anybody(random) };
        let mut initializer: Bytes = match random.below(5) {
            0 => Bytes::new(),
            1 => random.some_bytes(40),
            _ => {
                let nobody = random.address();
                setup(random, worlds, nobody).into()
            }
        };
        // What these do depends on the address of the proxy.
        let own = [shared.sign_message_lib, shared.create_call];
        if own
            .iter()
            .chain(&cast.tokens)
            .any(|library| initializer.windows(20).any(|bytes| bytes == library.as_slice()))
        {
            initializer = Bytes::new();
        }
        let salt_nonce = random.number();
        let (label, data, salt) = create(random.below(4), singleton, &initializer, salt_nonce, worlds.chain_id());
        // The proxies have different code, so they have different addresses.
        let [official, ours] = [0, 1].map(|world| {
            let init_code_hash = init_code_hash(&worlds.proxy_creation_codes[world], singleton);
            let initializer_hash = keccak256(&initializer);
            Creation { factory: shared.factory, init_code_hash, initializer_hash, salt_nonce, salt }.address()
        });
        let mut case = Case::new(label, cast.anybody(random), shared.factory, data);
        case.twins.push((official, ours));
        if random.chance(10) {
            // The address is taken.
            case.overrides.nonce(official, 1);
            case.overrides.nonce(ours, 1);
        }
        if random.chance(3) {
            case.value = U256::ONE;
            case.overrides.balance(case.from, U256::from(10));
        }
        case
    })
    .await;
}

#[tokio::test]
async fn every_factory_creates_where_the_core_says() {
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    let chain_id = worlds.chain_id();
    let mut expected = Vec::new();
    let mut requests = Vec::new();
    for index in cases(PREDICTIONS) {
        let mut random = Random::of_case("predictions", index);
        let salt_nonce = random.number();
        // Anything that the proxy does not refuse: an unknown call to an account without a handler is answered.
        let unknown = random.bytes(50);
        let initializer = random.pick(&[Bytes::new(), vec![0xff; 4].into(), unknown]);
        for family in Family::ALL {
            let set = Deployments::of(family);
            let flavor = random.pick(&Flavor::ALL);
            let singleton = set.singleton(flavor).address;
            let ways = match family {
                Family::V1_3_0 => [0, 4].as_slice(),
                Family::V1_4_1 => &[0, 2, 4],
                _ => &[0, 1, 2, 3],
            };
            let (label, call, salt) = create(random.pick(ways), singleton, &initializer, salt_nonce, chain_id);
            let address = Creation {
                factory: set.proxy_factory().address,
                init_code_hash: set.proxy.init_code_hash(flavor),
                initializer_hash: keccak256(&initializer),
                salt_nonce,
                salt,
            }
            .address();
            expected.push((format!("{family} {flavor} {label}, case {index}"), address));
            requests.push(("eth_call", call_params(Some(set.proxy_factory().address), &call)));
        }
    }
    for (chunk, expected) in requests.chunks(100).zip(expected.chunks(100)) {
        let answers = links.official.batch(chunk.to_vec()).await;
        for ((what, address), answer) in expected.iter().zip(answers) {
            let answer = answer.unwrap_or_else(|error| panic!("{what}: {error}"));
            let word: B256 = answer.as_str().and_then(|hex| hex.parse().ok()).expect("a factory answers an address");
            assert_eq!(Address::from_word(word), *address, "{what}, seed {}", seed());
        }
    }
    say(&format!("predictions: {} addresses, {:.1?}", expected.len(), begin.elapsed()));
}

/// Calldata that creates a proxy in one of five ways, and the salt of that way.
fn create(
    way: usize,
    _singleton: Address,
    initializer: &Bytes,
    salt_nonce: U256,
    chain_id: u64,
) -> (&'static str, Vec<u8>, Salt) {
    let initializer = initializer.clone();
    let specific = Salt::ChainSpecific(chain_id);
    match way {
        0 => {
            let call =
                IMultisigProxyFactory::createProxyWithNonceCall { _singleton, initializer, saltNonce: salt_nonce };
            ("createProxyWithNonce", call.abi_encode(), Salt::Nonce)
        }
        1 => {
            let call =
                IMultisigProxyFactory::createProxyWithNonceL2Call { _singleton, initializer, saltNonce: salt_nonce };
            ("createProxyWithNonceL2", call.abi_encode(), Salt::Nonce)
        }
        2 => {
            let call = IMultisigProxyFactory::createChainSpecificProxyWithNonceCall {
                _singleton,
                initializer,
                saltNonce: salt_nonce,
            };
            ("createChainSpecificProxyWithNonce", call.abi_encode(), specific)
        }
        3 => {
            let call = IMultisigProxyFactory::createChainSpecificProxyWithNonceL2Call {
                _singleton,
                initializer,
                saltNonce: salt_nonce,
            };
            ("createChainSpecificProxyWithNonceL2", call.abi_encode(), specific)
        }
        _ => {
            // Without a callback there is nobody to call, but the salt is made in the same way.
            let callback = Address::ZERO;
            let call = ILegacyProxyFactory::createProxyWithCallbackCall {
                _singleton,
                initializer,
                saltNonce: salt_nonce,
                callback,
            };
            ("createProxyWithCallback", call.abi_encode(), Salt::Callback(callback))
        }
    }
}
