// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackHandler} from "../src/interfaces/IFallbackHandler.sol";
import {IModules} from "../src/interfaces/IModules.sol";
import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {ITokenReceiver} from "../src/interfaces/ITokenReceiver.sol";
import {ITokensRecipient} from "../src/interfaces/ITokensRecipient.sol";
import {IERC165} from "../src/interfaces/IERC165.sol";
import {Operation} from "../src/types/Operation.sol";
import {DelegateTarget} from "./fixtures/DelegateTarget.sol";
import {Reverter} from "./fixtures/Reverter.sol";
import {TestMultiToken} from "./fixtures/TestMultiToken.sol";
import {TestNft} from "./fixtures/TestNft.sol";
import {BaseTest, SafeTx, SafeTxFields} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";

contract FallbackHandlerTest is BaseTest {
    bytes4 internal constant MAGIC = 0x1626ba7e;

    /// @dev The account, as its handler makes it look.
    IFallbackHandler internal account;

    function setUp() public override {
        super.setUp();
        account = IFallbackHandler(address(safe));
    }

    /* SIGNATURES */

    function testFuzz_isValidSignature(bytes32 hash) public view {
        bytes memory signatures = _sign(_messageHash(address(safe), abi.encode(hash)), 2);
        vm.assertEq(bytes32(account.isValidSignature(hash, signatures)), bytes32(MAGIC));
    }

    function testFuzz_isValidSignature_ofTheBareHash(bytes32 hash) public {
        _reverts(
            stranger,
            address(safe),
            abi.encodeCall(IFallbackHandler.isValidSignature, (hash, _sign(hash, 2))),
            _error("GS026")
        );
    }

    function testFuzz_isValidSignature_signedOnChain(bytes32 hash) public {
        bytes memory call = abi.encodeCall(IFallbackHandler.isValidSignature, (hash, ""));
        _reverts(stranger, address(safe), call, _error("Hash not approved"));

        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        vm.store(address(safe), keccak256(abi.encode(message, uint256(7))), bytes32(uint256(1)));
        vm.assertEq(bytes32(account.isValidSignature(hash, "")), bytes32(MAGIC));
    }

    /// @dev Nobody is the executor: an owner who asks, or the handler itself, must have approved.
    function testFuzz_isValidSignature_executorIsNobody(bytes32 hash) public {
        bytes32 message = _messageHash(address(safe), abi.encode(hash));
        bytes memory signatures = bytes.concat(_approved(owners[0]), _ecdsa(keys[1], message));
        bytes memory call = abi.encodeCall(IFallbackHandler.isValidSignature, (hash, signatures));
        _reverts(owners[0], address(safe), call, _error("GS025"));
        vm.prank(owners[0]);
        safe.approveHash(message);
        vm.assertEq(bytes32(account.isValidSignature(hash, signatures)), bytes32(MAGIC));
    }

    /// @dev A Safe that is an owner of a Safe: the inner owners sign the outer hash as a message.
    function test_isValidSignature_nested() public {
        address inner = address(safe);
        address[] memory members = new address[](1);
        members[0] = inner;
        safe = IMultisig(_newSafe(members, 1));
        SafeTx memory t = _tx(recipient, 0, hex"01");
        bytes32 hash = _hash(t, 0);
        bytes memory signatures =
            bytes.concat(_contract(inner, 65), _dynamic(_sign(_messageHash(inner, abi.encode(hash)), 2)));
        bytes memory call = _calldata(t, signatures);
        (bool success,) = address(safe).call(call);
        vm.assertTrue(success);
        vm.assertEq(safe.nonce(), 1);
    }

    /* HASHES */

    function testFuzz_messageHashes(bytes memory message) public {
        bytes32 expected = _messageHash(address(safe), message);
        vm.assertEq(account.getMessageHash(message), expected);
        vm.assertEq(account.getMessageHashForSafe(address(safe), message), expected);
        vm.assertEq(IFallbackHandler(handler).getMessageHashForSafe(address(safe), message), expected);
        bytes memory preimage = IFallbackHandler(handler).encodeMessageDataForSafe(address(safe), message);
        vm.assertEq(preimage.length, 66);
        vm.assertEq(keccak256(preimage), expected);
        address other = _newSafe(owners, 1);
        vm.assertEq(account.getMessageHashForSafe(other, message), _messageHash(other, message));
    }

    function testFuzz_encodeTransactionData(SafeTxFields memory fields, bool delegate, uint256 nonce) public view {
        SafeTx memory t = _toTx(fields, delegate);
        bytes memory preimage = account.encodeTransactionData(
            t.to, t.value, t.data, t.operation, t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver, nonce
        );
        vm.assertEq(preimage.length, 66);
        vm.assertEq(keccak256(preimage), _hash(t, nonce));
    }

    /// @dev Precompile 2 answers any question with 32 bytes, its hash.
    function testFuzz_hashes_withoutCode(uint160 precompile, bytes memory message, bytes32 hash) public {
        address none = precompile % 20 == 0 ? recipient : address(precompile % 20);
        bytes memory call = abi.encodeCall(IFallbackHandler.encodeMessageDataForSafe, (none, message));
        _reverts(stranger, handler, call, "");
        _reverts(stranger, address(safe), call, "");
        call = abi.encodeCall(IFallbackHandler.getMessageHashForSafe, (none, message));
        _reverts(stranger, handler, call, "");
        _reverts(stranger, address(safe), call, "");

        // And whoever asks about itself.
        _reverts(none, handler, abi.encodeCall(IFallbackHandler.getMessageHash, (message)), "");
        _reverts(none, handler, abi.encodeCall(IFallbackHandler.isValidSignature, (hash, message)), "");
        call = abi.encodeCall(
            IFallbackHandler.encodeTransactionData,
            (stranger, 1, message, Operation.Call, 0, 0, 0, address(0), address(0), 0)
        );
        _reverts(none, handler, call, "");
    }

    /* CLIENTS */

    function testFuzz_getModules(uint256 count) public {
        count = _bound(count, 0, 12);
        for (uint256 i; i < count; ++i) {
            _self(abi.encodeCall(IModules.enableModule, (address(uint160(0x100000 + i)))));
        }
        address[] memory array = account.getModules();
        vm.assertEq(array.length, count < 10 ? count : 10);
        for (uint256 i; i < array.length; ++i) {
            vm.assertEq(array[i], address(uint160(0x100000 + count - 1 - i)));
        }
    }

    function test_simulate() public {
        address target = address(new DelegateTarget());
        bytes memory answer = account.simulate(target, abi.encodeCall(DelegateTarget.read, (bytes32(uint256(4)))));
        vm.assertEq(answer, abi.encode(THRESHOLD));
        // As the account, called by the handler, and nothing remains.
        answer = account.simulate(target, abi.encodeCall(DelegateTarget.context, ()));
        vm.assertEq(answer, abi.encode(address(safe), handler, uint256(0)));
        account.simulate(target, abi.encodeCall(DelegateTarget.write, (bytes32(uint256(4)), bytes32(uint256(1)))));
        vm.assertEq(safe.getThreshold(), THRESHOLD);
        vm.assertEq(account.simulate(address(4), hex"010203"), hex"010203");
    }

    function testFuzz_simulate_failure(bytes memory data) public {
        address target = address(new Reverter());
        bytes memory fail = abi.encodeCall(Reverter.withBytes, (data));
        _reverts(stranger, address(safe), abi.encodeCall(IFallbackHandler.simulate, (target, fail)), data);
    }

    /* TOKENS */

    function testFuzz_tokens_arrive(uint256 id, uint256 amount, bytes memory data) public {
        TestNft nft = new TestNft();
        nft.mint(stranger, id);
        vm.prank(stranger);
        nft.safeTransferFrom(stranger, address(safe), id, data);
        vm.assertEq(nft.ownerOf(id), address(safe));

        TestMultiToken multi = new TestMultiToken();
        amount = _bound(amount, 0, type(uint128).max);
        multi.mint(stranger, id, 2 * amount);
        vm.prank(stranger);
        multi.safeTransferFrom(stranger, address(safe), id, amount, data);
        uint256[] memory ids = new uint256[](1);
        uint256[] memory amounts = new uint256[](1);
        (ids[0], amounts[0]) = (id, amount);
        vm.prank(stranger);
        multi.safeBatchTransferFrom(stranger, address(safe), ids, amounts, data);
        vm.assertEq(multi.balanceOf(address(safe), id), 2 * amount);
    }

    /// @dev A token sent to the handler itself, or through an account that has another handler, is refused.
    function test_tokens_notThroughAnAccount() public {
        bytes memory call = abi.encodeCall(ITokenReceiver.onERC721Received, (stranger, stranger, 1, ""));
        bytes memory expected = _error("not a fallback call");
        _reverts(address(_newProxyWithHandler(Deployment.fallbackHandler())), handler, call, expected);
        _reverts(
            address(_newProxyWithHandler(address(0))),
            handler,
            abi.encodeCall(ITokenReceiver.onERC1155Received, (stranger, stranger, 1, 1, "")),
            expected
        );
        uint256[] memory none = new uint256[](0);
        _reverts(
            address(_newProxyWithHandler(address(0))),
            handler,
            abi.encodeCall(ITokenReceiver.onERC1155BatchReceived, (stranger, stranger, none, none, "")),
            expected
        );
        // A caller that is no account has no storage to show.
        _reverts(stranger, handler, call, "");
        TestNft nft = new TestNft();
        nft.mint(stranger, 1);
        _reverts(
            stranger,
            address(nft),
            abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", stranger, handler, 1),
            ""
        );
    }

    function _newProxyWithHandler(address other) private returns (address proxy) {
        proxy = _newSafe(owners, 2);
        vm.store(proxy, SLOT_HANDLER, _word(other));
    }

    function test_tokensReceived() public {
        ITokensRecipient(address(safe)).tokensReceived(stranger, stranger, stranger, 1, "", "");
        ITokensRecipient(handler).tokensReceived(stranger, stranger, stranger, 1, "", "");
    }

    function testFuzz_supportsInterface(bytes4 id) public view {
        bool expected = id == 0x01ffc9a7 || id == 0x150b7a02 || id == 0x4e2312e0;
        vm.assertTrue(IERC165(address(safe)).supportsInterface(id) == expected);
        vm.assertTrue(IERC165(handler).supportsInterface(0x01ffc9a7));
        vm.assertTrue(IERC165(handler).supportsInterface(0x150b7a02));
        vm.assertTrue(IERC165(handler).supportsInterface(0x4e2312e0));
    }
}
