//! `quorate.toml`: the settings that a team commits and reviews.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use alloy::primitives::{Address, ChainId};
use quorate_core::{Version, chain_id_of_short_name, parse_address};
use serde::{Deserialize, Deserializer, de::Error};

use crate::{
    error::{Code, Failure, Result},
    files,
    node_url::{NodeTemplate, UrlTemplate},
    template::Template,
};

/// Name of the file in the working directory.
pub(crate) const FILE_NAME: &str = "quorate.toml";

/// Largest settings file that is read.
const MAX_LEN: usize = 1024 * 1024;

/// Longest name of a chain, a Safe or an address.
const MAX_NAME_LEN: usize = 64;

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Name of the Safe that is meant when none is named.
    pub(crate) safe: Option<String>,
    /// Directory of proposals.
    pub(crate) mailbox: Option<PathBuf>,
    /// Chains by name.
    #[serde(default)]
    pub(crate) chains: BTreeMap<String, Chain>,
    /// Safes by name.
    #[serde(default)]
    pub(crate) safes: BTreeMap<String, Safe>,
    /// Addresses by name.
    #[serde(default)]
    pub(crate) book: BTreeMap<String, CheckedAddress>,
}

/// A chain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Chain {
    /// Its EIP-155 id.
    pub(crate) chain_id: ChainId,
    /// URL of a node.
    rpc: Option<UrlTemplate>,
    /// Headers of every request to it.
    #[serde(default)]
    headers: BTreeMap<String, Template>,
}

impl Chain {
    /// Returns the node that is named for the chain.
    pub(crate) fn node(&self) -> Option<NodeTemplate> {
        Some(NodeTemplate { file: FILE_NAME, url: self.rpc.clone()?, headers: self.headers.clone() })
    }

    fn check(&self) -> Result<(), String> {
        match self.node() {
            Some(node) => node.check(),
            None if self.headers.is_empty() => Ok(()),
            None => Err("`headers` are sent to `rpc`, which is not there".to_owned()),
        }
    }
}

/// A Safe.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Safe {
    /// Its address.
    pub(crate) address: CheckedAddress,
    /// Name of its chain in `[chains]`.
    pub(crate) chain: String,
    /// The release that it has to be of.
    #[serde(default, deserialize_with = "version")]
    pub(crate) version: Option<Version>,
}

/// An address whose checksum was checked.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct CheckedAddress(pub(crate) Address);

impl<'de> Deserialize<'de> for CheckedAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_address(&text).map(Self).map_err(|error| D::Error::custom(format_args!("{text:?}: {error}")))
    }
}

/// Reads a release, and names what is none.
fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|error| D::Error::custom(format_args!("{text:?}: {error}")))
}

