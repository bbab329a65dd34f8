// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IStorageAccess} from "../interfaces/IStorageAccess.sol";
import {Checked} from "../libraries/Checked.sol";
import {ReturnData} from "../libraries/ReturnData.sol";

/// @title StorageAccess
/// @notice Shows raw storage and simulates code in the account's place.
abstract contract StorageAccess is IStorageAccess {
    /// @inheritdoc IStorageAccess
    function getStorageAt(uint256 offset, uint256 length) external view override returns (bytes memory) {
        bytes memory result = new bytes(Checked.size(length) * 0x20);
        for (uint256 index; index < length; ++index) {
            assembly ("memory-safe") {
                // Word `index` of the result is slot `offset + index`; the sum wraps, as slot numbers do.
                mstore(add(add(result, 0x20), mul(index, 0x20)), sload(add(offset, index)))
            }
        }
        return result;
    }

    /// @inheritdoc IStorageAccess
    function simulateAndRevert(address targetContract, bytes memory calldataPayload) external override {
        (bool success, bytes memory answer) = targetContract.delegatecall(calldataPayload);
        ReturnData.bubble(abi.encodePacked(success ? uint256(1) : 0, answer.length, answer));
    }
}
