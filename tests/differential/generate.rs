//! Random accounts and what is asked of them.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use anvil_fixtures::Fixtures;
use quorate_contracts::{bindings::IMultisig, calls::exec_call};
use quorate_core::{Domain, Operation, SafeId, SafeTx, Version};

use crate::{
    account::{Overrides, SafeState},
    calls::{Inner, Scene, reverter},
    comparison::Case,
    random::Random,
    refund::Refund,
    signatures::{Care, Request},
    world::{Shared, Worlds},
};

/// Wei that whoever sends a case has.
pub(crate) const WEALTH: U256 = U256::from_limbs([0, 1 << 40, 0, 0]);

/// Wei that an account usually has.
pub(crate) const ETHER: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);

/// An account with any state, guards that may refuse, and some money.
pub(crate) fn any_safe(random: &mut Random, worlds: &Worlds) -> (Address, SafeState, Overrides) {
    let cast = &worlds.cast;
    let fixtures = Fixtures::get();
    let safe = random.pick(&cast.safes);
    let state = SafeState::any(random, cast);
    let mut overrides = Overrides::default();
    overrides.balance(safe, if random.chance(80) { ETHER } else { U256::from(random.below(1000)) });
    for guard in [fixtures.guard, fixtures.module_guard] {
        // Slot 0 holds both flags: refuse before, refuse after.
        let mut flags = B256::ZERO;
        flags[31] = u8::from(random.chance(15));
        flags[30] = u8::from(random.chance(15));
        overrides.storage(guard, [(B256::ZERO, flags)]);
    }
    (safe, state, overrides)
}

/// A transaction of the owners.
pub(crate) fn execute(random: &mut Random, worlds: &Worlds, safe: Address, state: &mut SafeState) -> Case {
    let cast = &worlds.cast;
    let inner = Scene { cast, safe, state }.inner(random);
    let mut tx = transaction(&inner, state.nonce);
    let mut gas_price = None;
    let mut label = inner.label.to_owned();
    match random.below(10) {
        0..=4 => {}
        5 | 6 => tx.safe_tx_gas = safe_tx_gas(random, true),
        _ => {
            label.push_str(", refund");
            gas_price = Some(refund(random, worlds, &mut tx));
        }
    }

    let mut case = signed(random, worlds, safe, state, &tx, label, Care::Careless);
    case.gas_price = gas_price.unwrap_or(0);
    case.refund = Refund::asked(&tx, &case, worlds.chain_id());
    if random.chance(15) {
        case.value = U256::from(random.below(1000));
    }
    case
}

/// What the owners sign to make a call.
pub(crate) fn transaction(inner: &Inner, nonce: U256) -> SafeTx {
    SafeTx {
        to: inner.to,
        value: inner.value,
        data: inner.data.clone(),
        operation: if inner.operation == 0 { Operation::Call } else { Operation::DelegateCall },
        nonce,
        ..SafeTx::default()
    }
}

/// The call of `execTransaction` with some set of signatures. The state gets the approvals that they need.
pub(crate) fn signed(
    random: &mut Random,
    worlds: &Worlds,
    safe: Address,
    state: &mut SafeState,
    tx: &SafeTx,
    mut label: String,
    care: Care,
) -> Case {
    let cast = &worlds.cast;
    let stranger = if random.chance(90) { random.pick(&cast.strangers) } else { cast.anybody(random) };
    let domain =
        |chain_id, safe| Domain::new(SafeId::new(chain_id, safe), Version::V1_5_0).expect("1.5.0 has a domain");
    let chain_id = worlds.chain_id();
    let others = vec![
        tx.hash(&domain(chain_id + 1, safe)).hash(),
        tx.hash(&domain(chain_id, cast.nested)).hash(),
        SafeTx { nonce: tx.nonce + U256::ONE, ..tx.clone() }.hash(&domain(chain_id, safe)).hash(),
        SafeTx { value: tx.value ^ U256::ONE, ..tx.clone() }.hash(&domain(chain_id, safe)).hash(),
    ];
    let mut request = Request {
        cast,
        hash: tx.hash(&domain(chain_id, safe)).hash(),
        others,
        required: usize::try_from(state.threshold).unwrap_or(1).min(8),
        executor: if let Care::Pinned(executor) = care { executor } else { stranger },
        care,
    };
    let (signatures, flaw) = request.make(random, state);
    label.push_str(": ");
    label.push_str(&flaw);
    Case::new(label, request.executor, safe, exec_call(tx, &signatures))
}