impl Config {
    /// Reads the settings file.
    ///
    /// Without `path`, the file of the working directory, which need not exist.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when the file is wrong, [`Code::NotFound`] when a named one is not there.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self> {
        let file = path.unwrap_or(Path::new(FILE_NAME));
        match files::read_bounded(file, MAX_LEN) {
            Ok(bytes) => Self::parse(file, &bytes),
            Err(files::ReadError::Io(error)) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(error.into_failure(file, Code::Config)),
        }
    }

    fn parse(file: &Path, bytes: &[u8]) -> Result<Self> {
        let wrong = |what: String| Failure::new(Code::Config, format_args!("{}: {what}", file.display()));
        let text = std::str::from_utf8(bytes).map_err(|_| wrong("is not UTF-8 text".to_owned()))?;
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            wrong(format!("line {line}: {}", error.message()))
        })?;
        config.check_names().map_err(wrong)?;
        for (name, chain) in &config.chains {
            chain.check().map_err(|error| wrong(format!("[chains.{name}]: {error}")))?;
        }
        for (name, safe) in &config.safes {
            if !config.chains.contains_key(&safe.chain) {
                let known: Vec<_> = config.chains.keys().map(String::as_str).collect();
                return Err(wrong(format!("[safes.{name}] is on chain {:?}, which is not in [chains]", safe.chain))
                    .hint(format_args!("known chains: {}", known.join(", "))));
            }
        }
        if let Some(name) = &config.safe
            && !config.safes.contains_key(name)
        {
            return Err(wrong(format!("safe = {name:?}, and there is no [safes.{name}]")));
        }
        Ok(config)
    }

    /// Makes sure that no name can be taken for something that means another thing without the file.
    fn check_names(&self) -> Result<(), String> {
        let chains = self.chains.keys().map(|name| ("chains", name));
        let safes = self.safes.keys().map(|name| ("safes", name));
        let book = self.book.keys().map(|name| ("book", name));
        for (table, name) in chains.chain(safes).chain(book) {
            if !is_name(name) {
                return Err(format!(
                    "{name:?} in [{table}] is no name: a name is a letter, and then letters, digits, `_`, `.` and `-`, \
                     {MAX_NAME_LEN} in all at most"
                ));
            }
        }
        let mut names = BTreeMap::new();
        for (name, chain) in &self.chains {
            let id = chain.chain_id;
            if let Some(known) = chain_id_of_short_name(&name.to_ascii_lowercase())
                && known != id
            {
                return Err(format!("[chains.{name}] has chain_id = {id}; {name} is the short name of chain {known}"));
            }
            if name == "eip155" {
                return Err(
                    "[chains.eip155]: eip155:ID names a chain by its id, and so eip155 alone is no name".to_owned()
                );
            }
            if let Some(other) = names.insert(id, name) {
                return Err(format!("[chains.{other}] and [chains.{name}] both have chain_id = {id}"));
            }
        }
        Ok(())
    }

    /// Returns the chain of an id, with its name.
    pub(crate) fn chain(&self, chain_id: ChainId) -> Option<(&str, &Chain)> {
        self.chains.iter().find(|(_, chain)| chain.chain_id == chain_id).map(|(name, chain)| (name.as_str(), chain))
    }

    /// Returns the name that the address book has for an address.
    pub(crate) fn name_of(&self, address: Address) -> Option<&str> {
        self.book.iter().find(|(_, entry)| entry.0 == address).map(|(name, _)| name.as_str())
    }
}

