//! What a transaction may cost.

use alloy::primitives::U256;

/// Highest base fee that a node is believed without being asked for: 10,000 gwei.
///
/// It bounds what may be paid; what is paid is the block's own base fee, about which a node cannot lie.
const MAX_SUGGESTED_BASE_WEI: u128 = 10_000 * GWEI;

/// Highest price of a legacy transaction that is taken from a node without being asked for: 500 gwei.
///
/// All of it is paid, so a node that lies about it, or hides the base fee, can make its user pay it.
const MAX_SUGGESTED_PRICE_WEI: u128 = 500 * GWEI;

/// Highest priority fee that is taken from a node without being asked for: 100 gwei.
///
/// All of it is paid, as above.
const MAX_SUGGESTED_PRIORITY_WEI: u128 = 100 * GWEI;

/// Most gas that an estimate may say, whatever the block's limit.
const MAX_ESTIMATE: u64 = 1_000_000_000;

const GWEI: u128 = 1_000_000_000;

/// What the sender wants to pay; what is not said is chosen by what the node suggests.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FeeOptions {
    /// Wei for a unit of gas, at most; for a legacy transaction, exactly.
    pub max_fee: Option<u128>,
    /// Wei for a unit of gas that go to the block's producer. Without meaning for a legacy transaction.
    pub priority: Option<u128>,
    /// Most gas that the transaction may use.
    pub gas_limit: Option<u64>,
    /// Whether to send a legacy transaction. Chains without EIP-1559 get one in any case.
    pub legacy: bool,
    /// Nonce of the sending account, to replace a transaction or to queue one.
    pub nonce: Option<u64>,
}

/// Fees that cannot be meant.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FeeError {
    /// The node suggests more than anything sensible. Whoever means it says it.
    #[error("the node suggests a {what} of {found} wei, and at most {limit} wei are paid without being asked for")]
    Absurd {
        /// Which fee: `gas price`, `base fee` or `priority fee`.
        what: &'static str,
        /// What the node says.
        found: U256,
        /// What is taken from a node.
        limit: u128,
    },
    /// The node says that the transaction needs more gas than a block has.
    #[error("the node estimates {found} gas, and a block has {limit}")]
    AbsurdGas {
        /// What the node says.
        found: U256,
        /// Most gas of a block, as far as it is known or believed.
        limit: u64,
    },
    /// The priority fee is a part of the whole fee.
    #[error("the priority fee of {priority} wei is above the maximum fee of {max_fee} wei")]
    PriorityAboveMax {
        /// The priority fee that was asked for.
        priority: u128,
        /// The maximum fee that was asked for.
        max_fee: u128,
    },
    /// The transaction would wait for cheaper times.
    #[error(
        "the maximum fee of {max_fee} wei is below the base fee of {base_fee} wei: the transaction would not be mined"
    )]
    BelowBase {
        /// The maximum fee that was asked for.
        max_fee: u128,
        /// The base fee of the newest block.
        base_fee: u128,
    },
}

/// The fees of one transaction.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Fees {
    /// Before EIP-1559.
    Legacy {
        /// Wei for a unit of gas.
        gas_price: u128,
    },
    /// EIP-1559.
    Dynamic {
        /// Wei for a unit of gas, at most.
        max_fee: u128,
        /// Wei of these for the block's producer.
        priority: u128,
    },
}

impl Fees {
    /// Returns the highest price of a unit of gas.
    pub(crate) const fn max_price(self) -> u128 {
        match self {
            Self::Legacy { gas_price } => gas_price,
            Self::Dynamic { max_fee, .. } => max_fee,
        }
    }
}

/// What a node says about fees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Suggestion {
    /// Base fee of the newest block; absent before EIP-1559.
    pub(crate) base_fee: Option<U256>,
    /// `eth_maxPriorityFeePerGas`, where the node has it.
    pub(crate) priority: Option<U256>,
    /// `eth_gasPrice`.
    pub(crate) gas_price: U256,
}

impl FeeOptions {
    /// Chooses the fees.
    pub(crate) fn choose(&self, node: Suggestion) -> Result<Fees, FeeError> {
        let base_fee = match node.base_fee {
            Some(base_fee) if !self.legacy => base_fee,
            _ => {
                let gas_price =
                    self.max_fee.map_or_else(|| within("gas price", node.gas_price, MAX_SUGGESTED_PRICE_WEI), Ok)?;
                return Ok(Fees::Legacy { gas_price });
            }
        };
        let priority = self.priority.map_or_else(
            || {
                let found = node.priority.unwrap_or_else(|| node.gas_price.saturating_sub(base_fee));
                within("priority fee", found, MAX_SUGGESTED_PRIORITY_WEI)
            },
            Ok,
        )?;
        let Some(max_fee) = self.max_fee else {
            // Twice the base fee: it can rise by an eighth a block, so this lasts for five full blocks.
            let max_fee = within("base fee", base_fee, MAX_SUGGESTED_BASE_WEI)? * 2 + priority;
            return Ok(Fees::Dynamic { max_fee, priority });
        };
        let base_fee = u128::try_from(base_fee).unwrap_or(u128::MAX);
        match self.priority {
            Some(priority) if priority > max_fee => Err(FeeError::PriorityAboveMax { priority, max_fee }),
            _ if max_fee < base_fee => Err(FeeError::BelowBase { max_fee, base_fee }),
            _ => Ok(Fees::Dynamic { max_fee, priority: priority.min(max_fee) }),
        }
    }
}

