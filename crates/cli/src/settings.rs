//! The settings of one run: flag, environment, file, default.

use std::{path::PathBuf, time::Duration};

use alloy::primitives::{Address, ChainId};
use quorate_core::{SafeId, SafeState, parse_address};

use crate::{
    config::{Config, FILE_NAME},
    error::{Code, Failure, Result},
    foundry_toml::{self, FoundryToml},
    mailbox::Mailbox,
    node_access::{NodeAccess, NodeArgs},
    node_url::{NodeTemplate, NodeUrl},
    secret::{Hidden, hide_keys},
};

/// Directory of proposals when none is named.
const DEFAULT_MAILBOX: &str = ".quorate/proposals";

/// How long a node may take to answer when nothing else is said.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// Which Safe, where its proposals are, and which node to ask
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Safe and network")]
pub(crate) struct PlaceArgs {
    /// The Safe: a name of quorate.toml, CHAIN:0x…, or 0x… [env: QUORATE_SAFE, SAFE_ADDRESS]
    #[arg(long, value_name = "SAFE")]
    pub(crate) safe: Option<String>,
    /// URL of a node, or a name in quorate.toml or in rpc_endpoints of foundry.toml [env: ETH_RPC_URL,
    /// FOUNDRY_ETH_RPC_URL]
    #[arg(short, long, value_name = "URL|NAME")]
    pub(crate) rpc_url: Option<Hidden>,
    /// The chain, by id or by its name in quorate.toml, where the Safe does not tell [env: CHAIN]
    #[arg(short, long, value_name = "ID|NAME")]
    pub(crate) chain: Option<String>,
    /// Seconds that a node may take to answer [env: ETH_RPC_TIMEOUT] [default: 30]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) rpc_timeout: Option<u64>,
    /// Directory of proposals [env: QUORATE_MAILBOX] [default: .quorate/proposals]
    #[arg(long, value_name = "DIR")]
    pub(crate) mailbox: Option<PathBuf>,
    /// Settings file [env: QUORATE_CONFIG] [default: quorate.toml of the working directory]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) node: NodeArgs,
}

/// What one run goes by.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The Safe, if one is named.
    pub(crate) safe: Option<NamedSafe>,
    /// Where proposals are.
    pub(crate) mailbox: Mailbox,
    /// The settings file: chains and address book.
    pub(crate) config: Config,
    /// How long a node may take to answer.
    pub(crate) rpc_timeout: Duration,
    /// The chain, if it is named apart from a Safe.
    chain_id: Option<ChainId>,
    /// The node as it was named: a URL, or a name. Without one, the chain of the Safe decides.
    rpc: Option<Hidden>,
    /// The project that names nodes, too.
    foundry: FoundryToml,
    /// What goes to the node.
    access: NodeAccess,
}

/// A Safe as it was named.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NamedSafe {
    /// Its address.
    pub(crate) address: Address,
    /// Its chain, if that was said; otherwise it is the one of the node.
    pub(crate) chain_id: Option<ChainId>,
}

