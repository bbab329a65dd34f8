//! One case in both worlds.

use std::{collections::BTreeMap, fmt::Debug, time::Instant};

use alloy::primitives::{Address, B256, Bytes, U256, b256};
use serde_json::{Value, json};

use crate::{
    account::Overrides,
    cast::Cast,
    known_differences::{KnownDifference, failed_simulation},
    outcome::{Change, Outcome},
    random::{Random, cases, say, seed},
    refund::Refund,
    world::{Link, Links, Worlds},
};

/// Gas of every case: so much that no case needs a hundredth of it unless it wants all there is.
pub(crate) const GAS: u64 = 20_000_000;

/// How many cases travel in one request.
const CHUNK: usize = 24;

/// How many differences are shown.
const SHOWN: usize = 4;

/// A call and the state it starts from.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What the case is about.
    pub(crate) label: String,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) gas_price: u64,
    pub(crate) overrides: Overrides,
    /// Addresses that cannot be the same: each pair is the official one and ours.
    pub(crate) twins: Vec<(Address, Address)>,
    /// Who pays whom in which token for gas; what is paid may differ.
    pub(crate) refund: Option<Refund>,
    /// No encoder writes such data.
    pub(crate) malformed: bool,
    /// Where the answer tells used gas: the word of the answer, behind a first word that is not 0.
    pub(crate) gas_word: Option<usize>,
}

impl Case {
    pub(crate) fn new(label: impl Into<String>, from: Address, to: Address, data: impl Into<Bytes>) -> Self {
        Self {
            label: label.into(),
            from,
            to,
            value: U256::ZERO,
            data: data.into(),
            gas_price: 0,
            overrides: Overrides::default(),
            twins: Vec::new(),
            refund: None,
            malformed: false,
            gas_word: None,
        }
    }

    fn requests(&self) -> [(&'static str, Value); 2] {
        let transaction = json!({
            "from": self.from,
            "to": self.to,
            "value": self.value,
            "data": self.data,
            "gas": U256::from(GAS),
            "gasPrice": U256::from(self.gas_price),
        });
        let mut overrides = self.overrides.clone();
        // Whoever sends transactions to one of the worlds pays its producer.
        overrides.default_balance(Address::ZERO, U256::from(1));
        let overrides = overrides.json();
        let tracers = [("callTracer", json!({ "withLog": true })), ("prestateTracer", json!({ "diffMode": true }))];
        tracers.map(|(tracer, config)| {
            let options = json!({ "tracer": tracer, "tracerConfig": config, "stateOverrides": overrides });
            ("debug_traceCall", json!([transaction, "latest", options]))
        })
    }

    /// Leaves out what a call costs its sender and gives to the block's producer, the code of the twins, and what
    /// [`Case::visible`] leaves out.
    fn bare(&self, outcome: Outcome, cast: &Cast) -> Outcome {
        let mut outcome = self.visible(outcome, cast);
        for (official, _) in &self.twins {
            if let Some(change) = outcome.changes.get_mut(official) {
                change.code = change.code.take().map(|_| "0x".to_owned());
            }
        }
        if let Some(change) = outcome.changes.get_mut(&self.from) {
            change.nonce = None;
        }
        if self.gas_price != 0 {
            for address in [self.from, Address::ZERO] {
                if let Some(change) = outcome.changes.get_mut(&address) {
                    change.balance = None;
                }
            }
        }
        outcome.changes.retain(|_, change| *change != Change::default());
        outcome
    }

    /// Leaves out calls among the contracts that are compared (how they share their work is their own business), and calls
    /// that do nothing because there is neither code nor value (some compilers look for code before they call, some after).
    pub(crate) fn visible(&self, mut outcome: Outcome, cast: &Cast) -> Outcome {
        outcome.failed_simulation = failed_simulation(self, &outcome);
        outcome.frames.retain(|frame| {
            let to: Address = frame.to.parse().unwrap_or_default();
            let idle = frame.value.is_zero() && cast.has_no_code(to);
            // What a factory creates is compared by what it changes.
            let created = frame.kind == "CREATE2" && frame.from.parse().is_ok_and(|from| cast.is_compared(from));
            !idle && !created && !cast.is_compared(to) && self.twins.iter().all(|(official, _)| *official != to)
        });
        outcome
    }
}

impl Link {
    /// Runs cases, each on its own.
    async fn outcomes(&self, cases: &[Case], cast: &Cast, official: bool) -> Vec<Outcome> {
        let answers = self.batch(cases.iter().flat_map(Case::requests).collect()).await;
        let answers: Vec<Value> = answers
            .into_iter()
            .map(|answer| match answer {
                // Calls nested more deeply than JSON is read: what is left to compare is what changed.
                Err(error) if error.to_string().contains("recursion limit") => json!({ "error": "too deep" }),
                answer => answer.unwrap_or_else(|error| panic!("debug_traceCall: {error}")),
            })
            .collect();
        let pairs = cases.iter().zip(answers.chunks_exact(2));
        pairs
            .map(|(case, answers)| {
                let [calls, states] = [0, 1].map(|index| neutral(&answers[index], &case.twins, official));
                case.bare(Outcome::new(&calls, &states), cast)
            })
            .collect()
    }
}

/// Writes the official address wherever ours stands.
fn neutral(answer: &Value, twins: &[(Address, Address)], official: bool) -> Value {
    if official || twins.is_empty() {
        return answer.clone();
    }
    let mut text = answer.to_string();
    for (official, ours) in twins {
        text = text.replace(&alloy::hex::encode(ours), &alloy::hex::encode(official));
    }
    serde_json::from_str(&text).expect("one address for another leaves JSON")
}

/// Runs `count` random cases in both worlds and panics with every difference that is not known.
pub(crate) async fn compare(test: &str, count: usize, make: impl Fn(&mut Random, &'static Worlds) -> Case) {
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    let mut tally = Tally::new(test);
    for chunk in cases(count).chunks(CHUNK) {
        let cases: Vec<Case> = chunk.iter().map(|index| make(&mut Random::of_case(test, *index), worlds)).collect();
        for ((index, case), (official, ours)) in chunk.iter().zip(&cases).zip(links.both(&cases, &worlds.cast).await) {
            tally.add(*index, case, &official, &ours);
        }
    }
    tally.finish(begin);
}

impl Links {
    /// Runs cases in both worlds.
    pub(crate) async fn both(&self, cases: &[Case], cast: &Cast) -> Vec<(Outcome, Outcome)> {
        let (official, ours) =
            tokio::join!(self.official.outcomes(cases, cast, true), self.ours.outcomes(cases, cast, false));
        official.into_iter().zip(ours).collect()
    }
}

/// What a test has seen.
#[derive(Debug)]
pub(crate) struct Tally<'a> {
    test: &'a str,
    cases: usize,
    succeeded: usize,
    known: BTreeMap<KnownDifference, usize>,
    differences: Vec<(String, String)>,
}

impl<'a> Tally<'a> {
    pub(crate) const fn new(test: &'a str) -> Self {
        Self { test, cases: 0, succeeded: 0, known: BTreeMap::new(), differences: Vec::new() }
    }

