//! The mailbox: a directory of proposals, one JSON file each.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use alloy::primitives::U256;
use quorate_core::{Proposal, SafeId};

use crate::{
    error::{Code, Failure, Result},
    files::{self, Existing, Privacy},
    proposal_file::{Entry, amend_target, in_the_way, read, unwritten},
    secret,
    ui::Ui,
};

/// Fewest hexadecimal digits of a hash that name a proposal.
const MIN_PREFIX: usize = 4;

/// How much is shown of a name that may be a private key: as much as of the hash of a proposal elsewhere.
const MAX_SHOWN: usize = 10;

/// How often storing begins anew when files come and go under it.
const STORE_ATTEMPTS: u32 = 100;

/// A directory of proposals: `<chain id>-<address>/<nonce>-<start of the hash>.json`.
///
/// Nothing in it is trusted. A file that is no proposal is reported and does not stop the others. Links are not followed:
/// what is read and written lies in the mailbox. Only the mailbox itself may be reached through one.
#[derive(Clone, Debug)]
pub(crate) struct Mailbox {
    base: PathBuf,
}

/// What is in a mailbox.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// The proposals, by Safe, nonce and hash.
    pub(crate) entries: Vec<Entry>,
    /// What else was found, and why it is no proposal.
    pub(crate) warnings: Vec<String>,
}

impl Mailbox {
    /// A mailbox at `base`, which need not exist.
    pub(crate) const fn new(base: PathBuf) -> Self {
        Self { base }
    }

    /// Returns the directory of one Safe.
    pub(crate) fn directory(&self, safe: SafeId) -> PathBuf {
        self.base.join(format!("{}-{}", safe.chain_id, safe.address))
    }

    /// Returns the file that a proposal belongs in.
    pub(crate) fn path_of(&self, proposal: &Proposal) -> PathBuf {
        self.directory(proposal.domain().safe()).join(file_name(proposal))
    }

