//! Whole transactions through the library and on a real chain: from an empty address to an outcome.
//!
//! Each flow makes its own Safes with its own keys, so all of them share one anvil and run side by side. What a file
//! proves is in the names of its tests; how a flow goes is in `safe.rs`.
#![allow(clippy::unwrap_used)]

mod event;
mod matrix;
mod owner;
mod safe;
mod world;

mod approvals;
mod assets;
mod batches;
mod cancellation;
mod failures;
mod management;
mod migration;
mod nested;
mod race;
mod refunds;
mod refusals;
mod requests;
mod shapes;
mod signatures;
