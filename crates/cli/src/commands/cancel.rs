use quorate_core::{Domain, Proposal, SafeTx};

use super::propose::{parse_nonce, stale, store};
use crate::{
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    settings::{PlaceArgs, Settings},
};

/// Propose a transaction that does nothing, in the place of another one
///
/// A signed transaction stays valid until its nonce is used. This one uses it; it has to be signed and executed as any
/// other.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What to cancel: a nonce, the first digits of a hash, or a file
    proposal: String,
    /// A word to the owners; it is not signed
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    #[command(flatten)]
    place: PlaceArgs,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let is_nonce = self.proposal.bytes().all(|byte| byte.is_ascii_digit());
        let (domain, nonce, state) = if is_nonce && settings.safe.is_some() {
            // A nonce need not be in this mailbox to be taken.
            let nonce = parse_nonce(&self.proposal)?;
            let state = context.read_named_safe(&settings).await?.1.state;
            let domain = state.domain().map_err(|error| Failure::new(Code::NotASafe, error))?;
            (domain, nonce, Some(state))
        } else {
            let entry = context.find(&self.proposal, &settings)?;
            let (domain, nonce): (Domain, _) = (*entry.proposal.domain(), entry.proposal.tx().nonce);
            let safe = domain.safe();
            let state = if settings.has_rpc(Some(safe.chain_id))? {
                let rpc = context.connect(&settings, Some(safe.chain_id))?;
                Some(context.read_safe(&rpc, safe, &settings).await?)
            } else {
                None
            };
            (domain, nonce, state)
        };
        if let Some(state) = &state
            && nonce < state.nonce
        {
            return Err(stale(nonce, state.nonce).hint("what used it cannot be cancelled any more"));
        }
        let tx = SafeTx::cancellation(domain.safe().address, nonce);
        let proposal = Proposal::new(domain, tx, &*self.note).map_err(|error| Failure::new(Code::Usage, error))?;
        let description = Description::of(&proposal, state.as_ref(), &settings);
        store(context, &settings, &proposal, description)
    }
}
