//! The one way to the terminal.

use std::{
    cell::RefCell,
    fmt::Display,
    io::{self, BufRead, IsTerminal, Write},
};

use alloy::primitives::Address;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    error::{Code, Failure, Result},
    page::{Colour, Page, harmless, is_harmful, one_line},
    secret::hide_typed,
};

/// Version of the JSON envelope.
const ENVELOPE_VERSION: u64 = 1;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a command has to say when it is done.
///
/// Its serialised form is the `data` of the envelope; the page is for people.
pub(crate) trait Output: Serialize {
    /// Writes what people read.
    fn page(&self, page: &mut Page);
}

/// Prints: data to stdout, the rest to stderr.
#[derive(Debug)]
pub(crate) struct Ui {
    json: bool,
    quiet: bool,
    colours: ColourChoice,
    warnings: RefCell<Vec<String>>,
}

impl Ui {
    /// Makes the way to the terminal that the flags ask for.
    pub(crate) const fn new(json: bool, quiet: bool, colours: ColourChoice) -> Self {
        Self { json, quiet, colours, warnings: RefCell::new(Vec::new()) }
    }

    /// Returns whether the output is for a program.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Returns whether nothing is to be said on the way.
    pub(crate) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Says something on the way; nothing with `--quiet` and with `--json`.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet && !self.json {
            self.to_stderr(format_args!("{}\n", harmless(&text.to_string())));
        }
    }

    /// Shows a page that is not the result; nothing with `--quiet` and with `--json`.
    pub(crate) fn show(&self, page: &Page) {
        if !self.quiet && !self.json {
            self.show_always(page);
        }
    }

    /// Shows a page that a question will be about.
    pub(crate) fn show_always(&self, page: &Page) {
        self.to_stderr(page.to_text(self.colour(io::stderr().is_terminal())));
    }

    /// Warns; with `--json` the warning is part of the envelope.
    pub(crate) fn warn(&self, text: impl Display) {
        let text = hide_typed(&text.to_string());
        if !self.json {
            let mut page = Page::default();
            page.line(format_args!("warning: {}", one_line(&text)));
            self.show_always(&page);
        }
        self.warnings.borrow_mut().push(text);
    }

    /// Prints a line to stderr whatever the flags, for `-v`.
    pub(crate) fn trace(&self, text: impl Display) {
        self.to_stderr(format_args!("{}\n", harmless(&text.to_string())));
    }

    /// Makes sure, before anything else is asked for, that a question can be asked or need not be.
    ///
    /// # Errors
    ///
    /// [`Code::TerminalRequired`] when nobody can answer.
    pub(crate) fn expect_answer(&self, yes: bool) -> Result<()> {
        if yes || io::stdin().is_terminal() && io::stderr().is_terminal() {
            return Ok(());
        }
        Err(Failure::new(Code::TerminalRequired, "this has to be confirmed, and there is no terminal to ask on")
            .hint("look at it with `quorate show`, and repeat with --yes"))
    }

    /// Asks whether to go on.
    ///
    /// # Errors
    ///
    /// [`Code::TerminalRequired`] when nobody can answer, [`Code::Declined`] when the answer is not yes.
    pub(crate) fn confirm(&self, question: &str, yes: bool) -> Result<()> {
        if yes {
            return Ok(());
        }
        self.expect_answer(yes)?;
        self.to_stderr(format_args!("{} [y/N] ", harmless(question)));
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer).map_err(|error| Failure::new(Code::Io, error))?;
        if matches!(answer.trim(), "y" | "Y" | "yes" | "Yes" | "YES") {
            Ok(())
        } else {
            Err(Failure::new(Code::Declined, "nothing was done"))
        }
    }

    /// Prints the result, and returns whether that worked.
    pub(crate) fn finish(&self, result: Result<(Value, Page)>) -> u8 {
        let (report, failure) = match result {
            Ok(report) => (Some(report), None),
            Err(mut failure) => (failure.report.take().map(|report| *report), Some(failure)),
        };
        // Somebody who typed a secret in the place of something else is not to find it in a log as well.
        let failure = failure.map(|failure| Failure {
            message: hide_typed(&failure.message),
            hint: failure.hint.as_deref().map(hide_typed),
            ..failure
        });
        let exit = failure.as_ref().map_or(0, |failure| failure.code.exit() as u8);
        let printed = if self.json {
            self.print_envelope(report.map(|(data, _)| data), failure.as_ref())
        } else {
            let printed = match &report {
                Some((_, page)) => self.to_stdout(&page.to_text(self.colour(io::stdout().is_terminal()))),
                None => Ok(()),
            };
            if let Some(failure) = &failure {
                self.show_always(&failure_page(failure));
            }
            printed
        };
        match printed {
            Ok(()) => exit,
            // Whoever reads has seen enough, as in `quorate list | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => exit,
            Err(error) => {
                self.to_stderr(format_args!("error: cannot write to stdout: {error}\n"));
                if exit == 0 { Code::Io.exit() as u8 } else { exit }
            }
        }
    }

    /// Prints bytes that are the result themselves, such as a completion script.
    pub(crate) fn raw(&self, text: &str) -> Result<()> {
        self.to_stdout(text).map_err(|error| Failure::new(Code::Io, format_args!("cannot write to stdout: {error}")))
    }

    /// Prints a JSON text that is the result itself, harmless and of the same value.
    pub(crate) fn raw_json(&self, json: &str) -> Result<()> {
        self.raw(&escape_json(json))
    }

    fn print_envelope(&self, data: Option<Value>, failure: Option<&Failure>) -> io::Result<()> {
        let errors: Vec<_> = failure
            .iter()
            .map(|failure| json!({ "code": failure.code.text(), "message": failure.message, "hint": failure.hint }))
            .collect();
        let envelope = json!({
            "schema_version": ENVELOPE_VERSION,
            "success": failure.is_none(),
            "data": data,
            "errors": errors,
            "warnings": *self.warnings.borrow(),
        });
        self.to_stdout(&format!("{}\n", escape_json(&format!("{envelope:#}"))))
    }

    #[allow(clippy::unused_self, reason = "only a Ui prints")]
    fn to_stdout(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    #[allow(clippy::unused_self, reason = "only a Ui prints")]
    fn to_stderr(&self, text: impl Display) {
        // There is nobody left to tell when stderr is closed.
        let _ = write!(io::stderr().lock(), "{text}");
    }

    const fn colour(&self, is_terminal: bool) -> Colour {
        match self.colours {
            ColourChoice::Always => Colour::On,
            ColourChoice::Auto if is_terminal => Colour::On,
            ColourChoice::Auto | ColourChoice::Never => Colour::Off,
        }
    }
}

