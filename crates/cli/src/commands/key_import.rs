use super::key_new::StoreArgs;
use crate::{
    context::{Context, Done},
    error::Result,
    signer::{MnemonicArgs, ask_private_key, env_private_key, read_private_key},
};

/// Store a private key that exists, encrypted with a password
///
/// The key comes from stdin (typed unseen on a terminal), from an environment variable, or from a mnemonic, never from the
/// command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Name of an environment variable that holds the key in hexadecimal [default: read stdin]
    #[arg(long, value_name = "VARIABLE", group = "key")]
    private_key_env: Option<String>,
    /// Read the key from stdin, which is the default
    #[arg(long, group = "key")]
    private_key_stdin: bool,
    /// Type the key, unseen, on a terminal
    #[arg(short, long, group = "key")]
    interactive: bool,
    #[command(flatten)]
    mnemonic: MnemonicArgs,
}

impl Args {
    pub(crate) fn run(&self, _: &Context) -> Result<Done> {
        self.mnemonic.expect_of_use(false)?;
        self.store.store(|| match &self.private_key_env {
            Some(name) => env_private_key(name),
            None if self.interactive => ask_private_key(),
            None => self.mnemonic.open()?.map_or_else(read_private_key, Ok),
        })
    }
}
