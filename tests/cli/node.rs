//! HTTP on the loopback interface: nodes that do not behave, and a way to ask one that does.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::Value;

/// What a node does with a request.
pub(crate) enum Reply {
    /// Answers with a status and a body.
    Http(u16, Vec<u8>),
    /// Answers, and goes on for as long as anybody reads.
    Endless,
    /// Closes the connection without an answer.
    Close,
    /// Keeps the connection and says nothing.
    Silence,
}

/// A node that answers as a test wants it to; it runs until the test's process ends.
#[derive(Debug)]
pub(crate) struct Node {
    url: String,
    requests: Arc<Mutex<Vec<Value>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::text(200, &value.to_string())
    }

    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::Http(status, text.as_bytes().to_vec())
    }
}

impl Node {
    /// Starts a node that gives every request, numbered from zero, to `answer`.
    pub(crate) fn start(answer: impl Fn(usize, &Value) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen, kept) = (Arc::new(answer), requests.clone(), heads.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (answer, seen, kept) = (answer.clone(), seen.clone(), kept.clone());
                thread::spawn(move || serve(stream, &*answer, &seen, &kept));
            }
        });
        Self { url, requests, heads }
    }

    /// A node that passes requests on, and changes what it likes in them and in the answers.
    pub(crate) fn between(url: &str, change: impl Fn(usize, &Value, Value) -> Value + Send + Sync + 'static) -> Self {
        let url = url.to_owned();
        Self::start(move |number, request| Reply::json(&change(number, request, post(&url, request))))
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns how many requests came.
    pub(crate) fn requests(&self) -> usize {
        self.requests.lock().unwrap().len()
    }

    /// Returns the values of a header of the requests that came since the last look; a request without it is left out.
    pub(crate) fn take_headers(&self, name: &str) -> Vec<String> {
        let heads = std::mem::take(&mut *self.heads.lock().unwrap());
        let lines = heads.iter().flat_map(|head| head.lines()).filter_map(|line| line.split_once(": "));
        lines.filter(|(it, _)| it.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }

    /// Returns how often a method was called.
    pub(crate) fn calls(&self, method: &str) -> usize {
        self.requests.lock().unwrap().iter().map(|request| calls(request, method)).sum()
    }
}

/// How many calls of `method` a request has, a batch or not.
fn calls(request: &Value, method: &str) -> usize {
    match request {
        Value::Array(batch) => batch.iter().map(|call| calls(call, method)).sum(),
        call => usize::from(call["method"] == method),
    }
}

/// Changes the result of every call of `method` in an answer.
pub(crate) fn falsify(request: &Value, mut answer: Value, method: &str, result: &Value) -> Value {
    let one = |call: &Value, answer: &mut Value| {
        if call["method"] == method {
            answer["result"] = result.clone();
        }
    };
    match (request, &mut answer) {
        (Value::Array(calls), Value::Array(answers)) => {
            for call in calls {
                answers.iter_mut().filter(|answer| answer["id"] == call["id"]).for_each(|answer| one(call, answer));
            }
        }
        (call, answer) => one(call, answer),
    }
    answer
}

/// Posts a request to a node that behaves.
#[track_caller]
pub(crate) fn post(url: &str, body: &Value) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let body = body.to_string();
    let head = "content-type: application/json\r\nconnection: close";
    write!(stream, "POST / HTTP/1.1\r\nhost: {address}\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .unwrap();
    let (_, answer) = read_message(&mut stream).expect("an answer with a length");
    serde_json::from_slice(&answer).unwrap()
}

fn serve(
    mut stream: TcpStream,
    answer: &dyn Fn(usize, &Value) -> Reply,
    seen: &Mutex<Vec<Value>>,
    heads: &Mutex<Vec<String>>,
) {
    let Some((head, body)) = read_message(&mut stream) else { return };
    heads.lock().unwrap().push(head);
    let request: Value = serde_json::from_slice(&body).unwrap();
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    // The client may have had enough before all is written.
    match answer(number, &request) {
        Reply::Http(status, body) => {
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            let _ = stream.write_all(&body);
        }
        Reply::Endless => {
            let _ = write!(stream, "HTTP/1.1 200 X\r\nconnection: close\r\n\r\n[");
            while stream.write_all(&[b' '; 65_536]).is_ok() {}
        }
        Reply::Close => {}
        Reply::Silence => {
            // Until the client is gone.
            let _ = stream.read(&mut [0; 1]);
        }
    }
}

/// Reads the head and the body of a message that states its length.
fn read_message(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let lower = head.to_ascii_lowercase();
            let length: usize = lower.lines().find_map(|line| line.strip_prefix("content-length: "))?.parse().ok()?;
            if bytes.len() >= end + 4 + length {
                return Some((head, bytes.split_off(end + 4)));
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}
