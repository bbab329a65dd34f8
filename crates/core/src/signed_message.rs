//! A message with enough confirmations: what a Safe says in its own name.

use alloy_primitives::{Address, Bytes};

use crate::{
    Confirmation, NotQuorate, SafeMessage, SafeMessageHash, SafeState, Signature, SignatureSet, quorate::quorum,
};

/// A message that as many owners of a Safe confirmed as it takes.
///
/// It is how a Safe signs: for whoever asks it through ERC-1271, and as the owner of another Safe.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SignedMessage {
    safe: Address,
    message: SafeMessage,
    hash: SafeMessageHash,
    signatures: SignatureSet,
}

impl SignedMessage {
    /// Puts together a message and what the owners confirmed, as checked against `state`.
    ///
    /// A confirmation that counts only because an owner sends a transaction is of no use here: nobody sends one.
    ///
    /// # Errors
    ///
    /// [`NotQuorate`] when confirmations are missing, or are for something else.
    pub fn new(
        message: SafeMessage,
        state: &SafeState,
        confirmations: impl IntoIterator<Item = Confirmation>,
    ) -> Result<Self, NotQuorate> {
        let hash = message.hash(&state.domain()?);
        let lasting = confirmations.into_iter().filter(|confirmation| confirmation.executor().is_none());
        let (signatures, _) = quorum(state, hash.digest(), lasting)?;
        Ok(Self { safe: state.safe.address, message, hash, signatures })
    }

    /// Returns the bytes that the Safe takes as the signature of its message.
    #[must_use]
    pub fn blob(&self) -> Bytes {
        self.signatures.to_blob().into()
    }

    /// Returns the signature by which the Safe confirms a transaction of another Safe that it owns.
    ///
    /// For that the message has to be the one of [`SafeMessage::nested`].
    #[must_use]
    pub fn as_owner(&self) -> Signature {
        Signature::Contract { owner: self.safe, data: self.blob() }
    }

    /// Returns the message.
    #[must_use]
    pub const fn message(&self) -> &SafeMessage {
        &self.message
    }

    /// Returns the hash that was confirmed.
    #[must_use]
    pub const fn hash(&self) -> &SafeMessageHash {
        &self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Answer, Check, state::tests::state};
    use alloc::{vec, vec::Vec};

    const OWNERS: [Address; 2] = [Address::repeat_byte(2), Address::repeat_byte(1)];

    fn confirm(state: &SafeState, message: &SafeMessage, executor: Option<Address>) -> Vec<Confirmation> {
        let hash = message.hash(&state.domain().unwrap());
        let confirm = |owner| match state.check(hash.digest(), &Signature::Approved { owner }, executor).unwrap() {
            Check::Confirmed(confirmation) => confirmation,
            Check::Ask(question) => question.answer(Answer::Returned(vec![1; 32].into())).unwrap(),
        };
        OWNERS.map(confirm).into()
    }

    #[test]
    fn enough_confirmations_make_the_safe_sign() {
        let state = state(&OWNERS, 2);
        let message = SafeMessage::new(vec![1, 2, 3].into());
        let confirmations = confirm(&state, &message, None);
        let signed = SignedMessage::new(message.clone(), &state, confirmations.clone()).unwrap();
        assert_eq!(signed.as_owner(), Signature::Contract { owner: state.safe.address, data: signed.blob() });
        assert_eq!(signed.blob().len(), 130);

        let missing = SignedMessage::new(message, &state, confirmations.into_iter().take(1));
        assert_eq!(missing, Err(NotQuorate::Missing { confirmed: 1, threshold: 2 }));
        let other = SafeMessage::new(vec![4].into());
        let foreign = confirm(&state, &other, None);
        assert!(matches!(
            SignedMessage::new(SafeMessage::new(vec![1].into()), &state, foreign),
            Err(NotQuorate::Foreign { .. })
        ));
    }

    #[test]
    fn sending_a_transaction_does_not_sign_a_message() {
        let state = state(&OWNERS, 2);
        let message = SafeMessage::new(vec![1].into());
        let confirmations = confirm(&state, &message, Some(OWNERS[0]));
        let signed = SignedMessage::new(message, &state, confirmations);
        assert_eq!(signed, Err(NotQuorate::Missing { confirmed: 1, threshold: 2 }));
    }
}
