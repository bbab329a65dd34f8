//! A terminal with somebody in front of it.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command},
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

use nix::{
    pty::openpty,
    sys::termios::{LocalFlags, tcgetattr},
};

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that runs on a terminal, and what it has shown so far, with what was typed and seen.
pub(crate) struct Session {
    child: Child,
    terminal: File,
    screen: Arc<Screen>,
    secrets: Vec<String>,
}

/// The terminal, seen from where somebody sits.
pub(crate) struct Terminal(File);

impl Terminal {
    /// Returns whether it shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        tcgetattr(&self.0).unwrap().local_flags.contains(LocalFlags::ECHO)
    }
}

/// What a terminal shows.
#[derive(Default)]
struct Screen {
    text: Mutex<(String, End)>,
    changed: Condvar,
}

/// Whether more can come.
#[derive(Clone, Copy, Default, Eq, PartialEq)]
enum End {
    #[default]
    Open,
    Closed,
}

impl Session {
    /// Starts a program; nothing in `secrets` may ever be seen on its terminal.
    pub(crate) fn start(mut command: Command, secrets: Vec<String>) -> Self {
        let pair = openpty(None, None).unwrap();
        let side = || pair.slave.try_clone().unwrap();
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn().expect("setsid of util-linux");
        // The program alone holds it now, inside `command` too: what it shows ends with it.
        drop((pair.slave, command));
        let screen = Arc::new(Screen::default());
        let session = Self { child, terminal: pair.master.into(), screen: screen.clone(), secrets };
        let mut reader = session.terminal.try_clone().unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            // Linux answers with an error once nobody has the other side open.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                screen.text.lock().unwrap().0.push_str(&String::from_utf8_lossy(&buffer[..count]));
                screen.changed.notify_all();
            }
            screen.text.lock().unwrap().1 = End::Closed;
            screen.changed.notify_all();
        });
        session
    }

    /// Waits until the terminal shows a text.
    #[track_caller]
    pub(crate) fn expect(&self, text: &str) -> &Self {
        let shown = self.wait(|(shown, end)| shown.contains(text) || *end == End::Closed);
        assert!(shown.contains(text), "{text:?} is not shown:\n{shown}");
        self
    }

    /// Waits until the terminal shows a question, and no longer what is typed.
    #[track_caller]
    pub(crate) fn expect_secret(&self, question: &str) -> &Self {
        self.expect(question);
        let start = Instant::now();
        while self.echoes() {
            assert!(start.elapsed() < PATIENCE, "what is typed after {question:?} is shown");
            thread::sleep(Duration::from_millis(2));
        }
        self
    }

    /// Returns whether the terminal shows what is typed.
    pub(crate) fn echoes(&self) -> bool {
        self.terminal().echoes()
    }

    /// Returns the terminal, which outlives the program.
    pub(crate) fn terminal(&self) -> Terminal {
        Terminal(self.terminal.try_clone().unwrap())
    }

    /// Types what is in `text`, and nothing more.
    pub(crate) fn press(&self, text: &str) -> &Self {
        (&self.terminal).write_all(text.as_bytes()).unwrap();
        self
    }

    /// Sends the program a signal that did not come from its terminal.
    pub(crate) fn signal(&self, name: &str) {
        let status = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Types a line.
    pub(crate) fn enter(&self, line: &str) -> &Self {
        self.press(&format!("{line}\n"))
    }

    /// Waits for the end; returns the exit code and all that was shown.
    #[track_caller]
    pub(crate) fn end(mut self) -> (i32, String) {
        let shown = self.wait(|(_, end)| *end == End::Closed);
        // Its terminal is closed, so it has ended, or does so now.
        let exit = self.child.wait().unwrap().code().unwrap_or_else(|| panic!("killed by a signal:\n{shown}"));
        for secret in &self.secrets {
            assert!(!shown.to_lowercase().contains(&secret.to_lowercase()), "a secret is shown:\n{shown}");
        }
        (exit, shown)
    }

    #[track_caller]
    fn wait(&self, is_enough: impl Fn(&(String, End)) -> bool) -> String {
        let text = self.screen.text.lock().unwrap();
        let (text, waited) = self.screen.changed.wait_timeout_while(text, PATIENCE, |it| !is_enough(it)).unwrap();
        assert!(!waited.timed_out(), "nothing more within {PATIENCE:?}:\n{}", text.0);
        text.0.clone()
    }
}

impl Drop for Session {
    /// A test that failed leaves nothing running.
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
