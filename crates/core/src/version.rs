//! The release of a Safe's singleton, and what differs between releases.

use core::{fmt, str::FromStr};

/// A release of the singleton, as its `VERSION()` answers.
///
/// Build metadata (`1.4.1+L2`, as the transaction service writes it) is accepted on input and dropped: it does not
/// change what is hashed or signed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Version {
    major: u16,
    minor: u16,
    patch: u16,
}

impl Version {
    /// First release whose `SafeTx` type has the fields of today.
    pub const V1_0_0: Self = Self::new(1, 0, 0);
    /// First release with the chain id in the domain, and with a transaction guard.
    pub const V1_3_0: Self = Self::new(1, 3, 0);
    /// First release with indexed event arguments.
    pub const V1_4_0: Self = Self::new(1, 4, 0);
    /// The last release that calls `isValidSignature(bytes,bytes)` on contract owners.
    pub const V1_4_1: Self = Self::new(1, 4, 1);
    /// First release with a module guard; also what Quorate's own contracts answer.
    pub const V1_5_0: Self = Self::new(1, 5, 0);

    /// The releases whose hashes are known: those with the fields of today.
    const KNOWN: [Self; 8] = [
        Self::V1_0_0,
        Self::new(1, 1, 0),
        Self::new(1, 1, 1),
        Self::new(1, 2, 0),
        Self::V1_3_0,
        Self::V1_4_0,
        Self::V1_4_1,
        Self::V1_5_0,
    ];

    /// Makes a version of its three numbers.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Returns whether it is known how this release hashes. A later one is not guessed at.
    pub(crate) fn is_known(self) -> bool {
        Self::KNOWN.contains(&self)
    }

    /// Returns the ERC-1271 dialect that this release speaks to its contract owners.
    #[must_use]
    pub fn owner_dialect(self) -> Erc1271Dialect {
        if self >= Self::V1_5_0 { Erc1271Dialect::Bytes32 } else { Erc1271Dialect::Bytes }
    }

    /// Returns whether a Safe of this release can have a transaction guard.
    #[must_use]
    pub fn has_guard(self) -> bool {
        self >= Self::V1_3_0
    }

    /// Returns whether a Safe of this release can have a module guard.
    #[must_use]
    pub fn has_module_guard(self) -> bool {
        self >= Self::V1_5_0
    }

    /// Returns whether a failing inner call reverts with its own data (`true`) or with `GS013` (`false`).
    #[must_use]
    pub fn bubbles_inner_revert(self) -> bool {
        self >= Self::V1_5_0
    }
}

/// Which `isValidSignature` a Safe calls on a contract that owns it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Erc1271Dialect {
    /// `isValidSignature(bytes,bytes)` with the 66-byte EIP-712 pre-image; Safes up to 1.4.1.
    Bytes,
    /// `isValidSignature(bytes32,bytes)` with the hash; Safes from 1.5.0.
    Bytes32,
}

/// A text that is not a version.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a Safe's version is three numbers, such as 1.4.1")]
pub struct ParseVersionError;

impl FromStr for Version {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let release = text.split_once('+').map_or(text, |(release, _)| release);
        let mut numbers = release.split('.').map(|number| {
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            if digits { number.parse::<u16>().map_err(|_| ParseVersionError) } else { Err(ParseVersionError) }
        });
        let mut next = || numbers.next().ok_or(ParseVersionError)?;
        let version = Self::new(next()?, next()?, next()?);
        if numbers.next().is_some() { Err(ParseVersionError) } else { Ok(version) }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

crate::serde_text!(Version);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn a_version_is_written_as_it_was_read() {
        for text in ["1.3.0", "1.4.1", "1.5.0", "0.1.0"] {
            assert_eq!(text.parse::<Version>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn build_metadata_does_not_make_another_version() {
        assert_eq!("1.4.1+L2".parse(), Ok(Version::V1_4_1));
    }

    #[test]
    fn texts_that_are_not_versions_are_refused() {
        for text in ["", "1.3", "1.3.0.0", "1.3.x", "v1.3.0", "1.-3.0", "1.+3.0", "1.3.70000", " 1.3.0", "+L2"] {
            assert_eq!(text.parse::<Version>(), Err(ParseVersionError), "{text:?}");
        }
    }

    #[test]
    fn contract_owners_are_asked_in_the_dialect_of_the_release() {
        assert_eq!(Version::V1_3_0.owner_dialect(), Erc1271Dialect::Bytes);
        assert_eq!(Version::V1_4_1.owner_dialect(), Erc1271Dialect::Bytes);
        assert_eq!(Version::V1_5_0.owner_dialect(), Erc1271Dialect::Bytes32);
    }
}
