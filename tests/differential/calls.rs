//! Random calls: what an account may be told to do.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use anvil_fixtures::{
    Fixtures,
    bindings::{IDelegateTarget, IGasHog, IRefusingGuard, IReverter},
};
use quorate_contracts::bindings::{ICreateCall, IERC20, IMultiSend, IMultisig, ISignMessageLib};

use crate::{
    account::{SENTINEL, SafeState},
    cast::Cast,
    random::Random,
    world::Shared,
};

/// A call of an account.
#[derive(Clone, Debug)]
pub(crate) struct Inner {
    pub(crate) label: &'static str,
    pub(crate) to: Address,
    pub(crate) value: U256,
    pub(crate) data: Bytes,
    pub(crate) operation: u8,
}

/// Where calls come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) cast: &'a Cast,
    pub(crate) safe: Address,
    pub(crate) state: &'a SafeState,
}

impl Scene<'_> {
    /// Returns any call that an account can make.
    pub(crate) fn inner(&self, random: &mut Random) -> Inner {
        match random.below(12) {
            0 | 1 => self.payment(random),
            2 => self.token(random),
            3 => call("reverter", Fixtures::get().reverter, reverter(random)),
            4 => {
                let mut inner = call("delegate reverter", Fixtures::get().reverter, reverter(random));
                inner.operation = 1;
                inner
            }
            5 => self.delegate(random),
            6..=8 => call("self", self.safe, self.authorized(random)),
            9 => call("view", self.safe, self.view(random)),
            10 => self.batch(random),
            _ => {
                let mut inner = call("anything", self.cast.anybody(random), random.some_bytes(200));
                inner.operation = u8::from(random.chance(40));
                inner
            }
        }
    }

    fn payment(&self, random: &mut Random) -> Inner {
        let fixtures = Fixtures::get();
        let to = match random.below(5) {
            0 => self.safe,
            1 => fixtures.reverter,
            2 => self.cast.nested,
            _ => self.cast.anybody(random),
        };
        let data = if random.chance(50) { Bytes::new() } else { random.bytes(3) };
        Inner { value: amount(random), ..call("payment", to, data) }
    }

    fn token(&self, random: &mut Random) -> Inner {
        let to = if random.chance(10) { self.safe } else { self.cast.anybody(random) };
        let value = if random.chance(80) { U256::from(random.below(1000)) } else { random.number() };
        let data = if random.chance(80) {
            IERC20::transferCall { to, value }.abi_encode()
        } else {
            IERC20::approveCall { spender: to, value }.abi_encode()
        };
        call("token", random.pick(&self.cast.tokens), data)
    }

    pub(crate) fn delegate(&self, random: &mut Random) -> Inner {
        let target = Fixtures::get().delegate_target;
        let slot = B256::from(U256::from(random.below(9)));
        let (label, to, data) = match random.below(6) {
            0 => {
                let word = random.word();
                let value = random.pick(&[B256::ZERO, SENTINEL.into_word(), word]);
                ("delegate write", target, IDelegateTarget::writeCall { slot, value }.abi_encode())
            }
            1 => ("delegate read", target, IDelegateTarget::readCall { slot }.abi_encode()),
            2 => ("delegate context", target, IDelegateTarget::contextCall {}.abi_encode()),
            3 => {
                let message = random.some_bytes(100);
                (
                    "sign message",
                    Shared::get().sign_message_lib,
                    ISignMessageLib::signMessageCall { _data: message }.abi_encode(),
                )
            }
            4 => {
                // Code that returns nothing, so an account without code is created.
                let deployment = random.pick(&[Bytes::new(), vec![0x60, 0, 0x60, 0, 0xf3].into(), vec![0xfe].into()]);
                let call = ICreateCall::performCreate2Call {
                    value: U256::from(random.below(2)),
                    deploymentData: deployment,
                    salt: random.word(),
                };
                ("create", Shared::get().create_call, call.abi_encode())
            }
            _ => ("delegate oddity", self.cast.oddity(random), random.some_bytes(40).to_vec()),
        };
        Inner { operation: 1, value: amount(random), ..call(label, to, data) }
    }

    /// Returns a call of a function that only the account itself may call.
    pub(crate) fn authorized(&self, random: &mut Random) -> Vec<u8> {
        let Scene { state, cast, safe } = *self;
        let fixtures = Fixtures::get();
        let somebody = |random: &mut Random| {
            if random.chance(10) { safe } else { cast.anybody(random) }
        };
        let linked = |random: &mut Random, list: &[Address]| {
            if list.is_empty() || random.chance(15) {
                return (somebody(random), somebody(random));
            }
            let at = random.below(list.len());
            let before = if at == 0 { SENTINEL } else { list[at - 1] };
            match random.below(6) {
                0 => (somebody(random), list[at]),
                1 => (list[at], SENTINEL),
                _ => (before, list[at]),
            }
        };
        let threshold = |random: &mut Random| {
            if random.chance(85) { U256::from(random.below(state.owners.len() + 2)) } else { random.number() }
        };
        match random.below(10) {
            0 => IMultisig::addOwnerWithThresholdCall {
                owner: if random.chance(20) && !state.owners.is_empty() {
                    random.pick(&state.owners)
                } else {
                    somebody(random)
                },
                _threshold: threshold(random),
            }
            .abi_encode(),
            1 | 2 => {
                let (prev, owner) = linked(random, &state.owners);
                IMultisig::removeOwnerCall { prevOwner: prev, owner, _threshold: threshold(random) }.abi_encode()
            }
            3 => {
                let (prev, owner) = linked(random, &state.owners);
                let new = if random.chance(15) { owner } else { somebody(random) };
                IMultisig::swapOwnerCall { prevOwner: prev, oldOwner: owner, newOwner: new }.abi_encode()
            }
            4 => IMultisig::changeThresholdCall { _threshold: threshold(random) }.abi_encode(),
            5 => {
                let module = if random.chance(20) && !state.modules.is_empty() {
                    random.pick(&state.modules)
                } else {
                    somebody(random)
                };
                IMultisig::enableModuleCall { module }.abi_encode()
            }
            6 => {
                let (prev, module) = linked(random, &state.modules);
                IMultisig::disableModuleCall { prevModule: prev, module }.abi_encode()
            }
            7 => {
                let handler = if random.chance(30) { Shared::get().handler } else { somebody(random) };
                IMultisig::setFallbackHandlerCall { handler }.abi_encode()
            }
            8 => {
                let guard = random.pick(&[fixtures.guard, fixtures.module_guard, Address::ZERO]);
                let guard = if random.chance(50) { guard } else { somebody(random) };
                IMultisig::setGuardCall { guard }.abi_encode()
            }
            _ => {
                let guard = random.pick(&[fixtures.guard, fixtures.module_guard, Address::ZERO]);
                let guard = if random.chance(50) { guard } else { somebody(random) };
                IMultisig::setModuleGuardCall { moduleGuard: guard }.abi_encode()
            }
        }
    }

    /// Returns a batch, possibly malformed.
    pub(crate) fn batch(&self, random: &mut Random) -> Inner {
        let shared = Shared::get();
        let only = random.chance(50);
        let to = if only { shared.call_only } else { shared.multi_send };
        let mut packed = Vec::new();
        for _ in 0..random.below(4) {
            let entry = match random.below(6) {
                0 => self.payment(random),
                1 => self.token(random),
                2 => call("self", self.safe, self.authorized(random)),
                3 => call("reverter", Fixtures::get().reverter, reverter(random)),
                4 if !only => self.delegate(random),
                _ => call("hog", Fixtures::get().gas_hog, IGasHog::burnCall { gasToBurn: U256::from(50) }.abi_encode()),
            };
            let to = if random.chance(15) { Address::ZERO } else { entry.to };
            let operation = match random.below(40) {
                0 => random.byte(),
                1..=3 => random.byte() % 3,
                _ => entry.operation,
            };
            packed.push(operation);
            packed.extend(to);
            packed.extend(entry.value.to_be_bytes::<32>());
            let length = if random.chance(6) {
                U256::from(entry.data.len()) + U256::from(random.below(40))
            } else {
                U256::from(entry.data.len())
            };
            packed.extend(length.to_be_bytes::<32>());
            packed.extend(entry.data);
        }
        match random.below(5) {
            0 => {
                let length = random.below(40);
                packed.extend(random.bytes(length));
            }
            1 => packed.extend(vec![0; random.below(130)]),
            2 if random.chance(30) => packed.truncate(random.below(packed.len() + 1)),
            _ => {}
        }
        let data = IMultiSend::multiSendCall { transactions: packed.into() }.abi_encode();
        let operation = u8::from(random.chance(90));
        Inner { operation, value: amount(random), ..call(if only { "batch of calls" } else { "batch" }, to, data) }
    }
}

