//! The same inputs through Quorate's bytecode and the official one, on a real chain: the same outcome.
//!
//! Two local chains hold the same accounts at the same addresses. On the one the code at the addresses of Safe 1.5.0 is
//! the official code, on the other it is Quorate's. Every random case is traced on both, and everything that the two
//! traces say is compared: success, return or revert data, every call with its input and output, every event, and every
//! change of storage, balance and code of any account. Gas is what may differ.
//!
//! What is left out, and why:
//!
//! - Gas, and so the amount of a refund. It is only checked that it is the price of some gas; then it is taken out of what
//!   is compared. A token that keeps a share of what it moves is not used for refunds.
//! - A `safeTxGas` that is enough for the one code and may not be for the other. It is either far more than is needed, or
//!   more than there is.
//! - Calls among the contracts that are compared, such as what the fallback handler asks its account; calls without value
//!   to addresses without code; and calls that were undone. Nobody can tell.
//!
//! Where the two are known to differ, `known_differences.rs` says how, and `contracts/DIFFERENCES.md` says why.
//!
//! `QUORATE_SEED` repeats a run, `QUORATE_CASE` limits it to one case, `QUORATE_ROUNDS` makes it longer.

mod account;
mod calls;
mod cast;
mod checks;
mod comparison;
mod creations;
mod executions;
mod generate;
mod hashes;
mod histories;
mod known_differences;
mod outcome;
mod random;
mod signatures;
mod world;
