// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title Answerer
/// @notice Answers every call with one word, or reverts with it. It has no function, so no input means anything to it.
contract Answerer {
    /// @dev Slot 0: whether every call reverts.
    bool internal fails;

    /// @dev Slot 1: the word.
    bytes32 internal answer;

    fallback() external payable virtual {
        _end();
    }

    function _end() internal view {
        bytes32 word = answer;
        bool ends = fails;
        assembly ("memory-safe") {
            mstore(0x00, word)
            if ends { revert(0x00, 0x20) }
            return(0x00, 0x20)
        }
    }
}

/// @title Recorder
/// @notice Remembers how it was called, then ends as an `Answerer`. What a failing call did is forgotten, as all it did is.
contract Recorder is Answerer {
    /// @dev Slot 2: hash of the calls so far, in their order: of the hash before, the caller, the value, the input.
    bytes32 internal log;

    /// @dev Slot 3: the nonce of the caller, as its slot of that name is read, at the last call.
    uint256 internal nonceSeen;

    /// @dev Slot 4: whether to look at the nonce.
    bool internal looks;

    fallback() external payable override {
        log = keccak256(abi.encode(log, msg.sender, msg.value, keccak256(msg.data)));
        if (looks) nonceSeen = INonce(msg.sender).nonce();
        _end();
    }
}

/// @dev What a `Recorder` asks.
interface INonce {
    function nonce() external view returns (uint256);
}
