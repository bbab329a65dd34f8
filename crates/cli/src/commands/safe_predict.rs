use std::str::FromStr;

use alloy::primitives::{Address, Bytes, ChainId, U256};
use quorate_chain::{Copies, Handler, Plan, Rpc, SafeSpec, SingletonCopy, find_set, proxy_creation_code};
use quorate_contracts::{Deployments, Family, Flavor, Set, artifact};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::{Code, Failure, Result},
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::{Output, Ui},
    units,
};

/// Work out the address that a Safe will have, without a network
///
/// The address is the same on every chain that has the contracts. A Safe that exists on one chain does not exist on
/// another until it is created there too. `--contracts 1.3.0` means the canonical set here. Only for an official
/// singleton at another address (--singleton) a node is asked, for the code of the factory's proxies.
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
    /// Whose contracts it uses: quorate, 1.5.0, 1.4.1 or 1.3.0; of 1.3.0, the set that the chain has, or
    /// 1.3.0-canonical or 1.3.0-eip155
    #[arg(long, value_name = "FAMILY", default_value = "quorate")]
    contracts: Choice,
    /// Use the contract with few events, which costs less gas
    #[arg(long)]
    l1: bool,
    /// A number of choice; another one gives another address
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    salt_nonce: String,
    /// Contract that answers calls which the Safe does not know, or `none` [default: the one of the family]
    #[arg(long, value_name = "ADDRESS|none")]
    fallback_handler: Option<String>,
    /// Contract behind the Safe, at another address than the family's and with the same code
    #[arg(long, value_name = "ADDRESS")]
    singleton: Option<String>,
    /// Factory that makes the Safe, at another address than the family's and with the same code
    #[arg(long, value_name = "ADDRESS")]
    factory: Option<String>,
}

/// Contracts as they are named: a family, and which of its sets if that is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Choice {
    pub(crate) family: Family,
    pub(crate) set: Option<Set>,
}

impl FromStr for Choice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Set::ALL.into_iter().find_map(|set| {
            let family = text.strip_suffix(set.as_str())?.strip_suffix('-')?.parse().ok()?;
            // Where there is one set, its name would only be one more way to say the same.
            (Deployments::sets_of(family).count() > 1).then_some(Self { family, set: Some(set) })
        });
        let plain = || text.parse().map(|family| Self { family, set: None }).map_err(|error| error.to_string());
        named.map_or_else(plain, Ok)
    }
}

/// A Safe whose plan may lack what only a node can tell.
#[derive(Debug)]
pub(crate) struct Draft {
    chain_id: ChainId,
    spec: SafeSpec,
    /// Which set is meant is for the chain to say.
    has_open_set: bool,
    /// A singleton at another address, whose proxies' code is not known here.
    open_singleton: Option<Address>,
}

impl Draft {
    /// Returns the plan, if nothing is left to ask.
    ///
    /// A set that is not named is the canonical one here.
    pub(crate) fn plan(&self) -> Result<Option<Plan>> {
        Ok(if self.open_singleton.is_some() { None } else { Some(self.spec.plan(self.chain_id)?) })
    }

    /// Asks a node for what is missing, and returns the plan for its chain.
    pub(crate) async fn plan_on(mut self, rpc: &Rpc, ui: &Ui) -> Result<Plan> {
        if self.has_open_set
            && let Some(set) = find_set(rpc, self.spec.family).await?
        {
            self.spec.copies.set = set;
            if set != Set::default() {
                ui.warn(format_args!(
                    "of {0}, this chain has the {set} contracts and not the canonical ones: the address is that of \
                     --contracts {0}-{set}",
                    self.spec.family
                ));
            }
        }
        if let Some(address) = self.open_singleton {
            let factory = match self.spec.copies.factory {
                Some(factory) => factory,
                None => self.spec.deployments()?.proxy_factory().address,
            };
            let proxy_creation_code = proxy_creation_code(rpc, factory).await?;
            self.spec.copies.singleton = Some(SingletonCopy { address, proxy_creation_code });
        }
        Ok(self.spec.plan(self.chain_id)?)
    }
}

impl SpecArgs {
    /// Puts together what the Safe is to be; what is wrong with it is found here, before anything is asked.
    pub(crate) fn draft(&self, chain_id: ChainId, settings: &Settings) -> Result<Draft> {
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
        let contract = |text: &Option<String>| text.as_deref().map(|text| settings.address(text)).transpose();
        let (family, singleton) = (self.contracts.family, contract(&self.singleton)?);
        // Of Safe's bytecode there is none here.
        let own_proxy = (family == Family::Quorate).then(|| artifact::MULTISIG_PROXY.creation_code().clone());
        let copies = Copies {
            set: self.contracts.set.unwrap_or_default(),
            factory: contract(&self.factory)?,
            singleton: singleton
                .zip(own_proxy)
                .map(|(address, proxy_creation_code)| SingletonCopy { address, proxy_creation_code }),
        };
        let threshold = self.threshold;
        let spec = SafeSpec { family, flavor, copies, owners, threshold, fallback_handler, salt_nonce };
        // With the family's own singleton, where another one is not known well enough yet.
        spec.plan(chain_id)?;
        Ok(Draft {
            chain_id,
            has_open_set: self.contracts.set.is_none(),
            open_singleton: singleton.filter(|_| spec.copies.singleton.is_none()),
            spec,
        })
    }
}

/// How a Safe will be made.
#[derive(Serialize)]
pub(crate) struct Prediction {
    address: Address,
    contracts: Family,
    set: &'static str,
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
            set: plan.spec.copies.set.as_str(),
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
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        // The chain does not go into the address: these factories make the salt without it.
        let mut draft = self.spec.draft(settings.named_chain().unwrap_or(1), &settings)?;
        let plan = match draft.plan()? {
            Some(plan) => plan,
            None => {
                // A set that is not named is the canonical one, whether a node is asked or not.
                draft.has_open_set = false;
                draft.plan_on(&context.connect(&settings, settings.named_chain())?, &context.ui).await?
            }
        };
        context.ui.note("nothing is deployed by this; the address is yours only where a Safe was created");
        Done::report(&Prediction::of(&plan))
    }
}

impl Output for Prediction {
    fn page(&self, page: &mut Page) {
        page.row("address", self.address);
        let set = if self.set == Set::default().as_str() { String::new() } else { format!("-{}", self.set) };
        page.row("contracts", format_args!("{}{set} ({})", self.contracts, self.flavor));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_are_named_by_family_and_where_there_are_two_by_set() {
        for family in Family::ALL {
            assert_eq!(family.as_str().parse(), Ok(Choice { family, set: None }));
            for set in Set::ALL {
                let named = format!("{family}-{set}").parse::<Choice>();
                match Deployments::of_set(family, Set::Eip155) {
                    Some(_) => assert_eq!(named, Ok(Choice { family, set: Some(set) })),
                    None => assert!(named.is_err(), "{family}-{set}"),
                }
            }
        }
        for text in ["", "1.3.0-", "1.3.0eip155", "eip155", "-eip155", "1.3.0-zksync"] {
            assert!(text.parse::<Choice>().is_err(), "{text}");
        }
    }
}
