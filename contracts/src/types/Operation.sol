// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @notice The way a transaction reaches its target.
/// @dev In the ABI this is a `uint8`: 0 is CALL, 1 is DELEGATECALL, and every other value reverts without data, as every
/// argument does that does not fit its type. Safe 1.5.0 ignores the bits that do not fit.
///
/// Warning: a DELEGATECALL runs the target's code as the account. It may rewrite owners, modules, nonce and singleton.
enum Operation {
    Call,
    DelegateCall
}
