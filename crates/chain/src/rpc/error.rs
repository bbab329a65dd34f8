//! What goes wrong between here and a node.

use alloy::primitives::Bytes;

use super::{MAX_RESPONSE_LEN, UrlError};

/// A request that brought no usable answer. The endpoint is named by its origin only.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RpcError {
    /// The URL is no URL of a node; the caller is at fault.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// No connection, or it broke.
    #[error("{endpoint}: {reason}")]
    Transport {
        /// Scheme and host.
        endpoint: String,
        /// What the system said.
        reason: String,
    },
    /// No answer in time.
    #[error("{endpoint}: no answer within {timeout_ms} ms")]
    Timeout {
        /// Scheme and host.
        endpoint: String,
        /// How long was waited for one answer.
        timeout_ms: u128,
    },
    /// The node wants fewer requests.
    #[error("{endpoint}: the node limits the rate of requests")]
    RateLimited {
        /// Scheme and host.
        endpoint: String,
    },
    /// An HTTP status that is no success, without an answer in JSON.
    #[error("{endpoint}: HTTP status {status}")]
    Status {
        /// Scheme and host.
        endpoint: String,
        /// The status.
        status: u16,
    },
    /// More bytes than any honest answer has.
    #[error("{endpoint}: the answer is longer than {MAX_RESPONSE_LEN} bytes")]
    TooLarge {
        /// Scheme and host.
        endpoint: String,
    },
    /// Not what JSON-RPC or the method prescribes; the node, or what is in its place, is at fault.
    #[error("{endpoint}: {what} is malformed")]
    Malformed {
        /// Scheme and host.
        endpoint: String,
        /// What was to be read.
        what: &'static str,
    },
    /// The node understood and refused.
    #[error("{endpoint}: {error}")]
    Node {
        /// Scheme and host.
        endpoint: String,
        /// What it said.
        #[source]
        error: Box<NodeError>,
    },
}

/// A refusal of a node, as JSON-RPC carries it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{method}: {message} ({code})")]
pub struct NodeError {
    /// The method that was called.
    pub method: &'static str,
    /// The number of the error: 3 for a revert, otherwise as each node likes.
    pub code: i64,
    /// The node's own words; shortened, without control characters and without parts of the URL.
    pub message: String,
    /// Data of a revert, if the node gave any.
    pub data: Option<Bytes>,
}

impl RpcError {
    /// Returns whether the same request may well succeed a moment later.
    pub(super) const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Transport { .. }
                | Self::Timeout { .. }
                | Self::RateLimited { .. }
                | Self::Status { status: 500.., .. }
        )
    }
}

impl NodeError {
    /// Returns whether the call was run and failed in the EVM, as opposed to not run at all.
    ///
    /// Nodes agree on the code of a revert. Of other failures, such as an invalid opcode, only their words tell.
    #[must_use]
    pub fn is_revert(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        let told = ["revert", "invalid opcode", "invalid jump", "out of gas", "evm error"];
        self.code == 3 || self.data.is_some() || told.iter().any(|words| message.contains(words))
    }
}
