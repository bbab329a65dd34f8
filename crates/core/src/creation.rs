//! The address that a Safe will have.

use alloy_primitives::{Address, B256, ChainId, U256, keccak256};

/// What decides the address of a proxy.
///
/// The initializer is covered: other owners, another threshold or another handler give another address.
///
/// Warning: chains of the zkSync kind compute addresses in another way; there this address is nobody's. `createProxy` of
/// 1.3.0 is absent on purpose: it uses `CREATE`, so its address depends on whatever the factory created before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Creation {
    /// The factory that creates the proxy.
    pub factory: Address,
    /// Hash of the proxy's creation code with its singleton, see [`init_code_hash`].
    pub init_code_hash: B256,
    /// keccak256 of the calldata of `setup`.
    pub initializer_hash: B256,
    /// A number of choice: another one gives another address for the same owners.
    pub salt_nonce: U256,
    /// Which function of the factory is called.
    pub salt: Salt,
}

/// How the factory makes the salt of `CREATE2`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Salt {
    /// `createProxyWithNonce` and `createProxyWithNonceL2`: the same address on every chain.
    Nonce,
    /// `createChainSpecificProxyWithNonce` and its L2 form (from 1.4.1): another address on every chain.
    ChainSpecific(ChainId),
    /// `createProxyWithCallback` (1.3.0, 1.4.1): the callback's address is mixed into the salt nonce.
    Callback(Address),
}

impl Creation {
    /// Returns the address of the proxy.
    #[must_use]
    pub fn address(&self) -> Address {
        let words = [self.initializer_hash.0, self.salt_nonce.to_be_bytes()];
        let salt = match self.salt {
            Salt::Nonce => keccak256(words.as_flattened()),
            Salt::ChainSpecific(chain_id) => {
                keccak256([words[0], words[1], U256::from(chain_id).to_be_bytes()].as_flattened())
            }
            Salt::Callback(callback) => {
                let mut packed = [0; 52];
                packed[..32].copy_from_slice(&words[1]);
                packed[32..].copy_from_slice(callback.as_slice());
                keccak256([words[0], keccak256(packed).0].as_flattened())
            }
        };
        self.factory.create2(salt, self.init_code_hash)
    }
}

/// Hashes a proxy's init code: its creation code, and the singleton as the constructor's argument.
#[must_use]
pub fn init_code_hash(creation_code: &[u8], singleton: Address) -> B256 {
    keccak256([creation_code, singleton.into_word().as_slice()].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn creation(salt: Salt) -> Creation {
        Creation {
            factory: Address::repeat_byte(1),
            init_code_hash: init_code_hash(&[0x60, 0x80], Address::repeat_byte(2)),
            initializer_hash: keccak256([1, 2, 3]),
            salt_nonce: U256::from(7),
            salt,
        }
    }

    #[test]
    fn everything_that_goes_in_changes_the_address() {
        let base = creation(Salt::Nonce);
        let others = [
            Creation { factory: Address::repeat_byte(9), ..base },
            Creation { init_code_hash: B256::ZERO, ..base },
            Creation { initializer_hash: B256::ZERO, ..base },
            Creation { salt_nonce: U256::from(8), ..base },
            creation(Salt::ChainSpecific(1)),
            creation(Salt::ChainSpecific(10)),
            creation(Salt::Callback(Address::repeat_byte(3))),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(base.address(), other.address());
            assert!(others[..index].iter().all(|earlier| earlier.address() != other.address()));
        }
    }
}
