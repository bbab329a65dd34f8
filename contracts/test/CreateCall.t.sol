// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICreateCall} from "../src/interfaces/ICreateCall.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";
import {Vm} from "./utils/Vm.sol";

/// @dev Keeps what it was made with, or refuses to be made.
contract Made {
    uint256 public number;
    address public maker;
    uint256 public received;

    constructor(uint256 number_) payable {
        require(number_ != 13, "unlucky");
        (number, maker, received) = (number_, msg.sender, msg.value);
    }
}

contract CreateCallTest is BaseTest {
    address internal createCall;

    function setUp() public override {
        super.setUp();
        createCall = Deployment.createCall();
    }

    function _code(uint256 number) internal view returns (bytes memory) {
        return bytes.concat(vm.getCode("CreateCall.t.sol:Made"), abi.encode(number));
    }

    function _create(uint256 value, bytes memory code) internal pure returns (bytes memory) {
        return abi.encodeCall(ICreateCall.performCreate, (value, code));
    }

    function _create2(uint256 value, bytes memory code, bytes32 salt) internal pure returns (bytes memory) {
        return abi.encodeCall(ICreateCall.performCreate2, (value, code, salt));
    }

    function _predict2(address maker, bytes memory code, bytes32 salt) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", maker, salt, keccak256(code))))));
    }

    /// @dev Of the first contracts: the RLP of an address and a number below 128.
    function _predict(address maker, uint8 count) internal pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", maker, count)))));
    }

    function _expectMade(address made, address maker, uint256 number, uint256 value) internal view {
        vm.assertEq(Made(made).number(), number);
        vm.assertEq(Made(made).maker(), maker);
        vm.assertEq(Made(made).received(), value);
        vm.assertEq(made.balance, value);
    }

    function _expectCreation(Vm.Log memory log, address emitter, address made) internal pure {
        _expectLog(log, emitter, _topics(keccak256("ContractCreation(address)"), _word(made)), "");
    }

    function testFuzz_performCreate(uint256 number, uint256 value) public {
        vm.assume(number != 13);
        value = _bound(value, 0, 100 ether);
        // A proxy is a contract, whose first contract has the number 1.
        address made = _predict(address(safe), 1);
        vm.recordLogs();
        _exec(_delegate(createCall, _create(value, _code(number))));
        _expectMade(made, address(safe), number, value);
        _expectCreation(vm.getRecordedLogs()[0], address(safe), made);

        _exec(_delegate(createCall, _create(0, _code(number))));
        _expectMade(_predict(address(safe), 2), address(safe), number, 0);
    }

    function testFuzz_performCreate2(uint256 number, uint256 value, bytes32 salt) public {
        vm.assume(number != 13);
        value = _bound(value, 0, 100 ether);
        address made = _predict2(address(safe), _code(number), salt);
        vm.recordLogs();
        _exec(_delegate(createCall, _create2(value, _code(number), salt)));
        _expectMade(made, address(safe), number, value);
        _expectCreation(vm.getRecordedLogs()[0], address(safe), made);

        // The address is taken now.
        _execFails(_create2(0, _code(number), salt));
    }

    function testFuzz_returnsTheAddress(uint256 number, bytes32 salt) public {
        vm.assume(number != 13);
        vm.recordLogs();
        address made = ICreateCall(createCall).performCreate(0, _code(number));
        vm.assertEq(made, _predict(createCall, 1));
        _expectMade(made, createCall, number, 0);
        made = ICreateCall(createCall).performCreate2(0, _code(number), salt);
        vm.assertEq(made, _predict2(createCall, _code(number), salt));
        _expectMade(made, createCall, number, 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        vm.assertEq(logs.length, 2);
        _expectCreation(logs[1], createCall, made);
    }

    /// @dev For whatever reason: the constructor's, code that is none, more value than there is.
    function testFuzz_fails(bytes32 salt, uint256 value) public {
        _execFails(_create(0, _code(13)));
        _execFails(_create2(0, _code(13), salt));
        // 0xef cannot be the first byte of a contract; mstore8(0, 0xef) return(0, 1).
        _execFails(_create(0, hex"60ef60005360016000f3"));
        _execFails(_create2(0, hex"60ef60005360016000f3", salt));
        value = _bound(value, 100 ether + 1, type(uint256).max);
        _execFails(_create(value, _code(1)));
        _execFails(_create2(value, _code(1), salt));
    }

    function _execFails(bytes memory data) private {
        _execReverts(_delegate(createCall, data), _error("Could not deploy contract"));
    }

    /// @dev Without creation code there is an account without code: no failure, as in Safe.
    function test_nothing() public {
        address made = ICreateCall(createCall).performCreate(0, "");
        vm.assertEq(made.code.length, 0);
        vm.assertEq(made, _predict(createCall, 1));
    }

    function test_valueIsRefused() public {
        vm.deal(stranger, 1);
        vm.prank(stranger);
        (bool success, bytes memory answer) = createCall.call{value: 1}(_create(1, _code(1)));
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }
}
