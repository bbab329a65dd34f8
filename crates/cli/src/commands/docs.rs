use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use clap::{Command, CommandFactory};
use serde::Serialize;

use crate::{
    cli::Cli,
    context::{Context, Done},
    error::{Code, Exit, Failure, Result},
    files::{self, Existing, Privacy},
    page::Page,
    ui::Output,
};

/// Write the command reference and the table of exit codes
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Directory that the pages are written into
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Write nothing, and fail if a page is not what it should be
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Written {
    files: Vec<String>,
}

/// Largest page that is compared.
const MAX_PAGE: usize = 4 * 1024 * 1024;

impl Args {
    pub(crate) fn run(&self, _: &Context) -> Result<Done> {
        let mut written = Vec::new();
        for (name, page) in [("commands.md", commands()), ("exit-codes.md", exit_codes())] {
            let path = self.dir.join(name);
            if self.check {
                expect(&path, &page)?;
            } else {
                files::write_atomically(&path, page.as_bytes(), Privacy::Ordinary, Existing::Replace)
                    .map_err(|error| Failure::io(&path, &error))?;
            }
            written.push(path.display().to_string());
        }
        Done::report(&Written { files: written })
    }
}

fn expect(path: &Path, page: &str) -> Result<()> {
    let found = files::read_bounded(path, MAX_PAGE).map_err(|error| error.into_failure(path, Code::Refused))?;
    if found == page.as_bytes() {
        return Ok(());
    }
    Err(Failure::new(Code::Refused, format_args!("{} is not what this program would write", path.display()))
        .hint("write it anew with `quorate docs --dir`"))
}

/// The reference of every command, made of its help.
fn commands() -> String {
    let mut page = String::from(
        "# Commands\n\nMade from the program's own help by `quorate docs`. Exit codes: [exit-codes.md](exit-codes.md).\n",
    );
    // Wide enough that no line is broken: the page must not depend on who makes it.
    let mut root = Cli::command().term_width(0).max_term_width(0).color(clap::ColorChoice::Never).version("");
    root.build();
    section(&mut page, &mut root, "quorate");
    page
}

fn section(page: &mut String, command: &mut Command, path: &str) {
    let help = command.render_long_help().to_string();
    let lines: Vec<_> = help.trim().lines().map(str::trim_end).collect();
    let _ = write!(page, "\n## {path}\n\n```text\n{}\n```\n", lines.join("\n"));
    for child in command.get_subcommands_mut().filter(|child| !child.is_hide_set()) {
        let path = format!("{path} {}", child.get_name());
        section(page, child, &path);
    }
}

/// The table of exit codes and of the words of the JSON envelope.
fn exit_codes() -> String {
    let mut page = String::from(
        "# Exit codes\n\nMade by `quorate docs`. With `--json`, the word is `errors[0].code` of the envelope; words and \
         numbers are stable.\n\n| exit | meaning |\n|---|---|\n| 0 | done |\n",
    );
    for (exit, meaning) in [
        (Exit::Unexpected, "unexpected: a fault of the program, or the disk is in the way"),
        (Exit::Usage, "usage: the command line, the environment or a settings file is wrong"),
        (Exit::Refused, "refused: what was asked for was checked and is not done"),
        (Exit::NotReady, "not ready: signatures are missing, or it is not the turn of this nonce"),
        (Exit::Network, "network or node"),
        (Exit::Reverted, "reverted, or would revert"),
        (Exit::Interrupted, "interrupted"),
    ] {
        let _ = writeln!(page, "| {} | {meaning} |", exit as u8);
    }
    page.push_str("\n| word | exit | meaning |\n|---|---|---|\n");
    for code in Code::ALL {
        let _ = writeln!(page, "| `{code}` | {} | {} |", code.exit() as u8, code.meaning());
    }
    page
}

impl Output for Written {
    fn page(&self, page: &mut Page) {
        for file in &self.files {
            page.line(file);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visible_command_has_a_section() {
        let page = commands();
        for name in
            ["quorate chain setup", "quorate safe create", "quorate propose", "quorate key list", "quorate exec"]
        {
            assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        }
        assert!(!page.contains("quorate docs --"));
    }

    #[test]
    fn the_reference_says_nothing_of_this_machine() {
        let page = commands();
        assert!(!page.contains('\u{1b}'));
        assert_eq!(page, commands());
    }
}
