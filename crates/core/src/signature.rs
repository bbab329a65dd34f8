//! One signature, in each of the forms a Safe understands.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, Bytes, U256, keccak256};

use crate::{Digest, Parity, ecrecover::ecrecover};

/// Length of the static part of a signature: two words and `v`.
pub(crate) const STATIC_LEN: usize = 65;

/// Longest dynamic part of a contract signature that is taken from outside: 30 nested EOA signatures are below 2 KiB.
pub const MAX_CONTRACT_SIGNATURE_LEN: usize = 16 * 1024;

/// A signature by one owner.
///
/// An owner's key proves the first two kinds. The other two are claims: the chain has to be asked, see
/// [`SafeState::check`](crate::SafeState::check).
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub enum Signature {
    /// ECDSA over the hash itself (`v` 27 or 28): what EIP-712 signing makes.
    Ecdsa(Ecdsa),
    /// ECDSA over the hash as a personal message, EIP-191 (`v` 31 or 32).
    EthSign(Ecdsa),
    /// A contract owner vouches for the hash, ERC-1271 (`v` 0).
    Contract {
        /// The contract that is asked.
        owner: Address,
        /// What it is given as the signature; for a Safe, the blob of its own owners' signatures.
        data: Bytes,
    },
    /// The owner approved the hash on chain, or is the one who executes (`v` 1).
    Approved {
        /// The owner who approved.
        owner: Address,
    },
}

/// The numbers of an ECDSA signature over secp256k1.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Ecdsa {
    /// The x coordinate of the ephemeral point.
    pub r: B256,
    /// The proof; both of its two valid values are accepted, as on chain.
    pub s: B256,
    /// Which of the two points with x coordinate `r` is meant.
    pub parity: Parity,
}

/// Bytes that are no signature.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum SignatureError {
    /// Neither 64 bytes (EIP-2098), nor 65, nor 65 with the dynamic part of a contract signature.
    #[error("a signature has 65 bytes, or 64 in the compact form of EIP-2098; this has {found}")]
    Length {
        /// How many bytes there were.
        found: usize,
    },
    /// `v` has no meaning to a Safe.
    #[error(
        "a signature ends with v = 27 or 28 (EIP-712), 31 or 32 (eth_sign), 0 (contract) or 1 (approved); found {found}"
    )]
    V {
        /// The value of `v`.
        found: u8,
    },
    /// The first word of a contract signature or an approval is not an address.
    #[error("the owner in this signature is no address: its upper twelve bytes are not zero")]
    Owner,
    /// The dynamic part of a contract signature is not where the signature says it is.
    #[error("the dynamic part of this contract signature lies outside of it")]
    Dynamic,
    /// The dynamic part of a contract signature, alone or with the others, is longer than anything sensible.
    #[error(
        "the dynamic part of this contract signature has {found} bytes: more than {MAX_CONTRACT_SIGNATURE_LEN}, or too \
         many with those of the others"
    )]
    TooLong {
        /// How many bytes it has.
        found: usize,
    },
    /// The set holds as many signatures as any Safe has owners.
    #[error("there are more signatures than any Safe has owners")]
    TooMany,
    /// No key can have made this signature.
    #[error("no key can have made this signature over this hash")]
    Unrecoverable,
}

