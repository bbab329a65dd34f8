// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {ISignMessageLib} from "../src/interfaces/ISignMessageLib.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

contract SignMessageLibTest is BaseTest {
    address internal lib;

    function setUp() public override {
        super.setUp();
        lib = Deployment.signMessageLib();
    }

    function testFuzz_signMessage(bytes memory message) public {
        bytes32 hash = _messageHash(address(safe), message);
        vm.recordLogs();
        vm.record();
        _exec(_delegate(lib, abi.encodeCall(ISignMessageLib.signMessage, (message))));

        vm.assertEq(safe.signedMessages(hash), 1);
        bytes32 slot = keccak256(abi.encode(hash, uint256(7)));
        vm.assertEq(uint256(vm.load(address(safe), slot)), 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectLog(logs[0], address(safe), _topics(keccak256("SignMsg(bytes32)"), hash), "");
        // The nonce, and the message: nothing else.
        (, bytes32[] memory written) = vm.accesses(address(safe));
        vm.assertEq(written.length, 2);
        vm.assertEq(written[0], bytes32(uint256(5)));
        vm.assertEq(written[1], slot);
    }

    /// @dev What ERC-1271 asks about is the message of 32 bytes.
    function testFuzz_signMessage_erc1271(bytes32 hash) public {
        IFallbackHandler account = IFallbackHandler(address(safe));
        bytes memory ask = abi.encodeCall(IFallbackHandler.isValidSignature, (hash, ""));
        _reverts(stranger, address(safe), ask, _error("Hash not approved"));
        _exec(_delegate(lib, abi.encodeCall(ISignMessageLib.signMessage, (abi.encode(hash)))));
        vm.assertEq(bytes32(account.isValidSignature(hash, "")), bytes32(bytes4(0x1626ba7e)));
    }

    function testFuzz_getMessageHash(bytes memory message) public {
        bytes memory ask = abi.encodeCall(ISignMessageLib.getMessageHash, (message));
        bytes memory answer = IFallbackHandler(address(safe)).simulate(lib, ask);
        vm.assertEq(answer, abi.encode(_messageHash(address(safe), message)));
        vm.assertEq(IFallbackHandler(address(safe)).getMessageHash(message), _messageHash(address(safe), message));
    }

    /// @dev Who is no account has no domain.
    function testFuzz_directly(bytes memory message) public {
        _reverts(stranger, lib, abi.encodeCall(ISignMessageLib.signMessage, (message)), "");
        _reverts(stranger, lib, abi.encodeCall(ISignMessageLib.getMessageHash, (message)), "");
    }
}
