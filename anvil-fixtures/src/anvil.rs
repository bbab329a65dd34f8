//! The anvil process: found, started, stopped.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc,
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::FixtureError;

/// Names the program, before anything else is tried.
const VARIABLE: &str = "QUORATE_ANVIL";

/// What anvil prints when it accepts connections, before its address.
const LISTENING: &str = "Listening on ";

/// How long anvil may take to listen; it takes a tenth of a second.
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// How much of anvil's output is kept for an error message.
const KEPT_OUTPUT: usize = 2000;

/// Runs anvil and waits on its own standard input, which nobody writes to.
///
/// The other end of that pipe is held by this process alone (Rust opens pipes close-on-exec). The kernel closes it when
/// this process ends, however it ends, SIGKILL included; `read` then returns and anvil is killed. The shell is anvil's
/// parent and has not waited for it, so the process id cannot have become somebody else's. The shell gives up its own
/// copy of the output, so that the end of the output means the end of anvil.
///
/// Only POSIX shell is used: Linux and macOS behave alike, and no `unsafe` code is needed, as `PR_SET_PDEATHSIG` would.
const WATCHDOG: &str = r#"
"$@" </dev/null 2>&1 &
anvil=$!
exec >/dev/null 2>&1
read -r nothing
kill -KILL "$anvil"
wait "$anvil"
"#;

/// A running anvil; dropping it stops it.
#[derive(Debug)]
pub struct Anvil {
    url: String,
    watchdog: Child,
    // Taken on drop: closing it is what stops anvil.
    alive: Option<ChildStdin>,
    // Reads anvil's output, which ends with anvil.
    reader: Option<JoinHandle<()>>,
}

impl Anvil {
    /// Starts anvil on `port` of the loopback interface; port 0 is any free port. Blocks until it listens.
    pub fn start(chain_id: u64, port: u16) -> Result<Self, FixtureError> {
        Self::start_program(&find()?, chain_id, port)
    }

    fn start_program(program: &Path, chain_id: u64, port: u16) -> Result<Self, FixtureError> {
        let failed = |source| FixtureError::Start { path: program.to_owned(), source };
        let mut watchdog = Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "watchdog"])
            .arg(program)
            .args(["--host", "127.0.0.1", "--port", &port.to_string(), "--chain-id", &chain_id.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C is for this process; what it means for anvil is decided here.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        let alive = watchdog.stdin.take();
        let output = watchdog.stdout.take().expect("the output was piped above");
        // From here on, dropping stops the process.
        let mut anvil = Self { url: String::new(), watchdog, alive, reader: None };
        let (url, reader) = listen(output)?;
        anvil.url = url;
        anvil.reader = Some(reader);
        Ok(anvil)
    }

    /// Returns whether anvil has not ended.
    pub fn is_running(&self) -> bool {
        self.reader.as_ref().is_some_and(|reader| !reader.is_finished())
    }

    /// Returns the endpoint, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Anvil {
    fn drop(&mut self) {
        drop(self.alive.take());
        // The shell ends as soon as anvil is gone; if it cannot be waited for, it is gone already.
        let _ = self.watchdog.wait();
    }
}

/// Reads anvil's output until it says where it listens, and goes on reading so that anvil can go on writing.
fn listen(output: impl Read + Send + 'static) -> Result<(String, JoinHandle<()>), FixtureError> {
    let (sender, receiver) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut said = String::new();
        let mut waiting = true;
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if !waiting {
                continue;
            }
            if let Some(address) = line.trim().strip_prefix(LISTENING) {
                waiting = false;
                // Nobody listens any more if starting took too long.
                let _ = sender.send(Ok(format!("http://{address}")));
            } else {
                said.push_str(&line);
                said.push('\n');
            }
        }
        if waiting {
            let _ = sender.send(Err(said));
        }
    });
    let answer = receiver.recv_timeout(START_TIMEOUT);
    answer.unwrap_or_else(|_| Err("no answer".to_owned())).map(|url| (url, reader)).map_err(|said| {
        let from = said.char_indices().rev().nth(KEPT_OUTPUT).map_or(0, |(at, _)| at);
        FixtureError::NotListening { output: said[from..].trim().to_owned() }
    })
}

/// Finds the program: what `QUORATE_ANVIL` names, what is on the PATH, what npm installed in the repository's `scripts`.
fn find() -> Result<PathBuf, FixtureError> {
    let candidates = match env::var_os(VARIABLE) {
        Some(path) => vec![PathBuf::from(path)],
        None => {
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).map(|directory| directory.join("anvil")).chain(npm_binary()).collect()
        }
    };
    match candidates.iter().find(|path| path.is_file()) {
        Some(path) => Ok(path.clone()),
        None => Err(FixtureError::AnvilNotFound { looked: candidates }),
    }
}

/// The native program inside npm's package, not npm's wrapper around it.
fn npm_binary() -> Option<PathBuf> {
    let system = match env::consts::OS {
        "macos" => "darwin",
        system => system,
    };
    let machine = match env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        machine => machine,
    };
    Some(crate::npm::node_modules()?.join(format!("@foundry-rs/anvil-{system}-{machine}/bin/anvil")))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_program_that_ends_is_reported_with_what_it_said() {
        let error = Anvil::start_program(Path::new("/bin/echo"), 1, 0).unwrap_err();
        let FixtureError::NotListening { output } = error else { panic!("{error:?}") };
        assert!(output.contains("--chain-id 1"), "{output}");
    }

    #[test]
    fn a_port_that_is_taken_is_reported() {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let error = Anvil::start(31337, taken.local_addr().unwrap().port()).unwrap_err();
        assert!(matches!(&error, FixtureError::NotListening { output } if !output.is_empty()), "{error:?}");
    }

    #[test]
    fn an_anvil_that_ends_by_itself_is_noticed() {
        let directory = env::temp_dir().join(format!("short-lived-anvil-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let program = directory.join("anvil");
        // Written by another process: a program that is open for writing here, or in a child of here, cannot be run.
        let write = r#"printf '#!/bin/sh\necho Listening on 127.0.0.1:1\nsleep 1\n' >"$1" && chmod 700 "$1""#;
        let written = Command::new("/bin/sh").args(["-c", write, "sh"]).arg(&program).status().unwrap();
        assert!(written.success());
        let anvil = Anvil::start_program(&program, 1, 0).unwrap();
        assert!(anvil.is_running());
        let start = std::time::Instant::now();
        while anvil.is_running() {
            assert!(start.elapsed() < Duration::from_secs(20), "it ended, and that was not noticed");
            thread::sleep(Duration::from_millis(50));
        }
        drop(anvil);
        fs::remove_dir_all(&directory).unwrap();
    }

    #[test]
    fn a_program_that_is_missing_is_reported() {
        let missing = env::temp_dir().join(format!("no-anvil-{}", std::process::id()));
        assert!(fs::metadata(&missing).is_err());
        let error = Anvil::start_program(&missing, 1, 0).unwrap_err();
        assert!(matches!(error, FixtureError::NotListening { .. }), "{error:?}");
    }
}
