//! What goes with a request beyond its body, and how a node is reached.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, SystemTime},
};

use alloy::primitives::hex;
use quorate_chain::{Access, Certificates, Headers, JwtSecret, Rpc, RpcError, RpcOptions};
use rustls::{ServerConfig, ServerConnection, StreamOwned, pki_types::PrivatePkcs8KeyDer};

const SECRET: &str = "s3cret-of-a-node";

/// A certificate that nobody trusts, for `localhost` and 127.0.0.1, in DER: `openssl req -x509 -newkey ec -pkeyopt
/// ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost -addext
/// subjectAltName=DNS:localhost,IP:127.0.0.1`.
const CERTIFICATE: &[u8] = &hex!(
    "3082019a30820141a0030201020214636c8d8bde8cc5559062d3c862f1cb2e7b5c9cb7300a06082a8648ce3d040302301431"
    "12301006035504030c096c6f63616c686f73743020170d3236313132333232313733375a180f323132363130333032323137"
    "33375a30143112301006035504030c096c6f63616c686f73743059301306072a8648ce3d020106082a8648ce3d0301070342"
    "00042d765a7d51722237a9c220c3d8ab39d36013e73cb05c53514ba8091ff7b9a1d46fece4d84f1808f29af08933701b1ac6"
    "97a3afea499ab00e0eb5fe56367adf70a36f306d301d0603551d0e041604146231269215ddda2988d53280dbc7c1ab747f37"
    "89301f0603551d230418301680146231269215ddda2988d53280dbc7c1ab747f3789300f0603551d130101ff040530030101"
    "ff301a0603551d110413301182096c6f63616c686f737487047f000001300a06082a8648ce3d040302034700304402204032"
    "2054cc946c7e0eff00318eb100c3ea265cd7c0eeccc04b68a209370c9bb102206fed0d9849f735c0544aa95a47947f64a145"
    "a0b9d180a2d6894c2a4ef60d9745"
);

/// Its key, in PKCS #8: good for this test and for nothing else.
const CERTIFICATE_KEY: &[u8] = &hex!(
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420cfc4911bdb27f6abe3a3c49ce84f"
    "10b7b71b42b09ef79523d1e07e4450467ec4a144034200042d765a7d51722237a9c220c3d8ab39d36013e73cb05c53514ba8"
    "091ff7b9a1d46fece4d84f1808f29af08933701b1ac697a3afea499ab00e0eb5fe56367adf70"
);

/// A server that keeps the heads of all requests, and answers each with what it was given.
struct Server {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: String) -> Self {
        Self::over(|stream| stream, answer)
    }

    /// A server whose connections are dressed up by `wrap`, such as with TLS.
    fn over<S: Read + Write>(wrap: impl Fn(TcpStream) -> S + Send + 'static, answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = heads.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut stream = wrap(stream);
                let Some(head) = read_head(&mut stream) else { continue };
                seen.lock().unwrap().push(head);
                // The client may not want it.
                let _ = stream.write_all(answer.as_bytes()).and_then(|()| stream.flush());
            }
        });
        Self { port, heads }
    }

    /// A server that says which chain it is on.
    fn node() -> Self {
        Self::start(chain_id())
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Reads a request up to its body's end, and returns its head.
fn read_head(stream: &mut impl Read) -> Option<String> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |it| it.parse().unwrap());
        if body.len() >= length {
            return Some(head.to_owned());
        }
    }
}

