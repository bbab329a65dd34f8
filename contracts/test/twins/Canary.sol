// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Canary
/// @notice Shows whether code between `plant` and `check` kept to the rules of memory.
/// @dev What is allocated is not overwritten, the zero word at 0x60 stays zero, and the free memory pointer does not go back.
/// Behind the pointer lies noise, because nobody may take free memory to be zero.
library Canary {
    /// @dev Bytes of noise: more than any test here has its code write.
    uint256 private constant NOISE = 0x1000;

    /// @notice Allocates 65 bytes, which end inside a word, and fills what is free behind them with noise.
    function plant(uint256 seed) internal pure returns (bytes memory canary, uint256 free) {
        canary = _feathers(seed);
        assembly ("memory-safe") {
            // Free memory may be written to by anybody.
            free := mload(0x40)
            for { let i := 0 } lt(i, NOISE) { i := add(i, 0x20) } { mstore(add(free, i), not(add(seed, i))) }
        }
    }

    /// @notice Fails unless all is as it was, but for the free memory pointer, which may have gone up by `allocated` at most.
    function check(bytes memory canary, uint256 free, uint256 seed, uint256 allocated) internal pure {
        uint256 zero;
        uint256 freeNow;
        assembly ("memory-safe") {
            // The two words that Solidity reserves.
            zero := mload(0x60)
            freeNow := mload(0x40)
        }
        require(zero == 0, "the zero word was written");
        require(freeNow >= free && freeNow <= free + allocated, "the free memory pointer was moved");
        require(keccak256(canary) == keccak256(_feathers(seed)), "allocated memory was overwritten");
    }

    function _feathers(uint256 seed) private pure returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode(seed)), keccak256(abi.encode(~seed)), uint8(seed));
    }
}
