//! The accounts that anvil knows the keys of.

use alloy::primitives::{Address, B256, address, b256};

/// An account with 10,000 ETH on a fresh anvil. Everybody knows its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Account {
    /// The account's address.
    pub address: Address,
    /// Its private key. Warning: whatever is sent to the address on a real chain is taken within seconds.
    pub key: B256,
}

/// The ten accounts of the mnemonic `test test test test test test test test test test test junk`.
pub const ACCOUNTS: [Account; 10] = [
    Account {
        address: address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        key: b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    },
    Account {
        address: address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        key: b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    },
    Account {
        address: address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        key: b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    },
    Account {
        address: address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
        key: b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    },
    Account {
        address: address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        key: b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    },
    Account {
        address: address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        key: b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    },
    Account {
        address: address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
        key: b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    },
    Account {
        address: address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        key: b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    },
    Account {
        address: address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        key: b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    },
    Account {
        address: address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
        key: b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    },
];

#[cfg(test)]
mod tests {
    use alloy::primitives::{Signature, U256, keccak256};

    use super::*;

    // A signature over a hash is made here with the nonce 1, so that its r is the generator's x and the key is checked
    // without a signer: s = hash + r * key.
    #[test]
    fn every_key_belongs_to_its_address() {
        let order = U256::from_be_bytes(b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0);
        let generator =
            U256::from_be_bytes(b256!("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798").0);
        for account in ACCOUNTS {
            let hash = keccak256(account.address);
            let key = U256::from_be_bytes(account.key.0);
            let s = U256::from_be_bytes(hash.0).add_mod(generator.mul_mod(key, order), order);
            let signer = Signature::new(generator, s, false).recover_address_from_prehash(&hash).unwrap();
            assert_eq!(signer, account.address);
        }
    }
}
