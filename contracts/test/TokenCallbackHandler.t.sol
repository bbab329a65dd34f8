// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "../src/interfaces/IERC165.sol";
import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {ITokenReceiver} from "../src/interfaces/ITokenReceiver.sol";
import {ITokensRecipient} from "../src/interfaces/ITokensRecipient.sol";
import {TestMultiToken} from "./fixtures/TestMultiToken.sol";
import {TestNft} from "./fixtures/TestNft.sol";
import {BaseTest} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";

contract TokenCallbackHandlerTest is BaseTest {
    function setUp() public override {
        super.setUp();
        handler = Deployment.tokenCallbackHandler();
        safe = IMultisig(_newSafe(owners, THRESHOLD));
    }

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
    function testFuzz_tokens_notThroughAnAccount(address other) public {
        vm.assume(other != handler);
        address proxy = _newSafe(owners, 2);
        vm.store(proxy, SLOT_HANDLER, _word(other));
        uint256[] memory none = new uint256[](0);
        bytes[3] memory calls = [
            abi.encodeCall(ITokenReceiver.onERC721Received, (stranger, stranger, 1, "")),
            abi.encodeCall(ITokenReceiver.onERC1155Received, (stranger, stranger, 1, 1, "")),
            abi.encodeCall(ITokenReceiver.onERC1155BatchReceived, (stranger, stranger, none, none, ""))
        ];
        for (uint256 i; i < calls.length; ++i) {
            _reverts(proxy, handler, calls[i], _error("not a fallback call"));
            // A caller that is no account has no storage to show.
            _reverts(stranger, handler, calls[i], "");
        }
    }

    function test_tokensReceived() public view {
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

    /// @dev It is no more than that: messages it does not sign.
    function testFuzz_nothingElse(bytes32 hash, bytes memory signature) public {
        bytes memory call = abi.encodeWithSignature("isValidSignature(bytes32,bytes)", hash, signature);
        _reverts(stranger, address(safe), call, "");
    }
}
