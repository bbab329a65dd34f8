//! Random calls of accounts and their libraries, in both worlds.

use alloy::{primitives::U256, sol_types::SolCall};
use anvil_fixtures::{Fixtures, bindings::ITestModule};
use quorate_contracts::bindings::IMultisig;
use quorate_core::SafeTx;

use crate::{
    account::SafeState,
    calls::{Inner, Scene},
    comparison::{Case, compare},
    generate::{ETHER, WEALTH, any_safe, direct, execute, setup, signed, spoil},
    signatures::Care,
};

#[tokio::test]
async fn executions_are_the_same() {
    compare("execTransaction", 2500, |random, worlds| {
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        let mut case = execute(random, worlds, safe, &mut state);
        overrides.storage(safe, state.storage());
        overrides.balance(case.from, WEALTH);
        if case.refund.is_some() {
            // Either enough for any refund or for none, so that what it costs does not decide whether it is paid.
            let poor = case.value.is_zero() && random.chance(20);
            overrides.balance(safe, if poor { U256::from(random.below(60)) } else { ETHER });
        }
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn module_transactions_are_the_same() {
    compare("modules", 500, |random, worlds| {
        let (safe, state, mut overrides) = any_safe(random, worlds);
        overrides.storage(safe, state.storage());
        let scene = Scene { cast: &worlds.cast, safe, state: &state };
        let Inner { label, to, value, data, operation } = scene.inner(random);
        let operation = if random.chance(5) { random.byte() } else { operation };
        let fixture = Fixtures::get().module;
        let module = if state.modules.is_empty() || random.chance(15) {
            worlds.cast.anybody(random)
        } else {
            random.pick(&state.modules)
        };
        let (from, target, call) = if module == fixture {
            let from = random.pick(&worlds.cast.signers).address();
            let call = if random.chance(50) {
                ITestModule::execCall { safe, to, value, data, operation }.abi_encode()
            } else {
                ITestModule::execReturnDataCall { safe, to, value, data, operation }.abi_encode()
            };
            (from, fixture, call)
        } else if random.chance(50) {
            let call = IMultisig::execTransactionFromModuleCall { to, value, data, operation };
            (module, safe, call.abi_encode())
        } else {
            let call = IMultisig::execTransactionFromModuleReturnDataCall { to, value, data, operation };
            (module, safe, call.abi_encode())
        };
        let mut case = Case::new(label, from, target, call);
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn direct_calls_are_the_same() {
    compare("direct calls", 800, |random, worlds| {
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        if random.chance(8) {
            state = SafeState::new(state.singleton);
        }
        let mut case = direct(random, worlds, safe, &mut state);
        overrides.storage(safe, state.storage());
        overrides.balance(case.from, WEALTH);
        overrides.balance(safe, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn setups_are_the_same() {
    compare("setup", 600, |random, worlds| {
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        if random.chance(88) {
            state = SafeState::new(state.singleton);
        }
        overrides.storage(safe, state.storage());
        let data = setup(random, worlds, safe);
        let mut case = Case::new("setup", worlds.cast.anybody(random), safe, data);
        case.gas_price = u64::from(random.chance(50));
        overrides.balance(case.from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}

#[tokio::test]
async fn batches_are_the_same() {
    compare("batches", 500, |random, worlds| {
        let (safe, state, mut overrides) = any_safe(random, worlds);
        overrides.storage(safe, state.storage());
        let scene = Scene { cast: &worlds.cast, safe, state: &state };
        let batch = scene.batch(random);
        let from = worlds.cast.anybody(random);
        // The account reports what the batch answered, in its place; or the batch is called by itself.
        let mut case = if random.chance(75) {
            let call = IMultisig::simulateAndRevertCall { targetContract: batch.to, calldataPayload: batch.data };
            Case::new(batch.label, from, safe, call.abi_encode())
        } else {
            Case { value: batch.value % WEALTH, ..Case::new(batch.label, from, batch.to, batch.data) }
        };
        overrides.balance(from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}

/// Calldata that no encoder writes: words with more bits than their type has, offsets and lengths that lead nowhere, bytes
/// missing at the end. The compilers of the two codes decode it differently, the newer one more strictly; so a call may be
/// refused here that the official code accepts, but none is accepted that the official code refuses.
#[tokio::test]
async fn malformed_calls_do_the_same_or_nothing() {
    compare("malformed calls", 1500, |random, worlds| {
        let (safe, mut state, mut overrides) = any_safe(random, worlds);
        let scene = Scene { cast: &worlds.cast, safe, state: &state };
        let anybody = worlds.cast.anybody(random);
        let mut last_word = 13;
        let mut case = match random.below(5) {
            0 => {
                let from = random.pick(&[safe, anybody]);
                Case::new("authorized", from, safe, scene.authorized(random))
            }
            1 => {
                let (label, data) = scene.handler(random);
                Case::new(label, anybody, safe, data)
            }
            2 => {
                state = SafeState::new(state.singleton);
                let data = setup(random, worlds, safe);
                Case::new("setup", anybody, safe, data)
            }
            3 => direct(random, worlds, safe, &mut state),
            _ => {
                // The words behind ask for a refund, which depends on gas.
                last_word = 3;
                let tx = Scene { cast: &worlds.cast, safe, state: &state }.inner(random);
                let (to, data) = (tx.to, tx.data);
                let tx = SafeTx::call(to, tx.value, data, state.nonce);
                signed(random, worlds, safe, &mut state, &tx, "execTransaction".to_owned(), Care::Careless)
            }
        };
        spoil(random, &mut case, last_word);
        overrides.storage(safe, state.storage());
        overrides.balance(case.from, WEALTH);
        case.overrides = overrides;
        case
    })
    .await;
}
