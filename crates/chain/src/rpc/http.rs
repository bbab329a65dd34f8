//! One HTTP exchange: a body out, a bounded body in.

use std::{
    error::Error,
    io,
    time::{Duration, SystemTime},
};

use alloy::transports::http::reqwest::{
    Client, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
    redirect::Policy,
};

use super::{Access, Certificates, Endpoint, MAX_RESPONSE_LEN, Proxy, RpcError};

/// What came back over HTTP.
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
    /// How long the node asks to be left alone.
    pub(super) retry_after: Option<Duration>,
}

/// Makes a client that follows no redirect: where a request goes is decided here.
///
/// So what goes with a request, its headers among it, never goes to whom a node points.
pub(super) fn client(endpoint: &Endpoint, timeout: Duration, access: &Access) -> Result<Client, RpcError> {
    // What is on this machine is reached directly, whatever proxy the environment names for the rest.
    let is_direct = endpoint.is_local() || access.proxy == Proxy::None;
    let builder = if is_direct { Client::builder().no_proxy() } else { Client::builder() };
    builder
        .timeout(timeout)
        .redirect(Policy::none())
        .tls_danger_accept_invalid_certs(access.certificates == Certificates::Any)
        .user_agent(concat!("quorate/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|_| transport(endpoint, "no HTTP client can be made on this system"))
}

/// Posts `body` and reads the reply, whatever its status.
pub(super) async fn post(
    client: &Client,
    endpoint: &Endpoint,
    timeout: Duration,
    access: &Access,
    body: Vec<u8>,
) -> Result<Reply, RpcError> {
    let failed = |error: alloy::transports::http::reqwest::Error| {
        if error.is_timeout() {
            let timeout_ms = timeout.as_millis();
            return RpcError::Timeout { endpoint: endpoint.origin().to_owned(), timeout_ms };
        }
        transport(endpoint, &reason(&error))
    };
    // First the headers of choice: they replace what the URL brings along, and nothing that is put there after them.
    let request = client.post(endpoint.url()).headers(access.headers_at(SystemTime::now()));
    let request = request.header(CONTENT_TYPE, "application/json").body(body);
    let mut response = request.send().await.map_err(failed)?;
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let too_large = || RpcError::TooLarge { endpoint: endpoint.origin().to_owned() };
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if body.len() + chunk.len() > MAX_RESPONSE_LEN {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status: response.status(), body, retry_after: retry_after.map(Duration::from_secs) })
}

fn transport(endpoint: &Endpoint, reason: &str) -> RpcError {
    RpcError::Transport { endpoint: endpoint.origin().to_owned(), reason: endpoint.sanitise(reason) }
}

/// Says what failed in the system's words; the client's own words would name the URL.
fn reason(error: &alloy::transports::http::reqwest::Error) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut last = None;
    while let Some(current) = cause {
        if let Some(io) = current.downcast_ref::<io::Error>() {
            last = Some(io.to_string());
        }
        cause = current.source();
    }
    let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
    last.map_or_else(|| what.to_owned(), |io| format!("{what}: {io}"))
}
