//! The URL of a node, with its secrets from the environment.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    config::FILE_NAME,
    error::{Code, Failure, Result},
    secret,
};

/// How the names of variables end that hold the secret of a node.
const ENDINGS: [&str; 4] = ["_API_KEY", "_RPC_KEY", URL_ENDING, "_RPC_TOKEN"];

/// How the names of variables end that hold a whole URL.
const URL_ENDING: &str = "_RPC_URL";

/// How the names of variables begin that hold the secret of a node, whatever their end.
const BEGINNING: &str = "QUORATE_RPC_";

/// The URL of a node as quorate.toml has it, with `${NAME}` for what the environment holds.
///
/// Whoever wrote the file decides where to send what the environment of its reader holds. So only variables that are
/// named as a node's secret are taken, they cannot change to whom the URL leads, and nobody on the way reads them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct UrlTemplate(Vec<Piece>);

#[derive(Clone, Debug, Eq, PartialEq)]
enum Piece {
    Text(String),
    Variable(String),
}

/// The URL of a node, which may hold secrets.
pub(crate) struct NodeUrl {
    /// The URL.
    pub(crate) url: Zeroizing<String>,
    /// The environment variables in it.
    variables: Vec<String>,
}

impl std::fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NodeUrl").field("variables", &self.variables).finish_non_exhaustive()
    }
}

impl TryFrom<String> for UrlTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or("`rpc`: a `${` has no closing `}`")?;
            expect_variable(name)?;
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        match pieces.as_slice() {
            [] | [Piece::Text(_)] => {}
            [Piece::Variable(name)] if name.ends_with(URL_ENDING) => {}
            _ => expect_fixed_destination(&text, &pieces)?,
        }
        Ok(Self(pieces))
    }
}

impl UrlTemplate {
    /// Puts in what the environment holds.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] that names the variable which is not set or holds a private key, and never a value.
    pub(crate) fn resolve(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<NodeUrl> {
        let mut resolved = NodeUrl { url: Zeroizing::default(), variables: Vec::new() };
        let mut values = Vec::new();
        for piece in &self.0 {
            values.push(match piece {
                Piece::Text(text) => Zeroizing::new(text.clone()),
                Piece::Variable(name) => {
                    resolved.variables.push(name.clone());
                    value(name, env)?
                }
            });
        }
        // All at once: a string that grows leaves copies behind.
        resolved.url.reserve(values.iter().map(|value| value.len()).sum());
        for value in values {
            resolved.url.push_str(&value);
        }
        Ok(resolved)
    }
}

impl NodeUrl {
    /// A URL that the user gave, with nothing of the environment in it.
    pub(crate) fn given(url: &str) -> Self {
        Self { url: Zeroizing::new(url.to_owned()), variables: Vec::new() }
    }

    /// Says which variables are sent, if any are, and to whom: `origin` is scheme, host and port of the URL.
    pub(crate) fn disclosure(&self, origin: &str) -> Option<String> {
        let names: Vec<_> = self.variables.iter().map(|name| format!("${name}")).collect();
        (!names.is_empty()).then(|| format!("{FILE_NAME} sends {} to {origin}", names.join(" and ")))
    }
}

fn value(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Zeroizing<String>> {
    let value = env(name).map(Zeroizing::new).ok_or_else(|| {
        Failure::new(Code::Config, format_args!("the environment variable {name} is not set"))
            .hint(format_args!("{FILE_NAME} refers to it as ${{{name}}}"))
    })?;
    if secret::may_hold_key(&value) {
        return Err(Failure::new(
            Code::Config,
            format_args!("the environment variable {name} looks like a private key: it is not sent to a node"),
        )
        .hint(format_args!("{FILE_NAME} refers to it as ${{{name}}}")));
    }
    Ok(value)
}

/// Refuses a variable that is not named as a node's secret: what else the environment holds is none of the file's
/// business.
fn expect_variable(name: &str) -> Result<(), String> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_for_nodes = name.starts_with(BEGINNING) || ENDINGS.iter().any(|ending| name.ends_with(ending));
    if is_name && is_for_nodes && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(());
    }
    let [api_key, rpc_key, url, token] = ENDINGS;
    Err(format!(
        "`rpc`: the variable {name:?} is not taken from the environment: only those are whose names end in {api_key}, \
         {rpc_key}, {url} or {token}, or begin with {BEGINNING}"
    ))
}

/// Refuses variables that could change to whom a URL leads, or that would go in clear over a network.
fn expect_fixed_destination(text: &str, pieces: &[Piece]) -> Result<(), String> {
    if pieces.iter().any(|piece| matches!(piece, Piece::Variable(name) if name.ends_with(URL_ENDING))) {
        return Err(format!(
            "`rpc`: a variable whose name ends in {URL_ENDING} is the whole URL, with nothing beside it"
        ));
    }
    // What a URL parser drops, or reads as something else, could make the host another one than it looks like.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err("`rpc`: a URL with ${…} has neither spaces nor backslashes nor characters beyond ASCII".to_owned());
    }
    let (is_plain, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return Err("`rpc`: a URL with ${…} begins with https:// or http://".to_owned()),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['$', '{', '}', '@', '%']) {
        return Err("`rpc`: ${…} stands behind the host, and no user is named before it; a whole URL can be one \
                    ${NAME_RPC_URL}"
            .to_owned());
    }
    if is_plain && !is_loopback(authority) {
        return Err("`rpc`: ${…} would go in clear over the network: use https://".to_owned());
    }
    Ok(())
}

