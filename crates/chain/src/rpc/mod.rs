//! One JSON-RPC endpoint: batches, limits and retries.

mod access;
mod answer;
mod endpoint;
mod error;
mod http;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy::{
    primitives::{ChainId, U64},
    rpc::json_rpc::{ErrorPayload, Id, Request, Response, ResponsePacket, ResponsePayload},
    transports::http::reqwest::{Client, StatusCode},
};
use serde_json::Value;

pub(crate) use self::answer::Answer;
use self::endpoint::Endpoint;
pub use self::{
    access::{Access, Certificates, HeaderError, Headers, JwtSecret, JwtSecretError, Proxy},
    endpoint::UrlError,
    error::{NodeError, RpcError},
};

/// Longest answer that is read. The longest honest one, a trace of a large transaction, is far below.
pub(crate) const MAX_RESPONSE_LEN: usize = 8 * 1024 * 1024;

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct RpcOptions {
    /// How long to wait for one answer.
    pub timeout: Duration,
    /// How often a request that only reads is tried again when the transport fails.
    pub retries: u32,
}

impl Default for RpcOptions {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(30), retries: 3 }
    }
}

/// What was asked of an endpoint so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Usage {
    /// HTTP requests, repetitions included.
    pub requests: u64,
    /// JSON-RPC calls in them.
    pub calls: u64,
}

/// An endpoint of a node. Copies share the connection and the counters.
#[derive(Clone)]
pub struct Rpc {
    inner: Arc<Inner>,
}

struct Inner {
    endpoint: Endpoint,
    client: Client,
    options: RpcOptions,
    access: Access,
    /// Set once the endpoint has refused a batch.
    single: AtomicBool,
    requests: AtomicU64,
    calls: AtomicU64,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: &'static str,
    params: Value,
}

impl Call {
    pub(crate) const fn new(method: &'static str, params: Value) -> Self {
        Self { method, params }
    }
}

/// Whether a request may be repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Effect {
    /// It only reads.
    None,
    /// It may change something on chain.
    Sends,
}

/// What a failed exchange means for the batch.
enum Failed {
    /// The node does not take batches.
    Batch,
    /// It failed; the duration is the node's own wish for when to come back.
    Error(RpcError, Option<Duration>),
}

impl Rpc {
    /// Prepares to speak to the endpoint at `url`, without speaking to it yet.
    ///
    /// Only scheme, host and port of the URL are ever shown: the rest may hold a key.
    ///
    /// # Errors
    ///
    /// [`RpcError::Url`] when the text is no HTTP URL.
    pub fn connect(url: &str, options: RpcOptions) -> Result<Self, RpcError> {
        Self::connect_with(url, options, Access::default())
    }

    /// As [`Rpc::connect`], with what the node is told beside each request.
    ///
    /// # Errors
    ///
    /// As [`Rpc::connect`].
    pub fn connect_with(url: &str, options: RpcOptions, access: Access) -> Result<Self, RpcError> {
        let mut endpoint = Endpoint::parse(url)?;
        endpoint.conceal(access.secrets());
        let client = http::client(&endpoint, options.timeout, &access)?;
        Ok(Self {
            inner: Arc::new(Inner {
                endpoint,
                client,
                options,
                access,
                single: AtomicBool::new(false),
                requests: AtomicU64::new(0),
                calls: AtomicU64::new(0),
            }),
        })
    }

