//! The contracts' interfaces as Rust types.
//!
//! [`IMultisig`] is the account as Quorate and Safe 1.5.0 have it; the functions that it shares with older versions
//! are the same in all of them. What only older versions have, or emit differently, is in [`v1_3_0`] and in
//! [`ILegacyMultisig`]; the contract that reads a whole account is in [`reader`]. Overloaded functions are numbered in the order in which the interface declares them.

mod erc1271;
mod factory;
mod guard;
mod handler;
mod library;
#[expect(clippy::too_many_arguments, reason = "`SafeMultiSigTransaction` carries a whole transaction")]
mod multisig;
pub mod reader;
mod token;
pub mod v1_3_0;

pub use erc1271::{IERC1271, ILegacyERC1271};
pub use factory::{ILegacyProxyFactory, IMultisigProxyFactory};
pub use guard::{IModuleGuard, ITransactionGuard};
pub use handler::{
    IExtensibleFallbackHandler, IFallbackHandler, IFallbackMethod, ILegacyFallbackHandler, ISafeSignatureVerifier,
    ITokenCallbackHandler,
};
pub use library::{ICreateCall, IMigration, IMultiSend, ISignMessageLib, ISimulateTxAccessor, IToL2Setup};
pub use multisig::{ILegacyMultisig, IMultisig, IMultisigL2};
pub use token::{IERC20, IERC165, IERC721, IERC1155};
