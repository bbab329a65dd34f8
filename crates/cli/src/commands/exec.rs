use std::time::{Duration, Instant};

use alloy::primitives::{Address, B256};
use quorate_chain::{
    ExecuteError, ExecutionResult, Move, Outcome, Prepared, Revert, Rpc, Sender, check_migrations, confirm,
    prepare_execution,
};
use quorate_contracts::Migration;
use quorate_core::{
    Check, Confirmation, GsCode, NotQuorate, Operation, Quorate, SafeState, SafeTx, Signature, Version,
};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    fees::{FeeArgs, may_cost},
    page::Page,
    settings::{PlaceArgs, Settings},
    signer::SignerArgs,
    status::{Status, expect_possible},
    ui::{Output, report},
    units,
};

/// How long what was prepared is good for while a question is open: less than three blocks of Ethereum.
const FRESH: Duration = Duration::from_secs(30);

/// Execute a proposal that enough owners have signed
///
/// Anybody can execute: the key pays the gas and need not be an owner's. If it is, and one confirmation is missing,
/// sending the transaction is that confirmation. Nothing is sent when the transaction would revert.
///
/// What moves the Safe to other contracts is looked at once more before it is sent, as `safe migrate` does, and the Safe is
/// compared with what it should be afterwards.
///
/// With --safe-tx-gas or --gas-price in the proposal, a Safe swallows the failure of the inner call: the nonce is used, and
/// nothing else done. If it fails as things are, nothing is sent either, unless --allow-failure says so.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A nonce, the first digits of a hash, or a file
    proposal: String,
    /// Send without being asked
    #[arg(short, long)]
    yes: bool,
    /// Send even if the inner call fails as things are, and the nonce is used up all the same
    #[arg(long)]
    allow_failure: bool,
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
    /// What the Safe is after it was moved to other contracts.
    #[serde(skip_serializing_if = "Option::is_none")]
    migrated: Option<Migrated>,
}

/// A Safe that was moved, and compared with what it should be.
#[derive(Serialize)]
struct Migrated {
    singleton: Address,
    version: Version,
    fallback_handler: Option<Address>,
    nonce: String,
}

/// A transaction that was sent, and whose outcome nobody waited for.
#[derive(Serialize)]
struct Sent {
    safe_tx_hash: B256,
    tx_hash: B256,
    executor: Address,
    /// `sent`.
    result: &'static str,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_usable()?;
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
        let migrations = Migration::all_in(proposal.tx());
        check_migrations(&rpc, safe, &migrations).await?;

        let mut page = Page::default();
        Description::of(proposal, Some(&state), &settings).page(&mut page);
        status.page(&mut page, &settings);
        if self.yes {
            context.ui.show(&page)
        } else {
            context.ui.show_always(&page)
        }

        let sender = self.fees.sender(&context.ui, rpc, self.signer.open().await?)?;
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
        let shortage = shortage(proposal.tx(), &state);
        let prepared = self.agree(context, &sender, &quorate, &question, shortage.as_deref()).await?;
        // Once more: much can have happened since, and what was shown then is not what is sent now.
        let planned = check_migrations(sender.rpc(), safe, &migrations).await?;
        if self.fees.is_async() {
            let (safe_tx_hash, tx_hash) = (proposal.hash().hash(), prepared.submit().await?);
            return Done::report(&Sent { safe_tx_hash, tx_hash, executor, result: "sent" });
        }
        let outcome = prepared.send().await?;
        let mut executed = Executed::of(&outcome, proposal.hash().hash(), executor);
        if let Some(planned) = planned.filter(|_| outcome.result == ExecutionResult::Success) {
            if proposal.tx().to == planned.migration.contract().address {
                compare(&mut executed, &planned, sender.rpc(), &outcome).await?;
            } else {
                context
                    .ui
                    .warn("the Safe was moved in a batch, and not compared with what it was: `quorate safe info`");
            }
        }
        finish(&executed, shortage.as_deref())
    }

    /// Asks whether to execute at the most that it may cost.
    ///
    /// Whoever answers late is not bound to fees and nonces of before: the transaction is prepared anew, and the question
    /// asked again if that costs more.
    async fn agree<'a>(
        &self,
        context: &Context,
        sender: &'a Sender,
        quorate: &'a Quorate,
        question: &str,
        shortage: Option<&str>,
    ) -> Result<Prepared<'a>> {
        let mut agreed = None;
        loop {
            let prepared = prepare_execution(sender, quorate).await.map_err(|error| explained(error, shortage))?;
            if prepared.inner_call_fails() {
                self.expect_allowed(context, prepared.inner_failure().await.as_ref(), shortage)?;
            }
            let cost = prepared.max_cost_wei();
            if agreed.is_some_and(|agreed| cost <= agreed) {
                return Ok(prepared);
            }
            let asked = Instant::now();
            context.ui.confirm(&format!("It {}. {question}", may_cost(cost)), self.yes)?;
            if self.yes || asked.elapsed() < FRESH {
                return Ok(prepared);
            }
            agreed = Some(cost);
        }
    }

    /// Refuses a transaction that would use its nonce and do nothing else, unless that is what is wanted.
    fn expect_allowed(&self, context: &Context, reason: Option<&Revert>, shortage: Option<&str>) -> Result<()> {
        let told = reason.filter(|reason| **reason != Revert::Empty).map(ToString::to_string);
        let reason = told.as_deref().or(shortage).unwrap_or("the node does not say why");
        let what = format!("the inner call fails as things are, and its nonce would be used up: {reason}");
        if self.allow_failure {
            context.ui.warn(what);
            return Ok(());
        }
        Err(Failure::new(Code::WouldRevert, what)
            .hint("nothing was sent; execute it when the reason is gone, or with --allow-failure to use up the nonce"))
    }
}

