//! The URL of a node, with its secrets from the environment.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, Ipv6Addr},
};

use quorate_chain::Headers;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    template::{Piece, Template, is_whole_url},
};

/// The URL of a node as a file has it, with `${NAME}` for what the environment holds.
///
/// What is taken from the environment cannot change to whom the URL leads, and nobody on the way reads it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct UrlTemplate(Template);

/// What a file has to say of a node.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NodeTemplate {
    /// Name of the file, without its directory.
    pub(crate) file: &'static str,
    /// The URL.
    pub(crate) url: UrlTemplate,
    /// Headers of every request, by name.
    pub(crate) headers: BTreeMap<String, Template>,
}

/// The URL of a node, which may hold secrets.
pub(crate) struct NodeUrl {
    /// The URL.
    pub(crate) url: Zeroizing<String>,
    /// Headers that the file has for it.
    pub(crate) headers: Headers,
    /// The environment variables in both.
    variables: Vec<String>,
    source: Source,
}

/// Who decides to whom a URL leads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Source {
    /// The user, on the command line or in the environment.
    User,
    /// A file of this name.
    File(&'static str),
    /// A file of this name that leaves it to a variable of the user's.
    Variable(&'static str),
}

impl std::fmt::Debug for NodeUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { url: _, headers, variables, source } = self;
        let mut debug = f.debug_struct("NodeUrl");
        debug.field("headers", headers).field("variables", variables).field("source", source).finish_non_exhaustive()
    }
}

impl UrlTemplate {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong; it names variables, and holds no value.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let template = Template::parse(text)?;
        match template.pieces() {
            [] | [Piece::Text(_)] => {}
            [Piece::Variable(name)] if is_whole_url(name) => {}
            _ => {
                if template.variables().any(is_whole_url) {
                    return Err("a variable for a whole URL, such as NAME_RPC_URL, stands there alone".to_owned());
                }
                expect_fixed_destination(text)?;
            }
        }
        Ok(Self(template))
    }

    /// Returns whether it is one variable, and so leads to whom the user says.
    fn is_variable(&self) -> bool {
        matches!(self.0.pieces(), [Piece::Variable(_)])
    }

    /// Refuses a URL that a secret must not go to, beside it.
    pub(crate) fn expect_secret_headers(&self) -> Result<(), String> {
        match self.0.pieces() {
            [Piece::Text(url)] => expect_fixed_destination(url),
            // That was made sure of when it was read.
            _ => Ok(()),
        }
    }
}

impl TryFrom<String> for UrlTemplate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).map_err(|error| format!("`rpc`: {error}"))
    }
}

impl NodeTemplate {
    /// Refuses headers that are none, or that would carry a secret where it must not go.
    pub(crate) fn check(&self) -> Result<(), String> {
        for (name, value) in &self.headers {
            // What the environment holds is looked at when it is put in.
            let text = if value.variables().next().is_some() { "" } else { text_of(value) };
            Headers::default().insert(name, text).map_err(|error| format!("`headers`: {name:?}: {error}"))?;
        }
        if self.headers.values().any(|value| value.variables().next().is_some()) {
            self.url.expect_secret_headers().map_err(|error| format!("`headers` with ${{…}}: {error}"))?;
        }
        Ok(())
    }

    /// Puts in what the environment holds.
    ///
    /// # Errors
    ///
    /// As [`Template::resolve`].
    pub(crate) fn resolve(&self, env: &dyn Fn(&str) -> Option<String>) -> Result<NodeUrl> {
        let Self { file, url, headers: templates } = self;
        let mut headers = Headers::default();
        let mut variables: Vec<_> = url.0.variables().map(str::to_owned).collect();
        for (name, value) in templates {
            variables.extend(value.variables().map(str::to_owned));
            headers.insert(name, &value.resolve(file, env)?).map_err(|error| {
                Failure::new(Code::Config, format_args!("the header {name:?}: {error}"))
                    .hint(format_args!("{file} has it for this node"))
            })?;
        }
        let source = if url.is_variable() { Source::Variable(file) } else { Source::File(file) };
        Ok(NodeUrl { url: url.0.resolve(file, env)?, headers, variables, source })
    }
}

fn text_of(template: &Template) -> &str {
    match template.pieces() {
        [Piece::Text(text)] => text,
        _ => "",
    }
}

impl NodeUrl {
    /// A URL that the user gave, with nothing of the environment in it.
    pub(crate) fn given(url: &str) -> Self {
        let url = Zeroizing::new(url.to_owned());
        Self { url, headers: Headers::default(), variables: Vec::new(), source: Source::User }
    }

    /// Returns the file that decides to whom it leads, if that is not the user.
    pub(crate) const fn deciding_file(&self) -> Option<&'static str> {
        match self.source {
            Source::File(file) => Some(file),
            Source::User | Source::Variable(_) => None,
        }
    }

    /// Says which variables are sent, if any are, and to whom: `origin` is scheme, host and port of the URL.
    pub(crate) fn disclosure(&self, origin: &str) -> Option<String> {
        let (Source::File(file) | Source::Variable(file)) = self.source else { return None };
        let names: Vec<_> = self.variables.iter().map(|name| format!("${name}")).collect();
        (!names.is_empty()).then(|| format!("{file} sends {} to {origin}", names.join(" and ")))
    }
}

