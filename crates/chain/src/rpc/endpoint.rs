//! Where a node is, and what of that may be shown.

use std::{fmt, net::IpAddr};

use alloy::transports::http::reqwest::Url;
use base64::{Engine, prelude::BASE64_STANDARD};

use super::access::TOKEN_HEADER;

/// Shortest part of a URL that is kept out of messages: shorter ones, such as `v3`, are no secrets.
const SECRET_LEN: usize = 6;

/// Longest message of a node that is passed on, in characters.
const MESSAGE_LEN: usize = 512;

/// A node's URL, of which only scheme, host and port are ever shown: the rest may hold a key.
pub(crate) struct Endpoint {
    url: Url,
    origin: String,
    secrets: Vec<String>,
}

/// A text that is no URL of a node. The text itself is not repeated: it may hold a key.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum UrlError {
    /// Not a URL.
    #[error("the RPC URL is no URL: it starts with http:// or https:// and names a host")]
    Malformed,
    /// Neither HTTP nor HTTPS.
    #[error("only http and https RPC endpoints are supported")]
    Scheme,
}

impl Endpoint {
    pub(crate) fn parse(text: &str) -> Result<Self, UrlError> {
        let url = Url::parse(text.trim()).map_err(|_| UrlError::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme);
        }
        let host = url.host_str().ok_or(UrlError::Malformed)?;
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let origin = format!("{}://{host}{port}", url.scheme());
        let (user, password) = (url.username(), url.password().unwrap_or_default());
        // As the node gets them.
        let basic = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let mut secrets: Vec<String> = [user, password, &basic, url.path()]
            .into_iter()
            .chain(url.path().split('/'))
            .chain(url.query())
            .chain(url.query().into_iter().flat_map(|query| query.split(['&', '='])))
            .map(str::to_owned)
            .filter(|part| part.len() >= SECRET_LEN)
            .collect();
        sort(&mut secrets);
        Ok(Self { url, origin, secrets })
    }

    /// Keeps further texts out of messages.
    pub(crate) fn conceal<'a>(&mut self, secrets: impl Iterator<Item = &'a str>) {
        self.secrets.extend(secrets.filter(|secret| secret.len() >= SECRET_LEN).map(str::to_owned));
        sort(&mut self.secrets);
    }

    /// Returns the whole URL: for the request, never for a message.
    pub(crate) fn url(&self) -> Url {
        self.url.clone()
    }

    /// Returns whether the endpoint is on this machine.
    pub(crate) fn is_local(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Returns scheme, host and port.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Makes a foreign text fit for a message: bounded, without control characters and without parts of the URL.
    pub(crate) fn sanitise(&self, text: &str) -> String {
        // All of it, bounded as answers are: cut off before, the beginning of a secret would stay.
        let mut clean: String = text.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
        for secret in &self.secrets {
            clean = clean.replace(secret.as_str(), "***");
        }
        clean = without_tokens(&clean);
        if clean.chars().count() > MESSAGE_LEN {
            clean = clean.chars().take(MESSAGE_LEN).chain(['…']).collect();
        }
        clean
    }
}

/// Puts the longest first, so that a part of a secret does not break up the whole of it.
fn sort(secrets: &mut Vec<String>) {
    secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
    secrets.dedup();
}

/// Leaves out tokens: each request has one of its own, so they are known by how they begin.
fn without_tokens(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, token)) = rest.split_once(TOKEN_HEADER) {
        clean.push_str(before);
        clean.push_str("***");
        rest = token.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    }
    clean.push_str(rest);
    clean
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Endpoint").field(&self.origin).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk_live_0123456789abcdef";

    #[test]
    fn nothing_but_the_origin_is_shown() {
        for url in [
            format!("https://node.example/v3/{KEY}"),
            format!("https://node.example/?key={KEY}"),
            format!("https://{KEY}:{KEY}@node.example"),
            format!("https://node.example/#{KEY}"),
        ] {
            let endpoint = Endpoint::parse(&url).unwrap();
            assert_eq!(endpoint.origin(), "https://node.example");
            assert!(!format!("{endpoint:?}").contains(KEY), "{endpoint:?}");
        }
        assert_eq!(Endpoint::parse("http://127.0.0.1:8545").unwrap().origin(), "http://127.0.0.1:8545");
    }

    #[test]
    fn a_node_cannot_repeat_the_key() {
        for url in [
            format!("https://node.example/v3/{KEY}"),
            format!("https://node.example/?key={KEY}&x=1"),
            format!("https://user:{KEY}@node.example"),
        ] {
            let endpoint = Endpoint::parse(&url).unwrap();
            let said = endpoint.sanitise(&format!("bad key {KEY}\u{1b}[2J at {url}"));
            assert!(!said.contains(KEY), "{said}");
            assert!(!said.contains('\u{1b}'), "{said}");
        }
        // Nor as it was sent, nor the beginning of one that is cut off.
        let endpoint = Endpoint::parse(&format!("https://user:{KEY}@node.example")).unwrap();
        let sent = BASE64_STANDARD.encode(format!("user:{KEY}"));
        assert_eq!(endpoint.sanitise(&format!("no: Basic {sent}")), "no: Basic ***");
        assert_eq!(endpoint.sanitise(&KEY.repeat(100)), "***".repeat(100));
    }

    #[test]
    fn a_node_cannot_repeat_a_header_or_a_token() {
        let mut endpoint = Endpoint::parse("http://localhost").unwrap();
        endpoint.conceal([KEY, "short"].into_iter());
        let said = endpoint.sanitise(&format!("short {KEY}, {TOKEN_HEADER}.eyJ9.a_b-c {TOKEN_HEADER}"));
        assert_eq!(said, "short ***, *** ***");
    }

    #[test]
    fn this_machine_is_recognised() {
        for (url, local) in [
            ("http://127.0.0.1:8545", true),
            ("http://[::1]:8545", true),
            ("http://localhost/x", true),
            ("http://localhost.example", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(Endpoint::parse(url).unwrap().is_local(), local, "{url}");
        }
    }

    #[test]
    fn a_message_is_bounded() {
        let endpoint = Endpoint::parse("http://localhost").unwrap();
        assert_eq!(endpoint.sanitise(&"ä".repeat(100_000)).chars().count(), MESSAGE_LEN + 1);
        assert_eq!(endpoint.sanitise("plain"), "plain");
    }

    #[test]
    fn only_http_is_an_endpoint_and_no_error_repeats_the_text() {
        for (text, error) in [
            (format!("ws://node.example/{KEY}"), UrlError::Scheme),
            (format!("file:///{KEY}"), UrlError::Scheme),
            (format!("node.example/{KEY}"), UrlError::Malformed),
            (format!("http:///?{KEY} {KEY}:x"), UrlError::Malformed),
            (String::new(), UrlError::Malformed),
        ] {
            let found = Endpoint::parse(&text);
            if let Err(found) = &found {
                assert!(!found.to_string().contains(KEY));
            }
            assert!(matches!(found, Err(found) if found == error) || text.starts_with("http:///"), "{text}");
        }
    }
}
