// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SymbolicTest} from "./SymbolicTest.sol";

/// @dev A singleton that tells all it can see, writes a slot, and fails when slot 1 of the account says so.
contract Mirror {
    uint256 private singleton;
    uint256 private fails;
    bytes32 private written;

    fallback() external payable {
        written = keccak256(msg.data);
        bytes memory answer = abi.encodePacked(address(this), msg.sender, msg.value, written, msg.data);
        uint256 ends = fails;
        assembly ("memory-safe") {
            if ends { revert(add(answer, 0x20), mload(answer)) }
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice The proxy is its singleton, but for `masterCopy()`.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract ProxyProofs is SymbolicTest {
    address private proxy;
    address private mirror;

    function setUp() public override {
        mirror = address(new Mirror());
        proxy = _deploy("MultisigProxy", abi.encode(mirror));
    }

    /// @dev Any call of 0, 1, 3, 4, 36 or 68 bytes: the singleton's code sees it as it came, as the account; what it wrote is in the
    /// account's storage and what it answered or reverted with, to the byte, is the answer. Slot 0 stays.
    /// @custom:bound calls of 0, 1, 3, 4, 36 and 68 bytes
    function check_proxyIsItsSingleton(address caller, uint256 value, uint256 fails, uint8 size) external {
        vm.assume(value < 2 ** 90 && caller != proxy);
        vm.deal(caller, value);
        vm.store(proxy, bytes32(uint256(1)), bytes32(fails));
        bytes memory data = svm.createBytes([0, 1, 3, 4, 36, 68][_concrete(size, 6)], "data");
        vm.assume(data.length < 4 || bytes4(data) != MASTER_COPY);

        vm.prank(caller);
        (bool success, bytes memory answer) = proxy.call{value: value}(data);

        assert(success == (fails == 0));
        bytes memory expected = abi.encodePacked(proxy, caller, value, keccak256(data), data);
        assert(answer.length == expected.length && keccak256(answer) == keccak256(expected));
        assert(vm.load(proxy, bytes32(uint256(2))) == (success ? keccak256(data) : bytes32(0)));
        assert(vm.load(proxy, 0) == bytes32(uint256(uint160(mirror))));
        assert(vm.load(mirror, bytes32(uint256(2))) == 0);
        assert(proxy.balance == (success ? value : 0));
    }

    /// @dev `masterCopy()`, whatever follows its selector and whatever the singleton is, is answered by slot 0, and writes nothing.
    /// @custom:bound 0, 1, 32 or 64 bytes behind the selector
    function check_masterCopy(address caller, bytes32 singleton, uint8 size) external {
        vm.store(proxy, 0, singleton);
        bytes memory rest = svm.createBytes([0, 1, 32, 64][_concrete(size, 4)], "rest");
        vm.prank(caller);
        (bool success, bytes memory answer) = proxy.call(abi.encodePacked(MASTER_COPY, rest));
        assert(success && answer.length == 32);
        assert(uint256(bytes32(answer)) == uint160(uint256(singleton)));
        assert(vm.load(proxy, 0) == singleton);
    }

    function check_proxyOfZeroIsRefused() external {
        bytes memory code =
            bytes.concat(vm.getCode("out/symbolic/MultisigProxy.sol/MultisigProxy.json"), abi.encode(address(0)));
        address created;
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        assert(created == address(0));
    }

    bytes4 private constant MASTER_COPY = bytes4(keccak256("masterCopy()"));
}
