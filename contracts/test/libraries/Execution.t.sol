// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Execution} from "../../src/libraries/Execution.sol";
import {ReturnData} from "../../src/libraries/ReturnData.sol";
import {Operation} from "../../src/types/Operation.sol";
import {Echo} from "../fixtures/Echo.sol";
import {Canary} from "../twins/Canary.sol";
import {TwinTest} from "../twins/TwinTest.sol";

/// @dev Performs between two canaries.
contract ExecutionCaller {
    function perform(address to, uint256 value, bytes calldata data, Operation operation, uint256 gasLimit)
        external
        payable
        returns (bool success, bytes memory answer)
    {
        (bytes memory canary, uint256 free) = Canary.plant(value);
        success = Execution.perform(to, value, data, operation, gasLimit);
        Canary.check(canary, free, value, 0);
        answer = ReturnData.take();
    }

    function callWith(address to, bytes calldata input, uint256 gasLimit)
        external
        payable
        returns (bool success, bytes memory answer)
    {
        bytes memory data = input;
        (bytes memory canary, uint256 free) = Canary.plant(gasLimit);
        success = Execution.callWith(to, data, gasLimit);
        Canary.check(canary, free, gasLimit, 0);
        answer = ReturnData.take();
        require(keccak256(data) == keccak256(input), "the input was overwritten");
    }
}

/// @dev The twin: Solidity's own low-level calls.
contract PlainExecution {
    function perform(address to, uint256 value, bytes calldata data, Operation operation, uint256 gasLimit)
        external
        payable
        returns (bool, bytes memory)
    {
        if (operation == Operation.Call) return to.call{value: value, gas: gasLimit}(data);
        return to.delegatecall{gas: gasLimit}(data);
    }

    function callWith(address to, bytes calldata input, uint256 gasLimit)
        external
        payable
        returns (bool, bytes memory)
    {
        return to.call{gas: gasLimit}(input);
    }
}

/// @dev Answers how much gas it found.
contract GasTeller {
    fallback(bytes calldata) external payable returns (bytes memory) {
        return abi.encode(gasleft());
    }
}

contract ExecutionTest is TwinTest {
    address internal caller;
    bytes internal plain;
    address internal echo;
    address internal teller;

    function setUp() public override {
        caller = address(new ExecutionCaller());
        plain = address(new PlainExecution()).code;
        echo = address(new Echo());
        teller = address(new GasTeller());
    }

    /// @dev To code and to none, with more value than there is, in either way.
    function testFuzz_perform(uint256 value, bytes memory data, bool delegate, uint8 target, uint256 seed) public {
        _seed(seed);
        value = _bound(value, 0, 11 ether);
        vm.deal(caller, 1 ether);
        address[4] memory targets = [echo, recipient, address(4), echo];
        // The input somewhere in the call, without padding.
        bytes memory gap = _pickBytes(70);
        _agree(
            10 ether,
            bytes.concat(
                ExecutionCaller.perform.selector,
                abi.encode(targets[target % 4], value, 0xa0 + gap.length, delegate, type(uint256).max),
                gap,
                bytes32(data.length),
                data
            )
        );
    }

    function testFuzz_callWith(bytes memory data, uint8 target) public {
        address[4] memory targets = [echo, recipient, address(4), address(2)];
        _agree(1 ether, abi.encodeCall(ExecutionCaller.callWith, (targets[target % 4], data, type(uint256).max)));
    }

    /// @dev Exactly as much as it is told to pass on, when there is so much.
    function testFuzz_gasLimit(uint256 gasLimit, bool delegate) public {
        gasLimit = _bound(gasLimit, 1000, 2_000_000);
        Operation operation = delegate ? Operation.DelegateCall : Operation.Call;
        bytes memory answer = _agree(0, abi.encodeCall(ExecutionCaller.perform, (teller, 0, "", operation, gasLimit)));
        (, answer) = abi.decode(answer, (bool, bytes));
        uint256 found = abi.decode(answer, (uint256));
        // What the teller used before it looked.
        vm.assertLe(found, gasLimit);
        vm.assertGe(found + 300, gasLimit);
        _agree(0, abi.encodeCall(ExecutionCaller.callWith, (teller, "", gasLimit)));
        // Too little to answer.
        answer = _agree(0, abi.encodeCall(ExecutionCaller.perform, (teller, 0, "", operation, gasLimit % 20)));
        vm.assertEq(answer, abi.encode(false, bytes("")));
    }

    function _agree(uint256 value, bytes memory call) private returns (bytes memory answer) {
        bool success;
        (success, answer) = _same(caller, plain, stranger, caller, value, call);
        vm.assertTrue(success);
    }
}
