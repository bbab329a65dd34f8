// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModuleGuard} from "../interfaces/IModuleGuard.sol";
import {IModules} from "../interfaces/IModules.sol";
import {Checked} from "../libraries/Checked.sol";
import {ERC165} from "../libraries/ERC165.sol";
import {Execution} from "../libraries/Execution.sol";
import {ReturnData} from "../libraries/ReturnData.sol";
import {Slots} from "../libraries/Slots.sol";
import {Operation} from "../types/Operation.sol";
import {MultisigStorage} from "./MultisigStorage.sol";
import {SelfAuthorized} from "./SelfAuthorized.sol";

/// @title Modules
/// @notice Keeps the list of modules, runs their transactions, and asks the module guard about each.
abstract contract Modules is MultisigStorage, SelfAuthorized, IModules {
    /* EXTERNAL */

    /// @inheritdoc IModules
    function enableModule(address module) public override authorized {
        if (module == address(0) || module == SENTINEL) revert("GS101");
        if (modules[module] != address(0)) revert("GS102");

        modules[module] = modules[SENTINEL];
        modules[SENTINEL] = module;

        emit EnabledModule(module);
    }

    /// @inheritdoc IModules
    function disableModule(address prevModule, address module) public override authorized {
        if (module == address(0) || module == SENTINEL) revert("GS101");
        if (modules[prevModule] != module) revert("GS103");

        modules[prevModule] = modules[module];
        modules[module] = address(0);

        emit DisabledModule(module);
    }

    /// @inheritdoc IModules
    function setModuleGuard(address moduleGuard) external override authorized {
        if (moduleGuard != address(0) && !ERC165.claims(moduleGuard, type(IModuleGuard).interfaceId)) revert("GS301");

        Slots.store(Slots.MODULE_GUARD, moduleGuard);

        emit ChangedModuleGuard(moduleGuard);
    }

    /// @inheritdoc IModules
    function execTransactionFromModule(address to, uint256 value, bytes calldata data, Operation operation)
        public
        virtual
        override
        returns (bool success)
    {
        (address guard, bytes32 guardHash) = _beforeModuleExecution(to, value, data, operation);

        success = Execution.perform(to, value, data, operation, type(uint256).max);

        _afterModuleExecution(guard, guardHash, success);
    }

    /// @inheritdoc IModules
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes calldata data, Operation operation)
        public
        virtual
        override
        returns (bool success, bytes memory returnData)
    {
        (address guard, bytes32 guardHash) = _beforeModuleExecution(to, value, data, operation);

        success = Execution.perform(to, value, data, operation, type(uint256).max);
        returnData = ReturnData.take();

        _afterModuleExecution(guard, guardHash, success);
    }

    /* VIEWS */

    /// @inheritdoc IModules
    function isModuleEnabled(address module) public view override returns (bool) {
        return module != SENTINEL && modules[module] != address(0);
    }

    /// @inheritdoc IModules
    function getModulesPaginated(address start, uint256 pageSize)
        external
        view
        override
        returns (address[] memory array, address next)
    {
        if (start != SENTINEL && !isModuleEnabled(start)) revert("GS105");
        if (pageSize == 0) revert("GS106");

        array = new address[](Checked.size(pageSize));
        uint256 count;
        next = modules[start];
        while (next != address(0) && next != SENTINEL && count < pageSize) {
            array[count] = next;
            next = modules[next];
            ++count;
        }

        if (next != SENTINEL) {
            // The account is not set up: it has no list.
            if (count == 0) revert();

            // More remain: the next page starts behind the last module of this one.
            next = array[count - 1];
        }

        assembly ("memory-safe") {
            // Shorten the array to what was found; `count` is at most `pageSize`, so it only shrinks.
            mstore(array, count)
        }
    }

    /* INTERNAL */

    /// @dev Writes the empty list once and lets `to` configure the account, by DELEGATECALL.
    function _setupModules(address to, bytes calldata data) internal {
        if (modules[SENTINEL] != address(0)) revert("GS100");

        _link(modules, SENTINEL, SENTINEL);

        if (to != address(0)) {
            if (to.code.length == 0) revert("GS002");
            if (!Execution.perform(to, 0, data, Operation.DelegateCall, type(uint256).max)) revert("GS000");
        }
    }

    /// @dev Refuses strangers and asks the module guard. Returns the guard asked, so that the same one is told the end.
    function _beforeModuleExecution(address to, uint256 value, bytes calldata data, Operation operation)
        private
        returns (address guard, bytes32 guardHash)
    {
        if (msg.sender == SENTINEL || modules[msg.sender] == address(0)) revert("GS104");

        guard = Slots.load(Slots.MODULE_GUARD);
        if (guard != address(0)) {
            guardHash = IModuleGuard(guard).checkModuleTransaction(to, value, data, operation, msg.sender);
        }
    }

    /// @dev Tells the module guard that was asked before how it ended, then everybody else.
    function _afterModuleExecution(address guard, bytes32 guardHash, bool success) private {
        if (guard != address(0)) IModuleGuard(guard).checkAfterModuleExecution(guardHash, success);

        if (success) emit ExecutionFromModuleSuccess(msg.sender);
        else emit ExecutionFromModuleFailure(msg.sender);
    }
}
