// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IRawAnswers} from "../interfaces/IRawAnswers.sol";

/// @title ERC165
/// @notice Asks a contract whether it implements an interface.
library ERC165 {
    /// @notice Returns the answer of `target`. Reverts without data if it has no code or gives no answer, and with the
    /// data of `target` if that reverts.
    function claims(address target, bytes4 interfaceId) internal view returns (bool) {
        // A precompile answers too, with anything: only code that was deployed counts.
        if (target.code.length == 0) revert();
        return IRawAnswers(target).supportsInterface(interfaceId) != 0;
    }
}
