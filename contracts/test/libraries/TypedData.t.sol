// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TypedData} from "../../src/libraries/TypedData.sol";
import {Operation} from "../../src/types/Operation.sol";
import {Canary} from "../twins/Canary.sol";
import {TwinTest} from "../twins/TwinTest.sol";
import {SafeTx, SafeTxFields} from "../utils/BaseTest.sol";

/// @dev Hashes the running call between two canaries.
contract DigestCaller {
    function digest(
        address,
        uint256,
        bytes calldata data,
        Operation,
        uint256,
        uint256,
        uint256,
        address,
        address,
        uint256 nonce
    ) external view returns (bytes32 hash) {
        (bytes memory canary, uint256 free) = Canary.plant(nonce);
        hash = TypedData.digestOfCall(data, nonce);
        Canary.check(canary, free, nonce, 0);
    }
}

/// @dev The twin: from the typed parameters, by the functions beside it.
contract PlainDigest {
    function digest(
        address to,
        uint256 value,
        bytes calldata data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 nonce
    ) external view returns (bytes32) {
        return TypedData.digest(
            TypedData.domainSeparator(),
            TypedData.transactionStructHash(
                to, value, data, operation, safeTxGas, baseGas, gasPrice, gasToken, refundReceiver, nonce
            )
        );
    }
}

contract TypedDataTest is TwinTest {
    address internal caller;
    bytes internal plain;

    function setUp() public override {
        caller = address(new DigestCaller());
        plain = address(new PlainDigest()).code;
    }

    /* TWIN */

    /// @dev `digestOfCall` takes the words of the call: they say the same in every layout that the decoder takes.
    function testFuzz_digestOfCall(
        SafeTxFields memory fields,
        bool delegate,
        uint8 layout,
        uint256 nonce,
        uint64 chain,
        uint256 seed
    ) public {
        _seed(seed);
        vm.chainId(chain == 0 ? 1 : chain);
        SafeTx memory t = _toTx(fields, delegate);
        bytes memory rest = _lay(_head(t), t.data, "", layout % LAYOUTS);
        for (uint256 i; i < 32; ++i) {
            rest[9 * 32 + i] = bytes32(nonce)[i];
        }

        (bool success, bytes memory answer) =
            _same(caller, plain, stranger, caller, 0, bytes.concat(DigestCaller.digest.selector, rest));

        vm.assertTrue(success);
        vm.assertEq(answer, abi.encode(_digest(t, nonce)));
    }

    /// @dev `BaseTest` hashes for `safe`: here that is the contract that hashes.
    function _digest(SafeTx memory t, uint256 nonce) private view returns (bytes32) {
        bytes memory fields = bytes.concat(
            abi.encode(TypedData.TRANSACTION_TYPEHASH, t.to, t.value, keccak256(t.data), t.operation, t.safeTxGas),
            abi.encode(t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, nonce)
        );
        return keccak256(abi.encodePacked(hex"1901", _domain(caller), keccak256(fields)));
    }

    function _head(SafeTx memory t) private pure returns (bytes32[10] memory head) {
        head[0] = _word(t.to);
        head[1] = bytes32(t.value);
        head[3] = bytes32(uint256(uint8(t.operation)));
        head[4] = bytes32(t.safeTxGas);
        head[5] = bytes32(t.baseGas);
        head[6] = bytes32(t.gasPrice);
        head[7] = _word(t.gasToken);
        head[8] = _word(t.refundReceiver);
    }

    /// @dev Words at random: what does not fit its type is refused by both.
    function testFuzz_digestOfCall_anyCall(bytes32[10] memory head, bytes memory tail, uint8 dirt, uint8 shape) public {
        for (uint256 i; i < 9; ++i) {
            bool clean = dirt % 8 != i;
            if (clean && (i == 0 || i == 7 || i == 8)) head[i] = bytes32(uint256(uint160(uint256(head[i]))));
            if (clean && i == 3) head[i] &= bytes32(uint256(1));
        }
        // Into the words themselves, or behind them.
        if (shape % 4 != 0) head[2] = bytes32(uint256(head[2]) % (0x150 + tail.length));
        if (shape % 4 == 1) head[1] &= bytes32(uint256(0x1ff));
        if (shape % 4 == 1) head[2] = bytes32(uint256(0x20));
        bytes memory call = bytes.concat(DigestCaller.digest.selector, abi.encode(head), tail);
        (bool success, bytes memory answer) = _same(caller, plain, stranger, caller, 0, call);
        if (!success) vm.assertEq(answer, "");
    }

    /* PLAIN FUNCTIONS */

    function testFuzz_messages(bytes memory message, bytes32 domain) public pure {
        bytes32 structHash = keccak256(abi.encode(keccak256("SafeMessage(bytes message)"), keccak256(message)));
        vm.assertEq(TypedData.messageStructHash(message), structHash);
        vm.assertEq(TypedData.preimage(domain, structHash), bytes.concat(hex"1901", domain, structHash));
        vm.assertEq(TypedData.digest(domain, structHash), keccak256(bytes.concat(hex"1901", domain, structHash)));
    }

    function testFuzz_domainSeparator(uint64 chain) public {
        vm.chainId(chain == 0 ? 1 : chain);
        vm.assertEq(TypedData.domainSeparator(), _domain(address(this)));
    }

    /* CONSTANTS */

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
}