/// Gas that an inner call must get: plenty of what there is, or more than there ever is. What lies between depends on
/// the gas used before, and that may differ.
pub(crate) fn safe_tx_gas(random: &mut Random, small: bool) -> U256 {
    match random.below(3) {
        0 if small => U256::from(1 + random.below(10_000)),
        0 | 1 => U256::from(1_000_000 + random.below(1_000_000)),
        _ => {
            let number = random.number();
            if number < U256::from(1_u64 << 32) { U256::MAX - number } else { number }
        }
    }
}

/// Asks for a refund; returns the gas price of the outer transaction.
///
/// The inner call gets either no gas or far more than it needs, so that its end does not depend on how much its code
/// takes. The fee token is left out: what it keeps of a payment cannot be told from the payment.
pub(crate) fn refund(random: &mut Random, worlds: &Worlds, tx: &mut SafeTx) -> u64 {
    let cast = &worlds.cast;
    tx.gas_price = if random.chance(85) { U256::from(1 + random.below(5)) } else { random.number().max(U256::ONE) };
    tx.base_gas = if random.chance(85) { U256::from(random.below(100_000)) } else { random.number() };
    tx.gas_token = match random.below(4) {
        0 => random.pick(&cast.tokens[..4]),
        1 => cast.oddity(random),
        2 if random.chance(30) => random.pick(&cast.strangers),
        _ => Address::ZERO,
    };
    tx.refund_receiver = if random.chance(40) { Address::ZERO } else { cast.anybody(random) };
    let stipend = !tx.value.is_zero() && cast.proxies().any(|proxy| proxy == tx.to);
    tx.safe_tx_gas = if random.chance(25) && !stipend { U256::ZERO } else { safe_tx_gas(random, false) };
    if random.chance(60) { u64::try_from(1 + random.below(5)).expect("it is below 6") } else { 0 }
}

/// A call that needs no signatures: by the account itself, by an owner, by anybody.
pub(crate) fn direct(random: &mut Random, worlds: &Worlds, safe: Address, state: &mut SafeState) -> Case {
    let cast = &worlds.cast;
    let scene = Scene { cast, safe, state };
    let anybody = cast.anybody(random);
    let mut case = match random.below(12) {
        0..=3 => {
            let from = if random.chance(80) { safe } else { anybody };
            Case::new("authorized", from, safe, scene.authorized(random))
        }
        4 | 5 => Case::new("view", anybody, safe, scene.view(random)),
        6 => {
            let from = if state.owners.is_empty() || random.chance(40) { anybody } else { random.pick(&state.owners) };
            let call = IMultisig::approveHashCall { hashToApprove: random.word() };
            Case::new("approveHash", from, safe, call.abi_encode())
        }
        7 => {
            let inner = scene.inner(random);
            let call = IMultisig::simulateAndRevertCall { targetContract: inner.to, calldataPayload: inner.data };
            Case::new("simulateAndRevert", anybody, safe, call.abi_encode())
        }
        8 => {
            let call = IMultisig::simulateAndRevertCall {
                targetContract: Fixtures::get().reverter,
                calldataPayload: reverter(random).into(),
            };
            Case::new("simulateAndRevert", anybody, safe, call.abi_encode())
        }
        9 => {
            let mut data = vec![0xa6, 0x19, 0x48, 0x6e];
            data.extend(random.some_bytes(40));
            if random.chance(20) {
                data.truncate(random.below(5));
            }
            Case { value: U256::from(random.below(3)), ..Case::new("masterCopy", anybody, safe, data) }
        }
        10 => Case { value: U256::from(random.below(1000)), ..Case::new("receive", anybody, safe, Bytes::new()) },
        _ => Case::new("unknown", anybody, safe, random.some_bytes(40)),
    };
    if random.chance(5) {
        case.value = U256::ONE;
    }
    case
}

