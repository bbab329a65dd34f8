// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title GasMeter
/// @notice Records how much gas it was called with, and calls back.
contract GasMeter {
    uint256 public given;
    bytes public answer;
    bool public succeeded;

    receive() external payable {
        given = gasleft();
    }

    function record() external payable {
        given = gasleft();
    }

    /// @notice Calls `to` from within, for tests of re-entrance.
    function callBack(address to, bytes memory data) external payable {
        (succeeded, answer) = to.call(data);
    }
}
