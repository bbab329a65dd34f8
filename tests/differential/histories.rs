//! Random histories of accounts.

use std::time::Instant;

use alloy::{
    primitives::{Address, Bytes},
    sol_types::SolValue,
};
use quorate_contracts::{
    bindings::reader::{Account, SafeReading},
    calls::reader_call,
};
use serde_json::{Value, json};

use crate::{
    account::SafeState,
    comparison::Tally,
    generate::{ETHER, WEALTH, any_safe, direct, execute},
    random::{Random, cases},
    world::Worlds,
};

/// A history of an account: every call starts from the state that those before it left.
#[tokio::test]
async fn histories_are_the_same() {
    const HISTORIES: usize = 40;
    const STEPS: usize = 12;
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    let mut tally = Tally::new("histories");
    for index in cases(HISTORIES) {
        let mut random = Random::of_case("histories", index);
        let (safe, state, mut overrides) = any_safe(&mut random, worlds);
        overrides.storage(safe, state.storage());
        for step in 0..STEPS {
            let mut state = SafeState::read(&overrides.storage_of(safe));
            let mut case = if random.chance(60) {
                execute(&mut random, worlds, safe, &mut state)
            } else {
                direct(&mut random, worlds, safe, &mut state)
            };
            case.label.push_str(&format!(", step {step}"));
            overrides.storage(safe, state.approvals());
            overrides.balance(case.from, WEALTH);
            overrides.balance(safe, ETHER);
            case.overrides = overrides.clone();
            let outcomes = links.both(std::slice::from_ref(&case), &worlds.cast).await;
            let (official, ours) = &outcomes[0];
            tally.add(index, &case, official, ours);
            overrides.apply(&official.changes);
        }
        // What a client reads at the end.
        let reading = json!([{ "data": reader_call(safe, Vec::new()) }, "latest", overrides.json()]);
        let (official, ours) =
            tokio::join!(links.official.request("eth_call", reading.clone()), links.ours.request("eth_call", reading),);
        assert_eq!(strip_code(&official), strip_code(&ours), "history {index}");
    }
    tally.finish(begin);
}

/// Decodes what the reader says and leaves out whose code it found.
fn strip_code(answer: &Value) -> Vec<String> {
    let bytes: Bytes = answer.as_str().and_then(|hex| hex.parse().ok()).expect("eth_call answers bytes");
    let reading = SafeReading::abi_decode(&bytes).expect("the reader answers a reading");
    let addresses = |accounts: &[Account]| accounts.iter().map(|account| account.account).collect::<Vec<Address>>();
    vec![
        format!("{} {} {}", reading.isSafe, reading.version, reading.balance),
        format!("nonce {} threshold {} owners {}", reading.nonce, reading.threshold, reading.ownerCount),
        format!("{:?} {}", addresses(&reading.owners), reading.ownersComplete),
        format!("{:?} {}", addresses(&reading.modules), reading.modulesComplete),
        format!("{:?}", addresses(&[reading.singleton, reading.guard, reading.moduleGuard, reading.fallbackHandler])),
    ]
}
