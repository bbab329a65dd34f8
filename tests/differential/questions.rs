//! Random calls that ask: the account, and its fallback handler.

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use anvil_fixtures::Fixtures;
use quorate_contracts::bindings::{IFallbackHandler, IMultisig};

use crate::{
    account::SENTINEL,
    calls::{Scene, call, reverter},
    random::Random,
};

impl Scene<'_> {
    /// Returns a call that changes nothing.
    pub(crate) fn view(&self, random: &mut Random) -> Vec<u8> {
        let Scene { state, cast, .. } = *self;
        let somebody = |random: &mut Random, list: &[Address]| {
            if list.is_empty() || random.chance(40) { cast.anybody(random) } else { random.pick(list) }
        };
        match random.below(14) {
            0 => IMultisig::VERSIONCall {}.abi_encode(),
            1 => IMultisig::getOwnersCall {}.abi_encode(),
            2 => IMultisig::getThresholdCall {}.abi_encode(),
            3 => IMultisig::nonceCall {}.abi_encode(),
            4 => IMultisig::domainSeparatorCall {}.abi_encode(),
            5 => IMultisig::isOwnerCall { owner: somebody(random, &state.owners) }.abi_encode(),
            6 => IMultisig::isModuleEnabledCall { module: somebody(random, &state.modules) }.abi_encode(),
            7 | 8 => {
                let start = if random.chance(50) { SENTINEL } else { somebody(random, &state.modules) };
                let size = if random.chance(85) { U256::from(random.below(5)) } else { random.number() };
                IMultisig::getModulesPaginatedCall { start, pageSize: size }.abi_encode()
            }
            9 | 10 => {
                let offset = if random.chance(50) { U256::from(random.below(9)) } else { random.number() };
                let length = if random.chance(85) { U256::from(random.below(12)) } else { random.number() };
                IMultisig::getStorageAtCall { offset, length }.abi_encode()
            }
            11 => IMultisig::signedMessagesCall { messageHash: random.word() }.abi_encode(),
            12 => {
                let (owner, hash) = if state.approved.is_empty() || random.chance(50) {
                    (cast.anybody(random), random.word())
                } else {
                    random.pick(&state.approved)
                };
                IMultisig::approvedHashesCall { owner, hash }.abi_encode()
            }
            _ => IMultisig::getTransactionHashCall {
                to: cast.anybody(random),
                value: random.number(),
                data: random.some_bytes(300),
                operation: u8::try_from(random.below(2)).expect("it is below 2"),
                safeTxGas: random.number(),
                baseGas: random.number(),
                gasPrice: random.number(),
                gasToken: cast.anybody(random),
                refundReceiver: cast.anybody(random),
                _nonce: random.number(),
            }
            .abi_encode(),
        }
    }

    /// Returns a call that reaches the fallback handler.
    pub(crate) fn handler(&self, random: &mut Random) -> (&'static str, Vec<u8>) {
        let cast = self.cast;
        let somebody = |random: &mut Random| if random.chance(30) { self.safe } else { cast.anybody(random) };
        let (operator, from) = (somebody(random), somebody(random));
        let data = random.some_bytes(100);
        let number = random.number();
        match random.below(14) {
            0 => ("getMessageHash", IFallbackHandler::getMessageHashCall { message: data }.abi_encode()),
            1 => {
                let safe = if random.chance(50) { random.pick(&cast.safes) } else { from };
                (
                    "getMessageHashForSafe",
                    IFallbackHandler::getMessageHashForSafeCall { safe, message: data }.abi_encode(),
                )
            }
            2 => {
                let call = IFallbackHandler::encodeMessageDataForSafeCall { safe: from, message: data };
                ("encodeMessageDataForSafe", call.abi_encode())
            }
            3 => {
                let call = IFallbackHandler::encodeTransactionDataCall {
                    to: operator,
                    value: number,
                    data,
                    operation: u8::try_from(random.below(2)).expect("it is below 2"),
                    safeTxGas: random.number(),
                    baseGas: random.number(),
                    gasPrice: random.number(),
                    gasToken: from,
                    refundReceiver: operator,
                    nonce: random.number(),
                };
                ("encodeTransactionData", call.abi_encode())
            }
            4 => ("getModules", IFallbackHandler::getModulesCall {}.abi_encode()),
            5..=7 => {
                let inner = match random.below(4) {
                    0 => call("", Fixtures::get().reverter, reverter(random)),
                    1 => self.delegate(random),
                    2 => self.batch(random),
                    _ => call("", operator, data),
                };
                let call = IFallbackHandler::simulateCall { targetContract: inner.to, calldataPayload: inner.data };
                ("simulate", call.abi_encode())
            }
            8 => {
                let call = IFallbackHandler::onERC721ReceivedCall { operator, from, id: number, data };
                ("onERC721Received", call.abi_encode())
            }
            9 => {
                let call = IFallbackHandler::onERC1155ReceivedCall { operator, from, id: number, value: number, data };
                ("onERC1155Received", call.abi_encode())
            }
            10 => {
                let numbers = vec![number; random.below(4)];
                let call = IFallbackHandler::onERC1155BatchReceivedCall {
                    operator,
                    from,
                    ids: numbers.clone(),
                    values: numbers,
                    data,
                };
                ("onERC1155BatchReceived", call.abi_encode())
            }
            11 => {
                let call = IFallbackHandler::tokensReceivedCall {
                    operator,
                    from,
                    to: self.safe,
                    amount: number,
                    userData: data.clone(),
                    operatorData: data,
                };
                ("tokensReceived", call.abi_encode())
            }
            12 => {
                let known = [[1, 0xff, 0xc9, 0xa7], [0x15, 0x0b, 0x7a, 2], [0x4e, 0x23, 0x12, 0xe0], [0xff; 4]];
                let id = if random.chance(80) { random.pick(&known) } else { [random.byte(); 4] };
                ("supportsInterface", IFallbackHandler::supportsInterfaceCall { interfaceId: id.into() }.abi_encode())
            }
            _ => ("unknown", data.to_vec()),
        }
    }
}
