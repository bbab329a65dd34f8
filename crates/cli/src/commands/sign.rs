use std::cell::Cell;

use alloy::primitives::Address;
use quorate_chain::confirm;
use quorate_core::{Insertion, Proposal, SafeId, SafeState};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    nested::Nested,
    page::Page,
    proposal_file::{self, Entry},
    settings::{PlaceArgs, Settings},
    signer::{SignerArgs, Style, Subject},
    status::{Basis, Status, expect_possible},
    ui::Output,
};

/// Sign a proposal
///
/// Shows the transaction and its hashes as a hardware wallet shows them, and asks. The signature goes into the file.
///
/// Without a node this works from the evidence in the file. The evidence is a claim of whoever made the file: it can be
/// wrong about who owns the Safe, but the hash that is signed is computed here, from the transaction that is shown.
///
/// With a node, what moves the Safe to other contracts is signed only if all of them are known by their code.
///
/// Warns if the mailbox holds another transaction with the same nonce that this owner has signed: only one can run.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// Sign without being asked
    #[arg(short, long)]
    yes: bool,
    /// Ask no node, even if one is named; with --for, one has to be asked
    #[arg(long, conflicts_with = "behalf")]
    offline: bool,
    /// Sign as an owner of this Safe, which owns the Safe of the proposal; one that is owned by a third Safe approves the
    /// hash on chain instead
    #[arg(long = "for", value_name = "SAFE")]
    behalf: Option<String>,
    /// Sign the hash as a personal message (eth_sign) instead of typed data
    #[arg(long)]
    eth_sign: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Signed {
    safe_tx_hash: String,
    owner: Address,
    kind: &'static str,
    /// The Safe in whose name the owner signed, and how far that is.
    #[serde(skip_serializing_if = "Option::is_none")]
    behalf: Option<Behalf>,
    signature: String,
    /// Whether the owner had signed before.
    known: bool,
    file: String,
    transaction: Description,
    status: Status,
    /// How the proposal was named.
    #[serde(skip)]
    name: String,
}

/// A Safe that owns the Safe.
#[derive(Serialize)]
struct Behalf {
    safe: Address,
    signatures: usize,
    threshold: u64,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_usable()?;
        context.ui.expect_answer(self.yes)?;
        let settings = Settings::of(&self.place)?;
        let entry = context.find(&self.proposal, &settings)?;
        let (basis, status) = context.check(&entry.proposal, &settings, self.offline).await?;
        let state = basis.required()?;
        expect_possible(&entry.proposal, state)?;
        if matches!(basis, Basis::Chain(_)) {
            context.expect_known_migrations(&entry.proposal, &settings).await?;
        }
        let transaction = Description::of(&entry.proposal, Some(state), &settings);

        // Shown before anything is asked, a password included.
        let mut page = Page::default();
        transaction.page(&mut page);
        status.page(&mut page, &settings);
        if self.yes {
            context.ui.show(&page)
        } else {
            context.ui.show_always(&page)
        }

        if let Some(inner) = &self.behalf {
            let inner = settings.address(inner)?;
            return self.sign_for(inner, &entry, state, transaction, context, &settings).await;
        }
        let signer = self.signer.open().await?;
        let owner = signer.address();
        if !state.is_owner(owner) {
            let owners: Vec<_> = state.owners.iter().map(|it| it.address.to_string()).collect();
            return Err(Failure::new(Code::NotAnOwner, format_args!("{owner} does not own {}", state.safe))
                .hint(format_args!("its owners are {}", owners.join(", "))));
        }
        warn_of_rivals(&entry.proposal, context, &settings, |rival| Ok(rival.signatures().get(owner).is_some()));
        let hash = entry.proposal.hash().to_string();
        context.ui.confirm(&format!("Sign {hash} as {}?", settings.named(owner)), self.yes)?;
        let style = if self.eth_sign { Style::PersonalMessage } else { signer.style() };
        if !matches!(signer, crate::signer::Signer::Local(_)) {
            context.ui.note("confirm on the device, and compare the hashes");
        }
        let signature = signer.sign(Subject::Transaction(entry.proposal.tx(), entry.proposal.domain()), style).await?;

        let before = entry.proposal;
        let wanted = *before.hash();
        let known = Cell::new(false);
        let (entry, ()) = proposal_file::amend(&context.ui, &entry.path, |proposal| {
            if *proposal.hash() != wanted {
                return Err(Failure::new(
                    Code::Refused,
                    "the file was replaced by another transaction in the meantime",
                ));
            }
            // What stands in this owner's name and does not count gives way.
            if rejected(&status, owner) {
                proposal.withdraw(owner);
            }
            let insertion =
                proposal.sign(signature.clone()).map_err(|error| Failure::new(Code::BadSignature, error))?;
            known.set(matches!(insertion, Insertion::Kept(_)));
            Ok(())
        })?;
        // What the chain said of the other signatures a moment ago is not asked again.
        let status = Status::knowing(&entry.proposal, &basis, |owner, signature| {
            status.is_confirmed(owner) && before.signatures().get(owner) == Some(signature)
        });
        Done::report(&Signed {
            safe_tx_hash: hash,
            owner,
            kind: signature.kind(),
            behalf: None,
            signature: hex::encode_prefixed(signature.to_bytes()),
            known: known.get(),
            file: entry.path.display().to_string(),
            transaction,
            status,
            name: self.proposal.clone(),
        })
    }
}

