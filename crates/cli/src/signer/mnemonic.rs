//! Keys from words (BIP-39).

use std::{
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use alloy::signers::local::PrivateKeySigner;
use bip39::{Language, Mnemonic};
use zeroize::Zeroizing;

use super::{
    derivation_path::{DerivationPath, parse_index},
    hd_key,
    password::{prompt_password, read_password_file},
    private_key::env_text,
};
use crate::{
    error::{Code, Failure, Result},
    files,
};

/// Most that is read of a text with a mnemonic: 24 words have 215 bytes at most.
const MAX_LEN: usize = 4096;

/// Where a mnemonic is, and which of its keys is meant
#[derive(Clone, Default, clap::Args)]
pub(crate) struct MnemonicArgs {
    /// File or pipe with the English words of a BIP-39 mnemonic, or `-` for stdin; never the words themselves
    #[arg(long, value_name = "FILE|-", groups = ["key", "words"])]
    mnemonic: Option<PathBuf>,
    /// Name of an environment variable that holds the words of a mnemonic
    #[arg(long, value_name = "VARIABLE", groups = ["key", "words"])]
    mnemonic_env: Option<String>,
    /// File or pipe with the passphrase of the mnemonic, if it has one; never the passphrase itself
    #[arg(long, value_name = "FILE", requires = "words", conflicts_with = "mnemonic_passphrase_env")]
    mnemonic_passphrase: Option<PathBuf>,
    /// Name of an environment variable that holds the passphrase of the mnemonic
    #[arg(long, value_name = "VARIABLE", requires = "words")]
    mnemonic_passphrase_env: Option<String>,
    /// Derivation path of the key, of a mnemonic or in a hardware wallet
    #[arg(long, value_name = "PATH", conflicts_with = "mnemonic_index")]
    mnemonic_derivation_path: Option<DerivationPath>,
    /// Number of the key on the usual path, of a mnemonic or in a hardware wallet [default: 0]
    #[arg(long, value_name = "INDEX", value_parser = parse_index)]
    mnemonic_index: Option<u32>,
}

impl std::fmt::Debug for MnemonicArgs {
    /// Leaves out everything: words may have been typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MnemonicArgs").finish_non_exhaustive()
    }
}

impl MnemonicArgs {
    /// Returns whether a mnemonic is named.
    pub(crate) const fn is_named(&self) -> bool {
        self.mnemonic.is_some() || self.mnemonic_env.is_some()
    }

    /// Refuses a place in a tree of keys where there is no tree: neither a mnemonic nor, as `device` says, a device.
    pub(crate) fn expect_of_use(&self, device: bool) -> Result<()> {
        let has_path = self.mnemonic_derivation_path.is_some() || self.mnemonic_index.is_some();
        if !has_path || self.is_named() || device {
            return Ok(());
        }
        let what = "--mnemonic-index and --mnemonic-derivation-path choose a key of a mnemonic or a hardware wallet";
        Err(Failure::new(Code::Usage, format_args!("{what}, and none is named"))
            .hint("add --mnemonic FILE or --mnemonic-env NAME, or where a device can sign, --ledger or --trezor"))
    }

    /// Returns the path that was given.
    pub(crate) const fn path(&self) -> Option<&DerivationPath> {
        self.mnemonic_derivation_path.as_ref()
    }

    /// Returns the number of the key on the usual path.
    pub(crate) fn index(&self) -> u32 {
        self.mnemonic_index.unwrap_or_default()
    }

    /// Reads the mnemonic and makes the key of it; `None` when none is named.
    pub(crate) fn open(&self) -> Result<Option<PrivateKeySigner>> {
        let (words, source) = match (&self.mnemonic, &self.mnemonic_env) {
            (Some(path), _) => read_words(path)?,
            (None, Some(name)) => (env_text("--mnemonic-env", name)?, name.as_str()),
            (None, None) => return Ok(None),
        };
        let passphrase = match (&self.mnemonic_passphrase, &self.mnemonic_passphrase_env) {
            (Some(path), _) => Zeroizing::new(
                String::from_utf8(read_passphrase(path)?.to_vec())
                    .map_err(|error| drop(Zeroizing::new(error.into_bytes())))
                    .map_err(|()| Failure::new(Code::Usage, "the passphrase of the mnemonic is no UTF-8 text"))?,
            ),
            (None, Some(name)) => env_text("--mnemonic-passphrase-env", name)?,
            (None, None) => Zeroizing::default(),
        };
        let path = self.path().cloned().unwrap_or_else(|| DerivationPath::of_account(self.index()));
        key(&words, &passphrase, &path, source).map(Some)
    }
}

