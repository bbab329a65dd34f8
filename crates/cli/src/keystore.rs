//! Key files: Web3 Secret Storage version 3, as foundry, geth and others keep them.

use std::{
    io,
    path::{Path, PathBuf},
};

use aes::cipher::{KeyIvInit, StreamCipher};
use alloy::{
    primitives::{Address, B256, keccak256},
    signers::local::PrivateKeySigner,
};
use hmac::Hmac;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{
    error::{Code, Failure, Result},
    files::{self, Existing, Privacy},
    secret,
};

/// Base-2 logarithm of the scrypt cost of files that are written: 2^17 with `r` 8 takes 128 MiB to try one password.
const LOG_N: u8 = 17;
const R: u32 = 8;
const P: u32 = 1;

/// Most memory that a file may make scrypt use: twice that of geth's files.
const MAX_MEMORY: u64 = 512 << 20;

/// Most work, as `n · r · p`: four times that of geth's files.
const MAX_WORK: u64 = 1 << 23;

/// Most rounds of PBKDF2.
const MAX_ROUNDS: u32 = 10_000_000;

/// Largest key file that is read.
const MAX_LEN: usize = 64 * 1024;

/// Longest password that is taken, in bytes.
pub(crate) const MAX_PASSWORD_LEN: usize = 4096;

type Cipher = ctr::Ctr128BE<aes::Aes128>;

/// A key file, still locked.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Keystore {
    /// The key's address, in clear; files of foundry have none. It is a claim until the file is unlocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(alias = "Crypto")]
    crypto: Crypto,
    id: String,
    version: u8,
}

#[derive(Debug, Deserialize, Serialize)]
struct Crypto {
    cipher: String,
    cipherparams: CipherParams,
    #[serde(with = "hex::serde")]
    ciphertext: Vec<u8>,
    #[serde(flatten)]
    kdf: Kdf,
    #[serde(with = "hex::serde")]
    mac: Vec<u8>,
}

#[derive(Debug, Deserialize, Serialize)]
struct CipherParams {
    #[serde(with = "hex::serde")]
    iv: [u8; 16],
}

/// How the password becomes a key.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kdf", content = "kdfparams", rename_all = "lowercase")]
enum Kdf {
    Scrypt {
        dklen: usize,
        n: u32,
        p: u32,
        r: u32,
        #[serde(with = "hex::serde")]
        salt: Vec<u8>,
    },
    Pbkdf2 {
        c: u32,
        dklen: usize,
        prf: String,
        #[serde(with = "hex::serde")]
        salt: Vec<u8>,
    },
}

/// Why a key file does not open.
#[derive(Debug, Eq, PartialEq)]
enum Locked {
    /// The password is wrong, or the file was changed.
    WrongPassword,
    /// The file is none that can be opened.
    Bad(String),
}