    /// Lists the proposals of one Safe, or of all.
    pub(crate) fn list(&self, safe: Option<SafeId>) -> Result<Listing> {
        let mut listing = Listing::default();
        let directories = match safe {
            Some(safe) => vec![self.directory(safe)],
            // Whatever lies beside the directories of the Safes is somebody's own affair; a link may be meant as one.
            None => read_dir(&self.base)?
                .into_iter()
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir() || kind.is_symlink()))
                .map(|entry| entry.path())
                .collect(),
        };
        for directory in directories {
            match expect_directory(&directory) {
                Ok(()) => {}
                Err(failure) if failure.code == Code::BadProposal => {
                    listing.warnings.push(format!("left out: {}", failure.message));
                    continue;
                }
                Err(failure) => return Err(failure),
            }
            for entry in read_dir(&directory)? {
                let path = entry.path();
                let name = entry.file_name();
                if !name.as_encoded_bytes().ends_with(b".json") || name.as_encoded_bytes().starts_with(b".") {
                    continue;
                }
                // Not followed: a link could lead out of the mailbox.
                let read = match entry.file_type() {
                    Ok(kind) if kind.is_file() => read(&path),
                    Ok(_) => Err(files::ReadError::NotRegular.into_failure(&path, Code::BadProposal)),
                    Err(error) => Err(Failure::io(&path, &error)),
                };
                match read {
                    Ok(proposal) if self.directory(proposal.domain().safe()) == directory => {
                        listing.entries.push(Entry { path, proposal });
                    }
                    Ok(proposal) => listing.warnings.push(format!(
                        "{}: left out: it is of another Safe, {}",
                        path.display(),
                        proposal.domain().safe()
                    )),
                    Err(failure) => listing.warnings.push(format!("left out: {}", failure.message)),
                }
            }
        }
        self.drop_copies(&mut listing);
        listing.warnings.sort();
        Ok(listing)
    }

    /// Sorts the proposals, and keeps one file of each: the one with the name that Quorate gives, if it is there.
    fn drop_copies(&self, listing: &mut Listing) {
        let key = |it: &Entry| (it.proposal.domain().safe(), it.proposal.tx().nonce, *it.proposal.hash());
        listing.entries.sort_by_cached_key(|it| (key(it), it.path != self.path_of(&it.proposal), it.path.clone()));
        let warnings = &mut listing.warnings;
        listing.entries.dedup_by(|copy, kept| {
            let same = key(copy) == key(kept);
            if same {
                warnings.push(format!(
                    "left out: {} is a copy of {}; `quorate import` takes its signatures over, and then it can go",
                    copy.path.display(),
                    kept.path.display()
                ));
            }
            same
        });
    }

    /// Finds the one proposal that `name` means: a nonce, the start of a hash, or a file.
    pub(crate) fn find(&self, name: &str, safe: Option<SafeId>) -> Result<(Entry, Vec<String>)> {
        let Some(selector) = Selector::parse(name)? else {
            let path = PathBuf::from(name);
            return Ok((Entry { proposal: read(&path)?, path }, Vec::new()));
        };
        // A hash cannot be told from a private key that was typed in its place.
        let name = if secret::may_hold_key(name) { &format!("{}…", &name[..MAX_SHOWN]) } else { name };
        let listing = self.list(safe)?;
        let mut found: Vec<_> = listing.entries.into_iter().filter(|entry| selector.fits(&entry.proposal)).collect();
        match found.pop() {
            Some(entry) if found.is_empty() => {
                secret::is_hash_of_proposal(&entry.proposal.hash().hash());
                Ok((entry, listing.warnings))
            }
            Some(last) => {
                found.push(last);
                let several = found.iter().any(|it| it.proposal.domain().safe() != found[0].proposal.domain().safe());
                let candidates: Vec<_> = found.iter().map(|entry| candidate(&entry.proposal, several)).collect();
                Err(Failure::new(
                    Code::Ambiguous,
                    format_args!("{name} means {} proposals: {}", candidates.len(), candidates.join(", ")),
                )
                .hint(if several {
                    "name the Safe with --safe, or the proposal by more digits of its hash"
                } else {
                    "name the proposal by the first digits of its hash"
                }))
            }
            None => {
                let place = safe.map_or_else(|| self.base.clone(), |safe| self.directory(safe));
                let failure =
                    Failure::new(Code::NotFound, format_args!("there is no proposal {name} in {}", place.display()));
                Err(match listing.warnings.first() {
                    Some(first) => failure.hint(format_args!(
                        "{} files there could not be read, the first: {first}",
                        listing.warnings.len()
                    )),
                    None => failure.hint("`quorate list` shows what there is; a file is named by its path"),
                })
            }
        }
    }

    /// Puts a proposal into the mailbox; signatures of a copy that is there are kept.
    ///
    /// `settle` is given the copy that will be written, before it is, while no other writer can be at work on it.
    ///
    /// # Errors
    ///
    /// [`Code::BadProposal`] when something else than a file, or than a directory, is in the way: a link could lead out of
    /// the mailbox.
    pub(crate) fn store<T>(
        &self,
        ui: &Ui,
        proposal: &Proposal,
        mut settle: impl FnMut(&mut Proposal) -> Result<T>,
    ) -> Result<(Entry, T)> {
        let path = self.path_of(proposal);
        let directory = self.directory(proposal.domain().safe());
        expect_directory(&directory)?;
        fs::create_dir_all(&directory).map_err(|error| Failure::io(&directory, &error))?;
        for _ in 0..STORE_ATTEMPTS {
            match fs::symlink_metadata(&path) {
                Ok(metadata) if !metadata.is_file() => return Err(in_the_way(&path, metadata.file_type(), "file")),
                Ok(_) => {
                    let merged = amend_target(ui, &path, &path, |present| {
                        present.merge(proposal.clone()).map_err(|error| {
                            Failure::new(Code::BadProposal, format_args!("{}: {error}", path.display()))
                                .hint("move that file away; it is named like another proposal")
                        })?;
                        settle(present)
                    });
                    // Somebody took it away between the two looks.
                    if matches!(&merged, Err(failure) if failure.code == Code::NotFound) {
                        continue;
                    }
                    return merged;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    let mut proposal = proposal.clone();
                    let settled = settle(&mut proposal)?;
                    match files::write_atomically(
                        &path,
                        proposal.to_json().as_bytes(),
                        Privacy::Ordinary,
                        Existing::Keep,
                    ) {
                        Ok(()) => return Ok((Entry { path, proposal }, settled)),
                        // Somebody was faster: merge with theirs.
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                        Err(error) => return Err(unwritten(&path, &error)),
                    }
                }
                Err(error) => return Err(Failure::io(&path, &error)),
            }
        }
        Err(Failure::new(Code::Io, format_args!("{} comes and goes: another process is at work on it", path.display()))
            .hint("nothing was written; repeat it when the other process is done"))
    }
}

