use alloy::primitives::{Address, Bytes, U256};
use quorate_chain::{Handler, Plan, SafeSpec};
use quorate_contracts::{Family, Flavor};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::Output,
    units,
};

/// Work out the address that a Safe will have, without a network
///
/// The address is the same on every chain that has the contracts. A Safe that exists on one chain does not exist on
/// another until it is created there too.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    spec: SpecArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What a new Safe is to be
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "The new Safe")]
pub(crate) struct SpecArgs {
    /// Its owners: addresses, or names of the address book, in the order in which it will list them
    #[arg(required = true, value_name = "OWNER", value_delimiter = ',')]
    owners: Vec<String>,
    /// How many owners must confirm a transaction
    #[arg(long, value_name = "NUMBER")]
    threshold: u64,
    /// Whose contracts it uses: quorate, 1.5.0, 1.4.1 or 1.3.0
    #[arg(long, value_name = "FAMILY", default_value = "quorate")]
    contracts: Family,
    /// Use the contract with few events, which costs less gas
    #[arg(long)]
    l1: bool,
    /// A number of choice; another one gives another address
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    salt_nonce: String,
    /// Contract that answers calls which the Safe does not know, or `none` [default: the one of the family]
    #[arg(long, value_name = "ADDRESS|none")]
    fallback_handler: Option<String>,
}

impl SpecArgs {
    /// Works out how and where the Safe is made.
    pub(crate) fn plan(&self, chain_id: u64, settings: &Settings) -> Result<Plan> {
        let owners = self.owners.iter().map(|owner| settings.address(owner)).collect::<Result<_>>()?;
        let fallback_handler = match self.fallback_handler.as_deref() {
            None => Handler::OfFamily,
            Some("none") => Handler::None,
            Some(text) => Handler::At(settings.address(text)?),
        };
        let salt_nonce: U256 = units::parse_value(&self.salt_nonce).map_err(|_| {
            Failure::new(Code::Usage, format_args!("--salt-nonce {:?} is no whole number", self.salt_nonce))
        })?;
        let flavor = if self.l1 { Flavor::L1 } else { Flavor::L2 };
        let spec = SafeSpec {
            family: self.contracts,
            flavor,
            owners,
            threshold: self.threshold,
            fallback_handler,
            salt_nonce,
        };
        Ok(spec.plan(chain_id)?)
    }
}

/// How a Safe will be made.
#[derive(Serialize)]
pub(crate) struct Prediction {
    address: Address,
    contracts: Family,
    flavor: Flavor,
    owners: Vec<Address>,
    threshold: u64,
    salt_nonce: String,
    factory: Address,
    singleton: Address,
    fallback_handler: Address,
    initializer: Bytes,
}

impl Prediction {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self {
            address: plan.address,
            contracts: plan.spec.family,
            flavor: plan.spec.flavor,
            owners: plan.spec.owners.clone(),
            threshold: plan.spec.threshold,
            salt_nonce: plan.spec.salt_nonce.to_string(),
            factory: plan.factory,
            singleton: plan.singleton,
            fallback_handler: plan.fallback_handler,
            initializer: plan.initializer.clone(),
        }
    }
}

impl Args {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        // The chain does not go into the address: these factories make the salt without it.
        let plan = self.spec.plan(settings.named_chain().unwrap_or(1), &settings)?;
        context.ui.note("nothing is deployed by this; the address is yours only where a Safe was created");
        Done::report(&Prediction::of(&plan))
    }
}

impl Output for Prediction {
    fn page(&self, page: &mut Page) {
        page.row("address", self.address);
        page.row("contracts", format_args!("{} ({})", self.contracts, self.flavor));
        page.row("threshold", format_args!("{} of {}", self.threshold, self.owners.len()));
        for owner in &self.owners {
            page.row("owner", owner);
        }
        page.row("salt nonce", &self.salt_nonce);
        page.row("factory", self.factory);
        page.row("singleton", self.singleton);
        page.row("handler", self.fallback_handler);
    }
}
