// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallback} from "../src/interfaces/IFallback.sol";
import {IGuards} from "../src/interfaces/IGuards.sol";
import {IModules} from "../src/interfaces/IModules.sol";
import {IMultiSend} from "../src/interfaces/IMultiSend.sol";
import {IMultisig} from "../src/interfaces/IMultisig.sol";
import {IMultisigProxyFactory} from "../src/interfaces/IMultisigProxyFactory.sol";
import {IOwners} from "../src/interfaces/IOwners.sol";
import {ISignatures} from "../src/interfaces/ISignatures.sol";
import {IStorageAccess} from "../src/interfaces/IStorageAccess.sol";
import {TwinTest} from "./twins/TwinTest.sol";
import {SafeTx} from "./utils/BaseTest.sol";
import {Deployment} from "./utils/Deployment.sol";

/// @dev What nobody should send. Whatever it is: it is refused with a code that is documented, or without data.
contract MalformedTest is TwinTest {
    bytes4 private constant ERROR = 0x08c379a0;
    bytes4 private constant PANIC = 0x4e487b71;

    string private constant CODES =
        "GS000GS001GS002GS010GS011GS012GS020GS021GS022GS023GS024GS025GS026GS030GS031GS100GS101GS102GS103GS104GS105GS106GS200GS201GS202GS203GS204GS205GS300GS301GS400";

    /// @dev A function, and whether it copies its `bytes` before anything else.
    struct Function {
        bytes4 selector;
        bool copies;
    }

    Function[] private functions;
    address private multiSend;

    function setUp() public override {
        super.setUp();
        multiSend = Deployment.multiSend();
        bytes4[26] memory plain = [
            IMultisig.setup.selector,
            IMultisig.execTransaction.selector,
            IMultisig.getTransactionHash.selector,
            IMultisig.domainSeparator.selector,
            IMultisig.VERSION.selector,
            IOwners.addOwnerWithThreshold.selector,
            IOwners.removeOwner.selector,
            IOwners.swapOwner.selector,
            IOwners.changeThreshold.selector,
            IOwners.getOwners.selector,
            IOwners.getThreshold.selector,
            IOwners.isOwner.selector,
            IModules.enableModule.selector,
            IModules.disableModule.selector,
            IModules.setModuleGuard.selector,
            IModules.execTransactionFromModule.selector,
            IModules.execTransactionFromModuleReturnData.selector,
            IModules.isModuleEnabled.selector,
            IModules.getModulesPaginated.selector,
            IGuards.setGuard.selector,
            IFallback.setFallbackHandler.selector,
            ISignatures.approveHash.selector,
            bytes4(keccak256("checkSignatures(address,bytes32,bytes)")),
            bytes4(keccak256("checkSignatures(bytes32,bytes,bytes)")),
            bytes4(keccak256("checkNSignatures(address,bytes32,bytes,uint256)")),
            bytes4(keccak256("checkNSignatures(bytes32,bytes,bytes,uint256)"))
        ];
        for (uint256 i; i < plain.length; ++i) {
            functions.push(Function(plain[i], false));
        }
        functions.push(Function(IMultisig(address(0)).nonce.selector, false));
        functions.push(Function(IMultisig(address(0)).signedMessages.selector, false));
        functions.push(Function(IMultisig(address(0)).approvedHashes.selector, false));
        functions.push(Function(IStorageAccess.getStorageAt.selector, false));
        functions.push(Function(IStorageAccess.simulateAndRevert.selector, true));
    }

    /* ANY FUNCTION */

    /// @dev Every function of the account, with words that are small, offsets, addresses, or anything; by anybody and by the
    /// account itself; cut off anywhere.
    function testFuzz_anyFunction(uint256 seed) public {
        _seed(seed);
        // A module without code, and an account whose lists have something in them.
        _self(abi.encodeCall(IModules.enableModule, (stranger)));
        for (uint256 i; i < 12; ++i) {
            Function memory f = functions[_pick(functions.length)];
            (bytes memory words, bool huge) = _words();
            bytes memory data = bytes.concat(f.selector, words);
            if (_pick(8) == 0) _cut(data, 4 + _pick(data.length - 3));
            address[3] memory callers = [stranger, address(safe), owners[_pick(OWNERS)]];
            vm.prank(callers[_pick(3)]);
            (bool success, bytes memory answer) = address(safe).call{gas: GAS}(data);
            if (success) continue;
            // What the target of a simulation answered follows two words.
            if (f.copies && answer.length >= 64) continue;
            _expectDocumented(answer, f.copies && huge);
        }
        // Whatever it did to itself, it did by its own rules.
        vm.assertGe(safe.getThreshold(), 1);
        vm.assertLe(safe.getThreshold(), safe.getOwners().length);
    }

    /// @dev Up to 16 words, and whether one is too large for a length.
    function _words() private returns (bytes memory words, bool huge) {
        for (uint256 count = _pick(17); count > 0; --count) {
            uint256 choice = _pick(8);
            bytes32 word = _pickWord();
            if (choice == 0) word = bytes32(_pick(3));
            if (choice == 1) word = bytes32(_pick(300));
            if (choice == 2) word = bytes32(32 * _pick(18));
            if (choice == 3) word = _word(owners[_pick(OWNERS)]);
            if (choice == 4) word = _word(SENTINEL);
            if (choice == 5) word &= bytes32(uint256(type(uint160).max));
            if (choice == 6) word = bytes32(uint256(word) >> _pick(256));
            if (uint256(word) > type(uint64).max) huge = true;
            words = bytes.concat(words, word);
        }
    }

    /// @dev Nothing at all, or one of the codes. A length that no memory holds gives the Panic 0x41 where it is copied.
    function _expectDocumented(bytes memory answer, bool tooLong) private pure {
        if (answer.length == 0) return;
        if (tooLong && keccak256(answer) == keccak256(abi.encodeWithSelector(PANIC, 0x41))) return;
        vm.assertTrue(bytes4(answer) == ERROR && answer.length == 100, "neither a code nor nothing");
        for (uint256 i; i < bytes(CODES).length; i += 5) {
            bytes memory code = new bytes(5);
            for (uint256 j; j < 5; ++j) {
                code[j] = bytes(CODES)[i + j];
            }
            if (keccak256(answer) == keccak256(_error(string(code)))) return;
        }
        vm.assertTrue(false, "an unknown code");
    }

    /* SIGNATURES */

    /// @dev A good transaction with signatures that were cut off, flipped, repeated, or made up: of every length.
    function testFuzz_signatures(uint256 seed) public {
        _seed(seed);
        SafeTx memory t = _tx(recipient, 1, _pickBytes(40));
        bytes memory good = _sign(_hash(t, 0), 2 + _pick(2));
        uint256 choice = _pick(4);
        bytes memory signatures = choice == 0 ? _pickBytes(400) : bytes.concat(good, _pickBytes(100));
        if (choice == 1) _cut(signatures, _pick(signatures.length + 1));
        if (choice == 2) signatures[_pick(130)] ^= bytes1(uint8(1 << _pick(8)));
        if (choice == 3) signatures[64 + 65 * _pick(2)] = bytes1(uint8(_pick(256)));
        bool whole = signatures.length >= 130 && _startsWith(signatures, good);

        vm.prank(stranger);
        (bool success, bytes memory answer) = address(safe).call{gas: GAS}(_calldata(t, signatures));

        if (success) {
            vm.assertTrue(whole, "signatures that were changed");
        } else {
            vm.assertFalse(whole, "good signatures");
            _expectDocumented(answer, false);
        }
    }

    /// @dev Whether the first two items are the same.
    function _startsWith(bytes memory signatures, bytes memory good) private pure returns (bool) {
        for (uint256 i; i < 130; ++i) {
            if (signatures[i] != good[i]) return false;
        }
        return true;
    }

    /* BATCHES */

    /// @dev A batch that makes no sense, in a transaction that is signed: it does nothing, something, or fails as its entries do.
    function testFuzz_batch(uint256 seed) public {
        _seed(seed);
        bytes memory transactions = _pick(2) == 0
            ? _pickBytes(401)
            : abi.encodePacked(uint8(_pick(2)), recipient, _pick(2), _pick(200), _pickBytes(200));
        if (_pick(4) == 0) _cut(transactions, _pick(transactions.length + 1));
        // Mostly such as can be read: random operations are refused at once.
        if (transactions.length > 0) transactions[0] = bytes1(uint8(_pick(3)));
        SafeTx memory t = _delegate(multiSend, abi.encodeCall(IMultiSend.multiSend, (transactions)));
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        (bool success, bytes memory answer) = address(safe).call{gas: GAS}(data);
        // Recipients without code revert with nothing, and the account knows the call to itself as any other.
        if (!success) _expectDocumented(answer, false);
        vm.assertEq(safe.nonce(), success ? 1 : 0);
    }

    /* FACTORY */

    /// @dev Any words to the factory: an account, or a refusal in words, or nothing.
    function testFuzz_factory(uint256 seed) public {
        _seed(seed);
        address factory = Deployment.proxyFactory();
        bytes4[4] memory selectors = [
            IMultisigProxyFactory.createProxyWithNonce.selector,
            IMultisigProxyFactory.createProxyWithNonceL2.selector,
            IMultisigProxyFactory.createChainSpecificProxyWithNonce.selector,
            IMultisigProxyFactory.createChainSpecificProxyWithNonceL2.selector
        ];
        (bytes memory words,) = _words();
        if (_pick(2) == 0) {
            // As it should be, but for what the initializer says.
            bytes memory initializer = bytes.concat(functions[_pick(functions.length - 1)].selector, words);
            words = abi.encode(_pick(4) == 0 ? recipient : singleton, initializer, seed);
        }
        (bool success, bytes memory answer) = factory.call{gas: GAS}(bytes.concat(selectors[_pick(4)], words));
        if (success) {
            vm.assertEq(vm.load(abi.decode(answer, (address)), 0), _word(singleton));
        } else if (keccak256(answer) != keccak256(_error("Singleton contract not deployed"))) {
            _expectDocumented(answer, false);
        }
    }

    /* SANITY */

    /// @dev What the tests above let through, and what they do not.
    function test_expectDocumented() public {
        _expectDocumented("", false);
        _expectDocumented(_error("GS104"), false);
        bytes[4] memory others =
            [abi.encodeWithSelector(PANIC, 0x11), _error("GS999"), _error("why"), abi.encodePacked(bytes4(0x12345678))];
        for (uint256 i; i < others.length; ++i) {
            try this.expectDocumented(others[i]) {
                vm.assertTrue(false, "let through");
            } catch {}
        }
    }

    function expectDocumented(bytes memory answer) external pure {
        _expectDocumented(answer, true);
    }
}
