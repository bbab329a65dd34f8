//! What a refund pays: (gas of the inner call + base gas) times a price, to the wei.

use std::time::Instant;

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use anvil_fixtures::Fixtures;
use quorate_contracts::bindings::IERC20;
use quorate_core::SafeTx;

use crate::{
    account::{Overrides, SafeState},
    calls::{call, reverter},
    comparison::{Case, Tally},
    generate::{ETHER, WEALTH, signed, transaction},
    outcome::Outcome,
    random::{Random, cases, seed},
    refund::Refund,
    signatures::Care,
    world::{Shared, Worlds},
};

/// The price that the owners sign, and what a unit of gas costs the executor: below, at and above it, and for nothing.
const PRICES: [(u64, u64); 6] = [(1, 1), (1, 7), (7, 7), (8, 7), (1000, 7), (3, 0)];

const BASE_GASES: [u64; 4] = [0, 1, 21_000, 123_456];

/// A refund: who is paid, in what, and what for.
#[derive(Clone, Copy, Debug)]
struct Terms {
    l2: bool,
    token: Address,
    receiver: Address,
    inner: usize,
}

impl Terms {
    fn all(stranger: Address) -> Vec<Self> {
        let Fixtures { token, no_return_token, .. } = *Fixtures::get();
        let mut all = Vec::new();
        for l2 in [false, true] {
            for token in [Address::ZERO, token, no_return_token] {
                for receiver in [Address::ZERO, stranger] {
                    all.extend([0, 1, 2].map(|inner| Self { l2, token, receiver, inner }));
                }
            }
        }
        all
    }
}

#[tokio::test]
async fn refunds_are_the_price_of_the_gas_and_never_above_what_the_executor_pays() {
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    let mut tally = Tally::new("refunds");
    let all = Terms::all(worlds.cast.strangers[3]);
    for index in cases(all.len()) {
        let terms = all[index % all.len()];
        let mut made = Vec::new();
        for (price, gas_price) in PRICES {
            for base_gas in BASE_GASES {
                // The same signatures every time, so that the gas of the inner call is the same.
                let mut random = Random::of_case("refunds", index);
                made.push(case(&mut random, worlds, terms, price, gas_price, base_gas));
            }
        }
        let cases: Vec<Case> = made.iter().map(|(case, _)| case.clone()).collect();
        let outcomes = links.both(&cases, &worlds.cast).await;
        // At the price 1, without base gas, the payment is the gas.
        let refund = made[0].0.refund.expect("the price is 1");
        let (official, ours) = &outcomes[0];
        let gas = [official, ours].map(|outcome| refund.announced(outcome).expect("an execution is announced"));
        assert!(gas[1] <= gas[0], "{terms:?}: {gas:?}, seed {}", seed());
        assert!(gas[1] > U256::from(100), "{terms:?}: {gas:?}, seed {}", seed());
        for ((case, tx), (official, ours)) in made.iter().zip(&outcomes) {
            tally.add(index, case, official, ours);
            let cap = if terms.token.is_zero() { U256::from(case.gas_price) } else { U256::MAX };
            for (outcome, gas) in [official, ours].into_iter().zip(gas) {
                let expected = (gas + tx.base_gas) * tx.gas_price.min(cap);
                check(case, tx, worlds.chain_id(), outcome, expected);
            }
        }
    }
    tally.finish(begin);
}

/// Checks that a payment is announced, and that whoever is to get it, gets it.
fn check(case: &Case, tx: &SafeTx, chain_id: u64, outcome: &Outcome, expected: U256) {
    let what = format!("{tx:?} at {}, seed {}\n{outcome}", case.gas_price, seed());
    assert!(outcome.success, "{what}");
    // Where gas costs the executor nothing there is no refund, but the event still tells.
    let refund =
        Refund::asked(tx, &Case { gas_price: 1, ..case.clone() }, chain_id).expect("the owners signed a price");
    assert_eq!(refund.announced(outcome), Some(expected), "{what}");
    let receiver = if tx.refund_receiver.is_zero() { case.from } else { tx.refund_receiver };
    let transfer = IERC20::transferCall { to: receiver, value: expected }.abi_encode();
    let paid = outcome.frames.iter().any(|frame| {
        let is = |text: &str, address: Address| text.parse() == Ok(address);
        let native = is(&frame.to, receiver) && frame.value == expected && frame.input == "0x";
        let token = is(&frame.to, tx.gas_token) && frame.input == alloy::hex::encode_prefixed(&transfer);
        frame.kind == "CALL" && frame.success && is(&frame.from, case.to) && (native || token)
    });
    assert!(paid || expected.is_zero(), "{expected} was not paid: {what}");
}

fn case(
    random: &mut Random,
    worlds: &Worlds,
    terms: Terms,
    price: u64,
    gas_price: u64,
    base_gas: u64,
) -> (Case, SafeTx) {
    let cast = &worlds.cast;
    let safe = cast.safes[0];
    let mut state = SafeState {
        owners: vec![cast.signers[0].address(), cast.signers[1].address()],
        threshold: U256::from(2),
        ..SafeState::new(if terms.l2 { Shared::get().l2 } else { Shared::get().l1 })
    };
    let inner = match terms.inner {
        0 => call("payment", cast.strangers[2], Vec::new()),
        1 => call("fails", Fixtures::get().reverter, reverter(random)),
        _ => call("counts", Fixtures::get().gas_hog, hog()),
    };
    let tx = SafeTx {
        safe_tx_gas: U256::from(200_000),
        base_gas: U256::from(base_gas),
        gas_price: U256::from(price),
        gas_token: terms.token,
        refund_receiver: terms.receiver,
        ..transaction(&inner, state.nonce)
    };
    let executor = Care::Pinned(cast.strangers[1]);
    let label = format!("{} at {price} of {gas_price}, base {base_gas}", inner.label);
    let mut case = signed(random, worlds, safe, &mut state, &tx, label, executor);
    case.gas_price = gas_price;
    case.refund = Refund::asked(&tx, &case, worlds.chain_id());
    let mut overrides = Overrides::default();
    overrides.storage(safe, state.storage());
    overrides.balance(safe, ETHER);
    overrides.balance(case.from, WEALTH);
    case.overrides = overrides;
    (case, tx)
}

fn hog() -> Vec<u8> {
    anvil_fixtures::bindings::IGasHog::burnCall { gasToBurn: U256::from(30_000) }.abi_encode()
}
