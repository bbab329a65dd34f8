// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {Vm} from "../utils/Vm.sol";
import {Answerer, Recorder} from "./Recorder.sol";
import {Svm} from "./Svm.sol";

/// @title SymbolicTest
/// @notice An account in an arbitrary state, and what the proofs ask of it.
/// @dev A proof is a function `check_...`. halmos runs it for all arguments, all storage and all calls at once; it is proved when
/// no `assert` can fail. A function `reach_...` is the opposite: it claims that its last line is never reached, and halmos
/// must refute it, so that the proofs beside it speak of something that can happen.
///
/// What halmos does not model: gas never runs out, and an address without code answers every call with nothing. keccak256
/// is taken for injective and ecrecover for an unknown function.
abstract contract SymbolicTest {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    Svm internal constant svm = Svm(0xF3993A62377BCd56AE39D773740A5390411E8BC9);

    address internal constant SENTINEL = address(0x1);

    bytes32 internal constant SINGLETON = bytes32(uint256(0));
    uint256 internal constant MODULES = 1;
    uint256 internal constant OWNERS = 2;
    bytes32 internal constant OWNER_COUNT = bytes32(uint256(3));
    bytes32 internal constant THRESHOLD = bytes32(uint256(4));
    bytes32 internal constant NONCE = bytes32(uint256(5));
    bytes32 internal constant UNUSED = bytes32(uint256(6));
    uint256 internal constant SIGNED = 7;
    uint256 internal constant APPROVED = 8;
    bytes32 internal constant HANDLER = keccak256("fallback_manager.handler.address");
    bytes32 internal constant GUARD = keccak256("guard_manager.guard.address");
    bytes32 internal constant MODULE_GUARD = keccak256("module_manager.module_guard.address");

    /// @dev How many words `_state` has.
    uint256 internal constant WORDS = 12;

    IMultisig internal account;

    function setUp() public virtual {
        account = IMultisig(_deploy("Multisig"));
        _forget(address(account));
    }

    /* CONTRACTS */

    /// @dev Creates a contract of `src` from the artifact that forge compiled.
    function _deploy(string memory name) internal returns (address) {
        return _deploy(name, "");
    }

    function _deploy(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory code =
            bytes.concat(vm.getCode(string.concat("out/symbolic/", name, ".sol/", name, ".json")), arguments);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
        }
        assert(created != address(0));
    }

    /// @dev A contract that answers anything, or reverts.
    function _answerer() internal returns (address created) {
        created = address(new Answerer());
        _prepare(created);
    }

    /// @dev The same, and it remembers its calls.
    function _recorder() internal returns (address created) {
        created = address(new Recorder());
        _prepare(created);
    }

    function _prepare(address created) private {
        vm.store(created, bytes32(uint256(0)), bytes32(svm.createUint(1, "fails")));
        vm.store(created, bytes32(uint256(1)), svm.createBytes32("answer"));
    }

    function _fails(address recorder) internal view returns (bool) {
        return vm.load(recorder, bytes32(uint256(0))) != 0;
    }

    function _answer(address recorder) internal view returns (bytes32) {
        return vm.load(recorder, bytes32(uint256(1)));
    }

    /// @dev The calls it got, as `_then` adds them up; 0 for none.
    function _log(address recorder) internal view returns (bytes32) {
        return vm.load(recorder, bytes32(uint256(2)));
    }

    function _then(bytes32 log, address caller, uint256 value, bytes memory input) internal pure returns (bytes32) {
        return keccak256(abi.encode(log, caller, value, keccak256(input)));
    }

    /// @dev Makes every slot of an account a symbol, the threshold too, which the constructor wrote.
    function _forget(address of_) internal {
        svm.enableSymbolicStorage(of_);
        vm.store(of_, THRESHOLD, svm.createBytes32("threshold"));
    }

    /// @dev Makes the account one that was never set up: every slot 0.
    function _blank() internal {
        account = IMultisig(_deploy("Multisig"));
        _set(THRESHOLD, 0);
    }

    /* STATE */

    function _slot(bytes32 slot) internal view returns (uint256) {
        return uint256(vm.load(address(account), slot));
    }

    function _set(bytes32 slot, uint256 value) internal {
        vm.store(address(account), slot, bytes32(value));
    }

    function _entry(uint256 list, address key) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, list));
    }

    function _next(uint256 list, address key) internal view returns (uint256) {
        return _slot(_entry(list, key));
    }

    function _approved(address key, bytes32 hash) internal view returns (uint256) {
        return _slot(keccak256(abi.encode(hash, keccak256(abi.encode(key, APPROVED)))));
    }

    /// @dev Everything that an account keeps; of each mapping the entry of one key, which may be any.
    function _state(address key, bytes32 hash) internal view returns (uint256[WORDS] memory) {
        return [
            _slot(NONCE),
            _slot(SINGLETON),
            _next(MODULES, key),
            _next(OWNERS, key),
            _slot(OWNER_COUNT),
            _slot(THRESHOLD),
            _slot(UNUSED),
            _slot(keccak256(abi.encode(hash, SIGNED))),
            _slot(HANDLER),
            _slot(GUARD),
            _slot(MODULE_GUARD),
            _approved(key, hash)
        ];
    }

    /// @dev Asserts that from word `first` on two states are the same.
    function _same(uint256[WORDS] memory left, uint256[WORDS] memory right, uint256 first) internal pure {
        for (uint256 i = first; i < WORDS; ++i) {
            assert(left[i] == right[i]);
        }
    }

    /* LISTS */

    /// @dev Splits the proof into one case for each number below `end`, so that the number is known in each.
    function _concrete(uint8 number, uint256 end) internal pure returns (uint8) {
        for (uint8 i; i < end; ++i) {
            if (i == number) return i;
        }
        vm.assume(false);
        return 0;
    }

    function _among(address[] memory list, address member) internal pure returns (bool) {
        for (uint256 i; i < list.length; ++i) {
            if (list[i] == member) return true;
        }
        return false;
    }

    /* CALLS */

    /// @dev Any call of any function of the account that may write, or of one that it does not have. Without the executions,
    /// `setup` and `simulateAndRevert`, which have proofs of their own. A view cannot write: the compiler saw to that.
    function _anyCall() internal returns (bytes memory data, bytes4 selector) {
        _assumeForeignHandler();
        data = svm.createCalldata("Multisig", false);
        selector = bytes4(data);
        vm.assume(
            selector != account.execTransaction.selector && selector != account.execTransactionFromModule.selector
                && selector != account.execTransactionFromModuleReturnData.selector
                && selector != account.setup.selector && selector != account.simulateAndRevert.selector
        );
    }

    /// @dev As `check_handlerIsNeverTheAccount` proves.
    function _assumeForeignHandler() internal view {
        vm.assume(address(uint160(_slot(HANDLER))) != address(account));
    }

    function _call(address caller, bytes memory data) internal returns (bool success) {
        vm.prank(caller);
        (success,) = address(account).call(data);
    }
}