/// Makes the key at `path` of a mnemonic. What is wrong with the words is told without repeating any of them.
fn key(words: &str, passphrase: &str, path: &DerivationPath, source: &str) -> Result<PrivateKeySigner> {
    let wrong = |what: String| Failure::new(Code::Usage, format_args!("{source} holds no mnemonic: {what}"));
    // All words of the list are ASCII, so nothing has to be normalised.
    let mnemonic = Mnemonic::parse_in_normalized(Language::English, words).map_err(|error| {
        wrong(match error {
            bip39::Error::BadWordCount(found) => format!("it has {found} words, and a mnemonic 12, 15, 18, 21 or 24"),
            bip39::Error::UnknownWord(index) => format!("word {} is not in the English list", index + 1),
            _ => "its checksum is wrong: a word is another one, or in another place".to_owned(),
        })
    })?;
    let seed = Zeroizing::new(mnemonic.to_seed(passphrase));
    let secret = hd_key::derive(&seed, path);
    secret
        .and_then(|secret| PrivateKeySigner::from_slice(&secret[..]).ok())
        .ok_or_else(|| Failure::new(Code::Usage, format_args!("the mnemonic has no key at {path}")))
}

/// Reads the words of a file, a pipe or stdin, and says where they are from.
///
/// A failure never repeats the path: it may be words that were typed.
fn read_words(path: &Path) -> Result<(Zeroizing<String>, &'static str)> {
    if path == Path::new("-") {
        if io::stdin().is_terminal() {
            let text = prompt_password("Mnemonic: ")?;
            return Ok((utf8(&text, "what was typed")?, "what was typed"));
        }
        let text = files::read_stream(io::stdin().lock(), MAX_LEN).map(Zeroizing::new);
        let text = text.map_err(|error| error.into_failure(Path::new("stdin"), Code::Usage))?;
        return Ok((utf8(&text, "stdin")?, "stdin"));
    }
    let source = "the file that --mnemonic names";
    let text = files::read_bounded_or_pipe(path, MAX_LEN).map(Zeroizing::new).map_err(|error| {
        error
            .into_nameless_failure(source, Code::Usage)
            .hint("it takes the path of a file, never the words: what was typed here is in the shell's history")
    })?;
    Ok((utf8(&text, source)?, source))
}

fn read_passphrase(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    read_password_file(path).map_err(|error| {
        error
            .into_nameless_failure("the file that --mnemonic-passphrase names", Code::Usage)
            .hint("it takes the path of a file, never the passphrase: what was typed here is in the shell's history")
    })
}

fn utf8(text: &[u8], source: &str) -> Result<Zeroizing<String>> {
    let text = std::str::from_utf8(text);
    text.map(|text| Zeroizing::new(text.to_owned()))
        .map_err(|_| Failure::new(Code::Usage, format_args!("{source} holds no mnemonic: it is no text")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use anvil_fixtures::ACCOUNTS;

    const WORDS: &str = "test test test test test test test test test test test junk";

    fn of(words: &str, passphrase: &str, path: &str) -> Result<PrivateKeySigner> {
        key(words, passphrase, &path.parse().unwrap(), "the test")
    }

    #[test]
    fn the_words_that_anvil_starts_with_give_its_accounts() {
        for (number, account) in (0..).zip(ACCOUNTS) {
            let found = key(WORDS, "", &DerivationPath::of_account(number), "the test").unwrap();
            assert_eq!((found.address(), found.to_bytes()), (account.address, account.key));
        }
    }

    #[test]
    fn a_passphrase_is_hashed_as_the_standard_has_it() {
        // BIP-39, first vector of its Python reference: words, the passphrase TREZOR, the seed.
        let words = format!("{}about", "abandon ".repeat(11));
        let seed = Mnemonic::parse_in_normalized(Language::English, &words).unwrap().to_seed("TREZOR");
        assert_eq!(
            hex::encode(seed),
            "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04"
        );
        let path = "m/44'/60'/0'/0/0";
        let plain = of(&words, "", path).unwrap().address();
        assert_ne!(of(&words, "TREZOR", path).unwrap().address(), plain);
        // One letter, written as one character and as two: the standard makes them the same.
        let [one, two] = ["\u{e9}", "e\u{301}"].map(|it| of(&words, it, path).unwrap().address());
        assert!(one == two && one != plain);
    }

    #[test]
    fn white_space_between_words_does_not_matter() {
        let spread = WORDS.replace(' ', " \n\t");
        let path = "m/44'/60'/0'/0/0";
        assert_eq!(of(&format!(" {spread}\n"), "", path).unwrap().address(), ACCOUNTS[0].address);
    }

    #[test]
    fn words_that_are_wrong_are_not_repeated() {
        let path = "m/44'/60'/0'/0/0";
        for (words, told) in [
            ("", "0 words"),
            ("test test", "2 words"),
            (&WORDS.replace("junk", "zzzz"), "word 12"),
            (&WORDS.replace("junk", "test"), "checksum"),
            (&WORDS.to_uppercase(), "word 1 "),
        ] {
            let failure = of(words, "", path).unwrap_err();
            assert!(failure.message.contains(told), "{}", failure.message);
            assert!(!failure.message.to_lowercase().replace("the test", "").contains("test"), "{}", failure.message);
            assert!(!failure.message.contains("zzzz"), "{}", failure.message);
        }
    }
}