impl Keystore {
    /// Reads a key file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let bytes = files::read_bounded(path, MAX_LEN).map_err(|error| error.into_failure(path, Code::BadKeystore))?;
        Self::parse(&bytes).map_err(|error| {
            Failure::new(Code::BadKeystore, format_args!("{}: is no key file: {error}", path.display()))
        })
    }

    fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }

    /// Returns the address that the file says its key has.
    pub(crate) fn claimed_address(&self) -> Option<Address> {
        let text = self.address.as_ref()?;
        text.strip_prefix("0x").unwrap_or(text).parse().ok()
    }

    /// Opens a key file that was read from `path`.
    ///
    /// # Errors
    ///
    /// [`Code::WrongPassword`], or [`Code::BadKeystore`] when the file is damaged or asks for too much.
    pub(crate) fn unlock(&self, path: &Path, password: &[u8]) -> Result<PrivateKeySigner> {
        let secret = self.decrypt(password).map_err(|error| match error {
            Locked::WrongPassword => {
                Failure::new(Code::WrongPassword, format_args!("the password does not open {}", path.display()))
                    .hint("a password file's trailing line break does not count; a space does")
            }
            Locked::Bad(what) => Failure::new(Code::BadKeystore, format_args!("{}: {what}", path.display())),
        })?;
        let signer = PrivateKeySigner::from_slice(&secret[..])
            .map_err(|_| Failure::new(Code::BadKeystore, format_args!("{}: holds no valid key", path.display())))?;
        if let Some(claimed) = self.claimed_address()
            && claimed != signer.address()
        {
            return Err(Failure::new(
                Code::BadKeystore,
                format_args!(
                    "{}: says its address is {claimed}, but its key is that of {}",
                    path.display(),
                    signer.address()
                ),
            ));
        }
        Ok(signer)
    }

    fn decrypt(&self, password: &[u8]) -> Result<Zeroizing<[u8; 32]>, Locked> {
        let bad = |what: String| Locked::Bad(what);
        if self.version != 3 {
            return Err(bad(format!("is of version {}; only version 3 is known", self.version)));
        }
        if self.crypto.cipher != "aes-128-ctr" {
            return Err(bad(format!("is encrypted with {:?}; only aes-128-ctr is known", self.crypto.cipher)));
        }
        let mut secret = Zeroizing::new([0; 32]);
        if self.crypto.ciphertext.len() != secret.len() {
            return Err(bad(format!("holds {} bytes; a key has 32", self.crypto.ciphertext.len())));
        }
        let derived = self.crypto.kdf.derive(password)?;
        let mac = mac(&derived, &self.crypto.ciphertext);
        // An attacker who could time this has the file already, and with it everything this comparison could tell.
        if mac[..] != self.crypto.mac[..] {
            return Err(Locked::WrongPassword);
        }
        secret.copy_from_slice(&self.crypto.ciphertext);
        cipher(&derived, &self.crypto.cipherparams.iv).apply_keystream(&mut secret[..]);
        Ok(secret)
    }

    /// Locks a key with a password.
    fn lock(signer: &PrivateKeySigner, password: &[u8], random: &Random) -> Result<Self, Locked> {
        let kdf = Kdf::Scrypt { dklen: 32, n: 1 << LOG_N, p: P, r: R, salt: random.salt.to_vec() };
        let derived = kdf.derive(password)?;
        let secret = Zeroizing::new(signer.to_bytes().0);
        let mut ciphertext = secret.to_vec();
        cipher(&derived, &random.iv).apply_keystream(&mut ciphertext);
        Ok(Self {
            address: Some(hex::encode(signer.address())),
            crypto: Crypto {
                cipher: "aes-128-ctr".to_owned(),
                cipherparams: CipherParams { iv: random.iv },
                mac: mac(&derived, &ciphertext).to_vec(),
                ciphertext,
                kdf,
            },
            id: uuid(random.id),
            version: 3,
        })
    }

    /// Locks a key with a password and writes it to a new file that its owner alone can read.
    ///
    /// # Errors
    ///
    /// [`Code::AlreadyExists`] when there is a file: keys are never overwritten.
    pub(crate) fn create(path: &Path, signer: &PrivateKeySigner, password: &[u8]) -> Result<()> {
        let random = Random::new()?;
        let keystore = Self::lock(signer, password, &random)
            .map_err(|error| Failure::new(Code::Unexpected, format_args!("scrypt failed: {error:?}")))?;
        let json = serde_json::to_vec(&keystore).map_err(|error| Failure::new(Code::Unexpected, error))?;
        files::write_atomically(path, &json, Privacy::Secret, Existing::Keep).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => {
                Failure::new(Code::AlreadyExists, format_args!("{} exists", path.display()))
                    .hint("choose another name; a key is never overwritten")
            }
            _ => Failure::io(path, &error),
        })
    }
}

