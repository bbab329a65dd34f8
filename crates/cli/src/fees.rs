//! What the account that sends a transaction pays, and how long it waits.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use alloy::primitives::U256;
use quorate_chain::{FeeOptions, Rpc, Sender, Step};

use crate::{
    error::{Code, Failure, Result},
    settings,
    signer::Signer,
    ui::{ColourChoice, Ui},
    units,
};

/// Whether a transaction was signed and handed to a node in this run.
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
    /// Highest price of a unit of gas, such as 30gwei; without it, what the node suggests, within bounds [env:
    /// ETH_GAS_PRICE]
    #[arg(long, value_name = "PRICE")]
    gas_price: Option<String>,
    /// Part of the price for the block's producer, such as 1gwei; without it, what the node suggests, up to 100gwei [env:
    /// ETH_PRIORITY_GAS_PRICE]
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
    /// Makes the account that sends, and that tells of it.
    pub(crate) fn sender(&self, ui: &Ui, rpc: Rpc, signer: Signer) -> Result<Sender> {
        let fees = FeeOptions {
            max_fee: price(self.gas_price.as_deref(), "ETH_GAS_PRICE")?,
            priority: price(self.priority_gas_price.as_deref(), "ETH_PRIORITY_GAS_PRICE")?,
            gas_limit: number(self.gas_limit, "ETH_GAS_LIMIT")?,
            legacy: self.legacy,
            nonce: self.nonce,
        };
        let (json, quiet) = (ui.is_json(), ui.is_quiet());
        let sender = Sender::new(rpc, signer.into_wallet()).with_fees(fees).with_observer(move |step| {
            let ui = Ui::new(json, quiet, ColourChoice::Never);
            match step {
                Step::Sending { max_cost_wei } => {
                    SENDING.store(true, Ordering::Relaxed);
                    ui.note(format_args!("sending; it {}", may_cost(max_cost_wei)));
                }
                // Whoever loses patience needs the hash.
                Step::Sent { tx_hash } => ui.note(format_args!("sent {tx_hash}, waiting for a block")),
            }
        });
        Ok(match number(self.timeout, "ETH_TIMEOUT")? {
            Some(seconds) => sender.with_patience(Duration::from_secs(seconds)),
            None => sender,
        })
    }
}

/// Says what the gas of a transaction may cost, in ether with as many decimals as matter.
pub(crate) fn may_cost(max_cost_wei: U256) -> String {
    format!("may cost up to {}", units::ether(round_up(max_cost_wei)))
}

/// Rounds up to two digits, so that an upper bound stays one.
fn round_up(wei: U256) -> U256 {
    let digits = wei.to_string().len().saturating_sub(2);
    let unit = U256::from(10).saturating_pow(U256::from(digits));
    let rest = wei % unit;
    if rest.is_zero() { wei } else { (wei - rest).saturating_add(unit) }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_may_cost_is_rounded_up_and_never_down() {
        for (wei, text) in [
            (0, "may cost up to 0 ether"),
            (2_100_000_000_000_000_u64, "may cost up to 0.0021 ether"),
            (2_100_000_000_000_001, "may cost up to 0.0022 ether"),
            (999_999_999_999_999_999, "may cost up to 1 ether"),
            (7, "may cost up to 0.000000000000000007 ether"),
        ] {
            assert_eq!(may_cost(U256::from(wei)), text);
        }
        for wei in [U256::MAX, U256::from(u128::MAX), U256::from(12_345)] {
            assert!(round_up(wei) >= wei);
        }
    }
}
