//! A transaction with enough confirmations: what may be executed.

use alloc::vec::Vec;
use alloy_primitives::{Address, Bytes, U256};

use crate::{
    Confirmation, Digest, SafeId, SafeState, SafeTx, SafeTxHash, Signature, SignatureSet, UnsupportedVersion, Version,
};

/// A transaction that its Safe will accept: the next one, confirmed by as many owners as it takes.
///
/// It is the only type that gives out the bytes for the contract, and the only one that is executed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Quorate {
    safe: SafeId,
    version: Version,
    tx: SafeTx,
    hash: SafeTxHash,
    signatures: SignatureSet,
    executor: Option<Address>,
}

/// Why a transaction is not ready.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NotQuorate {
    /// Confirmations are missing.
    #[error("{confirmed} of {threshold} confirmations")]
    Missing {
        /// How many owners have confirmed.
        confirmed: usize,
        /// How many it takes.
        threshold: u64,
    },
    /// Earlier transactions have to run first.
    #[error("its nonce is {nonce}, and the Safe's next one is {next}: the transactions between them come first")]
    NotNext {
        /// Nonce of the transaction.
        nonce: U256,
        /// Nonce of the Safe.
        next: U256,
    },
    /// The nonce was used, by this transaction or another.
    #[error("its nonce is {nonce}, which is used up: the Safe's next one is {next}")]
    Stale {
        /// Nonce of the transaction.
        nonce: U256,
        /// Nonce of the Safe.
        next: U256,
    },
    /// A confirmation is for another transaction, or was checked at another block.
    #[error("the confirmation of {owner} is for another transaction, or was checked at another block")]
    Foreign {
        /// Who confirmed.
        owner: Address,
    },
    /// The Safe is of a release whose hashes are not known.
    #[error(transparent)]
    Version(#[from] UnsupportedVersion),
}

impl Quorate {
    /// Puts together a transaction and what its owners confirmed, as checked against `state`.
    ///
    /// Of more confirmations than it takes, those are used that cost least and depend on least: the contract reads
    /// exactly as many as the threshold.
    ///
    /// # Errors
    ///
    /// [`NotQuorate`] when it is not the turn of the transaction, or confirmations are missing.
    pub fn new(
        tx: SafeTx,
        state: &SafeState,
        confirmations: impl IntoIterator<Item = Confirmation>,
    ) -> Result<Self, NotQuorate> {
        let (nonce, next) = (tx.nonce, state.nonce);
        if nonce < next {
            return Err(NotQuorate::Stale { nonce, next });
        }
        if nonce > next {
            return Err(NotQuorate::NotNext { nonce, next });
        }
        let hash = tx.hash(&state.domain()?);
        let (signatures, executor) = quorum(state, hash.digest(), confirmations)?;
        Ok(Self { safe: state.safe, version: state.version, tx, hash, signatures, executor })
    }

    /// Returns the bytes for the parameter `signatures` of `execTransaction`.
    #[must_use]
    pub fn blob(&self) -> Bytes {
        self.signatures.to_blob().into()
    }

    /// Returns the Safe.
    #[must_use]
    pub const fn safe(&self) -> SafeId {
        self.safe
    }

    /// Returns the release of the Safe.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.version
    }

    /// Returns the transaction.
    #[must_use]
    pub const fn tx(&self) -> &SafeTx {
        &self.tx
    }

    /// Returns the hash that was confirmed.
    #[must_use]
    pub const fn hash(&self) -> &SafeTxHash {
        &self.hash
    }

    /// Returns the confirmations that go on chain.
    #[must_use]
    pub const fn signatures(&self) -> &SignatureSet {
        &self.signatures
    }

    /// Returns who has to send the transaction, if it counts one owner as confirming by sending it.
    #[must_use]
    pub const fn executor(&self) -> Option<Address> {
        self.executor
    }
}

/// Picks as many confirmations of `digest` as the threshold asks for, and tells whom they bind as the sender.
pub(crate) fn quorum(
    state: &SafeState,
    digest: &Digest,
    confirmations: impl IntoIterator<Item = Confirmation>,
) -> Result<(SignatureSet, Option<Address>), NotQuorate> {
    let mut confirmations: Vec<_> = confirmations.into_iter().collect();
    if let Some(foreign) = confirmations.iter().find(|it| {
        let here = it.digest() == digest && it.block() == state.block;
        !here || !state.is_owner(it.owner())
    }) {
        return Err(NotQuorate::Foreign { owner: foreign.owner() });
    }
    confirmations.sort_by_key(|confirmation| (confirmation.owner(), burden(confirmation)));
    confirmations.dedup_by_key(|confirmation| confirmation.owner());
    confirmations.sort_by_key(burden);
    // A transaction has one sender: of those who would confirm by sending it, one can.
    let mut sender = None;
    confirmations.retain(|it| it.executor().is_none_or(|executor| *sender.get_or_insert(executor) == executor));

    let threshold = state.threshold;
    let missing = NotQuorate::Missing { confirmed: confirmations.len(), threshold };
    let enough = usize::try_from(threshold).ok().filter(|needed| (1..=confirmations.len()).contains(needed));
    confirmations.truncate(enough.ok_or(missing)?);

    let executor = confirmations.iter().find_map(Confirmation::executor);
    let mut signatures = SignatureSet::new(*digest);
    for confirmation in confirmations {
        // Checked when the confirmation was made: the signature has this owner.
        let _ = signatures.insert(confirmation.signature().clone());
    }
    Ok((signatures, executor))
}