/// Returns whether a text is a name: never an address, a number, or a Safe with its chain.
fn is_name(text: &str) -> bool {
    text.len() <= MAX_NAME_LEN
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        safe = "treasury"
        mailbox = "proposals"

        [chains.local]
        chain_id = 31337
        rpc = "http://127.0.0.1:8545/${NODE_API_KEY}"

        [safes.treasury]
        address = "0x41675C099F32341bf84BFc5382aF534df5C7461a"
        chain = "local"
        version = "1.5.0"

        [book]
        landlord = "0x255C3912f91eF11bFDadd405F13144a823Da8cc5"
    "#;

    fn parse(text: &str) -> Result<Config> {
        Config::parse(Path::new(FILE_NAME), text.as_bytes())
    }

    #[test]
    fn a_settings_file_is_read() {
        let config = parse(GOOD).unwrap();
        assert_eq!(config.chain(31_337).unwrap().0, "local");
        assert_eq!(config.name_of(config.book["landlord"].0), Some("landlord"));
        assert_eq!(config.safes["treasury"].version, Some(Version::V1_5_0));
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_line_and_the_keys_there_are() {
        let failure = parse("\n\nmailbx = \"x\"\n").unwrap_err();
        assert_eq!(failure.code, Code::Config);
        assert!(failure.message.contains("line 3") && failure.message.contains("`mailbox`"), "{}", failure.message);
    }

    #[test]
    fn an_address_with_a_wrong_checksum_is_refused() {
        let failure = parse(&GOOD.replace("0x255C", "0x255c")).unwrap_err();
        assert!(failure.message.contains("checksum"), "{}", failure.message);
    }

    #[test]
    fn names_have_to_lead_somewhere() {
        assert!(parse(&GOOD.replace("chain = \"local\"", "chain = \"remote\"")).is_err());
        assert!(parse(&GOOD.replace("safe = \"treasury\"", "safe = \"vault\"")).is_err());
    }

    #[test]
    fn a_name_is_not_what_means_something_without_the_file() {
        let address = "0x41675C099F32341bf84BFc5382aF534df5C7461a";
        let long = "a".repeat(65);
        for name in [address, "0xbeef", "1", "31337", "eth:x", "a b", "", "-a", ".a", "é", "a/b", "a\\u001b", &long] {
            for (table, entry) in [
                ("book", format!("[book]\n\"{name}\" = \"{address}\"\n")),
                ("chains", format!("[chains.\"{name}\"]\nchain_id = 5\n")),
                ("safes", format!("{GOOD}\n[safes.\"{name}\"]\naddress = \"{address}\"\nchain = \"local\"\n")),
            ] {
                let failure = parse(&entry).unwrap_err();
                assert_eq!(failure.code, Code::Config);
                let what = format!("in [{table}] is no name");
                assert!(failure.message.contains(&what), "{name}: {}", failure.message);
            }
        }
        for name in ["a", "X0", "pay.roll_2-b", &long[1..]] {
            assert!(parse(&format!("[book]\n\"{name}\" = \"{address}\"\n")).is_ok(), "{name}");
        }
    }

    #[test]
    fn a_chain_is_what_its_name_says_and_there_once() {
        assert!(parse("[chains.eth]\nchain_id = 1\n[chains.gno]\nchain_id = 100\n").is_ok());
        for name in ["eth", "ETH"] {
            let failure = parse(&format!("[chains.{name}]\nchain_id = 11155111\n")).unwrap_err();
            assert!(failure.message.contains(&format!("[chains.{name}]")), "{}", failure.message);
        }
        assert!(parse("[chains.eip155]\nchain_id = 1\n").is_err());
        let failure = parse("[chains.one]\nchain_id = 5\n[chains.two]\nchain_id = 5\n").unwrap_err();
        assert!(failure.message.contains("[chains.one] and [chains.two]"), "{}", failure.message);
    }

    #[test]
    fn a_release_that_is_none_is_named_with_its_line() {
        for version in ["one", "1.5"] {
            let failure = parse(&GOOD.replace("1.5.0", version)).unwrap_err();
            assert!(failure.message.contains(&format!("line 12: {version:?}: ")), "{}", failure.message);
        }
    }

    #[test]
    fn headers_go_to_a_node_that_is_named_beside_them() {
        let with = |headers: &str, rpc: &str| {
            parse(&format!("[chains.local]\nchain_id = 31337\n{rpc}\nheaders = {{ {headers} }}\n"))
        };
        let rpc = "rpc = \"https://node.example\"";
        let config = with("Authorization = \"Bearer ${NODE_API_KEY}\", x-y = \"a, b\"", rpc).unwrap();
        assert_eq!(config.chains["local"].node().unwrap().headers.len(), 2);
        for (headers, rpc, what) in [
            ("x = \"y\"", "", "`rpc`"),
            ("x = \"${NODE_API_KEY}\"", "rpc = \"http://node.example\"", "in clear"),
            ("x = \"${AWS_SECRET}\"", rpc, "AWS_SECRET"),
            ("host = \"node.example\"", rpc, "host"),
            ("\"a b\" = \"y\"", rpc, "a b"),
            ("x = 7", rpc, "line 4"),
        ] {
            let failure = with(headers, rpc).unwrap_err();
            assert!(failure.code == Code::Config && failure.message.contains(what), "{what}: {}", failure.message);
        }
    }

    #[test]
    fn a_url_that_sends_what_is_no_nodes_secret_is_refused_with_its_line() {
        let failure = parse(&GOOD.replace("NODE_API_KEY", "AWS_SECRET")).unwrap_err();
        assert_eq!(failure.code, Code::Config);
        assert!(failure.message.contains("line 7") && failure.message.contains("AWS_SECRET"), "{}", failure.message);
    }
}
