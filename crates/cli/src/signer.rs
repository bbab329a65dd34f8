//! The keys that sign.

mod args;
mod derivation_path;
mod hd_key;
mod mnemonic;
mod password;
mod private_key;

use alloy::{
    network::EthereumWallet,
    primitives::{Address, B256, U256},
    signers::{Signer as _, SignerSync, ledger::LedgerSigner, local::PrivateKeySigner, trezor::TrezorSigner},
    sol_types::{Eip712Domain, SolStruct},
};
use quorate_core::{Digest, Domain, SafeMessage, SafeTx, Signature, Version};

pub(crate) use self::{
    args::{SignerArgs, expect as expect_signer},
    mnemonic::MnemonicArgs,
    password::{named_password, prompt_password, restore_terminal},
    private_key::{ask_private_key, env_private_key, read_private_key},
};
use crate::error::{Code, Failure, Result};

/// A key that can sign: in this process, or in a device.
#[derive(Debug)]
pub(crate) enum Signer {
    /// In this process; wiped from memory at its end.
    Local(PrivateKeySigner),
    /// In a Ledger.
    Ledger(LedgerSigner),
    /// In a Trezor.
    Trezor(TrezorSigner),
}

/// Over what an owner's key signs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    /// The hash itself, as EIP-712 has it.
    TypedData,
    /// The hash as a personal message, EIP-191.
    PersonalMessage,
}

/// The struct as alloy's typed data has it; its name is part of what is signed.
mod typed {
    alloy::sol! {
        struct SafeTx {
            address to;
            uint256 value;
            bytes data;
            uint8 operation;
            uint256 safeTxGas;
            uint256 baseGas;
            uint256 gasPrice;
            address gasToken;
            address refundReceiver;
            uint256 nonce;
        }

        struct SafeMessage {
            bytes message;
        }
    }
}

/// What is signed, with all that a device needs to hash it by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// A transaction of a Safe.
    Transaction(&'a SafeTx, &'a Domain),
    /// A message of a Safe.
    Message(&'a SafeMessage, &'a Domain),
}

impl Subject<'_> {
    fn digest(&self) -> Digest {
        match self {
            Self::Transaction(tx, domain) => *tx.hash(domain).digest(),
            Self::Message(message, domain) => *message.hash(domain).digest(),
        }
    }

    const fn domain(&self) -> &Domain {
        match self {
            Self::Transaction(_, domain) | Self::Message(_, domain) => domain,
        }
    }
}

impl Signer {
    /// Returns the address of the key.
    pub(crate) fn address(&self) -> Address {
        match self {
            Self::Local(signer) => signer.address(),
            Self::Ledger(signer) => alloy::signers::Signer::address(signer),
            Self::Trezor(signer) => alloy::signers::Signer::address(signer),
        }
    }

    /// Returns over what the key signs unless something else is asked for.
    pub(crate) const fn style(&self) -> Style {
        match self {
            Self::Local(_) | Self::Ledger(_) => Style::TypedData,
            Self::Trezor(_) => Style::PersonalMessage,
        }
    }

    /// Signs a transaction or a message, and makes sure that the signature is this key's and over this digest.
    ///
    /// # Errors
    ///
    /// [`Code::Hardware`] when the device refuses, [`Code::BadSignature`] when it signed something else.
    pub(crate) async fn sign(&self, subject: Subject<'_>, style: Style) -> Result<Signature> {
        let digest = &subject.digest();
        let made = match (self, style) {
            (Self::Local(signer), Style::TypedData) => {
                signer.sign_hash_sync(&digest.hash()).map_err(|error| Failure::new(Code::Unexpected, error))?
            }
            (Self::Local(signer), Style::PersonalMessage) => signer
                .sign_message_sync(digest.hash().as_slice())
                .map_err(|error| Failure::new(Code::Unexpected, error))?,
            (Self::Ledger(signer), Style::TypedData) => {
                let domain = typed_domain(subject.domain());
                let made = match subject {
                    Subject::Transaction(tx, _) => {
                        let typed = typed_transaction(tx);
                        expect_same(typed.eip712_signing_hash(&domain), digest)?;
                        signer.sign_typed_data(&typed, &domain).await
                    }
                    Subject::Message(message, _) => {
                        let typed = typed::SafeMessage { message: message.bytes().clone() };
                        expect_same(typed.eip712_signing_hash(&domain), digest)?;
                        signer.sign_typed_data(&typed, &domain).await
                    }
                };
                made.map_err(|error| hardware("Ledger", error))?
            }
            (Self::Ledger(signer), Style::PersonalMessage) => {
                signer.sign_message(digest.hash().as_slice()).await.map_err(|error| hardware("Ledger", error))?
            }
            (Self::Trezor(signer), Style::PersonalMessage) => {
                signer.sign_message(digest.hash().as_slice()).await.map_err(|error| hardware("Trezor", error))?
            }
            (Self::Trezor(_), Style::TypedData) => {
                return Err(Failure::new(Code::Usage, "a Trezor signs the hash as a personal message only"));
            }
        };
        let [r, s] = [B256::from(made.r()), B256::from(made.s())];
        let lowest = match style {
            Style::TypedData => 27,
            Style::PersonalMessage => 31,
        };
        let bytes = [r.as_slice(), s.as_slice(), &[lowest + u8::from(made.v())]].concat();
        let wrong = |what: String| Failure::new(Code::BadSignature, what);
        let signature = Signature::from_bytes(&bytes).map_err(|error| wrong(error.to_string()))?;
        let signer = signature.owner(digest).map_err(|error| wrong(error.to_string()))?;
        if signer != self.address() {
            return Err(wrong(format!(
                "the signature that was made is by {signer}, not by {}: it is not kept",
                self.address()
            )));
        }
        Ok(signature)
    }