    /// Returns scheme, host and port of the endpoint.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.inner.endpoint.origin()
    }

    /// Returns whether what is sent stays on this machine, or is encrypted on its way.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.inner.endpoint.is_local() || self.origin().starts_with("https://")
    }

    /// Returns what was asked so far, through all copies.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage { requests: self.inner.requests.load(Ordering::Relaxed), calls: self.inner.calls.load(Ordering::Relaxed) }
    }

    /// Asks for the chain id.
    ///
    /// # Errors
    ///
    /// [`RpcError`] when the node does not answer.
    pub async fn chain_id(&self) -> Result<ChainId, RpcError> {
        let [chain_id] = self.ask([crate::block::chain_id()]).await?;
        chain_id.read::<U64>().map(|id| id.to())
    }

    /// Asks in one request, and again when the transport fails. Answers stand in the order of the calls.
    pub(crate) async fn ask<const N: usize>(&self, calls: [Call; N]) -> Result<[Answer; N], RpcError> {
        let answers = self.ask_all(&calls).await?;
        answers.try_into().map_err(|_| self.malformed("a batch"))
    }

    /// As [`Rpc::ask`], for a number of calls that is not known beforehand.
    pub(crate) async fn ask_all(&self, calls: &[Call]) -> Result<Vec<Answer>, RpcError> {
        self.exchange(calls, Effect::None).await
    }

    /// Sends in one request, once: an error does not mean that nothing happened.
    pub(crate) async fn send_once<const N: usize>(&self, calls: [Call; N]) -> Result<[Answer; N], RpcError> {
        let answers = self.exchange(&calls, Effect::Sends).await?;
        answers.try_into().map_err(|_| self.malformed("a batch"))
    }

    /// Returns an error for an answer that is not what it has to be.
    pub(crate) fn malformed(&self, what: &'static str) -> RpcError {
        RpcError::Malformed { endpoint: self.origin().to_owned(), what }
    }

    async fn exchange(&self, calls: &[Call], effect: Effect) -> Result<Vec<Answer>, RpcError> {
        if calls.len() > 1 && !self.inner.single.load(Ordering::Relaxed) {
            match self.with_retries(calls, effect).await {
                Ok(answers) => return Ok(answers),
                Err(Failed::Error(error, _)) => return Err(error),
                Err(Failed::Batch) => self.inner.single.store(true, Ordering::Relaxed),
            }
            if effect == Effect::Sends {
                // What a node did with a batch that it refused is not known.
                return Err(self.malformed("the answer to a batch"));
            }
        }
        let mut answers = Vec::with_capacity(calls.len());
        for call in calls {
            match self.with_retries(std::slice::from_ref(call), effect).await {
                Ok(answer) => answers.extend(answer),
                Err(Failed::Error(error, _)) => return Err(error),
                Err(Failed::Batch) => return Err(self.malformed("a batch")),
            }
        }
        Ok(answers)
    }

    async fn with_retries(&self, calls: &[Call], effect: Effect) -> Result<Vec<Answer>, Failed> {
        let retries = if effect == Effect::None { self.inner.options.retries } else { 0 };
        let mut attempt = 0;
        loop {
            match self.post(calls).await {
                Err(Failed::Error(error, wish)) if error.is_transient() && attempt < retries => {
                    let backoff = Duration::from_millis(250) * 2_u32.saturating_pow(attempt.min(5));
                    let longest = Duration::from_secs(10);
                    tokio::time::sleep(wish.unwrap_or(backoff).max(backoff).min(longest)).await;
                    attempt += 1;
                }
                done => return done,
            }
        }
    }

    /// Makes one HTTP exchange of one or more calls.
    async fn post(&self, calls: &[Call]) -> Result<Vec<Answer>, Failed> {
        let Inner { endpoint, client, options, access, requests, calls: counter, .. } = &*self.inner;
        let fatal = |error| Failed::Error(error, None);
        let wire: Vec<_> =
            (0_u64..).zip(calls).map(|(id, call)| Request::new(call.method, Id::Number(id), &call.params)).collect();
        let body = match wire.as_slice() {
            [single] => serde_json::to_vec(single),
            batch => serde_json::to_vec(batch),
        };
        let body = body.map_err(|_| fatal(self.malformed("a request")))?;
        requests.fetch_add(1, Ordering::Relaxed);
        counter.fetch_add(u64::try_from(calls.len()).unwrap_or(u64::MAX), Ordering::Relaxed);

        let reply = http::post(client, endpoint, options.timeout, access, body).await.map_err(fatal)?;
        let limited = |wish| Failed::Error(RpcError::RateLimited { endpoint: self.origin().to_owned() }, wish);
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            return Err(limited(reply.retry_after));
        }
        let packet = serde_json::from_slice::<ResponsePacket>(&reply.body);
        let responses = match packet {
            Ok(ResponsePacket::Batch(responses)) if calls.len() > 1 => responses,
            Ok(ResponsePacket::Single(response)) if calls.len() == 1 => vec![response],
            Ok(ResponsePacket::Single(Response { payload: ResponsePayload::Failure(error), .. })) => {
                return Err(if is_rate_limit(&error) { limited(None) } else { Failed::Batch });
            }
            Ok(_) => return Err(fatal(self.malformed("the answer to a batch"))),
            Err(_) if calls.len() > 1 && refuses_batches(reply.status) => return Err(Failed::Batch),
            Err(_) if !reply.status.is_success() => {
                let status = reply.status.as_u16();
                let error = RpcError::Status { endpoint: self.origin().to_owned(), status };
                return Err(Failed::Error(error, reply.retry_after));
            }
            Err(_) => return Err(fatal(self.malformed("the answer"))),
        };
        self.sort(calls, responses)
    }

    /// Puts the responses into the order of the calls.
    fn sort(&self, calls: &[Call], responses: Vec<Response>) -> Result<Vec<Answer>, Failed> {
        let endpoint = &self.inner.endpoint;
        let mut answers: Vec<Option<Answer>> = calls.iter().map(|_| None).collect();
        for response in responses {
            // A node that could not make sense of a single request answers without its id.
            let position = match response.id {
                Id::Number(id) => usize::try_from(id).ok(),
                Id::None if calls.len() == 1 => Some(0),
                _ => None,
            };
            let place = position.and_then(|position| Some((calls.get(position)?, answers.get_mut(position)?)));
            let Some((call, place @ None)) = place else {
                return Err(Failed::Error(self.malformed("the id of an answer"), None));
            };
            *place = Some(match response.payload {
                ResponsePayload::Failure(error) if is_rate_limit(&error) => {
                    let error = RpcError::RateLimited { endpoint: self.origin().to_owned() };
                    return Err(Failed::Error(error, None));
                }
                ResponsePayload::Failure(error) => Answer::failure(endpoint, call.method, &error),
                ResponsePayload::Success(result) => Answer::success(endpoint, call.method, result),
            });
        }
        answers
            .into_iter()
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| Failed::Error(self.malformed("the answer to a batch"), None))
    }
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rpc").field("endpoint", &self.origin()).field("usage", &self.usage()).finish_non_exhaustive()
    }
}

