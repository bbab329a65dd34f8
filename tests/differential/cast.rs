//! Who plays a part: owners, accounts, and contracts that answer in every wrong way.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    signers::local::PrivateKeySigner,
    sol_types::SolCall,
};
use anvil_fixtures::{ACCOUNTS, ERC1271_OWNER, Fixtures, bindings::IMintable};
use quorate_core::{BatchCall, Operation, encode_multi_send};
use serde_json::json;

use crate::{
    account::SafeState,
    random::Random,
    world::{Link, Shared},
};

/// How many accounts there are to choose from.
const SAFES: usize = 4;

/// Everybody, at the same addresses in both worlds.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) chain_id: u64,
    /// Proxies without any storage, but with tokens.
    pub(crate) safes: Vec<Address>,
    pub(crate) signers: Vec<PrivateKeySigner>,
    /// Contracts that sign what one of the signers signed.
    pub(crate) validators: Vec<(Address, PrivateKeySigner)>,
    /// An account that may own another: one signature of the first signer is enough.
    pub(crate) nested: Address,
    /// Contracts that answer anything with always the same.
    pub(crate) oddities: Vec<(Address, Bytes)>,
    /// Addresses without code.
    pub(crate) strangers: Vec<Address>,
    pub(crate) tokens: [Address; 5],
}

impl Cast {
    pub(crate) fn new(chain_id: u64) -> Self {
        let mut random = Random::of_case("cast", 0);
        let signer = |account: &anvil_fixtures::Account| {
            PrivateKeySigner::from_bytes(&account.key).expect("the fixture's keys are keys")
        };
        Self {
            chain_id,
            safes: (0..SAFES).map(|_| random.address()).collect(),
            signers: ACCOUNTS[..8].iter().map(signer).collect(),
            validators: ACCOUNTS[7..].iter().map(|account| (random.address(), signer(account))).collect(),
            nested: random.address(),
            oddities: oddities().into_iter().map(|code| (random.address(), code)).collect(),
            strangers: (0..4).map(|_| random.address()).collect(),
            tokens: Self::tokens(),
        }
    }

    /// Returns the tokens: well-behaved ones, one that returns nothing, one that returns false, one that takes a fee.
    pub(crate) fn tokens() -> [Address; 5] {
        let Fixtures { token, dollar, no_return_token, false_token, fee_token, .. } = *Fixtures::get();
        [token, dollar, no_return_token, false_token, fee_token]
    }

    /// Puts everybody in one world, with the official code still in place.
    pub(crate) async fn prepare(&self, link: &Link) {
        for (address, code) in &self.oddities {
            link.set_code(*address, code).await;
        }
        for (address, authority) in &self.validators {
            // The contract's only immutable is its authority.
            link.set_code(*address, &ERC1271_OWNER.runtime_code_at(authority.address())).await;
        }
        let nested = SafeState {
            owners: vec![self.signers[0].address(), self.signers[1].address()],
            threshold: U256::ONE,
            handler: Shared::get().handler,
            ..SafeState::new(Shared::get().l1)
        };
        for (slot, value) in nested.storage() {
            link.request("anvil_setStorageAt", json!([self.nested, U256::from_be_bytes(slot.0), value])).await;
        }
        let mints: Vec<BatchCall> = self
            .safes
            .iter()
            .flat_map(|safe| self.tokens.map(|token| (token, *safe)))
            .map(|(to, safe)| BatchCall {
                operation: Operation::Call,
                to,
                value: U256::ZERO,
                data: IMintable::mintCall { to: safe, amountOrId: U256::from(1_000_000_000) }.abi_encode().into(),
            })
            .collect();
        link.send(ACCOUNTS[9].address, Shared::get().call_only, &encode_multi_send(&mints)).await;
    }

