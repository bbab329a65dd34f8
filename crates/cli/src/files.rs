//! Files: read with a limit, written whole or not at all.

use std::{
    ffi::OsStr,
    fs::{File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    time::{Duration, SystemTime},
};

use rustix::fs::OFlags;

use crate::error::{Code, Failure, shown};

/// Longest secret that is read.
const MAX_SECRET_LEN: usize = 64 * 1024;

/// What the name of a file that is being written begins and ends with; in between are [`TEMPORARY_RANDOM`] characters.
const TEMPORARY: (&str, &str) = (".quorate-", ".tmp");

/// How many random letters and digits are in such a name.
const TEMPORARY_RANDOM: usize = 6;

/// How old a file has to be that a process which was killed has left behind. Writing one takes moments.
const STALE: Duration = Duration::from_secs(60 * 60);

/// Why a file was not read.
#[derive(Debug)]
pub(crate) enum ReadError {
    /// The system says no.
    Io(io::Error),
    /// It is a directory, a pipe, a device or the like.
    NotRegular,
    /// It is larger than it may be.
    TooLarge {
        /// How large it is, as far as it was looked at.
        found: u64,
        /// How large it may be.
        limit: usize,
    },
}

impl ReadError {
    /// Makes a failure of it; `code` is for files that are there and are wrong.
    pub(crate) fn into_failure(self, path: &Path, code: Code) -> Failure {
        match self {
            Self::Io(error) => Failure::io(path, &error),
            Self::NotRegular => Failure::new(code, format_args!("{}: is not a regular file", shown(path))),
            Self::TooLarge { found, limit } => {
                Failure::new(code, format_args!("{}: has {found} bytes or more; at most {limit} are read", shown(path)))
            }
        }
    }

    /// Makes a failure of it that calls the file `what`: its path may be a secret in the place of one.
    pub(crate) fn into_nameless_failure(self, what: &str, code: Code) -> Failure {
        let why = match self {
            Self::Io(error) => error.kind().to_string(),
            Self::NotRegular => "it is no regular file".to_owned(),
            Self::TooLarge { limit, .. } => format!("it has more than {limit} bytes"),
        };
        Failure::new(code, format_args!("{what} cannot be read: {why}"))
    }
}

/// Reads a regular file of at most `limit` bytes; more are never in memory.
///
/// A symbolic link is followed; what it leads to must be a regular file, and a pipe does not block.
pub(crate) fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    let file = open(path).map_err(ReadError::Io)?;
    read_file(&file, limit)
}

/// As [`read_bounded`], and of a pipe up to its end, for which this waits.
pub(crate) fn read_bounded_or_pipe(path: &Path, limit: usize) -> Result<Vec<u8>, ReadError> {
    if !std::fs::metadata(path).map_err(ReadError::Io)?.file_type().is_fifo() {
        return read_bounded(path, limit);
    }
    let pipe = File::open(path).map_err(ReadError::Io)?;
    // It may be something else by now.
    if pipe.metadata().map_err(ReadError::Io)?.file_type().is_fifo() {
        read_stream(pipe, limit)
    } else {
        Err(ReadError::NotRegular)
    }
}

/// Opens a file for reading; a pipe without a writer does not make it wait.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path)
}

/// As [`read_bounded`], of a file that is open.
pub(crate) fn read_file(file: &File, limit: usize) -> Result<Vec<u8>, ReadError> {
    let metadata = file.metadata().map_err(ReadError::Io)?;
    if !metadata.is_file() {
        return Err(ReadError::NotRegular);
    }
    let bound = u64::try_from(limit).unwrap_or(u64::MAX);
    if metadata.len() > bound {
        return Err(ReadError::TooLarge { found: metadata.len(), limit });
    }
    read_stream(file, limit)
}

/// Reads a stream of at most `limit` bytes.
pub(crate) fn read_stream(stream: impl Read, limit: usize) -> Result<Vec<u8>, ReadError> {
    let bound = u64::try_from(limit).unwrap_or(u64::MAX);
    // What is short may be secret: it is not to be copied while it is read, for copies would not be wiped.
    let mut bytes = Vec::with_capacity(if limit <= MAX_SECRET_LEN { limit + 1 } else { 0 });
    stream.take(bound.saturating_add(1)).read_to_end(&mut bytes).map_err(ReadError::Io)?;
    if bytes.len() > limit {
        return Err(ReadError::TooLarge { found: bound.saturating_add(1), limit });
    }
    Ok(bytes)
}

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Privacy {
    /// As the file that is replaced, or else as the user's mask says.
    Ordinary,
    /// The user alone: mode 0600.
    Secret,
}

/// What to do with a file that is there.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Existing {
    /// It is replaced.
    Replace,
    /// It stays, and writing fails with [`io::ErrorKind::AlreadyExists`].
    Keep,
}

/// Writes a file whole or not at all: beside it first, flushed to the disk, and then renamed.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8], privacy: Privacy, existing: Existing) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    let mode = match privacy {
        Privacy::Secret => 0o600,
        Privacy::Ordinary => 0o666,
    };
    let (prefix, suffix) = TEMPORARY;
    builder.prefix(prefix).suffix(suffix).rand_bytes(TEMPORARY_RANDOM).permissions(Permissions::from_mode(mode));
    let mut file = builder.tempfile_in(directory)?;
    if privacy == Privacy::Ordinary
        && existing == Existing::Replace
        && let Ok(old) = std::fs::metadata(path)
        && old.is_file()
    {
        file.as_file().set_permissions(Permissions::from_mode(old.permissions().mode() & 0o777))?;
    }
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    match existing {
        Existing::Replace => file.persist(path).map_err(|error| error.error)?,
        Existing::Keep => file.persist_noclobber(path).map_err(|error| error.error)?,
    };
    // The rename itself is on disk when the directory is.
    if let Ok(directory) = File::open(directory) {
        let _ = directory.sync_all();
    }
    sweep(directory, SystemTime::now());
    Ok(())
}

