//! What Quorate knows about contracts: their interfaces, their bytecode and where they are deployed.
//!
//! | module | holds |
//! |---|---|
//! | [`family`] | the four contract families that Quorate works with, and the two flavours of the account |
//! | [`bindings`] | the interfaces, for encoding calls and decoding answers and events |
//! | [`artifact`] | the frozen bytecode of Quorate's own contracts |
//! | [`deployment`] | addresses and code hashes of every known contract |
//! | [`migration`] | what moves an account from one set of contracts to another |
//! | [`table`] | what is deployed where, as it is committed |
//! | [`standard_json`] | what the compiler was given, for explorers |
//! | [`deployer`] | the deterministic deployer that gives a contract one address on every chain |
//! | [`calls`] | calldata and blobs that are built in more than one place |
//!
//! Nothing here reads the network or the disk, except the feature `compile`, which runs the Solidity compiler.

pub mod artifact;
pub mod bindings;
pub mod calls;
#[cfg(feature = "compile")]
pub mod compile;
pub mod deployer;
pub mod deployment;
pub mod family;
pub mod migration;
pub mod standard_json;
pub mod table;

pub use artifact::Artifact;
pub use deployment::{Deployment, Deployments, Kind, Known, Set};
pub use family::{Family, Flavor};
pub use migration::{HandlerMove, Migration};
pub use standard_json::StandardJson;
pub use table::Table;
