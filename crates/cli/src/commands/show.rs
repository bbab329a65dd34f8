use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::Description,
    error::Result,
    page::Page,
    settings::{PlaceArgs, Settings},
    status::Status,
    ui::Output,
};

/// Show a proposal: what it does, its hashes, and who has signed
///
/// Where a node is named, every signature is checked against the chain; otherwise against the evidence in the file.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// Ask no node
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Shown<'a> {
    file: String,
    transaction: Description,
    status: Status,
    #[serde(skip)]
    settings: &'a Settings,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let entry = context.find(&self.proposal, &settings)?;
        let (basis, status) = context.check(&entry.proposal, &settings, self.offline).await?;
        Done::report(&Shown {
            file: entry.path.display().to_string(),
            transaction: Description::of(&entry.proposal, basis.state(), &settings),
            status,
            settings: &settings,
        })
    }
}

impl Output for Shown<'_> {
    fn page(&self, page: &mut Page) {
        self.transaction.page(page);
        page.row("file", &self.file);
        self.status.page(page, self.settings);
        match (self.status.stage, &self.status.next_nonce) {
            ("ready", _) => page.good("ready: quorate exec"),
            ("stale_nonce", Some(next)) => {
                page.line(format_args!(
                    "its nonce is used up (the next one is {next}): it was executed, or another one was"
                ));
            }
            ("nonce_not_next", Some(next)) => {
                page.line(format_args!("the Safe's next nonce is {next}: others come first"))
            }
            _ => {}
        }
    }
}