/// Makes a call without value.
pub(crate) fn call(label: &'static str, to: Address, data: impl Into<Bytes>) -> Inner {
    Inner { label, to, value: U256::ZERO, data: data.into(), operation: 0 }
}

/// Wei that an account of a case, which has at most a few, often has.
fn amount(random: &mut Random) -> U256 {
    match random.below(6) {
        0 => U256::from(random.below(1000)),
        1 => U256::from(random.below(3)),
        2 if random.chance(10) => random.number(),
        _ => U256::ZERO,
    }
}

/// A call that fails, in each of the ways there are.
pub(crate) fn reverter(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => IReverter::withStringCall { reason: "a reason of more than thirty-two bytes".to_owned() }.abi_encode(),
        1 => IReverter::withStringCall { reason: String::new() }.abi_encode(),
        2 => IReverter::withCustomCall { code: random.number() }.abi_encode(),
        3 => IReverter::withPanicCall { zero: U256::from(random.below(2)) }.abi_encode(),
        4 => IReverter::withNothingCall {}.abi_encode(),
        5 => IReverter::withInvalidCall {}.abi_encode(),
        6 => IReverter::withBytesCall { data: random.some_bytes(300) }.abi_encode(),
        _ => IRefusingGuard::refuseCall { before: true, afterwards: true }.abi_encode(),
    }
}
