// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {MultisigL2} from "../../src/MultisigL2.sol";
import {IMultisigL2} from "../../src/interfaces/IMultisigL2.sol";
import {Operation} from "../../src/types/Operation.sol";
import {SafeTx, SafeTxFields} from "../utils/BaseTest.sol";
import {Deployment} from "../utils/Deployment.sol";
import {Canary} from "./Canary.sol";
import {MultisigTwinTest} from "./Multisig.t.sol";
import {PlainMultisig} from "./PlainMultisig.sol";

/// @dev Logs a transaction, and does nothing else, between two canaries and into memory full of noise.
contract WatchedLog is MultisigL2 {
    function log(
        address,
        uint256,
        bytes calldata data,
        Operation,
        uint256,
        uint256,
        uint256,
        address,
        address payable,
        bytes calldata signatures
    ) external {
        uint256 seed = nonce;
        (bytes memory canary, uint256 free) = Canary.plant(seed);
        _logTransaction(data, signatures, nonce, threshold);
        Canary.check(canary, free, seed, 0);
    }
}

/// @dev The same by `emit`.
contract PlainLog is MultisigL2 {
    function log(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes calldata signatures
    ) external {
        emit IMultisigL2.SafeMultiSigTransaction(
            to,
            value,
            data,
            operation,
            safeTxGas,
            baseGas,
            gasPrice,
            gasToken,
            refundReceiver,
            signatures,
            abi.encode(nonce, msg.sender, threshold)
        );
    }
}

/// forge-config: default.fuzz.runs = 64
/// @dev Everything of `MultisigTwinTest` with the events that tell all, and `_logTransaction` by itself.
contract MultisigL2TwinTest is MultisigTwinTest {
    address private watched;
    bytes private plainLog;

    function setUp() public override {
        super.setUp();
        watched = address(new WatchedLog());
        plainLog = address(new PlainLog()).code;
    }

    function _singleton() internal override returns (address) {
        return Deployment.multisigL2();
    }

    function _twin() internal override returns (address) {
        return address(new PlainMultisig(true));
    }

    function _agreeOnLog(bytes memory data, uint256 nonce, uint256 threshold) private returns (bool success) {
        vm.store(watched, bytes32(uint256(5)), bytes32(nonce));
        vm.store(watched, bytes32(uint256(4)), bytes32(threshold));
        (success,) = _same(watched, plainLog, stranger, watched, 0, bytes.concat(WatchedLog.log.selector, data));
    }

    function testFuzz_log(
        SafeTxFields memory fields,
        bool delegate,
        bytes memory signatures,
        uint8 layout,
        uint256 nonce,
        uint256 threshold
    ) public {
        _seed(nonce);
        SafeTx memory t = _toTx(fields, delegate);
        vm.assertTrue(_agreeOnLog(_lay(_head(t), t.data, signatures, layout % LAYOUTS), nonce, threshold));
    }

    /// @dev Lengths one by one: every remainder of a word, in both places.
    function test_log_everyLength() public {
        // Each in a call of its own, so that memory does not pile up.
        for (uint256 length; length <= 300; ++length) {
            this.logOfLength(length);
        }
    }

    function logOfLength(uint256 length) external {
        _seed(length);
        SafeTx memory t = _tx(recipient, 1, _pickBytes(301));
        vm.assertTrue(_agreeOnLog(_lay(_head(t), t.data, _bytes(length), length % LAYOUTS), length, 2));
        t.data = _bytes(length);
        vm.assertTrue(_agreeOnLog(_lay(_head(t), t.data, _pickBytes(301), length % LAYOUTS), length, 2));
    }

    /// @dev No zero byte among them: padding is where the zeros are.
    function _bytes(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i; i < length; ++i) {
            data[i] = bytes1(uint8(1 + i % 255));
        }
    }

    function testFuzz_log_anyCall(
        bytes32[10] memory head,
        uint16 dirt,
        bytes memory tail,
        uint8[2] memory shapes,
        uint256 nonce
    ) public {
        _agreeOnLog(_anyCall(head, dirt, tail, shapes), nonce, 2);
    }
}
