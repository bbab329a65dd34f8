//! The storage that an account starts a case with.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256, b256};
use anvil_fixtures::Fixtures;
use serde_json::{Map, Value, json};

use crate::{
    cast::Cast,
    random::Random,
    world::{Shared, mapping},
};

/// First and last link of both lists.
pub(crate) const SENTINEL: Address = Address::with_last_byte(1);

const FALLBACK_HANDLER: B256 = b256!("6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5");
const GUARD: B256 = b256!("4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8");
const MODULE_GUARD: B256 = b256!("b104e0b93118902c651344349b610029d694cfdec91c589c91ebafbcd0289947");

/// An account as its storage says.
#[derive(Clone, Debug)]
pub(crate) struct SafeState {
    pub(crate) singleton: Address,
    pub(crate) owners: Vec<Address>,
    pub(crate) threshold: U256,
    pub(crate) nonce: U256,
    pub(crate) modules: Vec<Address>,
    pub(crate) guard: Address,
    pub(crate) module_guard: Address,
    pub(crate) handler: Address,
    pub(crate) approved: Vec<(Address, B256)>,
    pub(crate) signed: Vec<B256>,
}

impl SafeState {
    /// Makes an account that has not been set up.
    pub(crate) const fn new(singleton: Address) -> Self {
        Self {
            singleton,
            owners: Vec::new(),
            threshold: U256::ZERO,
            nonce: U256::ZERO,
            modules: Vec::new(),
            guard: Address::ZERO,
            module_guard: Address::ZERO,
            handler: Address::ZERO,
            approved: Vec::new(),
            signed: Vec::new(),
        }
    }

    /// Makes an account that works, with owners of every kind.
    pub(crate) fn any(random: &mut Random, cast: &Cast) -> Self {
        let shared = Shared::get();
        let fixtures = Fixtures::get();
        let mut candidates: Vec<Address> = cast.signers.iter().map(|signer| signer.address()).collect();
        candidates.extend(cast.validators.iter().map(|(address, _)| *address));
        candidates.push(cast.nested);
        if random.chance(25) {
            candidates.extend((0..3).map(|_| cast.oddity(random)));
        }
        if random.chance(5) {
            candidates.push(Address::with_last_byte(4));
        }
        random.shuffle(&mut candidates);
        candidates.truncate(1 + random.below(6));
        candidates.dedup();
        let mut owners: Vec<Address> = Vec::new();
        for candidate in candidates {
            if !owners.contains(&candidate) {
                owners.push(candidate);
            }
        }
        let mut modules: Vec<Address> = Vec::new();
        for _ in 0..random.below(4) {
            let module = match random.below(3) {
                0 => fixtures.module,
                1 => random.pick(&cast.strangers),
                _ => cast.oddity(random),
            };
            if !modules.contains(&module) {
                modules.push(module);
            }
        }
        let guard = if random.chance(75) {
            Address::ZERO
        } else if random.chance(75) {
            fixtures.guard
        } else {
            cast.anybody(random)
        };
        let module_guard = if random.chance(60) {
            Address::ZERO
        } else if random.chance(70) {
            fixtures.module_guard
        } else {
            cast.anybody(random)
        };
        let handler = match random.below(10) {
            0 => Address::ZERO,
            1 => cast.anybody(random),
            _ => shared.handler,
        };
        Self {
            threshold: U256::from(1 + random.below(owners.len().min(4))),
            nonce: if random.chance(80) { U256::from(random.below(300)) } else { random.number() },
            owners,
            modules,
            guard,
            module_guard,
            handler,
            ..Self::new(if random.chance(35) { shared.l2 } else { shared.l1 })
        }
    }

