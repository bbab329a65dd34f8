// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title AccountContext
/// @notice Tells who called the account that passed a call on to its handler.
/// @dev An account appends the 20 bytes of its caller to what it passes on. Warning: whoever calls the handler directly may
/// append what it likes, but then speaks for itself only: the account is always `msg.sender`.
abstract contract AccountContext {
    /// @dev Bytes of an address.
    uint256 internal constant CALLER_LENGTH = 20;

    /// @dev Reverts unless an account passes on a call to itself, which needs a quorum or a module.
    modifier onlyAccount() {
        require(_caller() == msg.sender, "only safe can call this method");
        _;
    }

    /// @dev Returns who called the account. Every function that asks has read more than 20 bytes of input before.
    function _caller() internal pure returns (address) {
        unchecked {
            // Not below 0: see above.
            return address(bytes20(msg.data[msg.data.length - CALLER_LENGTH:]));
        }
    }
}
