// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ITransactionGuard} from "../../src/interfaces/ITransactionGuard.sol";
import {Operation} from "../../src/types/Operation.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice What `execTransaction` does: what was signed, once, and nothing else.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract ExecutionProofs is SymbolicTest {
    /// @dev From any state, by anybody: it succeeds only with signatures that `checkSignatures` accepts for the hash of exactly
    /// these parameters and this nonce, and that are as many items as the threshold.
    /// @custom:bound data of 36 bytes, two items of 65; without a guard or a refund; the inner call goes elsewhere
    function check_executionNeedsSignatures(
        address caller,
        address to,
        uint256 value,
        uint8 operation,
        uint256 safeTxGas,
        address refundReceiver
    ) external {
        _assumeForeignHandler();
        vm.assume(to != address(account) && operation <= 1 && _slot(GUARD) == 0);
        bytes memory data = svm.createBytes(36, "data");
        bytes memory signatures = svm.createBytes(130, "signatures");
        // Contracts are asked about the same thing twice, so the same answer is needed: see `check_contractSignature`.
        vm.assume(uint8(signatures[64]) != 0 && uint8(signatures[129]) != 0);

        bytes32 hash = account.getTransactionHash(
            to, value, data, Operation(operation), safeTxGas, 0, 0, address(0), refundReceiver, _slot(NONCE)
        );
        (bool accepted,) = address(account)
            .call(abi.encodeWithSignature("checkSignatures(address,bytes32,bytes)", caller, hash, signatures));
        uint256 threshold = _slot(THRESHOLD);
        bool success = _call(
            caller,
            abi.encodeCall(
                account.execTransaction,
                (
                    to,
                    value,
                    data,
                    Operation(operation),
                    safeTxGas,
                    0,
                    0,
                    address(0),
                    payable(refundReceiver),
                    signatures
                )
            )
        );
        assert(!success || (accepted && threshold != 0 && threshold <= 2));
    }

    /// @dev The inner call is made once, with the value and the data that were signed, when the nonce is used already. The guard,
    /// and nobody else, is asked before, with all parameters and the executor, and told after.
    /// @custom:bound data of 36 bytes, the executor as the only signer, no refund; everybody answers or reverts with one word
    function check_execution(address caller, uint256 value, uint256 balance, uint256 safeTxGas, bool guarded) external {
        vm.assume(balance < 2 ** 90 && value <= balance);
        vm.deal(address(account), balance);
        address target = _recorder();
        vm.store(target, bytes32(uint256(4)), bytes32(uint256(1)));
        address guard = _recorder();
        address other = _recorder();
        vm.assume(caller != target && caller != guard && caller != other && caller != address(account));
        _set(GUARD, guarded ? uint160(guard) : 0);
        _set(MODULE_GUARD, uint160(other));
        _signedBy(caller);
        bytes memory data = svm.createBytes(36, "data");
        bytes memory signatures = _signature(caller);
        uint256 nonce = _slot(NONCE);
        bytes32 hash = account.getTransactionHash(
            target, value, data, Operation.Call, safeTxGas, 7, 0, address(3), address(4), nonce
        );

        vm.prank(caller);
        (bool success, bytes memory answer) = address(account)
            .call(
                abi.encodeCall(
                    account.execTransaction,
                    (target, value, data, Operation.Call, safeTxGas, 7, 0, address(3), payable(address(4)), signatures)
                )
            );

        assert(_log(other) == 0);
        bool ran = success && !_fails(target);
        assert(_log(target) == (ran ? _then(0, address(account), value, data) : bytes32(0)));
        assert(address(account).balance == (ran ? balance - value : balance));
        unchecked {
            assert(_slot(NONCE) == (success ? nonce + 1 : nonce));
            if (ran) assert(uint256(vm.load(target, bytes32(uint256(3)))) == nonce + 1);
        }
        // Without a gas limit a failure undoes everything.
        if (_fails(target) && safeTxGas == 0) assert(!success);
        if (!success) {
            assert(_log(guard) == 0);
            return;
        }

        assert(abi.decode(answer, (bool)) == !_fails(target));
        bytes32 expected;
        if (guarded) {
            bytes memory asked = abi.encodeCall(
                ITransactionGuard.checkTransaction,
                (
                    target,
                    value,
                    data,
                    Operation.Call,
                    safeTxGas,
                    7,
                    0,
                    address(3),
                    payable(address(4)),
                    signatures,
                    caller
                )
            );
            bytes memory told = abi.encodeCall(ITransactionGuard.checkAfterExecution, (hash, !_fails(target)));
            expected = _then(_then(0, address(account), 0, asked), address(account), 0, told);
            assert(!_fails(guard));
        }
        assert(_log(guard) == expected);
    }

    function reach_execution(address caller, uint256 safeTxGas) external {
        address target = _recorder();
        vm.assume(caller != target && caller != address(account));
        _set(GUARD, 0);
        _signedBy(caller);
        assert(
            !_call(
                caller,
                abi.encodeCall(
                    account.execTransaction,
                    (target, 0, "", Operation.Call, safeTxGas, 0, 0, address(0), payable(0), _signature(caller))
                )
            )
        );
    }

    /// @custom:bound a guard that answers or reverts with one word
    function check_setGuard(address guard, address key, bytes32 hash) external {
        uint256[WORDS] memory expected = _state(key, hash);
        address known = _answerer();
        vm.assume(guard != address(account));
        expected[9] = uint160(guard);
        bool fits = guard == address(0) || (guard == known && !_fails(known) && _answer(known) != 0);
        bool success = _call(address(account), abi.encodeCall(account.setGuard, (guard)));
        assert(success == fits);
        if (success) _same(expected, _state(key, hash), 0);
    }

    /* INTERNAL */

    /// @dev Makes `executor` an owner whose word is enough.
    function _signedBy(address executor) private {
        vm.assume(uint160(executor) > 1);
        _set(THRESHOLD, 1);
        vm.assume(account.isOwner(executor));
    }

    function _signature(address executor) private pure returns (bytes memory) {
        return abi.encodePacked(uint256(uint160(executor)), uint256(0), uint8(1));
    }
}
