//! Why a call reverted.

use std::fmt;

use alloy::{
    primitives::{Bytes, FixedBytes, Selector},
    sol_types::{Panic, PanicKind, Revert as ErrorString, SolError},
};
use quorate_core::GsCode;

/// Longest message that is kept, in characters.
const MAX_MESSAGE_LEN: usize = 1024;

/// The data of a revert, decoded.
///
/// Whoever reverts chooses the data: a message may say anything, and hold control characters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Revert {
    /// One of the Safe's own codes.
    Safe(GsCode),
    /// `Error(string)`; shortened to 1024 characters, otherwise as it came.
    Message(String),
    /// `Panic(uint256)`, which Solidity makes; see [`panic_meaning`].
    Panic(u64),
    /// A custom error.
    Custom {
        /// Its first four bytes.
        selector: Selector,
        /// Its arguments.
        data: Bytes,
    },
    /// Fewer than four bytes, which Solidity does not make.
    Short(Bytes),
    /// No data: a `revert()` without a reason, an invalid opcode, or the gas ran out.
    Empty,
}

impl Revert {
    /// Decodes what a call reverted with; any bytes are a revert.
    #[must_use]
    pub fn decode(data: &[u8]) -> Self {
        if data.is_empty() {
            return Self::Empty;
        }
        let Some((selector, arguments)) = data.split_first_chunk::<4>() else {
            return Self::Short(Bytes::copy_from_slice(data));
        };
        let known = match *selector {
            ErrorString::SELECTOR => ErrorString::abi_decode(data).ok().map(|error| match error.reason.parse() {
                Ok(code) => Self::Safe(code),
                Err(_) => Self::Message(error.reason.chars().take(MAX_MESSAGE_LEN).collect()),
            }),
            Panic::SELECTOR => {
                Panic::abi_decode(data).ok().and_then(|panic| u64::try_from(panic.code).ok()).map(Self::Panic)
            }
            _ => None,
        };
        let custom = || Self::Custom { selector: FixedBytes(*selector), data: Bytes::copy_from_slice(arguments) };
        known.unwrap_or_else(custom)
    }
}

/// Returns what the code of a `Panic(uint256)` means, if Solidity defines it.
#[must_use]
pub fn panic_meaning(code: u64) -> Option<&'static str> {
    u32::try_from(code).ok().and_then(PanicKind::from_number).map(PanicKind::as_str)
}

impl fmt::Display for Revert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Safe(code) => code.fmt(f),
            Self::Message(message) => write!(f, "{:?}", message),
            Self::Panic(code) => match panic_meaning(*code) {
                Some(meaning) => write!(f, "panic {code:#04x}: {meaning}"),
                None => write!(f, "panic {code:#04x}"),
            },
            Self::Custom { selector, data } => write!(f, "custom error {selector} with {} bytes of data", data.len()),
            Self::Short(data) => write!(f, "the bytes {data}"),
            Self::Empty => f.write_str("no reason"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::hex;

    fn message(text: &str) -> Vec<u8> {
        ErrorString::from(text.to_owned()).abi_encode()
    }

    #[test]
    fn the_codes_of_a_safe_are_recognised() {
        for code in GsCode::ALL {
            assert_eq!(Revert::decode(&message(code.code())), Revert::Safe(*code));
        }
        assert_eq!(Revert::decode(&message("GS999")), Revert::Message("GS999".into()));
        assert_eq!(Revert::decode(&message(" GS026")), Revert::Message(" GS026".into()));
    }

    #[test]
    fn a_panic_has_a_meaning() {
        let data = hex!("4e487b710000000000000000000000000000000000000000000000000000000000000011");
        assert_eq!(Revert::decode(&data), Revert::Panic(0x11));
        assert!(panic_meaning(0x11).unwrap().contains("overflow"));
        assert_eq!(panic_meaning(0x99), None);
    }

    #[test]
    fn data_that_does_not_decode_is_a_custom_error() {
        for (selector, arguments) in [
            (ErrorString::SELECTOR, vec![]),
            (ErrorString::SELECTOR, vec![0xff; 64]),
            (Panic::SELECTOR, vec![0xff; 32]),
            ([1, 2, 3, 4], vec![5]),
        ] {
            let revert = Revert::decode(&[selector.as_slice(), &arguments].concat());
            assert_eq!(revert, Revert::Custom { selector: selector.into(), data: arguments.into() });
        }
    }

    #[test]
    fn little_is_little() {
        assert_eq!(Revert::decode(&[]), Revert::Empty);
        assert_eq!(Revert::decode(&[1, 2, 3]), Revert::Short(vec![1, 2, 3].into()));
    }

    #[test]
    fn a_message_is_bounded_and_shown_without_control_characters() {
        let long = Revert::decode(&message(&"x".repeat(100_000)));
        assert_eq!(long, Revert::Message("x".repeat(MAX_MESSAGE_LEN)));
        assert!(!Revert::decode(&message("a\u{1b}[2J")).to_string().contains('\u{1b}'));
    }
}
