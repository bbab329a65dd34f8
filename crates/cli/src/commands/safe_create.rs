use alloy::primitives::{Address, B256};
use quorate_chain::{Reading, Submission, submit_safe};
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

/// A Safe whose transaction was sent, and that nobody waited for.
#[derive(Serialize)]
struct Sent {
    safe: String,
    address: Address,
    tx_hash: B256,
    /// `sent`.
    result: &'static str,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_usable()?;
        let settings = Settings::of(&self.place)?;
        // Planned first, so that a wrong set-up costs no request and no password.
        let draft = self.spec.draft(settings.named_chain().unwrap_or(1), &settings)?;
        let rpc = context.connect(&settings, settings.named_chain())?;
        let plan = draft.plan_on(&rpc, &context.ui).await?;
        let sender = self.fees.sender(&context.ui, rpc, self.signer.open().await?)?;
        match settings.named_chain() {
            Some(_) => context.ui.note(format_args!("creating {}", plan.safe)),
            None => context.ui.note(format_args!("creating {}", plan.address)),
        }
        // Where no chain is named it is the node's, which is learnt in the same request as the rest.
        let created = match submit_safe(&sender, &plan, settings.named_chain()).await? {
            Submission::There(created) => *created,
            Submission::Sent(sent) if self.fees.is_async() => {
                let (safe, tx_hash) = (sent.safe(), sent.tx_hash());
                let (address, safe) = (safe.address, safe.to_string());
                return Done::report(&Sent { safe, address, tx_hash, result: "sent" });
            }
            Submission::Sent(sent) => sent.wait(&sender).await?,
        };
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

impl Output for Sent {
    fn page(&self, page: &mut Page) {
        page.good(format_args!("sent what creates {}", self.safe));
        page.row("transaction", self.tx_hash);
        page.aside("until it is mined, the address is nobody's; `quorate safe info` tells whether the Safe is there");
    }
}
