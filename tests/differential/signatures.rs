//! Sets of signatures: right ones, and wrong in every way.

use alloy::{
    primitives::{Address, B256, Bytes, U256, b256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use quorate_core::{Domain, SafeId, SafeMessage, Version, personal_message_hash};

use crate::{account::SafeState, cast::Cast, random::Random};

/// Bytes of a signature's static part.
const STATIC: usize = 65;

/// The order of secp256k1.
const ORDER: U256 = U256::from_be_bytes(b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0);

/// What a set of signatures is made for.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) cast: &'a Cast,
    /// The hash that is checked.
    pub(crate) hash: B256,
    /// Hashes that somebody may have signed instead: of another chain, another account, another nonce.
    pub(crate) others: Vec<B256>,
    /// How many signatures are read.
    pub(crate) required: usize,
    /// Who counts as executor; may be replaced by an owner.
    pub(crate) executor: Address,
    pub(crate) care: Care,
}

/// How carefully owners sign.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Care {
    /// Often wrongly, in every way.
    Careless,
    /// Rightly, by whatever means each has.
    Careful,
    /// Rightly, for this executor.
    Pinned(Address),
}

/// One signature before it is packed.
#[derive(Clone, Debug)]
struct Item {
    owner: Address,
    a: B256,
    b: B256,
    v: u8,
    dynamic: Option<Bytes>,
}

impl<'a> Request<'a> {
    /// Asks the owners for right signatures of one hash, without an executor among them.
    pub(crate) fn careful(cast: &'a Cast, hash: B256, state: &SafeState) -> Self {
        let required = usize::try_from(state.threshold).unwrap_or(1).min(8);
        Self { cast, hash, others: Vec::new(), required, executor: Address::ZERO, care: Care::Pinned(Address::ZERO) }
    }

    /// Makes a set of signatures and says what is wrong with it. Approvals go to `state`.
    pub(crate) fn make(&mut self, random: &mut Random, state: &mut SafeState) -> (Bytes, String) {
        let mut owners = state.owners.clone();
        random.shuffle(&mut owners);
        if random.chance(80) {
            owners.truncate(self.required.min(owners.len()));
        }
        let mut label = "signed".to_owned();
        let mut items: Vec<Item> = owners.iter().map(|owner| self.item(random, state, *owner)).collect();
        items.sort_by_key(|item| item.owner);

        let careless = self.care == Care::Careless;
        let flaw = (careless && random.chance(40)).then(|| random.below(9));
        match flaw {
            Some(0) => {
                label = "permuted".to_owned();
                random.shuffle(&mut items);
            }
            Some(1) if !items.is_empty() => {
                label = "duplicated".to_owned();
                let at = random.below(items.len());
                items.insert(at, items[at].clone());
                if random.chance(50) {
                    items.pop();
                }
            }
            Some(2) => {
                label = "stranger".to_owned();
                let stranger = match random.below(4) {
                    0 => Address::ZERO,
                    1 => Address::with_last_byte(1),
                    _ => self.cast.anybody(random),
                };
                let item = self.item(random, state, stranger);
                if items.is_empty() || random.chance(30) {
                    items.push(item);
                } else {
                    let at = random.below(items.len());
                    items[at] = item;
                }
                if random.chance(80) {
                    items.sort_by_key(|item| item.owner);
                }
            }
            Some(3) if !items.is_empty() => {
                label = "other hash".to_owned();
                let hash = random.pick(&self.others);
                let at = random.below(items.len());
                let owner = items[at].owner;
                let request = Self { hash, others: Vec::new(), required: 0, ..*self };
                items[at] = request.signed(random, owner);
            }
            Some(4..=6) if !items.is_empty() => {
                let at = random.below(items.len());
                label = items[at].spoil(random);
            }
            _ => {}
        }

        let offsets = matches!(flaw, Some(7)) || (careless && random.chance(4));
        if offsets {
            label.push_str(", odd offsets");
        }
        let mut blob = pack(random, &items, if offsets { self.required * STATIC } else { 0 });
        if matches!(flaw, Some(8)) || (careless && random.chance(3)) {
            label.push_str(", cut or filled");
            match random.below(4) {
                0 => blob.truncate(random.below(blob.len() + 1)),
                1 => blob.truncate((self.required * STATIC).saturating_sub(random.below(2))),
                2 => blob.extend(random.some_bytes(80)),
                _ if !blob.is_empty() => {
                    let at = random.below(blob.len());
                    blob[at] ^= 1 << random.below(8);
                }
                _ => {}
            }
        }
        (blob.into(), label)
    }

    /// Makes the signature of `owner`, in one of the ways that it has.
    fn item(&mut self, random: &mut Random, state: &mut SafeState, owner: Address) -> Item {
        let careless = self.care == Care::Careless;
        match random.below(10) {
            0 | 1 => self.approved(random, state, owner),
            2 if careless && random.chance(50) => {
                self.executor = owner;
                Item::claimed(owner, 1)
            }
            3 if careless && random.chance(20) => Item::claimed(owner, 1),
            _ if self.executor == owner && !careless => Item::claimed(owner, 1),
            2 if self.care == Care::Careful && !state.owners.contains(&self.executor) => {
                self.executor = owner;
                Item::claimed(owner, 1)
            }
            _ if !careless && !self.can_sign(owner) => self.approved(random, state, owner),
            _ => self.signed(random, owner),
        }
    }

    fn approved(&self, random: &mut Random, state: &mut SafeState, owner: Address) -> Item {
        state.approved.push((owner, self.hash));
        Item { b: random.word(), ..Item::claimed(owner, 1) }
    }

