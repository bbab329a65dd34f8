// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModuleGuard} from "../../src/interfaces/IModuleGuard.sol";
import {Operation} from "../../src/types/Operation.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice The list of modules, and what modules can do.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract ModulesProofs is SymbolicTest {
    /* ANY STATE */

    /// @dev Never reverts, and is what the list says; the sentinel is no module.
    function check_isModuleEnabledIsMembership(address caller, address module) external {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(account).call(abi.encodeCall(account.isModuleEnabled, (module)));
        assert(success);
        assert(
            abi.decode(answer, (bool)) == (module != SENTINEL && address(uint160(_next(MODULES, module))) != address(0))
        );
    }

    /// @dev Only an enabled module executes.
    /// @custom:bound no data; the inner call goes elsewhere
    function check_onlyModulesExecute(address caller, address to, uint256 value, uint8 operation, bool returnsData)
        external
    {
        _assumeForeignHandler();
        vm.assume(operation <= 1 && to != address(account));
        bool enabled = account.isModuleEnabled(caller);
        bool success = _call(caller, _execution(to, value, "", Operation(operation), returnsData));
        assert(!success || enabled);
    }

    function reach_moduleExecutes(address caller, address to, uint256 value, bool returnsData) external {
        _assumeForeignHandler();
        vm.assume(to != address(account));
        assert(!_call(caller, _execution(to, value, "", Operation.Call, returnsData)));
    }

    /// @dev An enabled module's call is made once, as it was asked for, and its answer comes back; the module guard, and nobody
    /// else, is asked before and told after.
    /// @custom:bound data of 36 bytes; everybody answers or reverts with one word
    function check_moduleExecution(address caller, uint256 value, uint256 balance, bool returnsData, bool guarded)
        external
    {
        vm.assume(balance < 2 ** 90 && value <= balance);
        vm.deal(address(account), balance);
        vm.assume(account.isModuleEnabled(caller));
        address target = _recorder();
        address guard = _recorder();
        address other = _recorder();
        vm.assume(caller != target && caller != guard && caller != other);
        _set(MODULE_GUARD, guarded ? uint160(guard) : 0);
        _set(GUARD, uint160(other));
        bytes memory input = svm.createBytes(36, "data");

        vm.prank(caller);
        (bool success, bytes memory answer) =
            address(account).call(_execution(target, value, input, Operation.Call, returnsData));

        bool guardRefuses = guarded && _fails(guard);
        assert(success == !guardRefuses);
        assert(_log(other) == 0);
        if (guardRefuses || _fails(target)) {
            assert(_log(target) == 0 && address(account).balance == balance);
        } else {
            assert(_log(target) == _then(0, address(account), value, input));
            assert(address(account).balance == balance - value && target.balance == value);
        }
        if (guardRefuses) return;

        if (returnsData) {
            (bool told, bytes memory data) = abi.decode(answer, (bool, bytes));
            assert(told == !_fails(target));
            assert(data.length == 32 && bytes32(data) == _answer(target));
        } else {
            assert(abi.decode(answer, (bool)) == !_fails(target));
        }

        bytes32 expected;
        if (guarded) {
            bytes memory asked =
                abi.encodeCall(IModuleGuard.checkModuleTransaction, (target, value, input, Operation.Call, caller));
            bytes memory told =
                abi.encodeCall(IModuleGuard.checkAfterModuleExecution, (_answer(guard), !_fails(target)));
            expected = _then(_then(0, address(account), 0, asked), address(account), 0, told);
        }
        assert(_log(guard) == expected);
    }

    /// @custom:bound a guard that answers or reverts with one word
    function check_setModuleGuard(address guard, address key, bytes32 hash) external {
        uint256[WORDS] memory expected = _state(key, hash);
        expected[10] = uint160(guard);
        address known = _answerer();
        vm.assume(guard != address(account));
        bool fits = guard == address(0) || (guard == known && !_fails(known) && _answer(known) != 0);
        bool success = _call(address(account), abi.encodeCall(account.setModuleGuard, (guard)));
        assert(success == fits);
        if (success) _same(expected, _state(key, hash), 0);
    }

    /// @dev In any state, whoever disables a module names the entry that points to it.
    function check_disableModuleNeedsItsPredecessor(address previous, address module) external {
        bool fits = uint160(module) > 1 && address(uint160(_next(MODULES, previous))) == module;
        assert(_call(address(account), abi.encodeCall(account.disableModule, (previous, module))) == fits);
    }

    /* LISTS OF NONE TO THREE */

    /// @dev Enabling puts one module in front. Nobody else's membership changes.
    /// @custom:bound lists of none to three modules
    function check_enableModule(uint8 length, address module, address other) external {
        address[] memory modules = _list(length);
        bool fits = !_among(modules, module) && module != address(0) && module != SENTINEL;
        bool success = _call(address(account), abi.encodeCall(account.enableModule, (module)));
        assert(success == fits);
        if (success) {
            address[] memory expected = new address[](modules.length + 1);
            expected[0] = module;
            for (uint256 i; i < modules.length; ++i) {
                expected[i + 1] = modules[i];
            }
            _expectList(expected, other);
        }
    }

    /// @dev Disabling takes out one module.
    /// @custom:bound lists of one to three modules
    function check_disableModule(uint8 length, uint8 place, address other) external {
        address[] memory modules = _list(length);
        place = _concrete(place, modules.length);
        address previous = place == 0 ? SENTINEL : modules[place - 1];
        assert(_call(address(account), abi.encodeCall(account.disableModule, (previous, modules[place]))));
        address[] memory expected = new address[](modules.length - 1);
        for (uint256 i; i < expected.length; ++i) {
            expected[i] = modules[i < place ? i : i + 1];
        }
        _expectList(expected, other);
    }

    /* INTERNAL */

    function _execution(address to, uint256 value, bytes memory data, Operation operation, bool returnsData)
        private
        view
        returns (bytes memory)
    {
        return returnsData
            ? abi.encodeCall(account.execTransactionFromModuleReturnData, (to, value, data, operation))
            : abi.encodeCall(account.execTransactionFromModule, (to, value, data, operation));
    }

    /// @dev Makes any well-formed list of that many modules.
    function _list(uint8 length) private returns (address[] memory modules) {
        _blank();
        modules = new address[](_concrete(length, 4));
        address last = SENTINEL;
        for (uint256 i; i < modules.length; ++i) {
            address module = svm.createAddress("module");
            vm.assume(module != address(0) && module != SENTINEL);
            for (uint256 j; j < i; ++j) {
                vm.assume(modules[j] != module);
            }
            modules[i] = module;
            _set(_entry(MODULES, last), uint160(module));
            last = module;
        }
        _set(_entry(MODULES, last), uint160(SENTINEL));
    }

    /// @dev Asserts that the list is this one, as in `OwnersProofs`.
    function _expectList(address[] memory expected, address other) private view {
        address at = SENTINEL;
        for (uint256 i; i < expected.length; ++i) {
            assert(_next(MODULES, at) == uint160(expected[i]));
            at = expected[i];
            assert(uint160(at) > 1);
            for (uint256 j; j < i; ++j) {
                assert(expected[j] != at);
            }
        }
        assert(_next(MODULES, at) == uint160(SENTINEL));
        if (other != SENTINEL && !_among(expected, other)) assert(_next(MODULES, other) == 0);

        (address[] memory told, address next) = account.getModulesPaginated(SENTINEL, 10);
        assert(told.length == expected.length && next == SENTINEL);
        for (uint256 i; i < expected.length; ++i) {
            assert(told[i] == expected[i]);
        }
    }
}
