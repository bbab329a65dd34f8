//! The two other fallback handlers: one that only receives tokens, and one that an account adds functions to.

use alloy::{
    primitives::{Address, B256, Bytes, FixedBytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use quorate_contracts::bindings::{IExtensibleFallbackHandler, IFallbackHandler};
use quorate_core::{Domain, SafeId, SafeMessage, Version};

use crate::{
    calls::Scene,
    cast::Cast,
    comparison::{Case, compare},
    generate::{WEALTH, any_safe, spoil},
    random::Random,
    signatures::{Care, Request},
    world::{Shared, mapping},
};

/// The first four bytes of a signature that names a domain: keccak256 of `safeSignature(bytes32,bytes32,bytes,bytes)`.
const SAFE_SIGNATURE: [u8; 4] = [0x5f, 0xd7, 0xe9, 0x7d];

type Selector = FixedBytes<4>;

#[tokio::test]
async fn token_callback_handlers_are_the_same() {
    compare("token callback handler", 300, |random, worlds| {
        let cast = &worlds.cast;
        let handler = Shared::get().token_callback;
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        if random.chance(90) {
            state.handler = handler;
        }
        let (label, data) = Scene { cast, safe, state: &state }.handler(random);
        let to = if random.chance(20) { handler } else { safe };
        let mut case = Case::new(label, random.pick(&[safe, cast.strangers[0]]), to, data);
        if random.chance(15) {
            spoil(random, &mut case, 6);
        }
        overrides.storage(safe, state.storage());
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn extensible_handlers_are_the_same() {
    compare("extensible handler", 900, |random, worlds| {
        let cast = &worlds.cast;
        let handler = Shared::get().extensible;
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        if random.chance(95) {
            state.handler = handler;
        }
        let added = Added::any(random, cast);
        overrides.storage(handler, added.storage(safe));

        let scene = Scene { cast, safe, state: &state };
        let from = if random.chance(75) { safe } else { cast.anybody(random) };
        let (label, data) = match random.below(10) {
            0..=2 => ("a setter".to_owned(), added.setter(random, cast)),
            3 => ("a view".to_owned(), added.view(random, safe)),
            4 => {
                let (label, data) = scene.handler(random);
                (label.to_owned(), data)
            }
            5 | 6 => {
                let data = [added.selector(random).as_slice(), &random.some_bytes(100)].concat();
                ("an added function".to_owned(), data)
            }
            _ => {
                let hash = random.word();
                let (label, hash, signature) = if random.chance(60) {
                    added.signature(random)
                } else {
                    let safe = SafeId::new(worlds.chain_id(), safe);
                    let domain = Domain::new(safe, Version::V1_5_0).expect("1.5.0 has a domain");
                    let message = SafeMessage::of_hash(hash).hash(&domain).digest().hash();
                    let required = usize::try_from(state.threshold).expect("a state has few owners");
                    let others = vec![hash, random.word()];
                    let mut request = Request {
                        cast,
                        hash: message,
                        others,
                        required,
                        executor: Address::ZERO,
                        care: Care::Careless,
                    };
                    let (signature, flaw) = request.make(random, &mut state);
                    if random.chance(30) {
                        state.signed.push(message);
                        ("signed on chain".to_owned(), hash, Bytes::new())
                    } else {
                        (flaw, hash, signature)
                    }
                };
                let call = IExtensibleFallbackHandler::isValidSignatureCall { _hash: hash, signature };
                (format!("isValidSignature: {label}"), call.abi_encode())
            }
        };
        // What the account would append is there or not.
        let direct = random.chance(10);
        let data = if direct && random.chance(60) { [data.as_slice(), from.as_slice()].concat() } else { data };
        let mut case = Case::new(label, from, if direct { handler } else { safe }, data);
        if random.chance(15) {
            spoil(random, &mut case, 8);
        }
        if random.chance(3) {
            case.value = U256::ONE;
        }
        overrides.storage(safe, state.storage());
        overrides.balance(case.from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}

/// What an account has added to its handler.
#[derive(Debug)]
pub(crate) struct Added {
    methods: Vec<(Selector, B256)>,
    verifiers: Vec<(B256, Address)>,
    interfaces: Vec<Selector>,
}

impl Added {
    pub(crate) fn any(random: &mut Random, cast: &Cast) -> Self {
        let methods = (0..1 + random.below(3)).map(|_| (any_selector(random), method(random, cast))).collect();
        let verifiers = (0..1 + random.below(2)).map(|_| (random.word(), cast.oddity(random))).collect();
        let interfaces = (0..random.below(3)).map(|_| any_selector(random)).collect();
        Self { methods, verifiers, interfaces }
    }

    /// Returns the storage of the handler: methods, verifiers and interfaces, each by account.
    fn storage(&self, safe: Address) -> Vec<(B256, B256)> {
        let slot = |key: B256, number: u8| mapping(key, mapping(safe.into_word(), B256::with_last_byte(number)));
        let of = |selector: &Selector| B256::right_padding_from(selector.as_slice());
        let methods = self.methods.iter().map(|(selector, method)| (slot(of(selector), 0), *method));
        let verifiers = self.verifiers.iter().map(|(domain, verifier)| (slot(*domain, 1), verifier.into_word()));
        let interfaces = self.interfaces.iter().map(|id| (slot(of(id), 2), B256::with_last_byte(1)));
        methods.chain(verifiers).chain(interfaces).collect()
    }

    fn selector(&self, random: &mut Random) -> Selector {
        if random.chance(20) { any_selector(random) } else { random.pick(&self.methods).0 }
    }

    fn interface(&self, random: &mut Random) -> Selector {
        if self.interfaces.is_empty() || random.chance(40) {
            any_selector(random)
        } else {
            random.pick(&self.interfaces)
        }
    }

    fn domain(&self, random: &mut Random) -> B256 {
        if random.chance(20) { random.word() } else { random.pick(&self.verifiers).0 }
    }

    /// Returns a call that only the account itself may make.
    pub(crate) fn setter(&self, random: &mut Random, cast: &Cast) -> Vec<u8> {
        match random.below(5) {
            0 => {
                let selector = self.selector(random);
                let call = IExtensibleFallbackHandler::setSafeMethodCall { selector, newMethod: method(random, cast) };
                call.abi_encode()
            }
            1 => IExtensibleFallbackHandler::setDomainVerifierCall {
                domainSeparator: self.domain(random),
                newVerifier: if random.chance(30) { Address::ZERO } else { cast.anybody(random) },
            }
            .abi_encode(),
            2 => IExtensibleFallbackHandler::setSupportedInterfaceCall {
                interfaceId: self.interface(random),
                supported: random.chance(50),
            }
            .abi_encode(),
            way => {
                let selectors: Vec<Selector> = (0..random.below(4)).map(|_| self.selector(random)).collect();
                let sum = selectors.iter().fold(Selector::ZERO, |sum, selector| sum ^ *selector);
                let id = if random.chance(85) { sum } else { self.interface(random) };
                if way == 3 {
                    let call =
                        IExtensibleFallbackHandler::removeSupportedInterfaceBatchCall { _interfaceId: id, selectors };
                    return call.abi_encode();
                }
                let items = selectors.iter().map(|selector| {
                    let mut item = method(random, cast);
                    item[1..5].copy_from_slice(selector.as_slice());
                    item
                });
                let items = items.collect();
                IExtensibleFallbackHandler::addSupportedInterfaceBatchCall {
                    _interfaceId: id,
                    handlerWithSelectors: items,
                }
                .abi_encode()
            }
        }
    }

    /// Returns a call that only reads.
    fn view(&self, random: &mut Random, safe: Address) -> Vec<u8> {
        match random.below(5) {
            0 => IExtensibleFallbackHandler::domainVerifiersCall { safe, domainSeparator: self.domain(random) }
                .abi_encode(),
            1 => IExtensibleFallbackHandler::safeInterfacesCall { safe, interfaceId: self.interface(random) }
                .abi_encode(),
            2 => IExtensibleFallbackHandler::safeMethodsCall { safe, selector: self.selector(random) }.abi_encode(),
            _ => {
                let known = [
                    [0x01, 0xff, 0xc9, 0xa7],
                    [0x15, 0x0b, 0x7a, 0x02],
                    [0x4e, 0x23, 0x12, 0xe0],
                    [0x16, 0x26, 0xba, 0x7e],
                    [0x62, 0xaf, 0x8d, 0xc2],
                    [0x98, 0xc8, 0xe0, 0x97],
                    [0x99, 0x37, 0x29, 0x30],
                    [0x64, 0xf9, 0x5a, 0xcc],
                    [0xff; 4],
                    [0; 4],
                ];
                let id = if random.chance(70) { random.pick(&known).into() } else { self.interface(random) };
                IFallbackHandler::supportsInterfaceCall { interfaceId: id }.abi_encode()
            }
        }
    }

    /// Returns what a signature is, the hash it is for, and the signature: one that names a domain.
    fn signature(&self, random: &mut Random) -> (String, B256, Bytes) {
        let (domain, type_hash) = (self.domain(random), random.word());
        let (data, payload) = (random.some_bytes(100), random.some_bytes(100));
        let structure = keccak256([type_hash.as_slice(), &data].concat());
        let digest = keccak256([&[0x19, 0x01], domain.as_slice(), structure.as_slice()].concat());
        let arguments = (domain, type_hash, data, payload).abi_encode_params();
        let mut signature = [SAFE_SIGNATURE.as_slice(), &arguments].concat();
        let mut label = "names a domain";
        match random.below(8) {
            0 => {
                label = "names a domain, other hash";
                return (label.to_owned(), random.word(), signature.into());
            }
            1 => {
                label = "names a domain, cut";
                signature.truncate(random.below(signature.len() + 1));
            }
            2 => {
                label = "names a domain, odd offset";
                let at = 4 + 32 * (2 + random.below(2));
                let offset = match random.below(4) {
                    0 => U256::MAX - U256::from(random.below(64)),
                    1 => U256::from(signature.len() - 4 - random.below(40)),
                    2 => U256::from(random.below(signature.len())),
                    _ => random.number(),
                };
                signature[at..at + 32].copy_from_slice(&offset.to_be_bytes::<32>());
            }
            3 => {
                label = "names a domain, other bit";
                let at = random.below(signature.len());
                signature[at] ^= 1 << random.below(8);
            }
            _ => {}
        }
        (label.to_owned(), digest, signature.into())
    }
}

fn any_selector(random: &mut Random) -> Selector {
    match random.below(10) {
        0 => [0xff; 4].into(),
        1 => Selector::ZERO,
        _ => Selector::from_slice(&random.bytes(4)),
    }
}

/// A method: how the contract is called, bytes without meaning, and the contract.
fn method(random: &mut Random, cast: &Cast) -> B256 {
    let mut method = if random.chance(20) { Address::ZERO } else { cast.anybody(random) }.into_word();
    method[0] = random.pick(&[0, 0, 1, 0xff]);
    if random.chance(20) {
        method[1 + random.below(11)] = random.byte();
    }
    method
}
