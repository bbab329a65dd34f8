//! What a node is told beside a request, and how it is reached.

use std::path::Path;

use quorate_chain::{Access, Certificates, Headers, JwtSecret, Proxy};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    files,
    node_url::NodeUrl,
    secret::{self, Hidden},
};

/// The variable with headers.
const HEADERS: &str = "ETH_RPC_HEADERS";

/// The variable with the secret of tokens.
const JWT: &str = "ETH_RPC_JWT_SECRET";

/// Most that is read of a file or a pipe with the secret of tokens.
const MAX_JWT_LEN: usize = 1024;

/// How the node is reached
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Node")]
pub(crate) struct NodeArgs {
    /// Header of every request, as "name: value"; can be repeated. The variable, with commas between several, is not seen
    /// by other users of the machine [env: ETH_RPC_HEADERS]
    #[arg(long, value_name = "HEADER", alias = "headers")]
    rpc_headers: Vec<Hidden>,
    /// File or pipe with the secret of the tokens that the node asks for, 64 hexadecimal digits [env: ETH_RPC_JWT_SECRET,
    /// the digits themselves]
    #[arg(long, value_name = "FILE")]
    jwt_secret: Option<Hidden>,
    /// Take any certificate: whoever is on the way can read and change everything
    #[arg(short = 'k', long)]
    insecure: bool,
    /// Ask no proxy, whatever HTTPS_PROXY and the like say
    #[arg(long, alias = "disable-proxy")]
    no_proxy: bool,
}

/// What goes to the node that is asked, whichever that is.
#[derive(Debug)]
pub(crate) struct NodeAccess {
    headers: Option<(Headers, Origin)>,
    jwt: Option<(JwtSecret, Origin)>,
    certificates: Certificates,
    proxy: Proxy,
}

/// Where a secret for a node comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    /// The command line: it is meant for the node of this run.
    Flag,
    /// The environment, under this name: it is meant for the node that the user has there.
    Variable(&'static str),
}

impl NodeAccess {
    /// Puts it together: a flag beats the environment.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] or [`Code::Config`] that holds nothing of what is wrong.
    pub(crate) fn merge(flags: &NodeArgs, env: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let env = |name: &'static str| env(name).map(|text| (Zeroizing::new(text), Origin::Variable(name)));
        let headers = if flags.rpc_headers.is_empty() {
            env(HEADERS).map(|(text, origin)| Ok((headers([text.as_str()], HEADERS, Code::Config)?, origin)))
        } else {
            let texts = flags.rpc_headers.iter().map(Hidden::as_str);
            Some(headers(texts, "--rpc-headers", Code::Usage).map(|headers| (headers, Origin::Flag)))
        };
        let jwt = match &flags.jwt_secret {
            Some(path) => Some(read_jwt(path.as_str()).map(|jwt| (jwt, Origin::Flag))),
            None => env(JWT).map(|(text, origin)| {
                let jwt = JwtSecret::parse(&text);
                Ok((jwt.map_err(|error| Failure::new(Code::Config, format_args!("{JWT}: {error}")))?, origin))
            }),
        };
        Ok(Self {
            headers: headers.transpose()?,
            jwt: jwt.transpose()?,
            certificates: if flags.insecure { Certificates::Any } else { Certificates::Trusted },
            proxy: if flags.no_proxy { Proxy::None } else { Proxy::OfEnvironment },
        })
    }

    /// Returns what goes to a node, and what there is to warn of.
    ///
    /// What the environment holds for a node does not go to one that a file decides on: whoever wrote the file would get
    /// it without having named it.
    ///
    /// # Errors
    ///
    /// [`Code::Usage`] when a header and a token are the same thing.
    pub(crate) fn for_node(&self, node: &NodeUrl) -> Result<(Access, Vec<String>)> {
        let mut access =
            Access { headers: node.headers.clone(), jwt: None, certificates: self.certificates, proxy: self.proxy };
        let mut warnings = Vec::new();
        let mut goes = |origin| match (origin, node.deciding_file()) {
            (Origin::Variable(name), Some(file)) => {
                warnings.push(format!(
                    "{name} is kept back: {file} decides on the node; name it with --rpc-url or ETH_RPC_URL to send it there"
                ));
                false
            }
            _ => true,
        };
        if let Some((headers, origin)) = &self.headers
            && goes(*origin)
        {
            access.headers.extend(headers);
        }
        if let Some((jwt, origin)) = &self.jwt
            && goes(*origin)
        {
            access.jwt = Some(jwt.clone());
        }
        if access.jwt.is_some() && access.headers.names().any(|name| name == "authorization") {
            let what = "a JWT secret and a header Authorization are given, and a request has only one of them";
            return Err(
                Failure::new(Code::Usage, what).hint(format_args!("leave out one: --jwt-secret and {JWT} are tokens"))
            );
        }
        if access.certificates == Certificates::Any {
            warnings.push(
                "--insecure: the node's certificate is not checked; whoever is on the way can read and change everything"
                    .to_owned(),
            );
        }
        Ok((access, warnings))
    }
}

/// Reads headers with commas between them.
fn headers<'a>(texts: impl IntoIterator<Item = &'a str>, name: &str, code: Code) -> Result<Headers> {
    let mut headers = Headers::default();
    for text in texts.into_iter().flat_map(|text| text.split(',')) {
        headers.read(text).map_err(|error| {
            Failure::new(code, format_args!("{name}: {error}"))
                .hint("a comma divides one header from the next; `headers` in quorate.toml can have some in a value")
        })?;
    }
    Ok(headers)
}

