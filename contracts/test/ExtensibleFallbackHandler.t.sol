// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "../src/interfaces/IERC165.sol";
import {IDomainVerifiers} from "../src/interfaces/IDomainVerifiers.sol";
import {IFallbackMethod} from "../src/interfaces/IFallbackMethod.sol";
import {ISafeInterfaces} from "../src/interfaces/ISafeInterfaces.sol";
import {ISafeMethods} from "../src/interfaces/ISafeMethods.sol";
import {ISafeSignatureVerifier} from "../src/interfaces/ISafeSignatureVerifier.sol";
import {IStaticFallbackMethod} from "../src/interfaces/IStaticFallbackMethod.sol";
import {ITokenReceiver} from "../src/interfaces/ITokenReceiver.sol";
import {TestMultiToken} from "./fixtures/TestMultiToken.sol";
import {TestNft} from "./fixtures/TestNft.sol";
import {Deployment} from "./utils/Deployment.sol";
import {ExtensibleTest} from "./utils/ExtensibleTest.sol";

/// @dev Twice what the first argument is.
contract Doubler is IStaticFallbackMethod {
    function handle(address, address, uint256, bytes memory data) external pure override returns (bytes memory) {
        bytes memory arguments = new bytes(32);
        for (uint256 i; i < 32; ++i) {
            arguments[i] = data[4 + i];
        }
        return abi.encode(2 * abi.decode(arguments, (uint256)));
    }
}

interface IDoubler {
    function double(uint256 x) external view returns (uint256);
}

contract ExtensibleFallbackHandlerTest is ExtensibleTest {
    function _own(bytes4 id) internal pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x150b7a02 || id == 0x4e2312e0 || id == 0x1626ba7e || id == 0x62af8dc2
            || id == 0x98c8e097 || id == 0x99372930 || id == 0x64f95acc;
    }

    function testFuzz_supportsInterface(bytes4 id) public {
        vm.assertTrue(IERC165(address(safe)).supportsInterface(id) == _own(id));
        if (id == 0xffffffff) return;

        // What the account claims, it claims for itself, and cannot deny what its handler does.
        _self(abi.encodeCall(ISafeInterfaces.setSupportedInterface, (id, true)));
        vm.assertTrue(IERC165(address(safe)).supportsInterface(id));
        vm.assertTrue(IERC165(_newSafe(owners, 1)).supportsInterface(id) == _own(id));
        _self(abi.encodeCall(ISafeInterfaces.setSupportedInterface, (id, false)));
        vm.assertTrue(IERC165(address(safe)).supportsInterface(id) == _own(id));
    }

    function test_supportsInterface_own() public {
        bytes4[8] memory ids =
            [bytes4(0x01ffc9a7), 0x150b7a02, 0x4e2312e0, 0x1626ba7e, 0x62af8dc2, 0x98c8e097, 0x99372930, 0x64f95acc];
        for (uint256 i; i < ids.length; ++i) {
            testFuzz_supportsInterface(ids[i]);
        }
    }

    /// @dev The names that other contracts compile against.
    function test_selectors() public pure {
        vm.assertEq(bytes32(IFallbackMethod.handle.selector), bytes32(bytes4(0x25d6803f)));
        vm.assertEq(bytes32(IStaticFallbackMethod.handle.selector), bytes32(bytes4(0x25d6803f)));
        vm.assertEq(bytes32(ISafeSignatureVerifier.isValidSafeSignature.selector), bytes32(bytes4(0x53f00b14)));
        vm.assertEq(bytes32(ISafeInterfaces.addSupportedInterfaceBatch.selector), bytes32(bytes4(0x327b533c)));
        vm.assertEq(bytes32(ISafeInterfaces.removeSupportedInterfaceBatch.selector), bytes32(bytes4(0x61f5401b)));
        vm.assertEq(bytes32(ISafeInterfaces.setSupportedInterface.selector), bytes32(bytes4(0x7f73528b)));
        vm.assertEq(bytes32(ISafeMethods.setSafeMethod.selector), bytes32(bytes4(0x64f95acc)));
        vm.assertEq(bytes32(IDomainVerifiers.setDomainVerifier.selector), bytes32(bytes4(0x3365582c)));
    }

    /// @dev The owners give the account a function, and anybody calls it.
    function testFuzz_aFunctionOfItsOwn(uint128 x) public {
        bytes32[] memory items = new bytes32[](1);
        items[0] = bytes32(IDoubler.double.selector) >> 8 | _word(address(new Doubler()));
        bytes4 id = type(IDoubler).interfaceId;
        _exec(_tx(address(safe), 0, abi.encodeCall(ISafeInterfaces.addSupportedInterfaceBatch, (id, items))));
        vm.assertTrue(IERC165(address(safe)).supportsInterface(id));
        vm.assertEq(IDoubler(address(safe)).double(x), 2 * uint256(x));

        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = IDoubler.double.selector;
        _exec(_tx(address(safe), 0, abi.encodeCall(ISafeInterfaces.removeSupportedInterfaceBatch, (id, selectors))));
        vm.assertFalse(IERC165(address(safe)).supportsInterface(id));
        _reverts(stranger, address(safe), abi.encodeCall(IDoubler.double, (x)), _error("method handler not set"));
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

    function test_tokens_notThroughAnotherHandler() public {
        address proxy = _newSafe(owners, 2);
        vm.store(proxy, SLOT_HANDLER, _word(Deployment.extensibleFallbackHandler()));
        bytes memory expected = _error("not a fallback call");
        uint256[] memory none = new uint256[](0);
        _reverts(proxy, handler, abi.encodeCall(ITokenReceiver.onERC721Received, (stranger, stranger, 1, "")), expected);
        _reverts(
            proxy, handler, abi.encodeCall(ITokenReceiver.onERC1155Received, (stranger, stranger, 1, 1, "")), expected
        );
        _reverts(
            proxy,
            handler,
            abi.encodeCall(ITokenReceiver.onERC1155BatchReceived, (stranger, stranger, none, none, "")),
            expected
        );
        _reverts(stranger, handler, abi.encodeCall(ITokenReceiver.onERC721Received, (stranger, stranger, 1, "")), "");
    }

    /// @dev ERC-777 is none of its functions, so an account may add it.
    function test_tokensReceived() public {
        bytes memory call = abi.encodeWithSignature(
            "tokensReceived(address,address,address,uint256,bytes,bytes)", stranger, stranger, stranger, 1, "", ""
        );
        _reverts(stranger, address(safe), call, _error("method handler not set"));
    }

    function test_value() public {
        vm.deal(stranger, 1);
        vm.prank(stranger);
        (bool success, bytes memory answer) = handler.call{value: 1}(abi.encode(uint256(1), uint256(2)));
        vm.assertFalse(success);
        vm.assertEq(answer.length, 0);
    }
}
