// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {IModules} from "../../src/interfaces/IModules.sol";
import {Account, Answer, Call, SafeReader, SafeReading} from "../../src/lens/SafeReader.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {TestModuleGuard} from "../fixtures/TestModuleGuard.sol";
import {TestToken} from "../fixtures/TestToken.sol";
import {Deployment} from "../utils/Deployment.sol";
import {BaseTest} from "../utils/BaseTest.sol";

/// @dev A contract that answers `VERSION()` and `getStorageAt` with whatever harms a reader most.
contract HostileSafe {
    enum Kind {
        Reverts,
        Empty,
        Garbage,
        Huge,
        BurnsGas,
        LongVersion,
        FarOffset,
        EndlessList,
        NoThreshold
    }

    Kind private kind;

    function set(Kind kind_) external {
        kind = kind_;
    }

    fallback() external {
        if (kind == Kind.Reverts) revert("no");
        if (kind == Kind.Empty) return;
        if (kind == Kind.Garbage) _return(abi.encode(type(uint256).max, type(uint256).max, type(uint256).max));
        if (kind == Kind.Huge) {
            assembly ("memory-safe") {
                // Half a megabyte of zeros, as far as the gas allows.
                return(mload(0x40), 20000)
            }
        }
        if (kind == Kind.BurnsGas) while (true) {}

        if (msg.sig == IMultisig.VERSION.selector) {
            if (kind == Kind.LongVersion) _return(abi.encode(string(new bytes(65))));
            if (kind == Kind.FarOffset) _return(abi.encode(uint256(0x2000), uint256(5), uint256(0)));
            _return(abi.encode("1.4.1"));
        }
        uint256 slot = uint256(bytes32(msg.data[4:36]));
        // Every link leads on to a new address, and so does every other word.
        uint256 word = slot < 8 ? slot : uint256(keccak256(abi.encode(slot)));
        if (kind == Kind.NoThreshold) word = 0;
        _return(abi.encode(abi.encode(word)));
    }

    function _return(bytes memory data) private pure {
        assembly ("memory-safe") {
            // The content of `data`.
            return(add(data, 0x20), mload(data))
        }
    }
}

