//! The signature of a Safe that owns a Safe: its own owners' signatures, gathered one by one.

use alloy::primitives::Address;
use quorate_chain::{ReadError, Rpc, confirm, read_state_at};
use quorate_core::{
    Digest, Domain, Erc1271Dialect, Insertion, Proposal, SafeId, SafeMessage, SafeState, Signature, SignatureSet,
    Version,
};

use crate::{
    error::{Code, Failure, Result},
    page::Page,
    signer::Subject,
};

/// What the owners of the inner Safe sign so that it confirms a proposal of the outer one.
#[derive(Debug)]
pub(crate) struct Nested {
    owner: Address,
    domain: Domain,
    message: SafeMessage,
    digest: Digest,
    threshold: u64,
    owners: Vec<Address>,
}

impl Nested {
    /// Works out what is signed: a message of the inner Safe that stands for the outer transaction.
    pub(crate) fn new(proposal: &Proposal, inner: &SafeState) -> Result<Self> {
        let domain = inner.domain().map_err(|error| Failure::new(Code::NotASafe, error))?;
        let dialect = proposal.domain().version().owner_dialect();
        let message = SafeMessage::nested(proposal.hash().digest(), dialect);
        let digest = *message.hash(&domain).digest();
        Ok(Self {
            owner: inner.safe.address,
            domain,
            message,
            digest,
            threshold: inner.threshold,
            owners: inner.owners.iter().map(|owner| owner.address).collect(),
        })
    }

    /// Returns how many owners of the inner Safe have to sign.
    pub(crate) const fn threshold(&self) -> u64 {
        self.threshold
    }

    /// Returns whether the outer Safe asks in a way that the usual handlers of the inner one no longer answer.
    pub(crate) fn is_mismatched(&self, outer: Version) -> bool {
        outer.owner_dialect() == Erc1271Dialect::Bytes && self.domain.version() >= Version::V1_5_0
    }

    /// Returns the digest that is signed.
    pub(crate) const fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Returns what is signed.
    pub(crate) const fn subject(&self) -> Subject<'_> {
        Subject::Message(&self.message, &self.domain)
    }

    /// Adds an inner owner's signature to what the proposal has in the inner Safe's name.
    ///
    /// Returns how many inner owners have signed, and whether this one had before. What is there and is no signature by an
    /// inner owner is dropped.
    ///
    /// # Errors
    ///
    /// [`Code::BadSignature`] when the signature is no key's: a Safe inside a Safe inside a Safe is not supported.
    /// [`Code::Refused`] when an inner owner has confirmed in a way that would be lost.
    pub(crate) fn add(&self, proposal: &mut Proposal, signature: Signature) -> Result<(usize, bool)> {
        if !is_by_key(&signature) {
            return Err(bad("only signatures made with keys are gathered for a Safe that owns a Safe"));
        }
        let mut gathered = self.gather(proposal.signatures().get(self.owner))?;
        if gathered.has_others {
            return Err(Failure::new(
                Code::Refused,
                format_args!(
                    "among the confirmations of {} there is an approval or a contract's signature, which would be lost",
                    self.owner
                ),
            )
            .hint("put the whole signature together elsewhere, and add it with `quorate add-signature --contract`"));
        }
        let known = matches!(gathered.set.insert(signature).map_err(bad)?, Insertion::Kept(_));
        proposal.withdraw(self.owner);
        proposal.sign(self.signature(&gathered.set)).map_err(bad)?;
        Ok((gathered.set.len(), known))
    }

    /// Returns whether an owner of the inner Safe has signed with a key, according to the proposal.
    pub(crate) fn has_signed(&self, proposal: &Proposal, owner: Address) -> Result<bool> {
        Ok(self.gather(proposal.signatures().get(self.owner))?.set.get(owner).is_some())
    }

    /// Takes the signatures that inner owners made with keys out of what is said in the inner Safe's name.
    fn gather<'a>(&self, said: impl IntoIterator<Item = &'a Signature>) -> Result<Gathered> {
        let mut gathered = Gathered { set: SignatureSet::new(self.digest), has_others: false };
        for signature in said {
            let Signature::Contract { data, .. } = signature else { continue };
            // What cannot be read counts for nothing; where it does nevertheless, the chain says so.
            let Ok(present) = SignatureSet::from_blob(self.digest, data) else { continue };
            for (_, signature) in present.iter().filter(|(owner, _)| self.owners.contains(owner)) {
                if is_by_key(signature) {
                    gathered.set.insert(signature.clone()).map_err(bad)?;
                } else {
                    gathered.has_others = true;
                }
            }
        }
        Ok(gathered)
    }

    /// Makes the inner Safe's signature of those of its owners, all made with keys.
    fn signature(&self, set: &SignatureSet) -> Signature {
        // Without dynamic parts, the blob is the signatures one after another, in the order of their owners.
        let data: Vec<u8> = set.iter().flat_map(|(_, signature)| signature.to_bytes()).collect();
        Signature::Contract { owner: self.owner, data: data.into() }
    }

    fn is_enough(&self, set: &SignatureSet) -> bool {
        u64::try_from(set.len()).is_ok_and(|count| count >= self.threshold)
    }

    /// Writes it for people.
    pub(crate) fn page(&self, page: &mut Page) {
        page.heading(format_args!(
            "signed for {}, which owns the Safe; {} of its owners must sign",
            self.owner, self.threshold
        ));
        page.row("domain hash", self.digest.domain_hash());
        page.row("message hash", self.digest.message_hash());
        page.row("hash", self.digest.hash());
    }
}

