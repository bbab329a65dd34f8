// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMigration} from "../../src/interfaces/IMigration.sol";
import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IToL2Setup} from "../../src/interfaces/IToL2Setup.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @dev A singleton that passes every call on to one library, by DELEGATECALL.
contract Runner {
    address private immutable LIBRARY;

    constructor(address library_) {
        LIBRARY = library_;
    }

    fallback() external payable {
        address library_ = LIBRARY;
        assembly ("memory-safe") {
            calldatacopy(0, 0, calldatasize())
            if iszero(delegatecall(gas(), library_, 0, calldatasize(), 0, 0)) { revert(0, 0) }
            return(0, 0)
        }
    }
}

/// @notice What the migrations do to an account: slot 0, and the handler where they say so, and nothing of themselves.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract MigrationProofs is SymbolicTest {
    IMigration private migration;
    address private l1;
    address private l2;
    address private handler;

    function setUp() public override {
        l1 = _deploy("Multisig");
        l2 = _deploy("MultisigL2");
        handler = _deploy("FallbackHandler");
        migration = IMigration(_deploy("Migration", abi.encode(l1, l2, handler)));
    }

    function check_migrationKnowsItself() external view {
        assert(migration.MIGRATION_SINGLETON() == address(migration));
        assert(migration.SAFE_SINGLETON() == l1 && migration.SAFE_L2_SINGLETON() == l2);
        assert(migration.SAFE_FALLBACK_HANDLER() == handler);
    }

    /// @dev Called directly, by whomever, no function that writes does anything but revert.
    function check_directMigrationIsRefused(address caller) external {
        bytes memory data = svm.createCalldata("Migration", false);
        vm.prank(caller);
        (bool success,) = address(migration).call(data);
        assert(!success);
    }

    /// @dev An account in any state, whose singleton lets it run the library: slot 0 becomes the singleton that the function names, the
    /// handler changes only where the function says so, and nothing else changes.
    function check_migrate(uint8 kind, address caller, address key, bytes32 hash) external {
        address runner = address(new Runner(address(migration)));
        account = _proxy(runner);
        bytes[4] memory calls = [
            abi.encodeCall(IMigration.migrateSingleton, ()),
            abi.encodeCall(IMigration.migrateL2Singleton, ()),
            abi.encodeCall(IMigration.migrateWithFallbackHandler, ()),
            abi.encodeCall(IMigration.migrateL2WithFallbackHandler, ())
        ];
        kind = _concrete(kind, 4);
        uint256[WORDS] memory expected = _state(key, hash);
        expected[1] = uint160(kind % 2 == 0 ? l1 : l2);
        if (kind >= 2) expected[8] = uint160(handler);
        assert(_call(caller, calls[kind]));
        _same(expected, _state(key, hash), 0);
    }

    /// @dev The account of a chain that is not Ethereum gets the singleton with events; on Ethereum, nothing changes; after the first
    /// transaction, or directly, or with an address without code, it reverts.
    function check_toL2Setup(uint256 chain, address caller, bool coded, address key, bytes32 hash) external {
        vm.chainId(chain);
        address library_ = _deploy("ToL2Setup");
        account = _proxy(address(new Runner(library_)));
        uint256[WORDS] memory expected = _state(key, hash);
        if (chain != 1) expected[1] = uint160(l2);
        bytes memory data = abi.encodeCall(IToL2Setup.setupToL2, (coded ? l2 : address(0xdead)));
        bool success = _call(caller, data);
        assert(success == (expected[0] == 0 && coded));
        if (success) _same(expected, _state(key, hash), 0);

        vm.prank(caller);
        (success,) = library_.call(data);
        assert(!success);
    }

    function reach_toL2Setup(address caller) external {
        account = _proxy(address(new Runner(_deploy("ToL2Setup"))));
        assert(!_call(caller, abi.encodeCall(IToL2Setup.setupToL2, (l2))));
    }

    /// @dev An account in any state that runs `singleton`.
    function _proxy(address singleton) private returns (IMultisig created) {
        created = IMultisig(_deploy("MultisigProxy", abi.encode(singleton)));
        svm.enableSymbolicStorage(address(created));
    }
}
