//! How a Safe reaches the target of a transaction.

use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

/// How the Safe reaches the target: `0` or `1` on chain and in JSON.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum Operation {
    /// `CALL`: the target runs with its own storage.
    #[default]
    Call,
    /// `DELEGATECALL`: the target's code runs as the Safe and may rewrite all of it, owners and singleton included.
    DelegateCall,
}

/// A number or word that names no operation.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("an operation is `call` (0) or `delegate-call` (1)")]
pub struct UnknownOperation;

impl From<Operation> for u8 {
    fn from(operation: Operation) -> Self {
        match operation {
            Operation::Call => 0,
            Operation::DelegateCall => 1,
        }
    }
}

impl TryFrom<u8> for Operation {
    type Error = UnknownOperation;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        match number {
            0 => Ok(Self::Call),
            1 => Ok(Self::DelegateCall),
            _ => Err(UnknownOperation),
        }
    }
}

impl FromStr for Operation {
    type Err = UnknownOperation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "call" | "0" => Ok(Self::Call),
            "delegate-call" | "delegatecall" | "1" => Ok(Self::DelegateCall),
            _ => Err(UnknownOperation),
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Call => "call",
            Self::DelegateCall => "delegate-call",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_numbers_are_operations() {
        for number in 0..=u8::MAX {
            match Operation::try_from(number) {
                Ok(operation) => assert_eq!(u8::from(operation), number),
                Err(UnknownOperation) => assert!(number > 1),
            }
        }
    }
}
