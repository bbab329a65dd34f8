//! The machine of one user: a directory, an environment, and the program.

use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{binary, run::Run};

/// How long a run may take. Nothing here takes a tenth of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The machine of one user.
#[derive(Debug)]
pub(crate) struct Machine {
    directory: TempDir,
    environment: BTreeMap<OsString, OsString>,
    secrets: Vec<String>,
}

/// A command line that is being put together.
pub(crate) struct Invocation<'a> {
    machine: &'a Machine,
    program: Vec<OsString>,
    arguments: Vec<OsString>,
    environment: BTreeMap<OsString, Option<OsString>>,
    directory: PathBuf,
    stdin: Vec<u8>,
    stdout: Option<Stdio>,
}

impl Machine {
    /// A machine with an empty directory, and an environment that holds nothing of the one of this test.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut environment = BTreeMap::new();
        environment.insert("HOME".into(), directory.path().into());
        for name in ["PATH", "TMPDIR", "QUORATE_ANVIL"] {
            if let Some(value) = env::var_os(name) {
                environment.insert(name.into(), value);
            }
        }
        Self { directory, environment, secrets: Vec::new() }
    }

    /// Sets an environment variable.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.environment.insert(name.into(), value.into());
    }

    /// Remembers what no run may ever print.
    pub(crate) fn hide(&mut self, secret: &str) {
        self.secrets.push(secret.to_owned());
    }

    /// Returns a path in the directory.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file, and the directories it is in.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Reads every file of the directory, by path: to compare later.
    pub(crate) fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut directories = vec![self.directory.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    directories.push(entry.path());
                } else if kind.is_file() && entry.metadata().unwrap().len() < 1 << 24 {
                    files.insert(entry.path(), fs::read(entry.path()).unwrap());
                }
            }
        }
        files
    }

    /// Begins a command line; `words` are divided by spaces.
    pub(crate) fn quorate(&self, words: &str) -> Invocation<'_> {
        Invocation {
            machine: self,
            program: vec![binary::path().into()],
            arguments: words.split_whitespace().map(OsString::from).collect(),
            environment: BTreeMap::new(),
            directory: self.directory.path().to_owned(),
            stdin: Vec::new(),
            stdout: None,
        }
    }

    /// Runs for a person.
    pub(crate) fn run(&self, words: &str) -> Run {
        self.quorate(words).run()
    }

    /// Runs for a program.
    pub(crate) fn json(&self, words: &str) -> Run {
        self.quorate(words).arg("--json").run()
    }
}

impl Invocation<'_> {
    /// Adds one argument, spaces and all.
    pub(crate) fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets a variable for this run.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), Some(value.into()));
        self
    }

    /// Takes a variable away for this run.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.environment.insert(name.into(), None);
        self
    }

    /// Gives something to read. Otherwise stdin is empty; it is never a terminal.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// Lets it write somewhere else than into this test.
    pub(crate) fn stdout(mut self, stdout: impl Into<Stdio>) -> Self {
        self.stdout = Some(stdout.into());
        self
    }

    /// Runs it in a directory of the machine.
    pub(crate) fn within(mut self, directory: impl AsRef<Path>) -> Self {
        self.directory = self.machine.path(directory);
        self
    }

    /// Runs it through a shell that has done `preparation` first, such as lowering a limit.
    pub(crate) fn after(mut self, preparation: &str) -> Self {
        let script = format!("{preparation}; exec \"$0\" \"$@\"");
        let mut program = vec!["/bin/sh".into(), "-c".into(), script.into()];
        program.append(&mut self.program);
        self.program = program;
        self
    }

    /// Returns what runs it, without what it reads from and writes to.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program[0]);
        command.args(&self.program[1..]).args(&self.arguments).current_dir(&self.directory).env_clear();
        command.envs(&self.machine.environment);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }

    /// Starts it on a terminal of its own.
    #[cfg(target_os = "linux")]
    pub(crate) fn on_terminal(mut self) -> crate::terminal::Session {
        // A new session, whose terminal is what stdin is.
        self.program.splice(0..0, ["setsid".into(), "-c".into()]);
        crate::terminal::Session::start(self.command(), self.machine.secrets.clone())
    }

    /// Starts it.
    pub(crate) fn spawn(mut self) -> Child {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stderr(Stdio::piped());
        command.stdout(self.stdout.take().unwrap_or_else(Stdio::piped));
        let mut child = command.spawn().unwrap();
        // It may end without reading what it was given.
        let _ = child.stdin.take().unwrap().write_all(&self.stdin);
        child
    }

    /// Runs it to its end, which has to come soon, and checks what holds for every run.
    #[track_caller]
    pub(crate) fn run(self) -> Run {
        let words: Vec<_> = self.arguments.iter().map(|it| it.to_string_lossy().into_owned()).collect();
        let (command, machine) = (words.join(" "), self.machine);
        let run = finish(self.spawn(), command);
        run.expect_harmless(&machine.secrets);
        run
    }
}

/// Waits for a process that was started, and reads what it prints.
#[track_caller]
pub(crate) fn finish(mut child: Child, command: String) -> Run {
    let start = Instant::now();
    let [stdout, stderr] = [child.stdout.take().map(read), child.stderr.take().map(read)];
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("quorate {command}: still runs after {PATIENCE:?}");
            }
            None => thread::sleep(Duration::from_millis(3)),
        }
    };
    let took = start.elapsed();
    let exit = status.code().unwrap_or_else(|| panic!("quorate {command}: killed by signal {:?}", status.signal()));
    let text = |reader: Option<thread::JoinHandle<String>>| reader.map(|it| it.join().unwrap()).unwrap_or_default();
    Run { command, exit, stdout: text(stdout), stderr: text(stderr), took }
}

fn read(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        pipe.read_to_string(&mut text).expect("everything that is printed is UTF-8");
        text
    })
}
