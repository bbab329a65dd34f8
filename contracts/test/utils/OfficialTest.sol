// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BaseTest} from "./BaseTest.sol";

/// @dev Safe's contracts of one version, at their canonical addresses.
struct Official {
    address singleton;
    address singletonL2;
    address handler;
    address signMessageLib;
    /// Creation code of the proxy, without the argument.
    bytes proxy;
}

/// @title OfficialTest
/// @notice Deploys Safe's own contracts, from the bytecode in Safe's packages on npm: nothing of it is kept here.
abstract contract OfficialTest is BaseTest {
    string internal constant PACKAGES = "../scripts/node_modules/";
    string internal constant V1_3_0 = "@gnosis.pm/safe-contracts/build/artifacts/contracts/";
    string internal constant V1_4_1 = "@safe-global/safe-contracts/build/artifacts/contracts/";
    string internal constant V1_5_0 = "@safe-global/safe-smart-account/build/artifacts/contracts/";

    /// @dev Who deployed 1.3.0, and who deployed what came later. Both run the same code: CREATE2 with the first word as salt.
    address internal constant DETERMINISTIC_DEPLOYER = 0x4e59b44847b379578588920cA78FbF26c0B4956C;
    address internal constant SINGLETON_FACTORY = 0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7;
    bytes internal constant DEPLOYER_CODE =
        hex"7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";

    function _official1_3_0() internal returns (Official memory set) {
        set.singleton = _deployAt(
            DETERMINISTIC_DEPLOYER,
            _code(V1_3_0, "GnosisSafe.sol/GnosisSafe"),
            0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552
        );
        set.singletonL2 = _deployAt(
            DETERMINISTIC_DEPLOYER,
            _code(V1_3_0, "GnosisSafeL2.sol/GnosisSafeL2"),
            0x3E5c63644E683549055b9Be8653de26E0B4CD36E
        );
        set.handler = _deployAt(
            DETERMINISTIC_DEPLOYER,
            _code(V1_3_0, "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"),
            0xf48f2B2d2a534e402487b3ee7C18c33Aec0Fe5e4
        );
        // The package has another build of this one than was deployed; the same source.
        set.signMessageLib = _deploy(_code(V1_3_0, "examples/libraries/SignMessage.sol/SignMessageLib"));
        set.proxy = _code(V1_3_0, "proxies/GnosisSafeProxy.sol/GnosisSafeProxy");
    }

    function _official1_4_1() internal returns (Official memory set) {
        set.singleton =
            _deployAt(SINGLETON_FACTORY, _code(V1_4_1, "Safe.sol/Safe"), 0x41675C099F32341bf84BFc5382aF534df5C7461a);
        set.singletonL2 = _deployAt(
            SINGLETON_FACTORY, _code(V1_4_1, "SafeL2.sol/SafeL2"), 0x29fcB43b46531BcA003ddC8FCB67FFE91900C762
        );
        set.handler = _deployAt(
            SINGLETON_FACTORY,
            _code(V1_4_1, "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"),
            0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99
        );
        set.signMessageLib = _deployAt(
            SINGLETON_FACTORY,
            _code(V1_4_1, "libraries/SignMessageLib.sol/SignMessageLib"),
            0xd53cd0aB83D845Ac265BE939c57F53AD838012c9
        );
        set.proxy = _code(V1_4_1, "proxies/SafeProxy.sol/SafeProxy");
    }

    function _official1_5_0() internal returns (Official memory set) {
        set.singleton =
            _deployAt(SINGLETON_FACTORY, _code(V1_5_0, "Safe.sol/Safe"), 0xFf51A5898e281Db6DfC7855790607438dF2ca44b);
        set.singletonL2 = _deployAt(
            SINGLETON_FACTORY, _code(V1_5_0, "SafeL2.sol/SafeL2"), 0xEdd160fEBBD92E350D4D398fb636302fccd67C7e
        );
        set.handler = _deployAt(
            SINGLETON_FACTORY,
            _code(V1_5_0, "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler"),
            0x3EfCBb83A4A7AfcB4F68D501E2c2203a38be77f4
        );
        set.signMessageLib = _deployAt(
            SINGLETON_FACTORY,
            _code(V1_5_0, "libraries/SignMessageLib.sol/SignMessageLib"),
            0x4FfeF8222648872B3dE295Ba1e49110E61f5b5aa
        );
        set.proxy = _code(V1_5_0, "proxies/SafeProxy.sol/SafeProxy");
    }

    /// @dev The creation code of `SafeMigration`, bound to a set of contracts.
    function _officialMigration(Official memory set) internal view returns (bytes memory) {
        return bytes.concat(
            _code(V1_5_0, "libraries/SafeMigration.sol/SafeMigration"),
            abi.encode(set.singleton, set.singletonL2, set.handler)
        );
    }

    function _code(string memory package, string memory name) internal view returns (bytes memory) {
        return vm.parseJsonBytes(vm.readFile(string.concat(PACKAGES, package, name, ".json")), ".bytecode");
    }

    function _deploy(bytes memory code) internal returns (address made) {
        assembly ("memory-safe") {
            // Creation code is the content of `code`.
            made := create(0, add(code, 0x20), mload(code))
        }
        vm.assertTrue(made != address(0), "deployment failed");
    }

    /// @dev Deploys with salt 0 and expects the address that the contract has on every chain.
    function _deployAt(address deployer, bytes memory code, address expected) internal returns (address) {
        if (deployer.code.length == 0) vm.etch(deployer, DEPLOYER_CODE);
        (bool success, bytes memory answer) = deployer.call(abi.encodePacked(bytes32(0), code));
        vm.assertTrue(success, "deployment failed");
        vm.assertEq(address(bytes20(answer)), expected);
        return expected;
    }
}
