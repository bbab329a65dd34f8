// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IOwners} from "../interfaces/IOwners.sol";
import {Checked} from "../libraries/Checked.sol";
import {MultisigStorage} from "./MultisigStorage.sol";
import {SelfAuthorized} from "./SelfAuthorized.sol";

/// @title Owners
/// @notice Keeps the list of owners and the threshold.
abstract contract Owners is MultisigStorage, SelfAuthorized, IOwners {
    /* EXTERNAL */

    /// @inheritdoc IOwners
    function addOwnerWithThreshold(address owner, uint256 _threshold) public override authorized {
        _requireNewOwner(owner);

        owners[owner] = owners[SENTINEL];
        owners[SENTINEL] = owner;
        unchecked {
            // Each owner costs a storage slot: the count cannot overflow.
            ++ownerCount;
        }

        emit AddedOwner(owner);

        if (threshold != _threshold) changeThreshold(_threshold);
    }

    /// @inheritdoc IOwners
    function removeOwner(address prevOwner, address owner, uint256 _threshold) public override authorized {
        unchecked {
            // An account that calls itself has been set up, so it has an owner.
            if (--ownerCount < _threshold) revert("GS201");
        }
        _requireLinked(prevOwner, owner);

        owners[prevOwner] = owners[owner];
        owners[owner] = address(0);

        emit RemovedOwner(owner);

        if (threshold != _threshold) changeThreshold(_threshold);
    }

    /// @inheritdoc IOwners
    function swapOwner(address prevOwner, address oldOwner, address newOwner) public override authorized {
        _requireNewOwner(newOwner);
        _requireLinked(prevOwner, oldOwner);

        owners[newOwner] = owners[oldOwner];
        owners[prevOwner] = newOwner;
        owners[oldOwner] = address(0);

        emit RemovedOwner(oldOwner);
        emit AddedOwner(newOwner);
    }

    /// @inheritdoc IOwners
    function changeThreshold(uint256 _threshold) public override authorized {
        if (_threshold > ownerCount) revert("GS201");
        if (_threshold == 0) revert("GS202");

        threshold = _threshold;

        emit ChangedThreshold(_threshold);
    }

    /* VIEWS */

    /// @inheritdoc IOwners
    function getThreshold() public view override returns (uint256) {
        return threshold;
    }

    /// @inheritdoc IOwners
    function isOwner(address owner) public view override returns (bool) {
        return owner != SENTINEL && owners[owner] != address(0);
    }

    /// @inheritdoc IOwners
    function getOwners() public view override returns (address[] memory) {
        address[] memory array = new address[](Checked.size(ownerCount));

        uint256 index;
        for (address owner = owners[SENTINEL]; owner != SENTINEL; owner = owners[owner]) {
            // The list of an account that is not set up never ends.
            if (index == array.length) revert();

            array[index] = owner;
            ++index;
        }
        return array;
    }

    /* INTERNAL */

    /// @dev Writes the list once, in the order given.
    function _setupOwners(address[] calldata _owners, uint256 _threshold) internal {
        if (threshold != 0) revert("GS200");
        if (_threshold > _owners.length) revert("GS201");
        if (_threshold == 0) revert("GS202");

        address last = SENTINEL;
        for (uint256 i; i < _owners.length;) {
            address owner = _owners[i];
            // An owner equal to the one before it is refused here, with GS203: its own link is not written yet.
            if (_isUnfit(owner, last)) revert("GS203");
            if (owners[owner] != address(0)) revert("GS204");

            _link(owners, last, owner);
            last = owner;
            unchecked {
                // At most `_owners.length`.
                ++i;
            }
        }
        _link(owners, last, SENTINEL);
        ownerCount = _owners.length;
        threshold = _threshold;
    }

    /// @dev Returns whether `owner` is 0, the sentinel, the account itself, or `previous`.
    function _isUnfit(address owner, address previous) private view returns (bool unfit) {
        assembly ("memory-safe") {
            // Three comparisons without the jumps of `||`. Below 2 are 0 and the sentinel.
            unfit := or(lt(owner, 2), or(eq(owner, address()), eq(owner, previous)))
        }
    }

    /// @dev Reverts unless `owner` may join the list.
    function _requireNewOwner(address owner) private view {
        if (_isUnfit(owner, SENTINEL)) revert("GS203");
        if (owners[owner] != address(0)) revert("GS204");
    }

    /// @dev Reverts unless `owner` is in the list, directly behind `prevOwner`.
    function _requireLinked(address prevOwner, address owner) private view {
        if (owner == address(0) || owner == SENTINEL) revert("GS203");
        if (owners[prevOwner] != owner) revert("GS205");
    }
}
