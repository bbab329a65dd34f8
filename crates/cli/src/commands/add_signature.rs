use std::cell::RefCell;

use alloy::primitives::Address;
use quorate_chain::confirm;
use quorate_core::{Insertion, Proposal, Rejection, Signature, SignatureSet};
use serde::Serialize;

use super::{import::is_claim, sign::progress};
use crate::{
    call::parse_hex,
    context::{Context, Done},
    error::{Code, Failure, Result},
    nested::{Claims, unfinished, unite},
    page::Page,
    proposal_file,
    settings::{PlaceArgs, Settings},
    status::{Basis, Status, expect_possible},
    ui::Output,
};

/// Add a signature that was made elsewhere
///
/// It has to be over this proposal and by an owner; where a node is named, a contract owner is asked whether it
/// accepts, and an approval is looked up. If the contract is a Safe, what its owners signed is united with what is there.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// The signature in hexadecimal: 65 bytes, or 64 (EIP-2098)
    #[arg(value_name = "SIGNATURE", required_unless_present_any = ["contract", "approved"], conflicts_with_all = ["contract", "approved"])]
    signature: Option<String>,
    /// A contract that owns the Safe and vouches for the proposal (ERC-1271)
    #[arg(long, value_name = "OWNER", requires = "data")]
    contract: Option<String>,
    /// What the contract is given as the signature, in hexadecimal
    #[arg(long, value_name = "HEX", requires = "contract")]
    data: Option<String>,
    /// An owner who has approved the hash on chain
    #[arg(long, value_name = "OWNER", conflicts_with = "contract")]
    approved: Option<String>,
    /// Ask no node, even if one is named
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Added {
    safe_tx_hash: String,
    nonce: String,
    owner: Address,
    kind: &'static str,
    /// `added`, `kept` when the owner had signed, or `replaced` when a claim gave way, or was united with this one.
    done: &'static str,
    file: String,
    status: Status,
    /// How the proposal was named.
    #[serde(skip)]
    name: String,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let mut signature = self.parse(&settings)?;
        let entry = context.find(&self.proposal, &settings)?;
        let digest = entry.proposal.hash().digest();
        let bad = |error: &dyn std::fmt::Display| Failure::new(Code::BadSignature, error);
        let owner = signature.owner(digest).map_err(|error| bad(&error))?;

        let safe = entry.proposal.domain().safe();
        let present = entry.proposal.signatures().get(owner);
        let mut checked = false;
        let mut is_union = false;
        let basis = if self.offline || !settings.has_rpc(Some(safe.chain_id))? {
            let basis = Basis::offline(&entry.proposal);
            settings.check_pinned_version(basis.required()?)?;
            match basis.required()?.check(digest, &signature, None).map_err(|rejection| refused(&rejection))? {
                quorate_core::Check::Confirmed(_) => checked = true,
                quorate_core::Check::Ask(_) => {
                    context.ui.warn(format_args!("only the chain can tell whether the signature of {owner} counts"));
                }
            }
            basis
        } else {
            let rpc = context.connect(&settings, Some(safe.chain_id))?;
            let state = context.read_safe(&rpc, safe, &settings).await?;
            expect_possible(&entry.proposal, &state)?;
            let ask = async |signature: &Signature| {
                let mut alone = SignatureSet::new(*digest);
                alone.insert(signature.clone()).map_err(|error| bad(&error))?;
                let standing = confirm(&rpc, &state, &alone, None).await?;
                Ok::<_, Failure>(standing.rejected.into_iter().next().map(|(_, rejection)| rejection))
            };
            let rejection = ask(&signature).await?;
            let united = match (&rejection, present) {
                // The owners of a Safe that owns this one may still be signing.
                (Some(Rejection::NotAccepted { .. }), present) if present.is_none_or(is_claim) => {
                    let theirs = unfinished(&rpc, &entry.proposal, &state, owner, &signature).await?;
                    match (theirs, present) {
                        (Some(theirs), Some(ours)) => {
                            let claims = Claims { ours, theirs: &theirs, theirs_counts: false };
                            Some(unite(&rpc, &entry.proposal, &state, owner, claims).await?)
                        }
                        (theirs, _) => theirs,
                    }
                }
                (None, Some(ours)) if is_claim(ours) && is_claim(&signature) && *ours != signature => {
                    let claims = Claims { ours, theirs: &signature, theirs_counts: true };
                    Some(unite(&rpc, &entry.proposal, &state, owner, claims).await?)
                }
                _ => None,
            };
            checked = match (united, rejection) {
                (Some(united), _) => {
                    (is_union, signature) = (true, united);
                    let rejection = ask(&signature).await?;
                    if let Some(rejection) = &rejection {
                        context.ui.warn(format_args!("{rejection}: its owners are still signing"));
                    }
                    rejection.is_none()
                }
                (None, Some(rejection)) => return Err(refused(&rejection)),
                (None, None) => true,
            };
            Basis::Chain(state)
        };
        expect_possible(&entry.proposal, basis.required()?)?;

        let wanted = *entry.proposal.hash();
        let done = RefCell::new("added");
        let (entry, ()) = proposal_file::amend(&context.ui, &entry.path, |proposal| {
            if *proposal.hash() != wanted {
                return Err(Failure::new(
                    Code::Refused,
                    "the file was replaced by another transaction in the meantime",
                ));
            }
            done.replace(if is_union {
                if proposal.signatures().get(owner) != present {
                    return Err(Failure::new(Code::Refused, "the file was changed in the meantime").hint("repeat it"));
                }
                replace(proposal, &signature, owner)?
            } else {
                insert(proposal, &signature, owner, checked)?
            });
            Ok(())
        })?;
        let status =
            Status::knowing(&entry.proposal, &basis, |it, present| checked && it == owner && *present == signature);
        Done::report(&Added {
            safe_tx_hash: entry.proposal.hash().to_string(),
            nonce: entry.proposal.tx().nonce.to_string(),
            owner,
            kind: signature.kind(),
            done: done.into_inner(),
            file: entry.path.display().to_string(),
            status,
            name: self.proposal.clone(),
        })
    }

    fn parse(&self, settings: &Settings) -> Result<Signature> {
        match (&self.signature, &self.contract, &self.approved) {
            (Some(text), _, _) => {
                let bytes = parse_hex(text)?;
                Signature::from_bytes(&bytes).map_err(|error| Failure::new(Code::BadSignature, error))
            }
            (None, Some(owner), _) => {
                let data = parse_hex(self.data.as_deref().unwrap_or("0x"))?;
                Ok(Signature::Contract { owner: settings.address(owner)?, data })
            }
            (None, None, Some(owner)) => Ok(Signature::Approved { owner: settings.address(owner)? }),
            (None, None, None) => Err(Failure::new(Code::Usage, "no signature is given")),
        }
    }
}

