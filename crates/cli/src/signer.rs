//! The keys that sign, and the flags that name them.

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use alloy::{
    network::EthereumWallet,
    primitives::{Address, B256, U256},
    signers::{
        Signer as _, SignerSync,
        ledger::{HDPath as LedgerPath, LedgerSigner},
        local::PrivateKeySigner,
        trezor::{HDPath as TrezorPath, TrezorSigner},
    },
    sol_types::{Eip712Domain, SolStruct},
};
use quorate_core::{Digest, Domain, SafeMessage, SafeTx, Signature, Version};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    files,
    keystore::{KeyDirectory, Keystore},
    secret, settings,
};

/// Longest private key that is read from stdin or the environment, with what may surround it.
const MAX_KEY_TEXT: usize = 256;

/// Most that is read of a file or a pipe with a password.
const MAX_PASSWORD_FILE_LEN: usize = 64 * 1024;

/// Which key signs
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct SignerArgs {
    /// Account: a file of the key directory [env: ETH_KEYSTORE_ACCOUNT]
    #[arg(long, value_name = "NAME", group = "key")]
    account: Option<String>,
    /// Key file [env: ETH_KEYSTORE]
    #[arg(long, value_name = "FILE", group = "key")]
    keystore: Option<PathBuf>,
    /// Key directory [env: FOUNDRY_DIR, as FOUNDRY_DIR/keystores] [default: ~/.foundry/keystores]
    #[arg(long, value_name = "DIR")]
    keystore_dir: Option<PathBuf>,
    /// File or pipe with the password of the key file [env: ETH_PASSWORD, also the path of a file]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Name of an environment variable that holds a private key in hexadecimal
    #[arg(long, value_name = "VARIABLE", group = "key")]
    private_key_env: Option<String>,
    /// Read a private key in hexadecimal from stdin
    #[arg(long, group = "key")]
    private_key_stdin: bool,
    /// Never taken: the value would be seen by every process of the machine
    #[arg(long, hide = true, value_name = "KEY", num_args = 0..=1, default_missing_value = "")]
    private_key: Option<String>,
    /// A Ledger, which signs typed data and shows the domain hash and the message hash
    #[arg(short, long, group = "key")]
    ledger: bool,
    /// A Trezor, which signs the hash as a personal message (eth_sign)
    #[arg(short, long, group = "key")]
    trezor: bool,
    /// Derivation path of the key in the hardware wallet
    #[arg(long, value_name = "PATH", conflicts_with = "mnemonic_index")]
    mnemonic_derivation_path: Option<String>,
    /// Number of the key in the hardware wallet, on its usual path
    #[arg(long, value_name = "INDEX", default_value_t = 0)]
    mnemonic_index: usize,
}

impl std::fmt::Debug for SignerArgs {
    /// Leaves out everything: `--private-key` may have been tried.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignerArgs").finish_non_exhaustive()
    }
}

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

impl SignerArgs {
    /// Refuses a key that was given on the command line, before anything else is done with it.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when one was.
    pub(crate) fn expect_hidden(&self) -> Result<()> {
        if self.private_key.is_none() {
            return Ok(());
        }
        Err(Failure::new(Code::Usage, "--private-key is not taken: every process of the machine could read it").hint(
            "use --account, --keystore, --private-key-env NAME or --private-key-stdin; a key that was typed here is in \
             the shell's history",
        ))
    }

    /// Opens the key.
    ///
    /// A flag beats the environment. Passwords come from a file, or are asked for on a terminal.
    pub(crate) async fn open(&self) -> Result<Signer> {
        self.expect_hidden()?;
        if self.ledger {
            let path = match &self.mnemonic_derivation_path {
                Some(path) => LedgerPath::Other(derivation_path(path)?),
                None => LedgerPath::LedgerLive(self.mnemonic_index),
            };
            let ledger = LedgerSigner::new(path, None).await.map_err(|error| hardware("Ledger", error))?;
            return Ok(Signer::Ledger(ledger));
        }
        if self.trezor {
            let path = match &self.mnemonic_derivation_path {
                Some(path) => TrezorPath::Other(derivation_path(path)?),
                None => TrezorPath::TrezorLive(self.mnemonic_index),
            };
            let trezor = TrezorSigner::new(path, None).await.map_err(|error| hardware("Trezor", error))?;
            return Ok(Signer::Trezor(trezor));
        }
        self.open_local().map(Signer::Local)
    }

