// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IModules} from "../../src/interfaces/IModules.sol";
import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IOwners} from "../../src/interfaces/IOwners.sol";
import {Operation} from "../../src/types/Operation.sol";
import {Vm} from "../utils/Vm.sol";

/// @title MultisigHandler
/// @notice Does to an account whatever anybody could do, and remembers what should have come of it.
/// @dev No function reverts: what the account refuses is refused to a low-level call, and counted. The handler knows the
/// keys of all actors and plays every part: owners, module, strangers.
contract MultisigHandler {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    address private constant SENTINEL = address(0x1);
    uint256 private constant ACTORS = 8;

    IMultisig public immutable safe;
    address[] private actors;
    mapping(address => uint256) private keyOf;

    /* GHOSTS */

    /// @notice How many calls of execTransaction succeeded.
    uint256 public executions;

    /// @notice What the account holds, by what was sent to it and what it was told to send.
    uint256 public balance;

    /// @notice Hash of owners, threshold, modules, guards and handler, as they should be.
    bytes32 public configuration;

    /// @notice How many calls by strangers the account accepted although it should not have.
    uint256 public intrusions;

    /// @notice How many calls the account refused as it should.
    uint256 public refusals;

    /// @notice How many calls of `setup` succeeded.
    uint256 public setups;

    constructor(IMultisig safe_, address[] memory actors_, uint256[] memory keys_) {
        safe = safe_;
        actors = actors_;
        for (uint256 i; i < actors_.length; ++i) {
            keyOf[actors_[i]] = keys_[i];
        }
        balance = address(safe_).balance;
        configuration = read();
    }

    /// @notice Returns the hash of all configuration, read from the account.
    function read() public view returns (bytes32) {
        (address[] memory modules,) = safe.getModulesPaginated(SENTINEL, 64);
        return keccak256(
            abi.encode(
                safe.getOwners(),
                safe.getThreshold(),
                modules,
                safe.getStorageAt(uint256(keccak256("guard_manager.guard.address")), 1),
                safe.getStorageAt(uint256(keccak256("module_manager.module_guard.address")), 1),
                safe.getStorageAt(uint256(keccak256("fallback_manager.handler.address")), 1),
                safe.getStorageAt(0, 1)
            )
        );
    }

    /* WHAT OWNERS DO */

    /// @notice A payment with enough signatures.
    function pay(uint256 seed, uint256 value) external {
        address to = address(uint160(0x900000 + seed % 5));
        value = value % (address(safe).balance + 1);
        if (_execute(to, value, "", 0)) balance -= value;
    }

    /// @notice A payment of more than there is, with or without a gas limit: it fails, or uses the nonce.
    function payTooMuch(uint256 excess, bool limited) external {
        uint256 value = address(safe).balance + 1 + excess % 1 ether;
        _execute(address(0x900001), value, "", limited ? 50_000 : 0);
    }

    /// @notice A change of configuration with enough signatures.
    function reconfigure(uint256 kind, uint256 a, uint256 b) external {
        bytes memory data = _change(kind, a, b);
        if (_execute(address(safe), 0, data, 0)) configuration = read();
    }

    /// @notice A payment with one signature too few.
    function underSign(uint256 value) external {
        (bytes memory data,) = _prepare(address(0x900002), value % 1 ether, "", 0, safe.getThreshold() - 1);
        _intrude(address(0x57A4), data);
    }

    /// @notice The same signature as often as the threshold asks for.
    function signTwice(uint256 seed) external {
        uint256 threshold = safe.getThreshold();
        if (threshold == 1) return;
        address[] memory owners = _sortedOwners();
        bytes32 hash = safe.getTransactionHash(
            address(0x900002), 1, "", Operation.Call, 0, 0, 0, address(0), address(0), safe.nonce()
        );
        bytes memory one = _signature(owners[seed % owners.length], hash);
        bytes memory signatures;
        for (uint256 i; i < threshold; ++i) {
            signatures = bytes.concat(signatures, one);
        }
        _intrude(address(0x57A4), _encode(address(0x900002), 1, "", 0, signatures));
    }

    /* WHAT MODULES DO */

    /// @notice A payment by an enabled module, or by somebody who is none.
    function moduleActs(uint256 seed, uint256 value, bool configures) external {
        address module = _module(seed);
        value = value % (address(safe).balance + 1);
        bytes memory data = configures
            ? abi.encodeCall(
                IModules.execTransactionFromModule, (address(safe), 0, _change(seed >> 8, value, seed), Operation.Call)
            )
            : abi.encodeCall(IModules.execTransactionFromModule, (address(0x900003), value, "", Operation.Call));
        if (!safe.isModuleEnabled(module)) return _intrude(module, data);
        vm.prank(module);
        (bool success, bytes memory answer) = address(safe).call(data);
        if (!success || !abi.decode(answer, (bool))) return;
        if (configures) configuration = read();
        else balance -= value;
    }

    /* WHAT STRANGERS DO */

    /// @notice A change of configuration, called by anybody but the account.
    function strangerReconfigures(address caller, uint256 kind, uint256 a, uint256 b) external {
        if (caller == address(safe) || caller == address(vm)) return;
        _intrude(caller, _change(kind, a, b));
    }

    /// @notice The same by an owner, who alone is nobody.
    function ownerReconfigures(uint256 seed, uint256 kind, uint256 a, uint256 b) external {
        address[] memory owners = safe.getOwners();
        _intrude(owners[seed % owners.length], _change(kind, a, b));
    }

    /// @notice Another setup.
    function setupAgain(address caller) external {
        if (caller == address(vm)) return;
        address[] memory owners = new address[](1);
        owners[0] = address(0xBAD);
        vm.prank(caller);
        (bool success,) = address(safe)
            .call(abi.encodeCall(IMultisig.setup, (owners, 1, address(0), "", address(0), address(0), 0, payable(0))));
        if (success) ++setups;
    }

    /// @notice Somebody sends native tokens.
    function receiveValue(uint256 value) external {
        value = value % 10 ether;
        vm.deal(address(0x57A4), value);
        vm.prank(address(0x57A4));
        (bool success,) = address(safe).call{value: value}("");
        if (success) balance += value;
    }

    /// @notice An owner approves some hash, which by itself does nothing.
    function approve(uint256 seed, bytes32 hash) external {
        address[] memory owners = safe.getOwners();
        vm.prank(owners[seed % owners.length]);
        safe.approveHash(hash);
    }

    /// @notice A simulation, of which nothing may remain.
    function simulate(uint256 kind, uint256 a, uint256 b) external {
        (bool success,) =
            address(safe).call(abi.encodeCall(safe.simulateAndRevert, (address(safe), _change(kind, a, b))));
        if (success) ++intrusions;
    }

    /* INTERNAL */

    /// @dev Any call to a function that changes the configuration, with arguments that are often right.
    function _change(uint256 kind, uint256 a, uint256 b) private view returns (bytes memory) {
        kind = kind % 7;
        address[] memory owners = safe.getOwners();
        uint256 threshold = 1 + b % (owners.length + 1);
        if (kind == 0) return abi.encodeCall(IOwners.addOwnerWithThreshold, (actors[a % ACTORS], threshold));
        uint256 index = a % owners.length;
        address previous = index == 0 ? SENTINEL : owners[index - 1];
        if (kind == 1) return abi.encodeCall(IOwners.removeOwner, (previous, owners[index], threshold));
        if (kind == 2) return abi.encodeCall(IOwners.swapOwner, (previous, owners[index], actors[b % ACTORS]));
        if (kind == 3) return abi.encodeCall(IOwners.changeThreshold, (b % (owners.length + 2)));
        if (kind == 4) return abi.encodeCall(IModules.enableModule, (_module(a)));
        (address[] memory modules,) = safe.getModulesPaginated(SENTINEL, 64);
        if (kind == 5 && modules.length != 0) {
            index = a % modules.length;
            previous = index == 0 ? SENTINEL : modules[index - 1];
            return abi.encodeCall(IModules.disableModule, (previous, modules[index]));
        }
        return abi.encodeWithSignature("setFallbackHandler(address)", address(uint160(a)));
    }

    function _module(uint256 seed) private pure returns (address) {
        return address(uint160(0x800000 + seed % 4));
    }

    /// @dev A call that must fail.
    function _intrude(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool success,) = address(safe).call(data);
        if (success) ++intrusions;
        else ++refusals;
    }

    /// @dev Executes with enough signatures. Returns whether the inner call succeeded.
    function _execute(address to, uint256 value, bytes memory data, uint256 safeTxGas) private returns (bool) {
        (bytes memory call,) = _prepare(to, value, data, safeTxGas, safe.getThreshold());
        (bool success, bytes memory answer) = address(safe).call(call);
        if (!success) return false;
        ++executions;
        return abi.decode(answer, (bool));
    }

    function _prepare(address to, uint256 value, bytes memory data, uint256 safeTxGas, uint256 count)
        private
        view
        returns (bytes memory call, bytes memory signatures)
    {
        bytes32 hash = safe.getTransactionHash(
            to, value, data, Operation.Call, safeTxGas, 0, 0, address(0), address(0), safe.nonce()
        );
        address[] memory owners = _sortedOwners();
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, _signature(owners[i], hash));
        }
        call = _encode(to, value, data, safeTxGas, signatures);
    }

    function _encode(address to, uint256 value, bytes memory data, uint256 safeTxGas, bytes memory signatures)
        private
        pure
        returns (bytes memory)
    {
        return abi.encodeCall(
            IMultisig.execTransaction,
            (to, value, data, Operation.Call, safeTxGas, 0, 0, address(0), payable(0), signatures)
        );
    }

    function _signature(address owner, bytes32 hash) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keyOf[owner], hash);
        return abi.encodePacked(r, s, v);
    }

    function _sortedOwners() private view returns (address[] memory owners) {
        owners = safe.getOwners();
        for (uint256 i = 1; i < owners.length; ++i) {
            for (uint256 j = i; j > 0 && owners[j - 1] > owners[j]; --j) {
                (owners[j - 1], owners[j]) = (owners[j], owners[j - 1]);
            }
        }
    }
}
