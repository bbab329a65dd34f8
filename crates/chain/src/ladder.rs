//! Gas for an inner call whose failure would be swallowed.

use alloy::primitives::{Address, Bytes, U64};
use quorate_core::SafeTx;
use serde_json::json;

use crate::{
    rpc::{Answer, Call},
    sender::Payload,
};

/// Gas limits that are tried, from low to high; the highest is the most that a transaction may have since EIP-7825.
const RUNGS: [u64; 8] = [131_072, 262_144, 524_288, 1_048_576, 2_097_152, 4_194_304, 8_388_608, 16_777_216];

/// Returns the calls that run a transaction with more and more gas, where its estimate is not enough to know.
///
/// An inner failure that the Safe swallows looks like a success to a node that estimates. It finds the least gas with
/// which the outer call does not revert, and that can be so little that the inner call runs out of it. Where all the
/// gas there is goes to the inner call, the Safe's own answer tells from which limit on the inner call succeeds.
pub(crate) fn rungs(tx: &SafeTx, from: Address, payload: &Payload) -> Vec<Call> {
    // With a gas price, the inner call gets what was promised to it, and never more.
    let starves = !tx.safe_tx_gas.is_zero() && tx.gas_price.is_zero();
    let Payload { to, value, data } = payload;
    let call = |gas: &u64| {
        let request = json!({ "from": from, "to": to, "value": value, "data": data, "gas": U64::from(*gas) });
        Call::new("eth_call", json!([request, "latest"]))
    };
    if starves { RUNGS.iter().map(call).collect() } else { vec![] }
}

/// Returns the call that runs a transaction whose inner call gets what was promised to it and never more, so that no gas
/// limit has to be found, and whose failure would be swallowed all the same.
pub(crate) fn probe(tx: &SafeTx, from: Address, payload: &Payload) -> Option<Call> {
    let Payload { to, value, data } = payload;
    let request = json!({ "from": from, "to": to, "value": value, "data": data });
    (!tx.gas_price.is_zero()).then(|| Call::new("eth_call", json!([request, "latest"])))
}

/// What trying a transaction told.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Tried {
    /// The lowest of the tried limits with which the inner call succeeds; zero if it never does, or was not tried.
    pub(crate) lowest: u64,
    /// Whether the Safe says that the inner call fails, with as much gas as it answered for.
    pub(crate) fails: bool,
}

impl Tried {
    /// Reads the answers to [`rungs`], or to [`probe`] alone. What a node does not run tells nothing.
    pub(crate) fn of(answers: Vec<Answer>) -> Self {
        let mut tried = Self::default();
        for (gas, answer) in RUNGS.iter().zip(answers) {
            let returned = answer.read::<Bytes>().unwrap_or_default();
            if returned.len() != 32 {
                continue;
            }
            let succeeds = returned.iter().any(|byte| *byte != 0);
            if succeeds && tried.lowest == 0 {
                tried.lowest = *gas;
            }
            tried.fails = !succeeds;
        }
        tried
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::U256;

    #[test]
    fn gas_is_tried_only_where_an_estimate_does_not_tell() {
        let count = |safe_tx_gas: u64, gas_price: u64| {
            let [safe_tx_gas, gas_price] = [safe_tx_gas, gas_price].map(U256::from);
            rungs(&SafeTx { safe_tx_gas, gas_price, ..SafeTx::default() }, Address::ZERO, &Payload::default()).len()
        };
        assert_eq!([count(0, 0), count(0, 1), count(1, 1)], [0, 0, 0]);
        assert_eq!(count(1, 0), RUNGS.len());
    }

    #[test]
    fn a_refund_is_tried_once_and_nothing_else_is() {
        let probes = |gas_price: u64| {
            let tx = SafeTx { gas_price: U256::from(gas_price), ..SafeTx::default() };
            probe(&tx, Address::ZERO, &Payload::default()).is_some()
        };
        assert!(probes(1) && !probes(0));
    }

    #[test]
    fn the_rungs_ascend() {
        assert!(RUNGS.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