fn answer(status: &str, more: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

fn chain_id() -> String {
    answer("200 OK", "", r#"{"jsonrpc":"2.0","id":0,"result":"0x7a69"}"#)
}

const fn options() -> RpcOptions {
    RpcOptions { timeout: Duration::from_secs(5), retries: 0 }
}

fn connect(url: &str, access: Access) -> Rpc {
    Rpc::connect_with(url, options(), access).unwrap()
}

fn with_headers(texts: &[String]) -> Access {
    let mut headers = Headers::default();
    texts.iter().for_each(|text| headers.read(text).unwrap());
    Access { headers, ..Access::default() }
}

fn with_jwt() -> Access {
    Access { jwt: Some(JwtSecret::parse(&"ab".repeat(32)).unwrap()), ..Access::default() }
}

/// Returns the values of a header.
fn values<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .filter(|(it, _)| *it == name)
        .map(|(_, value)| value)
        .collect()
}

#[tokio::test]
async fn headers_go_with_every_request() {
    let server = Server::node();
    let access = with_headers(&[format!("x-key: {SECRET}"), "User-Agent: mine".to_owned()]);
    let rpc = connect(&server.url(), access);
    for _ in 0..2 {
        assert_eq!(rpc.chain_id().await.unwrap(), 31_337);
    }
    let heads = server.heads();
    assert_eq!(heads.len(), 2);
    for head in heads {
        assert_eq!(values(&head, "x-key"), [SECRET], "{head}");
        assert_eq!(values(&head, "user-agent"), ["mine"], "{head}");
        assert_eq!(values(&head, "content-type"), ["application/json"], "{head}");
    }
    assert!(!format!("{rpc:?}").contains(SECRET));
}

#[tokio::test]
async fn a_header_takes_the_place_of_what_the_url_brings_along() {
    let server = Server::node();
    let url = server.url().replace("http://", "http://user:password@");
    connect(&url, with_headers(&[format!("Authorization: Bearer {SECRET}")])).chain_id().await.unwrap();
    assert_eq!(values(&server.heads()[0], "authorization"), [format!("Bearer {SECRET}")]);
}

#[tokio::test]
async fn a_token_is_issued_for_every_request() {
    let server = Server::node();
    let rpc = connect(&server.url(), with_jwt());
    rpc.chain_id().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1100)).await;
    rpc.chain_id().await.unwrap();
    let heads = server.heads();
    let tokens: Vec<_> =
        heads.iter().map(|head| values(head, "authorization")[0].strip_prefix("Bearer ").unwrap()).collect();
    assert_ne!(tokens[0], tokens[1]);
    let claims = base64_of(tokens[1].split('.').nth(1).unwrap());
    let issued: u64 = serde_json::from_str::<serde_json::Value>(&claims).unwrap()["iat"].as_u64().unwrap();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    assert!(now.abs_diff(issued) < 30, "{claims}");
}

fn base64_of(text: &str) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_nothing_along() {
    let thief = Server::node();
    for status in ["301 X", "302 X", "307 X", "308 X"] {
        let server = Server::start(answer(status, &format!("location: {}/\r\n", thief.url()), ""));
        let access = Access { jwt: with_jwt().jwt, ..with_headers(&[format!("x-key: {SECRET}")]) };
        let error = connect(&server.url(), access).chain_id().await.unwrap_err();
        let expected: u16 = status[..3].parse().unwrap();
        assert!(matches!(error, RpcError::Status { status, .. } if status == expected), "{error:?}");
        assert_eq!(server.heads().len(), 1);
    }
    assert_eq!(thief.heads(), [""; 0]);
}

#[tokio::test]
async fn a_node_cannot_make_us_repeat_its_headers() {
    let said = format!(r#"{{"jsonrpc":"2.0","id":0,"error":{{"code":1,"message":"no: {SECRET}"}}}}"#);
    let server = Server::start(answer("200 OK", "", &said));
    let access = with_headers(&[format!("authorization: Bearer {SECRET}")]);
    let error = connect(&server.url(), access).chain_id().await.unwrap_err();
    assert!(error.to_string().contains("no: ***") && !format!("{error:?}").contains(SECRET), "{error}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_taken_only_when_that_is_said() {
    let key = PrivatePkcs8KeyDer::from(CERTIFICATE_KEY).into();
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![CERTIFICATE.into()], key).unwrap();
    let config = Arc::new(config);
    let tls = move |stream| StreamOwned::new(ServerConnection::new(config.clone()).unwrap(), stream);
    let server = Server::over(tls, chain_id());
    let url = format!("https://127.0.0.1:{}", server.port);

    let error = connect(&url, Access::default()).chain_id().await.unwrap_err();
    assert!(matches!(&error, RpcError::Transport { reason, .. } if reason.contains("certificate")), "{error:?}");
    assert_eq!(server.heads(), [""; 0], "nothing was sent");
    let any = Access { certificates: Certificates::Any, ..Access::default() };
    assert_eq!(connect(&url, any).chain_id().await.unwrap(), 31_337);
}
