//! A transaction that is waited for, and how deep it is.

use std::{num::NonZeroU64, time::Duration};

use alloy::primitives::B256;
use tokio::time::Instant;

use crate::{receipt::Receipt, send_error::SendError, sender::Step};

/// What is known of a transaction that is waited for.
pub(crate) struct Watch {
    tx_hash: B256,
    wanted: NonZeroU64,
    /// Its receipt, as it was read last.
    found: Option<Receipt>,
    /// Height of the newest block.
    height: u64,
    /// When something changed last that it is waited for.
    moved: Instant,
}

impl Watch {
    /// Begins to wait for a transaction to have as many confirmations as `wanted`.
    pub(crate) fn new(tx_hash: B256, wanted: NonZeroU64) -> Self {
        Self { tx_hash, wanted, found: None, height: 0, moved: Instant::now() }
    }

    /// Returns how long nothing has changed that it is waited for.
    pub(crate) fn silence(&self) -> Duration {
        self.moved.elapsed()
    }

    /// Takes note of what was read, and returns what is worth telling.
    pub(crate) fn note(&mut self, height: u64, receipt: Option<Receipt>) -> Option<Step> {
        let tx_hash = self.tx_hash;
        let before = std::mem::replace(&mut self.found, receipt);
        let (hash_before, hash) =
            (before.as_ref().map(|it| it.block_hash), self.found.as_ref().map(|it| it.block_hash));
        // Blocks that come while it is in none do not make it any deeper.
        if hash != hash_before || hash.is_some() && height > self.height {
            self.moved = Instant::now();
        }
        self.height = height;
        match (before, &self.found) {
            (Some(before), _) if hash != hash_before => Some(Step::Dropped { tx_hash, block: before.block_number }),
            (None, Some(receipt)) => {
                let missing = self.wanted.get().saturating_sub(self.confirmations(receipt));
                (missing > 0).then_some(Step::Mined { tx_hash, block: receipt.block_number, missing })
            }
            _ => None,
        }
    }

    /// Counts the blocks from that of the receipt on.
    const fn confirmations(&self, receipt: &Receipt) -> u64 {
        // A node behind another one may not know the block yet.
        self.height.saturating_sub(receipt.block_number).saturating_add(1)
    }

    /// Returns the receipt if it is as deep as it has to be.
    pub(crate) fn take_settled(&mut self) -> Option<Receipt> {
        let confirmations = self.found.as_ref().map(|receipt| self.confirmations(receipt))?;
        if confirmations >= self.wanted.get() { self.found.take() } else { None }
    }

    /// Says how far it came.
    pub(crate) const fn given_up(&self, waited_ms: u128) -> SendError {
        let (tx_hash, wanted) = (self.tx_hash, self.wanted);
        match &self.found {
            Some(receipt) => SendError::Unconfirmed {
                tx_hash,
                block: receipt.block_number,
                confirmations: self.confirmations(receipt),
                wanted,
                waited_ms,
            },
            None => SendError::NotMined { tx_hash, waited_ms },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::receipt::Status;

    const TX: B256 = B256::repeat_byte(7);

    fn receipt(block_number: u64, fork: u8) -> Option<Receipt> {
        let block_hash = B256::repeat_byte(fork);
        Some(Receipt { tx_hash: TX, block_number, block_hash, status: Status::Success, gas_used: 1, logs: vec![] })
    }

    fn watch(wanted: u64) -> Watch {
        Watch::new(TX, NonZeroU64::new(wanted).unwrap())
    }

    #[test]
    fn one_confirmation_is_the_block_itself() {
        let mut watch = watch(1);
        assert_eq!((watch.note(0, None), watch.take_settled()), (None, None));
        assert_eq!(watch.note(0, receipt(5, 1)), None);
        assert_eq!(watch.take_settled(), receipt(5, 1));
    }

    #[test]
    fn further_blocks_are_counted_and_told_of_once() {
        let mut watch = watch(3);
        assert_eq!(watch.note(5, receipt(5, 1)), Some(Step::Mined { tx_hash: TX, block: 5, missing: 2 }));
        assert_eq!(watch.take_settled(), None);
        assert_eq!((watch.note(6, receipt(5, 1)), watch.take_settled()), (None, None));
        assert_eq!((watch.note(7, receipt(5, 1)), watch.take_settled()), (None, receipt(5, 1)));
    }

    #[test]
    fn a_node_behind_the_one_with_the_receipt_confirms_nothing_more() {
        let mut watch = watch(2);
        watch.note(3, receipt(5, 1));
        assert_eq!(watch.take_settled(), None);
    }

    #[test]
    fn a_block_that_is_none_any_more_does_not_count() {
        let mut watch = watch(3);
        watch.note(6, receipt(5, 1));
        assert_eq!(watch.note(7, None), Some(Step::Dropped { tx_hash: TX, block: 5 }));
        assert_eq!(watch.take_settled(), None);
        assert!(matches!(watch.given_up(9), SendError::NotMined { waited_ms: 9, .. }));
        // It comes back in another block, and is counted from that one on.
        assert_eq!(watch.note(8, receipt(8, 2)), Some(Step::Mined { tx_hash: TX, block: 8, missing: 2 }));
        assert_eq!(watch.take_settled(), None);
        assert_eq!(watch.note(9, receipt(9, 3)), Some(Step::Dropped { tx_hash: TX, block: 8 }));
        assert_eq!(watch.take_settled(), None);
        let SendError::Unconfirmed { block: 9, confirmations: 1, .. } = watch.given_up(9) else { panic!() };
        watch.note(11, receipt(9, 3));
        assert_eq!(watch.take_settled(), receipt(9, 3));
    }

    #[tokio::test(start_paused = true)]
    async fn patience_begins_anew_with_every_block_that_makes_it_deeper_and_with_no_other() {
        let mut watch = watch(3);
        tokio::time::advance(Duration::from_secs(9)).await;
        watch.note(4, None);
        assert_eq!(watch.silence(), Duration::from_secs(9));
        watch.note(5, receipt(5, 1));
        assert_eq!(watch.silence(), Duration::ZERO);
        tokio::time::advance(Duration::from_secs(9)).await;
        watch.note(5, receipt(5, 1));
        assert_eq!(watch.silence(), Duration::from_secs(9));
        watch.note(6, receipt(5, 1));
        assert_eq!(watch.silence(), Duration::ZERO);
    }
}
