use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    cli::Cli,
    context::{Context, Done},
    error::{Code, Failure, Result},
};

/// Print the completion script of a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

impl Args {
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "quorate", &mut script);
        let script = String::from_utf8(script).map_err(|error| Failure::new(Code::Unexpected, error))?;
        context.ui.raw(&script)?;
        Ok(Done::Printed)
    }
}
