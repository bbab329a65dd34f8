// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {BaseTest} from "./BaseTest.sol";
import {Deployment} from "./Deployment.sol";
import {Vm} from "./Vm.sol";
import {IMultisig} from "../../src/interfaces/IMultisig.sol";

/// @title ExtensibleTest
/// @notice A 2-of-3 whose handler is an `ExtensibleFallbackHandler`.
abstract contract ExtensibleTest is BaseTest {
    bytes internal constant NOT_THE_ACCOUNT =
        hex"08c379a00000000000000000000000000000000000000000000000000000000000000020000000000000000000000000000000000000000000000000000000000000001e6f6e6c7920736166652063616e2063616c6c2074686973206d6574686f640000";

    function setUp() public virtual override {
        super.setUp();
        handler = Deployment.extensibleFallbackHandler();
        safe = IMultisig(_newSafe(owners, THRESHOLD));
    }

    /// @dev Expects that nobody but the account may ask for this: no stranger, and no owner, neither through the account nor
    /// at the handler, whatever follows the input.
    function _onlyTheAccount(address caller, bytes memory data) internal {
        vm.assume(caller != address(safe) && caller != address(vm));
        vm.assertEq(NOT_THE_ACCOUNT, _error("only safe can call this method"));
        _reverts(caller, address(safe), data, NOT_THE_ACCOUNT);
        _reverts(owners[0], address(safe), data, NOT_THE_ACCOUNT);
        _reverts(owners[0], handler, abi.encodePacked(data, safe), NOT_THE_ACCOUNT);
        _reverts(address(safe), handler, abi.encodePacked(data, caller), NOT_THE_ACCOUNT);
    }

    /// @dev Where the handler keeps what `account` has in a mapping of mappings.
    function _slot(uint256 index, address account, bytes32 key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, keccak256(abi.encode(account, index))));
    }

    function _expectMethod(Vm.Log memory log, bytes4 selector, bytes32 oldMethod, bytes32 newMethod) internal view {
        bytes32 topic = keccak256("ChangedSafeMethod(address,bytes4,bytes32,bytes32)");
        bytes memory data = abi.encode(selector, oldMethod, newMethod);
        _expectLog(log, handler, _topics(topic, _word(address(safe))), data);
    }

    function _expectInterface(Vm.Log memory log, bytes4 id, bool added) internal view {
        bytes32 topic =
            added ? keccak256("AddedInterface(address,bytes4)") : keccak256("RemovedInterface(address,bytes4)");
        _expectLog(log, handler, _topics(topic, _word(address(safe))), abi.encode(id));
    }
}
