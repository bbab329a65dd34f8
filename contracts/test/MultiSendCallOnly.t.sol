// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "../src/interfaces/IMultiSend.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {BatchTest} from "./utils/BatchTest.sol";
import {Deployment} from "./utils/Deployment.sol";

contract MultiSendCallOnlyTest is BatchTest {
    function _deployBatch() internal override returns (address) {
        return Deployment.multiSendCallOnly();
    }

    function test_directCall() public {
        vm.deal(stranger, 1 ether);
        vm.prank(stranger);
        IMultiSend(batch).multiSend{value: 1 ether}(_entry(0, recipient, 1 ether, ""));
        vm.assertEq(recipient.balance, 1 ether);
    }

    function test_delegateCallEntry() public {
        bytes memory write = abi.encodeCall(DelegateTarget.write, (bytes32(uint256(99)), bytes32(uint256(1))));
        _execReverts(_batch(_entry(1, address(target), 0, write)), "");
        _execReverts(_batch(_entry(1, recipient, 0, "")), "");
        // What the entry before answered, here the sha-256 of its data, does not come back.
        _execReverts(_batch(bytes.concat(_entry(0, address(2), 0, "data"), _entry(1, recipient, 0, ""))), "");
        vm.assertEq(vm.load(address(safe), bytes32(uint256(99))), bytes32(0));
    }
}
