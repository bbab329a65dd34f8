//! Signatures as owners make them and as a contract reads them.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, Bytes, U256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use quorate_core::{Digest, Signature};

/// Signs a hash with a key.
pub fn eip712(key: &PrivateKeySigner, digest: &Digest) -> Signature {
    let bytes = key.sign_hash_sync(&digest.hash()).unwrap().as_bytes();
    Signature::from_bytes(&bytes).unwrap()
}

/// Signs a hash as a personal message.
pub fn eth_sign(key: &PrivateKeySigner, digest: &Digest) -> Signature {
    let mut bytes = key.sign_message_sync(digest.hash().as_slice()).unwrap().as_bytes();
    bytes[64] += 4;
    Signature::from_bytes(&bytes).unwrap()
}

/// Writes signatures as a contract reads them: ascending by owner, the dynamic parts behind.
///
/// The library writes this only for what is quorate; here it also serves to show a contract what the library refuses.
pub fn blob(signatures: impl IntoIterator<Item = (Address, Signature)>) -> Bytes {
    let signatures: BTreeMap<_, _> = signatures.into_iter().collect();
    let (mut items, mut tail) = (Vec::new(), Vec::new());
    for signature in signatures.values() {
        let mut item = signature.to_bytes();
        let dynamic = item.split_off(65);
        if !dynamic.is_empty() {
            let offset = U256::from(65 * signatures.len() + tail.len());
            item[32..64].copy_from_slice(&offset.to_be_bytes::<32>());
        }
        items.extend(item);
        tail.extend(dynamic);
    }
    [items, tail].concat().into()
}