    /// Compares the outcomes of one case.
    pub(crate) fn add(&mut self, index: usize, case: &Case, official: &Outcome, ours: &Outcome) {
        self.cases += 1;
        self.succeeded += usize::from(official.success);
        let compared = check(case, official, ours);
        if let Ok(Some(known)) = compared {
            *self.known.entry(known).or_default() += 1;
        }
        if let Err(what) = compared {
            let report = format!(
                "{} case {index}, {}: {what}\n  seed {}\n  {} -> {} value {} gas price {}\n  data {}\n  state {}\n  \
                 official:\n{official}  ours:\n{ours}",
                self.test,
                case.label,
                seed(),
                case.from,
                case.to,
                case.value,
                case.gas_price,
                case.data,
                case.overrides.json(),
            );
            self.differences.push((format!("{index} {}: {what}", case.label), report));
        }
    }

    /// Says how many cases there were, and fails if any differed.
    pub(crate) fn finish(self, begin: Instant) {
        let Self { test, cases, succeeded, known, differences } = self;
        say(&format!("{test}: {cases} cases, {succeeded} succeeded, {:.1?}", begin.elapsed()));
        for (known, count) in known {
            say(&format!("{test}: {count} cases of a known difference: {}", known.title()));
        }
        if !differences.is_empty() {
            let list: Vec<&str> = differences.iter().map(|(line, _)| line.as_str()).collect();
            let shown: Vec<&str> = differences.iter().take(SHOWN).map(|(_, report)| report.as_str()).collect();
            panic!("{} of {cases} differ\n{}\n\n{}", differences.len(), list.join("\n"), shown.join("\n"));
        }
    }
}

/// Compares the outcomes of a case; returns the known difference that they show.
pub(crate) fn check(case: &Case, official: &Outcome, ours: &Outcome) -> Result<Option<KnownDifference>, String> {
    match (KnownDifference::of(case, official, ours), same(case, official, ours)) {
        (Some(known), _) if !known.holds(official, ours) => Err(format!("not what is known of: {}", known.title())),
        (Some(known), Err(_)) => Ok(Some(known)),
        (_, compared) => compared.map(|()| None),
    }
}

/// Compares two outcomes. What a refund pays depends on gas, so it is checked by itself and then taken out of both.
fn same(case: &Case, official: &Outcome, ours: &Outcome) -> Result<(), String> {
    differ("results", &official.success, &ours.success)?;
    let payments = case.refund.and_then(|refund| Some((refund, refund.payment(official)?, refund.payment(ours)?)));
    let told = case.gas_word.and_then(|at| Some((at, official.word(0)?, official.word(at)?, ours.word(at)?)));
    let (official, ours) = match payments {
        _ if told.is_some_and(|(_, first, ..)| !first.is_zero()) => {
            let (at, _, theirs, our) = told.expect("it was looked at");
            // How much is for the tests of gas to say; here it only has to be the same measure.
            let slack = theirs / U256::from(4) + U256::from(1000);
            if our > theirs + slack || our + slack < theirs / U256::from(2) {
                return Err(format!("{our} gas instead of {theirs}"));
            }
            (&official.without_word(at), &ours.without_word(at))
        }
        Some((refund, theirs, our)) if theirs != our => {
            if let Some(strange) = [theirs, our].into_iter().find(|payment| !refund.explains(*payment)) {
                return Err(format!("a payment of {strange} for gas"));
            }
            (&without_payment(official, theirs), &without_payment(ours, our))
        }
        _ => (official, ours),
    };
    differ("outputs", &official.output, &ours.output)?;
    differ_at("events", &official.events, &ours.events)?;
    differ_at("changes", &list(&official.changes), &list(&ours.changes))?;
    // Of calls that were undone nobody can tell.
    if official.success { differ_at("calls", &official.frames, &ours.frames) } else { Ok(()) }
}

fn list(changes: &BTreeMap<Address, Change>) -> Vec<(&Address, &Change)> {
    changes.iter().collect()
}

fn differ<T: Debug + Eq>(what: &str, official: &T, ours: &T) -> Result<(), String> {
    if official == ours { Ok(()) } else { Err(format!("{what} differ: official {official:?} ours {ours:?}")) }
}

/// Compares lists and names the first place where they differ.
fn differ_at<T: Debug + Eq>(what: &str, official: &[T], ours: &[T]) -> Result<(), String> {
    let place = (0..official.len().max(ours.len())).find(|at| official.get(*at) != ours.get(*at));
    place.map_or(Ok(()), |at| differ(what, &official.get(at), &ours.get(at)))
}

/// Replaces the payment where it is passed on and where it is announced, and leaves of balances only that they changed.
fn without_payment(outcome: &Outcome, payment: U256) -> Outcome {
    let mut outcome = with_marked_payment(outcome, payment);
    let tokens = Cast::tokens();
    for (address, change) in &mut outcome.changes {
        change.balance = change.balance.map(|_| U256::ZERO);
        if tokens.contains(address) {
            change.storage.values_mut().for_each(|value| *value = B256::ZERO);
        }
    }
    outcome
}

/// Replaces the payment where it is passed on and where it is announced.
pub(crate) fn with_marked_payment(outcome: &Outcome, payment: U256) -> Outcome {
    /// Any word that nobody else uses.
    const MARK: B256 = b256!("7061796d656e747061796d656e747061796d656e747061796d656e747061796d");
    let mut outcome = outcome.clone();
    for event in &mut outcome.events {
        replace_word(&mut event.data, 0, payment.into(), MARK);
    }
    for frame in &mut outcome.frames {
        replace_word(&mut frame.input, 4, payment.into(), MARK);
        // An answer is plain words, or what a custom error carries.
        replace_word(&mut frame.output, 0, payment.into(), MARK);
        replace_word(&mut frame.output, 4, payment.into(), MARK);
        if frame.value == payment {
            frame.value = MARK.into();
        }
    }
    outcome
}

/// Replaces one word by another among those that begin behind the first `skipped` bytes of a hexadecimal text.
fn replace_word(text: &mut String, skipped: usize, word: B256, other: B256) {
    let (word, other) = (alloy::hex::encode(word), alloy::hex::encode(other));
    let mut at = 2 + 2 * skipped;
    while let Some(found) = text.get(at..at + 64) {
        if found == word {
            text.replace_range(at..at + 64, &other);
        }
        at += 64;
    }
}