/// Makes a report of what a command returned.
pub(crate) fn report(output: &impl Output) -> Result<(Value, Page)> {
    let mut data = serde_json::to_value(output).map_err(|error| Failure::new(Code::Unexpected, error))?;
    checksum(&mut data);
    let mut page = Page::default();
    output.page(&mut page);
    Ok((data, page))
}

/// Writes every address with its EIP-55 checksum, as it is written everywhere else.
///
/// Calldata of twenty bytes looks the same; its value does not change by the case of its digits.
fn checksum(value: &mut Value) {
    match value {
        Value::String(text) if text.len() == 42 && text.starts_with("0x") => {
            if let Ok(address) = text.parse::<Address>() {
                *text = address.to_string();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(checksum),
        Value::Object(fields) => fields.values_mut().for_each(checksum),
        _ => {}
    }
}

/// Writes harmful characters of a JSON text as JSON's own escapes; the value stays the same.
fn escape_json(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        // JSON text has ASCII control characters only as line breaks between tokens.
        if c.is_ascii() && c != '\u{7f}' || !is_harmful(c) {
            text.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    text
}

fn failure_page(failure: &Failure) -> Page {
    let mut page = Page::default();
    page.line(format_args!("error: {}", one_line(&failure.message)));
    if let Some(hint) = &failure.hint {
        page.line(format_args!("hint: {}", one_line(hint)));
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_json_does_not_change_its_value() {
        let value = json!({ "note": "a\u{202e}b\u{9b}c\u{e0041}d\u{7f}\n家" });
        let text = escape_json(&value.to_string());
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.chars().all(|c| !is_harmful(c)));
    }
}
