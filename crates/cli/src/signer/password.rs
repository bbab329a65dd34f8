//! Passwords: from a file, or typed unseen.

use std::{
    io::{self, IsTerminal},
    path::Path,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    files::{self, ReadError},
    settings,
};

/// Most that is read of a file or a pipe with a password.
const MAX_PASSWORD_FILE_LEN: usize = 64 * 1024;

/// Environment variable with the path of a file with a password.
const VARIABLE: &str = "ETH_PASSWORD";

/// Reads the password from the file that a flag or else the environment names; `None` where neither does.
///
/// What the environment holds is never repeated: it may be a password in the place of a path.
pub(crate) fn named_password(flag: Option<&Path>) -> Result<Option<Zeroizing<Vec<u8>>>> {
    if let Some(path) = flag {
        let password = read_password_file(path).map_err(|error| error.into_failure(path, Code::Usage));
        return password.map(Some);
    }
    let Some(path) = settings::env(VARIABLE) else { return Ok(None) };
    let password = read_password_file(Path::new(&path)).map_err(|error| {
        error
            .into_nameless_failure(&format!("the file that {VARIABLE} names"), Code::Config)
            .hint("it holds the path of a file with the password, as in foundry, and never the password itself")
    });
    password.map(Some)
}

/// Reads a password from a file or a pipe; the line break at its end does not count.
pub(super) fn read_password_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, ReadError> {
    let mut password = files::read_bounded_or_pipe(path, MAX_PASSWORD_FILE_LEN).map(Zeroizing::new)?;
    for end in [b'\n', b'\r'] {
        if password.last() == Some(&end) {
            password.pop();
        }
    }
    Ok(password)
}

/// How the terminal was before a question made it show nothing of what is typed.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// How long the handler of Ctrl-C has to end the program.
const INTERRUPT_PATIENCE: Duration = Duration::from_secs(5);

fn remember(terminal: Option<Termios>) {
    *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = terminal;
}

/// Makes the terminal show again what is typed, when the program ends in the middle of a question.
pub(crate) fn restore_terminal() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        // There is nothing else to do where it cannot be restored.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}

/// Asks for a password on the terminal, without showing it.
///
/// # Errors
///
/// [`Code::TerminalRequired`] when there is none.
pub(crate) fn prompt_password(prompt: &str) -> Result<Zeroizing<Vec<u8>>> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(Code::TerminalRequired, "a password is needed, and stdin is no terminal to ask on")
            .hint("give it with --password-file FILE, or ETH_PASSWORD=FILE"));
    }
    remember(tcgetattr(io::stdin()).ok());
    let password = rpassword::prompt_password(crate::page::harmless(prompt));
    remember(None);
    let password = password.map_err(|error| {
        if error.kind() == io::ErrorKind::Interrupted {
            // Ctrl-C was passed on as a signal: whoever handles that has the last word, and only one does.
            thread::sleep(INTERRUPT_PATIENCE);
        }
        let code = if error.kind() == io::ErrorKind::Interrupted { Code::Interrupted } else { Code::Io };
        Failure::new(code, format_args!("no password: {error}"))
    })?;
    Ok(Zeroizing::new(password.into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_file_may_end_with_a_line_break() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (content, password) in [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), ("pw \n", "pw "), ("a\n\n", "a\n")]
        {
            std::fs::write(file.path(), content).unwrap();
            assert_eq!(*read_password_file(file.path()).unwrap(), password.as_bytes());
        }
    }
}
