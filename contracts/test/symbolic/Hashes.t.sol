// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Operation} from "../../src/types/Operation.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice What owners sign names everything that is executed, the account and the chain.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract HashesProofs is SymbolicTest {
    struct Fields {
        address to;
        uint256 value;
        uint256 operation;
        uint256 safeTxGas;
        uint256 baseGas;
        uint256 gasPrice;
        address gasToken;
        address refundReceiver;
        uint256 nonce;
    }

    /// @dev It is the hash that EIP-712 gives for the type that A3 of the specification of Safe has.
    /// @custom:bound data of 0, 1, 32 or 36 bytes
    function check_hashIsEip712(Fields calldata f, uint8 size, uint256 chain) external {
        vm.chainId(chain);
        bytes memory data = _data(size);
        bytes32 domain = keccak256(
            abi.encode(keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"), chain, address(account))
        );
        bytes32 typehash = keccak256(
            "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
        );
        bytes32 structHash = keccak256(
            bytes.concat(
                abi.encode(typehash, f.to, f.value, keccak256(data), f.operation, f.safeTxGas),
                abi.encode(f.baseGas, f.gasPrice, f.gasToken, f.refundReceiver, f.nonce)
            )
        );
        vm.assume(f.operation <= 1);
        assert(_hash(account, f, data) == keccak256(abi.encodePacked(hex"1901", domain, structHash)));
        assert(account.domainSeparator() == domain);
    }

    /// @dev Equal hashes, equal transactions.
    /// @custom:bound data of 0, 1, 32 or 36 bytes
    function check_hashIsInjective(Fields calldata left, Fields calldata right, uint8 leftSize, uint8 rightSize)
        external
    {
        bytes memory leftData = _data(leftSize);
        bytes memory rightData = _data(rightSize);
        vm.assume(left.operation <= 1 && right.operation <= 1);
        vm.assume(_hash(account, left, leftData) == _hash(account, right, rightData));
        assert(left.to == right.to && left.value == right.value && left.operation == right.operation);
        assert(left.safeTxGas == right.safeTxGas && left.baseGas == right.baseGas && left.gasPrice == right.gasPrice);
        assert(left.gasToken == right.gasToken && left.refundReceiver == right.refundReceiver);
        assert(left.nonce == right.nonce);
        assert(leftData.length == rightData.length && keccak256(leftData) == keccak256(rightData));
    }

    function reach_equalHashes(Fields calldata left, Fields calldata right) external view {
        vm.assume(left.operation <= 1 && right.operation <= 1);
        vm.assume(_hash(account, left, "") == _hash(account, right, ""));
        assert(false);
    }

    /// @dev No other account, and no other chain, has the hash.
    /// @custom:bound data of 32 bytes
    function check_hashBindsAccountAndChain(Fields calldata left, Fields calldata right, uint256 here, uint256 there)
        external
    {
        vm.assume(left.operation <= 1 && right.operation <= 1);
        IMultisig other = IMultisig(_deploy("Multisig"));
        bytes memory data = _data(2);
        vm.chainId(here);
        bytes32 hash = _hash(account, left, data);
        assert(hash != _hash(other, right, data));
        vm.chainId(there);
        assert(here == there || hash != _hash(account, right, data));
        assert(here == there || hash != _hash(other, right, data));
    }

    /// @dev A message is no transaction, and equal hashes of messages are of equal messages.
    /// @custom:bound a message of 32 bytes, the other of 0, 1, 32 or 36
    function check_messageIsNoTransaction(Fields calldata f, uint8 size) external {
        vm.assume(f.operation <= 1);
        address handler = _deploy("FallbackHandler");
        bytes memory left = svm.createBytes(32, "message");
        bytes memory right = _data(size);
        bytes32 leftHash = _messageHash(handler, left);
        assert(leftHash != _hash(account, f, right));
        if (leftHash == _messageHash(handler, right)) assert(keccak256(left) == keccak256(right));
    }

    /* INTERNAL */

    function _data(uint8 size) private returns (bytes memory) {
        return svm.createBytes([0, 1, 32, 36][_concrete(size, 4)], "data");
    }

    function _hash(IMultisig of_, Fields calldata f, bytes memory data) private view returns (bytes32) {
        return of_.getTransactionHash(
            f.to,
            f.value,
            data,
            Operation(f.operation),
            f.safeTxGas,
            f.baseGas,
            f.gasPrice,
            f.gasToken,
            f.refundReceiver,
            f.nonce
        );
    }

    function _messageHash(address handler, bytes memory message) private returns (bytes32) {
        (bool success, bytes memory answer) =
            handler.call(abi.encodeWithSignature("getMessageHashForSafe(address,bytes)", address(account), message));
        assert(success);
        return abi.decode(answer, (bytes32));
    }
}
