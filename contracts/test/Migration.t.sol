// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMigration} from "../src/interfaces/IMigration.sol";
import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

/// @dev Deploys a migration from a call, so that its constructor's revert can be seen.
contract MigrationMaker {
    function make(address singleton, address singletonL2, address handler) external returns (address) {
        return Deployment.migration(singleton, singletonL2, handler);
    }
}

contract MigrationTest is BaseTest {
    address internal migration;
    address internal newSingleton;
    address internal newSingletonL2;
    address internal newHandler;

    function setUp() public override {
        super.setUp();
        newSingleton = Deployment.multisig();
        newSingletonL2 = Deployment.multisigL2();
        newHandler = Deployment.fallbackHandler();
        migration = Deployment.migration(newSingleton, newSingletonL2, newHandler);
    }

    function _calls() internal pure returns (bytes[4] memory) {
        return [
            abi.encodeCall(IMigration.migrateSingleton, ()),
            abi.encodeCall(IMigration.migrateWithFallbackHandler, ()),
            abi.encodeCall(IMigration.migrateL2Singleton, ()),
            abi.encodeCall(IMigration.migrateL2WithFallbackHandler, ())
        ];
    }

    /* CONSTRUCTION */

    function test_targets() public view {
        vm.assertEq(IMigration(migration).MIGRATION_SINGLETON(), migration);
        vm.assertEq(IMigration(migration).SAFE_SINGLETON(), newSingleton);
        vm.assertEq(IMigration(migration).SAFE_L2_SINGLETON(), newSingletonL2);
        vm.assertEq(IMigration(migration).SAFE_FALLBACK_HANDLER(), newHandler);
    }

    function testFuzz_targetsWithoutCode(address none) public {
        vm.assume(none.code.length == 0);
        address maker = address(new MigrationMaker());
        _reverts(
            stranger,
            maker,
            abi.encodeCall(MigrationMaker.make, (none, newSingletonL2, newHandler)),
            _error("Safe Singleton is not deployed")
        );
        _reverts(
            stranger,
            maker,
            abi.encodeCall(MigrationMaker.make, (newSingleton, none, newHandler)),
            _error("Safe Singleton (L2) is not deployed")
        );
        _reverts(
            stranger,
            maker,
            abi.encodeCall(MigrationMaker.make, (newSingleton, newSingletonL2, none)),
            _error("fallback handler is not deployed")
        );
    }

    /* MIGRATION */

    /// @dev Slot 0, the handler if asked, the nonce: nothing else is written.
    function testFuzz_migrate(uint256 way) public {
        way %= 4;
        address target = way < 2 ? newSingleton : newSingletonL2;
        bool withHandler = way % 2 == 1;
        vm.recordLogs();
        vm.record();
        _exec(_delegate(migration, _calls()[way]));

        vm.assertEq(vm.load(address(safe), 0), _word(target));
        vm.assertEq(vm.load(address(safe), SLOT_HANDLER), _word(withHandler ? newHandler : handler));
        (, bytes32[] memory written) = vm.accesses(address(safe));
        vm.assertEq(written.length, withHandler ? 3 : 2);
        vm.assertEq(written[0], bytes32(uint256(5)));
        vm.assertEq(written[1], bytes32(0));
        if (withHandler) vm.assertEq(written[2], SLOT_HANDLER);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, withHandler ? 3 : 2);
        _expectLog(logs[0], address(safe), _topics(keccak256("ChangedMasterCopy(address)")), abi.encode(target));
        if (withHandler) {
            bytes32 topic = keccak256("ChangedFallbackHandler(address)");
            _expectLog(logs[1], address(safe), _topics(topic, _word(newHandler)), "");
        }
        // It goes on as what it is now.
        _exec(_tx(recipient, 1, ""));
        vm.assertEq(recipient.balance, 1);
    }

    /// @dev Twice is as good as once.
    function testFuzz_migrate_again(uint256 first, uint256 second) public {
        _exec(_delegate(migration, _calls()[first % 4]));
        _exec(_delegate(migration, _calls()[second % 4]));
        vm.assertEq(vm.load(address(safe), 0), _word(second % 4 < 2 ? newSingleton : newSingletonL2));
    }

    /// @dev The handler is set by the account itself, which refuses to be its own.
    function test_migrate_handlerRefused() public {
        address strange = Deployment.migration(newSingleton, newSingletonL2, address(safe));
        _execReverts(_delegate(strange, _calls()[1]), _error("GS400"));
        _execReverts(_delegate(strange, _calls()[3]), _error("GS400"));
        vm.assertEq(vm.load(address(safe), 0), _word(singleton));
    }

    function test_simulation() public {
        for (uint256 i; i < 4; ++i) {
            vm.assertEq(IFallbackHandler(address(safe)).simulate(migration, _calls()[i]).length, 0);
        }
        vm.assertEq(vm.load(address(safe), 0), _word(singleton));
    }

    function testFuzz_directly(address caller) public {
        vm.assume(caller != address(vm));
        bytes memory expected = _error("Migration should only be called via delegatecall");
        for (uint256 i; i < 4; ++i) {
            _reverts(caller, migration, _calls()[i], expected);
        }
        // Called by an account, but not as the account.
        _execReverts(_tx(migration, 0, _calls()[0]), expected);
        vm.assertEq(vm.load(migration, 0), 0);
    }

    function testFuzz_unknown(bytes4 selector) public {
        bytes4[8] memory known = [
            IMigration.migrateSingleton.selector,
            IMigration.migrateWithFallbackHandler.selector,
            IMigration.migrateL2Singleton.selector,
            IMigration.migrateL2WithFallbackHandler.selector,
            IMigration.MIGRATION_SINGLETON.selector,
            IMigration.SAFE_SINGLETON.selector,
            IMigration.SAFE_L2_SINGLETON.selector,
            IMigration.SAFE_FALLBACK_HANDLER.selector
        ];
        for (uint256 i; i < 8; ++i) {
            vm.assume(selector != known[i]);
        }
        _reverts(stranger, migration, abi.encodePacked(selector), "");
        _execReverts(_delegate(migration, abi.encodePacked(selector)), "");
    }
}