/// Returns whether a host, perhaps with a port, is this machine.
fn is_loopback(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let address = rest.split(']').next().unwrap_or_default().parse::<Ipv6Addr>();
        return address.is_ok_and(|address| address.is_loopback());
    }
    let host = authority.split(':').next().unwrap_or_default();
    host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(text: &str) -> Result<UrlTemplate, String> {
        UrlTemplate::try_from(text.to_owned())
    }

    fn env(name: &str) -> Option<String> {
        match name {
            "NODE_API_KEY" => Some("s3cret".to_owned()),
            "NODE_RPC_URL" => Some("http://10.0.0.1/s3cret".to_owned()),
            "DEPLOYER_API_KEY" => Some(format!("0x{}", "1".repeat(64))),
            _ => None,
        }
    }

    #[test]
    fn a_secret_is_put_in_and_told_of_without_its_value() {
        let node = template("https://node.example/v3/${NODE_API_KEY}/x").unwrap().resolve(&env).unwrap();
        assert_eq!(node.url.as_str(), "https://node.example/v3/s3cret/x");
        let told = node.disclosure("https://node.example").unwrap();
        assert_eq!(told, "quorate.toml sends $NODE_API_KEY to https://node.example");
        assert!(!format!("{node:?}").contains("s3cret"));
        let node = template("https://node.example/public").unwrap().resolve(&env).unwrap();
        assert_eq!(node.disclosure("https://node.example"), None);
    }

    #[test]
    fn only_variables_that_are_named_as_a_nodes_secret_are_taken() {
        for name in ["X_API_KEY", "X_RPC_KEY", "X_RPC_TOKEN", "QUORATE_RPC_MAIN"] {
            assert!(template(&format!("https://node.example/${{{name}}}")).is_ok(), "{name}");
        }
        for name in ["KEY", "AWS_SECRET_ACCESS_KEY", "ETH_PASSWORD", "X_API_KEY_2", "", "A B_API_KEY", "0_API_KEY"] {
            let error = template(&format!("https://node.example/${{{name}}}")).unwrap_err();
            assert!(error.contains("`rpc`") && error.contains(&format!("{name:?}")), "{error}");
        }
        assert!(template("https://node.example/${X_API_KEY").is_err());
    }

    #[test]
    fn a_variable_does_not_change_to_whom_the_url_leads() {
        for text in [
            "${X_API_KEY}",
            "${X_API_KEY}://node.example",
            "https://${X_API_KEY}/",
            "https://${X_API_KEY}.evil.example/",
            "https://node.example${X_API_KEY}",
            "https://node.example:${X_API_KEY}/",
            "https://${X_API_KEY}@node.example/",
            "https://user:${X_API_KEY}@node.example/",
            "https://good.example@evil.example/${X_API_KEY}",
            "https://good.example\\@evil.example/${X_API_KEY}",
            "https:///evil.example/${X_API_KEY}",
            "https:/\t/evil.example/${X_API_KEY}",
            "ws://node.example/${X_API_KEY}",
            "node.example/${X_API_KEY}",
            "${X_RPC_URL}/more",
            "https://node.example/${X_RPC_URL}",
        ] {
            assert!(template(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_go_in_clear_over_a_network() {
        for host in ["localhost", "localhost:8545", "127.0.0.1:8545", "[::1]:8545"] {
            assert!(template(&format!("http://{host}/${{X_API_KEY}}")).is_ok(), "{host}");
        }
        for host in ["evil", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "[::2]"] {
            let error = template(&format!("http://{host}/${{X_API_KEY}}")).unwrap_err();
            assert!(error.contains("in clear"), "{host}: {error}");
        }
        assert!(template("http://node.example/").is_ok());
    }

    #[test]
    fn a_whole_url_can_be_one_variable() {
        let node = template("${NODE_RPC_URL}").unwrap().resolve(&env).unwrap();
        assert_eq!(node.url.as_str(), "http://10.0.0.1/s3cret");
        assert_eq!(node.disclosure("http://10.0.0.1").unwrap(), "quorate.toml sends $NODE_RPC_URL to http://10.0.0.1");
    }

    #[test]
    fn a_private_key_is_not_sent_and_a_missing_variable_is_named() {
        let failure = template("https://node.example/${DEPLOYER_API_KEY}").unwrap().resolve(&env).unwrap_err();
        assert_eq!(failure.code, Code::Config);
        assert!(failure.message.contains("DEPLOYER_API_KEY") && !failure.message.contains("111"));
        let both = template("https://node.example/${NODE_API_KEY}/${OTHER_API_KEY}").unwrap();
        let failure = both.resolve(&env).unwrap_err();
        assert!(failure.message.contains("OTHER_API_KEY") && !failure.message.contains("s3cret"));
    }
}