impl Kdf {
    fn derive(&self, password: &[u8]) -> Result<Zeroizing<[u8; 32]>, Locked> {
        let bad = |what: String| Err(Locked::Bad(what));
        let mut key = Zeroizing::new([0; 32]);
        let (Self::Scrypt { dklen, .. } | Self::Pbkdf2 { dklen, .. }) = self;
        if *dklen != key.len() {
            return bad(format!("derives a key of {dklen} bytes; it has to be 32"));
        }
        match self {
            Self::Scrypt { n, p: parallel, r: block, salt, .. } => {
                let (n, r, p) = (u64::from(*n), u64::from(*block), u64::from(*parallel));
                if !n.is_power_of_two() || n < 2 || r == 0 || p == 0 {
                    return bad(format!("asks for scrypt with n = {n}, r = {r}, p = {p}, which is not possible"));
                }
                // Three numbers below 2^32, of which the first two are small enough when the third is multiplied.
                let memory = n * r;
                if memory > MAX_MEMORY / 128 || memory * p > MAX_WORK {
                    return bad(format!(
                        "asks for scrypt with n = {n}, r = {r}, p = {p}, which is more than an honest file does"
                    ));
                }
                let log_n = u8::try_from(n.trailing_zeros()).expect("n has 32 bits");
                match scrypt::Params::new(log_n, *block, *parallel, key.len()) {
                    Ok(params) => {
                        scrypt::scrypt(password, salt, &params, &mut key[..]).expect("32 bytes are a valid length");
                    }
                    Err(_) => {
                        return bad(format!("asks for scrypt with n = {n}, r = {r}, p = {p}, which is not possible"));
                    }
                }
            }
            Self::Pbkdf2 { c, prf, salt, .. } => {
                if prf != "hmac-sha256" {
                    return bad(format!("asks for PBKDF2 with {prf:?}; only hmac-sha256 is known"));
                }
                if *c > MAX_ROUNDS || *c == 0 {
                    return bad(format!("asks for {c} rounds of PBKDF2; it can be 1 to {MAX_ROUNDS}"));
                }
                pbkdf2::pbkdf2::<Hmac<Sha256>>(password, salt, *c, &mut key[..]).expect("HMAC takes any key");
            }
        }
        Ok(key)
    }
}

/// The random part of a key file.
struct Random {
    salt: [u8; 32],
    iv: [u8; 16],
    id: [u8; 16],
}

impl Random {
    fn new() -> Result<Self> {
        let mut random = Self { salt: [0; 32], iv: [0; 16], id: [0; 16] };
        for bytes in [&mut random.salt[..], &mut random.iv, &mut random.id] {
            getrandom::fill(bytes)
                .map_err(|error| Failure::new(Code::Io, format_args!("the system has no random numbers: {error}")))?;
        }
        Ok(random)
    }
}

/// Makes a new key.
pub(crate) fn random_key() -> Result<PrivateKeySigner> {
    let mut secret = Zeroizing::new([0; 32]);
    loop {
        getrandom::fill(&mut secret[..])
            .map_err(|error| Failure::new(Code::Io, format_args!("the system has no random numbers: {error}")))?;
        // Fails for about one in 2^128 numbers.
        if let Ok(signer) = PrivateKeySigner::from_slice(&secret[..]) {
            return Ok(signer);
        }
    }
}

fn cipher(derived: &[u8; 32], iv: &[u8; 16]) -> Cipher {
    let mut key = Zeroizing::new([0; 16]);
    key.copy_from_slice(&derived[..16]);
    Cipher::new((&*key).into(), iv.into())
}

/// `keccak256(second half of the derived key || ciphertext)`.
fn mac(derived: &[u8; 32], ciphertext: &[u8]) -> B256 {
    let mut preimage = Zeroizing::new([0; 48]);
    preimage[..16].copy_from_slice(&derived[16..]);
    preimage[16..].copy_from_slice(ciphertext);
    keccak256(&preimage[..])
}