    /// Opens the key, which has to be one that this process can hold.
    fn open_local(&self) -> Result<PrivateKeySigner> {
        if let Some(name) = &self.private_key_env {
            return env_private_key(name);
        }
        if self.private_key_stdin {
            return read_private_key();
        }
        let path = self.keystore_path()?;
        let keystore = Keystore::read(&path)?;
        let password = self.password(&path)?;
        keystore.unlock(&path, &password)
    }

    /// Returns the key file that is named.
    pub(crate) fn keystore_path(&self) -> Result<PathBuf> {
        let directory = || KeyDirectory::new(self.keystore_dir.as_deref(), &settings::env);
        match (&self.account, &self.keystore) {
            (Some(account), _) => directory()?.file(account),
            (None, Some(path)) => Ok(path.clone()),
            (None, None) => match (settings::env("ETH_KEYSTORE_ACCOUNT"), settings::env("ETH_KEYSTORE")) {
                (Some(account), _) => directory()?.file(&account),
                (None, Some(path)) => Ok(PathBuf::from(path)),
                (None, None) => Err(Failure::new(Code::SignerMissing, "no key is named")
                    .hint("use --account NAME, --keystore FILE, --private-key-env NAME, --private-key-stdin, --ledger or --trezor")),
            },
        }
    }

    /// Returns whether the named key is one in a key file.
    pub(crate) const fn is_keystore(&self) -> bool {
        !(self.private_key_env.is_some()
            || self.private_key_stdin
            || self.private_key.is_some()
            || self.ledger
            || self.trezor)
    }

    fn password(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
        match self.password_file.clone().or_else(|| settings::env("ETH_PASSWORD").map(PathBuf::from)) {
            Some(file) => read_password_file(&file),
            None => prompt_password(&format!("Password of {}: ", path.display())),
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

/// Reads a derivation path; alloy would panic on a wrong one.
fn derivation_path(text: &str) -> Result<String> {
    let steps = text.strip_prefix("m/").filter(|steps| {
        steps.split('/').all(|step| {
            let number = step.strip_suffix('\'').unwrap_or(step);
            number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u32>().is_ok_and(|it| it < 1 << 31)
        })
    });
    match steps {
        Some(_) => Ok(text.to_owned()),
        None => Err(Failure::new(Code::Usage, format_args!("{text:?} is no derivation path"))
            .hint("a derivation path looks like m/44'/60'/0'/0/0")),
    }
}

fn hardware(device: &str, error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::Hardware, format_args!("{device}: {error}"))
        .hint("connect and unlock the device, open its Ethereum app, and close other programs that use it")
}

/// Reads a private key from stdin: typed unseen on a terminal, or from a pipe.
pub(crate) fn read_private_key() -> Result<PrivateKeySigner> {
    if io::stdin().is_terminal() {
        let text = prompt_password("Private key: ")?;
        return parse_key(&text, "the key");
    }
    let text = files::read_stream(io::stdin().lock(), MAX_KEY_TEXT)
        .map(Zeroizing::new)
        .map_err(|error| error.into_failure(Path::new("stdin"), Code::Usage))?;
    parse_key(&text, "stdin")
}

/// Reads a private key from an environment variable.
pub(crate) fn env_private_key(name: &str) -> Result<PrivateKeySigner> {
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // A key without 0x that begins with a letter would be a name.
    if !is_name || secret::may_hold_key(name) {
        return Err(Failure::new(Code::Usage, "--private-key-env is not the name of an environment variable").hint(
            "it takes a name such as OWNER_KEY, never the key itself; a key that was typed here is in the shell's \
             history",
        ));
    }
    let text = std::env::var(name).map(Zeroizing::new).map_err(|_| {
        Failure::new(Code::Usage, format_args!("the environment variable {name} is not set, or is no text"))
    })?;
    parse_key(text.as_bytes(), name)
}

/// Reads a private key in hexadecimal. What is wrong with it is told without repeating any of it.
fn parse_key(text: &[u8], source: &str) -> Result<PrivateKeySigner> {
    let wrong = |what: &str| Failure::new(Code::Usage, format_args!("{source} holds no private key: {what}"));
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, &mut secret[..]).map_err(|_| wrong("a key has 64 hexadecimal digits"))?;
    PrivateKeySigner::from_slice(&secret[..]).map_err(|_| wrong("the number is not on the curve"))
}

/// Reads a password from a file or a pipe; the line break at its end does not count.
pub(crate) fn read_password_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let mut password = files::read_bounded_or_pipe(path, MAX_PASSWORD_FILE_LEN)
        .map(Zeroizing::new)
        .map_err(|error| error.into_failure(path, Code::Usage))?;
    for end in [b'\n', b'\r'] {
        if password.last() == Some(&end) {
            password.pop();
        }
    }
    Ok(password)
}

