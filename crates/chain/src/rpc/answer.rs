//! What a node answered to one call.

use alloy::{primitives::Bytes, rpc::json_rpc::ErrorPayload};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{Endpoint, NodeError, RpcError};

/// The answer to one call, not yet read.
#[derive(Debug)]
pub(crate) struct Answer {
    method: &'static str,
    endpoint: String,
    outcome: Result<Box<RawValue>, NodeError>,
}

impl Answer {
    pub(super) fn success(endpoint: &Endpoint, method: &'static str, result: Box<RawValue>) -> Self {
        Self { method, endpoint: endpoint.origin().to_owned(), outcome: Ok(result) }
    }

    pub(super) fn failure(endpoint: &Endpoint, method: &'static str, payload: &ErrorPayload) -> Self {
        let data = payload.data.as_deref().and_then(revert_data);
        let message = endpoint.sanitise(&payload.message);
        let error = NodeError { method, code: payload.code, message, data };
        Self { method, endpoint: endpoint.origin().to_owned(), outcome: Err(error) }
    }

    /// Reads the result; a refusal of the node is an error.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Result<T, RpcError> {
        let Self { method, endpoint, outcome } = self;
        let result = match outcome {
            Ok(result) => result,
            Err(error) => return Err(RpcError::Node { endpoint, error: Box::new(error) }),
        };
        serde_json::from_str(result.get()).map_err(|_| RpcError::Malformed { endpoint, what: method })
    }

    /// Reads the result, and hands out a refusal of the node as such.
    pub(crate) fn read_or_refusal<T: DeserializeOwned>(self) -> Result<Result<T, NodeError>, RpcError> {
        match self.outcome {
            Err(refusal) => Ok(Err(refusal)),
            Ok(_) => self.read().map(Ok),
        }
    }
}

/// Finds the data of a revert in the forms that nodes give it: a string, or an object with such a string.
fn revert_data(raw: &RawValue) -> Option<Bytes> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Data {
        Text(String),
        Object {
            #[serde(alias = "result", alias = "output")]
            data: Option<String>,
        },
        Other(serde::de::IgnoredAny),
    }
    let text = match serde_json::from_str(raw.get()).ok()? {
        Data::Text(text) | Data::Object { data: Some(text) } => text,
        Data::Object { data: None } | Data::Other(_) => return None,
    };
    let hex = text.strip_prefix("Reverted ").unwrap_or(&text).trim();
    if hex.starts_with("0x") { hex.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(json: &str) -> Option<Bytes> {
        revert_data(&RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn the_data_of_a_revert_is_found_in_every_form() {
        let expected: Bytes = vec![1, 2].into();
        for json in [r#""0x0102""#, r#""Reverted 0x0102""#, r#"{"data":"0x0102"}"#, r#"{"result":"0x0102"}"#] {
            assert_eq!(data(json).as_ref(), Some(&expected), "{json}");
        }
        for json in ["null", "7", r#""text""#, r#""0x1""#, "{}", "[]", r#"{"data":7}"#] {
            assert_eq!(data(json), None, "{json}");
        }
    }

    #[test]
    fn a_result_of_another_shape_is_malformed() {
        let endpoint = Endpoint::parse("http://localhost/secret-key").unwrap();
        let answer = Answer::success(&endpoint, "eth_chainId", RawValue::from_string("[]".into()).unwrap());
        let malformed = RpcError::Malformed { endpoint: "http://localhost".into(), what: "eth_chainId" };
        assert_eq!(answer.read::<alloy::primitives::U64>(), Err(malformed));
    }
}
