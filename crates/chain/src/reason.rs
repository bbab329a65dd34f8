//! Why the inner call of a transaction failed.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolCall,
};
use quorate_contracts::bindings::IMultisig;
use quorate_core::{Operation, SafeTx};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    revert::Revert,
    rpc::{Answer, Call, NodeError, Rpc},
};

/// Finds out, in one request, why the inner call of a mined transaction failed.
///
/// A trace of the transaction tells for certain; nodes that do not trace are asked to run the inner call again at the
/// block before, which may go another way.
pub(crate) async fn reason_of_mined(
    rpc: &Rpc,
    safe: Address,
    tx: &SafeTx,
    sender: Address,
    tx_hash: B256,
    block_number: u64,
) -> Option<Revert> {
    let trace = Call::new("debug_traceTransaction", json!([tx_hash, { "tracer": "callTracer" }]));
    let before = json!(U256::from(block_number.saturating_sub(1)));
    let [trace, replay] = rpc.ask([trace, replay(safe, tx, sender, before)]).await.ok()?;
    let traced = trace.read::<Frame>().ok().and_then(|frame| frame.reason(safe, tx));
    traced.or_else(|| replayed(tx.operation, replay))
}

/// Finds out, in one request, why the inner call would fail now.
pub(crate) async fn reason_now(rpc: &Rpc, safe: Address, tx: &SafeTx, sender: Address) -> Option<Revert> {
    let [answer] = rpc.ask([replay(safe, tx, sender, json!("latest"))]).await.ok()?;
    replayed(tx.operation, answer)
}

/// The call that runs the inner call again, by itself. A delegate call keeps its caller, who is the sender.
fn replay(safe: Address, tx: &SafeTx, sender: Address, block: Value) -> Call {
    let request = match tx.operation {
        Operation::Call => json!({ "from": safe, "to": tx.to, "value": tx.value, "data": tx.data }),
        Operation::DelegateCall => {
            let call = IMultisig::simulateAndRevertCall { targetContract: tx.to, calldataPayload: tx.data.clone() };
            json!({ "from": sender, "to": safe, "data": Bytes::from(call.abi_encode()) })
        }
    };
    Call::new("eth_call", json!([request, block]))
}

/// Reads why the inner call, run again, failed; `None` when it did not fail.
fn replayed(operation: Operation, answer: Answer) -> Option<Revert> {
    let refusal: NodeError = answer.read_or_refusal::<Bytes>().ok()?.err().filter(NodeError::is_revert)?;
    let data = refusal.data.unwrap_or_default();
    match operation {
        Operation::Call => Some(Revert::decode(&data)),
        Operation::DelegateCall => simulated(&data).map(|data| Revert::decode(&data)),
    }
}

/// Takes apart what `simulateAndRevert` reverts with: whether it succeeded, a length, the returned data.
fn simulated(data: &[u8]) -> Option<Bytes> {
    let (succeeded, rest) = data.split_first_chunk::<32>()?;
    let (length, rest) = rest.split_first_chunk::<32>()?;
    let length = usize::try_from(U256::from_be_bytes(*length)).ok()?;
    let failed = succeeded.iter().all(|byte| *byte == 0);
    failed.then(|| rest.get(..length).map(Bytes::copy_from_slice))?
}

/// A call, as the call tracer describes it.
#[derive(Debug, Deserialize)]
struct Frame {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    to: Option<Address>,
    #[serde(default)]
    input: Bytes,
    #[serde(default)]
    output: Option<Bytes>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    calls: Vec<Self>,
}

impl Frame {
    /// Finds the inner call and says why it failed.
    ///
    /// The outer call goes to the Safe, the Safe delegates to its singleton, and that makes the inner call.
    fn reason(&self, safe: Address, tx: &SafeTx) -> Option<Revert> {
        if self.to != Some(safe) {
            return None;
        }
        let kind = match tx.operation {
            Operation::Call => "CALL",
            Operation::DelegateCall => "DELEGATECALL",
        };
        let inner = self.calls.iter().filter(|frame| frame.kind == "DELEGATECALL").flat_map(|frame| &frame.calls);
        let failed = inner.into_iter().find(|frame| {
            frame.kind == kind && frame.to == Some(tx.to) && frame.input == tx.data && frame.error.is_some()
        })?;
        Some(Revert::decode(failed.output.as_ref().map_or(&[], |data| data.as_ref())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quorate_core::GsCode;

    const SAFE: Address = Address::repeat_byte(0x5a);

    fn tx(operation: Operation) -> SafeTx {
        let call = SafeTx::call(Address::repeat_byte(7), U256::ZERO, vec![1, 2].into(), U256::ZERO);
        SafeTx { operation, ..call }
    }

    fn trace(kind: &str, error: Value) -> Frame {
        let to = Address::repeat_byte(7);
        let inner = json!({ "type": kind, "to": to, "input": "0x0102", "output": "0x010203", "error": error });
        let singleton = json!({ "type": "DELEGATECALL", "to": Address::ZERO, "input": "0x", "calls": [inner] });
        let outer = json!({ "type": "CALL", "to": SAFE, "input": "0x", "calls": [singleton] });
        serde_json::from_value(outer).unwrap()
    }

    #[test]
    fn the_inner_call_is_found_in_a_trace() {
        let short = Some(Revert::Short(vec![1, 2, 3].into()));
        for (operation, kind) in [(Operation::Call, "CALL"), (Operation::DelegateCall, "DELEGATECALL")] {
            let frame = trace(kind, "execution reverted".into());
            assert_eq!(frame.reason(SAFE, &tx(operation)), short);
            assert_eq!(frame.reason(Address::ZERO, &tx(operation)), None);
            assert_eq!(frame.reason(SAFE, &SafeTx { data: vec![1].into(), ..tx(operation) }), None);
            assert_eq!(trace(kind, Value::Null).reason(SAFE, &tx(operation)), None);
        }
        assert_eq!(trace("STATICCALL", "execution reverted".into()).reason(SAFE, &tx(Operation::Call)), None);
    }

    #[test]
    fn a_simulation_is_taken_apart() {
        let word = |value: u64| U256::from(value).to_be_bytes::<32>();
        let failed = [word(0).as_slice(), &word(3), &[1, 2, 3]].concat();
        assert_eq!(simulated(&failed), Some(vec![1, 2, 3].into()));
        let succeeded = [word(1).as_slice(), &word(3), &[1, 2, 3]].concat();
        assert_eq!(simulated(&succeeded), None);
        let truncated = [word(0).as_slice(), &word(4), &[1, 2, 3]].concat();
        assert_eq!(simulated(&truncated), None);
        assert_eq!(simulated(&word(0)), None);
        assert_ne!(Revert::decode(&failed), Revert::Safe(GsCode::InnerCallFailed));
    }
}
