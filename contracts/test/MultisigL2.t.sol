// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModules} from "../src/interfaces/IModules.sol";
import {Operation} from "../src/types/Operation.sol";
import {TestModule} from "./fixtures/TestModule.sol";
import {MultisigTest} from "./Multisig.t.sol";
import {SafeTx} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

/// @dev Every test of the plain account, and the events that this one adds.
contract MultisigL2Test is MultisigTest {
    bytes32 internal constant TRANSACTION = keccak256(
        "SafeMultiSigTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes,bytes)"
    );
    bytes32 internal constant MODULE_TRANSACTION =
        keccak256("SafeModuleTransaction(address,address,uint256,bytes,uint8)");

    function _singleton() internal override returns (address) {
        return Deployment.multisigL2();
    }

    function _expectExecution(bytes32 topic, bytes32 hash, uint256 payment) internal override {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        vm.assertEq(logs[0].topics[0], TRANSACTION);
        _expectLog(logs[1], address(safe), _topics(topic, hash), abi.encode(payment));
    }

    function testFuzz_event_tellsEverything(uint256 value, bytes memory data, uint256 safeTxGas, uint256 baseGas)
        public
    {
        _exec(_tx(recipient, 0, ""));
        SafeTx memory t = _tx(recipient, _bound(value, 0, 1 ether), data);
        (t.safeTxGas, t.baseGas) = (_bound(safeTxGas, 0, 100_000), baseGas);
        (t.gasToken, t.refundReceiver) = (address(0xABCD), payable(address(0xDCBA)));
        bytes memory signatures = _sign(_hash(t, 1), 3);
        bytes memory call = _calldata(t, signatures);
        vm.recordLogs();
        vm.prank(stranger);
        (bool success,) = address(safe).call(call);

        vm.assertTrue(success);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        vm.assertEq(logs[0].topics.length, 1);
        vm.assertEq(logs[0].topics[0], TRANSACTION);
        vm.assertEq(logs[0].data, _expected(t, signatures));
    }

    /// @dev The ABI encoding by hand: eleven words, then the three byte strings.
    function _expected(SafeTx memory t, bytes memory signatures) private view returns (bytes memory) {
        bytes memory data = _padded(t.data);
        bytes memory blob = _padded(signatures);
        bytes memory head = abi.encode(t.to, t.value, uint256(0x160), t.operation, t.safeTxGas, t.baseGas);
        bytes memory middle = abi.encode(
            t.gasPrice, t.gasToken, t.refundReceiver, 0x160 + data.length, 0x160 + data.length + blob.length
        );
        bytes memory info = abi.encode(uint256(1), stranger, THRESHOLD);
        return bytes.concat(head, middle, data, blob, _padded(info));
    }

    function _padded(bytes memory data) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(data.length), data, new bytes((32 - data.length % 32) % 32));
    }

    function testFuzz_moduleEvent(uint256 value, bytes memory data, bool delegate, bool returns_) public {
        TestModule module = new TestModule();
        _self(abi.encodeCall(IModules.enableModule, (address(module))));
        value = _bound(value, 0, 1 ether);
        Operation operation = delegate ? Operation.DelegateCall : Operation.Call;
        vm.recordLogs();
        if (returns_) module.execReturnData(safe, recipient, value, data, operation);
        else module.exec(safe, recipient, value, data, operation);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectLog(
            logs[0],
            address(safe),
            _topics(MODULE_TRANSACTION),
            abi.encode(address(module), recipient, value, data, operation)
        );
    }
}
