// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TypedData} from "../../src/libraries/TypedData.sol";
import {Slots} from "../../src/libraries/Slots.sol";
import {IModuleGuard} from "../../src/interfaces/IModuleGuard.sol";
import {ITransactionGuard} from "../../src/interfaces/ITransactionGuard.sol";
import {BaseTest} from "../utils/BaseTest.sol";

/// @dev Every constant that comes from a string is computed from it again.
contract ConstantsTest is BaseTest {
    function setUp() public override {}

    function test_typehashes() public pure {
        vm.assertEq(TypedData.DOMAIN_TYPEHASH, keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"));
        vm.assertEq(
            TypedData.TRANSACTION_TYPEHASH,
            keccak256(
                "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
            )
        );
        vm.assertEq(TypedData.MESSAGE_TYPEHASH, keccak256("SafeMessage(bytes message)"));
    }

    function test_slots() public pure {
        vm.assertEq(Slots.FALLBACK_HANDLER, SLOT_HANDLER);
        vm.assertEq(Slots.GUARD, SLOT_GUARD);
        vm.assertEq(Slots.MODULE_GUARD, SLOT_MODULE_GUARD);
    }

    function test_interfaceIds() public pure {
        vm.assertEq(bytes32(type(ITransactionGuard).interfaceId), bytes32(bytes4(0xe6d7a83a)));
        vm.assertEq(bytes32(type(IModuleGuard).interfaceId), bytes32(bytes4(0x58401ed8)));
    }
}
