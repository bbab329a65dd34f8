//! What a call did, as two traces of it say.

use std::{collections::BTreeMap, fmt};

use alloy::primitives::{Address, B256, Bytes, U256};
use serde_json::Value;

/// Everything that a call did, except the gas it took.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) success: bool,
    /// What was returned or reverted with.
    pub(crate) output: String,
    pub(crate) events: Vec<Event>,
    /// The calls in the order in which they were made, the first one left out.
    pub(crate) frames: Vec<Frame>,
    pub(crate) changes: BTreeMap<Address, Change>,
    /// What the target of a simulation failed with, as the account told its fallback handler.
    pub(crate) failed_simulation: Option<Bytes>,
}

/// An event that was not undone.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Event {
    pub(crate) address: String,
    pub(crate) topics: Vec<String>,
    pub(crate) data: String,
}

/// A call, at any depth.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) value: U256,
    pub(crate) input: String,
    pub(crate) success: bool,
    pub(crate) output: String,
}

/// What changed about one account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Change {
    pub(crate) balance: Option<U256>,
    pub(crate) nonce: Option<u64>,
    pub(crate) code: Option<String>,
    /// The new value of every slot that changed.
    pub(crate) storage: BTreeMap<B256, B256>,
}

impl Outcome {
    /// Reads the answers of `callTracer` with logs and of `prestateTracer` with differences.
    pub(crate) fn new(calls: &Value, states: &Value) -> Self {
        let mut events = Vec::new();
        let mut frames = Vec::new();
        walk(calls, true, &mut events, &mut frames);
        // The chain numbers events as they happen, across calls.
        events.sort_by_key(|(index, _)| *index);
        let first = frames.remove(0);
        Self {
            success: first.success,
            output: first.output,
            events: events.into_iter().map(|(_, event)| event).collect(),
            frames,
            changes: changes(states),
            failed_simulation: None,
        }
    }

    /// Returns one word of what was returned or reverted with.
    pub(crate) fn word(&self, at: usize) -> Option<U256> {
        let digits = self.output.get(2 + 64 * at..66 + 64 * at)?;
        U256::from_str_radix(digits, 16).ok()
    }

    /// Returns the same with one word of the output set to 0.
    pub(crate) fn without_word(&self, at: usize) -> Self {
        let mut outcome = self.clone();
        if outcome.word(at).is_some() {
            outcome.output.replace_range(2 + 64 * at..66 + 64 * at, &"0".repeat(64));
        }
        outcome
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "    {} {}", if self.success { "returned" } else { "reverted" }, readable(&self.output))?;
        for event in &self.events {
            writeln!(f, "    event of {}: {} {}", event.address, event.topics.join(" "), event.data)?;
        }
        for frame in &self.frames {
            let Frame { kind, from, to, value, input, success, output } = frame;
            let end = if *success { "returned" } else { "reverted" };
            writeln!(f, "    {kind} {from} -> {to} value {value} {input} {end} {}", readable(output))?;
        }
        for (address, Change { balance, nonce, code, storage }) in &self.changes {
            write!(f, "    changed {address}:")?;
            if let Some(balance) = balance {
                write!(f, " balance {balance}")?;
            }
            if let Some(nonce) = nonce {
                write!(f, " nonce {nonce}")?;
            }
            if let Some(code) = code {
                write!(f, " code of {} bytes", code.len() / 2 - 1)?;
            }
            writeln!(f)?;
            for (slot, value) in storage {
                writeln!(f, "        {slot} = {value}")?;
            }
        }
        Ok(())
    }
}

impl Event {
    /// Reads an event from a trace or a receipt.
    pub(crate) fn of_log(log: &Value) -> Self {
        let topics = log["topics"].as_array().into_iter().flatten();
        let topics = topics.filter_map(|topic| topic.as_str().map(ToOwned::to_owned)).collect();
        Self { address: text(log, "address"), topics, data: text(log, "data") }
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or("0x").to_owned()
}

/// Adds the reason to the bytes of a revert that has one.
pub(crate) fn readable(hex: &str) -> String {
    let reason = hex
        .strip_prefix("0x08c379a0")
        .and_then(|rest| rest.get(128..))
        .and_then(|rest| alloy::hex::decode(rest).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).trim_end_matches('\0').to_owned());
    reason.map_or_else(|| hex.to_owned(), |reason| format!("{hex} ({reason})"))
}

/// Collects a call and the calls in it. What a failing call did is undone, its events too.
fn walk(call: &Value, lasting: bool, events: &mut Vec<(u64, Event)>, frames: &mut Vec<Frame>) {
    let success = call["error"].is_null();
    let lasting = lasting && success;
    let frame = Frame {
        kind: text(call, "type"),
        from: text(call, "from"),
        to: text(call, "to"),
        value: call["value"].as_str().map_or(U256::ZERO, number),
        input: text(call, "input"),
        success,
        output: text(call, "output"),
    };
    if frames.is_empty() || !is_precompile(&frame.to) {
        frames.push(frame);
    }
    if lasting {
        for log in call["logs"].as_array().into_iter().flatten() {
            let index = log["index"].as_str().map_or(U256::ZERO, number);
            events.push((index.to(), Event::of_log(log)));
        }
    }
    for inner in call["calls"].as_array().into_iter().flatten() {
        walk(inner, lasting, events, frames);
    }
}

/// Hashing and recovering is the caller's own business.
fn is_precompile(address: &str) -> bool {
    address.starts_with("0x00000000000000000000000000000000000000")
}

/// Reads the difference between the states before and after. A slot that became 0 is missing in the second.
fn changes(states: &Value) -> BTreeMap<Address, Change> {
    let mut changes: BTreeMap<Address, Change> = BTreeMap::new();
    for (side, after) in [("pre", false), ("post", true)] {
        for (address, account) in states[side].as_object().into_iter().flatten() {
            let change = changes.entry(address.parse().expect("the trace names addresses")).or_default();
            for (slot, value) in account["storage"].as_object().into_iter().flatten() {
                let value = if after { value.as_str().map_or(B256::ZERO, word) } else { B256::ZERO };
                change.storage.insert(word(slot), value);
            }
            if after {
                change.balance = account["balance"].as_str().map(number);
                change.nonce = account["nonce"].as_u64();
                change.code = account["code"].as_str().map(ToOwned::to_owned);
            }
        }
    }
    changes.retain(|_, change| *change != Change::default());
    changes
}

fn number(hex: &str) -> U256 {
    hex.parse().unwrap_or_else(|_| panic!("{hex} is no number"))
}

fn word(hex: &str) -> B256 {
    hex.parse().unwrap_or_else(|_| panic!("{hex} is no word"))
}
