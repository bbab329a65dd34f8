//! A chain with contracts.

use alloy::primitives::{Address, B256, Bytes, U64, U256, address, keccak256};
use quorate_contracts::{Deployments, Family, deployer, deployment::SAFE_SINGLETON_FACTORY};
use quorate_core::encode_multi_send;
use serde_json::{Value, json};

use crate::{
    Anvil, FixtureError,
    deployments::{self, Planned},
    fixtures, npm,
    rpc::{Call, Rpc},
};

/// Who deploys: an address without a key, so that the accounts that people use start with nonce zero.
const OPERATOR: Address = address!("ff00000000000000000000000000000000f17e55");

/// Enough for the largest contract, whose code costs 200 gas a byte.
const DEPLOY_GAS: u64 = 8_000_000;

/// Enough for all mints.
const MINT_GAS: u64 = 15_000_000;

/// Gas limit of the one block that holds all deployments.
const SETUP_BLOCK_GAS: u64 = 2_000_000_000;

/// What a chain should hold besides the deterministic deployer.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Contents {
    /// Nothing.
    Nothing,
    /// Quorate's contracts, tokens and targets.
    Quorate,
    /// That, and the official Safes from npm: 1.3.0, 1.4.1 and 1.5.0 at their canonical addresses, and 1.3.0 at its
    /// eip155 addresses too.
    #[default]
    Everything,
}

/// How a chain is started.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Options {
    /// The chain's id.
    pub chain_id: u64,
    /// The port on the loopback interface; 0 is any free port.
    pub port: u16,
    /// What is deployed.
    pub contents: Contents,
}

impl Default for Options {
    /// Anvil's own chain id, any port, everything.
    fn default() -> Self {
        Self { chain_id: 31_337, port: 0, contents: Contents::default() }
    }
}

/// A local chain; dropping it stops it.
#[derive(Debug)]
pub struct Chain {
    anvil: Anvil,
    options: Options,
}

impl Chain {
    /// Starts anvil and deploys what `options` ask for.
    ///
    /// Everything is deployed in one block by real creation transactions, and every code hash is compared with
    /// [`Deployments`]. The accounts of [`crate::ACCOUNTS`] have sent nothing.
    ///
    /// # Errors
    ///
    /// If anvil or a package is missing, or if a contract is not what it should be. Nothing is left running then.
    pub async fn start(options: &Options) -> Result<Self, FixtureError> {
        let options = *options;
        // Read first: without its packages there is no need to start anything.
        let planned = plan(options.contents)?;
        let starting = tokio::task::spawn_blocking(move || Anvil::start(options.chain_id, options.port));
        let anvil = starting.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?;
        if !planned.is_empty() {
            deploy(&Rpc::new(anvil.url())?, &planned, options.contents).await?;
        }
        Ok(Self { anvil, options })
    }

    /// Returns the endpoint, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        self.anvil.url()
    }

    /// Returns whether anvil has not ended.
    pub fn is_running(&self) -> bool {
        self.anvil.is_running()
    }

    /// Returns the chain's id.
    pub const fn chain_id(&self) -> u64 {
        self.options.chain_id
    }

    /// Returns what was deployed.
    pub const fn contents(&self) -> Contents {
        self.options.contents
    }
}

fn plan(contents: Contents) -> Result<Vec<Planned>, FixtureError> {
    let mut planned = Vec::new();
    if contents >= Contents::Quorate {
        planned.extend(deployments::quorate());
        planned.extend(fixtures::plan());
    }
    if contents >= Contents::Everything {
        planned.extend(deployments::official()?);
        planned.extend(deployments::ways_back());
    }
    Ok(planned)
}

/// Deploys in five requests: prepare, send, mine, restore, compare.
async fn deploy(rpc: &Rpc, planned: &[Planned], contents: Contents) -> Result<(), FixtureError> {
    let quantity = |number: u64| json!(U64::from(number));
    let mut prepare: Vec<Call> = vec![
        ("eth_getCode", json!([deployer::ADDRESS, "latest"])),
        ("eth_getBlockByNumber", json!(["latest", false])),
        ("anvil_impersonateAccount", json!([OPERATOR])),
        ("anvil_setBalance", json!([OPERATOR, U256::from(u128::MAX)])),
        ("evm_setAutomine", json!([false])),
        ("evm_setBlockGasLimit", json!([quantity(SETUP_BLOCK_GAS)])),
        ("anvil_setLoggingEnabled", json!([false])),
    ];
    if contents >= Contents::Everything {
        let code = npm::singleton_factory_code()?;
        check("SafeSingletonFactory", SAFE_SINGLETON_FACTORY, &code, deployer::CODE_HASH)?;
        prepare.push(("anvil_setCode", json!([SAFE_SINGLETON_FACTORY, code])));
    }
    let answers = rpc.batch(&prepare).await?;
    if code_of(&answers[0]).is_none_or(|code| keccak256(code) != deployer::CODE_HASH) {
        return Err(FixtureError::NoDeployer { address: deployer::ADDRESS });
    }
    let (gas_limit, base_fee) = (answers[1]["gasLimit"].clone(), answers[1]["baseFeePerGas"].clone());

    let multi_send = Deployments::of(Family::Quorate).multi_send_call_only().address;
    let deployments = planned
        .iter()
        .map(|planned| (planned.deployer, deployer::call(B256::ZERO, &planned.creation_code), DEPLOY_GAS));
    let mint = (multi_send, encode_multi_send(&fixtures::mints()), MINT_GAS);
    let send: Vec<Call> = deployments
        .chain([mint])
        .zip(0..)
        .map(|((to, data, gas), nonce)| {
            let transaction =
                json!({ "from": OPERATOR, "to": to, "data": data, "gas": quantity(gas), "nonce": quantity(nonce) });
            ("eth_sendTransaction", json!([transaction]))
        })
        .collect();
    let sent = rpc.batch(&send).await?;
    rpc.batch(&[("anvil_mine", json!(["0x1"]))]).await?;

    rpc.batch(&[
        ("evm_setBlockGasLimit", json!([gas_limit])),
        ("anvil_setNextBlockBaseFeePerGas", json!([base_fee])),
        ("evm_setAutomine", json!([true])),
        ("anvil_setBalance", json!([OPERATOR, "0x0"])),
        ("anvil_stopImpersonatingAccount", json!([OPERATOR])),
    ])
    .await?;

    let mut compare: Vec<Call> =
        planned.iter().map(|planned| ("eth_getCode", json!([planned.address, "latest"]))).collect();
    compare.push(("eth_getTransactionReceipt", json!([sent.last()])));
    let found = rpc.batch(&compare).await?;
    for (planned, found) in planned.iter().zip(&found) {
        let code = code_of(found).unwrap_or_default();
        let expected = planned.code_hash.unwrap_or_else(|| keccak256(&code));
        check(&planned.name, planned.address, &code, expected)?;
    }
    if found.last().is_none_or(|receipt| receipt["status"] != "0x1") {
        return Err(FixtureError::CodeHash { name: "minted tokens".to_owned(), address: multi_send });
    }
    Ok(())
}

fn code_of(answer: &Value) -> Option<Bytes> {
    answer.as_str()?.parse().ok()
}

/// Compares code with a hash; no code is never right.
fn check(name: &str, address: Address, code: &Bytes, expected: B256) -> Result<(), FixtureError> {
    if code.is_empty() || keccak256(code) != expected {
        return Err(FixtureError::CodeHash { name: name.to_owned(), address });
    }
    Ok(())
}
