//! The name of a Safe: its chain and its address.

use alloy_primitives::{Address, ChainId};
use core::{fmt, str::FromStr};
use serde::{Deserialize, Serialize};

use crate::serde_text::checksummed;

/// A Safe on one chain.
///
/// The same address on another chain is another Safe: possibly nobody's, possibly somebody else's.
///
/// ```
/// use quorate_core::SafeId;
///
/// let safe: SafeId = "eth:0x41675C099F32341bf84BFc5382aF534df5C7461a".parse()?;
/// assert_eq!(safe.chain_id, 1);
/// assert_eq!(safe, "eip155:1:0x41675C099F32341bf84BFc5382aF534df5C7461a".parse()?);
/// # Ok::<(), quorate_core::ParseSafeIdError>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SafeId {
    /// EIP-155 chain id.
    pub chain_id: ChainId,
    /// Address of the proxy, which is what signatures are bound to.
    #[serde(with = "checksummed")]
    pub address: Address,
}

impl SafeId {
    /// Names the Safe at `address` on chain `chain_id`.
    #[must_use]
    pub const fn new(chain_id: ChainId, address: Address) -> Self {
        Self { chain_id, address }
    }
}

/// A text that names no Safe.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseSafeIdError {
    /// There is no chain before the address.
    #[error("a Safe is named with its chain, such as eth:0x… or eip155:1:0x…")]
    NoChain,
    /// The chain's short name is not known here.
    #[error("this chain's short name is not known: name the chain by its id, as in eip155:1:0x…")]
    UnknownChain,
    /// The address is no address, or its checksum is wrong.
    #[error("{0}")]
    Address(#[from] ParseAddressError),
}

/// A text that is no address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ParseAddressError {
    /// Not `0x` and 40 hexadecimal digits.
    #[error("an address is 0x and 40 hexadecimal digits")]
    Malformed,
    /// The mix of upper and lower case is not the EIP-55 checksum: a digit is wrong.
    #[error("the address fails its EIP-55 checksum: at least one character of it is wrong")]
    Checksum,
}

/// Parses an address and checks its EIP-55 checksum.
///
/// An address in one case only carries no checksum and is accepted.
///
/// # Errors
///
/// [`ParseAddressError`] when the text is no address or fails its checksum.
pub fn parse_address(text: &str) -> Result<Address, ParseAddressError> {
    let digits = text.strip_prefix("0x").ok_or(ParseAddressError::Malformed)?;
    let address: Address = text.parse().map_err(|_| ParseAddressError::Malformed)?;
    let mixed = digits.bytes().any(|b| b.is_ascii_lowercase()) && digits.bytes().any(|b| b.is_ascii_uppercase());
    if mixed && Address::parse_checksummed(text, None).is_err() {
        return Err(ParseAddressError::Checksum);
    }
    Ok(address)
}

/// Short names of chains, as the ERC-3770 registry has them.
const SHORT_NAMES: [(&str, ChainId); 20] = [
    ("arb1", 42_161),
    ("avax", 43_114),
    ("base", 8_453),
    ("basesep", 84_532),
    ("berachain", 80_094),
    ("blast", 81_457),
    ("bnb", 56),
    ("celo", 42_220),
    ("eth", 1),
    ("gno", 100),
    ("ink", 57_073),
    ("linea", 59_144),
    ("mantle", 5_000),
    ("matic", 137),
    ("oeth", 10),
    ("scr", 534_352),
    ("sep", 11_155_111),
    ("sonic", 146),
    ("unichain", 130),
    ("wc", 480),
];

/// Returns the ERC-3770 short name of a chain, if it is one of the well-known ones.
#[must_use]
pub fn chain_short_name(chain_id: ChainId) -> Option<&'static str> {
    SHORT_NAMES.iter().find(|(_, id)| *id == chain_id).map(|(name, _)| *name)
}

/// Returns the chain of an ERC-3770 short name, if it is one of the well-known ones.
#[must_use]
pub fn chain_id_of_short_name(name: &str) -> Option<ChainId> {
    SHORT_NAMES.iter().find(|(known, _)| *known == name).map(|(_, id)| *id)
}

impl FromStr for SafeId {
    type Err = ParseSafeIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (chain, address) = text.rsplit_once(':').ok_or(ParseSafeIdError::NoChain)?;
        let number = chain.strip_prefix("eip155:").unwrap_or(chain);
        let chain_id = if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            number.parse().map_err(|_| ParseSafeIdError::UnknownChain)?
        } else {
            chain_id_of_short_name(chain).ok_or(ParseSafeIdError::UnknownChain)?
        };
        Ok(Self::new(chain_id, parse_address(address)?))
    }
}

impl fmt::Display for SafeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chain_short_name(self.chain_id) {
            Some(name) => write!(f, "{name}:{}", self.address),
            None => write!(f, "eip155:{}:{}", self.chain_id, self.address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    const SAFE: &str = "0x41675C099F32341bf84BFc5382aF534df5C7461a";

    #[test]
    fn a_safe_is_read_as_it_is_written() {
        for chain_id in [1, 10, 31_337, u64::MAX] {
            let safe = SafeId::new(chain_id, SAFE.parse().unwrap());
            assert_eq!(safe.to_string().parse(), Ok(safe));
        }
    }

    #[test]
    fn an_address_without_a_chain_names_no_safe() {
        assert_eq!(SAFE.parse::<SafeId>(), Err(ParseSafeIdError::NoChain));
        assert_eq!(alloc::format!("nowhere:{SAFE}").parse::<SafeId>(), Err(ParseSafeIdError::UnknownChain));
        assert_eq!(alloc::format!(":{SAFE}").parse::<SafeId>(), Err(ParseSafeIdError::UnknownChain));
    }

    #[test]
    fn a_wrong_checksum_is_refused() {
        let typo = SAFE.replace("0x41675C", "0x41675c");
        assert_eq!(parse_address(&typo), Err(ParseAddressError::Checksum));
        assert_eq!(parse_address(&SAFE.to_lowercase()), parse_address(SAFE));
        assert_eq!(parse_address(&SAFE[2..]), Err(ParseAddressError::Malformed));
        assert_eq!(parse_address("0x1234"), Err(ParseAddressError::Malformed));
    }

    #[test]
    fn short_names_are_sorted_and_unique() {
        assert!(SHORT_NAMES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, id) in SHORT_NAMES {
            assert_eq!((chain_short_name(id), chain_id_of_short_name(name)), (Some(name), Some(id)));
        }
        assert_eq!(chain_id_of_short_name("nowhere"), None);
    }
}
