// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Erc1271Owner} from "../fixtures/Erc1271Owner.sol";
import {Reenterer} from "../fixtures/Reenterer.sol";
import {TestGuard} from "../fixtures/TestGuard.sol";
import {SafeTx} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";
import {AccountModel} from "./AccountModel.sol";

/// @title Quorum
/// @notice Signs as the owners, in every way that there is, and executes.
/// @dev Actors are EOAs, whose keys are known, and two contracts: one whose authority signs, and one that can but approve.
abstract contract Quorum is AccountModel {
    uint256 private constant AUTHORITY = 0xA11CE;

    /// @dev How a successful execution went.
    struct Result {
        bool done;
        bool success;
        uint256 payment;
        uint256 gasPrice;
    }

    address[] internal actors;
    mapping(address => uint256) internal keyOf;
    address internal wallet;
    Reenterer internal reenterer;

    /// @dev The last call that was executed, for whoever wants to execute it again.
    bytes internal lastCall;

    constructor(address[] memory accounts, uint256[] memory keys) {
        for (uint256 i; i < accounts.length; ++i) {
            actors.push(accounts[i]);
            keyOf[accounts[i]] = keys[i];
        }
        wallet = address(new Erc1271Owner(vm.addr(AUTHORITY)));
        reenterer = new Reenterer();
        actors.push(wallet);
        actors.push(address(reenterer));
    }

    /* EXECUTION */

    function _hash(IMultisig account, SafeTx memory t, uint256 nonce_) internal view returns (bytes32) {
        return account.getTransactionHash(
            t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, nonce_
        );
    }

    function _call(SafeTx memory t, bytes memory signatures) internal pure returns (bytes memory) {
        return abi.encodeCall(
            IMultisig.execTransaction,
            (
                t.to,
                t.value,
                t.data,
                t.operation,
                t.safeTxGas,
                t.baseGas,
                t.gasPrice,
                t.gasToken,
                t.refundReceiver,
                signatures
            )
        );
    }

    /// @dev Executes with as many signatures as are needed, by an owner or a stranger, who sends `sent` along.
    function _execute(SafeTx memory t, uint256 sent, uint256 seed) internal returns (Result memory result) {
        bytes32 hash = _hash(safe, t, nonce);
        address executor = seed % 3 == 0 ? owners[seed / 3 % owners.length] : address(0x57A4);
        bytes memory signatures = _sign(_signers(threshold, seed), hash, executor, seed);
        bytes memory call = _call(t, signatures);
        (address before, uint256 number) = (guard, nonce);

        vm.deal(executor, sent);
        vm.recordLogs();
        vm.prank(executor, address(0x0817));
        (bool done, bytes memory answer) = address(safe).call{value: sent}(call);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        // What was sent came back.
        if (!done) return result;

        balance += sent;
        result = Result(true, abi.decode(answer, (bool)), _payment(logs, hash, abi.decode(answer, (bool))), tx.gasprice);
        ++nonce;
        lastCall = call;
        if (before == address(0)) return result;

        ++hooks[before];
        _expect(TestGuard(before).lastHash() == hash, "the guard was told of another hash");
        _expect(TestGuard(before).lastSuccess() == result.success, "the guard was told another end");
        // If nothing ran within, this was the last question too.
        if (nonce != number + 1 || t.to == address(reenterer) || t.refundReceiver == address(reenterer)) return result;
        _expect(
            keccak256(TestGuard(before).lastInput()) == keccak256(_hook(t, signatures, executor)),
            "the guard was asked about another transaction"
        );
        _did("guarded");
    }

    function _hook(SafeTx memory t, bytes memory signatures, address executor) private pure returns (bytes memory) {
        return abi.encodeCall(
            TestGuard.checkTransaction,
            (
                t.to,
                t.value,
                t.data,
                t.operation,
                t.safeTxGas,
                t.baseGas,
                t.gasPrice,
                t.gasToken,
                t.refundReceiver,
                signatures,
                executor
            )
        );
    }

    /// @dev Returns what the event of this execution tells; there must be one, and no other that names the hash.
    function _payment(Vm.Log[] memory logs, bytes32 hash, bool success) private returns (uint256 payment) {
        bytes32 expected =
            success ? keccak256("ExecutionSuccess(bytes32,uint256)") : keccak256("ExecutionFailure(bytes32,uint256)");
        uint256 found;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].emitter != address(safe) || logs[i].topics.length != 2 || logs[i].topics[1] != hash) continue;
            _expect(logs[i].topics[0] == expected || _isApproval(logs[i].topics[0]), "another event names the hash");
            if (logs[i].topics[0] != expected) continue;
            payment = abi.decode(logs[i].data, (uint256));
            ++found;
        }
        _expect(found == 1, "not exactly one event of an execution");
    }

    function _isApproval(bytes32 topic) private pure returns (bool) {
        return topic == keccak256("ApproveHash(bytes32,address)");
    }

    /* SIGNATURES */

    /// @dev Returns some of the owners, ascending.
    function _signers(uint256 number, uint256 seed) internal view returns (address[] memory signers) {
        address[] memory all = _sorted(owners);
        signers = new address[](number);
        uint256 skip = all.length - number;
        uint256 index;
        for (uint256 i; i < all.length && index < number; ++i) {
            // Pass over one by chance, while there are more than are needed.
            if (skip != 0 && uint256(keccak256(abi.encode(seed, i))) % 2 == 0) --skip;
            else signers[index++] = all[i];
        }
    }

    function _sorted(address[] memory list) internal pure returns (address[] memory) {
        for (uint256 i = 1; i < list.length; ++i) {
            for (uint256 j = i; j > 0 && list[j - 1] > list[j]; --j) {
                (list[j - 1], list[j]) = (list[j], list[j - 1]);
            }
        }
        return list;
    }

    /// @dev One item for each signer, in the order given, then the dynamic parts.
    function _sign(address[] memory signers, bytes32 hash, address executor, uint256 seed)
        internal
        returns (bytes memory signatures)
    {
        bytes memory tail;
        for (uint256 i; i < signers.length; ++i) {
            uint256 style = uint256(keccak256(abi.encode(seed, signers[i]))) % 4;
            if (signers[i] == wallet && style < 2) {
                signatures = bytes.concat(signatures, abi.encode(wallet, 65 * signers.length + tail.length), bytes1(0));
                tail = bytes.concat(tail, abi.encodePacked(uint256(65), _ecdsa(AUTHORITY, hash, 0)));
                _did("signed by a contract");
            } else {
                signatures = bytes.concat(signatures, _item(signers[i], hash, executor, style));
            }
        }
        signatures = bytes.concat(signatures, tail);
    }

    /// @dev 65 bytes: by key, wrapped or not, by executing, or by an approval on chain.
    function _item(address signer, bytes32 hash, address executor, uint256 style) private returns (bytes memory) {
        uint256 key = keyOf[signer];
        if (key != 0 && style < 2) return _ecdsa(key, hash, 0);
        if (key != 0 && style == 2) {
            _did("signed by eth_sign");
            return _ecdsa(key, keccak256(bytes.concat("\x19Ethereum Signed Message:\n32", hash)), 4);
        }
        if (signer == executor) {
            _did("signed by executing");
        } else {
            vm.prank(signer);
            (bool success,) = address(safe).call(abi.encodeCall(IMultisig(address(0)).approveHash, (hash)));
            // Whether it is accepted is the account's duty: signers who are no owners try it too.
            _expect(success == _contains(owners, signer), "an approval was not as it should be");
            if (success) _approve(signer, hash);
            _did("signed by an approval");
        }
        return abi.encodePacked(uint256(uint160(signer)), keccak256(abi.encode(hash)), uint8(1));
    }

    function _ecdsa(uint256 key, bytes32 hash, uint8 more) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v + more);
    }
}
