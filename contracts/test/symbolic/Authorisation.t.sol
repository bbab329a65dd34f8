// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Operation} from "../../src/types/Operation.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice Who may write what, from any state, by any call.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract AuthorisationProofs is SymbolicTest {
    /// @dev Nobody but the account itself changes any of it; an owner may approve a hash, which is in `check_approval...`.
    function check_strangersChangeNothing(address caller, address key, bytes32 hash) external {
        vm.assume(caller != address(account) && caller != key);
        (bytes memory data,) = _anyCall();
        uint256[WORDS] memory before = _state(key, hash);
        _call(caller, data);
        _same(before, _state(key, hash), 0);
    }

    function reach_accountChangesSomething(address key, bytes32 hash) external {
        (bytes memory data,) = _anyCall();
        uint256[WORDS] memory before = _state(key, hash);
        _call(address(account), data);
        _same(before, _state(key, hash), 0);
    }

    /// @dev Each slot has its own functions, and they work for the account only.
    function check_guardOnlyBySetGuard(address caller) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _slot(GUARD);
        _call(caller, data);
        assert(before == _slot(GUARD) || (selector == account.setGuard.selector && caller == address(account)));
    }

    function check_moduleGuardOnlyBySetModuleGuard(address caller) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _slot(MODULE_GUARD);
        _call(caller, data);
        assert(
            before == _slot(MODULE_GUARD) || (selector == account.setModuleGuard.selector && caller == address(account))
        );
    }

    function check_handlerOnlyBySetFallbackHandler(address caller) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _slot(HANDLER);
        _call(caller, data);
        assert(
            before == _slot(HANDLER) || (selector == account.setFallbackHandler.selector && caller == address(account))
        );
    }

    function check_modulesOnlyByEnableAndDisable(address caller, address module) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _next(MODULES, module);
        bool enabled = account.isModuleEnabled(module);
        _call(caller, data);
        if (before != _next(MODULES, module)) {
            assert(caller == address(account));
            assert(selector == account.enableModule.selector || selector == account.disableModule.selector);
        }
        // An entry of the list may change because of a neighbour; nobody is enabled but by name.
        if (!enabled && account.isModuleEnabled(module)) {
            assert(selector == account.enableModule.selector);
            assert(_argument(data) == module);
        }
    }

    function check_ownersOnlyByTheirFunctions(address caller, address owner) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _next(OWNERS, owner);
        uint256 count = _slot(OWNER_COUNT);
        uint256 threshold = _slot(THRESHOLD);
        _call(caller, data);

        bool resizes = selector == account.addOwnerWithThreshold.selector || selector == account.removeOwner.selector;
        if (before != _next(OWNERS, owner)) {
            assert(caller == address(account) && (resizes || selector == account.swapOwner.selector));
        }
        if (count != _slot(OWNER_COUNT)) assert(caller == address(account) && resizes);
        if (threshold != _slot(THRESHOLD)) {
            assert(caller == address(account) && (resizes || selector == account.changeThreshold.selector));
        }
    }

    function check_approvalOnlyByItsOwner(address caller, address owner, bytes32 hash) external {
        (bytes memory data, bytes4 selector) = _anyCall();
        uint256 before = _approved(owner, hash);
        _call(caller, data);
        if (before != _approved(owner, hash)) {
            assert(caller == owner && selector == account.approveHash.selector);
            assert(_approved(owner, hash) == 1);
        }
    }

    function check_singletonAndMessagesAreNeverWritten(address caller, bytes32 hash) external {
        (bytes memory data,) = _anyCall();
        bytes32 message = keccak256(abi.encode(hash, SIGNED));
        uint256[4] memory before = [_slot(SINGLETON), _slot(UNUSED), _slot(message), _slot(EIP1967)];
        _call(caller, data);
        assert(before[0] == _slot(SINGLETON) && before[1] == _slot(UNUSED));
        assert(before[2] == _slot(message) && before[3] == _slot(EIP1967));
    }

    function check_nonceMovesOnlyInExecTransaction(address caller) external {
        (bytes memory data,) = _anyCall();
        uint256 before = _slot(NONCE);
        _call(caller, data);
        assert(before == _slot(NONCE));
    }

    /// @dev The account pays only in an execution or in `setup`.
    function check_balanceFallsOnlyInExecutions(address caller, uint256 balance) external {
        vm.assume(balance < 2 ** 90);
        vm.deal(address(account), balance);
        (bytes memory data,) = _anyCall();
        _call(caller, data);
        assert(address(account).balance == balance);
    }

    /// @dev What the inner call does is not in it: it goes to an address that is not the account. When the account calls itself,
    /// the proofs above speak of that call.
    /// @custom:bound data of 36 bytes, signatures of 65; the inner call goes elsewhere
    function check_executionWritesOnlyTheNonce(
        address caller,
        address to,
        uint256 value,
        uint256 safeTxGas,
        uint256 gasPrice,
        address gasToken,
        address key,
        bytes32 hash
    ) external {
        _assumeForeignHandler();
        vm.assume(to != address(account));
        bytes memory data = abi.encodeCall(
            IMultisig.execTransaction,
            (
                to,
                value,
                svm.createBytes(36, "data"),
                Operation.Call,
                safeTxGas,
                0,
                gasPrice,
                gasToken,
                payable(0),
                svm.createBytes(65, "signatures")
            )
        );
        uint256[WORDS] memory before = _state(key, hash);
        bool success = _call(caller, data);
        uint256[WORDS] memory later = _state(key, hash);
        unchecked {
            assert(later[0] == (success ? before[0] + 1 : before[0]));
        }
        _same(before, later, 1);
    }

    /// @custom:bound data of 36 bytes; the inner call goes elsewhere
    function check_moduleExecutionWritesNothing(
        address caller,
        address to,
        uint256 value,
        bool returnsData,
        address key,
        bytes32 hash
    ) external {
        _assumeForeignHandler();
        vm.assume(to != address(account));
        bytes memory data = svm.createBytes(36, "data");
        data = returnsData
            ? abi.encodeCall(account.execTransactionFromModuleReturnData, (to, value, data, Operation.Call))
            : abi.encodeCall(account.execTransactionFromModule, (to, value, data, Operation.Call));
        uint256[WORDS] memory before = _state(key, hash);
        _call(caller, data);
        _same(before, _state(key, hash), 0);
    }

    /// @dev Whatever is simulated: an account, somebody else's code, nobody's.
    /// @custom:bound a payload of 36 bytes
    function check_simulationNeverReturns(address caller, address target) external {
        _assumeForeignHandler();
        vm.assume(target != address(account));
        assert(!_call(caller, abi.encodeCall(account.simulateAndRevert, (target, svm.createBytes(36, "payload")))));
    }

    bytes32 private constant EIP1967 = bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);

    /// @dev The first argument of a call.
    function _argument(bytes memory data) private pure returns (address argument) {
        assembly ("memory-safe") {
            argument := mload(add(data, 0x24))
        }
    }
}
