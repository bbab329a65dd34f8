//! Payments for gas.

use alloy::{
    primitives::{Address, B256, U256, hex},
    sol_types::{SolCall, SolEvent},
};
use quorate_contracts::bindings::{IERC20, IMultisig};
use quorate_core::{Domain, SafeId, SafeTx, Version};
use serde_json::Value;

use crate::{
    cast::Cast,
    comparison::{Case, GAS},
    outcome::Outcome,
};

/// A payment for gas.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refund {
    pub(crate) payer: Address,
    /// The hash of the transaction that is paid for.
    pub(crate) hash: B256,
    pub(crate) token: Address,
    pub(crate) receiver: Address,
    pub(crate) base_gas: U256,
    /// What a unit of gas costs.
    pub(crate) price: U256,
}

impl Refund {
    /// Returns the refund that a transaction asks for when it is sent like this.
    pub(crate) fn asked(tx: &SafeTx, case: &Case, chain_id: u64) -> Option<Self> {
        // In the native token no more is paid than the outer transaction costs.
        let limit = if tx.gas_token.is_zero() { U256::from(case.gas_price) } else { U256::MAX };
        let price = tx.gas_price.min(limit);
        let domain = Domain::new(SafeId::new(chain_id, case.to), Version::V1_5_0).expect("1.5.0 has a domain");
        (!price.is_zero()).then(|| Self {
            payer: case.to,
            hash: tx.hash(&domain).hash(),
            token: tx.gas_token,
            receiver: if tx.refund_receiver.is_zero() { case.from } else { tx.refund_receiver },
            base_gas: tx.base_gas,
            price,
        })
    }

    /// Returns what was paid, or what was tried to be paid.
    pub(crate) fn payment(&self, outcome: &Outcome) -> Option<U256> {
        if let Some(announced) = self.announced(outcome) {
            return Some(announced);
        }
        // The execution was undone, so there is no event; the call that paid is there.
        let is = |text: &str, address: Address| text.parse() == Ok(address);
        let mut paid = outcome.frames.iter().rev().filter(|frame| frame.kind == "CALL" && is(&frame.from, self.payer));
        if self.token.is_zero() {
            return paid.find(|frame| is(&frame.to, self.receiver) && frame.input == "0x").map(|frame| frame.value);
        }
        let transfer = IERC20::transferCall { to: self.receiver, value: U256::ZERO }.abi_encode();
        let prefix = hex::encode_prefixed(&transfer[..36]);
        let amount = |input: &str| input.strip_prefix(&prefix).and_then(|amount| U256::from_str_radix(amount, 16).ok());
        paid.find_map(|frame| amount(&frame.input).filter(|_| is(&frame.to, self.token)))
    }

    /// Returns the payment that the account's event tells.
    pub(crate) fn announced(&self, outcome: &Outcome) -> Option<U256> {
        let executed = [IMultisig::ExecutionSuccess::SIGNATURE_HASH, IMultisig::ExecutionFailure::SIGNATURE_HASH];
        let topics = executed.map(|event| [event.to_string(), self.hash.to_string()]);
        let by_account = |address: &str| address.parse() == Ok(self.payer);
        let is_announced = |topics_of: &[String]| topics.iter().any(|topics| topics == topics_of);
        let event = outcome.events.iter().find(|event| by_account(&event.address) && is_announced(&event.topics))?;
        event.data.parse().ok()
    }

    /// Returns whether a payment is the price of some amount of gas that can have been used.
    pub(crate) fn explains(&self, payment: U256) -> bool {
        let gas = payment.checked_div(self.price).and_then(|gas| gas.checked_sub(self.base_gas));
        (payment % self.price).is_zero() && gas.is_some_and(|gas| gas < U256::from(GAS))
    }

    /// Checks that both payments are for what the inner call used, besides the base gas; and that ours is not for more.
    ///
    /// The trace tells what the callee used. The caller pays besides for the call itself: for an address that nobody has
    /// touched, for value, for an account that is created; and for a few instructions around it.
    pub(crate) fn check_gas(
        &self,
        case: &Case,
        cast: &Cast,
        traces: [&Value; 2],
        payments: [U256; 2],
    ) -> Result<(), String> {
        const OVERHEAD: u64 = 2600 + 9000 + 25_000 + 3000;
        let mut used = [U256::ZERO; 2];
        for (world, payment) in payments.into_iter().enumerate() {
            let gas = payment.checked_div(self.price).and_then(|gas| gas.checked_sub(self.base_gas));
            let gas = gas.filter(|_| (payment % self.price).is_zero());
            used[world] = gas.ok_or_else(|| format!("a payment of {payment} at {} for {:?}", self.price, self))?;
        }
        let Some(inner) = [0, 1].map(|world| inner_call(case, traces[world])).into_iter().collect::<Option<Vec<_>>>()
        else {
            return Ok(());
        };
        for (used, (inner, _)) in used.iter().zip(&inner) {
            if used < inner || *used > *inner + U256::from(OVERHEAD) {
                return Err(format!("{used} gas were paid, the inner call used {inner}"));
            }
        }
        // What is called may be code that is compared, and that may take more for one thing and less for another.
        let alone = inner[0].1 && self.target(case).is_some_and(|target| !cast.is_compared(target));
        if alone && used[1] > used[0] {
            return Err(format!("{} gas were paid instead of {}", used[1], used[0]));
        }
        Ok(())
    }

    fn target(&self, case: &Case) -> Option<Address> {
        IMultisig::execTransactionCall::abi_decode(&case.data).ok().map(|call| call.to)
    }
}

/// Finds the call that the owners signed in the trace of an execution: the gas that the callee used, and whether the callee
/// called nobody.
fn inner_call(case: &Case, calls: &Value) -> Option<(U256, bool)> {
    let call = IMultisig::execTransactionCall::abi_decode(&case.data).ok()?;
    let kind = if call.operation == 0 { "CALL" } else { "DELEGATECALL" };
    let is = |value: &Value, bytes: &[u8]| value.as_str() == Some(&hex::encode_prefixed(bytes));
    // The proxy calls the singleton, and that calls whom it likes.
    let made = calls["calls"][0]["calls"].as_array()?;
    let inner = made
        .iter()
        .find(|made| made["type"] == kind && is(&made["to"], call.to.as_slice()) && is(&made["input"], &call.data))?;
    Some((inner["gasUsed"].as_str()?.parse().ok()?, inner["calls"].is_null()))
}
