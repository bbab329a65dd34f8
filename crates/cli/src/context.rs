//! What every command is given: the way to the terminal, and to the node.

use std::cell::RefCell;

use alloy::primitives::ChainId;
use quorate_chain::{Reading, Rpc, RpcOptions, check_migrations, confirm, read, read_here, read_state};
use quorate_contracts::Migration;
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
    /// The nodes that were spoken to, and may be again: each has its own counters.
    nodes: RefCell<Vec<Rpc>>,
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
        Self { ui, nodes: RefCell::new(Vec::new()) }
    }

    /// Runs what waits for the network or a device.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(|error| Failure::new(Code::Unexpected, error))?.block_on(future)
    }

    /// Prepares to speak to the node that is named for a chain.
    pub(crate) fn connect(&self, settings: &Settings, chain_id: Option<ChainId>) -> Result<Rpc> {
        let node = settings.node_url(chain_id)?;
        let (access, mut warnings) = settings.access().for_node(&node)?;
        let options = RpcOptions { timeout: settings.rpc_timeout, retries: RETRIES };
        let has_secrets = !access.headers.is_empty() || access.jwt.is_some();
        let rpc = Rpc::connect_with(&node.url, options, access)?;
        if has_secrets && !rpc.is_private() {
            warnings.push(format!("the headers of requests go in clear to {}: use https://", rpc.origin()));
        }
        let is_known = self.nodes.borrow().iter().any(|known| known.origin() == rpc.origin());
        if !is_known {
            warnings.iter().for_each(|warning| self.ui.warn(warning));
            if let Some(told) = node.disclosure(rpc.origin()) {
                self.ui.trace(told);
            }
        }
        self.nodes.borrow_mut().push(rpc.clone());
        Ok(rpc)
    }

    /// Says how much was asked of each node, for `-v`.
    pub(crate) fn tell_usage(&self) {
        let mut told: Vec<(String, u64, u64)> = Vec::new();
        for rpc in &*self.nodes.borrow() {
            let usage = rpc.usage();
            match told.iter_mut().find(|(origin, ..)| origin == rpc.origin()) {
                Some((_, requests, calls)) => {
                    *requests += usage.requests;
                    *calls += usage.calls;
                }
                None => told.push((rpc.origin().to_owned(), usage.requests, usage.calls)),
            }
        }
        if told.is_empty() {
            self.ui.trace("0 HTTP requests with 0 RPC calls");
        }
        for (origin, requests, calls) in told {
            self.ui.trace(format_args!("{requests} HTTP requests with {calls} RPC calls to {origin}"));
        }
    }

    /// Reads the Safe that is named, and compares it with what the settings say of it.
    ///
    /// A Safe that is named without a chain is on the node's, which is learnt in the same request.
    pub(crate) async fn read_named_safe(&self, settings: &Settings) -> Result<(Rpc, Reading)> {
        let safe = settings.safe()?;
        let chain_id = safe.chain_id.or_else(|| settings.named_chain());
        let rpc = self.connect(settings, chain_id)?;
        let reading = match chain_id {
            Some(chain_id) => read(&rpc, SafeId::new(chain_id, safe.address)).await?,
            None => read_here(&rpc, safe.address).await?,
        };
        settings.check_pinned_version(&reading.state)?;
        Ok((rpc, reading))
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

    /// Makes sure that what moves the Safe to other contracts leads to where it says. Nothing is asked of a proposal that
    /// moves nothing.
    pub(crate) async fn expect_known_migrations(&self, proposal: &Proposal, settings: &Settings) -> Result<()> {
        let migrations = Migration::all_in(proposal.tx());
        if migrations.is_empty() {
            return Ok(());
        }
        let safe = proposal.domain().safe();
        let rpc = self.connect(settings, Some(safe.chain_id))?;
        check_migrations(&rpc, safe, &migrations).await?;
        Ok(())
    }

    /// Checks a proposal against the chain where a node is named, and otherwise against its evidence.
    pub(crate) async fn check(
        &self,
        proposal: &Proposal,
        settings: &Settings,
        offline: bool,
    ) -> Result<(Basis, Status)> {
        let safe = proposal.domain().safe();
        if offline || !settings.has_rpc(Some(safe.chain_id))? {
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
