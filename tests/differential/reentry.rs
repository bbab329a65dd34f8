//! Calls back: while the account acts, somebody that it deals with calls it.

use alloy::{
    primitives::{Address, Bytes, U256},
    sol_types::SolCall,
};
use quorate_contracts::bindings::IMultisig;
use quorate_core::Operation;

use crate::{
    calls::{Inner, call},
    comparison::Case,
    deeds::{Deed, Moment, from_module},
    generate::{setup, signed, transaction},
    program::Program,
    random::Random,
    signatures::Care,
};

impl Moment<'_> {
    /// Somebody calls back while the account acts.
    pub(crate) fn reentry(&mut self, random: &mut Random) -> Vec<Deed> {
        let actor = self.actors[random.below(2)];
        let idle = Inner { value: U256::from(random.below(3)), ..call("actor", actor, random.some_bytes(20)) };
        let next = self.state.nonce + U256::ONE;
        let mut tx = transaction(&idle, self.state.nonce);
        let (mut label, mut nonce, mut gas_price) = ("back from a call", next, 0);
        let mut outer = None;
        match random.below(8) {
            0 | 1 => {}
            2 => {
                label = "back from a delegate call";
                tx.operation = Operation::DelegateCall;
            }
            3 => {
                label = "back from the receiver of a refund";
                tx.to = self.worlds.cast.strangers[2];
                (tx.gas_price, tx.refund_receiver, gas_price) = (U256::from(2), actor, 1);
                tx.safe_tx_gas = U256::from(100_000);
            }
            4 => {
                label = "back from the token of a refund";
                tx.to = self.worlds.cast.strangers[2];
                (tx.gas_price, tx.gas_token) = (U256::from(2), actor);
                tx.safe_tx_gas = U256::from(100_000);
            }
            5 if self.state.modules.contains(&self.worlds.cast.strangers[0]) => {
                label = "back from a call of a module";
                nonce = self.state.nonce;
                let data = from_module(random.chance(50), actor, U256::ZERO, Bytes::new(), u8::from(random.chance(30)));
                outer = Some((self.worlds.cast.strangers[0], self.safe, data));
            }
            6 if self.actors.contains(&self.state.handler) => {
                label = "back from the handler";
                nonce = self.state.nonce;
                outer = Some((self.worlds.cast.strangers[1], self.safe, vec![0xab; 40]));
            }
            _ => {
                label = "by a contract";
                nonce = self.state.nonce;
                outer = Some((self.worlds.cast.strangers[1], actor, Vec::new()));
            }
        }
        // A guard calls back whatever is executed.
        let actor = [self.state.guard, self.state.module_guard]
            .into_iter()
            .find(|guard| self.actors.contains(guard) && random.chance(50))
            .unwrap_or(if label == "back from the handler" { self.state.handler } else { actor });

        let replayed = outer.is_none() && random.chance(10);
        let mut deeds = match outer {
            Some((from, to, data)) => vec![Deed::mine(Case::new(label, from, to, data))],
            None => self.agreed_at(random, &tx, label, Care::Careful, gas_price),
        };
        let last = deeds.pop().expect("something is done");
        let Deed::Mine(mut last) = last else { return deeds };
        let (what, mut more, program) = if replayed {
            let program = Program { target: self.safe, value: U256::ZERO, data: last.data.clone() };
            ("the same again", Vec::new(), program)
        } else {
            self.answer_back(random, actor, nonce)
        };
        last.label = format!("{}: {what}", last.label);
        deeds.append(&mut more);
        deeds.extend([Deed::Program(actor, program.code()), Deed::Mine(last)]);
        deeds
    }

    /// Returns what an actor does while it is called; the next execution is at `nonce`.
    fn answer_back(&mut self, random: &mut Random, actor: Address, nonce: U256) -> (&'static str, Vec<Deed>, Program) {
        let scene = self.scene();
        let safe = self.safe;
        let mut value = U256::ZERO;
        let mut deeds = Vec::new();
        let (label, data) = match random.below(9) {
            0..=2 => {
                let inner = if random.chance(60) {
                    let receiver = random.pick(&self.worlds.cast.strangers);
                    Inner { value: U256::from(random.below(100)), ..call("", receiver, Vec::new()) }
                } else {
                    call("", safe, self.owners(random).1)
                };
                let tx = transaction(&inner, nonce);
                let label = "execTransaction".to_owned();
                self.state.approved.clear();
                let case = signed(random, self.worlds, safe, &mut self.state, &tx, label, Care::Pinned(actor));
                deeds = self.approvals();
                ("execTransaction", case.data.to_vec())
            }
            3 => ("approveHash", IMultisig::approveHashCall { hashToApprove: random.word() }.abi_encode()),
            4 => {
                let Inner { to, value, data, operation, .. } = scene.inner(random);
                ("as a module", from_module(random.chance(50), to, value, data, operation))
            }
            5 => ("as the account", scene.authorized(random)),
            6 => {
                value = U256::from(random.below(100));
                ("money", Vec::new())
            }
            7 => ("setup", setup(random, self.worlds, safe)),
            _ => {
                let (label, data) = scene.handler(random);
                // What a failing simulation answers is known to differ, and an actor repeats it.
                ("the handler", if label == "simulate" { vec![0xcd; 30] } else { data })
            }
        };
        (label, deeds, Program { target: safe, value, data: data.into() })
    }
}
