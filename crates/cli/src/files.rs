//! Files: read with a limit, written whole or not at all.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{FileTypeExt, OpenOptionsExt, PermissionsExt},
    path::Path,
};

use rustix::fs::OFlags;

use crate::error::{Code, Failure};

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
            Self::NotRegular => Failure::new(code, format_args!("{}: is not a regular file", path.display())),
            Self::TooLarge { found, limit } => Failure::new(
                code,
                format_args!("{}: has {found} bytes or more; at most {limit} are read", path.display()),
            ),
        }
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
    let mut bytes = Vec::new();
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
    builder.prefix(".quorate-").suffix(".tmp").permissions(Permissions::from_mode(mode));
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
    Ok(())
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
