//! Reads, answers, deploys and executes over JSON-RPC: everything of Quorate that needs a node.
//!
//! Nothing that a node says is taken for granted: chain ids are compared, sizes are bounded, code is recognised by its
//! hash, and what is sent is signed here, for one chain, once.
//!
//! # The way of a transaction, on chain
//!
//! 1. [`read_state`] reads a Safe at one block, in one HTTP request.
//! 2. [`confirm`] asks the chain, at the same block, what `quorate-core` cannot know: contract owners and approvals.
//! 3. [`execute`] sends a [`quorate_core::Quorate`] and waits for its [`Outcome`]; [`prepare_execution`] stops before
//!    sending, to ask somebody who knows then what it may cost.
//!
//! Before all that, [`deploy_contracts`] puts Quorate's contracts on a chain, and [`create_safe`] makes a Safe that was
//! described with a [`SafeSpec`].
//!
//! | module | holds |
//! |---|---|
//! | `rpc` | one endpoint: batches, limits, retries, its secret URL and headers |
//! | `state`, `confirm` | what is read |
//! | `sender`, `send_error`, `fees`, `receipt`, `watch` | what is signed, sent and waited for |
//! | `contract_set`, `safe_spec`, `create` | how contracts and Safes come to be |
//! | `inventory`, `migration` | whether they are what they should be, and how a Safe moves to others |
//! | `execute`, `ladder`, `outcome`, `reason`, `revert` | what becomes of a transaction |

mod block;
mod confirm;
mod contract_set;
mod create;
mod execute;
mod fees;
mod inventory;
mod ladder;
mod migration;
mod outcome;
mod reason;
mod receipt;
mod revert;
mod rpc;
mod safe_spec;
mod send_error;
mod sender;
mod state;
mod watch;

pub use confirm::{Standing, confirm};
pub use contract_set::{
    ContractStatus, DeployError, Deployed, Deploying, deploy_contracts, submit_contracts, verify_contracts,
    verify_family,
};
pub use create::{
    CreateError, Created, Submission, Submitted, create_safe, find_set, proxy_creation_code, submit_safe,
};
pub use execute::{ExecuteError, Prepared, estimate, execute, prepare_execution};
pub use fees::{FeeError, FeeOptions};
pub use inventory::{Entry, Inventory, take_inventory};
pub use migration::{MigrationError, Move, check_migration, check_migrations};
pub use outcome::{ExecutionResult, Outcome};
pub use receipt::{Log, Receipt, Status};
pub use revert::{Revert, panic_meaning};
pub use rpc::{
    Access, Certificates, HeaderError, Headers, JwtSecret, JwtSecretError, NodeError, Proxy, Rpc, RpcError, RpcOptions,
    UrlError, Usage,
};
pub use safe_spec::{Copies, Handler, MAX_OWNERS, Plan, SafeSpec, SingletonCopy, SpecError};
pub use send_error::SendError;
pub use sender::{Payload, Sender, Step};
pub use state::{List, ReadError, Reading, read, read_at, read_here, read_state, read_state_at};
