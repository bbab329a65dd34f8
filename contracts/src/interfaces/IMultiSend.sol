// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title IMultiSend
/// @notice Performs several transactions in one: all of them or none.
/// @dev An entry is packed: operation (1 byte) ‖ to (20) ‖ value (32) ‖ length of data (32) ‖ data. `to` = 0 stands for the
/// contract that runs this. The first entry that fails reverts everything, with its own data. A DELEGATECALL
/// where only calls are allowed reverts with nothing; an operation above 1, with what the entry before answered, or nothing.
///
/// Nothing validates the row. Reading stops when at most 32 bytes remain, so a tail of that size is ignored; a longer tail
/// is read as an entry, with zeros for what is missing.
interface IMultiSend {
    /// @notice Performs the entries in order. Meant for a DELEGATECALL from the account.
    function multiSend(bytes memory transactions) external payable;
}
