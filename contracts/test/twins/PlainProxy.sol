// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title PlainProxy
/// @notice The plain twin of `MultisigProxy`.
contract PlainProxy {
    address private singleton;

    fallback(bytes calldata input) external payable returns (bytes memory) {
        if (input.length >= 4 && bytes4(input) == bytes4(keccak256("masterCopy()"))) return abi.encode(singleton);

        (bool success, bytes memory answer) = singleton.delegatecall(input);
        if (success) return answer;
        assembly ("memory-safe") {
            // Solidity has no word for it.
            revert(add(answer, 0x20), mload(answer))
        }
    }
}
