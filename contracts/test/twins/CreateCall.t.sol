// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ICreateCall} from "../../src/interfaces/ICreateCall.sol";
import {Deployment} from "../utils/Deployment.sol";
import {TwinTest} from "./TwinTest.sol";

/// @dev Keeps what it was made with, or refuses to be made.
contract Product {
    uint256 public number;
    address public maker;

    constructor(uint256 number_) payable {
        require(number_ % 8 != 3, "not three");
        (number, maker) = (number_, msg.sender);
    }
}

/// @dev The twin of `CreateCall`, for the one contract whose code Solidity knows: its argument is the last word.
contract PlainCreateCall {
    event ContractCreation(address indexed newContract);

    function performCreate(uint256 value, bytes calldata deploymentData) external returns (address) {
        try new Product{value: value}(_number(deploymentData)) returns (Product made) {
            return _announce(made);
        } catch {
            revert("Could not deploy contract");
        }
    }

    function performCreate2(uint256 value, bytes calldata deploymentData, bytes32 salt) external returns (address) {
        try new Product{value: value, salt: salt}(_number(deploymentData)) returns (Product made) {
            return _announce(made);
        } catch {
            revert("Could not deploy contract");
        }
    }

    function _number(bytes calldata deploymentData) private pure returns (uint256) {
        return abi.decode(deploymentData[deploymentData.length - 32:], (uint256));
    }

    function _announce(Product made) private returns (address) {
        emit ContractCreation(address(made));
        return address(made);
    }
}

contract CreateCallTwinTest is TwinTest {
    address private createCall;
    bytes private plain;

    function setUp() public override {
        super.setUp();
        createCall = Deployment.createCall();
        plain = address(new PlainCreateCall()).code;
    }

    /// @dev The same address, event, answer and refusal; and the same contract there.
    function testFuzz_create(uint256 number, uint256 value, bytes32 salt, bool two, bool direct) public {
        bytes memory code = bytes.concat(type(Product).creationCode, abi.encode(number));
        value = _bound(value, 0, 2 ether);
        vm.deal(createCall, 1 ether);
        vm.deal(address(safe), 1 ether);
        bytes memory call = two
            ? abi.encodeCall(ICreateCall.performCreate2, (value, code, salt))
            : abi.encodeCall(ICreateCall.performCreate, (value, code));
        _self(abi.encodeWithSignature("enableModule(address)", stranger));
        bytes memory byAccount = abi.encodeWithSignature(
            "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)", createCall, 0, call, 1
        );
        (bool success, bytes memory answer) = direct
            ? _same(createCall, plain, stranger, createCall, 0, call)
            : _same(createCall, plain, stranger, address(safe), 0, byAccount);
        if (!direct) (success, answer) = abi.decode(answer, (bool, bytes));

        vm.assertTrue(success == (value <= 1 ether && number % 8 != 3));
        if (!success) return;
        Product made = Product(abi.decode(answer, (address)));
        vm.assertEq(made.number(), number);
        vm.assertEq(made.maker(), direct ? createCall : address(safe));
        vm.assertEq(address(made).balance, value);
    }
}
