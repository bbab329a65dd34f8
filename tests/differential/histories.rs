//! Random histories of accounts, mined in both worlds.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    time::Instant,
};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolValue,
};
use anvil_fixtures::Fixtures;
use quorate_contracts::{
    bindings::reader::{Account, SafeReading},
    calls::reader_call,
};
use serde_json::json;

use crate::{
    account::SafeState,
    deeds::{Deed, Moment},
    generate::WEALTH,
    known_differences::KnownDifference,
    outcome::{Outcome, readable},
    program::Program,
    random::{Random, cases, chosen, count, say, seed},
    world::{Link, Links, Shared, Worlds},
};

/// How many histories there are, unless `QUORATE_HISTORIES` says otherwise, and how many steps each has, unless
/// `QUORATE_STEPS` does.
const HISTORIES: usize = 24;
const STEPS: usize = 30;

/// Accounts live their lives from setup on; after every transaction the two worlds are the same, but for gas.
#[tokio::test]
async fn histories_are_the_same() {
    let begin = Instant::now();
    let stage = Stage::start().await;
    let steps = chosen().unwrap_or_else(|| (0..count("QUORATE_STEPS", STEPS)).collect());
    let mut tally = Tally::default();
    let histories = cases(count("QUORATE_HISTORIES", HISTORIES));
    for index in &histories {
        if let Err(failure) = stage.play(*index, &steps, &mut tally).await {
            let (kept, failure) = stage.shrink(*index, failure).await;
            let kept: Vec<String> = kept.iter().map(ToString::to_string).collect();
            panic!(
                "history {index} differs; again: QUORATE_SEED={} QUORATE_CASE={index} QUORATE_ONLY_STEPS={}\n{}",
                seed(),
                kept.join(","),
                failure.report,
            );
        }
    }
    let Tally { mined, succeeded, known } = tally;
    let histories = histories.len();
    say(&format!("histories: {histories}, {mined} transactions, {succeeded} succeeded, {:.1?}", begin.elapsed()));
    for (known, count) in known {
        say(&format!("histories: {count} transactions of a known difference: {}", known.title()));
    }
}

/// Two worlds in which blocks are mined. Whatever happens there is undone before the next history.
#[derive(Debug)]
struct Stage {
    worlds: Worlds,
    links: Links,
    actors: [Address; 2],
}

/// What has been seen.
#[derive(Debug, Default)]
struct Tally {
    mined: usize,
    succeeded: usize,
    known: BTreeMap<KnownDifference, usize>,
}

/// Where a history went two ways.
#[derive(Debug)]
struct Failure {
    /// The steps up to there.
    steps: Vec<usize>,
    report: String,
}

impl Stage {
    async fn start() -> Self {
        let worlds = Worlds::start().await;
        let links = worlds.links();
        let mut random = Random::of_case("actors", 0);
        let actors = [random.address(), random.address()];
        for link in [&links.official, &links.ours] {
            link.prepare_mining().await;
            for actor in actors {
                link.set_code(actor, &Program::idle()).await;
            }
        }
        let stage = Self { worlds, links, actors };
        for address in stage.addresses().filter(|address| !stage.worlds.cast.safes.contains(address)) {
            stage.fund(address, WEALTH).await;
        }
        stage
    }

    /// Everybody who may send transactions.
    fn addresses(&self) -> impl Iterator<Item = Address> {
        let cast = &self.worlds.cast;
        let Fixtures { reverter, gas_hog, delegate_target, guard, module_guard, module, .. } = *Fixtures::get();
        let mut addresses: Vec<Address> = (0..20).map(Address::with_last_byte).collect();
        addresses.extend(cast.proxies().chain(Shared::addresses()).chain(cast.tokens).chain(self.actors));
        addresses.extend(cast.signers.iter().map(|signer| signer.address()));
        addresses.extend(cast.validators.iter().map(|(address, _)| *address));
        addresses.extend(cast.oddities.iter().map(|(address, _)| *address));
        addresses.extend(&cast.strangers);
        addresses.extend([reverter, gas_hog, delegate_target, guard, module_guard, module]);
        addresses.into_iter()
    }

    async fn fund(&self, address: Address, balance: U256) {
        tokio::join!(self.links.official.set_balance(address, balance), self.links.ours.set_balance(address, balance));
    }

    /// Runs some steps of a history, and undoes it.
    async fn play(&self, index: usize, steps: &[usize], tally: &mut Tally) -> Result<(), Failure> {
        let Links { official, ours } = &self.links;
        let snapshots =
            tokio::join!(official.request("evm_snapshot", json!([])), ours.request("evm_snapshot", json!([])));
        let played = self.live(index, steps, tally).await;
        tokio::join!(
            official.request("evm_revert", json!([snapshots.0])),
            ours.request("evm_revert", json!([snapshots.1]))
        );
        played
    }

