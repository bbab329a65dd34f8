//! Text for people: lines, labels and callouts, and the one place where foreign text is made harmless.

use std::fmt::{self, Display, Write as _};

/// How a piece of text is meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Style {
    Plain,
    Dim,
    Heading,
    Good,
    Alarm,
}

/// What a command shows: pieces of text that are already harmless, with their meaning.
///
/// Everything that goes in passes [`harmless`], so text of a file, a chain or a node can never move the cursor, change
/// colours or reverse the reading direction.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Page {
    pieces: Vec<(Style, String)>,
    indent: usize,
}

/// Width of the column of labels.
const LABELS: usize = 14;

impl Page {
    /// Writes a line.
    pub(crate) fn line(&mut self, text: impl Display) {
        self.styled(Style::Plain, text);
    }

    /// Writes a line that stands out, above others.
    pub(crate) fn heading(&mut self, text: impl Display) {
        self.styled(Style::Heading, text);
    }

    /// Writes a line of lesser importance.
    pub(crate) fn aside(&mut self, text: impl Display) {
        self.styled(Style::Dim, text);
    }

    /// Writes a line that reports that something is in order.
    pub(crate) fn good(&mut self, text: impl Display) {
        self.styled(Style::Good, text);
    }

    /// Writes a line that must not be missed. The exclamation marks do without colour.
    pub(crate) fn alarm(&mut self, text: impl Display) {
        self.styled(Style::Alarm, format_args!("!! {text}"));
    }

    /// Writes a label and what it names.
    pub(crate) fn row(&mut self, label: &str, text: impl Display) {
        let text = text.to_string();
        let margin = " ".repeat(self.indent);
        // A line break inside is foreign: it would let text pose as a row of its own.
        self.pieces.push((Style::Dim, format!("{margin}{:LABELS$}", harmless(label))));
        self.pieces.push((Style::Plain, format!("{}\n", harmless(&text))));
    }

    /// Writes what `write` writes, further to the right.
    pub(crate) fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 2;
        write(self);
        self.indent -= 2;
    }

    fn styled(&mut self, style: Style, text: impl Display) {
        let text = text.to_string();
        let margin = " ".repeat(self.indent);
        self.pieces.push((style, format!("{margin}{}\n", harmless(&text))));
    }

    /// Returns the text, with the escape sequences of colours or without.
    pub(crate) fn to_text(&self, colour: Colour) -> String {
        let mut text = String::new();
        for (style, piece) in &self.pieces {
            let sequence = match style {
                Style::Plain => "",
                Style::Dim => "\x1b[2m",
                Style::Heading => "\x1b[1m",
                Style::Good => "\x1b[32m",
                Style::Alarm => "\x1b[1;31m",
            };
            if colour == Colour::Off || sequence.is_empty() {
                text.push_str(piece);
            } else {
                let body = piece.trim_end_matches('\n');
                let _ = write!(text, "{sequence}{body}\x1b[0m{}", &piece[body.len()..]);
            }
        }
        text
    }
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Colour {
    /// With escape sequences.
    On,
    /// Without.
    Off,
}

/// Displays text with everything that a terminal would obey, or that misleads the eye, written out.
///
/// Control characters, escape sequences, line breaks, characters of no width, other spaces and the marks that change
/// the reading direction become `\u{…}`.
pub(crate) const fn harmless(text: &str) -> Harmless<'_> {
    Harmless(text)
}

/// Makes one space of every run of white space: what has foreign text in it cannot be moved to another row or column.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Most characters of a foreign text that are shown to people.
const MAX_FOREIGN: usize = 200;

/// Makes one short line of a text that somebody else wrote, so that it cannot pose as rows of the page: every run of
/// white space becomes one space, and what is long is cut off.
pub(crate) fn foreign(text: &str) -> String {
    let words = one_line(text);
    match words.char_indices().nth(MAX_FOREIGN) {
        None => words,
        Some((end, _)) => format!("{}… ({} characters in all; --json has them)", &words[..end], text.chars().count()),
    }
}

/// See [`harmless`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Harmless<'a>(&'a str);

impl Display for Harmless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.chars().all(|c| !is_harmful(c)) {
            return f.pad(self.0);
        }
        for c in self.0.chars() {
            if is_harmful(c) {
                write!(f, "{}", c.escape_unicode())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}

/// Returns whether a terminal obeys the character, or the eye is misled by it.
pub(crate) const fn is_harmful(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{a0}' // controls of ASCII and Latin 1, and the space that does not break
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2000}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' // spaces, joiners, directions
        | '\u{3000}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}') // tags and variation selectors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_written_out() {
        let text = harmless("a\u{1b}[2Jb\rc\u{7}\u{9b}31m").to_string();
        assert_eq!(text, r"a\u{1b}[2Jb\u{d}c\u{7}\u{9b}31m");
    }

    #[test]
    fn marks_of_direction_and_characters_of_no_width_are_written_out() {
        for c in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{ad}', '\u{e0041}', '\u{85}', '\u{2028}'] {
            assert_eq!(harmless(&c.to_string()).to_string(), c.escape_unicode().to_string());
        }
    }

    #[test]
    fn ordinary_text_of_any_language_stays() {
        for text in ["rent, May", "Miete – März", "家賃", "аренда", "🦀"] {
            assert_eq!(harmless(text).to_string(), text);
        }
    }

    #[test]
    fn foreign_text_cannot_pose_as_another_row() {
        let mut page = Page::default();
        page.row("note", "rent\nto            0xevil");
        assert_eq!(page.to_text(Colour::Off).lines().count(), 1);
    }

    #[test]
    fn foreign_text_is_one_short_line_without_columns() {
        let note = format!("rent{}to            0xevil{}value         1 wei", " ".repeat(62), "\n");
        assert_eq!(foreign(&note), "rent to 0xevil value 1 wei");
        let long = foreign(&"é".repeat(5000));
        assert!(long.starts_with('é') && long.chars().count() < 260, "{long}");
    }

    #[test]
    fn colour_adds_nothing_but_escape_sequences() {
        let mut page = Page::default();
        page.heading("a");
        page.alarm("b");
        page.row("c", "d");
        let plain = page.to_text(Colour::Off);
        let mut coloured = page.to_text(Colour::On);
        for sequence in ["\x1b[2m", "\x1b[1m", "\x1b[1;31m", "\x1b[0m"] {
            coloured = coloured.replace(sequence, "");
        }
        assert_eq!(plain, coloured);
    }
}
