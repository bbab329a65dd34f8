//! Test vectors from elsewhere, each with its origin.
//!
//! They are data: what is computed here is compared with what somebody else computed.

use alloy::primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;

/// The hash of a Safe transaction that ran on a public chain.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SafeTxVector {
    /// Where the vector comes from.
    pub origin: String,
    /// The chain's id.
    pub chain_id: u64,
    /// The Safe.
    pub safe: Address,
    /// Target of the call.
    pub to: Address,
    /// Wei that the call sends.
    pub value_wei: U256,
    /// Calldata.
    pub data: Bytes,
    /// The Safe's nonce. Every other field of the transaction is zero.
    pub nonce: U256,
    /// The hash that owners signed.
    pub safe_tx_hash: B256,
}

/// A signature over a digest, and who made it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SignatureVector {
    /// Where the vector comes from.
    pub origin: String,
    /// What was signed.
    pub digest: B256,
    /// The signer's address.
    pub signer: Address,
    /// 65 bytes: r, s, and v of 27 or 28.
    pub signature: Bytes,
    /// The same signature in the 64 bytes of EIP-2098.
    pub compact: Bytes,
}

/// The digest of calldata by ERC-8213.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CalldataDigestVector {
    /// Where the vector comes from.
    pub origin: String,
    /// The calldata.
    pub calldata: Bytes,
    /// Keccak-256 of the calldata's length in 32 bytes and the calldata.
    pub digest: B256,
}

/// Returns the hashes of Safe transactions.
pub fn safe_txs() -> Vec<SafeTxVector> {
    parse(include_str!("../vectors/safe-tx.json"))
}

/// Returns signatures.
pub fn signatures() -> Vec<SignatureVector> {
    parse(include_str!("../vectors/signatures.json"))
}

/// Returns digests of calldata.
pub fn calldata_digests() -> Vec<CalldataDigestVector> {
    parse(include_str!("../vectors/calldata-digests.json"))
}

fn parse<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).expect("a test reads every committed file")
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{Signature, keccak256};
    use quorate_core::{Domain, SafeId, SafeTx, Version};

    use super::*;

    #[test]
    fn safe_txs_hash_to_what_was_signed() {
        let vectors = safe_txs();
        assert_eq!(vectors.len(), 2);
        for vector in vectors {
            let tx = SafeTx::call(vector.to, vector.value_wei, vector.data, vector.nonce);
            let domain = Domain::new(SafeId::new(vector.chain_id, vector.safe), Version::V1_4_1).unwrap();
            assert_eq!(tx.hash(&domain).hash(), vector.safe_tx_hash, "{}", vector.origin);
        }
    }

    #[test]
    fn signatures_are_their_signers() {
        let vectors = signatures();
        assert_eq!(vectors.len(), 3);
        for vector in vectors {
            let signature = Signature::try_from(vector.signature.as_ref()).unwrap();
            assert_eq!(signature.recover_address_from_prehash(&vector.digest).unwrap(), vector.signer);
            assert_eq!(Signature::from_erc2098(&vector.compact), signature, "{}", vector.origin);
            assert_eq!(signature.as_bytes().as_slice(), vector.signature.as_ref());
        }
    }

    #[test]
    fn calldata_digests_are_what_the_standard_says() {
        let vectors = calldata_digests();
        assert_eq!(vectors.len(), 1);
        for vector in vectors {
            let length = U256::from(vector.calldata.len()).to_be_bytes::<32>();
            assert_eq!(keccak256([&length, vector.calldata.as_ref()].concat()), vector.digest, "{}", vector.origin);
        }
    }
}