/// What the owners of the inner Safe have signed.
struct Gathered {
    /// Their signatures made with keys.
    set: SignatureSet,
    /// Whether there are approvals, or signatures of contracts, as well.
    has_others: bool,
}

/// Two different claims in one owner's name: the one that a proposal holds, and the one that is offered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Claims<'a> {
    /// The one that the proposal holds.
    pub(crate) ours: &'a Signature,
    /// The one that is offered.
    pub(crate) theirs: &'a Signature,
    /// Whether the chain says that the offered one counts.
    pub(crate) theirs_counts: bool,
}

/// Makes one signature of two claims in the name of `owner`, who owns the Safe at `state`.
///
/// If the owner is a Safe, that is the union of what its owners signed; otherwise, the claim that counts.
///
/// # Errors
///
/// [`Code::Refused`] when neither counts and they cannot be united.
pub(crate) async fn unite(
    rpc: &Rpc,
    proposal: &Proposal,
    state: &SafeState,
    owner: Address,
    claims: Claims<'_>,
) -> Result<Signature> {
    let Claims { ours, theirs, theirs_counts } = claims;
    let mut union = None;
    if is_contract(ours)
        && is_contract(theirs)
        && let Some(nested) = inner(rpc, proposal, state, owner).await?
    {
        let gathered = nested.gather([ours, theirs])?;
        if nested.is_enough(&gathered.set) {
            return Ok(nested.signature(&gathered.set));
        }
        union = (!gathered.has_others && !gathered.set.is_empty()).then(|| nested.signature(&gathered.set));
    }
    if theirs_counts {
        return Ok(theirs.clone());
    }
    let mut alone = SignatureSet::new(*proposal.hash().digest());
    alone.insert(ours.clone()).map_err(bad)?;
    if confirm(rpc, state, &alone, None).await?.rejected.is_empty() {
        return Ok(ours.clone());
    }
    match (union, ours) {
        (Some(union), _) => Ok(union),
        // There is no such approval; a contract's owners may still be signing.
        (None, Signature::Approved { .. }) => Ok(theirs.clone()),
        (None, _) => Err(Failure::new(
            Code::Refused,
            format_args!("two signatures in the name of {owner} do not go together, and neither of them counts"),
        )
        .hint("add one that counts with `quorate add-signature --contract`")),
    }
}

/// Returns what owners of `owner`, if that is a Safe, signed with keys, according to a signature that does not count yet.
///
/// `None` when there is nothing of the kind, or something else as well.
pub(crate) async fn unfinished(
    rpc: &Rpc,
    proposal: &Proposal,
    state: &SafeState,
    owner: Address,
    signature: &Signature,
) -> Result<Option<Signature>> {
    if !is_contract(signature) {
        return Ok(None);
    }
    let Some(nested) = inner(rpc, proposal, state, owner).await? else { return Ok(None) };
    let gathered = nested.gather([signature])?;
    let is_of_use = !gathered.set.is_empty() && !gathered.has_others;
    Ok(is_of_use.then(|| nested.signature(&gathered.set)))
}

/// Returns whether `owner` is a Safe, some of whose owners have confirmed according to a signature that does not count yet.
pub(crate) async fn is_unfinished(
    rpc: &Rpc,
    proposal: &Proposal,
    state: &SafeState,
    owner: Address,
    signature: &Signature,
) -> Result<bool> {
    if !is_contract(signature) || !state.is_owner(owner) {
        return Ok(false);
    }
    let Some(nested) = inner(rpc, proposal, state, owner).await? else { return Ok(false) };
    let gathered = nested.gather([signature])?;
    Ok(gathered.has_others || !gathered.set.is_empty())
}