/// Refuses a URL where secrets could change to whom it leads, or would go in clear over a network.
fn expect_fixed_destination(text: &str) -> Result<(), String> {
    // What a URL parser drops, or reads as something else, could make the host another one than it looks like.
    if !text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
        return Err("a URL with ${…} has neither spaces nor backslashes nor characters beyond ASCII".to_owned());
    }
    let (is_plain, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return Err("a URL with ${…} begins with https:// or http://".to_owned()),
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains(['$', '{', '}', '@', '%']) {
        return Err("${…} stands behind the host, and no user is named before it; a whole URL can be one \
                    ${NAME_RPC_URL}"
            .to_owned());
    }
    if is_plain && !is_loopback(authority) {
        return Err("${…} would go in clear over the network: use https://".to_owned());
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

    fn template(url: &str, headers: &[(&str, &str)]) -> Result<NodeTemplate, String> {
        let headers = headers.iter().map(|(name, value)| Ok(((*name).to_owned(), Template::parse(value)?)));
        let headers = headers.collect::<Result<_, String>>()?;
        let node = NodeTemplate { file: "quorate.toml", url: UrlTemplate::parse(url)?, headers };
        node.check().map(|()| node)
    }

    fn resolved(url: &str, headers: &[(&str, &str)]) -> NodeUrl {
        template(url, headers).unwrap().resolve(&env).unwrap()
    }

    fn env(name: &str) -> Option<String> {
        match name {
            "NODE_API_KEY" => Some("s3cret".to_owned()),
            "RPC_URL_MAINNET" => Some("http://10.0.0.1/s3cret".to_owned()),
            "BROKEN_API_KEY" => Some("a\r\nb".to_owned()),
            _ => None,
        }
    }

    #[test]
    fn a_secret_is_put_in_and_told_of_without_its_value() {
        let node = resolved("https://node.example/v3/${NODE_API_KEY}/x", &[]);
        assert_eq!(node.url.as_str(), "https://node.example/v3/s3cret/x");
        let told = node.disclosure("https://node.example").unwrap();
        assert_eq!(told, "quorate.toml sends $NODE_API_KEY to https://node.example");
        assert!(!format!("{node:?}").contains("s3cret"));
        assert_eq!(resolved("https://node.example/public", &[]).disclosure("https://node.example"), None);
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
            "https://node.example/${RPC_URL_X}",
        ] {
            assert!(UrlTemplate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_does_not_go_in_clear_over_a_network() {
        for host in ["localhost", "localhost:8545", "127.0.0.1:8545", "[::1]:8545"] {
            assert!(template(&format!("http://{host}/${{X_API_KEY}}"), &[]).is_ok(), "{host}");
            assert!(template(&format!("http://{host}/"), &[("x", "${X_API_KEY}")]).is_ok(), "{host}");
        }
        for host in ["evil", "localhost.evil.example", "10.0.0.1", "127.0.0.1.evil.example", "[::2]"] {
            for (path, headers) in [("${X_API_KEY}", &[][..]), ("", &[("x", "${X_API_KEY}")])] {
                let error = template(&format!("http://{host}/{path}"), headers).unwrap_err();
                assert!(error.contains("in clear"), "{host}: {error}");
            }
        }
        assert!(template("http://node.example/", &[("x", "public")]).is_ok());
    }

    #[test]
    fn a_whole_url_can_be_one_variable() {
        let node = resolved("${RPC_URL_MAINNET}", &[]);
        assert_eq!(node.url.as_str(), "http://10.0.0.1/s3cret");
        let told = node.disclosure("http://10.0.0.1").unwrap();
        assert_eq!(told, "quorate.toml sends $RPC_URL_MAINNET to http://10.0.0.1");
    }

    #[test]
    fn a_header_is_put_in_and_told_of_without_its_value() {
        let node = resolved("https://node.example", &[("Authorization", "Bearer ${NODE_API_KEY}"), ("x", "plain")]);
        assert_eq!(node.headers.names().collect::<Vec<_>>(), ["authorization", "x"]);
        let told = node.disclosure("https://node.example").unwrap();
        assert_eq!(told, "quorate.toml sends $NODE_API_KEY to https://node.example");
        assert!(!format!("{node:?}").contains("s3cret"));
        for (name, value) in [("content-length", "1"), ("a b", "x"), ("", "x"), ("a", "b\r\nc")] {
            assert!(template("https://node.example", &[(name, value)]).is_err(), "{name}: {value}");
        }
        let broken = template("https://node.example", &[("x", "${BROKEN_API_KEY}")]).unwrap();
        assert_eq!(broken.resolve(&env).unwrap_err().code, Code::Config);
    }

    #[test]
    fn it_is_known_who_decides_to_whom_a_url_leads() {
        assert_eq!(NodeUrl::given("https://node.example").deciding_file(), None);
        assert_eq!(resolved("${RPC_URL_MAINNET}", &[]).deciding_file(), None);
        for url in ["https://node.example", "https://node.example/${NODE_API_KEY}"] {
            assert_eq!(resolved(url, &[]).deciding_file(), Some("quorate.toml"), "{url}");
        }
    }
}