/// Makes sure that there is a directory at `path`, or nothing.
fn expect_directory(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => Ok(()),
        Ok(metadata) => Err(in_the_way(path, metadata.file_type(), "directory")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

/// Returns the name of a proposal's file.
pub(crate) fn file_name(proposal: &Proposal) -> String {
    let hash = proposal.hash().to_string();
    format!("{}-{}.json", proposal.tx().nonce, &hash[2..10])
}

fn candidate(proposal: &Proposal, with_safe: bool) -> String {
    let hash = proposal.hash().to_string();
    let name = format!("{}… (nonce {})", &hash[..10], proposal.tx().nonce);
    if with_safe { format!("{name} of {}", proposal.domain().safe()) } else { name }
}

/// Entries of a directory; one that does not exist has none.
fn read_dir(path: &Path) -> Result<Vec<fs::DirEntry>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::io(path, &error)),
    };
    entries.collect::<io::Result<Vec<_>>>().map_err(|error| Failure::io(path, &error))
}

/// How a proposal in the mailbox is named.
#[derive(Debug, Eq, PartialEq)]
enum Selector {
    Nonce(U256),
    Hash(String),
}

impl Selector {
    /// Reads a name; `None` when it is that of a file.
    fn parse(name: &str) -> Result<Option<Self>> {
        if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()) {
            let nonce = U256::from_str_radix(name, 10);
            return nonce
                .map(|nonce| Some(Self::Nonce(nonce)))
                .map_err(|_| Failure::new(Code::Usage, format_args!("{name} is no nonce: it does not fit 256 bits")));
        }
        let Some(digits) = name.strip_prefix("0x").filter(|it| it.bytes().all(|byte| byte.is_ascii_hexdigit())) else {
            return Ok(None);
        };
        if (MIN_PREFIX..=64).contains(&digits.len()) {
            return Ok(Some(Self::Hash(name.to_ascii_lowercase())));
        }
        let shown = secret::hide_keys(name);
        Err(Failure::new(Code::Usage, format_args!("{shown} is no start of a hash: it has {} digits", digits.len()))
            .hint(format_args!("give {MIN_PREFIX} to 64 digits after 0x")))
    }

    fn fits(&self, proposal: &Proposal) -> bool {
        match self {
            Self::Nonce(nonce) => proposal.tx().nonce == *nonce,
            Self::Hash(prefix) => proposal.hash().to_string().starts_with(prefix.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proposal_file::amend;
    use alloy::primitives::Address;
    use quorate_core::{Domain, SafeTx, Signature, Version};

    fn proposal(nonce: u64, value: u64) -> Proposal {
        let safe = SafeId::new(31_337, Address::repeat_byte(7));
        let domain = Domain::new(safe, Version::V1_5_0).unwrap();
        let tx = SafeTx { nonce: U256::from(nonce), value: U256::from(value), ..SafeTx::default() };
        Proposal::new(domain, tx, "").unwrap()
    }

    fn mailbox() -> (tempfile::TempDir, Mailbox) {
        let directory = tempfile::tempdir().unwrap();
        let mailbox = Mailbox::new(directory.path().join("proposals"));
        (directory, mailbox)
    }

    fn store(mailbox: &Mailbox, proposal: &Proposal) -> PathBuf {
        mailbox.store(&quiet(), proposal, |_| Ok(())).unwrap().0.path
    }

    fn quiet() -> Ui {
        Ui::new(false, true, crate::ui::ColourChoice::Never)
    }

    fn approved(byte: u8) -> Signature {
        Signature::Approved { owner: Address::repeat_byte(byte) }
    }

    #[test]
    fn a_mailbox_that_does_not_exist_is_empty() {
        let (_directory, mailbox) = mailbox();
        assert!(mailbox.list(None).unwrap().entries.is_empty());
        assert_eq!(mailbox.find("0", None).unwrap_err().code, Code::NotFound);
    }

    #[test]
    fn a_proposal_is_found_by_nonce_hash_and_file() {
        let (_directory, mailbox) = mailbox();
        let wanted = proposal(3, 1);
        let path = store(&mailbox, &wanted);
        store(&mailbox, &proposal(4, 1));
        let hash = wanted.hash().to_string();
        for name in ["3", &hash, &hash[..6], &hash.to_uppercase().replace("0X", "0x"), path.to_str().unwrap()] {
            assert_eq!(mailbox.find(name, None).unwrap().0.proposal, wanted, "{name}");
        }
    }

    #[test]
    fn a_name_of_two_proposals_is_refused_with_both() {
        let (_directory, mailbox) = mailbox();
        for value in [1, 2] {
            store(&mailbox, &proposal(3, value));
        }
        let failure = mailbox.find("3", None).unwrap_err();
        assert_eq!(failure.code, Code::Ambiguous);
        for value in [1, 2] {
            assert!(failure.message.contains(&proposal(3, value).hash().to_string()[..10]));
        }
    }

    #[test]
    fn short_prefixes_and_long_numbers_name_nothing() {
        let (_directory, mailbox) = mailbox();
        for name in ["0x123", "0x", &"9".repeat(90), &format!("0x{}", "1".repeat(65))] {
            assert_eq!(mailbox.find(name, None).unwrap_err().code, Code::Usage, "{name}");
        }
    }

    #[test]
    fn copies_merge_in_the_mailbox() {
        let (_directory, mailbox) = mailbox();
        let (mut one, mut two) = (proposal(0, 1), proposal(0, 1));
        one.sign(approved(1)).unwrap();
        two.sign(approved(2)).unwrap();
        store(&mailbox, &one);
        store(&mailbox, &two);
        assert_eq!(mailbox.find("0", None).unwrap().0.proposal.signatures().len(), 2);
    }

    #[test]
    fn writers_at_the_same_time_lose_nothing() {
        let (_directory, mailbox) = mailbox();
        std::thread::scope(|scope| {
            for byte in 1..=16 {
                let mailbox = &mailbox;
                scope.spawn(move || {
                    let mut copy = proposal(0, 1);
                    copy.sign(approved(byte)).unwrap();
                    store(mailbox, &copy);
                });
            }
        });
        assert_eq!(mailbox.find("0", None).unwrap().0.proposal.signatures().len(), 16);
        assert_eq!(fs::read_dir(mailbox.directory(proposal(0, 1).domain().safe())).unwrap().count(), 1);
    }

    #[test]
    fn a_change_that_fails_changes_nothing() {
        let (_directory, mailbox) = mailbox();
        let path = store(&mailbox, &proposal(0, 1));
        let before = fs::read(&path).unwrap();
        let failure = amend(&quiet(), &path, |copy| {
            copy.sign(approved(1)).unwrap();
            Err::<(), _>(Failure::new(Code::Declined, "no"))
        });
        assert!(failure.is_err());
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn hostile_files_are_reported_and_stop_nothing() {
        let (_directory, mailbox) = mailbox();
        let good = store(&mailbox, &proposal(0, 1));
        let beside = |name: &str| good.with_file_name(name);
        fs::write(beside("garbage.json"), b"{\"schema_version\":1,\x1b[2J").unwrap();
        fs::File::create(beside("huge.json")).unwrap().set_len(64 << 20).unwrap();
        std::os::unix::fs::symlink(&good, beside("link.json")).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(beside("pipe.json")).status().unwrap().success());
        fs::create_dir(beside("directory.json")).unwrap();
        fs::write(beside("foreign.json"), fs::read_to_string(&good).unwrap().replace("0707", "0807")).unwrap();
        let listing = mailbox.list(None).unwrap();
        assert_eq!(listing.entries.len(), 1);
        assert_eq!(listing.warnings.len(), 6, "{:?}", listing.warnings);
        assert!(mailbox.find("0", None).is_ok());
    }

    #[test]
    fn what_is_no_file_is_neither_followed_nor_replaced() {
        let (directory, mailbox) = mailbox();
        let path = store(&mailbox, &proposal(0, 1));
        let outside = directory.path().join("outside.json");
        fs::rename(&path, &outside).unwrap();
        let before = fs::read(&outside).unwrap();
        let mut copy = proposal(0, 1);
        copy.sign(approved(1)).unwrap();
        for target in [outside.as_path(), Path::new("nowhere"), Path::new("/dev/zero"), &path] {
            std::os::unix::fs::symlink(target, &path).unwrap();
            let failure = mailbox.store(&quiet(), &copy, |_| Ok(())).unwrap_err();
            assert_eq!(failure.code, Code::BadProposal, "{target:?}");
            assert!(failure.message.contains("symbolic link"), "{}", failure.message);
            fs::remove_file(&path).unwrap();
        }
        assert_eq!(fs::read(&outside).unwrap(), before);
        fs::create_dir(&path).unwrap();
        assert_eq!(mailbox.store(&quiet(), &copy, |_| Ok(())).unwrap_err().code, Code::BadProposal);
    }

    #[test]
    fn a_linked_directory_is_neither_read_nor_written() {
        let (directory, mailbox) = mailbox();
        store(&mailbox, &proposal(0, 1));
        let safe = proposal(0, 1).domain().safe();
        let outside = directory.path().join("outside");
        fs::rename(mailbox.directory(safe), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, mailbox.directory(safe)).unwrap();
        for which in [None, Some(safe)] {
            let listing = mailbox.list(which).unwrap();
            assert_eq!((listing.entries.len(), listing.warnings.len()), (0, 1), "{:?}", listing.warnings);
        }
        assert_eq!(mailbox.store(&quiet(), &proposal(1, 1), |_| Ok(())).unwrap_err().code, Code::BadProposal);
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
        fs::remove_dir_all(&outside).unwrap();
        assert_eq!(mailbox.store(&quiet(), &proposal(1, 1), |_| Ok(())).unwrap_err().code, Code::BadProposal);
    }

    #[test]
    fn a_copy_in_the_mailbox_leaves_the_proposal_its_name() {
        let (_directory, mailbox) = mailbox();
        let path = store(&mailbox, &proposal(3, 1));
        let hash = proposal(3, 1).hash().to_string();
        // One name is before that of the file itself, the other behind.
        for copy in ["0.json", "copy.json"] {
            fs::copy(&path, path.with_file_name(copy)).unwrap();
        }
        for name in ["3", &hash] {
            let (entry, warnings) = mailbox.find(name, None).unwrap();
            assert_eq!(entry.path, path);
            assert_eq!(warnings.len(), 2);
            assert!(warnings[0].contains("0.json") && warnings[1].contains("copy.json"), "{warnings:?}");
        }
        fs::remove_file(&path).unwrap();
        assert_eq!(mailbox.find("3", None).unwrap().0.path, path.with_file_name("0.json"));
    }

    #[test]
    fn a_damaged_file_is_not_overwritten() {
        let (_directory, mailbox) = mailbox();
        let path = store(&mailbox, &proposal(0, 1));
        fs::write(&path, b"damaged").unwrap();
        let failure = mailbox.store(&quiet(), &proposal(0, 1), |_| Ok(())).unwrap_err();
        assert_eq!(failure.code, Code::BadProposal);
        assert_eq!(fs::read(&path).unwrap(), b"damaged");
    }
}