/// Reads the Safe at `owner`; `None` when there is none of a supported kind.
async fn inner(rpc: &Rpc, proposal: &Proposal, state: &SafeState, owner: Address) -> Result<Option<Nested>> {
    match read_state_at(rpc, SafeId::new(state.safe.chain_id, owner), state.block).await {
        Ok(inner) => Ok(Nested::new(proposal, &inner).ok()),
        Err(
            ReadError::NoCode(_) | ReadError::NotASafe(_) | ReadError::Version { .. } | ReadError::ListTooLong { .. },
        ) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn bad(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::BadSignature, error)
}

const fn is_contract(signature: &Signature) -> bool {
    matches!(signature, Signature::Contract { .. })
}

const fn is_by_key(signature: &Signature) -> bool {
    matches!(signature, Signature::Ecdsa(_) | Signature::EthSign(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keystore::random_key;
    use alloy::{
        primitives::{B256, U256},
        signers::{SignerSync, local::PrivateKeySigner},
    };
    use quorate_core::{Account, Block, SafeId, SafeTx};

    fn inner(owners: &[Address]) -> SafeState {
        SafeState {
            safe: SafeId::new(1, Address::repeat_byte(0x11)),
            block: Block { number: 1, hash: B256::ZERO, timestamp: 0 },
            version: Version::V1_4_1,
            singleton: Account::keyed(Address::ZERO),
            owners: owners.iter().copied().map(Account::keyed).collect(),
            threshold: 2,
            nonce: U256::ZERO,
            modules: vec![],
            guard: None,
            module_guard: None,
            fallback_handler: None,
            balance: U256::ZERO,
        }
    }

    fn sign(nested: &Nested, key: &PrivateKeySigner) -> Signature {
        Signature::from_bytes(&key.sign_hash_sync(&nested.digest().hash()).unwrap().as_bytes()).unwrap()
    }

    #[test]
    fn inner_signatures_are_gathered_in_the_order_of_their_owners() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_5_0).unwrap();
        let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let mut keys = [random_key().unwrap(), random_key().unwrap()];
        keys.sort_by_key(|key| std::cmp::Reverse(key.address()));
        let state = inner(&keys.each_ref().map(PrivateKeySigner::address));
        let nested = Nested::new(&proposal, &state).unwrap();
        for key in &keys {
            assert!(!nested.add(&mut proposal, sign(&nested, key)).unwrap().1);
        }
        assert_eq!(nested.add(&mut proposal, sign(&nested, &keys[0])).unwrap(), (2, true));
        let Some(Signature::Contract { data, .. }) = proposal.signatures().get(state.safe.address) else {
            panic!("no signature of the inner Safe")
        };
        let expected = [sign(&nested, &keys[1]).to_bytes(), sign(&nested, &keys[0]).to_bytes()].concat();
        assert_eq!(*data, expected);
    }

    #[test]
    fn what_two_copies_gathered_is_united() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_4_1).unwrap();
        let blank = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let keys = [random_key().unwrap(), random_key().unwrap()];
        let state = inner(&keys.each_ref().map(PrivateKeySigner::address));
        let nested = Nested::new(&blank, &state).unwrap();
        let copies = keys.each_ref().map(|key| {
            let mut copy = blank.clone();
            nested.add(&mut copy, sign(&nested, key)).unwrap();
            assert!(nested.has_signed(&copy, key.address()).unwrap());
            copy.signatures().get(state.safe.address).unwrap().clone()
        });
        let mut both = blank;
        for key in &keys {
            nested.add(&mut both, sign(&nested, key)).unwrap();
        }
        let garbage = Signature::Contract { owner: state.safe.address, data: vec![7; 64].into() };
        let gathered = nested.gather([&copies[1], &garbage, &copies[0]]).unwrap();
        assert!(nested.is_enough(&gathered.set) && !gathered.has_others);
        assert_eq!(both.signatures().get(state.safe.address), Some(&nested.signature(&gathered.set)));
        assert!(!nested.is_enough(&nested.gather([&copies[0]]).unwrap().set));
    }

    #[test]
    fn an_inner_approval_is_not_lost_unasked() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_4_1).unwrap();
        let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let keys = [random_key().unwrap(), random_key().unwrap()];
        let state = inner(&keys.each_ref().map(PrivateKeySigner::address));
        let nested = Nested::new(&proposal, &state).unwrap();
        let data = Signature::Approved { owner: keys[0].address() }.to_bytes().into();
        proposal.sign(Signature::Contract { owner: state.safe.address, data }).unwrap();
        let before = proposal.clone();
        assert_eq!(nested.add(&mut proposal, sign(&nested, &keys[1])).unwrap_err().code, Code::Refused);
        assert_eq!(proposal, before);
    }

    #[test]
    fn what_is_no_inner_owners_signature_is_dropped() {
        let domain = Domain::new(SafeId::new(1, Address::repeat_byte(0x22)), Version::V1_3_0).unwrap();
        let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
        let (owner, stranger) = (random_key().unwrap(), random_key().unwrap());
        let state = inner(&[owner.address()]);
        let nested = Nested::new(&proposal, &state).unwrap();
        let data = sign(&nested, &stranger).to_bytes().into();
        proposal.sign(Signature::Contract { owner: state.safe.address, data }).unwrap();
        nested.add(&mut proposal, sign(&nested, &owner)).unwrap();
        let Some(Signature::Contract { data, .. }) = proposal.signatures().get(state.safe.address) else {
            panic!("no signature of the inner Safe")
        };
        assert_eq!(*data, sign(&nested, &owner).to_bytes());
    }
}