    /// Returns the wallet that sends transactions with this key.
    pub(crate) fn into_wallet(self) -> EthereumWallet {
        match self {
            Self::Local(signer) => EthereumWallet::new(signer),
            Self::Ledger(signer) => EthereumWallet::new(signer),
            Self::Trezor(signer) => EthereumWallet::new(signer),
        }
    }
}

/// The domain as alloy's typed data has it.
fn typed_domain(domain: &Domain) -> Eip712Domain {
    let chain_id = (domain.version() >= Version::V1_3_0).then(|| U256::from(domain.safe().chain_id));
    Eip712Domain::new(None, None, chain_id, Some(domain.safe().address), None)
}

/// The transaction as alloy's typed data has it.
fn typed_transaction(tx: &SafeTx) -> typed::SafeTx {
    typed::SafeTx {
        to: tx.to,
        value: tx.value,
        data: tx.data.clone(),
        operation: tx.operation.into(),
        safeTxGas: tx.safe_tx_gas,
        baseGas: tx.base_gas,
        gasPrice: tx.gas_price,
        gasToken: tx.gas_token,
        refundReceiver: tx.refund_receiver,
        nonce: tx.nonce,
    }
}

/// Makes sure that what a device will hash comes to the hash that was shown.
fn expect_same(typed: B256, digest: &Digest) -> Result<()> {
    if typed == digest.hash() {
        return Ok(());
    }
    Err(Failure::new(Code::Unexpected, "the typed data for the device hashes to something else than what was shown"))
}

fn hardware(device: &str, error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Hardware, format_args!("{device}: {error}"))
        .hint("connect and unlock the device, open its Ethereum app, and close other programs that use it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::Bytes;
    use quorate_core::{Operation, Proposal, SafeId};

    fn proposal(version: Version) -> Proposal {
        let domain = Domain::new(SafeId::new(31_337, Address::repeat_byte(7)), version).unwrap();
        let tx = SafeTx {
            to: Address::repeat_byte(1),
            value: U256::from(2),
            data: Bytes::from(vec![3; 70]),
            operation: Operation::DelegateCall,
            safe_tx_gas: U256::from(4),
            base_gas: U256::from(5),
            gas_price: U256::from(6),
            gas_token: Address::repeat_byte(7),
            refund_receiver: Address::repeat_byte(8),
            nonce: U256::from(9),
        };
        Proposal::new(domain, tx, "").unwrap()
    }

    #[tokio::test]
    async fn a_signature_is_by_the_key_in_both_styles() {
        let key = crate::keystore::random_key().unwrap();
        let signer = Signer::Local(key);
        let proposal = proposal(Version::V1_4_1);
        for (style, kind) in [(Style::TypedData, "eip712"), (Style::PersonalMessage, "eth_sign")] {
            let signature = signer.sign(Subject::Transaction(proposal.tx(), proposal.domain()), style).await.unwrap();
            assert_eq!(signature.kind(), kind);
            assert_eq!(signature.owner(proposal.hash().digest()), Ok(signer.address()));
        }
    }

    #[test]
    fn a_device_is_given_what_hashes_to_the_same() {
        for version in [Version::V1_5_0, Version::V1_3_0, Version::new(1, 1, 1)] {
            let proposal = proposal(version);
            let (domain, digest) = (proposal.domain(), proposal.hash().digest());
            assert_eq!(typed_domain(domain).separator(), digest.domain_hash());
            assert_eq!(typed_transaction(proposal.tx()).eip712_hash_struct(), digest.message_hash());

            let message = SafeMessage::new(vec![1; 40].into());
            let typed = typed::SafeMessage { message: message.bytes().clone() };
            assert_eq!(typed.eip712_signing_hash(&typed_domain(domain)), message.hash(domain).hash());
        }
    }
}