    async fn live(&self, index: usize, steps: &[usize], tally: &mut Tally) -> Result<(), Failure> {
        let cast = &self.worlds.cast;
        let mut random = Random::of_case("histories", index);
        let safe = random.pick(&cast.safes);
        let Shared { l1, l2, .. } = Shared::get();
        let mut storage = SafeState::new(random.pick(&[l1, l2])).storage();
        for (slot, value) in &storage {
            let params = json!([safe, U256::from_be_bytes(slot.0), value]);
            tokio::join!(
                self.links.official.request("anvil_setStorageAt", params.clone()),
                self.links.ours.request("anvil_setStorageAt", params)
            );
        }
        self.fund(safe, crate::generate::ETHER).await;

        let mut told = String::new();
        for (at, step) in steps.iter().enumerate() {
            let failed = |report: String| Failure { steps: steps[..=at].to_vec(), report };
            // A step is the same whichever steps came before it, as far as the state that they left allows.
            let mut random = Random::of_case("steps", index * 10_000 + step);
            let state = SafeState::read(&storage);
            let moment = Moment { worlds: &self.worlds, safe, state, actors: self.actors };
            for deed in moment.step(&mut random) {
                let case = match deed {
                    Deed::Mine(case) => case,
                    Deed::Program(address, code) => {
                        tokio::join!(
                            self.links.official.set_code(address, &code),
                            self.links.ours.set_code(address, &code)
                        );
                        let _ = writeln!(told, "{step:3} {address} gets the code {code}");
                        continue;
                    }
                    Deed::Fund(address, balance) => {
                        self.fund(address, balance).await;
                        let _ = writeln!(told, "{step:3} {address} has {balance} wei");
                        continue;
                    }
                };
                let mined = self.links.mined(&case, cast).await;
                let _ = writeln!(told, "{step:3} {}: {}", case.label, ending(&mined.official));
                tally.mined += 1;
                tally.succeeded += usize::from(mined.official.success);
                match mined.result {
                    Ok(None) => {}
                    // From here on the two need not be the same any more.
                    Ok(Some(known)) => {
                        *tally.known.entry(known).or_default() += 1;
                        if mined.official.changes != mined.ours.changes {
                            return Ok(());
                        }
                    }
                    Err(what) => {
                        let report = format!(
                            "{what}\n{told}\n  {} -> {} value {} gas price {}\n  data {}\n  before: {:?}\n  official:\n{}  \
                             ours:\n{}",
                            case.from,
                            case.to,
                            case.value,
                            case.gas_price,
                            case.data,
                            SafeState::read(&storage),
                            mined.official,
                            mined.ours,
                        );
                        return Err(failed(report));
                    }
                }
                remember(&mut storage, safe, &mined.official);
            }
        }
        self.compare_ends(safe)
            .await
            .map_err(|what| Failure { steps: steps.to_vec(), report: format!("at the end, {what}\n{told}") })
    }

    /// Compares the state of the whole chain, and what a client reads of the account.
    async fn compare_ends(&self, safe: Address) -> Result<(), String> {
        let Links { official, ours } = &self.links;
        let cast = &self.worlds.cast;
        let states = tokio::join!(official.state(cast), ours.state(cast));
        let addresses: BTreeSet<&Address> = states.0.keys().chain(states.1.keys()).collect();
        for address in addresses {
            let [official, ours] = [&states.0, &states.1].map(|state| state.get(address));
            if official != ours {
                return Err(format!("{address} differs: official {official:?} ours {ours:?}"));
            }
        }
        let (official, ours) = tokio::join!(read(official, safe), read(ours, safe));
        if official == ours { Ok(()) } else { Err(format!("readings differ: official {official:?} ours {ours:?}")) }
    }

    /// Leaves out every step that is not needed for a history to fail.
    async fn shrink(&self, index: usize, mut failure: Failure) -> (Vec<usize>, Failure) {
        let mut kept = failure.steps.clone();
        for step in failure.steps.clone().into_iter().rev() {
            let fewer: Vec<usize> = kept.iter().copied().filter(|kept| *kept != step).collect();
            if let Err(smaller) = self.play(index, &fewer, &mut Tally::default()).await {
                kept.clone_from(&smaller.steps);
                failure = smaller;
            }
        }
        (kept, failure)
    }
}

/// How a transaction ended, in a few words.
fn ending(outcome: &Outcome) -> String {
    let verb = if outcome.success { "returned" } else { "reverted" };
    let output = readable(&outcome.output);
    let output = output.rsplit_once('(').map_or(output.get(..74).unwrap_or(&output), |(_, reason)| reason);
    format!("{verb} {}, {} events", output.trim_end_matches(')').escape_debug(), outcome.events.len())
}

/// Goes on from what a transaction did to the account's storage.
fn remember(storage: &mut BTreeMap<B256, B256>, safe: Address, outcome: &Outcome) {
    if let Some(change) = outcome.changes.get(&safe) {
        storage.extend(&change.storage);
    }
}

/// Reads an account as a client does, and leaves out whose code it found.
async fn read(link: &Link, safe: Address) -> Vec<String> {
    let bytes: Bytes = link.call(None, &reader_call(safe, Vec::new())).await;
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