/// Orders confirmations by what they cost and depend on: signatures first, then approvals, then contracts, and last
/// what binds the transaction to one sender.
const fn burden(confirmation: &Confirmation) -> u8 {
    match confirmation.signature() {
        _ if confirmation.executor().is_some() => 4,
        Signature::Ecdsa(_) => 0,
        Signature::EthSign(_) => 1,
        Signature::Approved { .. } => 2,
        Signature::Contract { .. } => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answer, Check, state::tests::state};
    use alloc::vec;

    const OWNERS: [Address; 3] = [Address::repeat_byte(3), Address::repeat_byte(1), Address::repeat_byte(2)];

    fn confirm(state: &SafeState, tx: &SafeTx, owner: Address, executor: Option<Address>) -> Confirmation {
        let hash = tx.hash(&state.domain().unwrap());
        match state.check(hash.digest(), &Signature::Approved { owner }, executor).unwrap() {
            Check::Confirmed(confirmation) => confirmation,
            Check::Ask(question) => question.answer(Answer::Returned(vec![1; 32].into())).unwrap(),
        }
    }

    #[test]
    fn as_many_as_the_threshold_make_it_quorate() {
        let state = state(&OWNERS, 2);
        let tx = SafeTx::default();
        let confirmations = |count: usize| OWNERS[..count].iter().map(|owner| confirm(&state, &tx, *owner, None));
        for confirmed in 0..2 {
            let error = NotQuorate::Missing { confirmed, threshold: 2 };
            assert_eq!(Quorate::new(tx.clone(), &state, confirmations(confirmed)), Err(error));
        }
        let quorate = Quorate::new(tx.clone(), &state, confirmations(3)).unwrap();
        assert_eq!(quorate.blob().len(), 130);
    }

    #[test]
    fn one_owner_counts_once() {
        let state = state(&OWNERS, 2);
        let tx = SafeTx::default();
        let twice = [confirm(&state, &tx, OWNERS[0], None), confirm(&state, &tx, OWNERS[0], Some(OWNERS[0]))];
        let error = NotQuorate::Missing { confirmed: 1, threshold: 2 };
        assert_eq!(Quorate::new(tx, &state, twice), Err(error));
    }

    #[test]
    fn only_the_next_nonce_is_ready() {
        let mut state = state(&OWNERS, 1);
        state.nonce = U256::from(5);
        let quorate = |nonce: u64| {
            let tx = SafeTx { nonce: U256::from(nonce), ..SafeTx::default() };
            let confirmation = confirm(&state, &tx, OWNERS[0], None);
            Quorate::new(tx, &state, [confirmation])
        };
        assert!(matches!(quorate(4), Err(NotQuorate::Stale { .. })));
        assert!(quorate(5).is_ok());
        assert!(matches!(quorate(6), Err(NotQuorate::NotNext { .. })));
    }

    #[test]
    fn a_confirmation_of_another_transaction_is_refused() {
        let state = state(&OWNERS, 1);
        let other = SafeTx { value: U256::from(1), ..SafeTx::default() };
        let foreign = confirm(&state, &other, OWNERS[0], None);
        assert_eq!(Quorate::new(SafeTx::default(), &state, [foreign]), Err(NotQuorate::Foreign { owner: OWNERS[0] }));
    }

    #[test]
    fn the_sender_is_bound_only_when_it_has_to_be() {
        let state = state(&OWNERS, 2);
        let tx = SafeTx::default();
        let executor = Some(OWNERS[0]);
        let all = OWNERS.map(|owner| confirm(&state, &tx, owner, executor));
        assert_eq!(Quorate::new(tx.clone(), &state, all.clone()).unwrap().executor(), None);
        assert_eq!(Quorate::new(tx, &state, all.into_iter().take(2)).unwrap().executor(), executor);
    }

    #[test]
    fn two_cannot_both_confirm_by_sending() {
        let state = state(&OWNERS, 2);
        let tx = SafeTx::default();
        let both = OWNERS[..2].iter().map(|owner| confirm(&state, &tx, *owner, Some(*owner)));
        let error = NotQuorate::Missing { confirmed: 1, threshold: 2 };
        assert_eq!(Quorate::new(tx.clone(), &state, both), Err(error));
    }

    #[test]
    fn a_confirmation_of_another_block_is_refused() {
        let mut state = state(&OWNERS, 1);
        let tx = SafeTx::default();
        let old = confirm(&state, &tx, OWNERS[0], None);
        state.block.number += 1;
        assert_eq!(Quorate::new(tx, &state, [old]), Err(NotQuorate::Foreign { owner: OWNERS[0] }));
    }

    #[test]
    fn a_threshold_of_zero_is_never_met() {
        let state = state(&OWNERS, 0);
        let error = NotQuorate::Missing { confirmed: 0, threshold: 0 };
        assert_eq!(Quorate::new(SafeTx::default(), &state, []), Err(error));
    }
}
