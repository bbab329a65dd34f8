//! Reproducible randomness.

use std::{
    env,
    hash::{BuildHasher, Hasher, RandomState},
    io::Write,
    sync::OnceLock,
};

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};

/// Chooses the inputs of a run; a run without it chooses for itself.
const SEED: &str = "QUORATE_SEED";

/// Multiplies the number of cases of a run.
const ROUNDS: &str = "QUORATE_ROUNDS";

/// Limits every test to the case with this index.
const CASE: &str = "QUORATE_CASE";

/// Limits a history to these of its steps, such as `0,3,7`.
const ONLY_STEPS: &str = "QUORATE_ONLY_STEPS";

/// A source of numbers that depends on nothing but what it was made from.
///
/// The generator is SplitMix64.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// Makes the source of one case, so that a case can be repeated without those before it.
    pub(crate) fn of_case(test: &str, index: usize) -> Self {
        let words = format!("{} {test} {index}", seed());
        Self(keccak256(words).as_slice()[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a usize has at most 64 bits");
        usize::try_from(self.next() % bound).expect("it is below a usize")
    }

    /// Returns true in `percent` of 100 cases.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }

    pub(crate) const fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    pub(crate) fn bytes(&mut self, length: usize) -> Bytes {
        (0..length).map(|_| self.byte()).collect()
    }

    /// Returns bytes of any length up to `most`, often short ones.
    pub(crate) fn some_bytes(&mut self, most: usize) -> Bytes {
        let length = match self.below(4) {
            0 => 0,
            1 => self.below(most.min(4) + 1),
            2 => self.below(most.min(100) + 1),
            _ => self.below(most + 1),
        };
        self.bytes(length)
    }

    pub(crate) fn word(&mut self) -> B256 {
        B256::from_slice(&self.bytes(32))
    }

    pub(crate) fn address(&mut self) -> Address {
        Address::from_slice(&self.bytes(20))
    }

    /// Returns a number of any size, with both ends of the range and the powers of two well represented.
    pub(crate) fn number(&mut self) -> U256 {
        match self.below(6) {
            0 => U256::ZERO,
            1 => U256::from(self.below(5)),
            2 => U256::from(self.next() >> self.below(64)),
            3 => U256::MAX - U256::from(self.below(4)),
            4 => (U256::ONE << self.below(256)) - U256::from(self.below(2)),
            _ => self.word().into(),
        }
    }
}

/// Returns the seed of this run, and prints it once, past the test harness: it must be known when a test fails.
pub(crate) fn seed() -> u64 {
    static SEED_OF_RUN: OnceLock<u64> = OnceLock::new();
    *SEED_OF_RUN.get_or_init(|| {
        let seed = number(SEED).unwrap_or_else(|| RandomState::new().build_hasher().finish());
        say(&format!("{SEED}={seed}"));
        seed
    })
}

/// Returns the indices of the cases of one test, which has `usual` of them.
pub(crate) fn cases(usual: usize) -> Vec<usize> {
    let only = number(CASE).and_then(|index| usize::try_from(index).ok());
    let rounds = number(ROUNDS).and_then(|rounds| usize::try_from(rounds).ok()).unwrap_or(1);
    only.map_or_else(|| (0..usual * rounds).collect(), |index| vec![index])
}

/// Returns a number of cases or steps: `usual` unless `variable` says otherwise.
pub(crate) fn count(variable: &str, usual: usize) -> usize {
    number(variable).and_then(|number| usize::try_from(number).ok()).unwrap_or(usual)
}

/// Returns the steps to which a history is limited, if it is.
pub(crate) fn chosen() -> Option<Vec<usize>> {
    let text = env::var(ONLY_STEPS).ok()?;
    let steps = text.split(',').map(|step| step.trim().parse());
    let steps: Result<_, _> = steps.collect();
    Some(steps.unwrap_or_else(|_| panic!("{ONLY_STEPS} is a list of numbers, not `{text}`")))
}

/// Writes a line where the test harness does not swallow it.
pub(crate) fn say(line: &str) {
    // Nobody can be told that standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}