    /// Reads an account from its storage; what nobody can know from it, approvals and messages, is left out.
    pub(crate) fn read(storage: &BTreeMap<B256, B256>) -> Self {
        let word = |slot: B256| storage.get(&slot).copied().unwrap_or_default();
        let number = |slot: u8| U256::from_be_bytes(word(B256::with_last_byte(slot)).0);
        let address = |slot: B256| Address::from_word(word(slot));
        let list = |slot: u8| {
            let mut list = Vec::new();
            let mut link = SENTINEL;
            loop {
                link = address(mapping(link.into_word(), B256::with_last_byte(slot)));
                // A delegate call may have left a list that does not end.
                if link.is_zero() || link == SENTINEL || list.contains(&link) {
                    return list;
                }
                list.push(link);
            }
        };
        Self {
            singleton: address(B256::ZERO),
            owners: list(2),
            threshold: number(4),
            nonce: number(5),
            modules: list(1),
            guard: address(GUARD),
            module_guard: address(MODULE_GUARD),
            handler: address(FALLBACK_HANDLER),
            approved: Vec::new(),
            signed: Vec::new(),
        }
    }

    /// Returns the storage of the approvals alone.
    pub(crate) fn approvals(&self) -> impl Iterator<Item = (B256, B256)> + '_ {
        self.approved.iter().map(|(owner, hash)| {
            (mapping(*hash, mapping(owner.into_word(), B256::with_last_byte(8))), B256::with_last_byte(1))
        })
    }

    /// Returns the storage; zero is left out.
    pub(crate) fn storage(&self) -> BTreeMap<B256, B256> {
        let mut storage = BTreeMap::new();
        let number = |number: u8| B256::with_last_byte(number);
        storage.insert(number(0), self.singleton.into_word());
        if !self.threshold.is_zero() {
            for (slot, list) in [(number(1), &self.modules), (number(2), &self.owners)] {
                let mut link = SENTINEL;
                for item in list {
                    storage.insert(mapping(link.into_word(), slot), item.into_word());
                    link = *item;
                }
                storage.insert(mapping(link.into_word(), slot), SENTINEL.into_word());
            }
        }
        storage.insert(number(3), U256::from(self.owners.len()).into());
        storage.insert(number(4), self.threshold.into());
        storage.insert(number(5), self.nonce.into());
        for hash in &self.signed {
            storage.insert(mapping(*hash, number(7)), number(1));
        }
        storage.extend(self.approvals());
        storage.insert(FALLBACK_HANDLER, self.handler.into_word());
        storage.insert(GUARD, self.guard.into_word());
        storage.insert(MODULE_GUARD, self.module_guard.into_word());
        storage.retain(|_, value| !value.is_zero());
        storage
    }
}

/// What one case changes about a chain before it runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides(BTreeMap<Address, Override>);

#[derive(Clone, Debug, Default)]
struct Override {
    balance: Option<U256>,
    nonce: Option<u64>,
    code: Option<String>,
    storage: BTreeMap<B256, B256>,
}

impl Overrides {
    pub(crate) fn balance(&mut self, address: Address, balance: U256) {
        self.0.entry(address).or_default().balance = Some(balance);
    }

    /// Sets a balance that nobody has set.
    pub(crate) fn default_balance(&mut self, address: Address, balance: U256) {
        self.0.entry(address).or_default().balance.get_or_insert(balance);
    }

    pub(crate) fn nonce(&mut self, address: Address, nonce: u64) {
        self.0.entry(address).or_default().nonce = Some(nonce);
    }

    pub(crate) fn storage(&mut self, address: Address, slots: impl IntoIterator<Item = (B256, B256)>) {
        self.0.entry(address).or_default().storage.extend(slots);
    }

    /// Returns the overrides as the chain takes them.
    pub(crate) fn json(&self) -> Value {
        let accounts = self.0.iter().map(|(address, account)| {
            let mut json = Map::new();
            if let Some(balance) = account.balance {
                json.insert("balance".into(), json!(balance));
            }
            if let Some(nonce) = account.nonce {
                json.insert("nonce".into(), json!(U256::from(nonce)));
            }
            if let Some(code) = &account.code {
                json.insert("code".into(), json!(code));
            }
            if !account.storage.is_empty() {
                json.insert("stateDiff".into(), json!(account.storage));
            }
            (address.to_string(), Value::Object(json))
        });
        Value::Object(accounts.collect())
    }
}
