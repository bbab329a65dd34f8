//! What the account that sends a transaction pays, and how long it waits.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use alloy::primitives::U256;
use quorate_chain::{FeeOptions, Rpc, Sender};

use crate::{
    error::{Code, Failure, Result},
    settings,
    signer::Signer,
    units,
};

/// Whether an account that sends was made in this run.
static SENDING: AtomicBool = AtomicBool::new(false);

/// Returns whether a transaction may have been sent.
pub(crate) fn may_have_sent() -> bool {
    SENDING.load(Ordering::Relaxed)
}

/// What is paid for the outer transaction
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Fees of the sending account")]
pub(crate) struct FeeArgs {
    /// Most gas that the transaction may use [env: ETH_GAS_LIMIT]
    #[arg(long, value_name = "GAS")]
    gas_limit: Option<u64>,
    /// Highest price of a unit of gas, such as 30gwei [env: ETH_GAS_PRICE]
    #[arg(long, value_name = "PRICE")]
    gas_price: Option<String>,
    /// Part of the price for the block's producer, such as 1gwei [env: ETH_PRIORITY_GAS_PRICE]
    #[arg(long, value_name = "PRICE")]
    priority_gas_price: Option<String>,
    /// Nonce of the sending account, not of the Safe
    #[arg(long, value_name = "NONCE")]
    nonce: Option<u64>,
    /// Send a legacy transaction
    #[arg(long)]
    legacy: bool,
    /// Seconds to wait until the transaction is mined [env: ETH_TIMEOUT] [default: 180]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

impl FeeArgs {
    /// Makes the account that sends.
    pub(crate) fn sender(&self, rpc: Rpc, signer: Signer) -> Result<Sender> {
        let fees = FeeOptions {
            max_fee: price(self.gas_price.as_deref(), "ETH_GAS_PRICE")?,
            priority: price(self.priority_gas_price.as_deref(), "ETH_PRIORITY_GAS_PRICE")?,
            gas_limit: number(self.gas_limit, "ETH_GAS_LIMIT")?,
            legacy: self.legacy,
            nonce: self.nonce,
        };
        SENDING.store(true, Ordering::Relaxed);
        let sender = Sender::new(rpc, signer.into_wallet()).with_fees(fees);
        Ok(match number(self.timeout, "ETH_TIMEOUT")? {
            Some(seconds) => sender.with_patience(Duration::from_secs(seconds)),
            None => sender,
        })
    }
}

fn number(flag: Option<u64>, variable: &str) -> Result<Option<u64>> {
    match (flag, settings::env(variable)) {
        (Some(number), _) => Ok(Some(number)),
        (None, Some(text)) => text
            .parse()
            .map(Some)
            .map_err(|_| Failure::new(Code::Config, format_args!("{variable} is {text:?}, which is no whole number"))),
        (None, None) => Ok(None),
    }
}

fn price(flag: Option<&str>, variable: &str) -> Result<Option<u128>> {
    let Some(text) = flag.map(str::to_owned).or_else(|| settings::env(variable)) else { return Ok(None) };
    let wei: U256 = units::parse_value(&text)?;
    u128::try_from(wei).map(Some).map_err(|_| Failure::new(Code::Usage, format_args!("{text:?} is no price of gas")))
}
