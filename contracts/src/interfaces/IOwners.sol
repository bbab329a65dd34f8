// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IOwners
/// @notice The owners of an account and how many of them must agree.
/// @dev The list is circular: the sentinel 0x1 points to the first owner, each owner to the next, the last to the
/// sentinel. A new owner becomes the first. Whoever removes or replaces one names the link before it.
interface IOwners {
    /// @notice An owner joined.
    event AddedOwner(address indexed owner);

    /// @notice An owner left.
    event RemovedOwner(address indexed owner);

    /// @notice The threshold was set, perhaps to what it was.
    event ChangedThreshold(uint256 threshold);

    /// @notice Adds `owner` and sets the threshold.
    /// @dev Only by the account itself (GS031). GS203 for 0, the sentinel or the account itself, GS204 for an owner, GS201
    /// and GS202 for a threshold out of range. Emits ChangedThreshold only if it changed.
    function addOwnerWithThreshold(address owner, uint256 _threshold) external;

    /// @notice Removes `owner` and sets the threshold.
    /// @dev Only by the account itself (GS031). GS201 if fewer owners than the threshold would remain, GS203 for 0 or the
    /// sentinel, GS205 if `prevOwner` does not point to `owner`. Emits ChangedThreshold only if it changed.
    ///
    /// Warning: hashes that the owner approved stay approved.
    function removeOwner(address prevOwner, address owner, uint256 _threshold) external;

    /// @notice Puts `newOwner` in the place of `oldOwner`.
    /// @dev Only by the account itself (GS031). GS203 and GS204 as for adding, then GS203 and GS205 as for removing.
    function swapOwner(address prevOwner, address oldOwner, address newOwner) external;

    /// @notice Sets how many owners must agree.
    /// @dev Only by the account itself (GS031). GS201 for more than there are owners, GS202 for 0.
    function changeThreshold(uint256 _threshold) external;

    /// @notice Returns how many owners must agree; 0 before `setup`.
    function getThreshold() external view returns (uint256);

    /// @notice Returns whether `owner` is an owner. Never reverts.
    function isOwner(address owner) external view returns (bool);

    /// @notice Returns the owners in the order of the list.
    /// @dev Reverts without data if the account is not set up.
    function getOwners() external view returns (address[] memory);
}
