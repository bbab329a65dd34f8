//! How the errors of the libraries are told: kind, message and what to do.

use alloy::signers::{ledger::LedgerError, trezor::TrezorError};
use anvil_fixtures::FixtureError;
use quorate_chain::{
    CreateError, DeployError, ExecuteError, FeeError, MigrationError, ReadError, RpcError, SendError, SpecError,
};
use quorate_contracts::deployment::identify;
use quorate_core::NotQuorate;

use crate::{
    describe::kind_name,
    error::{Code, Failure},
};

impl From<RpcError> for Failure {
    fn from(error: RpcError) -> Self {
        let (code, hint) = match &error {
            RpcError::Url(_) => (Code::Usage, "an RPC URL begins with http:// or https://"),
            RpcError::Transport { .. } => (Code::RpcUnreachable, "is the node running, and the URL right?"),
            RpcError::Timeout { .. } => (Code::RpcTimeout, "try again, or allow more time with --rpc-timeout"),
            RpcError::RateLimited { .. } => (Code::RpcRateLimited, "wait, or use another node"),
            RpcError::Status { .. } => (Code::RpcError, "is the URL right, with its key?"),
            RpcError::TooLarge { .. } | RpcError::Malformed { .. } => {
                (Code::RpcMalformed, "is the URL that of an Ethereum node? If so, try another one")
            }
            RpcError::Node { .. } => (Code::RpcError, "the node's own words are above; another node may do"),
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let (code, hint) = match error {
            ReadError::Rpc(error) => return error.into(),
            ReadError::WrongChain { .. } => (Code::WrongChain, "name a node of the Safe's chain with --rpc-url"),
            ReadError::NoCode(_) => (
                Code::NotASafe,
                "a Safe of another chain is not there on this one; until it is made, the address is not yours",
            ),
            ReadError::NotASafe(_) | ReadError::Version { .. } | ReadError::ListTooLong { .. } => {
                (Code::NotASafe, "is the address that of a Safe?")
            }
            ReadError::Impossible { .. } => (Code::RpcMalformed, "ask another node"),
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let (code, hint) = match error {
            SendError::Rpc(error) => return error.into(),
            SendError::WrongChain { .. } => (Code::WrongChain, "name a node of the Safe's chain with --rpc-url"),
            SendError::Fees(FeeError::Absurd { what: "priority fee", .. }) => {
                (Code::Refused, "nothing was sent; if you mean it, say so with --priority-gas-price")
            }
            SendError::Fees(FeeError::Absurd { .. }) => {
                (Code::Refused, "nothing was sent; if you mean it, say so with --gas-price")
            }
            SendError::Fees(_) => {
                (Code::Refused, "set the fees with --gas-price, --priority-gas-price and --gas-limit")
            }
            SendError::Funds { .. } => (Code::Refused, "fund the account that sends, or send with another one"),
            SendError::Reverts(_) => (Code::WouldRevert, "nothing was sent"),
            SendError::Sign(ref error) if is_device(error) => (
                Code::Hardware,
                "nothing was sent; connect and unlock the device, open its Ethereum app, and close other programs that use it",
            ),
            SendError::Sign(_) => (Code::Refused, "nothing was sent"),
            SendError::Unprepared(_) => (Code::RpcError, "nothing was sent"),
            SendError::Refused { tx_hash, .. } => {
                return Self::new(Code::RpcError, error).hint(format_args!(
                    "look up {tx_hash} before you send it again: what answers may have passed it on"
                ));
            }
            SendError::Unknown { .. } | SendError::Unwatched { .. } | SendError::NotMined { .. } => (
                Code::NotMined,
                "look the transaction up before you send it again; the Safe's nonce can be used only once",
            ),
            SendError::Unconfirmed { .. } => {
                (Code::Unconfirmed, "it need not be sent again; look at it later, or allow more time with --timeout")
            }
        };
        Self::new(code, error).hint(hint)
    }
}

/// Returns whether it is a device that did not sign.
fn is_device(error: &alloy::signers::Error) -> bool {
    match error {
        // Devices are the only wallets here with errors of their own.
        alloy::signers::Error::Other(other) => other.is::<LedgerError>() || other.is::<TrezorError>(),
        _ => false,
    }
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        let (code, hint) = match error {
            ExecuteError::Send(error) => return error.into(),
            ExecuteError::WrongExecutor { .. } => {
                (Code::WrongSigner, "send it with that account, or gather one more signature")
            }
            ExecuteError::NotASafe(_) => (Code::NotASafe, "is the address that of a Safe?"),
            ExecuteError::NotNext { nonce, next } if nonce < next => {
                (Code::StaleNonce, "it was executed in the meantime, or another transaction took its nonce")
            }
            ExecuteError::NotNext { .. } => (Code::NonceNotNext, "execute the transactions with lower nonces first"),
            ExecuteError::Reverts(_) | ExecuteError::InnerReverts { .. } => {
                (Code::WouldRevert, "nothing was sent, and the nonce is not used")
            }
            ExecuteError::NotMined { .. } => (
                Code::NotMined,
                "look the transaction up before you send it again; the Safe's nonce can be used only once",
            ),
            ExecuteError::Reverted { .. } => (Code::Reverted, "the Safe's nonce is not used, the gas is"),
            ExecuteError::NoEvent { .. } => {
                (Code::WrongContract, "what stands at the address is no Safe, or the node lies")
            }
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let (code, hint) = match error {
            CreateError::Spec(error) => return error.into(),
            CreateError::Send(error) => return error.into(),
            CreateError::Read(error) => return error.into(),
            CreateError::Contract { found: None, .. } => (
                Code::WrongContract,
                "the chain does not have these contracts: `quorate chain setup` deploys Quorate's own; or choose others with --contracts",
            ),
            CreateError::Contract { found: Some(found), .. } if let Some(known) = identify(found) => {
                return Self::new(Code::WrongContract, error).hint(format_args!(
                    "nothing was sent; what is there is {} of {}",
                    kind_name(known.kind),
                    known.family
                ));
            }
            CreateError::Contract { .. } | CreateError::HandlerHasNoCode(_) => {
                (Code::WrongContract, "nothing was sent")
            }
            CreateError::Occupied { .. } => (Code::Refused, "choose another address with --salt-nonce"),
            CreateError::Reverts(_) => (Code::WouldRevert, "nothing was sent"),
            CreateError::Reverted { .. } => (Code::Reverted, "run it again to see whether the Safe is there"),
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<DeployError> for Failure {
    fn from(error: DeployError) -> Self {
        let (code, hint) = match error {
            DeployError::Send(error) => return error.into(),
            DeployError::Deployer { found: None, .. } => (
                Code::WrongContract,
                "the chain needs the deterministic deployer first: github.com/Arachnid/deterministic-deployment-proxy",
            ),
            DeployError::Deployer { .. } | DeployError::WrongCode { .. } => {
                (Code::WrongContract, "do not use this chain with these addresses")
            }
            DeployError::Reverts { .. } => (Code::WouldRevert, "nothing was sent for this contract"),
            DeployError::Reverted { .. } => (Code::Reverted, "run it again: it goes on where it stopped"),
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<MigrationError> for Failure {
    fn from(error: MigrationError) -> Self {
        let (code, hint) = match error {
            MigrationError::Read(error) => return error.into(),
            MigrationError::Contract { found: None, .. } => (
                Code::WrongContract,
                "the chain does not have these contracts: `quorate chain setup` deploys Quorate's own, `quorate chain verify` shows what is there",
            ),
            MigrationError::Contract { found: Some(found), .. } if let Some(known) = identify(found) => {
                return Self::new(Code::WrongContract, error).hint(format_args!(
                    "what is there is {} of {}; the Safe is not moved by it",
                    kind_name(known.kind),
                    known.family
                ));
            }
            MigrationError::Contract { .. } => {
                (Code::WrongContract, "the Safe is not moved by it; `quorate chain verify` shows what else is there")
            }
            MigrationError::Singleton { .. } | MigrationError::Proxy { .. } => (
                Code::WrongContract,
                "only Safes of known code are moved: what other code keeps, and where, is not known here",
            ),
            MigrationError::UnknownCall { .. } => (Code::Refused, "propose it anew with `quorate safe migrate`"),
            MigrationError::NotMigrated { .. } => {
                (Code::NotMigrated, "look at it with `quorate safe info` before anything else is signed")
            }
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<SpecError> for Failure {
    fn from(error: SpecError) -> Self {
        match error {
            SpecError::ProxyCode { .. } => {
                Self::new(Code::WrongContract, error).hint("nothing was sent; is that the factory of this family?")
            }
            _ => Self::new(Code::Usage, error),
        }
    }
}

impl From<NotQuorate> for Failure {
    fn from(error: NotQuorate) -> Self {
        let (code, hint) = match &error {
            NotQuorate::Missing { .. } => (Code::SignaturesMissing, "more owners have to sign: `quorate sign`"),
            NotQuorate::NotNext { .. } => (Code::NonceNotNext, "execute the transactions with lower nonces first"),
            NotQuorate::Stale { .. } => {
                (Code::StaleNonce, "it was executed, or another transaction took its nonce; it cannot run any more")
            }
            _ => (Code::BadSignature, "the confirmations are of another transaction or Safe"),
        };
        Self::new(code, error).hint(hint)
    }
}

impl From<FixtureError> for Failure {
    fn from(error: FixtureError) -> Self {
        let hint = match &error {
            FixtureError::AnvilNotFound { .. } | FixtureError::Start { .. } => {
                "anvil comes with `npm ci --prefix scripts`, or from a foundry installation on PATH"
            }
            FixtureError::NpmPackage { .. } => "leave the official Safes out with --only-quorate, or install them",
            FixtureError::NpmContent { .. } => "`npm ci --prefix scripts` installs the versions that are expected",
            FixtureError::NotListening { .. } => "is the port taken? Without --port any free one is used",
            FixtureError::Rpc { .. } | FixtureError::NoDeployer { .. } | FixtureError::CodeHash { .. } => {
                "is it the anvil that `npm ci --prefix scripts` installs? QUORATE_ANVIL names another one"
            }
        };
        Self::new(Code::Io, error).hint(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, U256};
    use quorate_chain::NodeError;

    fn refusal() -> Box<NodeError> {
        let (method, message) = ("eth_sendRawTransaction", "request timed out".to_owned());
        Box::new(NodeError { method, code: -32603, message, data: None })
    }

    #[test]
    fn nothing_was_sent_is_said_only_before_anything_is_sent() {
        let tx_hash = B256::repeat_byte(0xab);
        let failure = Failure::from(SendError::Refused { tx_hash, error: refusal() });
        let hint = failure.hint.unwrap_or_default();
        assert!(!hint.contains("nothing was sent") && hint.contains(&tx_hash.to_string()), "{hint}");
        assert!(failure.message.contains(&tx_hash.to_string()) && failure.message.contains("timed out"));
        let failure = Failure::from(SendError::Unprepared(refusal()));
        assert_eq!(failure.hint.as_deref(), Some("nothing was sent"));
    }

    #[test]
    fn a_fee_that_is_too_high_to_be_taken_unasked_names_its_flag() {
        for (what, flag) in [("priority fee", "--priority-gas-price"), ("base fee", "--gas-price")] {
            let failure = Failure::from(SendError::from(FeeError::Absurd { what, found: U256::MAX, limit: 1 }));
            assert!(failure.hint.unwrap_or_default().ends_with(flag), "{what}");
        }
    }

    #[test]
    fn a_key_that_does_not_sign_is_a_device_only_where_it_is_one() {
        let local = Failure::from(SendError::Sign(alloy::signers::Error::other("the wallet holds no key")));
        assert_eq!(local.code, Code::Refused);
        assert!(local.message.contains("the wallet holds no key"), "{}", local.message);
        let device = LedgerError::UnexpectedNullResponse;
        let device = Failure::from(SendError::Sign(alloy::signers::Error::other(device)));
        assert_eq!(device.code, Code::Hardware);
    }

    #[test]
    fn anvil_is_named_only_where_it_is_missing() {
        let missing = FixtureError::AnvilNotFound { looked: vec![] };
        assert!(Failure::from(missing).hint.unwrap_or_default().starts_with("anvil comes with"));
        let source = std::io::ErrorKind::NotFound.into();
        let package = FixtureError::NpmPackage { path: "x".into(), source };
        assert!(Failure::from(package).hint.unwrap_or_default().contains("--only-quorate"));
    }
}
