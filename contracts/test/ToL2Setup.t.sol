// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {IToL2Setup} from "../src/interfaces/IToL2Setup.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

contract ToL2SetupTest is BaseTest {
    address internal lib;
    address internal singletonL2;

    function setUp() public override {
        super.setUp();
        lib = Deployment.toL2Setup();
        singletonL2 = Deployment.multisigL2();
    }

    function _call(address target) internal pure returns (bytes memory) {
        return abi.encodeCall(IToL2Setup.setupToL2, (target));
    }

    function _setup(address target) internal view returns (bytes memory) {
        return abi.encodeCall(IMultisig.setup, (owners, 2, lib, _call(target), handler, address(0), 0, payable(0)));
    }

    function testFuzz_setup(uint64 chain) public {
        vm.chainId(chain == 0 ? 1 : chain);
        address proxy = Deployment.proxy(singleton);
        vm.recordLogs();
        vm.record();
        (bool success,) = proxy.call(_setup(singletonL2));
        vm.assertTrue(success);

        bool ethereum = block.chainid == 1;
        vm.assertEq(vm.load(proxy, 0), _word(ethereum ? singleton : singletonL2));
        vm.assertEq(IMultisig(proxy).getOwners(), owners);
        vm.assertEq(IMultisig(proxy).nonce(), 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, ethereum ? 1 : 2);
        if (!ethereum) {
            _expectLog(logs[1], proxy, _topics(keccak256("ChangedMasterCopy(address)")), abi.encode(singletonL2));
        }
    }

    function test_setup_ethereum() public {
        testFuzz_setup(1);
    }

    /// @dev Whoever names no contract has mistaken something, on Ethereum too. `setup` says GS000 for every reason.
    function testFuzz_withoutCode(address target, bool ethereum) public {
        vm.chainId(ethereum ? 1 : 10);
        vm.assume(target.code.length == 0);
        bytes memory simulation = abi.encodeCall(IFallbackHandler.simulate, (lib, _call(target)));
        _reverts(stranger, address(safe), simulation, _error("Account doesn't contain code"));
        _reverts(stranger, Deployment.proxy(singleton), _setup(target), _error("GS000"));
    }

    /// @dev When a transaction executes, the nonce counts it already.
    function testFuzz_laterThanSetup(address target, bool ethereum) public {
        vm.chainId(ethereum ? 1 : 10);
        bytes memory expected = _error("Safe must have not executed any tx");
        _execReverts(_delegate(lib, _call(target)), expected);
        _exec(_tx(recipient, 0, ""));
        _reverts(stranger, address(safe), abi.encodeCall(IFallbackHandler.simulate, (lib, _call(target))), expected);
    }

    function testFuzz_directly(address target) public {
        bytes memory expected = _error("SafeToL2Setup should only be called via delegatecall");
        _reverts(stranger, lib, _call(target), expected);
        _reverts(address(safe), lib, _call(singletonL2), expected);
    }
}
