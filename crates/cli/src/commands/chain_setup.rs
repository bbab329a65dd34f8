use alloy::primitives::{Address, B256};
use quorate_chain::{deploy_contracts, submit_contracts};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    error::Result,
    fees::FeeArgs,
    page::Page,
    settings::{PlaceArgs, Settings},
    signer::SignerArgs,
    ui::Output,
};

/// Deploy Quorate's contracts on a chain, unless they are there
///
/// Each contract is created through the deterministic deployer with salt 0, so it has the same address on every chain.
/// The code of all of them is compared with the frozen bytecode of this program. Running it again changes nothing.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    signer: SignerArgs,
    #[command(flatten)]
    fees: FeeArgs,
}

#[derive(Serialize)]
struct Setup {
    chain_id: u64,
    contracts: Vec<Contract>,
    /// `sent` where nobody waited for what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'static str>,
}

#[derive(Serialize)]
struct Contract {
    name: &'static str,
    address: Address,
    /// Absent where nobody waited for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    code_hash: Option<B256>,
    tx_hash: Option<B256>,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        self.signer.expect_usable()?;
        let settings = Settings::of(&self.place)?;
        let rpc = context.connect(&settings, settings.named_chain())?;
        let chain_id = match settings.named_chain() {
            Some(chain_id) => chain_id,
            None => rpc.chain_id().await?,
        };
        let sender = self.fees.sender(&context.ui, rpc, self.signer.open().await?)?;
        if self.fees.is_async() {
            let contracts = submit_contracts(&sender, chain_id).await?.into_iter().map(|it| {
                let quorate_chain::Deploying { name, address, tx_hash } = it;
                Contract { name, address, code_hash: None, tx_hash }
            });
            return Done::report(&Setup { chain_id, contracts: contracts.collect(), result: Some("sent") });
        }
        let deployed = deploy_contracts(&sender, chain_id, |it| {
            let what = if it.tx_hash.is_some() { "deployed" } else { "there already" };
            context.ui.note(format_args!("{} {what}", it.name));
        })
        .await?;
        let contract = |it: quorate_chain::Deployed| Contract {
            name: it.name,
            address: it.address,
            code_hash: Some(it.code_hash),
            tx_hash: it.tx_hash,
        };
        Done::report(&Setup { chain_id, contracts: deployed.into_iter().map(contract).collect(), result: None })
    }
}

impl Output for Setup {
    fn page(&self, page: &mut Page) {
        let new = self.contracts.iter().filter(|it| it.tx_hash.is_some()).count();
        page.heading(format_args!("chain {}: {new} of {} contracts were new", self.chain_id, self.contracts.len()));
        for it in &self.contracts {
            page.line(format_args!("{}  {}", it.address, it.name));
        }
        if self.result.is_some() {
            page.aside("what was sent need not be mined yet; run it again without --async to see and compare the code");
        }
    }
}
