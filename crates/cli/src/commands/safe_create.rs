use alloy::primitives::B256;
use quorate_chain::{Reading, create_safe};
use quorate_core::SafeId;
use serde::Serialize;

use super::{safe_info::SafeView, safe_predict::SpecArgs};
use crate::{
    context::{Context, Done},
    error::Result,
    fees::FeeArgs,
    page::Page,
    settings::{PlaceArgs, Settings},
    signer::SignerArgs,
    ui::Output,
};

/// Create a Safe at its predicted address, unless it is there
///
/// Before, the code of the factory, of the contract behind the Safe and of its handler is compared with what it has to
/// be; after, the Safe is read and compared with what was asked for.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    fees: FeeArgs,
}

#[derive(Serialize)]
struct Creation {
    created: bool,
    tx_hash: Option<B256>,
    gas_used: u64,
    #[serde(flatten)]
    safe: SafeView,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_hidden()?;
        let settings = Settings::of(&self.place)?;
        // Planned first, so that a wrong set-up costs no request and no password.
        let mut plan = self.spec.plan(settings.named_chain().unwrap_or(1), &settings)?;
        let rpc = context.connect(&settings, settings.named_chain())?;
        if settings.named_chain().is_none() {
            plan.safe = SafeId::new(rpc.chain_id().await?, plan.address);
        }
        let sender = self.fees.sender(&context.ui, rpc, self.signer.open().await?)?;
        context.ui.note(format_args!("creating {}", plan.safe));
        let created = create_safe(&sender, &plan).await?;
        // That the proxy has the planned code was checked, or this would be an error.
        let reading = Reading { state: created.state, proxy_code_hash: plan.proxy_code_hash };
        Done::report(&Creation {
            created: created.tx_hash.is_some(),
            tx_hash: created.tx_hash,
            gas_used: created.gas_used,
            safe: SafeView::of(&reading, &settings),
        })
    }
}

impl Output for Creation {
    fn page(&self, page: &mut Page) {
        match self.tx_hash {
            Some(tx_hash) => {
                page.good("created");
                page.row("transaction", tx_hash);
                page.row("gas used", self.gas_used);
            }
            None => page.good("was there already, set up as asked for"),
        }
        self.safe.page(page);
    }
}
