use quorate_chain::{Move, check_migration, find_set};
use quorate_contracts::{Deployments, Flavor, HandlerMove, Migration};
use quorate_core::Proposal;

use super::{
    propose::{first_free, parse_nonce, stale, store},
    safe_predict::Choice,
};
use crate::{
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    settings::{PlaceArgs, Settings},
};

/// Propose to move a Safe to other contracts: to Quorate's, or back to Safe's
///
/// Writes a proposal into the mailbox, for the owners to sign. When it is executed, the Safe's code is replaced by one delegate
/// call to a migration contract; address, owners, threshold, nonce, modules, guards, messages and approvals stay where they are,
/// and so does everything that the Safe has. It can move back in the same way.
///
/// Before anything is written, all at one block, the code behind the Safe is recognised by its hash, and so are the migration
/// contract and all contracts to which it leads. `exec` does the same again before it sends, and compares the Safe with what it
/// should be afterwards.
///
/// To Safe 1.4.1 and 1.5.0 leads Safe's own SafeMigration; to 1.3.0, for which Safe has none, Quorate's.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Where to: quorate, 1.5.0, 1.4.1 or 1.3.0; of 1.3.0, the set that the chain has, or 1.3.0-canonical or 1.3.0-eip155
    #[arg(long, value_name = "FAMILY")]
    contracts: Choice,
    /// Move to the contract with few events, which costs less gas
    #[arg(long)]
    l1: bool,
    /// Keep the fallback handler, instead of taking that of the new contracts
    #[arg(long)]
    keep_handler: bool,
    /// Nonce of the Safe [default: the first that is free]
    #[arg(long, value_name = "NONCE")]
    safe_nonce: Option<String>,
    /// A word to the owners; it is not signed
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    place: PlaceArgs,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let wanted = self.safe_nonce.as_deref().map(parse_nonce).transpose()?;
        let (rpc, reading) = context.read_named_safe(&settings).await?;
        let Choice { family, set } = self.contracts;
        let set = match set {
            Some(set) => set,
            None => find_set(&rpc, family).await?.unwrap_or_default(),
        };
        let target = Deployments::of_set(family, set)
            .ok_or_else(|| Failure::new(Code::Usage, "there is no such set of contracts"))?;
        let flavor = if self.l1 { Flavor::L1 } else { Flavor::L2 };
        let handler = if self.keep_handler { HandlerMove::Kept } else { HandlerMove::Replaced };
        let migration = Migration::to(target, flavor, handler);

        let planned = check_migration(&rpc, reading.state.safe, migration).await?;
        expect_worth_it(&planned)?;
        let state = planned.before;
        settings.check_pinned_version(&state)?;
        let nonce = match wanted {
            Some(nonce) if nonce < state.nonce => return Err(stale(nonce, state.nonce)),
            Some(nonce) => nonce,
            None => first_free(context, &settings, state.safe, state.nonce)?,
        };
        let domain = state.domain().map_err(|error| Failure::new(Code::NotASafe, error))?;
        let mut proposal = Proposal::new(domain, migration.transaction(nonce), &*self.note)
            .map_err(|error| Failure::new(Code::Usage, error))?;
        let description = Description::of(&proposal, Some(&state), &settings);
        proposal.attach(state).map_err(|error| Failure::new(Code::Unexpected, error))?;
        store(context, &settings, &proposal, description)
    }
}

/// Refuses a move that changes nothing, and one that takes away what nobody here knows.
fn expect_worth_it(planned: &Move) -> Result<()> {
    let singleton = planned.before.singleton.address;
    if planned.is_done() {
        return Err(Failure::new(
            Code::AlreadyThere,
            format_args!("{} uses {singleton} already, and the handler too", planned.before.safe),
        )
        .hint("there is nothing to propose; `quorate safe info` shows what it uses"));
    }
    if let Some(handler) = planned.loses_handler() {
        let hash = handler.code_hash.map_or_else(|| "no code".to_owned(), |hash| format!("the code hash {hash}"));
        return Err(Failure::new(
            Code::Refused,
            format_args!(
                "the fallback handler {}, with {hash}, is none that the new one is known to replace: what it answers for \
                 the Safe would be lost",
                handler.address
            ),
        )
        .hint("move with --keep-handler; propose setFallbackHandler(address) if it is to go"));
    }
    Ok(())
}
