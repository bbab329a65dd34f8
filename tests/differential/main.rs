//! The same inputs through Quorate's bytecode and the official one, on a real chain: the same outcome.
//!
//! Two local chains hold the same accounts at the same addresses. On the one the code at the addresses of Safe 1.5.0 is
//! the official code, on the other it is Quorate's: accounts, factory, handlers and libraries. Every random case is traced
//! on both, and everything that the two traces say is compared: success, return or revert data, every call with its input
//! and output, every event, and every change of storage, balance, nonce and code of any account.
//!
//! Histories go further: on two more chains accounts live from setup on in blocks that are mined, with owners, modules and
//! guards that come and go, messages, batches in batches, refunds, and contracts that call back. Receipts and traces are
//! compared after every transaction, and the state of the whole chain after every history. A history that goes two ways is
//! cut down to the steps that are needed for it.
//!
//! Gas is what may differ, and so the amount of a refund. Of single cases it is only checked that it is the price of some
//! gas. Of histories, that it is the price of what the inner call used, that ours is not more, and that whoever paid has
//! less by just that. `payments.rs` checks amounts to the wei.
//!
//! What is left out, and why:
//!
//! - A token that keeps a share of what it moves is not used for refunds: what it keeps cannot be told from the payment.
//! - A `safeTxGas` that is enough for the one code and may not be for the other. It is either far more than is needed, or
//!   more than there is.
//! - Calls among the contracts that are compared, such as what the fallback handler asks its account; calls without value
//!   to addresses without code; and calls that were undone. Nobody can tell.
//!
//! Where the two are known to differ, `known_differences.rs` says how, and `contracts/DIFFERENCES.md` says why.
//!
//! `QUORATE_SEED` repeats a run, `QUORATE_CASE` limits it to one case, `QUORATE_ROUNDS` makes it longer. Of histories,
//! `QUORATE_HISTORIES` says how many, `QUORATE_STEPS` how long, and `QUORATE_ONLY_STEPS` which steps of them.

mod account;
mod calls;
mod cast;
mod checks;
mod comparison;
mod creations;
mod deeds;
mod executions;
mod generate;
mod handlers;
mod hashes;
mod histories;
mod known_differences;
mod libraries;
mod magic;
mod management;
mod mined;
mod outcome;
mod payments;
mod program;
mod questions;
mod random;
mod reentry;
mod refund;
mod signatures;
mod world;