    fn can_sign(&self, owner: Address) -> bool {
        owner == self.cast.nested
            || self.cast.signers.iter().any(|signer| signer.address() == owner)
            || self.cast.validators.iter().any(|(address, _)| *address == owner)
    }

    fn signed(&self, random: &mut Random, owner: Address) -> Item {
        let contract = |dynamic| Item { dynamic: Some(dynamic), ..Item::claimed(owner, 0) };
        if let Some(signer) = self.cast.signers.iter().find(|signer| signer.address() == owner) {
            return if random.chance(70) {
                ecdsa(signer, self.hash, 0)
            } else {
                ecdsa(signer, personal_message_hash(self.hash), 4)
            };
        }
        if let Some((_, authority)) = self.cast.validators.iter().find(|(address, _)| *address == owner) {
            let signature = ecdsa(authority, self.hash, 0).packed();
            return contract(if self.care != Care::Careless || random.chance(90) {
                signature.into()
            } else {
                random.some_bytes(80)
            });
        }
        if owner == self.cast.nested {
            let safe = SafeId::new(self.cast.chain_id, owner);
            let domain = Domain::new(safe, Version::V1_5_0).expect("1.5.0 has a domain");
            let hash = SafeMessage::of_hash(self.hash).hash(&domain).digest().hash();
            let signature = ecdsa(&random.pick(&self.cast.signers[..3]), hash, 0).packed();
            return contract(if self.care != Care::Careless || random.chance(90) {
                signature.into()
            } else {
                random.some_bytes(80)
            });
        }
        contract(random.some_bytes(100))
    }
}

impl Item {
    fn claimed(owner: Address, v: u8) -> Self {
        Self { owner, a: owner.into_word(), b: B256::ZERO, v, dynamic: None }
    }

    fn packed(&self) -> Vec<u8> {
        [self.a.as_slice(), self.b.as_slice(), &[self.v]].concat()
    }

    /// Changes the signature and says how. The result may still be valid.
    fn spoil(&mut self, random: &mut Random) -> String {
        let label = match random.below(7) {
            0 if self.v > 1 => {
                self.b = (ORDER - U256::from_be_bytes(self.b.0)).into();
                // 27 and 28, 31 and 32 stand for one another.
                self.v = if self.v.is_multiple_of(2) { self.v - 1 } else { self.v + 1 };
                if self.v < 27 || self.v == 29 || self.v == 30 {
                    self.v ^= 3;
                }
                "high s"
            }
            1 | 2 => {
                self.v = random.byte();
                "any v"
            }
            3 => {
                let word = random.word();
                self.a = random.pick(&[B256::ZERO, ORDER.into(), U256::MAX.into(), word]);
                "any r"
            }
            4 => {
                let word = random.word();
                self.b = random.pick(&[B256::ZERO, ORDER.into(), U256::MAX.into(), word]);
                "any s"
            }
            5 => {
                self.a[random.below(12)] = random.byte();
                "dirty r"
            }
            _ => {
                if let Some(dynamic) = &mut self.dynamic {
                    *dynamic = if random.chance(50) { Bytes::new() } else { random.some_bytes(100) };
                    "other dynamic part"
                } else {
                    self.v = self.v.wrapping_add(4);
                    "v plus 4"
                }
            }
        };
        label.to_owned()
    }
}

/// Writes the signature of one contract.
pub(crate) fn contract_signature(owner: Address, dynamic: &Bytes) -> Bytes {
    let item = Item { b: U256::from(STATIC).into(), ..Item::claimed(owner, 0) };
    [item.packed().as_slice(), &U256::from(dynamic.len()).to_be_bytes::<32>(), dynamic].concat().into()
}

fn ecdsa(signer: &PrivateKeySigner, hash: B256, add: u8) -> Item {
    let signature = signer.sign_hash_sync(&hash).expect("a key signs any hash");
    let v = 27 + u8::from(signature.v()) + add;
    Item { owner: signer.address(), a: signature.r().into(), b: signature.s().into(), v, dynamic: None }
}

/// Packs signatures. With `odd` the offset or the length of a dynamic part may be wrong; the static part ends at `odd`.
fn pack(random: &mut Random, items: &[Item], odd: usize) -> Vec<u8> {
    let mut fixed = Vec::new();
    let mut tail: Vec<u8> = Vec::new();
    let mut offsets = vec![items.len() * STATIC];
    let end = items.len() * STATIC
        + items.iter().filter_map(|item| item.dynamic.as_ref()).map(|part| 32 + part.len()).sum::<usize>();
    for item in items {
        let mut item = item.clone();
        if let Some(dynamic) = &item.dynamic {
            let offset = items.len() * STATIC + tail.len();
            item.b = U256::from(offset).into();
            offsets.push(offset);
            let mut length = U256::from(dynamic.len());
            if odd > 0 && random.chance(30) {
                length =
                    random.pick(&[length + U256::ONE, length.saturating_sub(U256::ONE), U256::MAX, U256::from(end)]);
                if random.chance(20) {
                    length = random.number();
                }
            }
            tail.extend(length.to_be_bytes::<32>());
            tail.extend(dynamic);
            if odd > 0 && random.chance(60) {
                let near = |base: usize, random: &mut Random| U256::from((base + random.below(3)).saturating_sub(1));
                let offset = match random.below(6) {
                    0 => U256::from(random.pick(&offsets)),
                    1 => near(odd, random),
                    2 => U256::from(random.below(odd)),
                    3 => U256::MAX - U256::from(random.below(80)),
                    4 => near(end - 32, random),
                    _ => near(end, random),
                };
                item.b = offset.into();
            }
        }
        fixed.extend(item.packed());
    }
    [fixed, tail].concat()
}