/// Writes 16 random bytes as a UUID of version 4, RFC 9562.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex::encode(bytes);
    [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-")
}

/// The directory of named key files, which is foundry's.
#[derive(Clone, Debug)]
pub(crate) struct KeyDirectory(PathBuf);

impl KeyDirectory {
    /// The directory that is named, or `~/.foundry/keystores`.
    pub(crate) fn new(named: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        if let Some(named) = named {
            return Ok(Self(named.to_owned()));
        }
        if let Some(foundry) = env("FOUNDRY_DIR") {
            return Ok(Self(Path::new(&foundry).join("keystores")));
        }
        match env("HOME") {
            Some(home) => Ok(Self(Path::new(&home).join(".foundry/keystores"))),
            None => Err(Failure::new(Code::Usage, "HOME is not set, so there is no ~/.foundry/keystores")
                .hint("name the directory with --keystore-dir")),
        }
    }

    /// Returns the directory.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Returns the file of an account.
    pub(crate) fn file(&self, account: &str) -> Result<PathBuf> {
        if secret::may_hold_key(account) {
            return Err(Failure::new(Code::Usage, "the account's name looks like a private key: it is not taken")
                .hint("a key is read from stdin or the environment; one that was typed is in the shell's history"));
        }
        let plain = !account.is_empty() && !account.starts_with('.') && !account.contains(['/', '\\', '\0']);
        if plain {
            Ok(self.0.join(account))
        } else {
            Err(Failure::new(Code::Usage, format_args!("{account:?} is no account name"))
                .hint("an account is a file name in the key directory; use --keystore for a path"))
        }
    }

    /// Creates the directory, for its owner alone.
    pub(crate) fn create(&self) -> Result<()> {
        use std::os::unix::fs::DirBuilderExt;
        let created = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        created.map_err(|error| Failure::io(&self.0, &error))
    }

    /// Finds the one file that says that its key has this address.
    ///
    /// It is a claim until the file is unlocked.
    ///
    /// # Errors
    ///
    /// [`Code::SignerMissing`] when no file says so, [`Code::Ambiguous`] when several do.
    pub(crate) fn file_of(&self, address: Address) -> Result<PathBuf> {
        let claims = |keystore: &Result<Keystore>| {
            keystore.as_ref().is_ok_and(|keystore| keystore.claimed_address() == Some(address))
        };
        let found: Vec<_> = self.list()?.into_iter().filter(|(_, it)| claims(it)).map(|(name, _)| name).collect();
        let directory = self.0.display();
        match found.as_slice() {
            [name] => Ok(self.0.join(name)),
            [] => Err(Failure::new(Code::SignerMissing, format_args!("no account in {directory} is of {address}"))
                .hint("key files made by foundry do not state their address: name the account with --account")),
            several => Err(Failure::new(
                Code::Ambiguous,
                format_args!("several accounts in {directory} are of {address}: {}", several.join(", ")),
            )
            .hint("name one with --account")),
        }
    }

