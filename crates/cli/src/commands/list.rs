use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::Description,
    error::Result,
    page::{Page, foreign},
    settings::{PlaceArgs, Settings},
    ui::Output,
    units,
};

/// List the proposals in the mailbox
///
/// Without a Safe, those of all Safes. No node is asked.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Listed {
    proposals: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    safe: String,
    nonce: String,
    safe_tx_hash: String,
    to: String,
    value_wei: String,
    operation: String,
    what: String,
    note: String,
    signatures: usize,
    has_evidence: bool,
    file: String,
    #[serde(skip)]
    value: String,
}

impl Args {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let listing = settings.mailbox.list(settings.safe_id())?;
        for warning in listing.warnings {
            context.ui.warn(warning);
        }
        let named = settings.safe.map(|safe| safe.address);
        let proposals = listing
            .entries
            .into_iter()
            .filter(|entry| named.is_none_or(|address| entry.proposal.domain().safe().address == address))
            .map(|entry| {
                let (tx, domain) = (entry.proposal.tx(), entry.proposal.domain());
                Item {
                    safe: domain.safe().to_string(),
                    nonce: tx.nonce.to_string(),
                    safe_tx_hash: entry.proposal.hash().to_string(),
                    to: settings.named(tx.to),
                    value_wei: tx.value.to_string(),
                    operation: tx.operation.to_string(),
                    what: Description::of(&entry.proposal, None, &settings).summary(),
                    note: entry.proposal.note().to_owned(),
                    signatures: entry.proposal.signatures().len(),
                    has_evidence: entry.proposal.evidence().is_some(),
                    file: entry.path.display().to_string(),
                    value: units::ether(tx.value),
                }
            })
            .collect();
        Done::report(&Listed { proposals })
    }
}

impl Output for Listed {
    fn page(&self, page: &mut Page) {
        let mut safe = "";
        for it in &self.proposals {
            if it.safe != safe {
                page.heading(&it.safe);
                safe = &it.safe;
            }
            let operation = if it.operation == "call" { "" } else { "DELEGATECALL " };
            let value = if it.value_wei == "0" { String::new() } else { format!(" {}", it.value) };
            let note = if it.note.is_empty() { String::new() } else { format!("  \"{}\"", foreign(&it.note)) };
            let plural = if it.signatures == 1 { "" } else { "s" };
            page.line(format_args!(
                "{:>5}  {}  {} signature{plural}  {operation}{}{value} to {}{note}",
                it.nonce,
                &it.safe_tx_hash[..10],
                it.signatures,
                it.what,
                it.to
            ));
        }
        if self.proposals.is_empty() {
            page.aside("no proposals");
        }
    }
}
