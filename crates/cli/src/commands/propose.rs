use alloy::primitives::{Address, Bytes, U256};
use quorate_core::{Operation, Proposal, SafeId, SafeState, SafeTx};
use serde::Serialize;

use crate::{
    call,
    context::{Context, Done},
    describe::Description,
    error::{Code, Failure, Result},
    page::Page,
    settings::{PlaceArgs, Settings},
    ui::Output,
    units,
};

/// Propose a transaction to the owners
///
/// Writes a file into the mailbox, for the owners to sign. Nothing is sent.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Target: an address, or a name of the address book
    to: String,
    /// Function to call, such as "transfer(address,uint256)"
    #[arg(conflicts_with = "data")]
    sig: Option<String>,
    /// Arguments of the function
    #[arg(allow_negative_numbers = true)]
    args: Vec<String>,
    /// Calldata in hexadecimal, instead of a function
    #[arg(long, value_name = "HEX")]
    data: Option<String>,
    /// What the call sends along: 1ether, 10gwei, or a number of wei
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    value: String,
    /// How the target runs: call, or delegate-call, which lets it change all of the Safe
    #[arg(long, value_name = "OPERATION", default_value = "call")]
    operation: Operation,
    /// Nonce of the Safe [default: the first that is free]
    #[arg(long, value_name = "NONCE")]
    safe_nonce: Option<String>,
    /// A word to the owners; it is not signed
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// What it was made with or for, as transaction services keep it; it is not signed
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    origin: String,
    /// Put what the Safe is now into the file, for owners who sign without a network
    #[arg(long)]
    evidence: bool,
    #[command(flatten)]
    gas: GasArgs,
    #[command(flatten)]
    place: PlaceArgs,
}

/// Gas of the inner call, and who is paid for it
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Gas of the inner call; leave it alone unless you know why")]
struct GasArgs {
    /// Gas that the inner call must get
    #[arg(long, value_name = "GAS", default_value = "0")]
    safe_tx_gas: U256,
    /// Gas beside the inner call that is paid for
    #[arg(long, value_name = "GAS", default_value = "0")]
    base_gas: U256,
    /// What the Safe pays for a unit of gas
    #[arg(long, value_name = "PRICE", default_value = "0")]
    gas_price: U256,
    /// Token that the Safe pays in [default: the native one]
    #[arg(long, value_name = "ADDRESS")]
    gas_token: Option<String>,
    /// Who is paid [default: whoever sends the transaction]
    #[arg(long, value_name = "ADDRESS")]
    refund_receiver: Option<String>,
}

/// A proposal that was written.
#[derive(Serialize)]
pub(crate) struct Proposed {
    safe_tx_hash: String,
    nonce: String,
    file: String,
    /// Whether the same proposal was there before.
    known: bool,
    /// What names it from now on: its nonce, or the start of its hash where the nonce is that of several.
    name: String,
    transaction: Description,
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let settings = Settings::of(&self.place)?;
        // Everything that can be wrong here is found before anything is asked.
        let mut tx = self.transaction(&settings)?;
        let wanted = self.safe_nonce.as_deref().map(parse_nonce).transpose()?;
        let state = context.read_named_safe(&settings).await?.1.state;
        let safe = state.safe;
        tx.nonce = match wanted {
            Some(nonce) if nonce < state.nonce => return Err(stale(nonce, state.nonce)),
            Some(nonce) => nonce,
            None => first_free(context, &settings, safe, state.nonce)?,
        };
        let domain = state.domain().map_err(|error| Failure::new(Code::NotASafe, error))?;
        let mut proposal = Proposal::new(domain, tx, &*self.note).map_err(|error| Failure::new(Code::Usage, error))?;
        proposal.set_origin(&*self.origin).map_err(|error| Failure::new(Code::Usage, error))?;
        let description = Description::of(&proposal, Some(&state), &settings);
        if let Some(warning) = poor(proposal.tx(), &state) {
            context.ui.warn(warning);
        }
        if self.evidence {
            proposal.attach(state).map_err(|error| Failure::new(Code::Unexpected, error))?;
        }
        store(context, &settings, &proposal, description)
    }

    fn transaction(&self, settings: &Settings) -> Result<SafeTx> {
        let data = match (&self.sig, &self.data) {
            (Some(sig), _) if sig.starts_with("0x") && self.args.is_empty() => call::parse_hex(sig)?,
            (Some(sig), _) => call::encode(sig, &self.args, settings)?,
            (None, Some(data)) => call::parse_hex(data)?,
            (None, None) => Bytes::new(),
        };
        let address = |text: &Option<String>| text.as_deref().map_or(Ok(Address::ZERO), |text| settings.address(text));
        Ok(SafeTx {
            to: settings.address(&self.to)?,
            value: units::parse_value(&self.value)?,
            data,
            operation: self.operation,
            safe_tx_gas: self.gas.safe_tx_gas,
            base_gas: self.gas.base_gas,
            gas_price: self.gas.gas_price,
            gas_token: address(&self.gas.gas_token)?,
            refund_receiver: address(&self.gas.refund_receiver)?,
            nonce: U256::ZERO,
        })
    }
}

