//! Private keys and mnemonics in texts where none belongs.

use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use alloy::primitives::B256;
use zeroize::Zeroizing;

/// How many hexadecimal digits a private key has.
const KEY_DIGITS: usize = 64;

/// A text that is never shown, and wiped when it is not needed any more.
#[derive(Clone, Default)]
pub(crate) struct Hidden(Zeroizing<String>);

impl Hidden {
    /// Returns the text: for use, never for a message.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Hidden {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

/// Returns whether a text has as many hexadecimal digits on end as a private key, or more.
pub(crate) fn may_hold_key(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|digits| digits.len() >= KEY_DIGITS)
}

/// Writes `***` for whatever may be a private key in a text, and for a mnemonic that was typed.
pub(crate) fn hide_keys(text: &str) -> String {
    let text = typed().hide_phrases(text);
    replace_runs(&text, |run| (run.len() >= KEY_DIGITS).then(|| "***".to_owned()))
}

/// Replaces runs of hexadecimal digits for which there is something else to write.
fn replace_runs(text: &str, with: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        match with(&rest[..digits]) {
            Some(other) => replaced.push_str(&other),
            None => replaced.push_str(&rest[..digits]),
        }
        rest = &rest[digits..];
        let other = rest.find(|c: char| c.is_ascii_hexdigit()).unwrap_or(rest.len());
        replaced.push_str(&rest[..other]);
        rest = &rest[other..];
    }
    replaced
}

/// How many words the shortest mnemonic has.
const PHRASE_WORDS: usize = 12;

/// How many digits are left of what may be a key and may as well be the hash of a proposal.
const SHOWN_DIGITS: usize = 8;

/// What was typed on the command line of this process and may be a secret.
static TYPED: LazyLock<Mutex<Typed>> =
    LazyLock::new(|| Mutex::new(Typed::of(std::env::args_os().map(|it| it.to_string_lossy().into_owned()))));

/// Hides what was typed on the command line of this process, and may be a secret, in a text about it.
///
/// Of 64 digits, which may be the hash of a proposal, the first are left; of everything else, nothing.
pub(crate) fn hide_typed(text: &str) -> String {
    typed().hide(text)
}

/// Takes note that some digits are no secret: there is a proposal with this hash.
pub(crate) fn is_hash_of_proposal(hash: &B256) {
    let digits = hex::encode(hash);
    typed().digits.retain(|typed| *typed != digits);
}

fn typed() -> MutexGuard<'static, Typed> {
    TYPED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Parts of a command line that may be secrets.
#[derive(Debug, Default)]
struct Typed {
    /// Runs of hexadecimal digits, in lower case.
    digits: Vec<String>,
    phrases: Vec<String>,
}

impl Typed {
    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let mut typed = Self::default();
        for argument in arguments {
            let value = match argument.split_once('=') {
                Some((flag, value)) if flag.starts_with('-') => value,
                _ => argument.as_str(),
            };
            let runs = value.split(|c: char| !c.is_ascii_hexdigit());
            typed.digits.extend(runs.filter(|run| run.len() >= KEY_DIGITS).map(str::to_ascii_lowercase));
            if is_phrase(value) {
                typed.phrases.push(value.to_owned());
                // As it is when it was put into one line.
                typed.phrases.push(crate::page::one_line(value));
            }
        }
        typed
    }

    fn hide_phrases(&self, text: &str) -> String {
        self.phrases.iter().fold(text.to_owned(), |text, phrase| text.replace(phrase.as_str(), "***"))
    }

    fn hide(&self, text: &str) -> String {
        replace_runs(&self.hide_phrases(text), |run| {
            let known = self.digits.contains(&run.to_ascii_lowercase());
            match run.get(..SHOWN_DIGITS) {
                Some(shown) if known && run.len() == KEY_DIGITS => Some(format!("{shown}…")),
                _ => known.then(|| "***".to_owned()),
            }
        })
    }
}

/// Returns whether a text may be a mnemonic: as many words as one has, and of its kind.
fn is_phrase(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let is_word = |word: &str| (3..=8).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphabetic());
    words.clone().count() >= PHRASE_WORDS && words.all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_is_64_hexadecimal_digits() {
        let key = "aC".repeat(32);
        for text in [key.clone(), format!("0x{key}"), format!(" 0X{key}\n"), format!("x{key}0y")] {
            assert!(may_hold_key(&text), "{text}");
        }
        for text in ["", "0x", &key[1..], &format!("{}g", &key[1..])] {
            assert!(!may_hold_key(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_a_key_is_hidden_and_the_rest_stays() {
        let key = "0123456789abcDEF".repeat(4);
        for (text, hidden) in [
            (format!("unexpected argument '0x{key}' found"), "unexpected argument '0x***' found".to_owned()),
            (format!("--key={key}9\n{key}"), "--key=***\n***".to_owned()),
            (format!("ä{key}ö"), "ä***ö".to_owned()),
            (format!("{} face – beef", &key[1..]), format!("{} face – beef", &key[1..])),
            (String::new(), String::new()),
        ] {
            assert_eq!(hide_keys(&text), hidden);
        }
    }
    #[test]
    fn of_what_was_typed_a_hash_is_shortened_and_the_rest_is_hidden() {
        let (hash, other) = ("0123456789abcdef".repeat(4), "fedcba9876543210".repeat(4));
        let phrase = "test test test test test test test test test test test junk";
        let typed = Typed::of(
            [
                "show",
                &format!("0x{hash}"),
                &format!("--data=0x{hash}00"),
                &format!("--mnemonic={}", phrase.replace(' ', "  ")),
            ]
            .map(str::to_owned)
            .into_iter(),
        );
        for (text, hidden) in [
            (format!("no proposal 0x{hash}: 0x{other}"), format!("no proposal 0x01234567…: 0x{other}")),
            (format!("no proposal 0X{}", hash.to_uppercase()), "no proposal 0X01234567…".to_owned()),
            (format!("{hash}00 {hash}"), "*** 01234567…".to_owned()),
            (format!("'{}' found", phrase.replace(' ', "  ")), "'***' found".to_owned()),
            (format!("'{phrase}' found"), "'***' found".to_owned()),
        ] {
            assert_eq!(typed.hide(&text), hidden);
        }
        assert!(!is_phrase("pay the landlord for the flat in the old town of Ulm") && !is_phrase(""));
    }
}
