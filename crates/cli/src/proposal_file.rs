//! A proposal file: read, and changed while other writers wait.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use quorate_core::{MAX_PROPOSAL_LEN, Proposal};

use crate::{
    error::{Code, Failure, Result},
    files::{self, Existing, Privacy},
    ui::Ui,
};

/// How long another process may keep a file to itself.
const LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether the file is free.
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// A proposal and where it is.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Its file.
    pub(crate) path: PathBuf,
    /// What the file holds.
    pub(crate) proposal: Proposal,
}

/// Reads a proposal file.
pub(crate) fn read(path: &Path) -> Result<Proposal> {
    let bytes =
        files::read_bounded(path, MAX_PROPOSAL_LEN).map_err(|error| error.into_failure(path, Code::BadProposal))?;
    parse(path, &bytes)
}

/// Changes a proposal file that is there: read, changed and replaced while other writers wait.
///
/// The file stays as it was when `change` fails, or when it cannot be written whole.
///
/// # Errors
///
/// [`Code::Io`] when another process keeps the file to itself for long.
pub(crate) fn amend<T>(ui: &Ui, path: &Path, change: impl FnMut(&mut Proposal) -> Result<T>) -> Result<(Entry, T)> {
    // The name may be a link; the file it leads to is replaced, not the link.
    let target = fs::canonicalize(path).map_err(|error| Failure::io(path, &error))?;
    amend_target(ui, path, &target, change)
}

/// As [`amend`], of the file `target` that is called `path`; if it is a link, it is refused.
pub(crate) fn amend_target<T>(
    ui: &Ui,
    path: &Path,
    target: &Path,
    mut change: impl FnMut(&mut Proposal) -> Result<T>,
) -> Result<(Entry, T)> {
    let failed = |error: io::Error| Failure::io(path, &error);
    let deadline = Instant::now() + LOCK_PATIENCE;
    let file = loop {
        let file = files::open(target).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(files::ReadError::NotRegular.into_failure(path, Code::BadProposal));
        }
        lock(&file, path, deadline, || ui.note("waiting for another quorate that is at work on the file…"))?;
        // A writer who had the lock before has put another file in its place.
        let (ours, theirs) = (file.metadata().map_err(failed)?, fs::symlink_metadata(target).map_err(failed)?);
        if !theirs.is_file() {
            return Err(in_the_way(path, theirs.file_type(), "file"));
        }
        if (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()) {
            break file;
        }
    };
    let bytes =
        files::read_file(&file, MAX_PROPOSAL_LEN).map_err(|error| error.into_failure(path, Code::BadProposal))?;
    let mut proposal = parse(path, &bytes)?;
    let done = change(&mut proposal)?;
    let json = proposal.to_json();
    if json.as_bytes() != bytes {
        files::write_atomically(target, json.as_bytes(), Privacy::Ordinary, Existing::Replace)
            .map_err(|error| unwritten(path, &error))?;
    }
    Ok((Entry { path: path.to_owned(), proposal }, done))
}

/// Takes the lock of a file; `waiting` is called once if another process has it.
///
/// # Errors
///
/// [`Code::Io`] when the other process still has it at the deadline, or the file system has no locks.
fn lock(file: &File, path: &Path, deadline: Instant, waiting: impl FnOnce()) -> Result<()> {
    let mut waiting = Some(waiting);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(Failure::io(path, &error)),
            Err(TryLockError::WouldBlock) => {}
        }
        if let Some(waiting) = waiting.take() {
            waiting();
        }
        if Instant::now() >= deadline {
            return Err(Failure::new(
                Code::Io,
                format_args!("{} is locked: another process is at work on it and does not finish", path.display()),
            )
            .hint("nothing was changed; end the other process, a stopped `quorate` for instance, and repeat"));
        }
        thread::sleep(LOCK_PAUSE);
    }
}

/// Says that something else stands where a regular file or directory belongs.
pub(crate) fn in_the_way(path: &Path, found: fs::FileType, expected: &str) -> Failure {
    let found = if found.is_symlink() {
        "a symbolic link, which could lead out of the mailbox"
    } else if found.is_dir() {
        "a directory"
    } else if found.is_file() {
        "a file"
    } else {
        "a pipe, a socket or a device"
    };
    Failure::new(
        Code::BadProposal,
        format_args!("{}: is {found}; only a regular {expected} is taken here", path.display()),
    )
    .hint("move it away; another mailbox is named with --mailbox")
}

/// Says that a file could not be written, and is as it was.
pub(crate) fn unwritten(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Code::Io, format_args!("{} cannot be written: {error}", path.display()))
        .hint("nothing was changed: a file that was there is as it was")
}

/// Reads what is in a proposal file.
pub(crate) fn parse(path: &Path, bytes: &[u8]) -> Result<Proposal> {
    Proposal::from_json(bytes)
        .map_err(|error| Failure::new(Code::BadProposal, format_args!("{}: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_waited_for_and_not_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("proposal.json");
        fs::write(&path, "{}").unwrap();
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        let file = File::open(&path).unwrap();
        let mut told = 0;
        let start = Instant::now();
        let failure = lock(&file, &path, start + 3 * LOCK_PAUSE, || told += 1).unwrap_err();
        assert_eq!((failure.code, told), (Code::Io, 1));
        assert!(start.elapsed() >= 3 * LOCK_PAUSE && failure.hint.is_some());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(2 * LOCK_PAUSE);
                held.unlock().unwrap();
            });
            lock(&file, &path, Instant::now() + LOCK_PATIENCE, || ()).unwrap();
        });
    }
}
