// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {ReturnData} from "./ReturnData.sol";

/// @title Batch
/// @notice Reads and performs a row of packed transactions.
library Batch {
    /// @dev Bytes of an entry before its data: operation, to, value, length of data.
    uint256 private constant HEADER = 85;

    /// @notice Performs the entries in order and reverts with the data of the first that fails.
    /// @dev The cursor counts from the length word of `transactions`, so it starts at 32, and is compared with the length
    /// of the content: reading stops when at most 32 bytes remain. An entry that ends behind the content reads the memory
    /// there, which is zero because nothing is allocated after `transactions`.
    /// @param delegateCalls Whether an entry may be a DELEGATECALL.
    function run(bytes memory transactions, bool delegateCalls) internal {
        uint256 cursor = 0x20;
        while (cursor < transactions.length) {
            uint256 operation;
            address to;
            uint256 value;
            uint256 dataLength;
            uint256 data;
            assembly ("memory-safe") {
                // The entry begins at `entry`: 1 byte operation, 20 bytes to, 32 bytes value, 32 bytes length, data.
                let entry := add(transactions, cursor)
                operation := shr(248, mload(entry))
                to := shr(96, mload(add(entry, 0x01)))
                value := mload(add(entry, 0x15))
                dataLength := mload(add(entry, 0x35))
                data := add(entry, 0x55)
            }
            if (to == address(0)) to = address(this);

            bool success;
            if (operation == 0) {
                assembly ("memory-safe") {
                    // All gas; the data is used where it lies.
                    success := call(gas(), to, value, data, dataLength, 0, 0)
                }
            } else if (operation == 1) {
                // Nothing was called: revert with nothing, whatever the entry before answered.
                if (!delegateCalls) revert();
                assembly ("memory-safe") {
                    // All gas; the data is used where it lies, and there is no value to send.
                    success := delegatecall(gas(), to, data, dataLength, 0, 0)
                }
            }
            if (!success) ReturnData.bubble();

            unchecked {
                // A length near 2^256 would wrap, but its call has run out of gas before.
                cursor += HEADER + dataLength;
            }
        }
    }
}
