use std::{io, path::PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    files::{self, Existing, Privacy},
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::Output,
};

/// Write a proposal to a file or to stdout, to carry it elsewhere
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// Add what the Safe is now, so that owners can sign without a network
    #[arg(long)]
    evidence: bool,
    /// File to write [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long, requires = "output")]
    force: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Exported {
    safe_tx_hash: String,
    /// Height of the block of the evidence.
    evidence_block: Option<u64>,
    file: Option<String>,
    /// The file itself.
    proposal: Value,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let mut proposal = context.find(&self.proposal, &settings)?.proposal;
        if self.evidence {
            let safe = proposal.domain().safe();
            let rpc = context.connect(&settings, Some(safe.chain_id))?;
            let state = context.read_safe(&rpc, safe, &settings).await?;
            crate::status::expect_possible(&proposal, &state)?;
            proposal.attach(state).map_err(|error| Failure::new(Code::WrongContract, error))?;
        }
        let json = proposal.to_json();
        if let Some(path) = &self.output {
            let existing = if self.force { Existing::Replace } else { Existing::Keep };
            files::write_atomically(path, json.as_bytes(), Privacy::Ordinary, existing).map_err(|error| {
                if error.kind() == io::ErrorKind::AlreadyExists {
                    Failure::new(Code::AlreadyExists, format_args!("{} exists", path.display()))
                        .hint("choose another name, or replace it with --force")
                } else {
                    Failure::io(path, &error)
                }
            })?;
        } else if !context.ui.is_json() {
            context.ui.raw_json(&json)?;
            return Ok(Done::Printed);
        }
        Done::report(&Exported {
            safe_tx_hash: proposal.hash().to_string(),
            evidence_block: proposal.evidence().map(|evidence| evidence.block.number),
            file: self.output.as_ref().map(|path| path.display().to_string()),
            proposal: serde_json::from_str(&json).map_err(|error| Failure::new(Code::Unexpected, error))?,
        })
    }
}

impl Output for Exported {
    fn page(&self, page: &mut Page) {
        page.good(format_args!("exported {}", self.safe_tx_hash));
        if let Some(file) = &self.file {
            page.row("file", file);
        }
        match self.evidence_block {
            Some(block) => page.row("evidence", format_args!("the Safe as it was at block {block}")),
            None => page.row("evidence", "none: owners need a node to sign"),
        }
    }
}