/// Compares a Safe that was moved with what it should be; that it was executed is told in any case.
async fn compare(executed: &mut Executed, planned: &Move, rpc: &Rpc, outcome: &Outcome) -> Result<()> {
    match planned.verify(rpc, outcome).await {
        Ok(after) => {
            executed.migrated = Some(Migrated {
                singleton: after.singleton.address,
                version: after.version,
                fallback_handler: after.fallback_handler.map(|it| it.address),
                nonce: after.nonce.to_string(),
            });
            Ok(())
        }
        Err(error) => {
            let failure = Failure::from(error);
            let message = format!("it was executed, in {}: {}", outcome.tx_hash, failure.message);
            let hint = Some("look at it with `quorate safe info` before anything else is signed".to_owned());
            Err(Failure { message, hint, report: Some(Box::new(report(executed)?)), ..failure })
        }
    }
}

/// Says that the Safe has not what a plain call sends.
fn shortage(tx: &SafeTx, state: &SafeState) -> Option<String> {
    (tx.operation == Operation::Call && state.balance < tx.value)
        .then(|| format!("the Safe has {}, and this sends {}", units::ether(state.balance), units::ether(tx.value)))
}

/// Tells why it would revert where the chain does not: that the Safe is short of money says nothing by itself.
fn explained(error: ExecuteError, shortage: Option<&str>) -> Failure {
    let silent = match &error {
        ExecuteError::Reverts(reason) => matches!(reason, Revert::Empty | Revert::Safe(GsCode::InnerCallFailed)),
        ExecuteError::InnerReverts { reason } => *reason == Revert::Empty,
        _ => false,
    };
    let failure = Failure::from(error);
    match shortage {
        Some(shortage) if silent => Failure { message: format!("{}: {shortage}", failure.message), ..failure },
        _ => failure,
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
fn finish(executed: &Executed, shortage: Option<&str>) -> Result<Done> {
    if executed.result == "success" {
        return Done::report(executed);
    }
    let empty = Revert::Empty.to_string();
    let reason = executed.reason.as_deref().filter(|reason| *reason != empty).or(shortage);
    let reason = reason.or(executed.reason.as_deref()).unwrap_or("the node does not say why");
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
            migrated: None,
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
        if let Some(Migrated { singleton, version, fallback_handler, nonce }) = &self.migrated {
            page.good("migrated: owners, threshold, modules and guards are what they were");
            page.row("singleton", singleton);
            page.row("version", version);
            match fallback_handler {
                Some(handler) => page.row("handler", handler),
                None => page.row("handler", "none"),
            }
            page.row("next nonce", nonce);
        }
    }
}

impl Output for Sent {
    fn page(&self, page: &mut Page) {
        page.good(format_args!("sent {}", self.safe_tx_hash));
        page.row("transaction", self.tx_hash);
        page.row("sent by", self.executor);
        page.aside("what becomes of it is not known yet; `quorate show` tells whether its nonce is used");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{Bytes, U256};
    use quorate_core::{Account, Block, SafeId, Version};

    fn state(balance: u64) -> SafeState {
        let account = Account::keyed(Address::repeat_byte(0x51));
        SafeState {
            safe: SafeId::new(1, Address::repeat_byte(0x5a)),
            block: Block { number: 7, hash: B256::ZERO, timestamp: 1 },
            version: Version::V1_5_0,
            singleton: account,
            owners: vec![account],
            threshold: 1,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::from(balance),
        }
    }

    #[test]
    fn a_safe_without_the_money_is_why_a_silent_call_fails() {
        let tx = SafeTx::call(Address::ZERO, U256::from(10).pow(U256::from(18)), Bytes::new(), U256::ZERO);
        let short = shortage(&tx, &state(5)).unwrap();
        assert_eq!(short, "the Safe has 0.000000000000000005 ether, and this sends 1 ether");
        assert_eq!(shortage(&tx, &state(10u64.pow(18))), None);
        assert_eq!(shortage(&SafeTx { operation: Operation::DelegateCall, ..tx }, &state(5)), None);
        for error in [
            ExecuteError::Reverts(Revert::Empty),
            ExecuteError::Reverts(Revert::Safe(GsCode::InnerCallFailed)),
            ExecuteError::InnerReverts { reason: Revert::Empty },
        ] {
            let failure = explained(error, Some(&short));
            assert!(failure.message.ends_with(&short) && failure.code == Code::WouldRevert, "{}", failure.message);
        }
        let told = explained(ExecuteError::Reverts(Revert::Message("paused".into())), Some(&short));
        assert!(!told.message.contains(&short), "{}", told.message);
    }

    #[test]
    fn an_inner_failure_without_a_reason_is_explained_by_the_balance() {
        let executed = |reason: Option<&str>| Executed {
            safe_tx_hash: B256::ZERO,
            tx_hash: B256::ZERO,
            block: 1,
            block_hash: B256::ZERO,
            gas_used: 1,
            executor: Address::ZERO,
            result: "failed",
            reason: reason.map(str::to_owned),
            payment: "0".to_owned(),
            migrated: None,
        };
        let message = |reason, shortage| finish(&executed(reason), shortage).unwrap_err().message;
        assert_eq!(message(None, None), "the inner call failed: the node does not say why");
        assert_eq!(message(None, Some("poor")), "the inner call failed: poor");
        assert_eq!(message(Some("no reason"), Some("poor")), "the inner call failed: poor");
        assert_eq!(message(Some("paused"), Some("poor")), "the inner call failed: paused");
    }
}
