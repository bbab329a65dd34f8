//! Calldata that is built in more than one place.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::{SolCall, SolConstructor};
use quorate_core::SafeTx;

use crate::{
    artifact,
    bindings::{
        IMultisig, IMultisigProxyFactory,
        reader::{Call, SafeReader},
    },
};

/// What a new account is set up with.
///
/// `setup` can also pay whoever created the account; Quorate never makes an account pay, so those arguments are zero.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Setup {
    /// The owners, in the order in which the account will list them.
    pub owners: Vec<Address>,
    /// How many of them must sign.
    pub threshold: U256,
    /// What the account delegate-calls once at the end of its setup; zero: nothing.
    pub to: Address,
    /// Calldata for `to`.
    pub data: Bytes,
    /// The fallback handler; zero: none.
    pub fallback_handler: Address,
}

impl Setup {
    /// Returns the calldata of `setup`: the initializer that the factory calls and whose hash is in the salt.
    pub fn call(&self) -> Bytes {
        IMultisig::setupCall {
            _owners: self.owners.clone(),
            _threshold: self.threshold,
            to: self.to,
            data: self.data.clone(),
            fallbackHandler: self.fallback_handler,
            paymentToken: Address::ZERO,
            payment: U256::ZERO,
            paymentReceiver: Address::ZERO,
        }
        .abi_encode()
        .into()
    }
}

/// Returns the calldata of `execTransaction`.
///
/// It does not check the signatures, and the nonce is not part of the call: the account uses its own.
pub fn exec_call(tx: &SafeTx, signatures: &[u8]) -> Bytes {
    IMultisig::execTransactionCall {
        to: tx.to,
        value: tx.value,
        data: tx.data.clone(),
        operation: tx.operation.into(),
        safeTxGas: tx.safe_tx_gas,
        baseGas: tx.base_gas,
        gasPrice: tx.gas_price,
        gasToken: tx.gas_token,
        refundReceiver: tx.refund_receiver,
        signatures: signatures.to_vec().into(),
    }
    .abi_encode()
    .into()
}

/// Returns the calldata that makes a factory of any version create a proxy by CREATE2.
pub fn create_proxy_call(singleton: Address, initializer: Bytes, salt_nonce: U256) -> Bytes {
    IMultisigProxyFactory::createProxyWithNonceCall { _singleton: singleton, initializer, saltNonce: salt_nonce }
        .abi_encode()
        .into()
}

/// Returns the init code that reads a whole account: the data of an `eth_call` without a `to`.
///
/// The answer is an ABI-encoded [`crate::bindings::reader::SafeReading`] with one answer for each of `calls`.
pub fn reader_call(safe: Address, calls: Vec<Call>) -> Bytes {
    let arguments = SafeReader::constructorCall { safe, calls }.abi_encode();
    [artifact::SAFE_READER.creation_code(), arguments.as_slice()].concat().into()
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;
    use quorate_core::Operation;

    use super::*;

    #[test]
    fn setup_carries_every_field_and_pays_nobody() {
        let setup = Setup {
            owners: vec![Address::repeat_byte(1), Address::repeat_byte(2)],
            threshold: U256::from(2),
            to: Address::repeat_byte(3),
            data: vec![4].into(),
            fallback_handler: Address::repeat_byte(5),
        };
        let call = IMultisig::setupCall::abi_decode(&setup.call()).unwrap();
        assert_eq!(call._owners, setup.owners);
        assert_eq!((call._threshold, call.to, call.data), (setup.threshold, setup.to, setup.data));
        assert_eq!(call.fallbackHandler, setup.fallback_handler);
        assert_eq!((call.paymentToken, call.payment, call.paymentReceiver), Default::default());
    }

    #[test]
    fn exec_carries_every_field_but_the_nonce() {
        let tx = SafeTx {
            to: Address::repeat_byte(1),
            value: U256::from(2),
            data: vec![3].into(),
            operation: Operation::DelegateCall,
            safe_tx_gas: U256::from(4),
            base_gas: U256::from(5),
            gas_price: U256::from(6),
            gas_token: Address::repeat_byte(7),
            refund_receiver: Address::repeat_byte(8),
            nonce: U256::from(9),
        };
        let call = IMultisig::execTransactionCall::abi_decode(&exec_call(&tx, &[10; 65])).unwrap();
        assert_eq!((call.to, call.value, call.data, call.operation), (tx.to, tx.value, tx.data, 1));
        assert_eq!((call.safeTxGas, call.baseGas, call.gasPrice), (tx.safe_tx_gas, tx.base_gas, tx.gas_price));
        assert_eq!((call.gasToken, call.refundReceiver), (tx.gas_token, tx.refund_receiver));
        assert_eq!(call.signatures, Bytes::from([10; 65]));
    }

    #[test]
    fn selectors_are_those_of_every_version() {
        let selector = |call: Bytes| call[..4].to_vec();
        assert_eq!(selector(Setup::default().call()), hex!("b63e800d"));
        assert_eq!(selector(exec_call(&SafeTx::default(), &[])), hex!("6a761202"));
        assert_eq!(selector(create_proxy_call(Address::ZERO, Bytes::new(), U256::ZERO)), hex!("1688f0b9"));
    }
}
