use alloy::primitives::{Address, B256};
use quorate_chain::{ExecutionResult, Outcome, confirm, execute};
use quorate_core::{Check, Confirmation, NotQuorate, Quorate, SafeState, Signature};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    fees::FeeArgs,
    page::Page,
    settings::{PlaceArgs, Settings},
    signer::SignerArgs,
    status::{Status, expect_possible},
    ui::{Output, report},
};

/// Execute a proposal that enough owners have signed
///
/// Anybody can execute: the key pays the gas and need not be an owner's. If it is, and one confirmation is missing,
/// sending the transaction is that confirmation. Nothing is sent when the transaction would revert.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// Send without being asked
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    fees: FeeArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

#[derive(Serialize)]
struct Executed {
    safe_tx_hash: B256,
    tx_hash: B256,
    block: u64,
    block_hash: B256,
    gas_used: u64,
    executor: Address,
    /// `success`, or `failed` when the inner call failed; the nonce is used in both cases.
    result: &'static str,
    reason: Option<String>,
    /// What the Safe paid for the execution.
    payment: String,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_hidden()?;
        context.ui.expect_answer(self.yes)?;
        let settings = Settings::of(&self.place)?;
        let entry = context.find(&self.proposal, &settings)?;
        let proposal = &entry.proposal;
        let safe = proposal.domain().safe();
        let rpc = context.connect(&settings, Some(safe.chain_id))?;
        let state = context.read_safe(&rpc, safe, &settings).await?;
        expect_possible(proposal, &state)?;
        let standing = confirm(&rpc, &state, proposal.signatures(), None).await?;
        let status = Status::online(proposal, &state, &standing);
        let mut confirmations = standing.confirmed;
        for (owner, rejection) in &standing.rejected {
            context.ui.warn(format_args!("the signature of {owner} does not count: {rejection}"));
        }
        // Before any password is asked for: one may be missing if the executor is an owner.
        expect_close(&confirmations, proposal.tx().nonce, &state)?;

        let mut page = Page::default();
        Description::of(proposal, Some(&state), &settings).page(&mut page);
        status.page(&mut page, &settings);
        if self.yes {
            context.ui.show(&page)
        } else {
            context.ui.show_always(&page)
        }

        let sender = self.fees.sender(rpc, self.signer.open().await?)?;
        let executor = sender.address();
        let signed = confirmations.iter().any(|it| it.owner() == executor);
        if !signed && missing(&confirmations, &state) == 1 {
            // The Safe takes an owner who sends the transaction to have confirmed it.
            let approval = Signature::Approved { owner: executor };
            if let Ok(Check::Confirmed(it)) = state.check(proposal.hash().digest(), &approval, Some(executor)) {
                context.ui.note(format_args!("{executor} is an owner: sending it is the missing confirmation"));
                confirmations.push(it);
            }
        }
        let quorate = Quorate::new(proposal.tx().clone(), &state, confirmations)?;
        let question = format!("Execute {} as {}?", proposal.hash(), settings.named(executor));
        context.ui.confirm(&question, self.yes)?;
        context.ui.note("sending");
        let outcome = execute(&sender, &quorate).await?;
        finish(&Executed::of(&outcome, proposal.hash().hash(), executor))
    }
}

/// How many confirmations are missing.
fn missing(confirmations: &[Confirmation], state: &SafeState) -> u64 {
    let confirmed = u64::try_from(confirmations.len()).unwrap_or(u64::MAX);
    state.threshold.saturating_sub(confirmed)
}

/// Refuses what cannot become ready by the executor's own confirmation.
fn expect_close(
    confirmations: &[Confirmation],
    nonce: alloy::primitives::U256,
    state: &SafeState,
) -> Result<(), NotQuorate> {
    if nonce > state.nonce {
        return Err(NotQuorate::NotNext { nonce, next: state.nonce });
    }
    if missing(confirmations, state) > 1 {
        return Err(NotQuorate::Missing { confirmed: confirmations.len(), threshold: state.threshold });
    }
    Ok(())
}

/// An inner call that failed is an outcome and a failure at once.
fn finish(executed: &Executed) -> Result<Done> {
    if executed.result == "success" {
        return Done::report(executed);
    }
    let reason = executed.reason.as_deref().unwrap_or("the node does not say why");
    let mut failure = Failure::new(Code::InnerFailure, format_args!("the inner call failed: {reason}"))
        .hint("it was executed and its nonce is used; propose it anew when the reason is gone");
    failure.report = Some(Box::new(report(executed)?));
    Err(failure)
}

impl Executed {
    fn of(outcome: &Outcome, safe_tx_hash: B256, executor: Address) -> Self {
        let (result, reason) = match &outcome.result {
            ExecutionResult::Success => ("success", None),
            ExecutionResult::Failed { reason } => ("failed", reason.as_ref().map(ToString::to_string)),
        };
        Self {
            safe_tx_hash,
            tx_hash: outcome.tx_hash,
            block: outcome.block,
            block_hash: outcome.block_hash,
            gas_used: outcome.gas_used,
            executor,
            result,
            reason,
            payment: outcome.payment.to_string(),
        }
    }
}

impl Output for Executed {
    fn page(&self, page: &mut Page) {
        if self.result == "success" {
            page.good(format_args!("executed {}", self.safe_tx_hash));
        } else {
            page.alarm(format_args!("executed {}, and its inner call failed", self.safe_tx_hash));
        }
        page.row("transaction", self.tx_hash);
        page.row("block", self.block);
        page.row("gas used", self.gas_used);
        page.row("sent by", self.executor);
        if self.payment != "0" {
            page.row("refund", &self.payment);
        }
    }
}
