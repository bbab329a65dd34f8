//! Where Safe's packages on npm keep the artifacts of the known contracts.
//!
//! Quorate carries no bytecode of Safe's. Tests and local chains that need it read it from the installed packages, and
//! compare what they deploy with the code hashes of [`super::Deployments`].

use super::Kind;
use crate::family::{Family, Flavor};

/// Returns the directory of a family's artifacts below `node_modules`; `None` for Quorate, which is not on npm.
pub const fn artifacts(family: Family) -> Option<&'static str> {
    match family {
        Family::Quorate => None,
        Family::V1_5_0 => Some("@safe-global/safe-smart-account/build/artifacts/contracts"),
        Family::V1_4_1 => Some("@safe-global/safe-contracts/build/artifacts/contracts"),
        Family::V1_3_0 => Some("@gnosis.pm/safe-contracts/build/artifacts/contracts"),
    }
}

/// Returns the file of one contract's artifact below `node_modules`.
///
/// `None` if the package does not have the contract, or not as it was deployed: 1.3.0's `SignMessageLib` is published
/// in another version than the deployed one.
pub fn artifact(family: Family, kind: Kind) -> Option<String> {
    let old = family == Family::V1_3_0;
    let path = match kind {
        Kind::Proxy if old => "proxies/GnosisSafeProxy.sol/GnosisSafeProxy",
        Kind::Proxy => "proxies/SafeProxy.sol/SafeProxy",
        Kind::Singleton(Flavor::L1) if old => "GnosisSafe.sol/GnosisSafe",
        Kind::Singleton(Flavor::L1) => "Safe.sol/Safe",
        Kind::Singleton(Flavor::L2) if old => "GnosisSafeL2.sol/GnosisSafeL2",
        Kind::Singleton(Flavor::L2) => "SafeL2.sol/SafeL2",
        Kind::ProxyFactory if old => "proxies/GnosisSafeProxyFactory.sol/GnosisSafeProxyFactory",
        Kind::ProxyFactory => "proxies/SafeProxyFactory.sol/SafeProxyFactory",
        Kind::MultiSend => "libraries/MultiSend.sol/MultiSend",
        Kind::MultiSendCallOnly => "libraries/MultiSendCallOnly.sol/MultiSendCallOnly",
        Kind::FallbackHandler => "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler",
        Kind::ExtensibleFallbackHandler => "handler/ExtensibleFallbackHandler.sol/ExtensibleFallbackHandler",
        Kind::TokenCallbackHandler if family == Family::V1_5_0 => {
            "handler/TokenCallbackHandler.sol/TokenCallbackHandler"
        }
        Kind::CreateCall => "libraries/CreateCall.sol/CreateCall",
        Kind::SignMessageLib if old => return None,
        Kind::SignMessageLib => "libraries/SignMessageLib.sol/SignMessageLib",
        Kind::SimulateTxAccessor => "accessors/SimulateTxAccessor.sol/SimulateTxAccessor",
        Kind::TokenCallbackHandler | Kind::WayBack(_) => return None,
        Kind::Migration | Kind::ToL2Setup | Kind::ToL2Migration if old => return None,
        Kind::Migration => "libraries/SafeMigration.sol/SafeMigration",
        Kind::ToL2Setup => "libraries/SafeToL2Setup.sol/SafeToL2Setup",
        Kind::ToL2Migration if family == Family::V1_5_0 => return None,
        Kind::ToL2Migration => "libraries/SafeToL2Migration.sol/SafeToL2Migration",
    };
    artifacts(family).map(|directory| format!("{directory}/{path}.json"))
}