impl Signature {
    /// Reads one signature: 65 bytes, 64 bytes (EIP-2098), or 65 bytes and the dynamic part they point to.
    ///
    /// `v` of 0 and 1 mean a contract and an approval, as on chain, never a bare recovery id.
    ///
    /// # Errors
    ///
    /// [`SignatureError`] when the bytes are none of these.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignatureError> {
        if let Ok(compact) = <&[u8; 64]>::try_from(bytes) {
            return Ok(Self::Ecdsa(Ecdsa::from_compact(compact)));
        }
        let Some((fixed, tail)) = bytes.split_first_chunk::<STATIC_LEN>() else {
            return Err(SignatureError::Length { found: bytes.len() });
        };
        let signature = Self::from_static(fixed, bytes)?;
        let expected = match &signature {
            Self::Contract { data, .. } => 32 + data.len(),
            _ => 0,
        };
        if tail.len() == expected { Ok(signature) } else { Err(SignatureError::Length { found: bytes.len() }) }
    }

    /// Reads the static part of a signature; the dynamic part of a contract signature is looked up in `blob`.
    pub(crate) fn from_static(fixed: &[u8; STATIC_LEN], blob: &[u8]) -> Result<Self, SignatureError> {
        let a = B256::from_slice(&fixed[..32]);
        let b = B256::from_slice(&fixed[32..64]);
        let ecdsa = |parity| Ecdsa { r: a, s: b, parity };
        match fixed[64] {
            0 => {
                let owner = owner(a)?;
                let data = dynamic(blob, b)?;
                if data.len() > MAX_CONTRACT_SIGNATURE_LEN {
                    return Err(SignatureError::TooLong { found: data.len() });
                }
                Ok(Self::Contract { owner, data: Bytes::copy_from_slice(data) })
            }
            1 => Ok(Self::Approved { owner: owner(a)? }),
            27 => Ok(Self::Ecdsa(ecdsa(Parity::Even))),
            28 => Ok(Self::Ecdsa(ecdsa(Parity::Odd))),
            31 => Ok(Self::EthSign(ecdsa(Parity::Even))),
            32 => Ok(Self::EthSign(ecdsa(Parity::Odd))),
            found => Err(SignatureError::V { found }),
        }
    }

    /// Writes the signature by itself: 65 bytes, and the dynamic part of a contract signature right behind them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.to_static(STATIC_LEN).to_vec();
        if let Self::Contract { data, .. } = self {
            push_dynamic(&mut bytes, data);
        }
        bytes
    }

    /// Writes the static part; `offset` is where the dynamic part of a contract signature will be.
    pub(crate) fn to_static(&self, offset: usize) -> [u8; STATIC_LEN] {
        let (a, b, v) = match self {
            Self::Ecdsa(ecdsa) => (ecdsa.r, ecdsa.s, 27 + ecdsa.parity.bit()),
            Self::EthSign(ecdsa) => (ecdsa.r, ecdsa.s, 31 + ecdsa.parity.bit()),
            Self::Contract { owner, .. } => (owner.into_word(), B256::from(U256::from(offset)), 0),
            Self::Approved { owner } => (owner.into_word(), B256::ZERO, 1),
        };
        let mut fixed = [0; STATIC_LEN];
        fixed[..32].copy_from_slice(a.as_slice());
        fixed[32..64].copy_from_slice(b.as_slice());
        fixed[64] = v;
        fixed
    }

    /// Returns the owner: recovered from an ECDSA signature, or as a contract signature or an approval claims.
    ///
    /// That this address owns the Safe, or that the claim is true, is not checked here.
    ///
    /// # Errors
    ///
    /// [`SignatureError::Unrecoverable`] when no key can have made the signature.
    pub fn owner(&self, digest: &Digest) -> Result<Address, SignatureError> {
        match self {
            Self::Ecdsa(ecdsa) => ecdsa.recover(digest.hash()),
            Self::EthSign(ecdsa) => ecdsa.recover(personal_message_hash(digest.hash())),
            Self::Contract { owner, .. } | Self::Approved { owner } => Ok(*owner),
        }
    }

    /// Returns how the signature is shown to a person.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Ecdsa(_) => "eip712",
            Self::EthSign(_) => "eth_sign",
            Self::Contract { .. } => "contract",
            Self::Approved { .. } => "approved",
        }
    }

    /// Returns how many bytes follow the static part, apart from their length.
    pub(crate) const fn dynamic_len(&self) -> usize {
        match self {
            Self::Contract { data, .. } => data.0.len(),
            _ => 0,
        }
    }

    /// Returns whether the signature proves itself, without the chain.
    pub(crate) const fn is_self_evident(&self) -> bool {
        matches!(self, Self::Ecdsa(_) | Self::EthSign(_))
    }
}

impl Ecdsa {
    /// Reads the 64 bytes of EIP-2098, in which the top bit of `s` carries the parity.
    #[must_use]
    pub fn from_compact(compact: &[u8; 64]) -> Self {
        let r = B256::from_slice(&compact[..32]);
        let mut s = B256::from_slice(&compact[32..]);
        let parity = if s[0] & 0x80 == 0 { Parity::Even } else { Parity::Odd };
        s[0] &= 0x7f;
        Self { r, s, parity }
    }

    fn recover(&self, hash: B256) -> Result<Address, SignatureError> {
        ecrecover(hash, self.r, self.s, self.parity).ok_or(SignatureError::Unrecoverable)
    }
}

/// Hashes a hash as the 32-byte personal message that `eth_sign` and `personal_sign` make of it, EIP-191.
#[must_use]
pub fn personal_message_hash(hash: B256) -> B256 {
    let mut message = [0; 60];
    message[..28].copy_from_slice(b"\x19Ethereum Signed Message:\n32");
    message[28..].copy_from_slice(hash.as_slice());
    keccak256(message)
}