/// Asks for a password on the terminal, without showing it.
///
/// # Errors
///
/// [`Code::TerminalRequired`] when there is none.
pub(crate) fn prompt_password(prompt: &str) -> Result<Zeroizing<Vec<u8>>> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Code::TerminalRequired, "a password is needed, and stdin is no terminal to ask on")
            .hint("give it with --password-file FILE, or ETH_PASSWORD=FILE"));
    }
    let password = rpassword::prompt_password(crate::page::harmless(prompt)).map_err(|error| {
        let code = if error.kind() == io::ErrorKind::Interrupted { Code::Interrupted } else { Code::Io };
        Failure::new(code, format_args!("no password: {error}"))
    })?;
    Ok(Zeroizing::new(password.into_bytes()))
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

    #[test]
    fn a_key_that_is_wrong_is_not_repeated() {
        for text in ["", "0x12", "zz", &"f".repeat(64), &"0".repeat(64), &"1".repeat(66)] {
            let failure = parse_key(text.as_bytes(), "KEY").unwrap_err();
            assert!(text.is_empty() || !failure.message.contains(text), "{}", failure.message);
        }
        assert!(parse_key(format!(" 0x{}\n", "1".repeat(64)).as_bytes(), "KEY").is_ok());
    }

    #[test]
    fn a_key_in_place_of_a_variables_name_is_not_repeated() {
        let key = "ac".repeat(32);
        for name in
            [&key, &format!("0x{key}"), &format!("_{key}"), "0xdeadbeef", "", "A=B", "A B", "-x", "\u{e9}t\u{e9}"]
        {
            let failure = env_private_key(name).unwrap_err();
            let text = format!("{} {}", failure.message, failure.hint.unwrap_or_default());
            assert!(text.contains("not the name") && (name.is_empty() || !text.contains(name)), "{text}");
        }
        let failure = env_private_key("QUORATE_TEST_NO_SUCH_VARIABLE").unwrap_err();
        assert!(failure.message.contains("QUORATE_TEST_NO_SUCH_VARIABLE is not set"), "{}", failure.message);
    }

    #[test]
    fn a_derivation_path_is_checked() {
        assert!(derivation_path("m/44'/60'/0'/0/0").is_ok());
        for text in ["", "m", "m/", "m/x", "44'/60'", "m/44''", "m/2147483648", "m//0"] {
            assert!(derivation_path(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_password_file_may_end_with_a_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, password) in [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw \n", "pw "), ("a\n\n", "a\n")]
        {
            std::fs::write(file.path(), content).unwrap();
            assert_eq!(*read_password_file(file.path()).unwrap(), password.as_bytes());
        }
    }
}
