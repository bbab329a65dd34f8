use std::{
    cell::Cell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy::primitives::Address;
use quorate_chain::confirm;
use quorate_core::{Proposal, Signature};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    nested::{Claims, is_unfinished, unite},
    page::Page,
    proposal_file,
    settings::{PlaceArgs, Settings},
    status::{Basis, Status, expect_possible},
    ui::{Output, report},
};

/// How often a file is taken over anew when the mailbox's copy changes in the meantime.
const ATTEMPTS: u32 = 20;

/// Put proposal files into the mailbox, and merge their signatures with those that are there
///
/// The hash is computed anew and every signer recovered. Where a node is named, or the file has evidence, signatures
/// that do not count are refused.
///
/// What the owners of a Safe that owns the Safe have signed, here and there, is united; that takes a node. Files are
/// taken over one after another, up to the first that is refused; of that one, nothing is.
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
        let mut imported = Imported { imported: Vec::new() };
        for (index, file) in self.files.iter().enumerate() {
            match self.import(file, context, &settings).await {
                Ok(item) => imported.imported.push(item),
                Err(failure) => return Err(self.stopped(failure, index, &imported)),
            }
        }
        Done::report(&imported)
    }

    /// Says of every file what became of it, when one is refused.
    fn stopped(&self, mut failure: Failure, index: usize, imported: &Imported) -> Failure {
        if self.files.len() == 1 {
            return failure;
        }
        let names = |files: &[PathBuf]| files.iter().map(|it| it.display().to_string()).collect::<Vec<_>>().join(", ");
        let mut parts: Vec<_> = failure.hint.take().into_iter().collect();
        if index > 0 {
            parts.push(format!("taken over before: {}", names(&self.files[..index])));
            failure.report = report(imported).ok().map(Box::new);
        }
        if index + 1 < self.files.len() {
            parts.push(format!("not looked at: {}", names(&self.files[index + 1..])));
        }
        failure.hint(parts.join("; "))
    }

    async fn import(&self, file: &Path, context: &Context, settings: &Settings) -> Result<Item> {
        let proposal = proposal_file::read(file)?;
        let (basis, status) = context.check(&proposal, settings, self.offline).await?;
        if let Some(state) = basis.state() {
            expect_possible(&proposal, state)?;
        }
        for bad in status.signatures.iter().filter(|it| it.status == "rejected") {
            // The owners of a Safe that owns this one may still be signing.
            let signature = proposal.signatures().get(bad.owner);
            let is_partial = match (&basis, signature) {
                (Basis::Chain(state), Some(signature @ Signature::Contract { .. })) => {
                    let rpc = context.connect(settings, Some(state.safe.chain_id))?;
                    is_unfinished(&rpc, &proposal, state, bad.owner, signature).await?
                }
                _ => false,
            };
            if !is_partial {
                let reason = bad.reason.as_deref().unwrap_or_default();
                return Err(Failure::new(
                    Code::BadSignature,
                    format_args!("{}: the signature of {} does not count: {reason}", file.display(), bad.owner),
                )
                .hint("nothing of this file was taken over"));
            }
        }
        if let Basis::Nothing = basis
            && !proposal.signatures().is_empty()
        {
            context.ui.warn(format_args!(
                "{}: whether its signatures are those of owners is not known: it has no evidence, and no node was asked",
                file.display()
            ));
        }
        let path = settings.mailbox.path_of(&proposal);
        for _ in 0..ATTEMPTS {
            // The mailbox's own copy as it is before the merge; if it changes in the meantime, this begins anew.
            let before = if path.exists() { Some(proposal_file::read(&path)?) } else { None };
            let united = self.unite(file, before.as_ref(), &proposal, (&basis, &status), context, settings).await?;
            let has_changed = Cell::new(false);
            let stored = settings.mailbox.store(&context.ui, &proposal, |merged| {
                has_changed.set(false);
                for (owner, theirs) in proposal.signatures().iter() {
                    let present = merged.signatures().get(owner);
                    match united.get(&owner) {
                        Some((ours, signature)) if present == Some(ours) => {
                            merged.withdraw(owner);
                            merged.sign(signature.clone()).map_err(|error| Failure::new(Code::BadSignature, error))?;
                        }
                        None if present.is_none() => {
                            let error = format_args!("{}: the signature of {owner} does not fit", file.display());
                            return Err(Failure::new(Code::Refused, error).hint("nothing of this file was taken over"));
                        }
                        None if present == Some(theirs) || present.is_some_and(|it| !is_claim(it)) => {}
                        _ => {
                            has_changed.set(true);
                            return Err(Failure::new(
                                Code::Io,
                                format_args!("{} changes all the time", path.display()),
                            ));
                        }
                    }
                }
                Ok(())
            });
            let (entry, ()) = match stored {
                Err(_) if has_changed.get() => continue,
                stored => stored?,
            };
            let now = match basis.state() {
                Some(state) if !united.is_empty() => {
                    let rpc = context.connect(settings, Some(state.safe.chain_id))?;
                    let standing = confirm(&rpc, state, entry.proposal.signatures(), None).await?;
                    Status::online(&entry.proposal, state, &standing)
                }
                _ => Status::knowing(&entry.proposal, &basis, |owner, signature| {
                    status.is_confirmed(owner) && proposal.signatures().get(owner) == Some(signature)
                }),
            };
            let asked = if united.is_empty() { &status } else { &now };
            for it in asked.signatures.iter().filter(|it| it.status == "rejected") {
                let reason = it.reason.as_deref().unwrap_or_default();
                context.ui.warn(format_args!("{}: {reason}", file.display()));
            }
            let is_new = |owner: &Address| {
                let earlier = before.as_ref().and_then(|before| before.signatures().get(*owner));
                earlier != entry.proposal.signatures().get(*owner)
            };
            return Ok(Item {
                safe_tx_hash: entry.proposal.hash().to_string(),
                nonce: entry.proposal.tx().nonce.to_string(),
                known: before.is_some(),
                new_signatures: entry.proposal.signatures().iter().map(|(owner, _)| owner).filter(is_new).collect(),
                signatures: entry.proposal.signatures().len(),
                file: entry.path.display().to_string(),
                status: now,
            });
        }
        Err(Failure::new(Code::Io, format_args!("{} changes all the time", path.display()))
            .hint("nothing was written; repeat it when the other process is done"))
    }

    /// Decides between different claims in one owner's name; returns the mailbox's own, and what is written instead.
    async fn unite(
        &self,
        file: &Path,
        before: Option<&Proposal>,
        proposal: &Proposal,
        (basis, status): (&Basis, &Status),
        context: &Context,
        settings: &Settings,
    ) -> Result<BTreeMap<Address, (Signature, Signature)>> {
        let mut united = BTreeMap::new();
        for (owner, ours, theirs) in conflicts(before, proposal) {
            let Basis::Chain(state) = basis else { return Err(undecided(file, owner)) };
            let rpc = context.connect(settings, Some(state.safe.chain_id))?;
            let claims = Claims { ours, theirs, theirs_counts: status.is_confirmed(owner) };
            let signature = unite(&rpc, proposal, state, owner, claims).await.map_err(|failure| Failure {
                message: format!("{}: {}", file.display(), failure.message),
                ..failure
            })?;
            united.insert(owner, (ours.clone(), signature));
        }
        Ok(united)
    }
}

/// Two different claims in one owner's name, of which a merge would drop one.
fn conflicts<'a>(
    before: Option<&'a Proposal>,
    proposal: &'a Proposal,
) -> impl Iterator<Item = (Address, &'a Signature, &'a Signature)> {
    proposal.signatures().iter().filter_map(move |(owner, theirs)| {
        let ours = before?.signatures().get(owner)?;
        (is_claim(ours) && is_claim(theirs) && ours != theirs).then_some((owner, ours, theirs))
    })
}

fn undecided(file: &Path, owner: Address) -> Failure {
    Failure::new(
        Code::Refused,
        format_args!(
            "{}: another signature in the name of {owner} is in the mailbox; which one counts, or whether they go \
             together, only the chain can tell",
            file.display()
        ),
    )
    .hint(format_args!(
        "nothing of this file was taken over; merge it with `quorate import {} --rpc-url URL`",
        file.display()
    ))
}

/// Returns whether a signature is a mere claim, which only the chain can confirm.
pub(super) const fn is_claim(signature: &Signature) -> bool {
    matches!(signature, Signature::Contract { .. } | Signature::Approved { .. })
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
