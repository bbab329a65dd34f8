// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {ISimulateTxAccessor} from "../src/interfaces/ISimulateTxAccessor.sol";
import {Operation} from "../src/types/Operation.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {GasHog} from "./fixtures/GasHog.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";

contract SimulateTxAccessorTest is BaseTest {
    address internal accessor;

    function setUp() public override {
        super.setUp();
        accessor = Deployment.simulateTxAccessor();
    }

    function _simulate(address to, uint256 value, bytes memory data, Operation operation)
        internal
        returns (uint256 estimate, bool success, bytes memory returnData)
    {
        bytes memory call = abi.encodeCall(ISimulateTxAccessor.simulate, (to, value, data, operation));
        bytes memory answer = IFallbackHandler(address(safe)).simulate(accessor, call);
        (estimate, success, returnData) = abi.decode(answer, (uint256, bool, bytes));
        // Nothing is added to it.
        vm.assertEq(answer, abi.encode(estimate, success, returnData));
    }

    function testFuzz_call(uint256 value, bytes32 slot) public {
        DelegateTarget target = new DelegateTarget();
        value = _bound(value, 0, 100 ether);
        (uint256 estimate, bool success, bytes memory answer) =
            _simulate(address(target), value, abi.encodeCall(DelegateTarget.context, ()), Operation.Call);
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(target, safe, value));
        vm.assertTrue(estimate != 0);
        vm.assertEq(address(target).balance, 0);

        (, success, answer) =
            _simulate(address(target), 0, abi.encodeCall(DelegateTarget.read, (slot)), Operation.DelegateCall);
        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(vm.load(address(safe), slot)));
    }

    /// @dev By DELEGATECALL there is no value, whatever is asked for.
    function testFuzz_delegateCall(uint256 value, bytes32 slot, bytes32 word) public {
        DelegateTarget target = new DelegateTarget();
        bytes32 before = vm.load(address(safe), slot);
        // The nonce and the singleton are as good as any: nothing remains.
        (, bool success,) = _simulate(
            address(target), value, abi.encodeCall(DelegateTarget.write, (slot, word)), Operation.DelegateCall
        );
        vm.assertTrue(success);
        vm.assertEq(vm.load(address(safe), slot), before);
    }

    function testFuzz_failure(bytes memory data, bool delegate) public {
        address target = address(new Reverter());
        (, bool success, bytes memory answer) = _simulate(
            target, 0, abi.encodeCall(Reverter.withBytes, (data)), delegate ? Operation.DelegateCall : Operation.Call
        );
        vm.assertFalse(success);
        vm.assertEq(answer, data);
    }

    function testFuzz_tooMuchValue(uint256 value) public {
        value = _bound(value, 100 ether + 1, type(uint256).max);
        (, bool success, bytes memory answer) = _simulate(recipient, value, "", Operation.Call);
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }

    /// @dev What the inner call used, and little more.
    function testFuzz_estimate(uint256 gasToBurn) public {
        GasHog hog = new GasHog();
        gasToBurn = _bound(gasToBurn, 0, 1_000_000);
        (uint256 estimate, bool success,) =
            _simulate(address(hog), 0, abi.encodeCall(GasHog.burn, (gasToBurn)), Operation.Call);
        vm.assertTrue(success);
        vm.assertGe(estimate, gasToBurn);
        vm.assertLe(estimate, gasToBurn + 30_000);
    }

    function testFuzz_otherOperation(uint256 operation) public {
        operation = _bound(operation, 2, type(uint256).max);
        bytes memory call = abi.encodeWithSelector(
            ISimulateTxAccessor.simulate.selector, recipient, uint256(0), uint256(0x80), operation, uint256(0)
        );
        _reverts(stranger, address(safe), abi.encodeCall(IFallbackHandler.simulate, (accessor, call)), "");
    }

    function testFuzz_directly(address to, uint256 value, bytes memory data, bool delegate) public {
        Operation operation = delegate ? Operation.DelegateCall : Operation.Call;
        _reverts(
            stranger,
            accessor,
            abi.encodeCall(ISimulateTxAccessor.simulate, (to, value, data, operation)),
            _error("SimulateTxAccessor should only be called via delegatecall")
        );
    }
}
