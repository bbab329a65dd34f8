//! One run of the program, and what holds for all of them.

use std::{fmt, time::Duration};

use serde_json::Value;

/// What a run of the program left behind.
pub(crate) struct Run {
    pub(crate) command: String,
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

/// Why a run failed, as its envelope says.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) hint: String,
    pub(crate) data: Value,
}

impl Run {
    /// Checks what holds for every run: nothing that moves a cursor, and nothing secret, is ever printed.
    pub(crate) fn expect_harmless(&self, secrets: &[String]) {
        for text in [&self.stdout, &self.stderr] {
            let harmful = |c: char| c != '\n' && c.is_control() || BIDI.contains(&c);
            assert!(!text.chars().any(harmful), "control characters in {self}");
            let lower = text.to_lowercase();
            for secret in secrets {
                assert!(!lower.contains(&secret.to_lowercase()), "the secret {secret:?} in {self}");
            }
        }
    }

    /// Returns the envelope, which has to be all there is on stdout.
    pub(crate) fn envelope(&self) -> Value {
        let envelope: Value = serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"));
        let keys: Vec<_> = envelope.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["data", "errors", "schema_version", "success", "warnings"], "{self}");
        assert_eq!(envelope["schema_version"], 1, "{self}");
        assert_eq!(envelope["success"], self.exit == 0, "{self}");
        assert_eq!(envelope["errors"].as_array().unwrap().is_empty(), self.exit == 0, "{self}");
        envelope
    }

    /// The run has to have succeeded, with an envelope; returns its data.
    #[track_caller]
    pub(crate) fn data(&self) -> Value {
        assert_eq!(self.exit, 0, "{self}");
        assert_eq!(self.stderr, "", "{self}");
        self.envelope()["data"].take()
    }

    /// The run has to have succeeded; returns what it printed for people.
    #[track_caller]
    pub(crate) fn text(&self) -> &str {
        assert_eq!(self.exit, 0, "{self}");
        &self.stdout
    }

    /// The run has to have failed with this exit code and this stable word, with an envelope.
    #[track_caller]
    pub(crate) fn fails(&self, exit: i32, code: &str) -> Refusal {
        assert_eq!(self.exit, exit, "{self}");
        let envelope = self.envelope();
        let error = &envelope["errors"][0];
        assert_eq!(error["code"], code, "{self}");
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        assert!(!text("message").is_empty(), "{self}");
        Refusal { message: text("message"), hint: text("hint"), data: envelope["data"].clone() }
    }

    /// Returns the warnings of the envelope.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let envelope = self.envelope();
        envelope["warnings"].as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    }
}

impl Refusal {
    /// The message has to name every one of `words`.
    #[track_caller]
    pub(crate) fn names(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.message.contains(word), "{word:?} is not in {:?}", self.message);
        }
        self
    }

    /// The hint has to name every one of `words`.
    #[track_caller]
    pub(crate) fn advises(&self, words: &[&str]) -> &Self {
        for word in words {
            assert!(self.hint.contains(word), "{word:?} is not in {:?}", self.hint);
        }
        self
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { command, exit, stdout, stderr, took } = self;
        write!(f, "quorate {command}\nended with {exit} after {took:?}\nstdout:\n{stdout}\nstderr:\n{stderr}")
    }
}

/// Characters that change the direction of text, or are not seen.
const BIDI: [char; 13] = [
    '\u{200b}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}', '\u{202e}', '\u{2066}',
    '\u{2067}', '\u{2068}', '\u{2069}', '\u{feff}',
];
