//! Changes of an account's owners, threshold, modules, guards and handler, from `setup` on.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use anvil_fixtures::Fixtures;
use quorate_contracts::bindings::{IMultisig, IToL2Setup};

use crate::{
    account::{SENTINEL, SafeState},
    calls::call,
    comparison::Case,
    deeds::{Deed, Moment, multi_send_call},
    generate::{setup, transaction},
    program::Program,
    random::Random,
    world::Shared,
};

impl Moment<'_> {
    /// The account is set up; again, it may be, or wrongly.
    pub(crate) fn birth(&self, random: &mut Random) -> Vec<Deed> {
        let Shared { handler, extensible, token_callback, multi_send, to_l2_setup, l2, .. } = Shared::get();
        let module = Fixtures::get().module;
        let candidate = SafeState::any(random, &self.worlds.cast);
        let enable = IMultisig::enableModuleCall { module }.abi_encode();
        let (to, data) = match random.below(4) {
            0 => (multi_send, multi_send_call(&[call("", self.safe, enable)])),
            1 => (to_l2_setup, IToL2Setup::setupToL2Call { l2Singleton: l2 }.abi_encode()),
            _ => (Address::ZERO, Vec::new()),
        };
        let call = IMultisig::setupCall {
            _owners: candidate.owners,
            _threshold: candidate.threshold,
            to,
            data: data.into(),
            fallbackHandler: random.pick(&[handler, handler, extensible, token_callback, Address::ZERO]),
            paymentToken: if random.chance(30) { random.pick(&self.worlds.cast.tokens) } else { Address::ZERO },
            payment: U256::from(random.below(1000) * random.below(2)),
            paymentReceiver: if random.chance(50) { Address::ZERO } else { self.actors[0] },
        };
        let wrong = random.chance(25);
        let data = if wrong { setup(random, self.worlds, self.safe) } else { call.abi_encode() };
        let label = if wrong { "setup, somehow" } else { "setup" };
        let from = self.worlds.cast.anybody(random);
        // At the price 0 nothing is paid in money.
        let gas_price = random.pick(&[0, 0, 1, 3]);
        vec![Deed::mine(Case { gas_price, ..Case::new(label, from, self.safe, data) })]
    }

    /// A change of owners, threshold, modules, guards or handler that should be possible.
    pub(crate) fn management(&mut self, random: &mut Random) -> Vec<Deed> {
        let mut deeds = Vec::new();
        let (label, data) = match random.below(12) {
            0..=5 => self.owners(random),
            6 | 7 => self.modules(random),
            8 => {
                let Shared { handler, extensible, token_callback, .. } = Shared::get();
                let handler = random.pick(&[handler, handler, extensible, token_callback, self.actors[1]]);
                ("handler", IMultisig::setFallbackHandlerCall { handler }.abi_encode())
            }
            way => {
                let Fixtures { guard, module_guard, .. } = *Fixtures::get();
                let actor = self.actors[random.below(2)];
                // What it does when it is asked may keep it from being set.
                deeds.push(Deed::Program(actor, Program::idle()));
                if way < 11 {
                    let guard = random.pick(&[guard, actor, Address::ZERO]);
                    ("guard", IMultisig::setGuardCall { guard }.abi_encode())
                } else {
                    let guard = random.pick(&[module_guard, actor, Address::ZERO]);
                    ("module guard", IMultisig::setModuleGuardCall { moduleGuard: guard }.abi_encode())
                }
            }
        };
        let inner = call(label, self.safe, data);
        deeds.extend(self.agreed(random, &transaction(&inner, self.state.nonce), label));
        deeds
    }

    pub(crate) fn owners(&self, random: &mut Random) -> (&'static str, Vec<u8>) {
        let owners = &self.state.owners;
        let cast = &self.worlds.cast;
        let mut candidates: Vec<Address> = cast.signers.iter().map(|signer| signer.address()).collect();
        candidates.extend(cast.validators.iter().map(|(address, _)| *address));
        candidates.extend([cast.nested, self.actors[0]]);
        candidates.retain(|candidate| !owners.contains(candidate));
        let threshold = |random: &mut Random, count: usize| U256::from(1 + random.below(count.clamp(1, 4)));
        let at = random.below(owners.len().max(1));
        let (before, owner) = linked(owners, at);
        match random.below(4) {
            0 if !candidates.is_empty() && owners.len() < 8 => {
                let owner = random.pick(&candidates);
                let threshold = threshold(random, owners.len() + 1);
                ("add owner", IMultisig::addOwnerWithThresholdCall { owner, _threshold: threshold }.abi_encode())
            }
            1 if owners.len() > 1 => {
                let threshold = threshold(random, owners.len() - 1);
                let call = IMultisig::removeOwnerCall { prevOwner: before, owner, _threshold: threshold };
                ("remove owner", call.abi_encode())
            }
            2 if !candidates.is_empty() => {
                let new = random.pick(&candidates);
                let call = IMultisig::swapOwnerCall { prevOwner: before, oldOwner: owner, newOwner: new };
                ("swap owner", call.abi_encode())
            }
            _ => {
                let threshold = threshold(random, owners.len());
                ("threshold", IMultisig::changeThresholdCall { _threshold: threshold }.abi_encode())
            }
        }
    }

    fn modules(&self, random: &mut Random) -> (&'static str, Vec<u8>) {
        let modules = &self.state.modules;
        let mut candidates = vec![Fixtures::get().module, self.worlds.cast.strangers[0], self.actors[0]];
        candidates.retain(|candidate| !modules.contains(candidate));
        if candidates.is_empty() || (!modules.is_empty() && random.chance(30)) {
            let (before, module) = linked(modules, random.below(modules.len()));
            return ("disable module", IMultisig::disableModuleCall { prevModule: before, module }.abi_encode());
        }
        ("enable module", IMultisig::enableModuleCall { module: random.pick(&candidates) }.abi_encode())
    }
}

/// Returns an element of a list and the one before it.
fn linked(list: &[Address], at: usize) -> (Address, Address) {
    let before = at.checked_sub(1).and_then(|before| list.get(before)).copied().unwrap_or(SENTINEL);
    (before, list.get(at).copied().unwrap_or(SENTINEL))
}
