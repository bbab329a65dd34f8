//! What happens to an account in the course of its history.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use anvil_fixtures::{
    Fixtures,
    bindings::{IMintable, IRefusingGuard, ITestModule},
};
use quorate_contracts::bindings::{IFallbackHandler, IMultisig, ISignMessageLib};
use quorate_core::{BatchCall, Domain, Operation, SafeId, SafeMessage, SafeTx, Version, encode_multi_send};

use crate::{
    account::SafeState,
    calls::{Inner, Scene, call, reverter},
    comparison::Case,
    generate::{ETHER, direct, execute, refund, safe_tx_gas, signed, transaction},
    handlers::Added,
    program::Program,
    random::Random,
    refund::Refund,
    signatures::{Care, Request},
    world::{Shared, Worlds},
};

/// One thing that happens in both worlds.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    /// A transaction.
    Mine(Box<Case>),
    /// A contract gets other code.
    Program(Address, Bytes),
    /// An account gets so much money.
    Fund(Address, U256),
}

impl Deed {
    pub(crate) fn mine(case: Case) -> Self {
        Self::Mine(Box::new(case))
    }
}

/// An account at one point of its history.
#[derive(Debug)]
pub(crate) struct Moment<'a> {
    pub(crate) worlds: &'a Worlds,
    pub(crate) safe: Address,
    pub(crate) state: SafeState,
    /// Contracts that get other code as the history goes on.
    pub(crate) actors: [Address; 2],
}

