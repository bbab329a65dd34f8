//! What every command is given: the way to the terminal, and to the node.

use std::cell::RefCell;

use alloy::primitives::ChainId;
use quorate_chain::{Rpc, RpcOptions, confirm, read_state};
use quorate_core::{Proposal, SafeId, SafeState};
use serde_json::Value;

use crate::{
    error::{Code, Failure, Result},
    page::Page,
    proposal_file::Entry,
    settings::Settings,
    status::{Basis, Status, expect_possible},
    ui::{Output, Ui, report},
};

/// How often a read is repeated when the transport fails.
const RETRIES: u32 = 2;

/// What every command is given.
#[derive(Debug)]
pub(crate) struct Context {
    /// The way to the terminal.
    pub(crate) ui: Ui,
    node: RefCell<Option<Rpc>>,
}

/// What a command has left to print.
#[derive(Debug)]
pub(crate) enum Done {
    /// Its result.
    Report(Value, Page),
    /// Nothing: the command printed bytes itself.
    Printed,
}

impl Done {
    /// Makes a report of a result.
    pub(crate) fn report(output: &impl Output) -> Result<Self> {
        report(output).map(|(data, page)| Self::Report(data, page))
    }
}

impl Context {
    /// Makes the context of a run.
    pub(crate) const fn new(ui: Ui) -> Self {
        Self { ui, node: RefCell::new(None) }
    }

    /// Runs what waits for the network or a device.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| Failure::new(Code::Unexpected, error))?.block_on(future)
    }

    /// Prepares to speak to the node that is named for a chain.
    pub(crate) fn connect(&self, settings: &Settings, chain_id: Option<ChainId>) -> Result<Rpc> {
        let node = settings.rpc_url(chain_id)?;
        let options = RpcOptions { timeout: settings.rpc_timeout, retries: RETRIES };
        let rpc = Rpc::connect(&node.url, options)?;
        let is_known = self.node.borrow().as_ref().is_some_and(|known| known.origin() == rpc.origin());
        if let Some(told) = node.disclosure(rpc.origin()).filter(|_| !is_known) {
            self.ui.trace(told);
        }
        self.node.replace(Some(rpc.clone()));
        Ok(rpc)
    }

    /// Says how much was asked of the node, for `-v`.
    pub(crate) fn tell_usage(&self) {
        match &*self.node.borrow() {
            Some(rpc) => {
                let usage = rpc.usage();
                let (requests, calls) = (usage.requests, usage.calls);
                self.ui.trace(format_args!("{requests} HTTP requests with {calls} RPC calls to {}", rpc.origin()));
            }
            None => self.ui.trace("0 HTTP requests with 0 RPC calls"),
        }
    }

    /// Prepares to speak to the node, and finds out which Safe is meant.
    ///
    /// A Safe that is named without a chain is on the node's: that takes a request.
    pub(crate) async fn connect_to_safe(&self, settings: &Settings) -> Result<(Rpc, SafeId)> {
        let safe = settings.safe()?;
        let chain_id = safe.chain_id.or_else(|| settings.named_chain());
        let rpc = self.connect(settings, chain_id)?;
        let chain_id = match chain_id {
            Some(chain_id) => chain_id,
            None => rpc.chain_id().await?,
        };
        Ok((rpc, SafeId::new(chain_id, safe.address)))
    }

    /// Reads a Safe, and compares it with what the settings say of it.
    pub(crate) async fn read_safe(&self, rpc: &Rpc, safe: SafeId, settings: &Settings) -> Result<SafeState> {
        let state = read_state(rpc, safe).await?;
        settings.check_pinned_version(&state)?;
        Ok(state)
    }

    /// Finds a proposal, and warns of files that are none.
    pub(crate) fn find(&self, name: &str, settings: &Settings) -> Result<Entry> {
        let (entry, warnings) = settings.mailbox.find(name, settings.safe_id())?;
        for warning in warnings {
            self.ui.warn(warning);
        }
        let named = settings.safe;
        let safe = entry.proposal.domain().safe();
        if let Some(named) = named
            && (named.address != safe.address || named.chain_id.is_some_and(|chain_id| chain_id != safe.chain_id))
        {
            return Err(Failure::new(
                Code::Refused,
                format_args!("the proposal is of the Safe {safe}, and not of {}", named.address),
            )
            .hint("leave out --safe, or name the right one"));
        }
        Ok(entry)
    }

    /// Checks a proposal against the chain where a node is named, and otherwise against its evidence.
    pub(crate) async fn check(
        &self,
        proposal: &Proposal,
        settings: &Settings,
        offline: bool,
    ) -> Result<(Basis, Status)> {
        let safe = proposal.domain().safe();
        if offline || !settings.has_rpc(Some(safe.chain_id)) {
            let basis = Basis::offline(proposal);
            basis.state().map_or(Ok(()), |state| settings.check_pinned_version(state))?;
            let status = Status::offline(proposal, &basis);
            return Ok((basis, status));
        }
        let rpc = self.connect(settings, Some(safe.chain_id))?;
        let state = self.read_safe(&rpc, safe, settings).await?;
        // Of another release, the hash would be another one: nothing that was signed counts.
        if state.nonce <= proposal.tx().nonce {
            expect_possible(proposal, &state)?;
        }
        let standing = confirm(&rpc, &state, proposal.signatures(), None).await?;
        let status = Status::online(proposal, &state, &standing);
        Ok((Basis::Chain(state), status))
    }
}