fn read_jwt(path: &str) -> Result<JwtSecret> {
    if secret::may_hold_key(path) {
        let what = "--jwt-secret takes a file: every process of the machine could read the secret itself";
        return Err(Failure::new(Code::Usage, what).hint(format_args!(
            "write it into a file, or into {JWT}; one that was typed here is in the shell's history"
        )));
    }
    let path = Path::new(path);
    let bytes =
        files::read_bounded_or_pipe(path, MAX_JWT_LEN).map_err(|error| error.into_failure(path, Code::Usage))?;
    let bytes = Zeroizing::new(bytes);
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    JwtSecret::parse(text).map_err(|error| Failure::new(Code::Usage, format_args!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node_url::{NodeTemplate, UrlTemplate};

    const SECRET: &str = "Bearer s3cret";

    fn env(name: &str) -> Option<String> {
        match name {
            HEADERS => Some(format!("x-one: {SECRET},x-two:b")),
            JWT => Some("ab".repeat(32)),
            "MY_RPC_URL" => Some("https://mine.example".to_owned()),
            _ => None,
        }
    }

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn of_file(url: &str) -> NodeUrl {
        let url = UrlTemplate::parse(url).unwrap();
        NodeTemplate { file: "quorate.toml", url, headers: [].into() }.resolve(&env).unwrap()
    }

    fn names(access: &Access) -> Vec<&str> {
        let mut names: Vec<_> = access.headers.names().collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_flag_beats_the_environment() {
        let given = NodeUrl::given("https://node.example");
        let (access, warnings) = NodeAccess::merge(&NodeArgs::default(), &env).unwrap().for_node(&given).unwrap();
        assert_eq!((names(&access), access.jwt.is_some(), warnings.len()), (vec!["x-one", "x-two"], true, 0));
        let flags = NodeArgs { rpc_headers: vec!["x-three:c".to_owned().into()], ..NodeArgs::default() };
        let merged = NodeAccess::merge(&flags, &env).unwrap();
        let (access, _) = merged.for_node(&given).unwrap();
        assert_eq!(names(&access), ["x-three"]);
        assert!(!format!("{merged:?}{flags:?}").contains("s3cret"));
    }

    #[test]
    fn what_the_environment_holds_does_not_go_where_a_file_leads() {
        let access = NodeAccess::merge(&NodeArgs::default(), &env).unwrap();
        let (sent, warnings) = access.for_node(&of_file("https://evil.example")).unwrap();
        assert_eq!((names(&sent), sent.jwt.is_none()), (vec![], true));
        assert!(warnings[0].contains(HEADERS) && warnings[1].contains(JWT) && warnings[0].contains("quorate.toml"));
        // The user has the URL in a variable of his own.
        let (sent, warnings) = access.for_node(&of_file("${MY_RPC_URL}")).unwrap();
        assert_eq!((names(&sent).len(), sent.jwt.is_some(), warnings.len()), (2, true, 0));
        // What is on the command line is meant for this run.
        let flags = NodeArgs { rpc_headers: vec!["x:y".to_owned().into()], ..NodeArgs::default() };
        let (sent, warnings) =
            NodeAccess::merge(&flags, &nothing).unwrap().for_node(&of_file("https://node.example")).unwrap();
        assert_eq!((names(&sent), warnings.len()), (vec!["x"], 0));
    }

    #[test]
    fn what_is_wrong_is_told_without_being_repeated() {
        for (variable, value) in
            [(HEADERS, "s3cret"), (HEADERS, "a:b,s3cret"), (HEADERS, "host: s3cret"), (JWT, "s3cret")]
        {
            let env = |name: &str| (name == variable).then(|| value.to_owned());
            let failure = NodeAccess::merge(&NodeArgs::default(), &env).unwrap_err();
            assert_eq!(failure.code, Code::Config);
            assert!(failure.message.contains(variable) && !failure.message.contains("s3cret"), "{}", failure.message);
        }
    }

    #[test]
    fn the_secret_of_tokens_is_in_a_file_and_never_on_the_command_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("jwt.hex");
        let digits = "ab".repeat(32);
        let flags = |text: &str| NodeArgs { jwt_secret: Some(text.to_owned().into()), ..NodeArgs::default() };
        let read = |text: &str| NodeAccess::merge(&flags(text), &nothing);
        for text in [digits.clone(), format!("0x{digits}")] {
            let failure = read(&text).unwrap_err();
            assert!(failure.code == Code::Usage && !failure.message.contains(&digits), "{}", failure.message);
        }
        assert_eq!(read(path.to_str().unwrap()).unwrap_err().code, Code::NotFound);
        std::fs::write(&path, format!("0x{digits}\n")).unwrap();
        let access = read(path.to_str().unwrap()).unwrap();
        assert!(access.for_node(&of_file("https://node.example")).unwrap().0.jwt.is_some());
        std::fs::write(&path, "no digits").unwrap();
        assert_eq!(read(path.to_str().unwrap()).unwrap_err().code, Code::Usage);
    }

    #[test]
    fn a_token_and_a_header_of_the_same_name_are_refused() {
        let flags = NodeArgs { rpc_headers: vec!["authorization: x".to_owned().into()], ..NodeArgs::default() };
        let access = NodeAccess::merge(&flags, &env).unwrap();
        assert_eq!(access.for_node(&NodeUrl::given("https://node.example")).unwrap_err().code, Code::Usage);
    }

    #[test]
    fn certificates_that_are_not_checked_are_warned_of() {
        let flags = NodeArgs { insecure: true, no_proxy: true, ..NodeArgs::default() };
        let (access, warnings) =
            NodeAccess::merge(&flags, &nothing).unwrap().for_node(&NodeUrl::given("https://a")).unwrap();
        assert_eq!((access.certificates, access.proxy), (Certificates::Any, Proxy::None));
        assert!(warnings[0].starts_with("--insecure"), "{warnings:?}");
    }
}
