//! Derivation paths of hierarchical wallets.

use std::{fmt, str::FromStr};

/// Where a key is in the tree of keys that grows from one seed, as BIP-32 writes it: `m/44'/60'/0'/0/0`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct DerivationPath(Vec<u32>);

/// Set in the number of a hardened step.
pub(super) const HARDENED: u32 = 1 << 31;

/// Most steps: a step is one byte of depth in BIP-32, and no wallet takes nearly as many.
const MAX_STEPS: usize = 16;

/// What a text that is no path is told.
const EXPECTED: &str = "a derivation path looks like m/44'/60'/0'/0/0";

impl DerivationPath {
    /// Returns the path that Ethereum wallets use for the key with this number (BIP-44, coin 60).
    pub(crate) fn of_account(number: u32) -> Self {
        Self(vec![44 | HARDENED, 60 | HARDENED, HARDENED, 0, number])
    }

    /// Returns the steps; those with [`HARDENED`] are hardened.
    pub(crate) fn steps(&self) -> &[u32] {
        &self.0
    }
}

impl FromStr for DerivationPath {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let steps: Option<Vec<_>> = text.strip_prefix("m/").ok_or(EXPECTED)?.split('/').map(step).collect();
        steps.filter(|steps| steps.len() <= MAX_STEPS).map(Self).ok_or(EXPECTED)
    }
}

fn step(text: &str) -> Option<u32> {
    let digits = text.strip_suffix('\'').unwrap_or(text);
    let number: u32 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    (number < HARDENED).then_some(if digits.len() < text.len() { number | HARDENED } else { number })
}

impl fmt::Display for DerivationPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("m")?;
        for step in &self.0 {
            write!(f, "/{}{}", step & !HARDENED, if step & HARDENED == 0 { "" } else { "'" })?;
        }
        Ok(())
    }
}

/// Reads the number of a key on the usual path.
pub(crate) fn parse_index(text: &str) -> Result<u32, String> {
    let number = text.parse().ok().filter(|number| *number < HARDENED);
    number.ok_or_else(|| format!("it is a number below {HARDENED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_it_is_read() {
        for text in ["m/44'/60'/0'/0/0", "m/0", "m/2147483647'/2147483647"] {
            assert_eq!(text.parse::<DerivationPath>().unwrap().to_string(), text);
        }
        assert_eq!(DerivationPath::of_account(7).to_string(), "m/44'/60'/0'/0/7");
    }

    #[test]
    fn what_is_no_path_is_refused() {
        let long = format!("m{}", "/1".repeat(MAX_STEPS + 1));
        for text in ["", "m", "m/", "m/x", "44'/60'", "m/44''", "m/2147483648", "m//0", "m/+1", "m/-1", &long] {
            assert_eq!(text.parse::<DerivationPath>(), Err(EXPECTED), "{text}");
        }
        assert_eq!(parse_index("2147483647"), Ok(HARDENED - 1));
        assert!(parse_index("2147483648").is_err() && parse_index("-1").is_err() && parse_index("").is_err());
    }
}
