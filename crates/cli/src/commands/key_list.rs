use std::path::PathBuf;

use alloy::primitives::Address;
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::Result,
    keystore::KeyDirectory,
    page::Page,
    settings,
    ui::Output,
};

/// List the accounts of the key directory
///
/// No password is asked for. Addresses are those that the files state; files made by foundry state none.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Key directory [env: FOUNDRY_DIR, as FOUNDRY_DIR/keystores] [default: ~/.foundry/keystores]
    #[arg(short, long, value_name = "DIR")]
    keystore_dir: Option<PathBuf>,
}

#[derive(Serialize)]
struct Listed {
    directory: String,
    accounts: Vec<Account>,
}

#[derive(Serialize)]
struct Account {
    name: String,
    /// Absent when the file does not state it.
    address: Option<Address>,
}

impl Args {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let directory = KeyDirectory::new(self.keystore_dir.as_deref(), &settings::env)?;
        let mut accounts = Vec::new();
        for (name, keystore) in directory.list()? {
            match keystore {
                Ok(keystore) => accounts.push(Account { name, address: keystore.claimed_address() }),
                Err(failure) => context.ui.warn(format_args!("left out: {}", failure.message)),
            }
        }
        if accounts.iter().any(|account| account.address.is_some()) {
            context.ui.note("addresses are stated by the files, not verified: `quorate key address --verify`");
        }
        Done::report(&Listed { directory: directory.path().display().to_string(), accounts })
    }
}

impl Output for Listed {
    fn page(&self, page: &mut Page) {
        let width = self.accounts.iter().map(|account| account.name.len()).max().unwrap_or_default();
        for account in &self.accounts {
            let address = account.address.map_or_else(|| "unknown until unlocked".to_owned(), |it| it.to_string());
            page.line(format_args!("{:width$}  {address}", account.name));
        }
        if self.accounts.is_empty() {
            page.aside(format_args!("no accounts in {}", self.directory));
        }
    }
}
