//! What a node is told beside a request, and how it is reached: headers, a token, certificates, proxies.

use std::{fmt, time::SystemTime};

use alloy::{
    primitives::hex,
    transports::http::reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Headers that say how a request is written, which is decided here.
const RESERVED: [&str; 5] = ["connection", "content-length", "content-type", "host", "transfer-encoding"];

/// The first part of every token: `{"alg":"HS256","typ":"JWT"}` in base64url.
pub(super) const TOKEN_HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// What a node is told beside a request, and how it is reached. Nothing of it is ever shown.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Headers of every request.
    pub headers: Headers,
    /// The secret that tokens are made of, as the engine API has them: `Authorization: Bearer …`, a fresh one for every
    /// request. It takes the place of a header of that name.
    pub jwt: Option<JwtSecret>,
    /// Which certificates of an https endpoint are taken.
    pub certificates: Certificates,
    /// Whether a proxy may stand in between.
    pub proxy: Proxy,
}

/// Which certificates of an https endpoint are taken.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Certificates {
    /// Those that the system trusts, for the host that was asked for.
    #[default]
    Trusted,
    /// Any: whoever is on the way can read what is sent, headers included, and answer in the node's name.
    Any,
}

/// Whether a proxy may stand between here and a node.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Proxy {
    /// As `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say; never for what is on this machine.
    #[default]
    OfEnvironment,
    /// Never.
    None,
}

/// Headers of a request. Their values may be secrets, and are never shown.
#[derive(Clone, Default)]
pub struct Headers(HeaderMap);

/// A text that is no header. The text itself is not repeated: it may hold a secret.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum HeaderError {
    /// There is no colon between a name and a value.
    #[error("a header is a name and a value with a colon between them")]
    NoColon,
    /// A name with characters that no name has.
    #[error("the name of a header is letters, digits and `-`")]
    Name,
    /// A value with control characters.
    #[error("the value of a header is visible characters and spaces")]
    Value,
    /// A header that says how the request is written.
    #[error("the header {0} is not for choice")]
    Reserved(&'static str),
}

/// The secret that a node and its clients share, 32 bytes. It is never shown, and wiped when it is not needed any more.
#[derive(Clone)]
pub struct JwtSecret(Zeroizing<[u8; 32]>);

/// A text that is no such secret. The text itself is not repeated.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a JWT secret is 64 hexadecimal digits")]
pub struct JwtSecretError;

impl Access {
    /// Returns the headers of a request that is sent at `now`.
    pub(super) fn headers_at(&self, now: SystemTime) -> HeaderMap {
        let mut headers = self.headers.0.clone();
        if let Some(jwt) = &self.jwt {
            let bearer = Zeroizing::new(format!("Bearer {}", *jwt.token(now)));
            // Base64 has nothing that a header cannot have.
            if let Ok(mut value) = HeaderValue::from_str(&bearer) {
                value.set_sensitive(true);
                headers.insert(AUTHORIZATION, value);
            }
        }
        headers
    }

    /// Returns what a node must not make us repeat.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &str> {
        let values = self.headers.0.values().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| std::iter::once(value).chain(value.split(' ')))
    }
}

impl Headers {
    /// Adds a header that is written as `name: value`; it takes the place of one of the same name.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when it is none, or none that can be chosen.
    pub fn read(&mut self, text: &str) -> Result<(), HeaderError> {
        let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
        self.insert(name, value)
    }

    /// Adds a header; it takes the place of one of the same name. Spaces around both are left out.
    ///
    /// # Errors
    ///
    /// As [`Headers::read`].
    pub fn insert(&mut self, name: &str, value: &str) -> Result<(), HeaderError> {
        let name = HeaderName::try_from(name.trim()).map_err(|_| HeaderError::Name)?;
        if let Some(reserved) = RESERVED.iter().find(|reserved| **reserved == name.as_str()) {
            return Err(HeaderError::Reserved(reserved));
        }
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| HeaderError::Value)?;
        if value.to_str().is_err() {
            return Err(HeaderError::Value);
        }
        value.set_sensitive(true);
        self.0.insert(name, value);
        Ok(())
    }

    /// Adds all of `others`; they take the place of those of the same names.
    pub fn extend(&mut self, others: &Self) {
        for (name, value) in &others.0 {
            self.0.insert(name, value.clone());
        }
    }

    /// Returns whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(HeaderName::as_str)
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

