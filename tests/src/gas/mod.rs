//! How much gas everything takes, beside the official contracts in the same run.
//!
//! | module | holds |
//! |---|---|
//! | [`row`] | what is measured: one transaction, prepared in the same way for every family |
//! | [`contracts`] | whose code is deployed, and where |
//! | [`breakdown`] | where the gas of one row goes |
//! | [`lines`] | the same by line of the sources |
//! | [`report`] | a whole run |
//! | [`table`] | its figures, the snapshot, and what is wrong |
//! | [`page`] | the tables of `docs/gas.md` |
//!
//! Every figure is what a receipt says of a real transaction, and nothing is added or taken away afterwards. So that a
//! lower figure comes from the contract alone, addresses and signatures in the calldata have no zero byte, which would
//! cost 4 gas instead of 16; the keys are fixed and signatures follow RFC 6979, so a figure is the same in every run.

pub mod breakdown;
pub mod contracts;
pub mod lines;
mod node;
pub mod page;
pub mod report;
pub mod row;
mod safe;
pub mod table;
mod world;

use std::path::PathBuf;

pub use self::{contracts::Source, node::Transaction, report::Report, row::Row, table::Table, world::World};

/// The snapshot, from the root of the repository.
pub const SNAPSHOT: &str = "contracts/snapshots/gas.json";

/// The page, from the root of the repository.
pub const PAGE: &str = "docs/gas.md";

/// Returns where a file of the repository is.
pub fn repository(path: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", path].iter().collect()
}