impl Moment<'_> {
    /// Returns what happens next.
    pub(crate) fn step(mut self, random: &mut Random) -> Vec<Deed> {
        if self.state.threshold.is_zero() {
            return self.birth(random);
        }
        match random.below(40) {
            0..=7 => {
                let case = execute(random, self.worlds, self.safe, &mut self.state);
                self.with_approvals(case)
            }
            8..=16 => self.management(random),
            17..=19 => self.by_module(random),
            20 | 21 => vec![Deed::mine(direct(random, self.worlds, self.safe, &mut self.state))],
            22 | 23 => self.message(random),
            24..=28 => self.reentry(random),
            29..=31 => self.refunded(random),
            32 => {
                let inner = call("fails", Fixtures::get().reverter, reverter(random));
                let mut tx = transaction(&inner, self.state.nonce);
                tx.safe_tx_gas = safe_tx_gas(random, false);
                self.agreed(random, &tx, "fails, with gas")
            }
            33 | 34 => self.batched(random),
            35 => {
                let inner = self.scene().library(random);
                self.agreed(random, &transaction(&inner, self.state.nonce), inner.label)
            }
            36 => {
                let fixtures = Fixtures::get();
                let call = IRefusingGuard::refuseCall { before: random.chance(25), afterwards: random.chance(25) };
                let guard = random.pick(&[fixtures.guard, fixtures.module_guard]);
                self.by_anybody(random, "a guard is told", guard, U256::ZERO, call.abi_encode())
            }
            37 => self.gift(random),
            38 => self.by_handler(random),
            _ => self.birth(random),
        }
    }

    /// A module acts, or somebody who is none.
    fn by_module(&self, random: &mut Random) -> Vec<Deed> {
        let inner = self.scene().inner(random);
        let fixture = Fixtures::get().module;
        let module = if self.state.modules.is_empty() || random.chance(10) {
            self.worlds.cast.anybody(random)
        } else {
            random.pick(&self.state.modules)
        };
        let Inner { label, to, value, data, operation } = inner;
        let returns = random.chance(50);
        let (from, target, call) = if module == fixture {
            let safe = self.safe;
            let call = if returns {
                ITestModule::execReturnDataCall { safe, to, value, data, operation }.abi_encode()
            } else {
                ITestModule::execCall { safe, to, value, data, operation }.abi_encode()
            };
            (random.pick(&self.worlds.cast.strangers), fixture, call)
        } else {
            (module, self.safe, from_module(returns, to, value, data, operation))
        };
        vec![Deed::mine(Case::new(format!("by a module: {label}"), from, target, call))]
    }

    /// A message is signed on chain, and asked for before and afterwards; or the owners sign it off chain.
    fn message(&mut self, random: &mut Random) -> Vec<Deed> {
        let hash = random.word();
        let message = SafeMessage::of_hash(hash);
        let ask = |signature| {
            let call = IFallbackHandler::isValidSignatureCall { _dataHash: hash, _signature: signature };
            let from = self.worlds.cast.strangers[1];
            Deed::mine(Case::new("is the message signed", from, self.safe, call.abi_encode()))
        };
        if random.chance(30) {
            let safe = SafeId::new(self.worlds.chain_id(), self.safe);
            let domain = Domain::new(safe, Version::V1_5_0).expect("1.5.0 has a domain");
            let digest = message.hash(&domain).digest().hash();
            let (signature, _) = Request::careful(&self.worlds.cast, digest, &self.state).make(random, &mut self.state);
            let mut deeds = self.approvals();
            deeds.push(ask(signature));
            return deeds;
        }
        let library = Shared::get().sign_message_lib;
        let data = ISignMessageLib::signMessageCall { _data: hash.to_vec().into() }.abi_encode();
        let inner = Inner { operation: 1, ..call("sign a message", library, data) };
        let (before, after) = (ask(Bytes::new()), ask(Bytes::new()));
        let mut deeds = vec![before];
        deeds.extend(self.agreed(random, &transaction(&inner, self.state.nonce), inner.label));
        deeds.push(after);
        deeds
    }

    /// The executor is paid for gas: exact amounts are checked where this is mined.
    fn refunded(&mut self, random: &mut Random) -> Vec<Deed> {
        let scene = self.scene();
        let inner = match random.below(4) {
            0 => call("view", self.safe, scene.view(random)),
            1 => call("fails", Fixtures::get().reverter, reverter(random)),
            2 => call("actor", self.actors[0], Vec::new()),
            _ => Inner {
                value: U256::from(random.below(1000)),
                ..call("payment", random.pick(&self.worlds.cast.strangers), Vec::new())
            },
        };
        let mut tx = transaction(&inner, self.state.nonce);
        let mut deeds = vec![Deed::Program(self.actors[0], Program::idle())];
        let gas_price = refund(random, self.worlds, &mut tx);
        deeds.extend(self.agreed_at(random, &tx, "refund", Care::Careful, gas_price));
        deeds
    }

    /// Batches, in one another too.
    fn batched(&mut self, random: &mut Random) -> Vec<Deed> {
        let Shared { multi_send, call_only, .. } = Shared::get();
        let mut entries: Vec<Inner> = (0..1 + random.below(4)).map(|_| self.entry(random)).collect();
        if random.chance(50) {
            let only = random.chance(50);
            let nested: Vec<Inner> = (0..1 + random.below(2)).map(|_| self.entry(random)).collect();
            let data = multi_send_call(&nested);
            // The batch of calls need not be reached by DELEGATECALL.
            let operation = u8::from(!only || random.chance(60));
            entries.push(Inner { operation, ..call("", if only { call_only } else { multi_send }, data) });
        }
        let calls_only = entries.iter().all(|entry| entry.operation == 0);
        let to = if calls_only || random.chance(10) { call_only } else { multi_send };
        let inner = Inner { operation: 1, ..call("batch", to, multi_send_call(&entries)) };
        self.agreed(random, &transaction(&inner, self.state.nonce), inner.label)
    }

    fn entry(&self, random: &mut Random) -> Inner {
        let scene = self.scene();
        match random.below(6) {
            0 => call("", self.safe, self.owners(random).1),
            1 => call("", self.safe, scene.view(random)),
            2 => Inner { value: U256::from(random.below(9)), ..call("", Address::ZERO, Vec::new()) },
            3 => scene.library(random),
            4 if random.chance(20) => scene.inner(random),
            _ => Inner {
                value: U256::from(random.below(1000)),
                ..call("", random.pick(&self.worlds.cast.strangers), Vec::new())
            },
        }
    }

    /// The account gets money or tokens, or has none left.
    fn gift(&self, random: &mut Random) -> Vec<Deed> {
        match random.below(4) {
            0 => {
                let amount = U256::from(random.below(60));
                let balance = if random.chance(30) { amount } else { ETHER };
                vec![Deed::Fund(self.safe, balance)]
            }
            1 => {
                let call = IMintable::mintCall { to: self.safe, amountOrId: U256::from(1 + random.below(1000)) };
                let token = random.pick(&self.worlds.cast.tokens);
                self.by_anybody(random, "tokens", token, U256::ZERO, call.abi_encode())
            }
            _ => {
                let data = if random.chance(70) { Bytes::new() } else { random.some_bytes(30) };
                let value = U256::from(random.below(1000));
                self.by_anybody(random, "money", self.safe, value, data.to_vec())
            }
        }
    }

    /// The fallback handler is asked, or told by the account itself.
    fn by_handler(&mut self, random: &mut Random) -> Vec<Deed> {
        if self.state.handler == Shared::get().extensible && random.chance(60) {
            let added = Added::any(random, &self.worlds.cast);
            let inner = call("adds a function", self.safe, added.setter(random, &self.worlds.cast));
            return self.agreed(random, &transaction(&inner, self.state.nonce), inner.label);
        }
        let (label, data) = self.scene().handler(random);
        self.by_anybody(random, label, self.safe, U256::ZERO, data)
    }

    pub(crate) const fn scene(&self) -> Scene<'_> {
        Scene { cast: &self.worlds.cast, safe: self.safe, state: &self.state }
    }

    /// The owners agree, and somebody executes.
    pub(crate) fn agreed(&mut self, random: &mut Random, tx: &SafeTx, label: &str) -> Vec<Deed> {
        self.agreed_at(random, tx, label, Care::Careful, 0)
    }

    pub(crate) fn agreed_at(
        &mut self,
        random: &mut Random,
        tx: &SafeTx,
        label: &str,
        care: Care,
        gas_price: u64,
    ) -> Vec<Deed> {
        self.state.approved.clear();
        let mut case = signed(random, self.worlds, self.safe, &mut self.state, tx, label.to_owned(), care);
        case.gas_price = gas_price;
        case.refund = Refund::asked(tx, &case, self.worlds.chain_id());
        self.with_approvals(case)
    }

    fn with_approvals(&self, case: Case) -> Vec<Deed> {
        let mut deeds = self.approvals();
        deeds.push(Deed::mine(case));
        deeds
    }

    /// Returns the transactions in which owners approve what they said they approve.
    pub(crate) fn approvals(&self) -> Vec<Deed> {
        let approved = self.state.approved.iter().filter(|(owner, _)| self.state.owners.contains(owner));
        approved
            .map(|(owner, hash)| {
                let call = IMultisig::approveHashCall { hashToApprove: *hash };
                Deed::mine(Case::new("an owner approves", *owner, self.safe, call.abi_encode()))
            })
            .collect()
    }

    pub(crate) fn by_anybody(
        &self,
        random: &mut Random,
        label: &str,
        to: Address,
        value: U256,
        data: Vec<u8>,
    ) -> Vec<Deed> {
        let from = self.worlds.cast.anybody(random);
        vec![Deed::mine(Case { value, ..Case::new(label, from, to, data) })]
    }
}

/// Calldata of either function for modules.
pub(crate) fn from_module(returns: bool, to: Address, value: U256, data: Bytes, operation: u8) -> Vec<u8> {
    if returns {
        IMultisig::execTransactionFromModuleReturnDataCall { to, value, data, operation }.abi_encode()
    } else {
        IMultisig::execTransactionFromModuleCall { to, value, data, operation }.abi_encode()
    }
}

/// Calldata of a batch.
pub(crate) fn multi_send_call(entries: &[Inner]) -> Vec<u8> {
    let calls: Vec<BatchCall> = entries
        .iter()
        .map(|entry| BatchCall {
            operation: if entry.operation == 0 { Operation::Call } else { Operation::DelegateCall },
            to: entry.to,
            value: entry.value,
            data: entry.data.clone(),
        })
        .collect();
    encode_multi_send(&calls).to_vec()
}