impl Settings {
    /// Puts the settings together.
    ///
    /// This is the one place that decides: a flag beats the environment, the environment beats the file, and the file
    /// beats what is built in.
    pub(crate) fn merge(flags: &PlaceArgs, env: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let config_path = flags.config.clone().or_else(|| env("QUORATE_CONFIG").map(PathBuf::from));
        let config = Config::read(config_path.as_deref())?;

        let safe = flags
            .safe
            .clone()
            .or_else(|| env("QUORATE_SAFE"))
            .or_else(|| env("SAFE_ADDRESS"))
            .or_else(|| config.safe.clone());

        let rpc = flags
            .rpc_url
            .clone()
            .or_else(|| env("ETH_RPC_URL").map(Hidden::from))
            .or_else(|| env("FOUNDRY_ETH_RPC_URL").map(Hidden::from));
        // Otherwise, once the chain is known: its `rpc` in the file, and then `eth_rpc_url` of foundry.toml.
        let foundry = FoundryToml::new(env("FOUNDRY_PROFILE"));
        let access = NodeAccess::merge(&flags.node, env)?;

        let chain = flags.chain.clone().or_else(|| env("CHAIN"));
        let chain_id = match chain {
            Some(text) => Some(find_chain(&text, &config)?),
            None => rpc.as_ref().and_then(|name| config.chains.get(name.as_str())).map(|chain| chain.chain_id),
        };

        let mailbox = flags
            .mailbox
            .clone()
            .or_else(|| env("QUORATE_MAILBOX").map(PathBuf::from))
            .or_else(|| config.mailbox.clone())
            .unwrap_or_else(|| PathBuf::from(DEFAULT_MAILBOX));

        let rpc_timeout = match (flags.rpc_timeout, env("ETH_RPC_TIMEOUT")) {
            (Some(seconds), _) => Duration::from_secs(seconds),
            (None, Some(text)) => Duration::from_secs(text.parse().map_err(|_| {
                Failure::new(Code::Config, format_args!("ETH_RPC_TIMEOUT is {text:?}, which is no number of seconds"))
            })?),
            (None, None) => DEFAULT_TIMEOUT,
        };

        let safe = safe.map(|name| NamedSafe::find(&name, &config)).transpose()?;
        if let Some((of_safe, apart)) = safe.and_then(|safe| safe.chain_id).zip(chain_id)
            && of_safe != apart
            && (flags.chain.is_some() || env("CHAIN").is_some())
        {
            return Err(Failure::new(
                Code::Usage,
                format_args!("the Safe is on chain {of_safe}, and --chain or CHAIN says {apart}"),
            ));
        }

        Ok(Self { safe, mailbox: Mailbox::new(mailbox), config, rpc_timeout, chain_id, rpc, foundry, access })
    }

    /// As [`Settings::merge`], with the environment of the process.
    pub(crate) fn of(flags: &PlaceArgs) -> Result<Self> {
        Self::merge(flags, &env)
    }

    /// Returns the Safe.
    ///
    /// # Errors
    ///
    /// [`Code::SafeMissing`] when none is named.
    pub(crate) fn safe(&self) -> Result<NamedSafe> {
        self.safe.ok_or_else(|| {
            Failure::new(Code::SafeMissing, "no Safe is named")
                .hint(format_args!("name it with --safe CHAIN:0x…, SAFE_ADDRESS, or `safe` in {FILE_NAME}"))
        })
    }

    /// Returns the Safe if it is named with its chain, to look into its part of the mailbox.
    pub(crate) fn safe_id(&self) -> Option<SafeId> {
        let safe = self.safe?;
        Some(SafeId::new(safe.chain_id.or(self.chain_id)?, safe.address))
    }

    /// Returns the chain that is named apart from a Safe.
    pub(crate) const fn named_chain(&self) -> Option<ChainId> {
        self.chain_id
    }

    /// Returns whether a node is named for a chain.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] when only foundry.toml could tell, and cannot be read.
    pub(crate) fn has_rpc(&self, chain_id: Option<ChainId>) -> Result<bool> {
        Ok(self.rpc.is_some() || self.node_of_file(chain_id)?.is_some())
    }