    /// Lists the accounts by name, with what there is to say about files that are none.
    pub(crate) fn list(&self) -> Result<Vec<(String, Result<Keystore>)>> {
        let entries = match std::fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Failure::io(&self.0, &error)),
        };
        let mut accounts = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| Failure::io(&self.0, &error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                accounts.push((name, Keystore::read(&entry.path())));
            }
        }
        accounts.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(accounts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::address;
    use serde_json::{Value, json};

    /// Written by `cast wallet import` of foundry 1.7.1; the key is the first of anvil's well-known ones.
    const OF_CAST: &[u8] = include_bytes!("testdata/cast-1.7.1-keystore-password-pw.json");
    const ANVIL_0: Address = address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    fn unlock(json: &Value, password: &str) -> Result<PrivateKeySigner> {
        let keystore = Keystore::parse(json.to_string().as_bytes()).unwrap();
        keystore.unlock(Path::new("key"), password.as_bytes())
    }

    fn of_cast() -> Value {
        serde_json::from_slice(OF_CAST).unwrap()
    }

    #[test]
    fn a_key_file_of_cast_opens() {
        assert_eq!(unlock(&of_cast(), "pw").unwrap().address(), ANVIL_0);
        assert_eq!(unlock(&of_cast(), "wp").unwrap_err().code, Code::WrongPassword);
    }

    #[test]
    fn the_example_of_the_standard_opens() {
        // Web3 Secret Storage Definition, test vectors; password and key are those given there. Its other example has
        // r = 1 with n = 2^18, which RFC 7914 rules out: n is below 2^(128 * r / 8).
        let pbkdf2 = json!({
            "Crypto": {
                "cipher": "aes-128-ctr",
                "cipherparams": { "iv": "6087dab2f9fdbbfaddc31a909735c1e6" },
                "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
                "kdf": "pbkdf2",
                "kdfparams": {
                    "c": 262_144, "dklen": 32, "prf": "hmac-sha256",
                    "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"
                },
                "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"
            },
            "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
            "version": 3
        });
        let key = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
        assert_eq!(hex::encode(unlock(&pbkdf2, "testpassword").unwrap().to_bytes()), key);
    }

    #[test]
    fn a_key_that_was_locked_is_unlocked_and_its_file_is_expensive_to_guess() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("alice");
        let signer = random_key().unwrap();
        Keystore::create(&path, &signer, b"a password").unwrap();
        let keystore = Keystore::read(&path).unwrap();
        assert_eq!(keystore.claimed_address(), Some(signer.address()));
        assert_eq!(keystore.unlock(&path, b"a password").unwrap().to_bytes(), signer.to_bytes());
        assert!(matches!(keystore.crypto.kdf, Kdf::Scrypt { n: 131_072, r: 8, p: 1, .. }));
        assert_eq!(Keystore::create(&path, &signer, b"x").unwrap_err().code, Code::AlreadyExists);
    }

    #[test]
    fn a_file_that_asks_for_too_much_is_refused_at_once() {
        for (field, value) in [("n", 1_u64 << 31), ("r", 1 << 20), ("p", 1 << 20), ("n", 12_345), ("n", 0), ("r", 0)] {
            let mut file = of_cast();
            file["crypto"]["kdfparams"][field] = json!(value);
            assert_eq!(unlock(&file, "pw").unwrap_err().code, Code::BadKeystore, "{field} = {value}");
        }
    }

    #[test]
    fn a_changed_file_does_not_open() {
        for pointer in ["/crypto/mac", "/crypto/ciphertext", "/crypto/kdfparams/salt"] {
            let mut file = of_cast();
            let text = file.pointer(pointer).unwrap().as_str().unwrap().to_owned();
            let flipped = if text.starts_with('0') { "1" } else { "0" };
            *file.pointer_mut(pointer).unwrap() = json!(format!("{flipped}{}", &text[1..]));
            assert_eq!(unlock(&file, "pw").unwrap_err().code, Code::WrongPassword, "{pointer}");
        }
        let mut file = of_cast();
        file["address"] = json!("0000000000000000000000000000000000000001");
        assert_eq!(unlock(&file, "pw").unwrap_err().code, Code::BadKeystore);
    }

    #[test]
    fn an_account_is_a_plain_file_name() {
        let directory = KeyDirectory(PathBuf::from("keys"));
        assert_eq!(directory.file("alice").unwrap(), Path::new("keys/alice"));
        for name in ["", "../alice", "a/b", ".hidden", ".."] {
            assert!(directory.file(name).is_err(), "{name}");
        }
        let key = format!("0x{}", "ac".repeat(32));
        let failure = directory.file(&key).unwrap_err();
        assert!(failure.message.contains("private key") && !failure.message.contains(&key));
    }

    #[test]
    fn a_uuid_says_that_it_is_random() {
        assert_eq!(uuid([0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
