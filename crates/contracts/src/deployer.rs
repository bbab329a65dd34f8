//! The deterministic deployer: one contract at one address on every chain, which deploys others by CREATE2.
//!
//! Its calldata is 32 bytes of salt and then the creation code; it returns the new address as 20 bytes, and reverts
//! with nothing if the creation failed or the contract exists already.

use alloy_primitives::{Address, B256, Bytes, address, b256, bytes};

/// Where the deployer is.
pub const ADDRESS: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// Keccak-256 of the deployer's code.
pub const CODE_HASH: B256 = b256!("2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989");

/// Who deployed the deployer: an account without a key, see [`DEPLOYMENT`].
pub const DEPLOYMENT_SENDER: Address = address!("3fab184622dc19b6109349b94811493bf2a45362");

/// What [`DEPLOYMENT_SENDER`] must own before [`DEPLOYMENT`] can be sent: its gas limit times its gas price.
pub const DEPLOYMENT_COST_WEI: u64 = 100_000 * 100_000_000_000;

/// The signed transaction that deploys the deployer on a chain that has none.
///
/// Its signature was chosen, not made, so nobody can sign anything else for the sender. It names no chain and is valid
/// on every chain that accepts such transactions.
pub const DEPLOYMENT: Bytes = bytes!(
    "f8a58085174876e800830186a08080b853604580600e600039806000f350fe"
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
    "1ba02222222222222222222222222222222222222222222222222222222222222222"
    "a02222222222222222222222222222222222222222222222222222222222222222"
);

/// Returns the address at which the deployer puts a contract.
pub fn address_of(salt: B256, creation_code_hash: B256) -> Address {
    ADDRESS.create2(salt, creation_code_hash)
}

/// Returns the calldata that makes the deployer create a contract; Safe's singleton factory takes the same.
pub fn call(salt: B256, creation_code: &[u8]) -> Bytes {
    [salt.as_slice(), creation_code].concat().into()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{Signature, U256, keccak256};

    use super::*;

    /// Bytes of `DEPLOYMENT` before its three signature fields.
    const UNSIGNED_END: usize = 100;

    #[test]
    fn the_transaction_was_sent_by_the_sender() {
        // An RLP list of more than 55 bytes: 0xf8, length, payload. Without v, r and s it is what was signed.
        assert_eq!(DEPLOYMENT[0], 0xf8);
        assert_eq!(usize::from(DEPLOYMENT[1]), DEPLOYMENT.len() - 2);
        let unsigned = &DEPLOYMENT[2..UNSIGNED_END];
        let mut signed = vec![0xf8, u8::try_from(unsigned.len()).unwrap()];
        signed.extend_from_slice(unsigned);

        let [v, r, s] = [UNSIGNED_END, UNSIGNED_END + 1, UNSIGNED_END + 34].map(|at| DEPLOYMENT[at]);
        assert_eq!([v, r, s], [27, 0xa0, 0xa0]);
        let number = |at: usize| U256::from_be_slice(&DEPLOYMENT[at..at + 32]);
        let signature = Signature::new(number(UNSIGNED_END + 2), number(UNSIGNED_END + 35), false);
        let sender = signature.recover_address_from_prehash(&keccak256(&signed)).unwrap();
        assert_eq!(sender, DEPLOYMENT_SENDER);
        // CREATE by an account's first transaction: the hash of the RLP list of its address and nonce zero.
        let created = keccak256([&[0xd6, 0x94], sender.as_slice(), &[0x80]].concat());
        assert_eq!(Address::from_word(created), ADDRESS);
    }

    #[test]
    fn the_transaction_deploys_the_code_and_costs_what_is_said() {
        // nonce 0, gas price, gas limit, no recipient, no value, 83 bytes of data: 14 that return the 69 behind them.
        assert_eq!(DEPLOYMENT[2], 0x80);
        let price =
            u64::from_be_bytes([0, 0, 0, DEPLOYMENT[4], DEPLOYMENT[5], DEPLOYMENT[6], DEPLOYMENT[7], DEPLOYMENT[8]]);
        let limit = u64::from_be_bytes([0, 0, 0, 0, 0, DEPLOYMENT[10], DEPLOYMENT[11], DEPLOYMENT[12]]);
        assert_eq!((DEPLOYMENT[3], DEPLOYMENT[9]), (0x85, 0x83));
        assert_eq!(price * limit, DEPLOYMENT_COST_WEI);
        assert_eq!(DEPLOYMENT[13..17], [0x80, 0x80, 0xb8, 83]);
        let data = &DEPLOYMENT[17..UNSIGNED_END];
        assert_eq!(data.len(), 83);
        assert_eq!(keccak256(&data[14..]), CODE_HASH);
    }

    #[test]
    fn calldata_is_the_salt_and_then_the_code() {
        assert_eq!(call(B256::repeat_byte(7), &[1, 2]), [[7; 32].as_slice(), &[1, 2]].concat());
    }
}
