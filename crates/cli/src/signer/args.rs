//! The flags that name a key.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::Address,
    signers::{
        ledger::{HDPath as LedgerPath, LedgerSigner},
        local::PrivateKeySigner,
        trezor::{HDPath as TrezorPath, TrezorSigner},
    },
};
use quorate_core::parse_address;
use zeroize::Zeroizing;

use super::{
    MnemonicArgs, Signer, ask_private_key, env_private_key, hardware, named_password, prompt_password, read_private_key,
};
use crate::{
    error::{Code, Failure, Result},
    keystore::{KeyDirectory, Keystore},
    settings,
};

/// Environment variable with the account that has to sign.
const FROM: &str = "ETH_FROM";

/// Which key signs
#[derive(Clone, Default, clap::Args)]
#[command(next_help_heading = "Key")]
pub(crate) struct SignerArgs {
    /// Address that has to sign: another key is refused, and without a key, the account of this address is taken [env:
    /// ETH_FROM]
    #[arg(short, long, value_name = "ADDRESS", value_parser = parse_from)]
    from: Option<Address>,
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
    /// Type a private key, unseen, on a terminal
    #[arg(short, long, group = "key")]
    interactive: bool,
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
    #[command(flatten)]
    mnemonic: MnemonicArgs,
}

impl std::fmt::Debug for SignerArgs {
    /// Leaves out everything: `--private-key` may have been tried.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignerArgs").finish_non_exhaustive()
    }
}

impl SignerArgs {
    /// Refuses a key that was given on the command line, and flags that choose a key of what is not named, before anything
    /// else is done.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when there are some.
    pub(crate) fn expect_usable(&self) -> Result<()> {
        if self.private_key.is_none() {
            return self.mnemonic.expect_of_use(self.ledger || self.trezor);
        }
        Err(Failure::new(Code::Usage, "--private-key is not taken: every process of the machine could read it").hint(
            "use --account, --keystore, --interactive, --private-key-env NAME or --private-key-stdin; a key that was \
             typed here is in the shell's history",
        ))
    }

    /// Opens the key.
    ///
    /// A flag beats the environment. Passwords come from a file, or are asked for on a terminal.
    ///
    /// # Errors
    ///
    /// [`Code::WrongSigner`] when another key has to sign: before a password is asked for if the key file tells.
    pub(crate) async fn open(&self) -> Result<Signer> {
        self.open_as(self.required()?).await
    }

    /// As [`Self::open`], where `required` says whose key it has to be, if that matters.
    pub(crate) async fn open_as(&self, required: Option<Address>) -> Result<Signer> {
        self.expect_usable()?;
        let signer = if self.ledger {
            let path = match self.mnemonic.path() {
                Some(path) => LedgerPath::Other(path.to_string()),
                None => LedgerPath::LedgerLive(number(self.mnemonic.index())),
            };
            Signer::Ledger(LedgerSigner::new(path, None).await.map_err(|error| hardware("Ledger", error))?)
        } else if self.trezor {
            let path = match self.mnemonic.path() {
                Some(path) => TrezorPath::Other(path.to_string()),
                None => TrezorPath::TrezorLive(number(self.mnemonic.index())),
            };
            Signer::Trezor(TrezorSigner::new(path, None).await.map_err(|error| hardware("Trezor", error))?)
        } else {
            Signer::Local(self.open_local(required)?)
        };
        expect(required, signer.address())?;
        Ok(signer)
    }

    /// Opens the key, which has to be one that this process can hold.
    fn open_local(&self, required: Option<Address>) -> Result<PrivateKeySigner> {
        if let Some(name) = &self.private_key_env {
            return env_private_key(name);
        }
        if self.private_key_stdin {
            return read_private_key();
        }
        if self.interactive {
            return ask_private_key();
        }
        if let Some(signer) = self.mnemonic.open()? {
            return Ok(signer);
        }
        let path = self.keystore_path()?;
        let keystore = Keystore::read(&path)?;
        if let Some(claimed) = keystore.claimed_address() {
            expect(required, claimed)?;
        }
        let password = self.password(&path)?;
        keystore.unlock(&path, &password)
    }

    /// Returns whose key it has to be, if that was said.
    pub(crate) fn required(&self) -> Result<Option<Address>> {
        let from_env = || {
            let text = settings::env(FROM);
            text.map(|text| {
                parse_address(&text).map_err(|error| Failure::new(Code::Config, format_args!("{FROM}: {error}")))
            })
        };
        self.from.map(Ok).or_else(from_env).transpose()
    }

    /// As [`Self::required`], by the flag alone.
    pub(crate) const fn required_by_flag(&self) -> Option<Address> {
        self.from
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
                (None, None) => match self.required()? {
                    Some(address) => directory()?.file_of(address),
                    None => Err(Failure::new(Code::SignerMissing, "no key is named").hint(
                        "use --account NAME, --keystore FILE, --interactive, --private-key-env NAME, \
                         --private-key-stdin, --mnemonic FILE, --ledger or --trezor",
                    )),
                },
            },
        }
    }

    /// Returns whether the named key is one in a key file.
    pub(crate) const fn is_keystore(&self) -> bool {
        !(self.private_key_env.is_some()
            || self.private_key_stdin
            || self.private_key.is_some()
            || self.interactive
            || self.mnemonic.is_named()
            || self.ledger
            || self.trezor)
    }

    fn password(&self, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
        match named_password(self.password_file.as_deref())? {
            Some(password) => Ok(password),
            None => prompt_password(&format!("Password of {}: ", path.display())),
        }
    }
}

/// Refuses a key that is not the one that has to sign.
pub(crate) fn expect(required: Option<Address>, found: Address) -> Result<()> {
    match required {
        Some(required) if required != found => Err(Failure::new(
            Code::WrongSigner,
            format_args!("the key is that of {found}, and --from or {FROM} says {required}"),
        )
        .hint("nothing was signed; name the right key, or leave out the address")),
        _ => Ok(()),
    }
}

fn parse_from(text: &str) -> Result<Address, String> {
    parse_address(text).map_err(|error| error.to_string())
}

/// A number of a key as alloy counts them.
fn number(index: u32) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}
