//! The command `quorate`: propose, sign and execute transactions of Safe-style multisigs.
//!
//! One file a command in [`commands`]; what they share:
//!
//! | module | holds |
//! |---|---|
//! | `cli` | the command line |
//! | `settings`, `config`, `foundry_toml` | flag, environment, `quorate.toml`, `foundry.toml`, default |
//! | `node_url`, `node_access`, `template` | to whom a request goes, and which secrets with it |
//! | `context` | what every command is given: the terminal and the node |
//! | `mailbox`, `files` | proposals on disk |
//! | `describe`, `decode`, `status`, `units` | what is shown before anybody signs |
//! | `call` | the call that a user describes |
//! | `signer`, `keystore`, `secret`, `fees` | keys, and the account that pays |
//! | `nested` | the signature of a Safe that owns a Safe |
//! | `ui`, `page` | the one way to the terminal |
//! | `error`, `failures` | what goes wrong, and with which exit code |

mod call;
mod cli;
mod commands;
mod config;
mod context;
mod decode;
mod describe;
mod error;
mod failures;
mod fees;
mod files;
mod foundry_toml;
mod keystore;
mod mailbox;
mod nested;
mod node_access;
mod node_url;
mod page;
mod proposal_file;
mod secret;
mod settings;
mod signer;
mod status;
mod template;
mod ui;
mod units;

use std::{
    ffi::OsString,
    io::{self, Write},
    process::ExitCode,
};

use clap::{CommandFactory, FromArgMatches};

use crate::{
    cli::Cli,
    context::{Context, Done},
    error::{Code, Failure},
    ui::{ColourChoice, Ui},
};

fn main() -> ExitCode {
    harden();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    report_panics();
    let plain = no_color || arguments.windows(2).any(|it| it[0] == "--color" && it[1] == "never");
    let command = Cli::command().color(if plain { clap::ColorChoice::Never } else { clap::ColorChoice::Auto });
    let parsed = command.try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return ExitCode::from(usage(&error, &arguments)),
    };
    let colours = if no_color { ColourChoice::Never } else { cli.global.color };
    let context = Context::new(Ui::new(cli.global.json, cli.global.quiet, colours));
    end_on_interrupt(cli.global.json);
    let result = cli.command.run(&context);
    if cli.global.verbose {
        context.tell_usage();
    }
    let result = match result {
        Ok(Done::Report(data, page)) => Ok((data, page)),
        Ok(Done::Printed) => return ExitCode::SUCCESS,
        Err(failure) => Err(failure),
    };
    ExitCode::from(context.ui.finish(result))
}

/// Reports what is wrong with the command line: as clap does, or in the envelope when `--json` is there.
///
/// What may be a private key that was put in a wrong place is not repeated.
fn usage(error: &clap::Error, arguments: &[OsString]) -> u8 {
    let json = arguments.iter().any(|argument| argument == "--json");
    if !error.use_stderr() || !json {
        let text = error.render().to_string();
        // Help and version go to stdout. There is nobody left to tell when printing fails.
        let hidden = secret::hide_keys(&text);
        let _ = if error.use_stderr() && hidden != text {
            io::stderr().lock().write_all(hidden.as_bytes())
        } else {
            error.print()
        };
        return if error.use_stderr() { Code::Usage.exit() as u8 } else { 0 };
    }
    let text = secret::hide_keys(&error.render().to_string());
    // clap's text is the message, then hints and the usage, each after an empty line.
    let message = text.split("\n\n").next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message).split_whitespace().collect::<Vec<_>>().join(" ");
    let failure = Failure::new(Code::Usage, message).hint("--help tells what is expected");
    Ui::new(true, false, ColourChoice::Never).finish(Err(failure))
}

/// Keeps keys out of core dumps, and from other processes of the same user.
fn harden() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    // Where the limit cannot be lowered there is nothing else to do; a key in memory is no worse off than before.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    // The limit does not hold where a program takes the dumps, and says nothing about debuggers.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

/// Ends with 130 on Ctrl-C, wherever the program is.
///
/// Files are written beside the old one and renamed, so there is nothing half-done to clean up.
fn end_on_interrupt(json: bool) {
    let ended = ctrlc::set_handler(move || {
        if commands::dev::interrupted() {
            return;
        }
        signer::restore_terminal();
        let failure = Failure::new(Code::Interrupted, "interrupted");
        let failure = match fees::may_have_sent() {
            Some(hash) => failure
                .hint(format_args!("the transaction {hash} may be on its way: look it up before you send it again")),
            None => failure,
        };
        std::process::exit(i32::from(Ui::new(json, false, ColourChoice::Never).finish(Err(failure))));
    });
    // Without a handler the system ends the program, and the shell sees 130 all the same.
    let _ = ended;
}

/// Tells of a fault of the program in its own words.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let json = std::env::args_os().any(|argument| argument == "--json");
        let place = panic.location().map_or_else(String::new, |place| format!(" at {}:{}", place.file(), place.line()));
        let what = panic.payload_as_str().unwrap_or("no message");
        let failure = Failure::new(Code::Unexpected, format_args!("quorate has a fault{place}: {what}"))
            .hint("please report it, with the command you ran; leave out keys and URLs");
        let exit = Ui::new(json, false, ColourChoice::Never).finish(Err(failure));
        std::process::exit(i32::from(exit));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_of_the_process_is_dumped_or_looked_into() {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
        harden();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
        assert_eq!(getrlimit(Resource::Core).current, Some(0));
    }
}