/// Takes an estimate, if it can be one.
pub(crate) fn gas_estimate(found: U256) -> Result<u64, FeeError> {
    gas_within(found, MAX_ESTIMATE)
}

/// Takes an amount of gas, if a block has it.
pub(crate) fn gas_within(found: U256, limit: u64) -> Result<u64, FeeError> {
    u64::try_from(found).ok().filter(|gas| *gas <= limit).ok_or(FeeError::AbsurdGas { found, limit })
}

/// Returns the most gas of a block, believed or not; a node may leave it out.
pub(crate) fn block_gas(found: Option<U256>) -> u64 {
    found.map_or(MAX_ESTIMATE, |limit| limit.saturating_to::<u64>().min(MAX_ESTIMATE))
}

/// Adds a quarter: state may change between the estimate and the block.
pub(crate) const fn with_margin(estimate: u64) -> u64 {
    estimate.saturating_add(estimate / 4)
}

fn within(what: &'static str, found: U256, limit: u128) -> Result<u128, FeeError> {
    u128::try_from(found).ok().filter(|fee| *fee <= limit).ok_or(FeeError::Absurd { what, found, limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(base_fee: u128, priority: u128) -> Suggestion {
        let [base, priority] = [base_fee, priority].map(U256::from);
        Suggestion { base_fee: Some(base), priority: Some(priority), gas_price: base + priority }
    }

    #[test]
    fn without_wishes_the_node_is_followed() {
        let fees = FeeOptions::default().choose(node(30 * GWEI, GWEI));
        assert_eq!(fees, Ok(Fees::Dynamic { max_fee: 61 * GWEI, priority: GWEI }));
        let without = Suggestion { priority: None, ..node(30 * GWEI, 2 * GWEI) };
        let fees = FeeOptions::default().choose(without);
        assert_eq!(fees, Ok(Fees::Dynamic { max_fee: 62 * GWEI, priority: 2 * GWEI }));
    }

    #[test]
    fn a_chain_without_a_base_fee_gets_a_legacy_transaction() {
        let old = Suggestion { base_fee: None, ..node(30 * GWEI, GWEI) };
        assert_eq!(FeeOptions::default().choose(old), Ok(Fees::Legacy { gas_price: 31 * GWEI }));
        let legacy = FeeOptions { legacy: true, max_fee: Some(5), ..FeeOptions::default() };
        assert_eq!(legacy.choose(node(30 * GWEI, GWEI)), Ok(Fees::Legacy { gas_price: 5 }));
    }

    #[test]
    fn an_absurd_fee_is_paid_only_when_asked_for() {
        let absurd = 1_000_000 * GWEI;
        for node in [node(absurd, 1), node(1, absurd), Suggestion { base_fee: None, ..node(absurd, 0) }] {
            assert!(matches!(FeeOptions::default().choose(node), Err(FeeError::Absurd { .. })), "{node:?}");
        }
        let wish = FeeOptions { max_fee: Some(2 * absurd), priority: Some(absurd), ..FeeOptions::default() };
        assert_eq!(wish.choose(node(absurd, 1)), Ok(Fees::Dynamic { max_fee: 2 * absurd, priority: absurd }));
        let endless = Suggestion { gas_price: U256::MAX, base_fee: Some(U256::MAX), priority: None };
        assert!(FeeOptions::default().choose(endless).is_err());
    }

    #[test]
    fn wishes_that_contradict_one_another_are_refused() {
        let wish = FeeOptions { max_fee: Some(5), priority: Some(6), ..FeeOptions::default() };
        assert_eq!(wish.choose(node(1, 1)), Err(FeeError::PriorityAboveMax { priority: 6, max_fee: 5 }));
        let wish = FeeOptions { max_fee: Some(5), ..FeeOptions::default() };
        assert_eq!(wish.choose(node(6, 1)), Err(FeeError::BelowBase { max_fee: 5, base_fee: 6 }));
        assert_eq!(wish.choose(node(2, 9)), Ok(Fees::Dynamic { max_fee: 5, priority: 5 }));
    }

    #[test]
    fn what_is_paid_in_full_is_capped_low() {
        let least = FeeError::Absurd { what: "priority fee", found: U256::from(101 * GWEI), limit: 100 * GWEI };
        assert_eq!(FeeOptions::default().choose(node(GWEI, 101 * GWEI)), Err(least));
        assert!(FeeOptions::default().choose(node(9_000 * GWEI, 100 * GWEI)).is_ok());
        // A node that hides the base fee does not get past the cap by that.
        let hidden = Suggestion { base_fee: None, ..node(0, 501 * GWEI) };
        assert!(FeeOptions::default().choose(hidden).is_err());
    }

    #[test]
    fn an_estimate_is_bounded_by_the_block() {
        let limit = block_gas(Some(U256::from(30_000_000)));
        assert_eq!(gas_within(U256::from(30_000_000), limit), Ok(30_000_000));
        let found = U256::from(30_000_001);
        assert_eq!(gas_within(found, limit), Err(FeeError::AbsurdGas { found, limit }));
        assert_eq!([block_gas(None), block_gas(Some(U256::MAX))], [MAX_ESTIMATE; 2]);
    }

    #[test]
    fn an_absurd_estimate_is_refused() {
        assert_eq!(gas_estimate(U256::from(21_000)), Ok(21_000));
        assert!(gas_estimate(U256::from(u64::MAX)).is_err());
        assert!(gas_estimate(U256::MAX).is_err());
    }
}
