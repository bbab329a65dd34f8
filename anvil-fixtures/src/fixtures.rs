//! Tokens and targets that only tests and local chains have.

use std::sync::LazyLock;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use quorate_contracts::{Artifact, deployer};
use quorate_core::{BatchCall, Operation};

use crate::{ACCOUNTS, deployments::Planned};

macro_rules! artifacts {
    ($($(#[$docs:meta])* $constant:ident = $name:literal;)*) => {
        $($(#[$docs])* pub static $constant: Artifact =
            Artifact::new($name, include_str!(concat!("../artifacts/", $name, ".json")));)*
    };
}

artifacts! {
    /// An ERC-20 as the standard has it; takes its name, symbol and decimals.
    TEST_TOKEN = "TestToken";
    /// An ERC-20 whose transfers return nothing.
    NO_RETURN_TOKEN = "NoReturnToken";
    /// An ERC-20 whose transfers return false where others revert.
    FALSE_TOKEN = "FalseToken";
    /// An ERC-20 that keeps one per cent of every transfer.
    FEE_TOKEN = "FeeToken";
    /// An ERC-721.
    TEST_NFT = "TestNft";
    /// An ERC-1155.
    TEST_MULTI_TOKEN = "TestMultiToken";
    /// Reverts in every way there is.
    REVERTER = "Reverter";
    /// Uses as much gas as it is told to.
    GAS_HOG = "GasHog";
    /// Writes to the storage of whoever delegate-calls it.
    DELEGATE_TARGET = "DelegateTarget";
    /// A transaction guard that refuses when it is told to.
    TEST_GUARD = "TestGuard";
    /// A module guard that refuses when it is told to.
    TEST_MODULE_GUARD = "TestModuleGuard";
    /// A module through which anybody runs anything.
    TEST_MODULE = "TestModule";
    /// A contract that signs in both dialects of ERC-1271 what its authority signed.
    ERC1271_OWNER = "Erc1271Owner";
}

/// Where the tokens and targets are: the same addresses on every chain.
///
/// Each of [`ACCOUNTS`] has a million units of every token (of [`Fixtures::false_token`] too), the NFT whose id is its
/// index, and a thousand of the multi token's ids 1 and 2. Anybody can mint more.
#[derive(Clone, Copy, Debug)]
pub struct Fixtures {
    /// [`TEST_TOKEN`] with 18 decimals, symbol `TEST`.
    pub token: Address,
    /// [`TEST_TOKEN`] with 6 decimals, symbol `TUSD`.
    pub dollar: Address,
    /// [`NO_RETURN_TOKEN`], 6 decimals.
    pub no_return_token: Address,
    /// [`FALSE_TOKEN`], 18 decimals.
    pub false_token: Address,
    /// [`FEE_TOKEN`], 18 decimals.
    pub fee_token: Address,
    /// [`TEST_NFT`].
    pub nft: Address,
    /// [`TEST_MULTI_TOKEN`].
    pub multi_token: Address,
    /// [`REVERTER`].
    pub reverter: Address,
    /// [`GAS_HOG`].
    pub gas_hog: Address,
    /// [`DELEGATE_TARGET`].
    pub delegate_target: Address,
    /// [`TEST_GUARD`].
    pub guard: Address,
    /// [`TEST_MODULE_GUARD`].
    pub module_guard: Address,
    /// [`TEST_MODULE`].
    pub module: Address,
    /// [`ERC1271_OWNER`] whose authority is the last of [`ACCOUNTS`].
    pub erc1271_owner: Address,
}

impl Fixtures {
    /// Returns the addresses.
    pub fn get() -> &'static Self {
        static FIXTURES: LazyLock<Fixtures> = LazyLock::new(|| {
            let [
                token,
                dollar,
                no_return_token,
                false_token,
                fee_token,
                nft,
                multi_token,
                reverter,
                gas_hog,
                delegate_target,
                guard,
                module_guard,
                module,
                erc1271_owner,
            ] = creations().map(|(_, code)| deployer::address_of(B256::ZERO, keccak256(code)));
            Fixtures {
                token,
                dollar,
                no_return_token,
                false_token,
                fee_token,
                nft,
                multi_token,
                reverter,
                gas_hog,
                delegate_target,
                guard,
                module_guard,
                module,
                erc1271_owner,
            }
        });
        &FIXTURES
    }
}

/// The creation code of every fixture with its arguments, in the order of [`Fixtures`].
fn creations() -> [(&'static str, Bytes); 14] {
    let plain = |artifact: &'static Artifact| (artifact.name(), artifact.creation_code().clone());
    let with = |artifact: &'static Artifact, arguments: Vec<u8>| {
        (artifact.name(), Bytes::from([artifact.creation_code().as_ref(), &arguments].concat()))
    };
    let [.., authority] = ACCOUNTS;
    [
        with(&TEST_TOKEN, ("Test Token", "TEST", U256::from(18)).abi_encode_params()),
        with(&TEST_TOKEN, ("Test Dollar", "TUSD", U256::from(6)).abi_encode_params()),
        plain(&NO_RETURN_TOKEN),
        plain(&FALSE_TOKEN),
        plain(&FEE_TOKEN),
        plain(&TEST_NFT),
        plain(&TEST_MULTI_TOKEN),
        plain(&REVERTER),
        plain(&GAS_HOG),
        plain(&DELEGATE_TARGET),
        plain(&TEST_GUARD),
        plain(&TEST_MODULE_GUARD),
        plain(&TEST_MODULE),
        with(&ERC1271_OWNER, authority.address.abi_encode()),
    ]
}

/// Plans every fixture.
pub(crate) fn plan() -> impl Iterator<Item = Planned> {
    creations().into_iter().map(|(name, creation_code)| Planned {
        name: name.to_owned(),
        deployer: deployer::ADDRESS,
        address: deployer::address_of(B256::ZERO, keccak256(&creation_code)),
        creation_code,
        // The address binds the creation code, and that is our own.
        code_hash: None,
    })
}

/// The calls that give every account its tokens.
pub(crate) fn mints() -> Vec<BatchCall> {
    let fixtures = Fixtures::get();
    let million = |decimals: u64| U256::from(1_000_000) * U256::from(10).pow(U256::from(decimals));
    let coins = [
        (fixtures.token, million(18)),
        (fixtures.dollar, million(6)),
        (fixtures.no_return_token, million(6)),
        (fixtures.false_token, million(18)),
        (fixtures.fee_token, million(18)),
    ];
    let mut calls = Vec::new();
    let mut call = |to: Address, data: Vec<u8>| {
        calls.push(BatchCall { operation: Operation::Call, to, value: U256::ZERO, data: data.into() });
    };
    for (index, account) in ACCOUNTS.iter().enumerate() {
        let to = account.address;
        for (token, amount) in coins {
            call(token, bindings::IMintable::mintCall { to, amountOrId: amount }.abi_encode());
        }
        call(fixtures.nft, bindings::IMintable::mintCall { to, amountOrId: U256::from(index) }.abi_encode());
        for id in [1, 2] {
            let mint = bindings::ITestMultiToken::mintCall { to, id: U256::from(id), amount: U256::from(1000) };
            call(fixtures.multi_token, mint.abi_encode());
        }
    }
    calls
}

/// What the fixtures can do beyond the standards in [`quorate_contracts::bindings`].
pub mod bindings {
    use alloy::sol;

    sol! {
        /// The ERC-20 tokens, which take an amount, and the NFT, which takes an id.
        #[derive(Debug)]
        interface IMintable {
            function mint(address to, uint256 amountOrId) external;
        }

        /// The multi token.
        #[derive(Debug)]
        interface ITestMultiToken {
            function mint(address to, uint256 id, uint256 amount) external;
        }

        /// The reverter.
        #[derive(Debug)]
        interface IReverter {
            error Custom(uint256 code, address who);

            function withBytes(bytes memory data) external payable;
            function withCustom(uint256 code) external payable;
            function withInvalid() external payable;
            function withNothing() external payable;
            function withPanic(uint256 zero) external payable returns (uint256);
            function withString(string memory reason) external payable;
        }

        /// The gas hog.
        #[derive(Debug)]
        interface IGasHog {
            function burn(uint256 gasToBurn) external payable;
            function calls() external view returns (uint256);
        }

        /// The target of delegate calls.
        #[derive(Debug)]
        interface IDelegateTarget {
            function context() external payable returns (address self, address sender, uint256 value);
            function read(bytes32 slot) external view returns (bytes32 value);
            function write(bytes32 slot, bytes32 value) external payable;
        }

        /// Both guards.
        #[derive(Debug)]
        interface IRefusingGuard {
            function refuse(bool before, bool afterwards) external;
        }

        /// The module.
        #[derive(Debug)]
        interface ITestModule {
            function exec(address safe, address to, uint256 value, bytes memory data, uint8 operation)
                external
                returns (bool);
            function execReturnData(address safe, address to, uint256 value, bytes memory data, uint8 operation)
                external
                returns (bool, bytes memory);
        }

        /// The contract that signs.
        #[derive(Debug)]
        interface IErc1271Owner {
            function authority() external view returns (address);
            function forward(address to, bytes memory data) external returns (bytes memory);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use alloy::sol_types::SolInterface;

    use super::*;

    #[test]
    fn every_fixture_has_its_own_address() {
        let addresses: HashSet<Address> = plan().map(|planned| planned.address).collect();
        assert_eq!(addresses.len(), 14);
    }

    /// The selectors that the compiler's ABI of `artifact` has.
    fn compiled(artifact: &Artifact) -> HashSet<[u8; 4]> {
        let json: serde_json::Value = serde_json::from_str(artifact.json()).unwrap();
        let kinds = ["function", "error"];
        let entries = json["abi"].as_array().unwrap().iter();
        entries
            .filter(|entry| kinds.contains(&entry["type"].as_str().unwrap()))
            .map(|entry| {
                let inputs = entry["inputs"].as_array().unwrap().iter();
                let types: Vec<&str> = inputs.map(|input| input["type"].as_str().unwrap()).collect();
                let signature = format!("{}({})", entry["name"].as_str().unwrap(), types.join(","));
                keccak256(signature)[..4].try_into().unwrap()
            })
            .collect()
    }

    fn assert_bound<I: SolInterface>(artifacts: &[&Artifact]) {
        for artifact in artifacts {
            let compiled = compiled(artifact);
            let bound = (0..I::COUNT).map(|index| I::selector_at(index).unwrap());
            assert!(I::COUNT > 0 && bound.into_iter().all(|selector| compiled.contains(&selector)), "{artifact:?}");
        }
    }

    #[test]
    fn the_bindings_are_those_of_the_compiled_contracts() {
        use bindings::{
            IDelegateTarget, IErc1271Owner, IGasHog, IMintable, IRefusingGuard, IReverter, ITestModule, ITestMultiToken,
        };
        assert_bound::<IMintable::IMintableCalls>(&[
            &TEST_TOKEN,
            &NO_RETURN_TOKEN,
            &FALSE_TOKEN,
            &FEE_TOKEN,
            &TEST_NFT,
        ]);
        assert_bound::<ITestMultiToken::ITestMultiTokenCalls>(&[&TEST_MULTI_TOKEN]);
        assert_bound::<IReverter::IReverterCalls>(&[&REVERTER]);
        assert_bound::<IReverter::IReverterErrors>(&[&REVERTER]);
        assert_bound::<IGasHog::IGasHogCalls>(&[&GAS_HOG]);
        assert_bound::<IDelegateTarget::IDelegateTargetCalls>(&[&DELEGATE_TARGET]);
        assert_bound::<IRefusingGuard::IRefusingGuardCalls>(&[&TEST_GUARD, &TEST_MODULE_GUARD]);
        assert_bound::<ITestModule::ITestModuleCalls>(&[&TEST_MODULE]);
        assert_bound::<IErc1271Owner::IErc1271OwnerCalls>(&[&ERC1271_OWNER]);
    }
}
