// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallback} from "../../src/interfaces/IFallback.sol";
import {IGuards} from "../../src/interfaces/IGuards.sol";
import {IModules} from "../../src/interfaces/IModules.sol";
import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IOwners} from "../../src/interfaces/IOwners.sol";
import {Vm} from "../utils/Vm.sol";

/// @notice The functions that an account lets nobody call but itself.
enum Kind {
    AddOwner,
    RemoveOwner,
    SwapOwner,
    ChangeThreshold,
    EnableModule,
    DisableModule,
    SetFallbackHandler,
    SetGuard,
    SetModuleGuard
}

/// @notice A call of one of them: its addresses in their order, then its number.
struct Change {
    Kind kind;
    address a;
    address b;
    address c;
    uint256 n;
}

/// @title AccountModel
/// @notice What an account should be, by what it was told: ghost state that is never read from the account.
abstract contract AccountModel {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    address internal constant SENTINEL = address(0x1);

    /// @notice An approval of a hash by an owner.
    struct Approval {
        address owner;
        bytes32 hash;
    }

    IMultisig public immutable safe;

    /* GHOSTS */

    /// @dev Both in the order of the account's lists.
    address[] internal owners;
    address[] internal modules;
    uint256 public threshold;
    address public guard;
    address public moduleGuard;
    address public fallbackHandler;

    /// @notice How many calls of execTransaction succeeded.
    uint256 public nonce;

    /// @notice What the account holds, in native tokens and in the token of refunds.
    uint256 public balance;
    uint256 public tokens;

    /// @notice What was sent to whom.
    mapping(address receiver => uint256) public paid;

    /// @notice How many transactions ran while this was the guard, or the module guard.
    mapping(address guard => uint256) public hooks;

    /// @notice A slot that means nothing to the account, as code behind a DELEGATECALL left it.
    bytes32 public scratch;

    Approval[] internal approvals;
    mapping(address owner => mapping(bytes32 hash => bool)) public approved;
    bytes32[] internal signed;

    /// @notice The first thing that was not as it should be; empty if all was.
    string public fault;

    /// @notice How often something was done.
    mapping(string what => uint256) public count;

    /// @dev Contracts that may be a guard, and a module guard.
    address[] internal guards;
    address[] internal moduleGuards;

    constructor(IMultisig safe_) {
        safe = safe_;
    }

    function getOwners() external view returns (address[] memory) {
        return owners;
    }

    function getModules() external view returns (address[] memory) {
        return modules;
    }

    /// @notice Returns the latest approvals, at most four: what is older was returned before.
    function latestApprovals() external view returns (Approval[] memory latest) {
        latest = new Approval[](approvals.length < 4 ? approvals.length : 4);
        for (uint256 i; i < latest.length; ++i) {
            latest[i] = approvals[approvals.length - 1 - i];
        }
    }

    /// @notice Returns the latest messages that were signed, at most four.
    function latestSigned() external view returns (bytes32[] memory latest) {
        latest = new bytes32[](signed.length < 4 ? signed.length : 4);
        for (uint256 i; i < latest.length; ++i) {
            latest[i] = signed[signed.length - 1 - i];
        }
    }

    function getGuards() external view returns (address[] memory, address[] memory) {
        return (guards, moduleGuards);
    }

    /* CHANGES */

    function _encode(Change memory c) internal pure returns (bytes memory) {
        if (c.kind == Kind.AddOwner) return abi.encodeCall(IOwners.addOwnerWithThreshold, (c.a, c.n));
        if (c.kind == Kind.RemoveOwner) return abi.encodeCall(IOwners.removeOwner, (c.a, c.b, c.n));
        if (c.kind == Kind.SwapOwner) return abi.encodeCall(IOwners.swapOwner, (c.a, c.b, c.c));
        if (c.kind == Kind.ChangeThreshold) return abi.encodeCall(IOwners.changeThreshold, (c.n));
        if (c.kind == Kind.EnableModule) return abi.encodeCall(IModules.enableModule, (c.a));
        if (c.kind == Kind.DisableModule) return abi.encodeCall(IModules.disableModule, (c.a, c.b));
        if (c.kind == Kind.SetFallbackHandler) return abi.encodeCall(IFallback.setFallbackHandler, (c.a));
        if (c.kind == Kind.SetGuard) return abi.encodeCall(IGuards.setGuard, (c.a));
        return abi.encodeCall(IModules.setModuleGuard, (c.a));
    }

    /// @dev Whether the account should do this if it calls itself.
    function _allows(Change memory c) internal view returns (bool) {
        if (c.kind == Kind.AddOwner) return _mayJoin(c.a) && c.n != 0 && c.n <= owners.length + 1;
        if (c.kind == Kind.RemoveOwner) return _follows(owners, c.a, c.b) && c.n != 0 && c.n <= owners.length - 1;
        if (c.kind == Kind.SwapOwner) return _mayJoin(c.c) && _follows(owners, c.a, c.b);
        if (c.kind == Kind.ChangeThreshold) return c.n != 0 && c.n <= owners.length;
        if (c.kind == Kind.EnableModule) return uint160(c.a) > 1 && !_contains(modules, c.a);
        if (c.kind == Kind.DisableModule) return _follows(modules, c.a, c.b);
        if (c.kind == Kind.SetFallbackHandler) return c.a != address(safe);
        return c.a == address(0) || _contains(c.kind == Kind.SetGuard ? guards : moduleGuards, c.a);
    }

    /// @dev Makes a change that `_allows` allows.
    function _apply(Change memory c) internal {
        if (c.kind == Kind.AddOwner) _insert(owners, c.a);
        if (c.kind == Kind.RemoveOwner) _remove(owners, c.b);
        if (c.kind == Kind.SwapOwner) owners[_indexOf(owners, c.b)] = c.c;
        if (c.kind == Kind.EnableModule) _insert(modules, c.a);
        if (c.kind == Kind.DisableModule) _remove(modules, c.b);
        if (c.kind == Kind.SetFallbackHandler) fallbackHandler = c.a;
        if (c.kind == Kind.SetGuard) guard = c.a;
        if (c.kind == Kind.SetModuleGuard) moduleGuard = c.a;
        if (c.kind <= Kind.ChangeThreshold && c.kind != Kind.SwapOwner) threshold = c.n;
    }

    function _approve(address owner, bytes32 hash) internal {
        approvals.push(Approval(owner, hash));
        approved[owner][hash] = true;
    }

    /* LISTS */

    function _mayJoin(address owner) private view returns (bool) {
        return uint160(owner) > 1 && owner != address(safe) && !_contains(owners, owner);
    }

    /// @dev Whether `item` stands directly behind `previous`; the sentinel is before the first.
    function _follows(address[] storage list, address previous, address item) private view returns (bool) {
        if (!_contains(list, item)) return false;
        uint256 index = _indexOf(list, item);
        return previous == (index == 0 ? SENTINEL : list[index - 1]);
    }

    /// @dev At the head, where the account puts it.
    function _insert(address[] storage list, address item) private {
        list.push(item);
        for (uint256 i = list.length - 1; i > 0; --i) {
            (list[i - 1], list[i]) = (list[i], list[i - 1]);
        }
    }

    function _remove(address[] storage list, address item) private {
        for (uint256 i = _indexOf(list, item); i + 1 < list.length; ++i) {
            list[i] = list[i + 1];
        }
        list.pop();
    }

    function _indexOf(address[] storage list, address item) private view returns (uint256 index) {
        while (list[index] != item) ++index;
    }

    function _contains(address[] storage list, address item) internal view returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == item) return true;
        }
        return false;
    }

    /* REPORT */

    function _expect(bool holds, string memory otherwise) internal {
        if (!holds && bytes(fault).length == 0) fault = otherwise;
    }

    function _did(string memory what) internal {
        ++count[what];
    }
}
