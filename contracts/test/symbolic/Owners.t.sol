// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice The owners and the threshold: what each function does to them, and that the list stays a list.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract OwnersProofs is SymbolicTest {
    /* ANY STATE */

    /// @dev Never reverts, and is what the list says; the sentinel is no owner.
    function check_isOwnerIsMembership(address caller, address owner) external {
        vm.prank(caller);
        (bool success, bytes memory answer) = address(account).call(abi.encodeCall(account.isOwner, (owner)));
        assert(success);
        assert(
            abi.decode(answer, (bool)) == (owner != SENTINEL && address(uint160(_next(OWNERS, owner))) != address(0))
        );
    }

    /// @dev 0 < threshold <= owners is kept by every function.
    function check_thresholdStaysWithinOwners(address caller) external {
        (bytes memory data,) = _anyCall();
        uint256 count = _slot(OWNER_COUNT);
        vm.assume(count < 2 ** 64 && _slot(THRESHOLD) != 0 && _slot(THRESHOLD) <= count);
        _call(caller, data);
        assert(_slot(THRESHOLD) != 0 && _slot(THRESHOLD) <= _slot(OWNER_COUNT));
    }

    function check_zeroHasNoSuccessor(address caller) external {
        (bytes memory data,) = _anyCall();
        vm.assume(_next(OWNERS, address(0)) == 0 && _next(MODULES, address(0)) == 0);
        _call(caller, data);
        assert(_next(OWNERS, address(0)) == 0 && _next(MODULES, address(0)) == 0);
    }

    function check_accountIsNeverItsOwner(address caller) external {
        (bytes memory data,) = _anyCall();
        vm.assume(_next(OWNERS, address(account)) == 0);
        _call(caller, data);
        assert(_next(OWNERS, address(account)) == 0);
    }

    function check_changeThreshold(uint256 threshold, address key, bytes32 hash) external {
        uint256[WORDS] memory expected = _state(key, hash);
        expected[5] = threshold;
        bool fits = threshold != 0 && threshold <= _slot(OWNER_COUNT);
        bool success = _call(address(account), abi.encodeCall(account.changeThreshold, (threshold)));
        assert(success == fits);
        if (success) _same(expected, _state(key, hash), 0);
    }

    /// @dev In any state, whoever removes or replaces an owner names the entry that points to it.
    function check_removeOwnerNeedsItsPredecessor(address previous, address owner, uint256 threshold) external {
        vm.assume(_slot(OWNER_COUNT) != 0);
        bool fits = uint160(owner) > 1 && address(uint160(_next(OWNERS, previous))) == owner
            && threshold <= _slot(OWNER_COUNT) - 1 && (threshold != 0 || _slot(THRESHOLD) == 0);
        assert(_call(address(account), abi.encodeCall(account.removeOwner, (previous, owner, threshold))) == fits);
    }

    function check_swapOwnerNeedsItsPredecessor(address previous, address old, address owner) external {
        bool fits = uint160(old) > 1 && address(uint160(_next(OWNERS, previous))) == old && uint160(owner) > 1
            && owner != address(account) && address(uint160(_next(OWNERS, owner))) == address(0);
        assert(_call(address(account), abi.encodeCall(account.swapOwner, (previous, old, owner))) == fits);
    }

    /* LISTS OF ONE TO FOUR */

    /// @dev Adding puts one owner in front. Nobody else's membership changes.
    /// @custom:bound lists of one to four owners
    function check_addOwner(uint8 length, address owner, uint256 threshold, address other) external {
        address[] memory owners = _list(length);
        bool fits = !_among(owners, owner) && owner != address(0) && owner != SENTINEL && owner != address(account)
            && threshold != 0 && threshold <= owners.length + 1;
        bool success = _call(address(account), abi.encodeCall(account.addOwnerWithThreshold, (owner, threshold)));
        assert(success == fits);
        if (success) {
            address[] memory expected = new address[](owners.length + 1);
            expected[0] = owner;
            for (uint256 i; i < owners.length; ++i) {
                expected[i + 1] = owners[i];
            }
            _expectList(expected, other);
            assert(_slot(THRESHOLD) == threshold);
        }
    }

    /// @dev Removing takes out one owner.
    /// @custom:bound lists of one to four owners
    function check_removeOwner(uint8 length, uint8 place, uint256 threshold, address other) external {
        address[] memory owners = _list(length);
        place = _concrete(place, owners.length);
        address previous = place == 0 ? SENTINEL : owners[place - 1];
        bool fits = threshold != 0 && threshold <= owners.length - 1;
        bool success =
            _call(address(account), abi.encodeCall(account.removeOwner, (previous, owners[place], threshold)));
        assert(success == fits);
        if (success) {
            address[] memory expected = new address[](owners.length - 1);
            for (uint256 i; i < expected.length; ++i) {
                expected[i] = owners[i < place ? i : i + 1];
            }
            _expectList(expected, other);
            assert(_slot(THRESHOLD) == threshold);
        }
    }

    /// @dev Swapping puts one owner in the place of another.
    /// @custom:bound lists of one to four owners
    function check_swapOwner(uint8 length, uint8 place, address owner, address other) external {
        address[] memory owners = _list(length);
        place = _concrete(place, owners.length);
        address previous = place == 0 ? SENTINEL : owners[place - 1];
        bool fits = !_among(owners, owner) && uint160(owner) > 1 && owner != address(account);
        uint256 threshold = _slot(THRESHOLD);
        bool success = _call(address(account), abi.encodeCall(account.swapOwner, (previous, owners[place], owner)));
        assert(success == fits);
        if (success) {
            owners[place] = owner;
            _expectList(owners, other);
            assert(_slot(THRESHOLD) == threshold);
        }
    }

    function reach_swapOwner(address owner) external {
        address[] memory owners = _list(3);
        assert(!_call(address(account), abi.encodeCall(account.swapOwner, (owners[1], owners[2], owner))));
    }

    /* INTERNAL */

    /// @dev Makes any well-formed list of that many owners, with any threshold that fits.
    function _list(uint8 length) private returns (address[] memory owners) {
        _blank();
        owners = new address[](_concrete(length, 5));
        vm.assume(owners.length != 0);
        address last = SENTINEL;
        for (uint256 i; i < owners.length; ++i) {
            address owner = svm.createAddress("owner");
            vm.assume(owner != address(0) && owner != SENTINEL && owner != address(account));
            for (uint256 j; j < i; ++j) {
                vm.assume(owners[j] != owner);
            }
            owners[i] = owner;
            _set(_entry(OWNERS, last), uint160(owner));
            last = owner;
        }
        _set(_entry(OWNERS, last), uint160(SENTINEL));
        _set(OWNER_COUNT, owners.length);
        uint256 threshold = svm.createUint256("threshold");
        vm.assume(threshold != 0 && threshold <= owners.length);
        _set(THRESHOLD, threshold);
    }

    /// @dev Asserts that the list is this one: in this order, back to the sentinel, with the right count, without a repetition,
    /// without 0, the sentinel or the account; and that nobody else, whoever it be, has an entry.
    function _expectList(address[] memory expected, address other) private view {
        address at = SENTINEL;
        for (uint256 i; i < expected.length; ++i) {
            assert(_next(OWNERS, at) == uint160(expected[i]));
            at = expected[i];
            assert(uint160(at) > 1 && at != address(account));
            for (uint256 j; j < i; ++j) {
                assert(expected[j] != at);
            }
        }
        assert(_next(OWNERS, at) == uint160(SENTINEL));
        assert(_slot(OWNER_COUNT) == expected.length);
        if (other != SENTINEL && !_among(expected, other)) assert(_next(OWNERS, other) == 0);

        address[] memory told = account.getOwners();
        assert(told.length == expected.length);
        for (uint256 i; i < expected.length; ++i) {
            assert(told[i] == expected[i]);
        }
    }
}
