use alloy::primitives::{Address, B256, U256};
use quorate_chain::Reading;
use quorate_contracts::deployment;
use quorate_core::{Account, Block, SafeId, Version};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::Result,
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::Output,
    units,
};

/// Show a Safe as it is on the chain
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
}

/// A Safe as people see it.
#[derive(Serialize)]
pub(crate) struct SafeView {
    safe: String,
    address: Address,
    chain_id: u64,
    version: Version,
    /// Whose code is behind the proxy; absent when it is not known.
    contracts: Option<String>,
    singleton: Address,
    singleton_code_hash: Option<B256>,
    /// Whose proxy it is; absent when it is not known.
    proxy: Option<String>,
    proxy_code_hash: B256,
    owners: Vec<OwnerView>,
    threshold: u64,
    nonce: String,
    balance_wei: String,
    modules: Vec<Address>,
    guard: Option<Address>,
    module_guard: Option<Address>,
    fallback_handler: Option<Address>,
    block: Block,
    #[serde(skip)]
    balance: U256,
}

/// An owner.
#[derive(Serialize)]
struct OwnerView {
    address: Address,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `key`, `contract`, or `delegating key` (EIP-7702).
    kind: &'static str,
}

impl SafeView {
    pub(crate) fn of(reading: &Reading, settings: &Settings) -> Self {
        let Reading { state, proxy_code_hash } = reading;
        let SafeId { chain_id, address } = state.safe;
        let identified = state.singleton.code_hash.and_then(deployment::identify);
        let owner = |account: &Account| OwnerView {
            address: account.address,
            name: settings.config.name_of(account.address).map(str::to_owned),
            kind: match (account.delegate, account.code_hash) {
                (Some(_), _) => "delegating key",
                (None, Some(_)) => "contract",
                (None, None) => "key",
            },
        };
        let address_of = |account: &Option<Account>| account.as_ref().map(|account| account.address);
        Self {
            safe: state.safe.to_string(),
            address,
            chain_id,
            version: state.version,
            contracts: identified.and_then(|it| Some(format!("{} ({})", it.family, it.flavor()?))),
            singleton: state.singleton.address,
            singleton_code_hash: state.singleton.code_hash,
            proxy: deployment::identify(*proxy_code_hash).map(|it| it.family.to_string()),
            proxy_code_hash: *proxy_code_hash,
            owners: state.owners.iter().map(owner).collect(),
            threshold: state.threshold,
            nonce: state.nonce.to_string(),
            balance_wei: state.balance.to_string(),
            modules: state.modules.iter().map(|module| module.address).collect(),
            guard: address_of(&state.guard),
            module_guard: address_of(&state.module_guard),
            fallback_handler: address_of(&state.fallback_handler),
            block: state.block,
            balance: state.balance,
        }
    }
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        let (_, reading) = context.read_named_safe(&settings).await?;
        Done::report(&SafeView::of(&reading, &settings))
    }
}

impl Output for SafeView {
    fn page(&self, page: &mut Page) {
        page.row("safe", &self.safe);
        page.row("version", self.version);
        match &self.contracts {
            Some(contracts) => page.row("contracts", contracts),
            None => page.alarm(format_args!("the contract behind it, {}, is none that Quorate knows", self.singleton)),
        }
        page.row("singleton", self.singleton);
        if let Some(code_hash) = self.singleton_code_hash {
            page.row("its code", code_hash);
        }
        page.row("proxy code", self.proxy_code_hash);
        if self.proxy.is_none() {
            page.alarm("the code at the Safe's own address is no proxy that Quorate knows");
        }
        page.row("threshold", format_args!("{} of {}", self.threshold, self.owners.len()));
        for owner in &self.owners {
            let name = owner.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            let kind = if owner.kind == "key" { String::new() } else { format!(" {}", owner.kind) };
            page.row("owner", format_args!("{}{name}{kind}", owner.address));
        }
        page.row("nonce", &self.nonce);
        page.row("balance", units::both(self.balance));
        for module in &self.modules {
            page.alarm(format_args!("the module {module} can act without the owners"));
        }
        for (label, account) in
            [("guard", self.guard), ("module guard", self.module_guard), ("handler", self.fallback_handler)]
        {
            match account {
                Some(address) => page.row(label, address),
                None => page.row(label, "none"),
            }
        }
        page.aside(format_args!("read at block {} ({})", self.block.number, self.block.hash));
    }
}
