//! Where the two codes may differ: one rule for each row of `contracts/DIFFERENCES.md` that a trace can show.

use alloy::{
    primitives::{Bytes, U256, hex},
    sol_types::{Panic, PanicKind, SolCall, SolError},
};
use quorate_contracts::bindings::{IFallbackHandler, IMultisig};

use crate::{
    comparison::Case,
    outcome::{Frame, Outcome},
    world::Shared,
};

/// A row of the table.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum KnownDifference {
    UnfitArguments,
    FailingSimulation,
}

impl KnownDifference {
    /// Returns the row that a case is about, whatever came of it.
    pub(crate) fn of(case: &Case, official: &Outcome, ours: &Outcome) -> Option<Self> {
        if (case.malformed || has_unknown_operation(case)) && refused_by_decoder(case, ours) {
            return Some(Self::UnfitArguments);
        }
        if official.failed_simulation.is_some() || ours.failed_simulation.is_some() {
            return Some(Self::FailingSimulation);
        }
        None
    }

    /// Returns whether the outcomes are those that the row says.
    pub(crate) fn holds(self, official: &Outcome, ours: &Outcome) -> bool {
        match self {
            // Whatever the official code makes of them: nothing is what no harm comes from.
            Self::UnfitArguments => true,
            Self::FailingSimulation => ours.failed_simulation.as_ref().is_some_and(|answer| {
                let leftover = bytes(&official.output).strip_prefix(answer.as_ref()).map(<[u8]>::len);
                !official.success
                    && !ours.success
                    && official.failed_simulation.as_ref() == Some(answer)
                    && leftover == Some(32)
                    && bytes(&ours.output) == *answer
            }),
        }
    }

    /// Returns the first cell of the row.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::UnfitArguments => "Arguments that do not fit their type",
            Self::FailingSimulation => "`simulate` of the fallback handler when the target fails",
        }
    }
}

/// An operation above 1 where one of the account's own functions takes one: always as the fourth argument.
fn has_unknown_operation(case: &Case) -> bool {
    let takes_operation = [
        IMultisig::execTransactionCall::SELECTOR,
        IMultisig::execTransactionFromModuleCall::SELECTOR,
        IMultisig::execTransactionFromModuleReturnDataCall::SELECTOR,
        IMultisig::getTransactionHashCall::SELECTOR,
        IFallbackHandler::encodeTransactionDataCall::SELECTOR,
    ];
    let operation = case.data.get(100..132).map(U256::from_be_slice);
    takes_operation.iter().any(|selector| case.data.starts_with(selector))
        && operation.is_some_and(|operation| operation > U256::ONE)
}

/// The decoder says nothing, or that there is no memory for so many bytes. It runs before anything else. In a simulation
/// it is what the account reports of the target, which may be the account itself.
fn refused_by_decoder(case: &Case, ours: &Outcome) -> bool {
    let answer = bytes(&ours.output);
    let refuses = |answer: &[u8]| answer.is_empty() || answer == panic(PanicKind::ResourceError);
    let simulated = case.data.starts_with(&IMultisig::simulateAndRevertCall::SELECTOR);
    let reported = simulated.then(|| reported_failure(&answer)).flatten();
    !ours.success && (refuses(&answer) || reported.is_some_and(|answer| refuses(&answer)))
}

/// Returns what the target answered, if the case is a call of `simulate`, the handler asked an account, and the account
/// reported a failure. Needs every frame of the trace.
pub(crate) fn failed_simulation(case: &Case, outcome: &Outcome) -> Option<Bytes> {
    let asked = |frame: &&Frame| {
        frame.from.parse() == Ok(Shared::get().handler)
            && bytes(&frame.input).starts_with(&IMultisig::simulateAndRevertCall::SELECTOR)
    };
    if !case.data.starts_with(&IFallbackHandler::simulateCall::SELECTOR) {
        return None;
    }
    reported_failure(&bytes(&outcome.frames.iter().find(asked).filter(|frame| !frame.success)?.output))
}

/// Returns what a target failed with, if that is what `simulateAndRevert` says: 0, a length, and as many bytes.
fn reported_failure(report: &Bytes) -> Option<Bytes> {
    let (success, length) = (U256::from_be_slice(report.get(..32)?), U256::from_be_slice(report.get(32..64)?));
    let answer = report.slice(64..);
    (success.is_zero() && length == U256::from(answer.len())).then_some(answer)
}

fn panic(kind: PanicKind) -> Vec<u8> {
    Panic::from(kind).abi_encode()
}

fn bytes(text: &str) -> Bytes {
    hex::decode(text).expect("the trace writes bytes as hexadecimal digits").into()
}

#[cfg(test)]
mod tests {
    use super::KnownDifference;

    #[test]
    fn every_rule_is_a_row_and_every_row_that_names_this_file_has_a_rule() {
        let rows = include_str!("../../contracts/DIFFERENCES.md").lines();
        let mut listed: Vec<&str> = rows
            .filter(|row| row.contains("known_differences.rs"))
            .filter_map(|row| row.split('|').nth(1).map(str::trim))
            .collect();
        let rules = [KnownDifference::UnfitArguments, KnownDifference::FailingSimulation];
        let mut titles = rules.map(KnownDifference::title);
        listed.sort_unstable();
        titles.sort_unstable();
        assert_eq!(listed, titles);
    }
}