/// Calldata of `setup` with random arguments, many of them wrong.
pub(crate) fn setup(random: &mut Random, worlds: &Worlds, safe: Address) -> Vec<u8> {
    let cast = &worlds.cast;
    let fixtures = Fixtures::get();
    let mut owners: Vec<Address> = SafeState::any(random, cast).owners;
    if random.chance(20) {
        let wrong = match random.below(4) {
            0 => safe,
            1 => owners[random.below(owners.len())],
            _ => cast.anybody(random),
        };
        owners.insert(random.below(owners.len() + 1), wrong);
    }
    if random.chance(3) {
        owners.clear();
    }
    let threshold = if random.chance(75) {
        U256::from(1 + random.below(owners.len().max(1)))
    } else if random.chance(50) {
        U256::from(random.below(owners.len() + 3))
    } else {
        random.number()
    };
    let state = SafeState::any(random, cast);
    let scene = Scene { cast, safe, state: &state };
    let (to, data) = match random.below(8) {
        0 => (cast.anybody(random), random.some_bytes(40)),
        1 => (fixtures.reverter, reverter(random).into()),
        2 | 3 => {
            let inner = scene.inner(random);
            (inner.to, inner.data)
        }
        4 => (safe, scene.authorized(random).into()),
        _ => (Address::ZERO, random.some_bytes(5)),
    };
    let handler = match random.below(5) {
        0 => Address::ZERO,
        1 => cast.anybody(random),
        2 if random.chance(30) => safe,
        _ => Shared::get().handler,
    };
    let payment = match random.below(4) {
        0 => U256::from(random.below(1000)),
        1 if random.chance(30) => random.number(),
        _ => U256::ZERO,
    };
    let token = match random.below(4) {
        0 => random.pick(&cast.tokens),
        1 => cast.anybody(random),
        _ => Address::ZERO,
    };
    IMultisig::setupCall {
        _owners: owners,
        _threshold: threshold,
        to,
        data,
        fallbackHandler: handler,
        paymentToken: token,
        payment,
        paymentReceiver: if random.chance(40) { Address::ZERO } else { cast.anybody(random) },
    }
    .abi_encode()
}

/// Makes calldata that no encoder writes: it is cut, or one of its words up to `last_word` is another one.
pub(crate) fn spoil(random: &mut Random, case: &mut Case, last_word: usize) {
    let mut data = case.data.to_vec();
    let words = data.len().saturating_sub(4) / 32;
    let kind = random.below(4);
    // Told to burn more gas than there is, the hog answers how much there is. What follows a cut counts as its argument too,
    // such as the caller whom an account appends for its handler: so the hog itself is cut away.
    let hog = data.windows(20).position(|window| window == Fixtures::get().gas_hog.as_slice());
    if words == 0 || kind == 0 || hog.is_some() {
        data.truncate(random.below(hog.unwrap_or(data.len()) + 1));
        case.label.push_str(", cut");
    } else {
        let word = random.below(words.min(last_word + 1));
        let at = 4 + 32 * word;
        match kind {
            1 => data[at + random.below(12)] = random.byte(),
            2 => data[at..at + 32].copy_from_slice(&random.number().to_be_bytes::<32>()),
            _ => data[at + 31] = data[at + 31].wrapping_add(random.byte()),
        }
        case.label.push_str(&format!(", word {word} changed"));
    }
    case.data = data.into();
    case.malformed = true;
}
