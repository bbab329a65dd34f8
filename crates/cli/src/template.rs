//! Texts of a file with `${NAME}` for what the environment holds.

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    secret,
};

/// How the names of variables end that hold the secret of a node.
const ENDINGS: [&str; 3] = ["_API_KEY", "_RPC_KEY", "_RPC_TOKEN"];

/// How the names of variables begin that hold the secret of a node, whatever their end.
const BEGINNING: &str = "QUORATE_RPC_";

/// A text of a file with `${NAME}` for what the environment holds.
///
/// Whoever wrote the file decides what becomes of what the environment of its reader holds. So only variables that are
/// named as a node's secret are taken.
#[derive(Clone, Deserialize, Eq, PartialEq)]
#[serde(try_from = "String")]
pub(crate) struct Template(Vec<Piece>);

/// A part of such a text.
#[derive(Clone, Eq, PartialEq)]
pub(crate) enum Piece {
    /// As it stands there.
    Text(String),
    /// What a variable holds.
    Variable(String),
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong; it names variables, and holds no value.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or("a `${` has no closing `}`")?;
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
        Ok(Self(pieces))
    }

    /// Returns its parts, in order.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// Returns the names of its variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// Puts in what the environment holds; `file` is the name of the file that the text is of.
    ///
    /// # Errors
    ///
    /// [`Code::Config`] that names the variable which is not set or holds a private key, and never a value.
    pub(crate) fn resolve(&self, file: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Zeroizing<String>> {
        let mut values = Vec::new();
        for piece in &self.0 {
            values.push(match piece {
                Piece::Text(text) => Zeroizing::new(text.clone()),
                Piece::Variable(name) => value(name, file, env)?,
            });
        }
        // All at once: a string that grows leaves copies behind.
        let mut resolved = Zeroizing::new(String::with_capacity(values.iter().map(|value| value.len()).sum()));
        for value in values {
            resolved.push_str(&value);
        }
        Ok(resolved)
    }
}

impl std::fmt::Debug for Template {
    /// Leaves out the text: not everybody keeps secrets out of files.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.variables()).finish()
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

/// Returns whether a variable is named as a whole URL of a node.
pub(crate) fn is_whole_url(name: &str) -> bool {
    name == "RPC_URL" || name.ends_with("_RPC_URL") || name.starts_with("RPC_URL_")
}

fn value(name: &str, file: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Zeroizing<String>> {
    let hint = format!("{file} refers to it as ${{{name}}}");
    let value = env(name).map(Zeroizing::new).ok_or_else(|| {
        Failure::new(Code::Config, format_args!("the environment variable {name} is not set")).hint(&hint)
    })?;
    // A URL that the user has there goes to nobody but the node in it, and some have keys of that length in their path.
    let is_url = is_whole_url(name) && value.contains("://");
    if secret::may_hold_key(&value) && !is_url {
        let what = format!("the environment variable {name} looks like a private key: it is not sent to a node");
        return Err(Failure::new(Code::Config, what).hint(hint));
    }
    Ok(value)
}

/// Refuses a variable that is not named as a node's secret: what else the environment holds is none of the file's
/// business.
fn expect_variable(name: &str) -> Result<(), String> {
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_secret = name.starts_with(BEGINNING) || ENDINGS.iter().any(|ending| name.ends_with(ending));
    if is_name && (is_secret || is_whole_url(name)) && !name.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(());
    }
    let [api_key, rpc_key, token] = ENDINGS;
    Err(format!(
        "the variable {name:?} is not taken from the environment: only those are whose names end in {api_key}, \
         {rpc_key}, {token} or _RPC_URL, or begin with {BEGINNING} or RPC_URL_, and RPC_URL"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(name: &str) -> Option<String> {
        match name {
            "NODE_API_KEY" => Some("s3cret".to_owned()),
            "DEPLOYER_API_KEY" | "DEPLOYER_RPC_URL" => Some(format!("0x{}", "1".repeat(64))),
            "NODE_RPC_URL" => Some(format!("https://node.test/{}", "1".repeat(64))),
            _ => None,
        }
    }

    #[test]
    fn what_the_environment_holds_is_put_in() {
        let template = Template::parse("Bearer ${NODE_API_KEY}, ${NODE_API_KEY}!").unwrap();
        assert_eq!(*template.resolve("file", &env).unwrap(), "Bearer s3cret, s3cret!");
        assert_eq!(template.variables().collect::<Vec<_>>(), ["NODE_API_KEY", "NODE_API_KEY"]);
        assert_eq!(format!("{template:?}"), r#"["NODE_API_KEY", "NODE_API_KEY"]"#);
        assert_eq!(*Template::parse("as $it {stands}").unwrap().resolve("file", &env).unwrap(), "as $it {stands}");
    }

    #[test]
    fn only_variables_that_are_named_as_a_nodes_secret_are_taken() {
        for name in ["X_API_KEY", "X_RPC_KEY", "X_RPC_TOKEN", "QUORATE_RPC_MAIN", "X_RPC_URL", "RPC_URL", "RPC_URL_X"] {
            assert!(Template::parse(&format!("${{{name}}}")).is_ok(), "{name}");
        }
        for name in [
            "KEY",
            "AWS_SECRET_ACCESS_KEY",
            "ETH_PASSWORD",
            "X_API_KEY_2",
            "",
            "A B_API_KEY",
            "0_API_KEY",
            "MY_RPC_URL_X",
        ] {
            let error = Template::parse(&format!("${{{name}}}")).unwrap_err();
            assert!(error.contains(&format!("{name:?}")), "{error}");
        }
        assert!(Template::parse("${X_API_KEY").is_err());
    }

    #[test]
    fn a_private_key_is_not_sent_and_a_missing_variable_is_named() {
        for name in ["DEPLOYER_API_KEY", "DEPLOYER_RPC_URL"] {
            let failure = Template::parse(&format!("${{{name}}}")).unwrap().resolve("a.toml", &env).unwrap_err();
            assert_eq!(failure.code, Code::Config);
            assert!(failure.message.contains(name) && !failure.message.contains("111"));
        }
        // The URL of a node may have a key of its own that is as long.
        assert!(Template::parse("${NODE_RPC_URL}").unwrap().resolve("a.toml", &env).unwrap().ends_with("111"));
        let both = Template::parse("${NODE_API_KEY}/${OTHER_API_KEY}").unwrap();
        let failure = both.resolve("a.toml", &env).unwrap_err();
        assert!(failure.message.contains("OTHER_API_KEY") && !failure.message.contains("s3cret"));
        assert!(failure.hint.unwrap().contains("a.toml"));
    }
}
