//! What a new Safe is to be, and what follows from that.

use std::collections::HashSet;

use alloy::primitives::{Address, B256, Bytes, ChainId, U256, keccak256};
use quorate_contracts::{
    Deployments, Family, Flavor, Set,
    calls::{Setup, create_proxy_call},
};
use quorate_core::{Creation, SENTINEL, SafeId, Salt, init_code_hash};

/// Most owners a new Safe is given: more than could be read again in one request would not be helpful.
pub const MAX_OWNERS: usize = 128;

/// A Safe to be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SafeSpec {
    /// Whose contracts it uses.
    pub family: Family,
    /// Whether its transactions leave full events.
    pub flavor: Flavor,
    /// Which copies of the family's contracts it uses.
    pub copies: Copies,
    /// Its owners, in the order in which it will list them.
    pub owners: Vec<Address>,
    /// How many of them must confirm.
    pub threshold: u64,
    /// What answers calls which the Safe does not know.
    pub fallback_handler: Handler,
    /// A number of choice: another one gives another address for the same owners.
    pub salt_nonce: U256,
}

/// Which copies of its family's contracts a new Safe uses. The code is the same in all of them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Copies {
    /// Which of the family's sets: this decides about everything that is not named below.
    pub set: Set,
    /// Another factory.
    pub factory: Option<Address>,
    /// Another singleton.
    pub singleton: Option<SingletonCopy>,
}

/// A singleton at another address than its family's.
///
/// The address of a Safe follows from the code that creates its proxy. Quorate carries none of Safe's bytecode, so that
/// code is asked of the factory: see [`crate::proxy_creation_code`].
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SingletonCopy {
    /// Where it is.
    pub address: Address,
    /// What the factory's `proxyCreationCode()` returns; its hash is compared with the family's.
    pub proxy_creation_code: Bytes,
}

/// Which fallback handler a new Safe gets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Handler {
    /// That of its family.
    #[default]
    OfFamily,
    /// None: the Safe will not take ERC-721 and ERC-1155 tokens, and cannot own other Safes off-chain.
    None,
    /// A contract of choice.
    At(Address),
}

/// A Safe that cannot be made.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SpecError {
    /// Nobody could ever confirm anything.
    #[error("a Safe has at least one owner")]
    NoOwners,
    /// More owners than are supported.
    #[error("{found} owners are too many: at most {MAX_OWNERS} are supported")]
    TooManyOwners {
        /// How many there are.
        found: usize,
    },
    /// The contract reserves this address, or it is the Safe itself.
    #[error("{0} cannot be an owner")]
    InvalidOwner(Address),
    /// An owner is there twice.
    #[error("{0} is there twice: owners are different from one another")]
    DuplicateOwner(Address),
    /// More or fewer confirmations than there can be.
    #[error("a threshold of {threshold} with {owners} owners: it is at least 1 and at most the number of owners")]
    Threshold {
        /// The threshold.
        threshold: u64,
        /// How many owners there are.
        owners: usize,
    },
    /// The chain makes addresses in another way, so the one worked out here would be nobody's.
    #[error("chain {0} is of the zkSync kind, which makes addresses in another way: that is not supported")]
    ForeignAddresses(ChainId),
    /// The family has only one set of contracts.
    #[error("{family} has no {set} set of contracts: only 1.3.0 has two")]
    NoSuchSet {
        /// The family.
        family: Family,
        /// The set.
        set: Set,
    },
    /// The factory makes proxies of other code than the family's does, so the Safe's code would be nobody's.
    #[error("the factory {factory} makes proxies of code with the hash {found}, and not {expected}")]
    ProxyCode {
        /// The factory.
        factory: Address,
        /// Hash of the family's code.
        expected: B256,
        /// Hash of the factory's.
        found: B256,
    },
    /// The Safe cannot be its own fallback handler, and the zero address is no handler.
    #[error("{0} cannot be the fallback handler")]
    InvalidHandler(Address),
}

/// Chains whose `CREATE2` is that of zkSync, with their test networks: ZKsync Era, Lens, Cronos zkEVM, Abstract, Sophon.
const ZKSYNC_KIND: [ChainId; 9] = [300, 324, 232, 37_111, 282, 388, 2_741, 11_124, 50_104];

/// How a Safe will be made, and where it will be.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    /// The Safe.
    pub safe: SafeId,
    /// Its address.
    pub address: Address,
    /// What was planned.
    pub spec: SafeSpec,
    /// The factory that makes it.
    pub factory: Address,
    /// The contract that it delegates to.
    pub singleton: Address,
    /// What answers calls which it does not know; zero: nothing.
    pub fallback_handler: Address,
    /// Calldata of its `setup`.
    pub initializer: Bytes,
    /// Calldata for the factory.
    pub call: Bytes,
    /// Hash of its code.
    pub proxy_code_hash: B256,
}

