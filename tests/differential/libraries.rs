//! The libraries that accounts run by DELEGATECALL.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use quorate_contracts::bindings::{
    ICreateCall, IFallbackHandler, IMigration, IMultisig, ISignMessageLib, ISimulateTxAccessor, IToL2Setup,
};

use crate::{
    account::SafeState,
    calls::{Inner, Scene},
    comparison::{Case, compare},
    generate::{WEALTH, any_safe, spoil},
    random::Random,
    world::Shared,
};

#[tokio::test]
async fn libraries_are_the_same() {
    compare("libraries", 900, |random, worlds| {
        let cast = &worlds.cast;
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        if random.chance(50) {
            // What is simulated is mostly what works.
            state.handler = Shared::get().handler;
        }
        let inner = Scene { cast, safe, state: &state }.library(random);
        let Inner { label, to, value, data, operation } = inner.clone();
        let tells_gas = to == Shared::get().accessor;
        let module = random.pick(&cast.strangers);
        let from = cast.anybody(random);
        let mut case = match random.below(8) {
            0 => Case { value: value % WEALTH, ..Case::new(label, from, to, data) },
            1 => {
                let call = IMultisig::simulateAndRevertCall { targetContract: to, calldataPayload: data };
                let gas_word = tells_gas.then_some(2);
                Case { gas_word, ..Case::new(format!("{label}, simulated"), from, safe, call.abi_encode()) }
            }
            2 => {
                let call = IFallbackHandler::simulateCall { targetContract: to, calldataPayload: data };
                let gas_word = (tells_gas && state.handler == Shared::get().handler).then_some(2);
                Case { gas_word, ..Case::new(format!("{label}, by the handler"), from, safe, call.abi_encode()) }
            }
            3 if to == Shared::get().to_l2_setup => {
                state = SafeState::new(state.singleton);
                let call = IMultisig::setupCall {
                    _owners: vec![module],
                    _threshold: U256::ONE,
                    to,
                    data,
                    fallbackHandler: Address::ZERO,
                    paymentToken: Address::ZERO,
                    payment: U256::ZERO,
                    paymentReceiver: Address::ZERO,
                };
                Case::new(format!("{label}, during setup"), from, safe, call.abi_encode())
            }
            _ => {
                // A module needs no signatures, and is told what the library answered.
                if !state.modules.contains(&module) {
                    state.modules.push(module);
                }
                let call = IMultisig::execTransactionFromModuleReturnDataCall { to, value, data, operation };
                let gas_word = tells_gas.then_some(3);
                Case { gas_word, ..Case::new(format!("{label}, by a module"), module, safe, call.abi_encode()) }
            }
        };
        if case.to == inner.to && random.chance(30) {
            spoil(random, &mut case, 6);
        }
        overrides.storage(safe, state.storage());
        overrides.balance(case.from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}

impl Scene<'_> {
    /// Returns a call of a library, mostly as it is meant to be called.
    pub(crate) fn library(&self, random: &mut Random) -> Inner {
        let Shared { create_call, sign_message_lib, accessor, migration, to_l2_setup, l1, l2, .. } = Shared::get();
        let cast = self.cast;
        let (label, to, data) = match random.below(12) {
            0..=2 => {
                let (value, code) = (U256::from(random.below(4) / 2), deployment(random));
                let data = if random.chance(50) {
                    ICreateCall::performCreateCall { value, deploymentData: code }.abi_encode()
                } else {
                    ICreateCall::performCreate2Call { value, deploymentData: code, salt: random.word() }.abi_encode()
                };
                ("create", create_call, data)
            }
            3 => {
                let call = ISignMessageLib::signMessageCall { _data: random.some_bytes(200) };
                ("sign a message", sign_message_lib, call.abi_encode())
            }
            4 => {
                let call = ISignMessageLib::getMessageHashCall { message: random.some_bytes(200) };
                ("hash a message", sign_message_lib, call.abi_encode())
            }
            5..=7 => {
                let Inner { to, value, data, operation, .. } = self.simulated(random);
                let call = ISimulateTxAccessor::simulateCall { to, value, data, operation };
                ("simulate", accessor, call.abi_encode())
            }
            8 | 9 => ("migrate", migration, migrate(random)),
            10 => {
                let anybody = cast.anybody(random);
                let singleton = random.pick(&[l2, l2, l1, anybody]);
                let call = IToL2Setup::setupToL2Call { l2Singleton: singleton };
                ("choose L2", to_l2_setup, call.abi_encode())
            }
            _ => {
                let to = random.pick(&[create_call, sign_message_lib, accessor, migration, to_l2_setup]);
                ("unknown function of a library", to, random.some_bytes(40).to_vec())
            }
        };
        let value = if random.chance(10) { U256::from(random.below(1000)) } else { U256::ZERO };
        Inner { label, to, value, data: data.into(), operation: u8::from(random.chance(92)) }
    }

    /// Returns what is simulated: a call that is not itself a simulation, for the answer of that depends on gas.
    fn simulated(&self, random: &mut Random) -> Inner {
        if random.chance(70) {
            return self.inner(random);
        }
        let operation = u8::from(random.chance(80));
        let data = migrate(random).into();
        Inner { label: "migrate", to: Shared::get().migration, value: U256::ZERO, data, operation }
    }
}

/// Calldata of a migration.
pub(crate) fn migrate(random: &mut Random) -> Vec<u8> {
    match random.below(8) {
        0 => IMigration::migrateSingletonCall {}.abi_encode(),
        1 => IMigration::migrateL2SingletonCall {}.abi_encode(),
        2 => IMigration::migrateWithFallbackHandlerCall {}.abi_encode(),
        3 => IMigration::migrateL2WithFallbackHandlerCall {}.abi_encode(),
        4 => IMigration::MIGRATION_SINGLETONCall {}.abi_encode(),
        5 => IMigration::SAFE_FALLBACK_HANDLERCall {}.abi_encode(),
        6 => IMigration::SAFE_L2_SINGLETONCall {}.abi_encode(),
        _ => IMigration::SAFE_SINGLETONCall {}.abi_encode(),
    }
}

/// Creation code: of nothing, of something, and of what fails in each way.
fn deployment(random: &mut Random) -> Bytes {
    let codes: [&[u8]; 8] = [
        &[],
        // RETURN without data.
        &[0x60, 0, 0x60, 0, 0xf3],
        // Stores its creator, deploys one byte: CALLER, PUSH1 0, SSTORE, PUSH1 1, PUSH1 31, RETURN.
        &[0x33, 0x60, 0, 0x55, 0x60, 1, 0x60, 31, 0xf3],
        // REVERT with one word.
        &[0x60, 32, 0x60, 0, 0xfd],
        // INVALID.
        &[0xfe],
        // Deploys code that begins with 0xef, which is not allowed.
        &[0x60, 0xef, 0x60, 0, 0x53, 0x60, 1, 0x60, 0, 0xf3],
        // Sends its money back and is gone: CALLER, SELFDESTRUCT.
        &[0x33, 0xff],
        // An event: PUSH1 0, PUSH1 0, LOG0, STOP.
        &[0x60, 0, 0x60, 0, 0xa0, 0],
    ];
    let code = random.pick(&codes);
    if random.chance(10) { random.some_bytes(40) } else { Bytes::copy_from_slice(code) }
}