/// Puts what two signatures were united to in the place of the one that is there.
fn replace(proposal: &mut Proposal, signature: &Signature, owner: Address) -> Result<&'static str> {
    let before = proposal.withdraw(owner);
    proposal.sign(signature.clone()).map_err(|error| Failure::new(Code::BadSignature, error))?;
    Ok(match before {
        None => "added",
        Some(before) if before == *signature => "kept",
        Some(_) => "replaced",
    })
}

/// Adds a signature; one that was checked takes the place of a claim that was not.
fn insert(proposal: &mut Proposal, signature: &Signature, owner: Address, checked: bool) -> Result<&'static str> {
    let failed = |error| Failure::new(Code::BadSignature, error);
    match proposal.sign(signature.clone()).map_err(failed)? {
        Insertion::Added(_) => Ok("added"),
        Insertion::Replaced(_) => Ok("replaced"),
        Insertion::Kept(_) => Ok("kept"),
        Insertion::Conflict(_) if !checked => Err(Failure::new(
            Code::Refused,
            format_args!(
                "another signature in the name of {owner} is there, and only the chain can tell which one counts"
            ),
        )
        .hint("repeat it with a node, `quorate add-signature … --rpc-url URL`: they are united, or the one that counts is kept")),
        Insertion::Conflict(_) => {
            proposal.withdraw(owner);
            proposal.sign(signature.clone()).map_err(failed)?;
            Ok("replaced")
        }
    }
}

fn refused(rejection: &Rejection) -> Failure {
    match rejection {
        Rejection::NotAnOwner { .. } => Failure::new(Code::NotAnOwner, rejection),
        _ => Failure::new(Code::BadSignature, rejection),
    }
}

impl Output for Added {
    fn page(&self, page: &mut Page) {
        page.good(format_args!("{}: {} signature of {}", self.done, self.kind, self.owner));
        page.row("file", &self.file);
        progress(page, &self.status, &self.name);
    }
}
