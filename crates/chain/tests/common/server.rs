//! An HTTP server on the loopback interface that answers as a test wants it to.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy::transports::http::reqwest;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What the server does with a request.
pub(crate) enum Reply {
    /// Answers with a status, further header lines and a body.
    Http(u16, String, Vec<u8>),
    /// Closes the connection without an answer.
    Close,
    /// Keeps the connection and says nothing.
    Silence,
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::text(200, &value.to_string())
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::Http(status, String::new(), text.as_bytes().to_vec())
    }
}

type Answering = Pin<Box<dyn Future<Output = Reply> + Send>>;

/// A running server; dropping it stops it.
pub(crate) struct Server {
    url: String,
    requests: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts a server that gives every request, numbered from zero, to `answer`.
    pub(crate) async fn start<F>(answer: F) -> Self
    where
        F: Fn(usize, Value) -> Answering + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicUsize::new(0));
        let (answer, counter) = (Arc::new(answer), requests.clone());
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, counter) = (answer.clone(), counter.clone());
                tokio::spawn(async move { serve(stream, &*answer, &counter).await });
            }
        });
        Self { url, requests, task }
    }

    /// Starts a server that always does the same.
    pub(crate) async fn constant(reply: impl Fn(&Value) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(move |_, body| {
            let reply = reply(&body);
            Box::pin(async move { reply })
        })
        .await
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(usize, Value) -> Answering + Send + Sync),
    counter: &AtomicUsize,
) {
    let Some(body) = read_body(&mut stream).await else {
        return;
    };
    let number = counter.fetch_add(1, Ordering::SeqCst);
    match answer(number, serde_json::from_slice(&body).unwrap()).await {
        Reply::Http(status, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n");
            // The client may have had enough before all is written.
            let _ = stream.write_all(head.as_bytes()).await;
            let _ = stream.write_all(&body).await;
            let _ = stream.shutdown().await;
        }
        Reply::Close => {}
        Reply::Silence => std::future::pending().await,
    }
}

async fn read_body(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "))?;
            if bytes.len() >= end + 4 + length.parse::<usize>().unwrap() {
                return Some(bytes.split_off(end + 4));
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Asks a real node.
pub(crate) async fn forward(url: String, body: Value) -> Value {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(url).header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.unwrap().bytes().await.unwrap();
    serde_json::from_slice(&answer).unwrap()
}

/// Returns whether a request, a batch or not, has a call of `method`.
pub(crate) fn calls(body: &Value, method: &str) -> bool {
    match body {
        Value::Array(batch) => batch.iter().any(|call| calls(call, method)),
        call => call["method"] == method,
    }
}
