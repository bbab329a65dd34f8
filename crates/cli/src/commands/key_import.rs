use super::key_new::StoreArgs;
use crate::{
    context::{Context, Done},
    error::Result,
    signer::{env_private_key, read_private_key},
};

/// Store a private key that exists, encrypted with a password
///
/// The key comes from stdin (typed unseen on a terminal) or from an environment variable, never from the command line.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// Name of an environment variable that holds the key in hexadecimal [default: read stdin]
    #[arg(long, value_name = "VARIABLE")]
    private_key_env: Option<String>,
    /// Read the key from stdin, which is the default
    #[arg(long, conflicts_with = "private_key_env")]
    private_key_stdin: bool,
}

impl Args {
    pub(crate) fn run(&self, _: &Context) -> Result<Done> {
        self.store.store(|| match &self.private_key_env {
            Some(name) => env_private_key(name),
            None => read_private_key(),
        })
    }
}