    /// Returns every address that has the code of a proxy.
    pub(crate) fn proxies(&self) -> impl Iterator<Item = Address> + '_ {
        self.safes.iter().copied().chain([self.nested])
    }

    /// Returns whether an address has different code in the two worlds.
    pub(crate) fn is_compared(&self, address: Address) -> bool {
        self.proxies().chain(Shared::addresses()).any(|compared| compared == address)
    }

    /// Returns whether an address is known to be nobody's code.
    pub(crate) fn has_no_code(&self, address: Address) -> bool {
        self.strangers.contains(&address) || self.signers.iter().any(|signer| signer.address() == address)
    }

    /// Returns any address that means something to somebody.
    pub(crate) fn anybody(&self, random: &mut Random) -> Address {
        let fixtures = Fixtures::get();
        let shared = Shared::get();
        match random.below(12) {
            0 => Address::ZERO,
            1 => Address::with_last_byte(1),
            2 => Address::with_last_byte(u8::try_from(2 + random.below(17)).expect("it is below 19")),
            3 | 4 => random.pick(&self.signers).address(),
            5 => random.pick(&self.validators).0,
            6 | 7 => random.pick(&self.oddities).0,
            8 => random.pick(&[shared.l1, shared.handler, shared.multi_send, self.nested]),
            9 => random.pick(&[
                fixtures.reverter,
                fixtures.guard,
                fixtures.module_guard,
                fixtures.module,
                fixtures.delegate_target,
            ]),
            10 => random.pick(&self.tokens),
            _ => random.pick(&self.strangers),
        }
    }

    pub(crate) fn oddity(&self, random: &mut Random) -> Address {
        random.pick(&self.oddities).0
    }
}

/// The code of contracts that do one thing, whatever they are asked.
fn oddities() -> Vec<Bytes> {
    let word = |bytes: &[u8]| B256::right_padding_from(bytes).to_vec();
    let magic = word(&[0x16, 0x26, 0xba, 0x7e]);
    let number = |number: u64| B256::from(U256::from(number)).to_vec();
    let mut dirty = magic.clone();
    dirty[31] = 1;
    let answers = [
        magic.clone(),
        dirty,
        magic[..31].to_vec(),
        magic[..4].to_vec(),
        [magic, number(7)].concat(),
        word(&[0x20, 0xc1, 0x3b, 0x0b]),
        vec![0xff; 32],
        vec![],
        number(0),
        number(1),
        number(2),
        [number(1), number(1)].concat(),
        vec![0, 0, 1],
        // Five bytes as Solidity returns them.
        [number(32), number(5), word(b"bytes")].concat(),
    ];
    let mut error = hex_error("GS026");
    error.truncate(100);
    let reverts = [vec![], vec![0xde, 0xad], error, vec![0x5a; 200]];
    let mut codes: Vec<Bytes> = answers.iter().map(|answer| answering(0xf3, answer)).collect();
    codes.extend(reverts.iter().map(|answer| answering(0xfd, answer)));
    // The magic value and 4,064 bytes more: MSTORE at 0, RETURN.
    codes.push(
        [&[0x7f], word(&[0x16, 0x26, 0xba, 0x7e]).as_slice(), &[0x60, 0, 0x52, 0x61, 0x10, 0, 0x60, 0, 0xf3]]
            .concat()
            .into(),
    );
    // INVALID: takes all the gas there is.
    codes.push(vec![0xfe].into());
    // SSTORE 1 in slot 0, then return the word 1: fails where nothing may be written.
    codes.push(vec![0x60, 1, 0x60, 0, 0x55, 0x60, 1, 0x60, 0, 0x52, 0x60, 0x20, 0x60, 0, 0xf3].into());
    // Returns its whole input: CALLDATACOPY to 0, RETURN.
    codes.push(vec![0x36, 0x60, 0, 0x60, 0, 0x37, 0x36, 0x60, 0, 0xf3].into());
    codes
}

/// Code that copies `answer` from behind itself and ends with RETURN (0xf3) or REVERT (0xfd).
fn answering(end: u8, answer: &[u8]) -> Bytes {
    let length = u8::try_from(answer.len()).expect("answers are short");
    [&[0x60, length, 0x60, 12, 0x60, 0, 0x39, 0x60, length, 0x60, 0, end], answer].concat().into()
}

/// What Solidity reverts with for a reason of at most 32 bytes.
fn hex_error(reason: &str) -> Vec<u8> {
    let words = [U256::from(0x20), U256::from(reason.len())].map(|word| word.to_be_bytes::<32>());
    let text = B256::right_padding_from(reason.as_bytes());
    [[0x08, 0xc3, 0x79, 0xa0].as_slice(), words.as_flattened(), text.as_slice()].concat()
}
