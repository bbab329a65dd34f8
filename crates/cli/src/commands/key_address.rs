use alloy::primitives::Address;
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::Result,
    keystore::Keystore,
    page::Page,
    signer::{SignerArgs, expect_signer},
    ui::Output,
};

/// Show the address of a key
///
/// A key file that states its address is not unlocked for this: whoever wrote the file may have written another one.
/// --verify unlocks it all the same.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Unlock the key and compare
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    signer: SignerArgs,
}

#[derive(Serialize)]
struct Found {
    address: Address,
    /// Whether the key itself was used to find it.
    verified: bool,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_usable()?;
        if self.signer.is_keystore() && !self.verify {
            let path = self.signer.keystore_path()?;
            if let Some(address) = Keystore::read(&path)?.claimed_address() {
                expect_signer(self.signer.required_by_flag(), address)?;
                context.ui.note("stated by the file, not verified: --verify");
                return Done::report(&Found { address, verified: false });
            }
        }
        // Whoever asks for the address of a key that is named does not sign with it: ETH_FROM is about another.
        let address = self.signer.open_as(self.signer.required_by_flag()).await?.address();
        Done::report(&Found { address, verified: true })
    }
}

impl Output for Found {
    fn page(&self, page: &mut Page) {
        page.line(self.address);
    }
}
