//! Keys that grow from one seed (BIP-32).

use hmac::{Hmac, Mac};
use k256::{NonZeroScalar, SecretKey, elliptic_curve::sec1::ToEncodedPoint};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::derivation_path::{DerivationPath, HARDENED};

/// What the standard keys the first hash with.
const MASTER: &[u8] = b"Bitcoin seed";

/// A private key with what its children are made of; both are wiped when it goes.
struct HdKey {
    key: SecretKey,
    chain_code: Zeroizing<[u8; 32]>,
}

/// Returns the private key at the end of a path; `None` for one seed in 2^127, which the standard rules out.
pub(super) fn derive(seed: &[u8; 64], path: &DerivationPath) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = HdKey::master(seed)?;
    for step in path.steps() {
        key = key.child(*step)?;
    }
    Some(Zeroizing::new(key.key.to_bytes().into()))
}

impl HdKey {
    fn master(seed: &[u8]) -> Option<Self> {
        let (left, chain_code) = halves(MASTER, &[seed]);
        Some(Self { key: SecretKey::from_slice(&left[..]).ok()?, chain_code })
    }

    fn child(&self, step: u32) -> Option<Self> {
        let number = step.to_be_bytes();
        let (left, chain_code) = if step & HARDENED == 0 {
            let public = self.key.public_key().to_encoded_point(true);
            halves(&self.chain_code[..], &[public.as_bytes(), &number])
        } else {
            let secret = Zeroizing::new(<[u8; 32]>::from(self.key.to_bytes()));
            halves(&self.chain_code[..], &[&[0], &secret[..], &number])
        };
        let tweak = SecretKey::from_slice(&left[..]).ok()?;
        let [tweak, parent] = [&tweak, &self.key].map(|key| Zeroizing::new(*key.to_nonzero_scalar()));
        let sum = Zeroizing::new(*tweak + *parent);
        let key = Option::<NonZeroScalar>::from(NonZeroScalar::new(*sum)).map(Zeroizing::new)?;
        Some(Self { key: SecretKey::from(*key), chain_code })
    }
}

/// Returns both halves of HMAC-SHA512 over `parts`, one after another.
fn halves(key: &[u8], parts: &[&[u8]]) -> (Zeroizing<[u8; 32]>, Zeroizing<[u8; 32]>) {
    let mut mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    let hash = Zeroizing::new(<[u8; 64]>::from(mac.finalize().into_bytes()));
    let [mut left, mut right] = [Zeroizing::new([0; 32]), Zeroizing::new([0; 32])];
    left.copy_from_slice(&hash[..32]);
    right.copy_from_slice(&hash[32..]);
    (left, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// BIP-32, test vectors 1 and 3: seed, path, and the private key inside the extended one that is given there.
    const VECTORS: [(&str, &str, &str); 7] = [
        ("000102030405060708090a0b0c0d0e0f", "m", "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35"),
        (
            "000102030405060708090a0b0c0d0e0f",
            "m/0'",
            "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            "m/0'/1",
            "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            "m/0'/1/2'",
            "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            "m/0'/1/2'/2",
            "0f479245fb19a38a1954c5c7c0ebab2f9bdfd96a17563ef28a6a4b1a2a764ef4",
        ),
        (
            "000102030405060708090a0b0c0d0e0f",
            "m/0'/1/2'/2/1000000000",
            "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
        ),
        // Vector 3 is for keys that begin with zeros, which some write shorter.
        (
            "4b381541583be4423346c643850da4b320e46a87ae3d2a4e6da11eba819cd4acba45d239319ac14f863b8d5ab5a0d0c64d2e8a1e7d1457df2e5a3c51c73235be",
            "m",
            "00ddb80b067e0d4993197fe10f2657a844a384589847602d56f0c629c81aae32",
        ),
    ];

    #[test]
    fn the_keys_of_the_standard_come_out() {
        for (seed, path, key) in VECTORS {
            let mut found = HdKey::master(&hex::decode(seed).unwrap()).unwrap();
            if path != "m" {
                for step in path.parse::<DerivationPath>().unwrap().steps() {
                    found = found.child(*step).unwrap();
                }
            }
            assert_eq!(hex::encode(found.key.to_bytes()), key, "{path}");
        }
    }
}
