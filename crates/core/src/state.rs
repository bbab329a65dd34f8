//! What a Safe is at one block.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};

use crate::{
    Domain, SafeId, UnsupportedVersion, Version,
    serde_text::{checksummed, quantity},
};

/// A block, by number and hash.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Its height.
    pub number: u64,
    /// Its hash.
    pub hash: B256,
    /// Seconds since 1970, as the block itself says.
    pub timestamp: u64,
}

/// An account and what code it has.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its address.
    #[serde(with = "checksummed")]
    pub address: Address,
    /// keccak256 of its code; `None` without code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_hash: Option<B256>,
    /// Where an EIP-7702 account delegates to: it is a key's account and yet has code.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "checksummed::option")]
    pub delegate: Option<Address>,
}

impl Account {
    /// An account of a key: no code.
    #[must_use]
    pub const fn keyed(address: Address) -> Self {
        Self { address, code_hash: None, delegate: None }
    }

    /// Returns whether the account is a contract, and not a key's account that delegates.
    #[must_use]
    pub const fn is_contract(&self) -> bool {
        self.code_hash.is_some() && self.delegate.is_none()
    }
}

/// What a Safe is at one block: all that decides whether a transaction of it is in order.
///
/// A state is what some node, or some file, says. Reading it well is the task of who makes one.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SafeState {
    /// Which Safe.
    pub safe: SafeId,
    /// The block that everything below was read at.
    pub block: Block,
    /// What `VERSION()` answers.
    pub version: Version,
    /// The contract that the proxy delegates to: slot 0.
    pub singleton: Account,
    /// The owners, in the order of the contract's list.
    pub owners: Vec<Account>,
    /// How many owners must confirm.
    pub threshold: u64,
    /// Number of the next transaction.
    #[serde(with = "quantity")]
    pub nonce: U256,
    /// Contracts that may act for the Safe without its owners.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<Account>,
    /// Contract that may refuse transactions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Account>,
    /// Contract that may refuse transactions of modules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module_guard: Option<Account>,
    /// Contract that answers calls which the Safe does not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback_handler: Option<Account>,
    /// Wei of the native token.
    #[serde(with = "quantity")]
    pub balance: U256,
}

impl SafeState {
    /// Returns whether `address` is an owner.
    #[must_use]
    pub fn is_owner(&self, address: Address) -> bool {
        self.owners.iter().any(|owner| owner.address == address)
    }

    /// Returns the EIP-712 domain of the Safe.
    ///
    /// # Errors
    ///
    /// [`UnsupportedVersion`] before 1.0.0.
    pub fn domain(&self) -> Result<Domain, UnsupportedVersion> {
        Domain::new(self.safe, self.version)
    }

    /// Returns the entry before `owner` in the list of owners, which removing and swapping need.
    ///
    /// For the first owner that is the sentinel. `None` when `owner` is not an owner.
    #[must_use]
    pub fn previous_owner(&self, owner: Address) -> Option<Address> {
        previous(&self.owners, owner)
    }

    /// Returns the entry before `module` in the list of modules, which disabling needs.
    #[must_use]
    pub fn previous_module(&self, module: Address) -> Option<Address> {
        previous(&self.modules, module)
    }
}

/// First entry of the circular lists of owners and modules: `address(1)`.
pub const SENTINEL: Address = Address::with_last_byte(1);

fn previous(list: &[Account], address: Address) -> Option<Address> {
    let position = list.iter().position(|account| account.address == address)?;
    Some(position.checked_sub(1).map_or(SENTINEL, |before| list[before].address))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec;

    pub(crate) fn state(owners: &[Address], threshold: u64) -> SafeState {
        SafeState {
            safe: SafeId::new(31_337, Address::repeat_byte(0x5a)),
            block: Block { number: 7, hash: B256::repeat_byte(7), timestamp: 1_700_000_000 },
            version: Version::V1_5_0,
            singleton: Account {
                address: Address::repeat_byte(0x51),
                code_hash: Some(B256::repeat_byte(0x52)),
                delegate: None,
            },
            owners: owners.iter().copied().map(Account::keyed).collect(),
            threshold,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::from(10),
        }
    }

    #[test]
    fn the_entry_before_the_first_is_the_sentinel() {
        let [a, b, c] = [1, 2, 3].map(Address::repeat_byte);
        let state = state(&[a, b], 1);
        assert_eq!(state.previous_owner(a), Some(SENTINEL));
        assert_eq!(state.previous_owner(b), Some(a));
        assert_eq!(state.previous_owner(c), None);
        assert_eq!(state.previous_module(a), None);
    }

    #[test]
    fn a_state_is_read_as_it_was_written() {
        let mut state = state(&[Address::repeat_byte(1)], 1);
        state.guard = Some(state.singleton);
        state.owners[0].delegate = Some(Address::repeat_byte(2));
        let json = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<SafeState>(&json).unwrap(), state);
    }
}
