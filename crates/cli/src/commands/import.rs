use std::path::{Path, PathBuf};

use alloy::primitives::Address;
use quorate_core::Insertion;
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    mailbox,
    page::Page,
    settings::{PlaceArgs, Settings},
    status::{Basis, Status, expect_possible},
    ui::Output,
};

/// Put proposal files into the mailbox, and merge their signatures with those that are there
///
/// The hash is computed anew and every signer recovered. Where a node is named, or the file has evidence, signatures
/// that do not count are refused.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Proposal files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Ask no node, even if one is named
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Imported {
    imported: Vec<Item>,
}

#[derive(Serialize)]
struct Item {
    safe_tx_hash: String,
    nonce: String,
    /// Whether the proposal was there before.
    known: bool,
    /// Owners whose signatures are new.
    new_signatures: Vec<Address>,
    signatures: usize,
    file: String,
    status: Status,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let mut imported = Vec::new();
        for file in &self.files {
            imported.push(self.import(file, context, &settings).await?);
        }
        Done::report(&Imported { imported })
    }

    async fn import(&self, file: &Path, context: &Context, settings: &Settings) -> Result<Item> {
        let proposal = mailbox::read(file)?;
        let (basis, status) = context.check(&proposal, settings, self.offline).await?;
        if let Some(state) = basis.state() {
            expect_possible(&proposal, state)?;
        }
        for bad in status.signatures.iter().filter(|it| it.status == "rejected") {
            let reason = bad.reason.as_deref().unwrap_or_default();
            if bad.kind == "contract" && basis.state().is_some_and(|state| state.is_owner(bad.owner)) {
                // The owners of a Safe that owns this one may still be signing.
                context.ui.warn(format_args!("{}: {reason}", file.display()));
                continue;
            }
            return Err(Failure::new(
                Code::BadSignature,
                format_args!("{}: the signature of {} does not count: {reason}", file.display(), bad.owner),
            )
            .hint("nothing of this file was taken over"));
        }
        if let Basis::Nothing = basis
            && !proposal.signatures().is_empty()
        {
            context.ui.warn(format_args!(
                "{}: whether its signatures are those of owners is not known: it has no evidence, and no node was asked",
                file.display()
            ));
        }
        let known = settings.mailbox.path_of(&proposal).exists();
        let checked: Vec<_> =
            status.signatures.iter().filter(|it| it.status == "confirmed").map(|it| it.owner).collect();
        // The mailbox's own copy as it is before the merge, to tell what is new.
        let before = if known { Some(mailbox::read(&settings.mailbox.path_of(&proposal))?) } else { None };
        let (entry, ()) = settings.mailbox.store(&proposal, |merged| {
            // A signature that was found to count takes the place of a claim that may not.
            for owner in &checked {
                let Some(ours) = proposal.signatures().get(*owner) else { continue };
                if merged.signatures().get(*owner).is_some_and(|present| present != ours && is_claim(present)) {
                    merged.withdraw(*owner);
                    let inserted =
                        merged.sign(ours.clone()).map_err(|error| Failure::new(Code::BadSignature, error))?;
                    debug_assert!(matches!(inserted, Insertion::Added(_)), "it was taken out just now");
                }
            }
            Ok(())
        })?;
        for (owner, theirs) in proposal.signatures().iter() {
            let ours = entry.proposal.signatures().get(owner);
            if is_claim(theirs) && ours.is_some_and(|ours| is_claim(ours) && ours != theirs) {
                context.ui.warn(format_args!(
                    "{}: another signature in the name of {owner} is in the mailbox and stays; which one counts, only the \
                     chain can tell",
                    file.display()
                ));
            }
        }
        let is_new = |owner: &Address| {
            let earlier = before.as_ref().and_then(|before| before.signatures().get(*owner));
            earlier != entry.proposal.signatures().get(*owner)
        };
        let status = Status::knowing(&entry.proposal, &basis, |owner, signature| {
            status.is_confirmed(owner) && proposal.signatures().get(owner) == Some(signature)
        });
        Ok(Item {
            safe_tx_hash: entry.proposal.hash().to_string(),
            nonce: entry.proposal.tx().nonce.to_string(),
            known,
            new_signatures: entry.proposal.signatures().iter().map(|(owner, _)| owner).filter(is_new).collect(),
            signatures: entry.proposal.signatures().len(),
            file: entry.path.display().to_string(),
            status,
        })
    }
}

const fn is_claim(signature: &quorate_core::Signature) -> bool {
    matches!(signature, quorate_core::Signature::Contract { .. } | quorate_core::Signature::Approved { .. })
}

impl Output for Imported {
    fn page(&self, page: &mut Page) {
        for it in &self.imported {
            let known = if it.known { "merged" } else { "imported" };
            page.good(format_args!("{known} {}", it.safe_tx_hash));
            page.row("new", format_args!("{} signatures", it.new_signatures.len()));
            page.row("file", &it.file);
            super::sign::progress(page, &it.status, &it.nonce);
        }
    }
}
