use std::str::FromStr;

use alloy::primitives::{Address, B256};
use quorate_chain::{Entry, Inventory, take_inventory};
use quorate_contracts::{Deployments, Family, Kind, deployer, deployment::identify, table::title};
use serde::Serialize;

use super::safe_predict::Choice;
use crate::{
    context::{Context, Done},
    describe::kind_name,
    error::{Code, Failure, Result},
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::{Output, report},
};

/// Compare the contracts on a chain with those that they should be
///
/// Asks for the code at every known address, in one request, and compares its hash with the one in docs/deployments.md, or
/// with that of Safe's official deployments. Nothing is sent and no key is needed.
///
/// Ends with 0 when all is as it should be, with 3 when other code is at one of the addresses, and with 4 when something is
/// missing. What leads back to Safe 1.3.0 need not be there, nor, with `all`, the second set of 1.3.0; where they are, they
/// have to be right.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Whose contracts: quorate, 1.5.0, 1.4.1, 1.3.0, 1.3.0-eip155, or all
    #[arg(long, value_name = "FAMILY|all", default_value = "quorate")]
    contracts: Wanted,
    #[command(flatten)]
    place: PlaceArgs,
}

/// What is compared.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    All,
    One(Choice),
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

impl Wanted {
    fn sets(self) -> Result<Vec<&'static Deployments>> {
        match self {
            Self::All => Ok(Deployments::all().collect()),
            Self::One(Choice { family, set }) => {
                let set = Deployments::of_set(family, set.unwrap_or_default());
                let set = set.ok_or_else(|| Failure::new(Code::Usage, "there is no such set of contracts"))?;
                Ok(vec![set])
            }
        }
    }
}

#[derive(Serialize)]
struct Verified {
    chain_id: u64,
    ok: usize,
    missing: usize,
    other_code: usize,
    /// The deterministic deployer first.
    contracts: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    /// Whose contract it is; absent for the deployer.
    #[serde(skip_serializing_if = "Option::is_none")]
    contracts: Option<Family>,
    name: String,
    address: Address,
    status: Standing,
    expected_code_hash: B256,
    found_code_hash: Option<B256>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Ok,
    Missing,
    OtherCode,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let sets = self.contracts.sets()?;
        let settings = Settings::of(&self.place)?;
        let named = settings.named_chain();
        let rpc = context.connect(&settings, named)?;
        let inventory = take_inventory(&rpc, &sets).await?;
        if let Some(expected) = named.filter(|it| *it != inventory.chain_id) {
            let what = format!("the node is on chain {}, and chain {expected} was asked for", inventory.chain_id);
            return Err(Failure::new(Code::WrongChain, what).hint("name a node of that chain with --rpc-url"));
        }
        finish(&Verified::of(&inventory))
    }
}

/// What is not as it should be is a report and a failure at once.
fn finish(verified: &Verified) -> Result<Done> {
    let Verified { chain_id, missing, other_code, contracts, .. } = verified;
    let names = |wanted| {
        let rows = contracts.iter().filter(move |row| row.status == wanted);
        rows.map(|row| format!("{} at {}", row.name, row.address)).collect::<Vec<_>>().join(", ")
    };
    let mut failure = if *other_code > 0 {
        let what = format!("other code than it should be, on chain {chain_id}: {}", names(Standing::OtherCode));
        Failure::new(Code::WrongContract, what).hint("do not use these addresses on this chain")
    } else if *missing > 0 {
        Failure::new(Code::ContractsMissing, format_args!("missing on chain {chain_id}: {}", names(Standing::Missing)))
            .hint("`quorate chain setup` deploys Quorate's contracts; Safe's are not Quorate's to deploy")
    } else {
        return Done::report(verified);
    };
    failure.report = Some(Box::new(report(verified)?));
    Err(failure)
}

impl Verified {
    fn of(inventory: &Inventory) -> Self {
        let deployer = Row::new(
            None,
            "deterministic deployer".to_owned(),
            deployer::ADDRESS,
            deployer::CODE_HASH,
            inventory.deployer,
        );
        let rows = inventory.contracts.iter().map(|Entry { set, status }| {
            let (family, it) = (set.family, &status.deployment);
            Row::new(Some(family), name_of(set, it.kind), it.address, it.code_hash, status.found)
        });
        let contracts: Vec<_> = [deployer].into_iter().chain(rows).collect();
        let count = |wanted| contracts.iter().filter(|row| row.status == wanted).count();
        Self {
            chain_id: inventory.chain_id,
            ok: count(Standing::Ok),
            missing: count(Standing::Missing),
            other_code: count(Standing::OtherCode),
            contracts,
        }
    }
}

/// Names a contract: Quorate's by the name in the table of deployments, Safe's by what it is for.
pub(crate) fn name_of(set: &Deployments, kind: Kind) -> String {
    match set.artifact(kind) {
        Some(artifact) => title(kind, artifact).to_owned(),
        None => {
            let name = kind_name(kind);
            let family = set.family;
            let name = name.strip_prefix("the ").unwrap_or(name);
            if set.set == quorate_contracts::Set::default() {
                format!("{name} of {family}")
            } else {
                format!("{name} of {family}-{}", set.set)
            }
        }
    }
}

impl Row {
    fn new(
        contracts: Option<Family>,
        name: String,
        address: Address,
        expected_code_hash: B256,
        found_code_hash: Option<B256>,
    ) -> Self {
        let status = match found_code_hash {
            None => Standing::Missing,
            Some(found) if found == expected_code_hash => Standing::Ok,
            Some(_) => Standing::OtherCode,
        };
        Self { contracts, name, address, status, expected_code_hash, found_code_hash }
    }
}

impl Output for Verified {
    fn page(&self, page: &mut Page) {
        let Self { chain_id, ok, missing, other_code, .. } = self;
        page.heading(format_args!("chain {chain_id}: {ok} ok, {missing} missing, {other_code} with other code"));
        for Row { name, address, status, expected_code_hash, found_code_hash, .. } in &self.contracts {
            match (status, found_code_hash) {
                (Standing::OtherCode, Some(found)) => {
                    page.alarm(format_args!("OTHER CODE  {address}  {name}"));
                    page.indented(|page| {
                        let known = identify(*found);
                        let known = known.map(|it| format!(": {} of {}", kind_name(it.kind), it.family));
                        page.line(format_args!("found     {found}{}", known.unwrap_or_default()));
                        page.line(format_args!("expected  {expected_code_hash}"));
                    });
                }
                (Standing::Ok, _) => page.good(format_args!("ok          {address}  {name}")),
                (Standing::Missing | Standing::OtherCode, _) => {
                    page.line(format_args!("missing     {address}  {name}"));
                }
            }
        }
    }
}
