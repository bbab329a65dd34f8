// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Operation} from "../../src/types/Operation.sol";
import {Deployment} from "./Deployment.sol";
import {Vm} from "./Vm.sol";

/// @notice What owners sign, but for the nonce.
struct SafeTx {
    address to;
    uint256 value;
    bytes data;
    Operation operation;
    uint256 safeTxGas;
    uint256 baseGas;
    uint256 gasPrice;
    address gasToken;
    address payable refundReceiver;
}

/// @notice A `SafeTx` without its operation: the fuzzer does not know which values an enum has.
struct SafeTxFields {
    address to;
    uint256 value;
    bytes data;
    uint256 safeTxGas;
    uint256 baseGas;
    uint256 gasPrice;
    address gasToken;
    address payable refundReceiver;
}

/// @title BaseTest
/// @notice Actors, bounds, signatures and exact reverts for every test.
/// @dev Hashes and signature bytes are written out here again, on purpose: nothing of `src` computes what is expected.
abstract contract BaseTest {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    address internal constant SENTINEL = address(0x1);
    uint256 internal constant OWNERS = 3;
    uint256 internal constant THRESHOLD = 2;

    bytes32 internal constant SLOT_HANDLER = keccak256("fallback_manager.handler.address");
    bytes32 internal constant SLOT_GUARD = keccak256("guard_manager.guard.address");
    bytes32 internal constant SLOT_MODULE_GUARD = keccak256("module_manager.module_guard.address");

    /// @dev A 2-of-3 behind a proxy, with a fallback handler and 100 ether.
    IMultisig internal safe;
    address internal singleton;
    address internal handler;

    /// @dev The owners in ascending order, and the key of each.
    address[] internal owners;
    uint256[] internal keys;

    address internal stranger = address(0x57A4);
    address internal recipient = address(0x4EC1);

    function setUp() public virtual {
        singleton = _singleton();
        handler = Deployment.fallbackHandler();
        (owners, keys) = _actors(OWNERS);
        safe = IMultisig(_newSafe(owners, THRESHOLD));
        vm.deal(address(safe), 100 ether);
    }

    /* ACTORS */

    /// @dev The code under test; overridden where it is another.
    function _singleton() internal virtual returns (address) {
        return Deployment.multisig();
    }

    /// @dev Makes `count` owners, ascending by address.
    function _actors(uint256 count) internal pure returns (address[] memory accounts, uint256[] memory secrets) {
        accounts = new address[](count);
        secrets = new uint256[](count);
        for (uint256 i; i < count; ++i) {
            uint256 key = uint256(keccak256(abi.encode("owner", i))) >> 1;
            address account = vm.addr(key);
            uint256 place = i;
            for (; place > 0 && accounts[place - 1] > account; --place) {
                (accounts[place], secrets[place]) = (accounts[place - 1], secrets[place - 1]);
            }
            (accounts[place], secrets[place]) = (account, key);
        }
    }

    /// @dev Deploys a proxy and sets it up.
    function _newSafe(address[] memory members, uint256 threshold) internal returns (address proxy) {
        proxy = Deployment.proxy(singleton);
        IMultisig(proxy).setup(members, threshold, address(0), "", handler, address(0), 0, payable(0));
    }

    /* TRANSACTIONS */

    function _tx(address to, uint256 value, bytes memory data) internal pure returns (SafeTx memory) {
        return SafeTx(to, value, data, Operation.Call, 0, 0, 0, address(0), payable(0));
    }

    function _delegate(address to, bytes memory data) internal pure returns (SafeTx memory) {
        return SafeTx(to, 0, data, Operation.DelegateCall, 0, 0, 0, address(0), payable(0));
    }

    function _toTx(SafeTxFields memory f, bool delegate) internal pure returns (SafeTx memory) {
        Operation operation = delegate ? Operation.DelegateCall : Operation.Call;
        return
            SafeTx(f.to, f.value, f.data, operation, f.safeTxGas, f.baseGas, f.gasPrice, f.gasToken, f.refundReceiver);
    }

    /// @dev Returns the hash that the owners of `safe` sign.
    function _hash(SafeTx memory t, uint256 nonce) internal view returns (bytes32) {
        bytes32 typehash = keccak256(
            "SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)"
        );
        bytes memory fields = bytes.concat(
            abi.encode(typehash, t.to, t.value, keccak256(t.data), t.operation, t.safeTxGas),
            abi.encode(t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, nonce)
        );
        return keccak256(abi.encodePacked(hex"1901", _domain(address(safe)), keccak256(fields)));
    }

    function _domain(address account) internal view returns (bytes32) {
        bytes32 typehash = keccak256("EIP712Domain(uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(typehash, block.chainid, account));
    }

    /// @dev Returns the hash that the owners of `account` sign for a message.
    function _messageHash(address account, bytes memory message) internal view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(keccak256("SafeMessage(bytes message)"), keccak256(message)));
        return keccak256(abi.encodePacked(hex"1901", _domain(account), structHash));
    }

    function _calldata(SafeTx memory t, bytes memory signatures) internal pure returns (bytes memory) {
        return bytes.concat(IMultisig.execTransaction.selector, _args(t, signatures));
    }

    function _args(SafeTx memory t, bytes memory signatures) private pure returns (bytes memory) {
        return abi.encode(
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
        );
    }

    /// @dev Signs with as many owners as the threshold needs and executes as a stranger. Fails unless that succeeds.
    function _exec(SafeTx memory t) internal returns (bool) {
        bytes memory data = _calldata(t, _sign(_hash(t, safe.nonce()), THRESHOLD));
        vm.prank(stranger);
        (bool success, bytes memory answer) = address(safe).call(data);
        vm.assertTrue(success, "execTransaction reverted");
        return abi.decode(answer, (bool));
    }

    /// @dev Signs as `_exec` does and expects exactly this revert.
    function _execReverts(SafeTx memory t, bytes memory expected) internal {
        _reverts(stranger, address(safe), _calldata(t, _sign(_hash(t, safe.nonce()), THRESHOLD)), expected);
    }

    /// @dev Calls the account as itself. Fails unless that succeeds.
    function _self(bytes memory data) internal returns (bytes memory) {
        vm.prank(address(safe));
        (bool success, bytes memory answer) = address(safe).call(data);
        vm.assertTrue(success, "self-call reverted");
        return answer;
    }

    /* SIGNATURES */

    /// @dev Signatures of the first `count` owners, ascending.
    function _sign(bytes32 hash, uint256 count) internal view returns (bytes memory signatures) {
        for (uint256 i; i < count; ++i) {
            signatures = bytes.concat(signatures, _ecdsa(keys[i], hash));
        }
    }

    function _ecdsa(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, hash);
        return abi.encodePacked(r, s, v);
    }

    function _ethSign(uint256 key, bytes32 hash) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(key, keccak256(abi.encodePacked("\x19Ethereum Signed Message:\n32", hash)));
        return abi.encodePacked(r, s, v + 4);
    }

    function _approved(address owner) internal pure returns (bytes memory) {
        return abi.encodePacked(uint256(uint160(owner)), uint256(0), uint8(1));
    }

    /// @dev The static part for a contract owner.
    function _contract(address owner, uint256 offset) internal pure returns (bytes memory) {
        return abi.encodePacked(uint256(uint160(owner)), offset, uint8(0));
    }

    /// @dev The dynamic part for a contract owner.
    function _dynamic(bytes memory data) internal pure returns (bytes memory) {
        return abi.encodePacked(data.length, data);
    }

    /* REVERTS */

    /// @dev Calls and expects a revert with exactly these bytes.
    function _reverts(address caller, address target, bytes memory data, bytes memory expected) internal {
        vm.prank(caller);
        (bool success, bytes memory answer) = target.call(data);
        vm.assertFalse(success, "did not revert");
        vm.assertEq(answer, expected);
    }

    /// @dev Calls the account as itself and expects a revert with exactly these bytes.
    function _selfReverts(bytes memory data, bytes memory expected) internal {
        _reverts(address(safe), address(safe), data, expected);
    }

    function _error(string memory reason) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("Error(string)", reason);
    }

    /* EVENTS */

    /// @dev Expects this to be event `index` of those that `emitter` recorded.
    function _expectLog(Vm.Log memory log, address emitter, bytes32[] memory topics, bytes memory data) internal pure {
        vm.assertEq(log.emitter, emitter);
        vm.assertEq(log.topics.length, topics.length, "topics");
        for (uint256 i; i < topics.length; ++i) {
            vm.assertEq(log.topics[i], topics[i], "topic");
        }
        vm.assertEq(log.data, data);
    }

    function _topics(bytes32 a) internal pure returns (bytes32[] memory topics) {
        topics = new bytes32[](1);
        topics[0] = a;
    }

    function _topics(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory topics) {
        topics = new bytes32[](2);
        topics[0] = a;
        topics[1] = b;
    }

    function _topics(bytes32 a, bytes32 b, bytes32 c) internal pure returns (bytes32[] memory topics) {
        topics = new bytes32[](3);
        topics[0] = a;
        topics[1] = b;
        topics[2] = c;
    }

    /* VALUES */

    function _bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + value % (high - low + 1);
    }

    function _word(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }

    /// @dev Whether an address can be a new owner or module of `safe` and is no precompile, cheatcode or actor.
    function _isFree(address account) internal view returns (bool) {
        return uint160(account) > 0xffff && account != address(safe) && account.code.length == 0
            && account != address(vm) && !safe.isOwner(account) && !safe.isModuleEnabled(account);
    }
}