impl SafeSpec {
    /// Works out how and where the Safe is made, without asking anybody.
    ///
    /// The address is the same on every chain that has the family's contracts. A Safe that is there on one chain is not
    /// there on another until it is made there too.
    ///
    /// # Errors
    ///
    /// [`SpecError`] when the contract would refuse the set-up, or there are no such contracts.
    pub fn plan(&self, chain_id: ChainId) -> Result<Plan, SpecError> {
        self.check()?;
        if ZKSYNC_KIND.contains(&chain_id) {
            return Err(SpecError::ForeignAddresses(chain_id));
        }
        let set = self.deployments()?;
        let factory = self.copies.factory.unwrap_or(set.proxy_factory().address);
        let (singleton, init_code_hash) = match &self.copies.singleton {
            None => (set.singleton(self.flavor).address, set.proxy.init_code_hash(self.flavor)),
            Some(SingletonCopy { address, proxy_creation_code }) => {
                let (expected, found) = (set.proxy.creation_code_hash, keccak256(proxy_creation_code));
                if found != expected {
                    return Err(SpecError::ProxyCode { factory, expected, found });
                }
                (*address, init_code_hash(proxy_creation_code, *address))
            }
        };
        let fallback_handler = match self.fallback_handler {
            Handler::OfFamily => set.fallback_handler().address,
            Handler::None => Address::ZERO,
            Handler::At(Address::ZERO) => return Err(SpecError::InvalidHandler(Address::ZERO)),
            Handler::At(address) => address,
        };
        let setup = Setup {
            owners: self.owners.clone(),
            threshold: U256::from(self.threshold),
            to: Address::ZERO,
            data: Bytes::new(),
            fallback_handler,
        };
        let initializer = setup.call();
        let creation = Creation {
            factory,
            init_code_hash,
            initializer_hash: keccak256(&initializer),
            salt_nonce: self.salt_nonce,
            salt: Salt::Nonce,
        };
        let address = creation.address();
        if self.owners.contains(&address) {
            return Err(SpecError::InvalidOwner(address));
        }
        if fallback_handler == address {
            return Err(SpecError::InvalidHandler(address));
        }
        Ok(Plan {
            safe: SafeId::new(chain_id, address),
            address,
            spec: self.clone(),
            factory,
            singleton,
            fallback_handler,
            call: create_proxy_call(singleton, initializer.clone(), self.salt_nonce),
            initializer,
            proxy_code_hash: set.proxy.runtime_code_hash,
        })
    }

