// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "../src/interfaces/IERC165.sol";
import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {IMigration} from "../src/interfaces/IMigration.sol";
import {IModules} from "../src/interfaces/IModules.sol";
import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {IGuards} from "../src/interfaces/IGuards.sol";
import {IOwners} from "../src/interfaces/IOwners.sol";
import {ISignMessageLib} from "../src/interfaces/ISignMessageLib.sol";
import {Operation} from "../src/types/Operation.sol";
import {TestGuard} from "./fixtures/TestGuard.sol";
import {TestModule} from "./fixtures/TestModule.sol";
import {TestModuleGuard} from "./fixtures/TestModuleGuard.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Official, OfficialTest} from "./utils/OfficialTest.sol";

/// @notice Accounts of Safe's own code, with a history, move to Quorate and back: every slot that was ever written is compared.
contract MigrationOfficialTest is OfficialTest {
    bytes32 internal constant MESSAGE = keccak256("a message that was signed on chain");
    bytes32 internal constant APPROVED = keccak256("a hash that was approved");
    bytes32 internal constant SLOT_SINGLETON = 0;
    bytes32 internal constant SLOT_NONCE = bytes32(uint256(5));

    address internal toQuorate;
    address internal singletonL2;

    TestGuard internal guard;
    TestModuleGuard internal moduleGuard;
    TestModule internal module;

    /// @dev Every slot that the account wrote in its life, and what it held before the move.
    bytes32[] internal slots;
    bytes32[] internal values;

    function setUp() public override {
        super.setUp();
        singletonL2 = Deployment.multisigL2();
        toQuorate = Deployment.migration(singleton, singletonL2, handler);
        guard = new TestGuard();
        moduleGuard = new TestModuleGuard();
        module = new TestModule();
    }

    /* FROM EACH VERSION */

    /// @dev There is no official way back to 1.3.0, so it is Quorate's contract, bound to 1.3.0.
    function test_1_3_0() public {
        Official memory set = _official1_3_0();
        _roundTrips(set, Deployment.migration(set.singleton, set.singletonL2, set.handler), false);
    }

    /// @dev Back by Safe's own code: the later build of `SafeMigration`, bound to 1.4.1.
    function test_1_4_1() public {
        Official memory set = _official1_4_1();
        _roundTrips(set, _deploy(_officialMigration(set)), false);
    }

    function test_1_4_1_byQuorate() public {
        Official memory set = _official1_4_1();
        _roundTrips(set, Deployment.migration(set.singleton, set.singletonL2, set.handler), false);
    }

    /// @dev Back by the contract that Safe deployed for this, at its address.
    function test_1_5_0() public {
        Official memory set = _official1_5_0();
        address back = _deployAt(SINGLETON_FACTORY, _officialMigration(set), 0x6439e7ABD8Bb915A5263094784C5CF561c4172AC);
        _roundTrips(set, back, true);
    }

    function test_1_5_0_byQuorate() public {
        Official memory set = _official1_5_0();
        _roundTrips(set, Deployment.migration(set.singleton, set.singletonL2, set.handler), true);
    }

    /* A ROUND TRIP */

    /// @dev Both flavours, each of the four ways there, each of the four ways back.
    function _roundTrips(Official memory set, address back, bool moduleGuards) private {
        for (uint256 layer; layer < 2; ++layer) {
            for (uint256 there; there < 4; ++there) {
                _begin(set, layer == 0 ? set.singleton : set.singletonL2, moduleGuards);
                // Every way back is taken from both flavours, and follows two of the ways there.
                uint256 again = (there + 2 * layer + 1) % 4;

                _migrate(toQuorate, there);
                _expectMoved(there, singleton, singletonL2, handler, set.handler, 1);
                _expectAlive(moduleGuards);

                _remember();
                address kept = there % 2 == 1 ? handler : set.handler;
                _migrate(back, again);
                _expectMoved(again, set.singleton, set.singletonL2, set.handler, kept, 1);
                _expectAlive(moduleGuards);
            }
        }
    }

    /// @dev An account of the official code that has done what accounts do.
    function _begin(Official memory set, address code, bool moduleGuards) private {
        delete slots;
        vm.record();
        safe = IMultisig(_deploy(bytes.concat(set.proxy, abi.encode(code))));
        safe.setup(owners, THRESHOLD, address(0), "", set.handler, address(0), 0, payable(0));
        vm.deal(address(safe), 1 ether);

        _configure(abi.encodeCall(IOwners.addOwnerWithThreshold, (address(0xA11CE), 2)));
        _configure(abi.encodeCall(IOwners.swapOwner, (SENTINEL, address(0xA11CE), address(0xB0B))));
        _configure(abi.encodeCall(IOwners.addOwnerWithThreshold, (address(0xCA401), 2)));
        _configure(abi.encodeCall(IOwners.removeOwner, (SENTINEL, address(0xCA401), 2)));
        _configure(abi.encodeCall(IModules.enableModule, (address(0xdead))));
        _configure(abi.encodeCall(IModules.enableModule, (address(module))));
        _configure(abi.encodeCall(IModules.disableModule, (address(module), address(0xdead))));
        _configure(abi.encodeCall(IGuards.setGuard, (address(guard))));
        if (moduleGuards) _configure(abi.encodeCall(IModules.setModuleGuard, (address(moduleGuard))));
        _exec(_delegate(set.signMessageLib, abi.encodeCall(ISignMessageLib.signMessage, (abi.encode(MESSAGE)))));
        vm.prank(owners[2]);
        safe.approveHash(APPROVED);

        _remember();
        vm.assertGe(slots.length, 15);
    }

    function _configure(bytes memory data) private {
        _exec(_tx(address(safe), 0, data));
    }

    /// @dev Adds what was written since the last record to the slots, and reads them all.
    function _remember() private {
        (, bytes32[] memory written) = vm.accesses(address(safe));
        for (uint256 i; i < written.length; ++i) {
            slots.push(written[i]);
        }
        delete values;
        for (uint256 i; i < slots.length; ++i) {
            values.push(vm.load(address(safe), slots[i]));
        }
    }

    function _migrate(address migration, uint256 way) private {
        bytes[4] memory calls = [
            abi.encodeCall(IMigration.migrateSingleton, ()),
            abi.encodeCall(IMigration.migrateWithFallbackHandler, ()),
            abi.encodeCall(IMigration.migrateL2Singleton, ()),
            abi.encodeCall(IMigration.migrateL2WithFallbackHandler, ())
        ];
        vm.record();
        _exec(_delegate(migration, calls[way]));
    }

    /// @dev Nothing changed but the singleton, the nonce, and the handler if that was asked for.
    function _expectMoved(
        uint256 way,
        address target,
        address targetL2,
        address targetHandler,
        address oldHandler,
        uint256 transactions
    ) private {
        (, bytes32[] memory written) = vm.accesses(address(safe));
        for (uint256 i; i < written.length; ++i) {
            bytes32 slot = written[i];
            vm.assertTrue(slot == SLOT_SINGLETON || slot == SLOT_NONCE || slot == SLOT_HANDLER, "wrote another slot");
        }
        bytes32 expectedHandler = _word(way % 2 == 1 ? targetHandler : oldHandler);
        for (uint256 i; i < slots.length; ++i) {
            bytes32 expected = values[i];
            if (slots[i] == SLOT_SINGLETON) expected = _word(way < 2 ? target : targetL2);
            else if (slots[i] == SLOT_NONCE) expected = bytes32(uint256(values[i]) + transactions);
            else if (slots[i] == SLOT_HANDLER) expected = expectedHandler;
            vm.assertEq(vm.load(address(safe), slots[i]), expected, "slot");
        }
        vm.assertEq(vm.load(address(safe), SLOT_HANDLER), expectedHandler);
    }

    /// @dev The account is what it was, to everybody who uses it.
    function _expectAlive(bool moduleGuards) private {
        address[] memory members = safe.getOwners();
        vm.assertEq(members.length, 4);
        vm.assertEq(members[0], address(0xB0B));
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(members[i + 1], owners[i]);
        }
        vm.assertEq(safe.getThreshold(), THRESHOLD);
        (address[] memory modules,) = safe.getModulesPaginated(SENTINEL, 10);
        vm.assertEq(modules.length, 1);
        vm.assertTrue(safe.isModuleEnabled(address(module)));
        vm.assertEq(safe.approvedHashes(owners[2], APPROVED), 1);
        vm.assertEq(safe.domainSeparator(), _domain(address(safe)));

        bytes4 magic = IFallbackHandler(address(safe)).isValidSignature(MESSAGE, "");
        vm.assertEq(bytes32(magic), bytes32(bytes4(0x1626ba7e)));
        vm.assertTrue(IERC165(address(safe)).supportsInterface(0x150b7a02));

        uint256 balance = recipient.balance;
        uint256 asked = guard.checksAfter();
        _exec(_tx(recipient, 1, ""));
        vm.assertEq(guard.checksAfter(), asked + 1);
        bool asksModuleGuard = moduleGuards && _hasModuleGuards();
        asked = moduleGuard.checksAfter();
        vm.assertTrue(module.exec(safe, recipient, 1, "", Operation.Call));
        vm.assertEq(moduleGuard.checksAfter(), asksModuleGuard ? asked + 1 : asked);
        vm.assertEq(recipient.balance, balance + 2);
    }

    /// @dev Whether the account's code is of a version that asks module guards.
    function _hasModuleGuards() private view returns (bool) {
        return keccak256(bytes(safe.VERSION())) == keccak256("1.5.0");
    }
}