impl Args {
    /// Signs as an owner of a Safe that owns the Safe of the proposal.
    async fn sign_for(
        &self,
        inner: Address,
        entry: &Entry,
        state: &SafeState,
        transaction: Description,
        context: &Context,
        settings: &Settings,
    ) -> Result<Done> {
        if !state.is_owner(inner) {
            return Err(Failure::new(Code::NotAnOwner, format_args!("{inner} does not own {}", state.safe))
                .hint(approval(entry, state)));
        }
        // What the inner Safe is, no evidence tells.
        let rpc = context.connect(settings, Some(state.safe.chain_id))?;
        let inner_state = context.read_safe(&rpc, SafeId::new(state.safe.chain_id, inner), settings).await?;
        let nested = Nested::new(&entry.proposal, &inner_state)?;
        if nested.is_mismatched(state.version) {
            context.ui.warn(format_args!(
                "a Safe of version {} asks its owner by isValidSignature(bytes,bytes), which the handlers of version {} \
                 do not answer: {inner} may have to approve the hash on chain instead",
                state.version, inner_state.version
            ));
        }
        let mut page = Page::default();
        nested.page(&mut page);
        if self.yes {
            context.ui.show(&page)
        } else {
            context.ui.show_always(&page)
        }

        let signer = self.signer.open().await?;
        let owner = signer.address();
        if !inner_state.is_owner(owner) {
            let failure = Failure::new(Code::NotAnOwner, format_args!("{owner} does not own {}", inner_state.safe));
            // Signatures of a Safe inside a Safe inside a Safe are not gathered: each would be in three hands at once.
            let has_contracts = inner_state.owners.iter().any(|owner| owner.is_contract());
            return Err(if has_contracts { failure.hint(approval(entry, state)) } else { failure });
        }
        warn_of_rivals(&entry.proposal, context, settings, |rival| {
            Nested::new(rival, &inner_state)?.has_signed(rival, owner)
        });
        let hash = nested.digest().hash();
        context.ui.confirm(&format!("Sign {hash} as {} for {inner}?", settings.named(owner)), self.yes)?;
        let style = if self.eth_sign { Style::PersonalMessage } else { signer.style() };
        let signature = signer.sign(nested.subject(), style).await?;

        let wanted = *entry.proposal.hash();
        let (known, signatures) = (Cell::new(false), Cell::new(0));
        let (entry, ()) = proposal_file::amend(&context.ui, &entry.path, |proposal| {
            if *proposal.hash() != wanted {
                return Err(Failure::new(
                    Code::Refused,
                    "the file was replaced by another transaction in the meantime",
                ));
            }
            let (count, before) = nested.add(proposal, signature.clone())?;
            signatures.set(count);
            known.set(before);
            Ok(())
        })?;
        let standing = confirm(&rpc, state, entry.proposal.signatures(), None).await?;
        Done::report(&Signed {
            safe_tx_hash: wanted.to_string(),
            owner,
            kind: signature.kind(),
            behalf: Some(Behalf { safe: inner, signatures: signatures.get(), threshold: nested.threshold() }),
            signature: hex::encode_prefixed(signature.to_bytes()),
            known: known.get(),
            file: entry.path.display().to_string(),
            transaction,
            status: Status::online(&entry.proposal, state, &standing),
            name: self.proposal.clone(),
        })
    }
}

/// Says how a Safe confirms whose own owners are contracts, too.
fn approval(entry: &Entry, state: &SafeState) -> String {
    format!(
        "a Safe that is further up confirms on chain: in the Safe that owns {0}, propose {0} \"approveHash(bytes32)\" {1} \
         and execute that; then `quorate add-signature {2} --approved OWNER`",
        state.safe.address,
        entry.proposal.hash(),
        entry.proposal.tx().nonce
    )
}

/// Warns of other transactions in the mailbox that have the same nonce and that the owner has signed already.
fn warn_of_rivals(
    proposal: &Proposal,
    context: &Context,
    settings: &Settings,
    has_signed: impl Fn(&Proposal) -> Result<bool>,
) {
    let rivals = settings.mailbox.list(Some(proposal.domain().safe())).map(|listing| listing.entries);
    // The mailbox is not needed to sign a file that lies elsewhere.
    for rival in rivals.unwrap_or_default().iter().map(|entry| &entry.proposal) {
        let is_rival = rival.tx().nonce == proposal.tx().nonce && rival.hash() != proposal.hash();
        if is_rival && has_signed(rival).unwrap_or_default() {
            context.ui.warn(format_args!(
                "you have signed another transaction with this nonce: {}; only one of them can run",
                rival.hash()
            ));
        }
    }
}

/// Returns whether something in an owner's name was found not to count.
fn rejected(status: &Status, owner: Address) -> bool {
    status.signatures.iter().any(|it| it.owner == owner && it.status == "rejected")
}

impl Output for Signed {
    fn page(&self, page: &mut Page) {
        let known = if self.known { "had signed before: " } else { "signed " };
        page.good(format_args!("{} {known}{}", self.owner, self.safe_tx_hash));
        if let Some(behalf) = &self.behalf {
            page.row(
                "for",
                format_args!("{}: {} of {} of its owners", behalf.safe, behalf.signatures, behalf.threshold),
            );
        }
        page.row("signature", &self.signature);
        page.row("file", &self.file);
        progress(page, &self.status, &self.name);
    }
}

/// Writes how far a proposal is, in one line.
pub(crate) fn progress(page: &mut Page, status: &Status, name: &str) {
    if let Some(threshold) = status.threshold {
        let next = if status.stage == "ready" { format!(": next: quorate exec {name}") } else { String::new() };
        page.row("confirmations", format_args!("{} of {threshold}{next}", status.confirmed));
    }
}
