//! JSON-RPC in batches.

use alloy::{
    rpc::client::{RpcClient, Waiter},
    transports::{
        TransportErrorKind,
        http::{Http, reqwest},
    },
};
use serde_json::Value;

use crate::FixtureError;

/// A method and its parameters.
pub(crate) type Call = (&'static str, Value);

/// A connection to the local chain.
#[derive(Debug)]
pub(crate) struct Rpc {
    client: RpcClient,
}

impl Rpc {
    /// Makes a client of `url`; connects when it is used. Proxies of the environment are for other hosts.
    pub(crate) fn new(url: &str) -> Result<Self, FixtureError> {
        let failed = |source| FixtureError::Rpc { method: "connecting".to_owned(), source };
        let client =
            reqwest::Client::builder().no_proxy().build().map_err(|error| failed(TransportErrorKind::custom(error)))?;
        let url = url.parse().map_err(|error| failed(TransportErrorKind::custom(error)))?;
        Ok(Self { client: RpcClient::new(Http::with_client(client, url), true) })
    }

    /// Sends `calls` in one request and returns their answers in order. The chain may run them in any order.
    pub(crate) async fn batch(&self, calls: &[Call]) -> Result<Vec<Value>, FixtureError> {
        let failed = |method: &str| {
            let method = method.to_owned();
            move |source| FixtureError::Rpc { method, source }
        };
        let mut batch = self.client.new_batch();
        let mut waiters: Vec<(&str, Waiter<Value>)> = Vec::with_capacity(calls.len());
        for (method, params) in calls {
            waiters.push((method, batch.add_call(*method, params).map_err(failed(method))?));
        }
        batch.send().await.map_err(failed(calls.first().map_or("a batch", |(method, _)| method)))?;

        let mut answers = Vec::with_capacity(waiters.len());
        for (method, waiter) in waiters {
            answers.push(waiter.await.map_err(failed(method))?);
        }
        Ok(answers)
    }
}
