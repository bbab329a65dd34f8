use std::{
    sync::{Mutex, OnceLock, mpsc},
    time::Duration,
};

use alloy::primitives::{Address, B256};
use anvil_fixtures::{ACCOUNTS, Chain, Contents, FixtureError, Fixtures, Options};
use quorate_contracts::{Deployments, Family, Set};
use serde::Serialize;

use crate::{
    context::{Context, Done},
    describe::kind_name,
    error::{Code, Failure, Result},
    page::Page,
    ui::{Output, report},
};

/// Run a local chain with all contracts, until Ctrl-C
///
/// Starts anvil with Quorate's contracts, the official Safes 1.3.0 (both sets), 1.4.1 and 1.5.0 at their addresses, and
/// test tokens. Everybody knows the keys of its accounts. Without Safe's packages from npm (`npm ci --prefix scripts`)
/// the official Safes are left out, with a warning.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Port on the loopback interface [default: any free one]
    #[arg(short, long, value_name = "PORT", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Id of the chain
    #[arg(long, value_name = "ID", default_value_t = 31_337)]
    chain_id: u64,
    /// Leave out the official Safes, which need Safe's packages from npm
    #[arg(long)]
    only_quorate: bool,
    /// Deploy nothing but the deterministic deployer
    #[arg(long, conflicts_with = "only_quorate")]
    bare: bool,
}

#[derive(Serialize)]
struct Running {
    rpc_url: String,
    chain_id: u64,
    accounts: Vec<DevAccount>,
    contracts: Vec<Contract>,
    tokens: Vec<Token>,
}

#[derive(Serialize)]
struct DevAccount {
    address: Address,
    private_key: B256,
}

#[derive(Serialize)]
struct Contract {
    family: String,
    name: &'static str,
    address: Address,
}

#[derive(Serialize)]
struct Token {
    name: &'static str,
    address: Address,
}

/// How often to look whether the chain still runs.
const POLL: Duration = Duration::from_secs(1);

/// Where Ctrl-C is reported while a chain runs.
static INTERRUPT: OnceLock<Mutex<mpsc::Sender<()>>> = OnceLock::new();

/// Takes a Ctrl-C, if a chain runs that it is meant to end.
pub(crate) fn interrupted() -> bool {
    let sender = INTERRUPT.get().and_then(|sender| sender.lock().ok());
    sender.is_some_and(|sender| sender.send(()).is_ok())
}

impl Args {
    pub(crate) async fn run(&self, context: &Context) -> Result<Done> {
        let contents = if self.bare {
            Contents::Nothing
        } else if self.only_quorate {
            Contents::Quorate
        } else {
            Contents::Everything
        };
        let (sender, receiver) = mpsc::channel();
        INTERRUPT.set(Mutex::new(sender)).map_err(|_| Failure::new(Code::Unexpected, "a chain runs already"))?;
        let chain = self.start(context, contents).await?;
        context.ui.finish(report(&Running::of(&chain)));
        context.ui.note("until Ctrl-C");
        let waited = wait(&receiver, || chain.is_running());
        drop(chain);
        waited.map(|()| Done::Printed)
    }

    /// Starts the chain; without the official Safes where their packages are not installed.
    async fn start(&self, context: &Context, contents: Contents) -> Result<Chain> {
        let options = Options { chain_id: self.chain_id, port: self.port, contents };
        match Chain::start(&options).await {
            Err(missing @ FixtureError::NpmPackage { .. }) if contents == Contents::Everything => {
                context.ui.warn(format_args!("{missing}; until then there are Quorate's own contracts only"));
                Ok(Chain::start(&Options { contents: Contents::Quorate, ..options }).await?)
            }
            started => Ok(started?),
        }
    }
}

/// Waits for Ctrl-C, or for the end of a chain that nobody ended.
fn wait(interrupt: &mpsc::Receiver<()>, is_running: impl Fn() -> bool) -> Result<()> {
    while is_running() {
        match interrupt.recv_timeout(POLL) {
            Ok(()) => return Ok(()),
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            Err(error) => return Err(Failure::new(Code::Unexpected, error)),
        }
    }
    // An interrupt that came with the end is still one.
    interrupt.try_recv().map_err(|_| {
        Failure::new(Code::Unexpected, "the chain has ended: anvil does not run any more")
            .hint("was it killed, or out of memory? Start it again; nothing of it is kept")
    })
}

impl Running {
    fn of(chain: &Chain) -> Self {
        let contents = chain.contents();
        let deployments = Deployments::all()
            .filter(|set| match set.family {
                Family::Quorate => contents >= Contents::Quorate,
                _ => contents >= Contents::Everything,
            })
            .flat_map(|set| {
                set.contracts().iter().map(|it| Contract {
                    family: match set.set {
                        Set::Canonical => set.family.to_string(),
                        Set::Eip155 => format!("{}-{}", set.family, set.set),
                    },
                    name: kind_name(it.kind),
                    address: it.address,
                })
            })
            .collect();
        Self {
            rpc_url: chain.url().to_owned(),
            chain_id: chain.chain_id(),
            accounts: ACCOUNTS.iter().map(|it| DevAccount { address: it.address, private_key: it.key }).collect(),
            contracts: deployments,
            tokens: if contents >= Contents::Quorate { tokens() } else { Vec::new() },
        }
    }
}

fn tokens() -> Vec<Token> {
    let fixtures = Fixtures::get();
    [
        ("ERC-20", fixtures.token),
        ("ERC-20 that returns nothing", fixtures.no_return_token),
        ("ERC-20 that returns false", fixtures.false_token),
        ("ERC-20 that takes a fee", fixtures.fee_token),
        ("ERC-721", fixtures.nft),
        ("ERC-1155", fixtures.multi_token),
    ]
    .map(|(name, address)| Token { name, address })
    .into()
}

impl Output for Running {
    fn page(&self, page: &mut Page) {
        page.row("endpoint", &self.rpc_url);
        page.row("chain id", self.chain_id);
        page.heading("accounts, 10000 ether each; everybody knows their keys");
        for it in &self.accounts {
            page.line(format_args!("{}  {}", it.address, it.private_key));
        }
        let mut family = "";
        for it in &self.contracts {
            if it.family != family {
                page.heading(format_args!("contracts: {}", it.family));
                family = &it.family;
            }
            page.line(format_args!("{}  {}", it.address, it.name));
        }
        if !self.tokens.is_empty() {
            page.heading("tokens");
        }
        for it in &self.tokens {
            page.line(format_args!("{}  {}", it.address, it.name));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_ends_by_itself_ends_the_command_with_an_error() {
        let (sender, receiver) = mpsc::channel();
        let failure = wait(&receiver, || false).unwrap_err();
        assert_eq!(failure.code.exit() as u8, 1);
        assert!(failure.message.contains("anvil"), "{}", failure.message);
        sender.send(()).unwrap();
        assert!(wait(&receiver, || true).is_ok());
        sender.send(()).unwrap();
        assert!(wait(&receiver, || false).is_ok());
    }
}
