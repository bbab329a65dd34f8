//! What the account that sends a transaction pays, and how long it waits.

use std::{
    num::NonZeroU64,
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use alloy::primitives::{B256, U256};
use quorate_chain::{FeeOptions, Rpc, Sender, Step};

use crate::{
    error::{Code, Failure, Result},
    settings,
    signer::Signer,
    ui::{ColourChoice, Ui},
    units,
};

/// The transaction that was signed and handed to a node in this run; of several, the last.
static SENDING: Mutex<Option<B256>> = Mutex::new(None);

/// Returns the hash of the transaction that may have been sent.
pub(crate) fn may_have_sent() -> Option<B256> {
    *SENDING.lock().unwrap_or_else(PoisonError::into_inner)
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
    #[command(flatten)]
    wait: WaitArgs,
}

/// How long is waited for what was sent
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Waiting")]
struct WaitArgs {
    /// Blocks to wait for, that of the transaction included; one that is taken back by a reorganisation does not count
    /// [default: 1]
    #[arg(long, value_name = "N")]
    confirmations: Option<NonZeroU64>,
    /// Print the hash of the transaction, and do not wait for a block [env: CAST_ASYNC]
    #[arg(long = "async", alias = "cast-async", conflicts_with_all = ["confirmations", "poll_interval", "timeout"])]
    is_async: bool,
    /// Seconds between two looks at the chain [env: ETH_POLL_INTERVAL] [default: a fifth of one at first, and up to 4]
    #[arg(long, value_name = "SECONDS")]
    poll_interval: Option<NonZeroU64>,
    /// Seconds to wait until the transaction is mined, and then for each further block [env: ETH_TIMEOUT] [default: 180]
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
        let waiting = if self.is_async() { "" } else { ", waiting for a block" };
        let sender = Sender::new(rpc, signer.into_wallet()).with_fees(fees).with_observer(move |step| {
            let ui = Ui::new(json, quiet, ColourChoice::Never);
            match step {
                Step::Sending { tx_hash, max_cost_wei } => {
                    // Whoever loses patience needs the hash.
                    *SENDING.lock().unwrap_or_else(PoisonError::into_inner) = Some(tx_hash);
                    ui.note(format_args!("sending; it {}", may_cost(max_cost_wei)));
                }
                Step::Sent { tx_hash } => ui.note(format_args!("sent {tx_hash}{waiting}")),
                Step::Mined { block, missing, .. } => {
                    ui.note(format_args!("in block {block}, waiting for {missing} more"))
                }
                Step::Dropped { block, .. } => {
                    ui.note(format_args!("block {block} is none any more: the chain was reorganised; waiting again"))
                }
            }
        });
        self.wait.apply(sender)
    }

    /// Returns whether nothing is waited for; who says on the command line how to wait, waits.
    pub(crate) fn is_async(&self) -> bool {
        let WaitArgs { confirmations, is_async, poll_interval, timeout } = &self.wait;
        let waits = confirmations.is_some() || poll_interval.is_some() || timeout.is_some();
        *is_async || !waits && settings::env("CAST_ASYNC").is_some_and(|text| is_on(&text))
    }
}

impl WaitArgs {
    fn apply(&self, sender: Sender) -> Result<Sender> {
        let mut sender = sender.with_confirmations(self.confirmations.unwrap_or(NonZeroU64::MIN));
        if let Some(seconds) = number(self.timeout, "ETH_TIMEOUT")? {
            sender = sender.with_patience(Duration::from_secs(seconds));
        }
        if let Some(seconds) = number(self.poll_interval, "ETH_POLL_INTERVAL")? {
            sender = sender.with_pause(Duration::from_secs(seconds.get()));
        }
        Ok(sender)
    }
}

/// Reads a variable that turns something on: as clap does, anything does but the words for no.
fn is_on(text: &str) -> bool {
    !["0", "f", "false", "n", "no", "off"].contains(&text.to_ascii_lowercase().as_str())
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

fn number<T: FromStr>(flag: Option<T>, variable: &str) -> Result<Option<T>> {
    match (flag, settings::env(variable)) {
        (Some(number), _) => Ok(Some(number)),
        (None, Some(text)) => text.parse().map(Some).map_err(|_| {
            Failure::new(Code::Config, format_args!("{variable} is {text:?}, which is no whole number of use here"))
        }),
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
    fn a_variable_is_on_unless_it_says_no() {
        for (text, on) in [("1", true), ("true", true), ("yes", true), ("0", false), ("FALSE", false), ("no", false)] {
            assert_eq!(is_on(text), on, "{text}");
        }
    }

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
