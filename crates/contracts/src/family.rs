//! The contract families and the flavours of the account.

use core::{fmt, str::FromStr};

use quorate_core::Version;
use serde::{Deserialize, Serialize};

/// A set of contracts that belong together and behave alike.
///
/// A family says whose code it is; [`Family::version`] says how that code behaves. Quorate's own contracts behave as
/// Safe 1.5.0 does, so two families share that version.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Family {
    /// Quorate's own contracts.
    #[serde(rename = "quorate")]
    Quorate,
    /// Safe 1.5.0.
    #[serde(rename = "1.5.0")]
    V1_5_0,
    /// Safe 1.4.1.
    #[serde(rename = "1.4.1")]
    V1_4_1,
    /// Safe 1.3.0.
    #[serde(rename = "1.3.0")]
    V1_3_0,
}

impl Family {
    /// Every family, newest first.
    pub const ALL: [Self; 4] = [Self::Quorate, Self::V1_5_0, Self::V1_4_1, Self::V1_3_0];

    /// Returns the version whose hashes, signatures and errors this family follows.
    pub const fn version(self) -> Version {
        match self {
            Self::Quorate | Self::V1_5_0 => Version::V1_5_0,
            Self::V1_4_1 => Version::V1_4_1,
            Self::V1_3_0 => Version::V1_3_0,
        }
    }

    /// Returns the name that people type and that files carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quorate => "quorate",
            Self::V1_5_0 => "1.5.0",
            Self::V1_4_1 => "1.4.1",
            Self::V1_3_0 => "1.3.0",
        }
    }

    /// Returns what the events of this family carry as topics.
    pub const fn events(self) -> Events {
        match self {
            Self::Quorate | Self::V1_5_0 | Self::V1_4_1 => Events::Indexed,
            Self::V1_3_0 => Events::Unindexed,
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|family| family.as_str() == text)
            .ok_or_else(|| UnknownFamily { found: text.to_owned() })
    }
}

/// A name that no family has; the caller's input is at fault.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("unknown contract family `{found}`: expected quorate, 1.5.0, 1.4.1 or 1.3.0")]
pub struct UnknownFamily {
    /// The text that was given.
    pub found: String,
}

/// Where the arguments of an account's events are found; the first topic is the same in both cases.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Events {
    /// In topics, as [`crate::bindings::IMultisig`] declares them.
    Indexed,
    /// In the data, as [`crate::bindings::v1_3_0::IMultisig`] declares them.
    Unindexed,
}

/// The two builds of the account.
///
/// They differ only in events: [`Flavor::L2`] emits every argument of every transaction, for indexers that cannot
/// trace calls.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Flavor {
    /// Few events, less gas.
    L1,
    /// Full events.
    L2,
}

impl Flavor {
    /// Both flavours.
    pub const ALL: [Self; 2] = [Self::L1, Self::L2];

    /// Returns the name that people type and that files carry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L1 => "l1",
            Self::L2 => "l2",
        }
    }
}

impl fmt::Display for Flavor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_is_parsed_from_its_own_name() {
        for family in Family::ALL {
            assert_eq!(family.to_string().parse(), Ok(family));
            assert_eq!(serde_json::to_value(family).unwrap(), family.as_str());
        }
    }

    #[test]
    fn other_names_are_refused_with_the_names_that_exist() {
        for text in ["", "1.5", "v1.5.0", "1.2.0", "Quorate", " quorate"] {
            let error = text.parse::<Family>().unwrap_err();
            assert_eq!(error, UnknownFamily { found: text.to_owned() });
            assert!(error.to_string().contains("quorate, 1.5.0, 1.4.1 or 1.3.0"));
        }
    }

    #[test]
    fn quorate_behaves_as_the_newest_safe() {
        assert_eq!(Family::Quorate.version(), Family::V1_5_0.version());
        assert!(Family::ALL.iter().all(|family| family.version() <= Family::Quorate.version()));
    }
}