impl JwtSecret {
    /// Reads 64 hexadecimal digits, with or without `0x`, and with white space around them.
    ///
    /// # Errors
    ///
    /// [`JwtSecretError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, JwtSecretError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut_slice()).map_err(|_| JwtSecretError)?;
        Ok(Self(bytes))
    }

    /// Makes a token that was issued at `now`: RFC 7519 with HMAC-SHA-256, and nothing claimed but the time, as the
    /// engine API of execution clients has it.
    fn token(&self, now: SystemTime) -> Zeroizing<String> {
        let issued = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"iat":{issued}}}"#));
        let signed = format!("{TOKEN_HEADER}.{claims}");
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("HMAC takes a key of any length");
        mac.update(signed.as_bytes());
        Zeroizing::new(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
    }
}

impl fmt::Debug for JwtSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SECRET: &str = "Bearer sk_live_0123456789abcdef";

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_header_is_a_name_and_a_value() {
        let mut headers = Headers::default();
        headers.read(&format!("Authorization: {SECRET}")).unwrap();
        headers.read("x-key:a:b").unwrap();
        headers.read("X-Key: c").unwrap();
        let access = Access { headers, ..Access::default() };
        let sent = access.headers_at(at(0));
        assert_eq!(
            (sent.len(), &sent["authorization"], &sent["x-key"]),
            (2, &SECRET.parse().unwrap(), &"c".parse().unwrap())
        );
        assert!(sent.values().all(HeaderValue::is_sensitive));
        assert_eq!(access.secrets().collect::<Vec<_>>(), [SECRET, "Bearer", "sk_live_0123456789abcdef", "c", "c"]);
        assert_eq!(format!("{:?}", access.headers), r#"["authorization", "x-key"]"#);
    }

    #[test]
    fn what_is_no_header_is_refused_without_being_repeated() {
        for (text, error) in [
            (SECRET, HeaderError::NoColon),
            ("", HeaderError::NoColon),
            (":x", HeaderError::Name),
            ("a b: x", HeaderError::Name),
            ("a\r\nb: x", HeaderError::Name),
            ("a: x\r\nb: y", HeaderError::Value),
            ("a: \u{e4}", HeaderError::Value),
            ("Content-Length: 0", HeaderError::Reserved("content-length")),
            ("host: node.example", HeaderError::Reserved("host")),
        ] {
            let found = Headers::default().read(text).unwrap_err();
            assert_eq!(found, error, "{text:?}");
            assert!(text.len() < 5 || !found.to_string().contains(text));
        }
    }

    #[test]
    fn a_token_is_that_of_the_standard() {
        // Python: hmac.new(bytes(range(32)), header + b"." + claims, hashlib.sha256), each part in base64url.
        let secret = JwtSecret::parse(&hex::encode((0..32).collect::<Vec<u8>>())).unwrap();
        let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDB9.\
                     uAxdaUtr1_HpYPtNDLNlQ_sHMiP5eBV-ra8EjL3ScS8";
        assert_eq!(*secret.token(at(1_700_000_000)), token);
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#), TOKEN_HEADER);
        let mut access = Access { jwt: Some(secret), ..Access::default() };
        access.headers.read("authorization: other").unwrap();
        let sent = access.headers_at(at(1_700_000_000));
        assert_eq!((sent.len(), sent["authorization"].to_str().unwrap()), (1, &*format!("Bearer {token}")));
        assert_ne!(sent, access.headers_at(at(1_700_000_001)));
        assert!(!format!("{access:?}{sent:?}").contains(token));
    }

    #[test]
    fn a_secret_is_64_hexadecimal_digits() {
        let digits = "aB".repeat(32);
        for text in [digits.clone(), format!("0x{digits}"), format!(" 0x{digits}\n")] {
            assert_eq!(JwtSecret::parse(&text).unwrap().0.as_slice(), [0xab; 32], "{text}");
        }
        for text in ["", "0x", &digits[1..], &format!("{digits}00"), &format!("{}zz", &digits[2..])] {
            assert!(JwtSecret::parse(text).is_err(), "{text}");
        }
    }
}