/// Removes what processes that were killed have left in a directory: this user's files, by their names, once they are old.
///
/// Links are neither followed nor removed. That nothing can be removed is nobody's trouble: the files are in no one's way.
fn sweep(directory: &Path, now: SystemTime) {
    let me = rustix::process::geteuid().as_raw();
    for entry in std::fs::read_dir(directory).into_iter().flatten().map_while(Result::ok) {
        if !is_temporary(&entry.file_name()) {
            continue;
        }
        // Of the entry itself, not of what a link leads to.
        let is_stale = entry.metadata().is_ok_and(|it| {
            let age = it.modified().ok().and_then(|modified| now.duration_since(modified).ok());
            it.is_file() && it.uid() == me && it.nlink() == 1 && age.is_some_and(|age| age >= STALE)
        });
        if is_stale {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Returns whether a name is one that [`write_atomically`] gives while it writes.
fn is_temporary(name: &OsStr) -> bool {
    let (prefix, suffix) = TEMPORARY;
    let random = name.to_str().and_then(|name| name.strip_prefix(prefix)?.strip_suffix(suffix));
    random.is_some_and(|it| it.len() == TEMPORARY_RANDOM && it.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beyond_the_limit_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, [0; 11]).unwrap();
        assert!(matches!(read_bounded(&path, 10), Err(ReadError::TooLarge { found: 11, limit: 10 })));
        assert_eq!(read_bounded(&path, 11).unwrap().len(), 11);
        assert!(matches!(read_stream(&[0; 11][..], 10), Err(ReadError::TooLarge { .. })));
    }

    #[test]
    fn devices_and_directories_are_not_read() {
        for path in ["/dev/zero", "/"] {
            assert!(matches!(read_bounded(Path::new(path), 10), Err(ReadError::NotRegular)), "{path}");
        }
    }

    #[test]
    fn what_a_killed_process_left_is_swept_once_it_is_old_and_nothing_else_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let old = SystemTime::now() - 2 * STALE;
        let age = |name: &str| File::open(path(name)).unwrap().set_modified(old).unwrap();
        let stale = ".quorate-aB3xYz.tmp";
        let kept =
            [".quorate-aB3xY.tmp", ".quorate-aB3xY-.tmp", ".quorate-aB3xYzq.tmp", "quorate-aB3xYz.tmp", "p.json"];
        for name in kept.iter().chain([&stale]) {
            std::fs::write(path(name), "x").unwrap();
            age(name);
        }
        std::fs::write(path(".quorate-young1.tmp"), "x").unwrap();
        // A second name for a file elsewhere, a link to one, and a directory.
        std::fs::hard_link(path("p.json"), path(".quorate-second.tmp")).unwrap();
        std::os::unix::fs::symlink(path("p.json"), path(".quorate-linked.tmp")).unwrap();
        std::fs::create_dir(path(".quorate-direct.tmp")).unwrap();
        age(".quorate-direct.tmp");
        let count = || std::fs::read_dir(directory.path()).unwrap().count();
        let before = count();
        write_atomically(&path("new.json"), b"new", Privacy::Ordinary, Existing::Keep).unwrap();
        assert!(!path(stale).exists());
        assert_eq!(count(), before, "one came, and one went");
    }

    #[test]
    fn the_names_that_are_given_are_those_that_are_swept() {
        let (prefix, suffix) = TEMPORARY;
        let name =
            tempfile::Builder::new().prefix(prefix).suffix(suffix).rand_bytes(TEMPORARY_RANDOM).tempfile().unwrap();
        assert!(is_temporary(name.path().file_name().unwrap()), "{name:?}");
    }

    #[test]
    fn a_file_that_has_to_stay_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        write_atomically(&path, b"one", Privacy::Ordinary, Existing::Keep).unwrap();
        let error = write_atomically(&path, b"two", Privacy::Ordinary, Existing::Keep).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write_atomically(&path, b"three", Privacy::Ordinary, Existing::Replace).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"three");
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_secret_is_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        write_atomically(&path, b"key", Privacy::Secret, Existing::Keep).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_is_replaced_keeps_its_mode() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        for mode in [0o600, 0o640, 0o666, 0o444] {
            write_atomically(&path, b"old", Privacy::Ordinary, Existing::Replace).unwrap();
            std::fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            write_atomically(&path, b"new", Privacy::Ordinary, Existing::Replace).unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, mode, "{mode:o}");
        }
        std::fs::set_permissions(&path, Permissions::from_mode(0o666)).unwrap();
        write_atomically(&path, b"key", Privacy::Secret, Existing::Replace).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_pipe_is_read_up_to_its_end_and_no_further_than_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(matches!(read_bounded(&path, 10), Err(ReadError::NotRegular)));
        for (sent, fits) in [(&b"0123456789"[..], true), (b"0123456789a", false)] {
            let writer = std::thread::spawn({
                let path = path.clone();
                move || OpenOptions::new().write(true).open(path).unwrap().write_all(sent).unwrap()
            });
            let read = read_bounded_or_pipe(&path, 10);
            writer.join().unwrap();
            match read {
                Ok(bytes) => assert!(fits && bytes == sent),
                Err(error) => assert!(!fits && matches!(error, ReadError::TooLarge { limit: 10, .. }), "{error:?}"),
            }
        }
        for path in ["/dev/zero", "/"] {
            assert!(matches!(read_bounded_or_pipe(Path::new(path), 10), Err(ReadError::NotRegular)), "{path}");
        }
    }
}
