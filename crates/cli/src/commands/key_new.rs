use std::path::PathBuf;

use alloy::{primitives::Address, signers::local::PrivateKeySigner};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    keystore::{KeyDirectory, Keystore, MAX_PASSWORD_LEN, random_key},
    page::Page,
    settings,
    signer::{named_password, prompt_password},
    ui::Output,
};

/// Make a new key and store it, encrypted with a password
///
/// The file is in the format of foundry, geth and others, with a password that is expensive to guess (scrypt with
/// n = 131072), the address in clear, and mode 0600.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
}

/// Where a key is stored
#[derive(Debug, clap::Args)]
pub(crate) struct StoreArgs {
    /// Name of the account: the file in the key directory
    name: String,
    /// Key directory [env: FOUNDRY_DIR, as FOUNDRY_DIR/keystores] [default: ~/.foundry/keystores]
    #[arg(short, long, value_name = "DIR")]
    keystore_dir: Option<PathBuf>,
    /// File or pipe with the password [env: ETH_PASSWORD, also the path of a file]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// A key that was stored.
#[derive(Serialize)]
pub(crate) struct Stored {
    name: String,
    address: Address,
    file: String,
}

impl Args {
    pub(crate) fn run(&self, _: &Context) -> Result<Done> {
        self.store.store(random_key)
    }
}

impl StoreArgs {
    /// Stores the key that `key` gives, once everything else is known to be in order.
    pub(crate) fn store(&self, key: impl FnOnce() -> Result<PrivateKeySigner>) -> Result<Done> {
        let directory = KeyDirectory::new(self.keystore_dir.as_deref(), &settings::env)?;
        let path = directory.file(&self.name)?;
        if std::fs::symlink_metadata(&path).is_ok() {
            return Err(Failure::new(Code::AlreadyExists, format_args!("{} exists", path.display()))
                .hint("choose another name; a key is never overwritten"));
        }
        let key = key()?;
        let password = self.password()?;
        directory.create()?;
        Keystore::create(&path, &key, &password)?;
        Done::report(&Stored { name: self.name.clone(), address: key.address(), file: path.display().to_string() })
    }

    fn password(&self) -> Result<Zeroizing<Vec<u8>>> {
        let password = match named_password(self.password_file.as_deref())? {
            Some(password) => password,
            None => {
                let password = prompt_password(&format!("New password of {}: ", self.name))?;
                if prompt_password("Again: ")? != password {
                    return Err(Failure::new(Code::Usage, "the two passwords are not the same"));
                }
                password
            }
        };
        if password.is_empty() {
            return Err(
                Failure::new(Code::Usage, "the password is empty").hint("it is what protects the key in the file")
            );
        }
        if password.len() > MAX_PASSWORD_LEN {
            return Err(Failure::new(
                Code::Usage,
                format_args!("the password is longer than {MAX_PASSWORD_LEN} bytes"),
            ));
        }
        Ok(password)
    }
}

impl Output for Stored {
    fn page(&self, page: &mut Page) {
        page.good(format_args!("stored {}", self.name));
        page.row("address", self.address);
        page.row("file", &self.file);
    }
}