contract SafeReaderTest is BaseTest {
    /// @dev Runs the reader as `eth_call` without a `to` does: as init code, whose result is the reading.
    function _read(address account, Call[] memory calls) internal returns (SafeReading memory) {
        bytes memory initCode = bytes.concat(type(SafeReader).creationCode, abi.encode(account, calls));
        address made;
        assembly ("memory-safe") {
            // The reading becomes the code of a new contract.
            made := create(0, add(initCode, 0x20), mload(initCode))
        }
        vm.assertTrue(made != address(0), "the reader reverted");
        // EIP-170, which forge does not enforce in tests.
        vm.assertLe(made.code.length, 24_576);
        return abi.decode(made.code, (SafeReading));
    }

    function _read(address account) internal returns (SafeReading memory) {
        return _read(account, new Call[](0));
    }

    function _expectAccount(Account memory found, address expected) internal view {
        vm.assertEq(found.account, expected);
        vm.assertEq(found.codeSize, expected.code.length);
        vm.assertEq(found.codeHash, expected.code.length == 0 ? bytes32(0) : expected.codehash);
        vm.assertEq(found.delegate, address(0));
    }

    /* SAFES */

    function testFuzz_reads(uint256 count, uint256 threshold, uint256 moduleCount, uint256 balance, uint256 nonce)
        public
    {
        count = _bound(count, 1, 20);
        (address[] memory members,) = _actors(count);
        threshold = _bound(threshold, 1, count);
        safe = IMultisig(_newSafe(members, threshold));
        moduleCount = _bound(moduleCount, 0, 8);
        for (uint256 i; i < moduleCount; ++i) {
            _self(abi.encodeCall(IModules.enableModule, (address(uint160(0x100000 + i)))));
        }
        vm.deal(address(safe), balance);
        vm.store(address(safe), bytes32(uint256(5)), bytes32(nonce));

        SafeReading memory reading = _read(address(safe));

        vm.assertTrue(reading.isSafe);
        vm.assertEq(reading.chainId, block.chainid);
        vm.assertEq(reading.blockNumber, block.number);
        vm.assertEq(reading.timestamp, block.timestamp);
        vm.assertEq(reading.balance, balance);
        vm.assertEq(reading.version, safe.VERSION());
        vm.assertEq(reading.nonce, nonce);
        vm.assertEq(reading.threshold, threshold);
        vm.assertEq(reading.ownerCount, count);
        _expectAccount(reading.safe, address(safe));
        _expectAccount(reading.singleton, singleton);
        _expectAccount(reading.fallbackHandler, handler);
        _expectAccount(reading.guard, address(0));
        _expectAccount(reading.moduleGuard, address(0));
        vm.assertTrue(reading.ownersComplete && reading.modulesComplete);
        vm.assertEq(reading.owners.length, count);
        for (uint256 i; i < count; ++i) {
            _expectAccount(reading.owners[i], members[i]);
        }
        vm.assertEq(reading.modules.length, moduleCount);
        for (uint256 i; i < moduleCount; ++i) {
            _expectAccount(reading.modules[i], address(uint160(0x100000 + moduleCount - 1 - i)));
        }
        vm.assertEq(reading.answers.length, 0);
    }

    function test_readsGuards() public {
        address guard = address(new TestGuard());
        address moduleGuard = address(new TestModuleGuard());
        _self(abi.encodeWithSignature("setGuard(address)", guard));
        _self(abi.encodeWithSignature("setModuleGuard(address)", moduleGuard));
        SafeReading memory reading = _read(address(safe));
        _expectAccount(reading.guard, guard);
        _expectAccount(reading.moduleGuard, moduleGuard);
    }

    function test_delegation() public {
        // An owner that is an EOA with a delegation, and one whose 23 bytes are none.
        vm.etch(owners[0], abi.encodePacked(hex"ef0100", recipient));
        vm.etch(owners[1], abi.encodePacked(hex"600100", recipient));
        SafeReading memory reading = _read(address(safe));
        vm.assertEq(reading.owners[0].delegate, recipient);
        vm.assertEq(reading.owners[0].codeSize, 23);
        vm.assertEq(reading.owners[1].delegate, address(0));
        vm.assertEq(reading.owners[1].codeSize, 23);
    }

    /// @dev The most owners that fit into what a constructor may return: (24576 - 41 * 32) / 128.
    uint256 internal constant FIT = 181;

    /// forge-config: default.fuzz.runs = 24
    function testFuzz_longLists(uint256 count) public {
        count = _bound(count, FIT - 3, FIT + 100);
        for (uint256 i; i < count; ++i) {
            bytes32 slot = keccak256(abi.encode(i == 0 ? SENTINEL : address(uint160(0x200000 + i - 1)), uint256(2)));
            vm.store(address(safe), slot, _word(address(uint160(0x200000 + i))));
        }
        vm.store(
            address(safe), keccak256(abi.encode(address(uint160(0x200000 + count - 1)), uint256(2))), _word(SENTINEL)
        );
        SafeReading memory reading = _read(address(safe));
        vm.assertEq(reading.owners.length, count < FIT ? count : FIT);
        vm.assertTrue(reading.ownersComplete == (count <= FIT));
        vm.assertTrue(reading.isSafe);
    }

    function test_fullReading() public {
        HostileSafe hostile = new HostileSafe();
        hostile.set(HostileSafe.Kind.EndlessList);
        Call[] memory calls = new Call[](20);
        for (uint256 i; i < 20; ++i) {
            calls[i] = Call(address(4), new bytes(5000));
        }
        SafeReading memory reading = _read(address(hostile), calls);
        // 20 answers reserve 128 bytes each; the list takes the rest, and nothing is left for their data.
        vm.assertEq(reading.owners.length, FIT - 20);
        vm.assertTrue(reading.answers[0].success);
        vm.assertLe(reading.answers[0].data.length, 128);
        // Without a list: five answers in full, a part of the sixth, nothing of the others.
        reading = _read(recipient, calls);
        vm.assertEq(reading.answers[4].data.length, 4096);
        vm.assertEq(reading.answers[5].data.length, (24_576 - 41 * 32 - 20 * 128) - 5 * 4096);
        vm.assertEq(reading.answers[6].data.length, 0);
    }

    function test_brokenLists() public {
        // A loop that never comes back to the sentinel, and a link to nothing.
        vm.store(address(safe), keccak256(abi.encode(owners[2], uint256(2))), _word(owners[0]));
        vm.store(address(safe), keccak256(abi.encode(SENTINEL, uint256(1))), 0);
        SafeReading memory reading = _read(address(safe));
        vm.assertEq(reading.owners.length, 3);
        vm.assertFalse(reading.ownersComplete);
        vm.assertEq(reading.modules.length, 0);
        vm.assertFalse(reading.modulesComplete);
    }

    /* ANYTHING ELSE */

    function testFuzz_nothingThere(address account) public {
        vm.assume(account.code.length == 0 && uint160(account) > 0xffff);
        SafeReading memory reading = _read(account);
        vm.assertFalse(reading.isSafe);
        vm.assertEq(reading.safe.account, account);
        vm.assertEq(reading.balance, account.balance);
        vm.assertEq(reading.owners.length, 0);
        vm.assertEq(reading.threshold, 0);
    }

    function test_precompiles() public {
        for (uint160 i = 1; i < 20; ++i) {
            vm.assertFalse(_read(address(i)).isSafe);
        }
    }

    function test_notSetUp() public {
        SafeReading memory reading = _read(Deployment.proxy(singleton));
        vm.assertFalse(reading.isSafe);
        vm.assertEq(reading.version, safe.VERSION());
        vm.assertEq(reading.singleton.account, singleton);
        vm.assertFalse(reading.ownersComplete);
    }

    function test_anotherContract() public {
        vm.assertFalse(_read(address(new TestToken("Test", "TST", 18))).isSafe);
        vm.assertFalse(_read(handler).isSafe);
        vm.assertFalse(_read(address(this)).isSafe);
    }

    function test_hostile() public {
        HostileSafe hostile = new HostileSafe();
        for (uint8 kind; kind <= uint8(HostileSafe.Kind.FarOffset); ++kind) {
            hostile.set(HostileSafe.Kind(kind));
            uint256 gasBefore = gasleft();
            SafeReading memory reading = _read(address(hostile));
            vm.assertLe(gasBefore - gasleft(), 3_000_000);
            vm.assertFalse(reading.isSafe);
            vm.assertEq(reading.version, "");
            vm.assertEq(reading.owners.length, 0);
        }
        hostile.set(HostileSafe.Kind.NoThreshold);
        vm.assertFalse(_read(address(hostile)).isSafe);
    }

    /// @dev A contract can pretend to be a Safe; it cannot make the reader fail or walk for ever.
    function test_hostile_endlessList() public {
        HostileSafe hostile = new HostileSafe();
        hostile.set(HostileSafe.Kind.EndlessList);
        SafeReading memory reading = _read(address(hostile));
        vm.assertTrue(reading.isSafe);
        vm.assertEq(reading.owners.length, FIT);
        vm.assertFalse(reading.ownersComplete);
        vm.assertEq(reading.modules.length, 0);
        vm.assertFalse(reading.modulesComplete);
    }

    /* CALLS */

    function testFuzz_calls(bytes memory data) public {
        // What is longer is cut off, as the next test shows.
        vm.assume(data.length <= 4096);
        TestToken token = new TestToken("Test", "TST", 6);
        Reverter reverter = new Reverter();
        token.mint(address(safe), 12_345);
        Call[] memory calls = new Call[](5);
        calls[0] = Call(address(token), abi.encodeCall(TestToken(token).balanceOf, (address(safe))));
        calls[1] = Call(address(reverter), abi.encodeCall(Reverter.withBytes, (data)));
        calls[2] = Call(recipient, data);
        // Whatever would change the chain fails, because it is a STATICCALL.
        calls[3] = Call(address(token), abi.encodeCall(TestToken.mint, (recipient, 1)));
        calls[4] = Call(address(reverter), abi.encodeCall(Reverter.withInvalid, ()));

        Answer[] memory answers = _read(address(safe), calls).answers;

        vm.assertEq(answers.length, 5);
        vm.assertTrue(answers[0].success);
        vm.assertEq(answers[0].data, abi.encode(12_345));
        vm.assertFalse(answers[1].success);
        vm.assertEq(answers[1].data, data);
        vm.assertTrue(answers[2].success);
        vm.assertEq(answers[2].data, "");
        vm.assertFalse(answers[3].success);
        vm.assertFalse(answers[4].success);
    }

    function test_calls_longAnswer() public {
        Call[] memory calls = new Call[](1);
        bytes memory long = new bytes(10_000);
        long[4095] = 0xaa;
        long[4096] = 0xbb;
        calls[0] = Call(address(4), long);
        Answer[] memory answers = _read(recipient, calls).answers;
        vm.assertTrue(answers[0].success);
        vm.assertEq(answers[0].data.length, 4096);
        vm.assertTrue(answers[0].data[4095] == 0xaa);
    }

    /* TWINS */

    /// @dev `_ask` against Solidity's own STATICCALL, of which the first 4096 bytes are taken one by one.
    function testFuzz_calls_likePlainSolidity(bytes memory data, uint256 length, uint8 shape) public {
        length = _bound(length, 0, 9000);
        bytes memory input = bytes.concat(data, new bytes(length));
        for (uint256 i = data.length; i < input.length; i += 7) {
            input[i] = bytes1(uint8(1 + i % 255));
        }
        address[4] memory targets = [address(4), address(new Reverter()), address(2), recipient];
        address target = targets[shape % 4];
        if (shape % 4 == 1) input = abi.encodeCall(Reverter.withBytes, (input));
        Call[] memory calls = new Call[](2);
        calls[0] = Call(target, input);
        // Memory behind the first answer is not that of the second.
        calls[1] = Call(address(4), data);

        Answer[] memory answers = _read(recipient, calls).answers;

        (bool success, bytes memory answer) = target.staticcall(input);
        bytes memory kept = new bytes(answer.length < 4096 ? answer.length : 4096);
        for (uint256 i; i < kept.length; ++i) {
            kept[i] = answer[i];
        }
        vm.assertTrue(answers[0].success == success);
        vm.assertEq(answers[0].data, kept);
        vm.assertTrue(answers[1].success);
        vm.assertEq(answers[1].data, data);
    }

    /// @dev `_delegate` against the code as bytes: of every length near 23, with every beginning that is nearly the one.
    function testFuzz_delegate_likePlainSolidity(bytes3 prefix, address to, uint256 length, uint8 shape) public {
        if (shape % 2 == 0) prefix = hex"ef0100";
        else if (prefix[0] == 0xef) prefix = 0;
        bytes memory code = abi.encodePacked(prefix, to);
        // A delegation has this length; forge knows no other code that begins so.
        if (shape % 2 == 1) code = bytes.concat(code, new bytes(_bound(length, 0, 2)));
        vm.etch(recipient, code);
        code = recipient.code;

        Account memory found = _read(recipient).safe;

        address expected;
        if (code.length == 23 && bytes3(code) == bytes3(hex"ef0100")) {
            bytes20 last;
            for (uint256 i; i < 20; ++i) {
                last |= bytes20(code[3 + i]) >> (8 * i);
            }
            expected = address(last);
        }
        vm.assertEq(found.delegate, expected);
        vm.assertEq(found.codeSize, code.length);
        vm.assertEq(found.codeHash, keccak256(code));
        if (shape % 2 == 0) vm.assertEq(found.delegate, to);
    }
}
