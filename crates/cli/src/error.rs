//! What can go wrong, as the user and the calling script see it.

use std::fmt;

use serde_json::Value;

use crate::{page::Page, secret::hide_keys};

/// Class of a failure: the exit code of the process.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Something that should not happen, or the machine is in the way: disk, permissions.
    Unexpected = 1,
    /// The command line, the environment or a settings file is wrong.
    Usage = 2,
    /// What was asked for was checked and refused.
    Refused = 3,
    /// Not now: signatures are missing, or it is not the turn of this nonce.
    NotReady = 4,
    /// The network or the node failed.
    Network = 5,
    /// The transaction reverted, or would.
    Reverted = 6,
    /// Interrupted with Ctrl-C.
    Interrupted = 130,
}

macro_rules! codes {
    ($($name:ident = $text:literal, $exit:ident, $meaning:literal;)*) => {
        /// A kind of failure: a stable word in the JSON envelope, and an exit code.
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// Every code, in the order of the documentation.
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the stable word.
            pub(crate) const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Returns the exit code.
            pub(crate) const fn exit(self) -> Exit {
                match self { $(Self::$name => Exit::$exit,)* }
            }

            /// Returns what it means, for the documentation.
            pub(crate) const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)* }
            }
        }
    };
}

codes! {
    Unexpected = "unexpected", Unexpected, "A fault of the program itself";
    Io = "io", Unexpected, "A file or directory cannot be read or written; what was there before is unchanged";
    Usage = "usage", Usage, "The command line is wrong";
    Config = "config", Usage, "quorate.toml, foundry.toml, or an environment variable, is wrong";
    SafeMissing = "safe_missing", Usage, "No Safe is named";
    RpcMissing = "rpc_missing", Usage, "A node is needed and none is named";
    SignerMissing = "signer_missing", Usage, "A key is needed and none is named";
    TerminalRequired = "terminal_required", Usage, "A question cannot be asked because this is not a terminal";
    NotFound = "not_found", Usage, "What was named does not exist";
    Ambiguous = "ambiguous", Usage, "The name fits more than one proposal";
    AlreadyExists = "already_exists", Usage, "A file of this name exists and is not overwritten";
    BadProposal = "bad_proposal", Refused, "The file is no proposal, is too large, or contradicts itself";
    BadSignature = "bad_signature", Refused, "The signature cannot be read, or does not count";
    NotAnOwner = "not_an_owner", Refused, "The signer does not own the Safe";
    NoEvidence = "no_evidence", Refused, "There is neither a node nor evidence in the file to check against";
    WrongChain = "wrong_chain", Refused, "The node is on another chain than the Safe";
    NotASafe = "not_a_safe", Refused, "There is no Safe of a supported kind at the address";
    StaleNonce = "stale_nonce", Refused, "The nonce was used already";
    WrongContract = "wrong_contract", Refused, "The code at an address is not what it has to be";
    AlreadyThere = "already_there", Refused, "The Safe uses the contracts already that it is to move to";
    NotMigrated = "not_migrated", Refused, "The migration was executed, and the Safe is not what it should be after it";
    WrongSigner = "wrong_signer", Refused, "The key is not the one that has to sign, or another account has to send it";
    WrongPassword = "wrong_password", Refused, "The password does not open the key file";
    BadKeystore = "bad_keystore", Refused, "The file is no key file, or asks for too much memory";
    Hardware = "hardware", Refused, "The hardware wallet is absent, or refused";
    Refused = "refused", Refused, "What was asked for is not done, for the reason given";
    Declined = "declined", Refused, "The question was answered with no";
    SignaturesMissing = "signatures_missing", NotReady, "Fewer owners have confirmed than the threshold";
    ContractsMissing = "contracts_missing", NotReady, "Some of the contracts that were looked for are not on this chain";
    NonceNotNext = "nonce_not_next", NotReady, "Transactions with lower nonces come first";
    RpcUnreachable = "rpc_unreachable", Network, "The node cannot be reached";
    RpcTimeout = "rpc_timeout", Network, "The node did not answer in time";
    RpcRateLimited = "rpc_rate_limited", Network, "The node answers that there were too many requests";
    RpcMalformed = "rpc_malformed", Network, "The node's answer makes no sense";
    RpcError = "rpc_error", Network, "The node refused the request";
    NotMined = "not_mined", Network, "The transaction was sent, and its outcome is not known";
    Unconfirmed = "unconfirmed", Network, "The transaction is in a block, and fewer blocks followed than were asked for";
    WouldRevert = "would_revert", Reverted, "The transaction, or its inner call, would revert; nothing was sent";
    Reverted = "reverted", Reverted, "The transaction was mined and reverted";
    InnerFailure = "inner_failure", Reverted, "The Safe executed, its nonce is used, and the inner call failed";
    Interrupted = "interrupted", Interrupted, "Ctrl-C was pressed; `dev`, which is meant to end so, ends with 0";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) struct Failure {
    /// Kind, which decides the exit code.
    pub(crate) code: Code,
    /// What was found, and what was expected.
    pub(crate) message: String,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// What there is to report nevertheless: data for `--json`, and a page for people.
    pub(crate) report: Option<Box<(Value, Page)>>,
}

/// Result of everything in this crate.
pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

impl Failure {
    /// Makes a failure of its message.
    pub(crate) fn new(code: Code, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string(), hint: None, report: None }
    }

    /// Adds what to do about it.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// Makes a failure of a system error about a file.
    pub(crate) fn io(path: &std::path::Path, error: &std::io::Error) -> Self {
        let code = if error.kind() == std::io::ErrorKind::NotFound { Code::NotFound } else { Code::Io };
        Self::new(code, format_args!("{}: {error}", shown(path)))
    }
}

/// Writes a path; what may be a private key in it is hidden.
pub(crate) fn shown(path: &std::path::Path) -> String {
    hide_keys(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_words() {
        for (index, code) in Code::ALL.iter().enumerate() {
            assert!(code.text().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
            assert!(Code::ALL[..index].iter().all(|other| other.text() != code.text()), "{code}");
        }
    }
}