/// Warns of a call that the Safe cannot pay for as it is now; it may have more when it is executed.
fn poor(tx: &SafeTx, state: &SafeState) -> Option<String> {
    let (has, sends) = (units::ether(state.balance), units::ether(tx.value));
    (tx.operation == Operation::Call && state.balance < tx.value)
        .then(|| format!("the Safe has {has}, and this sends {sends}: it fails unless the Safe has more by then"))
}

/// Puts a new proposal into the mailbox.
pub(crate) fn store(
    context: &Context,
    settings: &Settings,
    proposal: &Proposal,
    transaction: Description,
) -> Result<Done> {
    let safe = proposal.domain().safe();
    let nonce = proposal.tx().nonce;
    let known = settings.mailbox.path_of(proposal).exists();
    let mut name = nonce.to_string();
    for other in settings.mailbox.list(Some(safe))?.entries {
        if other.proposal.tx().nonce == nonce && other.proposal.hash() != proposal.hash() {
            name = proposal.hash().to_string()[..10].to_owned();
            context.ui.warn(format_args!(
                "{} has the same nonce, {nonce}: of the two, only the one that is executed first can run",
                other.path.display()
            ));
        }
    }
    let (entry, ()) = settings.mailbox.store(&context.ui, proposal, |_| Ok(()))?;
    // Of what is not signed, the file keeps what it had.
    let (note, origin) = (entry.proposal.note().to_owned(), entry.proposal.origin().to_owned());
    let transaction = Description { note, origin, ..transaction };
    Done::report(&Proposed {
        safe_tx_hash: proposal.hash().to_string(),
        nonce: nonce.to_string(),
        file: entry.path.display().to_string(),
        known,
        name,
        transaction,
    })
}

/// Reads a nonce of a Safe.
pub(crate) fn parse_nonce(text: &str) -> Result<U256> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let nonce = digits.then(|| U256::from_str_radix(text, 10).ok()).flatten();
    nonce.ok_or_else(|| Failure::new(Code::Usage, format_args!("{text:?} is no nonce")))
}

pub(crate) fn stale(nonce: U256, next: U256) -> Failure {
    Failure::new(Code::StaleNonce, format_args!("the nonce {nonce} is used up: the Safe's next one is {next}"))
        .hint("leave out --safe-nonce to take the next one")
}

/// The first nonce that is neither used nor proposed for, so that no gap stops what comes behind it.
pub(crate) fn first_free(context: &Context, settings: &Settings, safe: SafeId, next: U256) -> Result<U256> {
    let listing = settings.mailbox.list(Some(safe))?;
    for warning in listing.warnings {
        context.ui.warn(warning);
    }
    let mut free = next;
    for entry in listing.entries {
        // In order of their nonces.
        if entry.proposal.tx().nonce == free {
            free += U256::ONE;
        }
    }
    Ok(free)
}

impl Output for Proposed {
    fn page(&self, page: &mut Page) {
        if self.known {
            page.good(format_args!("{} was proposed before; its signatures and its note are kept", self.safe_tx_hash));
        } else {
            page.good(format_args!("proposed {}", self.safe_tx_hash));
        }
        self.transaction.page(page);
        page.row("file", &self.file);
        page.aside(format_args!("next: quorate sign {}", self.name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::B256;
    use quorate_core::{Account, Block, Version};

    #[test]
    fn a_call_that_the_safe_cannot_pay_for_is_warned_of() {
        let account = Account::keyed(Address::repeat_byte(0x51));
        let state = SafeState {
            safe: SafeId::new(1, Address::repeat_byte(0x5a)),
            block: Block { number: 7, hash: B256::ZERO, timestamp: 1 },
            version: Version::V1_5_0,
            singleton: account,
            owners: vec![account],
            threshold: 1,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::from(5),
        };
        let pay = |value: u64| SafeTx::call(Address::ZERO, U256::from(value), Bytes::new(), U256::ZERO);
        assert!(poor(&pay(6), &state).unwrap().contains("the Safe has 0.000000000000000005 ether"));
        assert_eq!(poor(&pay(5), &state), None);
        assert_eq!(poor(&SafeTx { operation: Operation::DelegateCall, ..pay(6) }, &state), None);
    }
}