    /// Returns the set of contracts that is meant.
    ///
    /// # Errors
    ///
    /// [`SpecError::NoSuchSet`].
    pub fn deployments(&self) -> Result<&'static Deployments, SpecError> {
        let (family, set) = (self.family, self.copies.set);
        Deployments::of_set(family, set).ok_or(SpecError::NoSuchSet { family, set })
    }

    /// Makes sure that the contract would take the owners and the threshold.
    ///
    /// # Errors
    ///
    /// [`SpecError`] when it would not.
    pub fn check(&self) -> Result<(), SpecError> {
        let owners = self.owners.len();
        if owners == 0 {
            return Err(SpecError::NoOwners);
        }
        if owners > MAX_OWNERS {
            return Err(SpecError::TooManyOwners { found: owners });
        }
        let mut seen = HashSet::new();
        for owner in &self.owners {
            if owner.is_zero() || *owner == SENTINEL {
                return Err(SpecError::InvalidOwner(*owner));
            }
            if !seen.insert(owner) {
                return Err(SpecError::DuplicateOwner(*owner));
            }
        }
        let threshold = self.threshold;
        let valid = usize::try_from(threshold).is_ok_and(|threshold| (1..=owners).contains(&threshold));
        if valid { Ok(()) } else { Err(SpecError::Threshold { threshold, owners }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> SafeSpec {
        SafeSpec {
            family: Family::Quorate,
            flavor: Flavor::L2,
            copies: Copies::default(),
            owners: [1, 2, 3].map(Address::repeat_byte).to_vec(),
            threshold: 2,
            fallback_handler: Handler::OfFamily,
            salt_nonce: U256::from(7),
        }
    }

    fn error(change: impl FnOnce(&mut SafeSpec)) -> SpecError {
        let mut spec = spec();
        change(&mut spec);
        spec.plan(1).unwrap_err()
    }

    #[test]
    fn a_plan_is_the_same_on_every_chain_but_for_its_chain() {
        let (one, ten) = (spec().plan(1).unwrap(), spec().plan(10).unwrap());
        assert_eq!((one.address, &one.call), (ten.address, &ten.call));
        assert_eq!((one.safe.chain_id, ten.safe.chain_id), (1, 10));
    }

    #[test]
    fn no_address_is_promised_where_addresses_are_made_otherwise() {
        assert_eq!(spec().plan(324), Err(SpecError::ForeignAddresses(324)));
    }

    #[test]
    fn everything_that_is_chosen_changes_the_address() {
        let changes: [fn(&mut SafeSpec); 8] = [
            |it| it.copies.factory = Some(Address::repeat_byte(8)),
            |it| it.family = Family::V1_5_0,
            |it| it.flavor = Flavor::L1,
            |it| it.owners.reverse(),
            |it| it.threshold = 3,
            |it| it.fallback_handler = Handler::None,
            |it| it.fallback_handler = Handler::At(Address::repeat_byte(9)),
            |it| it.salt_nonce = U256::ZERO,
        ];
        let mut addresses = HashSet::from([spec().plan(1).unwrap().address]);
        for (number, change) in changes.into_iter().enumerate() {
            let mut other = spec();
            change(&mut other);
            assert!(addresses.insert(other.plan(1).unwrap().address), "change {number}");
        }
    }

    #[test]
    fn a_second_set_is_another_address_and_only_1_3_0_has_it() {
        let eip155 = Copies { set: Set::Eip155, ..Copies::default() };
        let of = |copies: &Copies| SafeSpec { family: Family::V1_3_0, copies: copies.clone(), ..spec() };
        let [first, second] = [Copies::default(), eip155.clone()].map(|copies| of(&copies).plan(1).unwrap());
        assert_ne!(first.address, second.address);
        assert_eq!(second.factory, Deployments::of_set(Family::V1_3_0, Set::Eip155).unwrap().proxy_factory().address);
        let (family, set) = (Family::Quorate, Set::Eip155);
        assert_eq!(error(|it| it.copies = eip155), SpecError::NoSuchSet { family, set });
    }

    #[test]
    fn a_singleton_at_another_address_needs_the_code_of_the_familys_proxy() {
        let copy = |address, code: &Bytes| Copies {
            singleton: Some(SingletonCopy { address, proxy_creation_code: code.clone() }),
            ..Copies::default()
        };
        let code = quorate_contracts::artifact::MULTISIG_PROXY.creation_code();
        let own = spec().plan(1).unwrap();
        // The same singleton by its own address is no other Safe.
        assert_eq!(SafeSpec { copies: copy(own.singleton, code), ..spec() }.plan(1).unwrap().address, own.address);
        let elsewhere = Address::repeat_byte(0x51);
        let other = SafeSpec { copies: copy(elsewhere, code), ..spec() }.plan(1).unwrap();
        assert!(other.singleton == elsewhere && other.address != own.address);
        let foreign = Bytes::from([code.as_ref(), &[0]].concat());
        assert!(matches!(error(|it| it.copies = copy(elsewhere, &foreign)), SpecError::ProxyCode { .. }));
    }

    #[test]
    fn owners_are_what_the_contract_takes() {
        assert_eq!(error(|it| it.owners.clear()), SpecError::NoOwners);
        assert_eq!(error(|it| it.owners[0] = Address::ZERO), SpecError::InvalidOwner(Address::ZERO));
        assert_eq!(error(|it| it.owners[2] = SENTINEL), SpecError::InvalidOwner(SENTINEL));
        let twice = Address::repeat_byte(1);
        assert_eq!(error(|it| it.owners[2] = twice), SpecError::DuplicateOwner(twice));
        let many = (1..=MAX_OWNERS + 1).map(|it| Address::from_word(U256::from(it + 1).into())).collect();
        assert_eq!(error(|it| it.owners = many), SpecError::TooManyOwners { found: MAX_OWNERS + 1 });
    }

    #[test]
    fn the_threshold_can_be_met() {
        for threshold in [0, 4, u64::MAX] {
            assert_eq!(error(|it| it.threshold = threshold), SpecError::Threshold { threshold, owners: 3 });
        }
        for threshold in 1..=3 {
            assert!(SafeSpec { threshold, ..spec() }.plan(1).is_ok());
        }
    }

    #[test]
    fn the_zero_address_is_no_handler_of_choice() {
        let handler = Handler::At(Address::ZERO);
        assert_eq!(error(|it| it.fallback_handler = handler), SpecError::InvalidHandler(Address::ZERO));
    }
}
