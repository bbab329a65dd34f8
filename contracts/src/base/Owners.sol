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
            require(--ownerCount >= _threshold, "GS201");
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
        require(_threshold <= ownerCount, "GS201");
        require(_threshold != 0, "GS202");

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
        require(threshold == 0, "GS200");
        require(_threshold <= _owners.length, "GS201");
        require(_threshold != 0, "GS202");

        address last = SENTINEL;
        for (uint256 i; i < _owners.length; ++i) {
            address owner = _owners[i];
            // An owner equal to the one before it is refused here, with GS203: its own link is not written yet.
            require(owner != address(0) && owner != SENTINEL && owner != address(this) && owner != last, "GS203");
            require(owners[owner] == address(0), "GS204");

            owners[last] = owner;
            last = owner;
        }
        owners[last] = SENTINEL;
        ownerCount = _owners.length;
        threshold = _threshold;
    }

    /// @dev Reverts unless `owner` may join the list.
    function _requireNewOwner(address owner) private view {
        require(owner != address(0) && owner != SENTINEL && owner != address(this), "GS203");
        require(owners[owner] == address(0), "GS204");
    }

    /// @dev Reverts unless `owner` is in the list, directly behind `prevOwner`.
    function _requireLinked(address prevOwner, address owner) private view {
        require(owner != address(0) && owner != SENTINEL, "GS203");
        require(owners[prevOwner] == owner, "GS205");
    }
}