/// Appends the dynamic part of a contract signature: its length as a word, then its bytes.
pub(crate) fn push_dynamic(blob: &mut Vec<u8>, data: &[u8]) {
    blob.extend(U256::from(data.len()).to_be_bytes::<32>());
    blob.extend(data);
}

/// Reads an owner that stands in a word.
fn owner(word: B256) -> Result<Address, SignatureError> {
    // The contract ignores the upper twelve bytes; nobody but an attacker fills them.
    if word[..12].iter().all(|byte| *byte == 0) { Ok(Address::from_word(word)) } else { Err(SignatureError::Owner) }
}

/// Finds the dynamic part that begins at `offset` with its length.
fn dynamic(blob: &[u8], offset: B256) -> Result<&[u8], SignatureError> {
    let position = |word: U256| usize::try_from(word).map_err(|_| SignatureError::Dynamic);
    let start = position(offset.into())?;
    if start < STATIC_LEN {
        return Err(SignatureError::Dynamic);
    }
    let (length, rest) = blob.get(start..).and_then(<[u8]>::split_first_chunk::<32>).ok_or(SignatureError::Dynamic)?;
    rest.get(..position(U256::from_be_bytes(*length))?).ok_or(SignatureError::Dynamic)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    pub(crate) fn any_signature() -> impl Strategy<Value = Signature> {
        let ecdsa = (any::<[u8; 32]>(), any::<[u8; 32]>(), any::<bool>()).prop_map(|(r, s, odd)| Ecdsa {
            r: r.into(),
            s: s.into(),
            parity: if odd { Parity::Odd } else { Parity::Even },
        });
        prop_oneof![
            ecdsa.clone().prop_map(Signature::Ecdsa),
            ecdsa.prop_map(Signature::EthSign),
            (any::<[u8; 20]>(), any::<Vec<u8>>())
                .prop_map(|(owner, data)| Signature::Contract { owner: owner.into(), data: data.into() }),
            any::<[u8; 20]>().prop_map(|owner| Signature::Approved { owner: owner.into() }),
        ]
    }

    proptest! {
        #[test]
        fn a_signature_is_read_as_it_was_written(signature in any_signature()) {
            prop_assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
            if let Ok(signature) = Signature::from_bytes(&bytes) && bytes.len() != 64 {
                prop_assert_eq!(signature.to_bytes().len(), bytes.len());
            }
        }
    }

    #[test]
    fn the_compact_signatures_of_eip_2098_are_expanded() {
        // The two examples of EIP-2098, section "Test Cases".
        let cases = [
            (
                "68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b90",
                "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
                "7e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
                27,
            ),
            (
                "9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76",
                "939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
                "139c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
                28,
            ),
        ];
        for (r, compact, s, v) in cases {
            let bytes = hex::decode([r, compact].concat()).unwrap();
            let expected = [hex::decode([r, s].concat()).unwrap(), vec![v]].concat();
            assert_eq!(Signature::from_bytes(&bytes).unwrap().to_bytes(), expected);
        }
    }

    #[test]
    fn a_v_that_means_nothing_is_refused() {
        let mut bytes = [0; 65];
        for v in (2..27).chain([29, 30]).chain(33..=255) {
            bytes[64] = v;
            assert_eq!(Signature::from_bytes(&bytes), Err(SignatureError::V { found: v }));
        }
    }

    #[test]
    fn the_dynamic_part_must_lie_inside() {
        let good = Signature::Contract { owner: Address::repeat_byte(1), data: vec![7; 3].into() }.to_bytes();
        for (index, byte, error) in [
            (32, 1, SignatureError::Dynamic),               // offset beyond any memory
            (63, 64, SignatureError::Dynamic),              // offset into the static part
            (63, 69, SignatureError::Dynamic),              // length word cut off
            (96, 4, SignatureError::Dynamic),               // one byte too long
            (96, 2, SignatureError::Length { found: 100 }), // one byte left over
            (0, 1, SignatureError::Owner),                  // dirty address
        ] {
            let mut bad = good.clone();
            bad[index] = byte;
            assert_eq!(Signature::from_bytes(&bad), Err(error), "byte {index}");
        }
    }

    #[test]
    fn lengths_that_are_no_signature_are_refused() {
        for found in [0, 1, 63, 66, 130] {
            let mut bytes = vec![0; found];
            if found > 65 {
                bytes[64] = 27;
            }
            assert_eq!(Signature::from_bytes(&bytes), Err(SignatureError::Length { found }));
        }
    }

    #[test]
    fn a_personal_message_is_hashed_as_eip_191_says() {
        let hash = B256::repeat_byte(3);
        assert_eq!(personal_message_hash(hash), alloy_primitives::eip191_hash_message(hash));
    }
}
