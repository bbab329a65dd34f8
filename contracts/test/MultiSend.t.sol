// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "../src/interfaces/IMultiSend.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {BatchTest} from "./utils/BatchTest.sol";
import {Deployment} from "./utils/Deployment.sol";

contract MultiSendTest is BatchTest {
    function _deployBatch() internal override returns (address) {
        return Deployment.multiSend();
    }

    function testFuzz_directCall(bytes memory transactions) public {
        _reverts(
            stranger,
            batch,
            abi.encodeCall(IMultiSend.multiSend, (transactions)),
            _error("MultiSend should only be called via delegatecall")
        );
    }

    function testFuzz_delegateCallEntry(bytes32 slot, bytes32 value) public {
        vm.assume(uint256(slot) > 8 && slot != SLOT_GUARD);
        bytes memory write = abi.encodeCall(DelegateTarget.write, (slot, value));
        // The value of such an entry is not sent.
        vm.assertTrue(_exec(_batch(_entry(1, address(target), 1000 ether, write))));
        vm.assertEq(vm.load(address(safe), slot), value);
        vm.assertEq(vm.load(address(target), slot), bytes32(0));
    }

    function testFuzz_delegateCallEntry_bubbles(bytes memory data) public {
        bytes memory fail = abi.encodeCall(Reverter.withBytes, (data));
        _execReverts(_batch(_entry(1, address(reverter), 0, fail)), data);
    }
}