/// Returns whether a refusal is about the rate of requests.
///
/// A contract chooses the words that it reverts with, so those of a revert tell nothing.
fn is_rate_limit(error: &ErrorPayload) -> bool {
    let message = error.message.to_ascii_lowercase();
    let told = message.contains("rate limit") || message.contains("too many requests");
    let reverted = error.code == 3 || error.data.is_some() || message.starts_with("execution reverted");
    error.code == 429 || told && !reverted
}

/// Returns whether a status, given to a batch, may mean that a single call would have been taken.
const fn refuses_batches(status: StatusCode) -> bool {
    matches!(status.as_u16(), 400 | 405 | 413 | 415 | 422)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_revert_is_no_rate_limit_whatever_its_words() {
        let limited = |error: Value| is_rate_limit(&serde_json::from_value(error).unwrap());
        assert!(limited(json!({ "code": 429, "message": "slow down" })));
        assert!(limited(json!({ "code": -32005, "message": "daily rate limit exceeded" })));
        assert!(limited(json!({ "code": -32000, "message": "Too Many Requests" })));
        assert!(!limited(json!({ "code": 3, "message": "rate limit exceeded" })));
        assert!(!limited(json!({ "code": -32000, "message": "rate limit exceeded", "data": "0x08c379a0" })));
        assert!(!limited(json!({ "code": -32000, "message": "execution reverted: rate limit exceeded" })));
    }
}
