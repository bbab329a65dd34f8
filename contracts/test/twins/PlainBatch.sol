// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title PlainBatch
/// @notice The plain twin of `MultiSend` and `MultiSendCallOnly`: entries are cut out of the bytes one by one.
contract PlainBatch {
    /// @dev Longer data than this cannot be paid for with the gas that the tests give.
    uint256 private constant TOO_LONG = 1 << 24;

    bool private immutable DELEGATE_CALLS;

    constructor(bool delegateCalls) {
        DELEGATE_CALLS = delegateCalls;
    }

    function multiSend(bytes calldata transactions) external payable {
        uint256 position;
        bytes memory answer;
        // At most 32 bytes that remain are not read.
        while (position + 32 < transactions.length) {
            uint8 operation = uint8(_part(transactions, position, 1)[0]);
            address to = address(bytes20(_part(transactions, position + 1, 20)));
            uint256 value = abi.decode(_part(transactions, position + 21, 32), (uint256));
            uint256 length = abi.decode(_part(transactions, position + 53, 32), (uint256));
            if (to == address(0)) to = address(this);
            if (operation > 1) _revert(answer);
            if (operation == 1 && !DELEGATE_CALLS) revert();
            if (length >= TOO_LONG) revert();

            bytes memory data = _part(transactions, position + 85, length);
            bool success;
            (success, answer) = operation == 0 ? to.call{value: value}(data) : to.delegatecall(data);
            if (!success) _revert(answer);
            position += 85 + length;
        }
    }

    /// @dev Returns `length` bytes from `start` on; behind the end there are zeros.
    function _part(bytes calldata transactions, uint256 start, uint256 length)
        private
        pure
        returns (bytes memory part)
    {
        if (start >= transactions.length) return new bytes(length);
        uint256 end = start + length;
        if (end <= transactions.length) return transactions[start:end];
        return bytes.concat(transactions[start:], new bytes(end - transactions.length));
    }

    function _revert(bytes memory answer) private pure {
        assembly ("memory-safe") {
            // Solidity has no word for it.
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
