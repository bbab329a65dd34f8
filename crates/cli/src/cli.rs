//! The command line.

use clap::{Parser, Subcommand};

use crate::{commands, context::Context, context::Done, error::Result, ui::ColourChoice};

/// Version and commit of the program.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), " (", env!("QUORATE_COMMIT"), ")");

/// Propose, sign and execute transactions of Safe-style multisigs
///
/// Works on Safe 1.3.0, 1.4.1 and 1.5.0 and on Quorate's own contracts. What is signed is rebuilt on this machine;
/// files, nodes and messages are not trusted.
#[derive(Debug, Parser)]
#[command(name = "quorate", version = VERSION, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command
#[derive(Clone, Copy, Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Global {
    /// Print one JSON object, errors included
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but the result, warnings and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Tell how many requests were made
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to use colours; NO_COLOR turns them off
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "auto|always|never",
        hide_possible_values = true
    )]
    pub(crate) color: ColourChoice,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Work with the contracts on a chain
    #[command(subcommand)]
    Chain(ChainCommand),
    /// Create and look at Safes
    #[command(subcommand)]
    Safe(SafeCommand),
    Propose(commands::propose::Args),
    List(commands::list::Args),
    Show(commands::show::Args),
    Sign(commands::sign::Args),
    AddSignature(commands::add_signature::Args),
    Import(commands::import::Args),
    Export(commands::export::Args),
    #[command(visible_alias = "execute")]
    Exec(commands::exec::Args),
    Cancel(commands::cancel::Args),
    /// Create and look at keys
    #[command(subcommand)]
    Key(KeyCommand),
    Dev(commands::dev::Args),
    Completions(commands::completions::Args),
    #[command(hide = true)]
    Docs(commands::docs::Args),
}

/// What to do with a chain.
#[allow(clippy::large_enum_variant, reason = "there is one of these in a run")]
#[derive(Debug, Subcommand)]
pub(crate) enum ChainCommand {
    Setup(commands::chain_setup::Args),
    Verify(commands::chain_verify::Args),
    StandardJson(commands::chain_standard_json::Args),
}

/// What to do with a Safe.
#[allow(clippy::large_enum_variant, reason = "there is one of these in a run")]
#[derive(Debug, Subcommand)]
pub(crate) enum SafeCommand {
    Create(commands::safe_create::Args),
    Predict(commands::safe_predict::Args),
    Info(commands::safe_info::Args),
    Migrate(commands::safe_migrate::Args),
}

/// What to do with a key.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    New(commands::key_new::Args),
    Import(commands::key_import::Args),
    List(commands::key_list::Args),
    Address(commands::key_address::Args),
}

impl Command {
    /// Runs the command.
    pub(crate) fn run(&self, context: &Context) -> Result<Done> {
        match self {
            Self::Chain(ChainCommand::Setup(args)) => context.wait(args.run(context)),
            Self::Chain(ChainCommand::Verify(args)) => context.wait(args.run(context)),
            Self::Chain(ChainCommand::StandardJson(args)) => args.run(context),
            Self::Safe(SafeCommand::Create(args)) => context.wait(args.run(context)),
            Self::Safe(SafeCommand::Predict(args)) => context.wait(args.run(context)),
            Self::Safe(SafeCommand::Info(args)) => context.wait(args.run(context)),
            Self::Safe(SafeCommand::Migrate(args)) => context.wait(args.run(context)),
            Self::Propose(args) => context.wait(args.run(context)),
            Self::List(args) => args.run(context),
            Self::Show(args) => context.wait(args.run(context)),
            Self::Sign(args) => context.wait(args.run(context)),
            Self::AddSignature(args) => context.wait(args.run(context)),
            Self::Import(args) => context.wait(args.run(context)),
            Self::Export(args) => context.wait(args.run(context)),
            Self::Exec(args) => context.wait(args.run(context)),
            Self::Cancel(args) => context.wait(args.run(context)),
            Self::Key(KeyCommand::New(args)) => args.run(context),
            Self::Key(KeyCommand::Import(args)) => args.run(context),
            Self::Key(KeyCommand::List(args)) => args.run(context),
            Self::Key(KeyCommand::Address(args)) => context.wait(args.run(context)),
            Self::Dev(args) => context.wait(args.run(context)),
            Self::Completions(args) => args.run(context),
            Self::Docs(args) => args.run(context),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn help_begins_with_an_imperative_without_full_stop() {
        fn check(command: &clap::Command) {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            assert!(!about.is_empty() && !about.ends_with('.'), "{}: {about:?}", command.get_name());
            for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(
                    !help.is_empty() && !help.ends_with('.'),
                    "{} {}: {help:?}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            command.get_subcommands().for_each(check);
        }
        check(&super::Cli::command());
    }
}