    /// Returns the URL of the node to ask about a chain. It may hold a secret.
    ///
    /// # Errors
    ///
    /// [`Code::RpcMissing`] when none is named: there is no default, least of all one on this machine.
    pub(crate) fn node_url(&self, chain_id: Option<ChainId>) -> Result<NodeUrl> {
        let Some(named) = self.rpc.as_ref().map(Hidden::as_str) else {
            let node = self.node_of_file(chain_id)?.ok_or_else(|| {
                Failure::new(Code::RpcMissing, "this needs a node, and none is named")
                    .hint(format_args!("name it with --rpc-url URL, ETH_RPC_URL, or `rpc` of the chain in {FILE_NAME}"))
            })?;
            return node.resolve(&env);
        };
        if named.contains("${") {
            return Err(Failure::new(Code::Usage, "the URL of the node has a `${`, which is replaced in a file alone")
                .hint(format_args!("let the shell replace it, or write it as `rpc` of the chain in {FILE_NAME}")));
        }
        if named.contains("://") {
            return Ok(NodeUrl::given(named));
        }
        let chain = self.config.chains.get(named);
        if let Some(node) = chain.and_then(|chain| chain.node()) {
            return node.resolve(&env);
        }
        if let Some(node) = self.foundry.endpoint(named)? {
            return node.resolve(&env);
        }
        if chain.is_some() {
            return Err(Failure::new(Code::Config, format_args!("[chains.{named}] has no `rpc`"))
                .hint(format_args!("add it to {FILE_NAME}, or give a URL")));
        }
        let chains: Vec<_> = self.config.chains.keys().map(String::as_str).collect();
        let endpoints = self.foundry.names();
        let known = [("known chains", chains.join(", ")), (foundry_toml::FILE_NAME, endpoints.join(", "))];
        let known: Vec<_> = known
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}: {names}"))
            .collect();
        Err(Failure::new(
            Code::RpcMissing,
            "the node is named by something that is neither a URL nor a name that is known",
        )
        .hint(if known.is_empty() {
            "a URL begins with http:// or https://".to_owned()
        } else {
            known.join("; ")
        }))
    }

    /// Returns what goes to the node.
    pub(crate) const fn access(&self) -> &NodeAccess {
        &self.access
    }

    /// Returns the node that a file names where the user names none: the nearer file first.
    fn node_of_file(&self, chain_id: Option<ChainId>) -> Result<Option<NodeTemplate>> {
        let of_chain = chain_id.and_then(|chain_id| self.config.chain(chain_id)).and_then(|(_, chain)| chain.node());
        match of_chain {
            Some(node) => Ok(Some(node)),
            None => self.foundry.default_node(),
        }
    }

    /// Refuses a state of another release than the settings file pins for that Safe, whatever the Safe is called here.
    ///
    /// A claimed state is refused as a real one is: the hash that is signed depends on the release.
    pub(crate) fn check_pinned_version(&self, state: &SafeState) -> Result<()> {
        for (name, pin) in &self.config.safes {
            let chain_id = self.config.chains.get(&pin.chain).map(|chain| chain.chain_id);
            let is_it = pin.address.0 == state.safe.address && chain_id == Some(state.safe.chain_id);
            if let Some(pinned) = pin.version.filter(|pinned| is_it && *pinned != state.version) {
                return Err(Failure::new(
                    Code::WrongContract,
                    format_args!(
                        "the Safe says that it is of version {}; [safes.{name}] of {FILE_NAME} says {pinned}",
                        state.version
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Returns an address as people read it: with its name if the address book has one.
    pub(crate) fn named(&self, address: Address) -> String {
        match self.config.name_of(address) {
            Some(name) => format!("{address} ({name})"),
            None => address.to_string(),
        }
    }

    /// Reads an address, or a name of the address book.
    pub(crate) fn address(&self, text: &str) -> Result<Address> {
        if let Some(entry) = self.config.book.get(text) {
            return Ok(entry.0);
        }
        parse_address(text).map_err(|error| {
            let failure = Failure::new(Code::Usage, format_args!("{:?}: {error}", hide_keys(text)));
            if text.starts_with("0x") {
                failure
            } else {
                failure.hint(format_args!("[book] of {FILE_NAME} has no such name"))
            }
        })
    }
}

/// Finds a chain by its id, by its name in the settings file, or by its ERC-3770 short name.
fn find_chain(text: &str, config: &Config) -> Result<ChainId> {
    if let Some(chain) = config.chains.get(text) {
        return Ok(chain.chain_id);
    }
    // A Safe's name begins with the same names of chains.
    match format!("{text}:{}", Address::ZERO).parse::<SafeId>() {
        Ok(safe) => Ok(safe.chain_id),
        Err(error) => Err(Failure::new(Code::Usage, format_args!("{:?} names no chain: {error}", hide_keys(text)))),
    }
}

impl NamedSafe {
    fn find(text: &str, config: &Config) -> Result<Self> {
        if let Some(safe) = config.safes.get(text) {
            return Ok(Self {
                address: safe.address.0,
                // Config::read made sure that the chain is there.
                chain_id: config.chains.get(&safe.chain).map(|chain| chain.chain_id),
            });
        }
        if let Some((chain, address)) = text.rsplit_once(':')
            && let Some(chain) = config.chains.get(chain)
        {
            let address = parse_address(address).map_err(|error| Failure::new(Code::Usage, error))?;
            return Ok(Self { address, chain_id: Some(chain.chain_id) });
        }
        if text.starts_with("0x") {
            let address = parse_address(text).map_err(|error| Failure::new(Code::Usage, error))?;
            return Ok(Self { address, chain_id: None });
        }
        match text.parse::<SafeId>() {
            Ok(safe) => Ok(Self { address: safe.address, chain_id: Some(safe.chain_id) }),
            Err(error) => {
                let known: Vec<_> = config.safes.keys().map(String::as_str).collect();
                let failure = Failure::new(Code::Usage, format_args!("{:?} names no Safe: {error}", hide_keys(text)));
                Err(if known.is_empty() {
                    failure
                } else {
                    failure.hint(format_args!("known Safes: {}", known.join(", ")))
                })
            }
        }
    }
}

/// Reads an environment variable; an empty one counts as absent.
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::{B256, U256, address};
    use quorate_core::{Account, Block, Version};

    const SAFE: Address = address!("41675C099F32341bf84BFc5382aF534df5C7461a");

    fn file(directory: &tempfile::TempDir) -> PathBuf {
        let path = directory.path().join(FILE_NAME);
        let text = format!(
            "safe = \"treasury\"\nmailbox = \"from-file\"\n[chains.local]\nchain_id = 31337\nrpc = \"http://file.test\"\n\
             [safes.treasury]\naddress = \"{SAFE}\"\nchain = \"local\"\n"
        );
        std::fs::write(&path, text).unwrap();
        path
    }

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("address");
        let mut flags = PlaceArgs { config: Some(file(&directory)), ..PlaceArgs::default() };
        let env = |name: &str| match name {
            "ETH_RPC_URL" => Some("http://env.test".to_owned()),
            "QUORATE_MAILBOX" => Some("from-env".to_owned()),
            "SAFE_ADDRESS" => Some(Address::repeat_byte(2).to_string()),
            _ => None,
        };
        let settings = Settings::merge(&flags, &nothing).unwrap();
        assert_eq!(settings.safe_id(), Some(SafeId::new(31_337, SAFE)));
        assert_eq!(settings.node_url(Some(31_337)).unwrap().url.as_str(), "http://file.test");
        assert!(settings.mailbox.directory(SafeId::new(1, SAFE)).starts_with("from-file"));
        assert_eq!(settings.rpc_timeout, DEFAULT_TIMEOUT);

        let settings = Settings::merge(&flags, &env).unwrap();
        assert_eq!(settings.safe.unwrap().address, Address::repeat_byte(2));
        assert_eq!(settings.node_url(Some(31_337)).unwrap().url.as_str(), "http://env.test");
        assert!(settings.mailbox.directory(SafeId::new(1, SAFE)).starts_with("from-env"));

        flags.safe = Some(format!("local:{}", Address::repeat_byte(3)));
        flags.rpc_url = Some("local".to_owned().into());
        flags.mailbox = Some(path.clone());
        let settings = Settings::merge(&flags, &env).unwrap();
        assert_eq!(settings.safe_id(), Some(SafeId::new(31_337, Address::repeat_byte(3))));
        assert_eq!(settings.node_url(Some(31_337)).unwrap().url.as_str(), "http://file.test");
        assert!(settings.mailbox.directory(SafeId::new(1, SAFE)).starts_with(path));
    }

    #[test]
    fn without_a_node_none_is_guessed() {
        let settings = Settings::merge(&PlaceArgs::default(), &nothing).unwrap();
        assert_eq!(settings.node_url(Some(1)).unwrap_err().code, Code::RpcMissing);
        assert!(!settings.has_rpc(Some(1)).unwrap());
        assert_eq!(settings.safe().unwrap_err().code, Code::SafeMissing);
    }

    #[test]
    fn what_is_no_url_is_not_repeated() {
        let flags = PlaceArgs { rpc_url: Some("s3cret-key".to_owned().into()), ..PlaceArgs::default() };
        let failure = Settings::merge(&flags, &nothing).unwrap().node_url(None).unwrap_err();
        assert!(!failure.message.contains("s3cret"));
        assert!(!format!("{flags:?}{:?}", Settings::merge(&flags, &nothing).unwrap()).contains("s3cret"));
    }

    #[test]
    fn the_variable_of_cast_beats_that_of_forge() {
        let flags = PlaceArgs::default();
        let both = |name: &str| name.strip_suffix("ETH_RPC_URL").map(|prefix| format!("http://{prefix}.test"));
        assert_eq!(Settings::merge(&flags, &both).unwrap().node_url(None).unwrap().url.as_str(), "http://.test");
        let forge = |name: &str| both(name).filter(|_| name.starts_with("FOUNDRY"));
        let settings = Settings::merge(&flags, &forge).unwrap();
        assert_eq!(settings.node_url(None).unwrap().url.as_str(), "http://FOUNDRY_.test");
    }

    #[test]
    fn a_safe_is_named_in_several_ways() {
        let config = Config::default();
        for (text, chain_id) in
            [(format!("eth:{SAFE}"), Some(1)), (format!("31337:{SAFE}"), Some(31_337)), (SAFE.to_string(), None)]
        {
            let found = NamedSafe::find(&text, &config).unwrap();
            assert_eq!((found.address, found.chain_id), (SAFE, chain_id));
        }
        assert!(NamedSafe::find("treasury", &config).is_err());
    }

    #[test]
    fn the_release_is_pinned_for_one_safe_on_one_chain_however_it_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = file(&directory);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("{text}version = \"1.4.1\"\n")).unwrap();
        let state = |chain_id, version| SafeState {
            safe: SafeId::new(chain_id, SAFE),
            block: Block { number: 1, hash: B256::ZERO, timestamp: 0 },
            version,
            singleton: Account::keyed(Address::ZERO),
            owners: vec![Account::keyed(Address::repeat_byte(1))],
            threshold: 1,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::ZERO,
        };
        for safe in [None, Some(format!("31337:{SAFE}")), Some(SAFE.to_string())] {
            let flags = PlaceArgs { config: Some(path.clone()), safe, ..PlaceArgs::default() };
            let settings = Settings::merge(&flags, &nothing).unwrap();
            let failure = settings.check_pinned_version(&state(31_337, Version::V1_5_0)).unwrap_err();
            assert_eq!(failure.code, Code::WrongContract);
            assert!(settings.check_pinned_version(&state(31_337, Version::V1_4_1)).is_ok());
            assert!(settings.check_pinned_version(&state(1, Version::V1_5_0)).is_ok());
        }
    }

    #[test]
    fn a_url_that_is_given_takes_nothing_from_the_environment() {
        let flags = PlaceArgs { rpc_url: Some("https://node.test/${HOME}".to_owned().into()), ..PlaceArgs::default() };
        let failure = Settings::merge(&flags, &nothing).unwrap().node_url(None).unwrap_err();
        assert_eq!(failure.code, Code::Usage);
    }
}
