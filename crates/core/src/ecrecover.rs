//! The address behind an ECDSA signature, as the EVM's precompile finds it.

use alloy_primitives::{Address, B256, keccak256};
use k256::{
    AffinePoint, ProjectivePoint, Scalar,
    elliptic_curve::{
        ops::{Invert, LinearCombination, Reduce},
        point::DecompressPoint,
        sec1::ToEncodedPoint,
        subtle::Choice,
    },
};

/// Which of the two points with the same `r` a signature means: `v` 27 or 28.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Parity {
    /// `v = 27`.
    Even,
    /// `v = 28`.
    Odd,
}

impl Parity {
    /// Returns what is added to the lower of the two values of `v`.
    pub(crate) const fn bit(self) -> u8 {
        match self {
            Self::Even => 0,
            Self::Odd => 1,
        }
    }
}

/// Recovers the signer of `hash`, or nothing if `r` and `s` are no signature.
///
/// Exactly the precompile at address 1: a high `s` is accepted, which makes signatures malleable, so their bytes must
/// never serve as an identity. The recovered key is not verified against the signature again: it solves the
/// verification equation by construction.
pub(crate) fn ecrecover(hash: B256, r: B256, s: B256, parity: Parity) -> Option<Address> {
    let r_scalar = scalar(r)?;
    let s_scalar = scalar(s)?;
    let odd = Choice::from(parity.bit());
    let point = Option::<AffinePoint>::from(AffinePoint::decompress(&r.0.into(), odd))?;
    let r_inverse = Option::<Scalar>::from(r_scalar.invert_vartime())?;
    let z = <Scalar as Reduce<k256::U256>>::reduce_bytes(&hash.0.into());
    let u1 = -(r_inverse * z);
    let u2 = r_inverse * s_scalar;
    let key = ProjectivePoint::lincomb(&ProjectivePoint::GENERATOR, &u1, &point.into(), &u2).to_affine();
    if key == AffinePoint::IDENTITY {
        return None;
    }
    let encoded = key.to_encoded_point(false);
    Some(Address::from_word(keccak256(&encoded.as_bytes()[1..])))
}

/// Reads a scalar that is neither zero nor beyond the order of the curve.
fn scalar(word: B256) -> Option<Scalar> {
    use k256::elliptic_curve::ff::PrimeField;
    let scalar = Option::<Scalar>::from(Scalar::from_repr(word.0.into()))?;
    (scalar != Scalar::ZERO).then_some(scalar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{Signature, U256};
    use k256::{ecdsa::SigningKey, elliptic_curve::ff::PrimeField};
    use proptest::prelude::*;

    /// Order of secp256k1; SEC 2, section 2.4.1.
    const ORDER: U256 = U256::from_limbs([0xBFD2_5E8C_D036_4141, 0xBAAE_DCE6_AF48_A03B, u64::MAX - 1, u64::MAX]);

    fn sign(secret: u64, hash: B256) -> (Address, B256, B256, Parity) {
        let key = SigningKey::from(k256::NonZeroScalar::new(Scalar::from(secret)).unwrap());
        let (signature, id) = key.sign_prehash_recoverable(hash.as_slice()).unwrap();
        let parity = if id.is_y_odd() { Parity::Odd } else { Parity::Even };
        let (r, s) = signature.split_bytes();
        let signer = Address::from_public_key(key.verifying_key());
        (signer, B256::from_slice(&r), B256::from_slice(&s), parity)
    }

    #[test]
    fn the_order_is_the_order() {
        let last = ORDER - U256::from(1);
        assert!(Option::<Scalar>::from(Scalar::from_repr(last.to_be_bytes::<32>().into())).is_some());
        assert!(Option::<Scalar>::from(Scalar::from_repr(ORDER.to_be_bytes::<32>().into())).is_none());
    }

    #[test]
    fn zero_and_values_beyond_the_order_are_no_signature() {
        let (_, r, s, parity) = sign(1, B256::repeat_byte(1));
        let hash = B256::repeat_byte(1);
        for bad in [B256::ZERO, ORDER.into(), B256::repeat_byte(0xff)] {
            assert_eq!(ecrecover(hash, bad, s, parity), None);
            assert_eq!(ecrecover(hash, r, bad, parity), None);
        }
    }

    proptest! {
        #[test]
        fn the_signer_is_recovered(secret in 1..=u64::MAX, hash: [u8; 32]) {
            let (signer, r, s, parity) = sign(secret, hash.into());
            prop_assert_eq!(ecrecover(hash.into(), r, s, parity), Some(signer));
        }

        #[test]
        fn a_high_s_recovers_as_in_the_evm(secret in 1..=u64::MAX, hash: [u8; 32]) {
            let (signer, r, s, parity) = sign(secret, hash.into());
            let high = B256::from(ORDER - U256::from_be_bytes(s.0));
            let other = if parity == Parity::Odd { Parity::Even } else { Parity::Odd };
            prop_assert_eq!(ecrecover(hash.into(), r, high, other), Some(signer));
        }

        #[test]
        fn alloy_recovers_the_same(hash: [u8; 32], r: [u8; 32], s: [u8; 32], odd: bool) {
            let parity = if odd { Parity::Odd } else { Parity::Even };
            let s = U256::from_be_bytes(s) >> 1; // alloy refuses a high s
            let reference = Signature::new(U256::from_be_bytes(r), s, odd);
            let expected = reference.recover_address_from_prehash(&hash.into()).ok();
            prop_assert_eq!(ecrecover(hash.into(), r.into(), s.into(), parity), expected);
        }
    }
}
