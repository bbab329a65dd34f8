//! A local anvil with Quorate's contracts, the official Safes and test tokens.
//!
//! ```no_run
//! # async fn sample() -> Result<(), anvil_fixtures::FixtureError> {
//! use anvil_fixtures::{Chain, Options};
//!
//! let chain = Chain::start(&Options::default()).await?;
//! assert!(chain.url().starts_with("http://127.0.0.1:"));
//! // anvil stops when `chain` is dropped, and also when this process is killed.
//! # Ok(())
//! # }
//! ```
//!
//! Everything has the same address on every chain: the contracts of [`quorate_contracts::Deployments`] are at their
//! real addresses, tokens and targets at those of [`Fixtures`].

mod account;
mod anvil;
mod chain;
mod deployments;
mod error;
mod fixtures;
mod npm;
mod rpc;
pub mod vectors;

pub use account::{ACCOUNTS, Account};
pub use anvil::Anvil;
pub use chain::{Chain, Contents, Options};
pub use deployments::creation_code;
pub use error::FixtureError;
pub use fixtures::{
    DELEGATE_TARGET, ERC1271_OWNER, FALSE_TOKEN, FEE_TOKEN, Fixtures, GAS_HOG, NO_RETURN_TOKEN, REVERTER, TEST_GUARD,
    TEST_MODULE, TEST_MODULE_GUARD, TEST_MULTI_TOKEN, TEST_NFT, TEST_TOKEN, bindings,
};
