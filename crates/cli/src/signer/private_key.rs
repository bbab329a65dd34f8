//! Private keys as text: from stdin, from a terminal, from the environment.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use alloy::signers::local::PrivateKeySigner;
use zeroize::Zeroizing;

use super::password::prompt_password;
use crate::{
    error::{Code, Failure, Result},
    files, secret,
};

/// Longest private key that is read from stdin or the environment, with what may surround it.
const MAX_KEY_TEXT: usize = 256;

/// Reads a private key from stdin: typed unseen on a terminal, or from a pipe.
pub(crate) fn read_private_key() -> Result<PrivateKeySigner> {
    if io::stdin().is_terminal() {
        return ask_private_key();
    }
    let text = files::read_stream(io::stdin().lock(), MAX_KEY_TEXT)
        .map(Zeroizing::new)
        .map_err(|error| error.into_failure(Path::new("stdin"), Code::Usage))?;
    parse_key(&text, "stdin")
}

/// Asks for a private key on the terminal, without showing it.
///
/// # Errors
///
/// [`Code::TerminalRequired`] when there is none.
pub(crate) fn ask_private_key() -> Result<PrivateKeySigner> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Code::TerminalRequired, "a private key is to be typed, and stdin is no terminal")
            .hint("without a terminal use --private-key-stdin, --private-key-env NAME or --account NAME"));
    }
    parse_key(&prompt_password("Private key: ")?, "what was typed")
}

/// Reads a private key from an environment variable.
pub(crate) fn env_private_key(name: &str) -> Result<PrivateKeySigner> {
    parse_key(env_text("--private-key-env", name)?.as_bytes(), name)
}

/// Reads the environment variable whose name was given for `flag`; a name that may be a secret itself is not repeated.
pub(super) fn env_text(flag: &str, name: &str) -> Result<Zeroizing<String>> {
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // A key without 0x that begins with a letter would be a name.
    if !is_name || secret::may_hold_key(name) {
        return Err(Failure::new(Code::Usage, format_args!("{flag} is not the name of an environment variable")).hint(
            "it takes a name such as OWNER_KEY, never the secret itself; what was typed here is in the shell's history",
        ));
    }
    std::env::var(name).map(Zeroizing::new).map_err(|_| {
        Failure::new(Code::Usage, format_args!("the environment variable {name} is not set, or is no text"))
    })
}

/// Reads a private key in hexadecimal. What is wrong with it is told without repeating any of it.
fn parse_key(text: &[u8], source: &str) -> Result<PrivateKeySigner> {
    let wrong = |what: &str| Failure::new(Code::Usage, format_args!("{source} holds no private key: {what}"));
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"0x").unwrap_or(text);
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, &mut secret[..]).map_err(|_| wrong("a key has 64 hexadecimal digits"))?;
    PrivateKeySigner::from_slice(&secret[..]).map_err(|_| wrong("the number is not on the curve"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_wrong_is_not_repeated() {
        for text in ["", "0x12", "zz", &"f".repeat(64), &"0".repeat(64), &"1".repeat(66)] {
            let failure = parse_key(text.as_bytes(), "KEY").unwrap_err();
            assert!(text.is_empty() || !failure.message.contains(text), "{}", failure.message);
        }
        assert!(parse_key(format!(" 0x{}\n", "1".repeat(64)).as_bytes(), "KEY").is_ok());
    }

    #[test]
    fn a_key_in_place_of_a_variables_name_is_not_repeated() {
        let key = "ac".repeat(32);
        for name in
            [&key, &format!("0x{key}"), &format!("_{key}"), "0xdeadbeef", "", "A=B", "A B", "-x", "\u{e9}t\u{e9}"]
        {
            let failure = env_private_key(name).unwrap_err();
            let text = format!("{} {}", failure.message, failure.hint.unwrap_or_default());
            assert!(text.contains("not the name") && (name.is_empty() || !text.contains(name)), "{text}");
        }
        let failure = env_private_key("QUORATE_TEST_NO_SUCH_VARIABLE").unwrap_err();
        assert!(failure.message.contains("QUORATE_TEST_NO_SUCH_VARIABLE is not set"), "{}", failure.message);
    }
}
