//! The transaction that owners sign.

use alloy_primitives::{Address, B256, Bytes, U256, b256, keccak256};
use core::fmt;
use serde::{Deserialize, Serialize};

use crate::{
    Digest, Domain, Operation,
    eip712::{put_address, put_uint},
    serde_text::{checksummed, quantity},
};

/// `keccak256("SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256
/// gasPrice,address gasToken,address refundReceiver,uint256 nonce)")`; Safes from 1.0.0.
pub const SAFE_TX_TYPEHASH: B256 = b256!("bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8");

/// `keccak256("")`: the hash of the data of a plain payment.
const EMPTY_HASH: B256 = alloy_primitives::KECCAK256_EMPTY;

/// A transaction of a Safe, with every field that its hash covers.
#[derive(Clone, Debug, Default, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SafeTx {
    /// Target of the inner call.
    #[serde(with = "checksummed")]
    pub to: Address,
    /// Wei of the native token that the inner call sends. Without meaning for a delegate call.
    #[serde(with = "quantity")]
    pub value: U256,
    /// Calldata of the inner call.
    #[serde(with = "crate::hex_bytes")]
    pub data: Bytes,
    /// Whether the target runs as itself or as the Safe.
    pub operation: Operation,
    /// Gas that the inner call must get. Zero: all there is, and a failure reverts the whole transaction.
    #[serde(with = "quantity")]
    pub safe_tx_gas: U256,
    /// Gas, beside what the inner call used, that a refund pays for.
    #[serde(with = "quantity")]
    pub base_gas: U256,
    /// Price of a unit of gas in `gasToken`. Zero: no refund.
    #[serde(with = "quantity")]
    pub gas_price: U256,
    /// Token in which the refund is paid. Zero: the native one.
    #[serde(with = "checksummed")]
    pub gas_token: Address,
    /// Who gets the refund. Zero: whoever sent the outer transaction.
    #[serde(with = "checksummed")]
    pub refund_receiver: Address,
    /// The Safe's nonce at which this transaction, and no other, can run.
    #[serde(with = "quantity")]
    pub nonce: U256,
}

impl SafeTx {
    /// A plain call: no delegate call, no refund, all gas to the inner call.
    #[must_use]
    pub fn call(to: Address, value: U256, data: Bytes, nonce: U256) -> Self {
        Self { to, value, data, nonce, ..Self::default() }
    }

    /// The transaction that uses up `nonce` and does nothing: how a signed transaction is cancelled.
    #[must_use]
    pub fn cancellation(safe: Address, nonce: U256) -> Self {
        Self::call(safe, U256::ZERO, Bytes::new(), nonce)
    }

    /// Hashes the transaction for one Safe.
    #[must_use]
    pub fn hash(&self, domain: &Domain) -> SafeTxHash {
        let mut words = [0; 11 * 32];
        let data_hash = if self.data.is_empty() { EMPTY_HASH } else { keccak256(&self.data) };
        words[..32].copy_from_slice(SAFE_TX_TYPEHASH.as_slice());
        put_address(&mut words[32..64], self.to);
        put_uint(&mut words[64..96], self.value);
        words[96..128].copy_from_slice(data_hash.as_slice());
        words[159] = self.operation.into();
        put_uint(&mut words[160..192], self.safe_tx_gas);
        put_uint(&mut words[192..224], self.base_gas);
        put_uint(&mut words[224..256], self.gas_price);
        put_address(&mut words[256..288], self.gas_token);
        put_address(&mut words[288..320], self.refund_receiver);
        put_uint(&mut words[320..352], self.nonce);
        SafeTxHash(domain.digest(keccak256(words)))
    }
}

/// The hash of a transaction for one Safe: what its owners sign.
///
/// A `SafeTxHash` is made by [`SafeTx::hash`] and in no other way, so it always belongs to a transaction at hand.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct SafeTxHash(Digest);

impl SafeTxHash {
    /// Returns the digest with its domain hash and message hash.
    #[must_use]
    pub const fn digest(&self) -> &Digest {
        &self.0
    }

    /// Returns the 32 bytes of the hash.
    #[must_use]
    pub const fn hash(&self) -> B256 {
        self.0.hash()
    }
}

impl fmt::Display for SafeTxHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hash().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SafeId, Version};
    use alloy_primitives::{address, uint};
    use alloy_sol_types::{SolStruct, eip712_domain};
    use proptest::prelude::*;

    mod reference {
        alloy_sol_types::sol! {
            struct SafeTx {
                address to;
                uint256 value;
                bytes data;
                uint8 operation;
                uint256 safeTxGas;
                uint256 baseGas;
                uint256 gasPrice;
                address gasToken;
                address refundReceiver;
                uint256 nonce;
            }
        }
    }

    #[test]
    fn the_typehash_is_the_hash_of_its_string() {
        let text = "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,\
                    uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)";
        assert_eq!(SAFE_TX_TYPEHASH, keccak256(text));
    }

    #[test]
    fn a_transaction_that_ran_on_sepolia_has_its_hash() {
        let safe = SafeId::new(11_155_111, address!("657ff0D4eC65D82b2bC1247b0a558bcd2f80A0f1"));
        let to = address!("255C3912f91eF11bFDadd405F13144a823Da8cc5");
        let tx = SafeTx::call(to, uint!(100_000_000_000_000_000_U256), Bytes::new(), U256::from(4));
        let expected = b256!("cb8bbe7bf8f8a1f3f57658e450d07d4422356ac042d96a87ba425b19e67a78a1");
        assert_eq!(tx.hash(&Domain::new(safe, Version::V1_3_0).unwrap()).hash(), expected);
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let mut json = serde_json::to_value(SafeTx::default()).unwrap();
        json["gasLimit"] = "1".into();
        assert!(serde_json::from_value::<SafeTx>(json).is_err());
    }

    proptest! {
        #[test]
        fn the_hash_is_that_of_eip_712(
            (to, value, data, delegate) in any::<([u8; 20], [u64; 4], alloc::vec::Vec<u8>, bool)>(),
            (gas, base, price, nonce) in any::<([u64; 4], [u64; 4], [u64; 4], [u64; 4])>(),
            (token, receiver, safe, chain_id) in any::<([u8; 20], [u8; 20], [u8; 20], u64)>(),
        ) {
            let uint = U256::from_limbs;
            let tx = SafeTx {
                to: to.into(),
                value: uint(value),
                data: data.into(),
                operation: if delegate { Operation::DelegateCall } else { Operation::Call },
                safe_tx_gas: uint(gas),
                base_gas: uint(base),
                gas_price: uint(price),
                gas_token: token.into(),
                refund_receiver: receiver.into(),
                nonce: uint(nonce),
            };
            let reference = reference::SafeTx {
                to: tx.to,
                value: tx.value,
                data: tx.data.clone(),
                operation: tx.operation.into(),
                safeTxGas: tx.safe_tx_gas,
                baseGas: tx.base_gas,
                gasPrice: tx.gas_price,
                gasToken: tx.gas_token,
                refundReceiver: tx.refund_receiver,
                nonce: tx.nonce,
            };
            let domain = Domain::new(SafeId::new(chain_id, safe.into()), Version::V1_4_1).unwrap();
            let expected = eip712_domain! { chain_id: chain_id, verifying_contract: safe.into(), };
            prop_assert_eq!(tx.hash(&domain).hash(), reference.eip712_signing_hash(&expected));
            let json = serde_json::to_string(&tx).unwrap();
            prop_assert_eq!(serde_json::from_str::<SafeTx>(&json).unwrap(), tx);
        }
    }
}
