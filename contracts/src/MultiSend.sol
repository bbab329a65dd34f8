// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultiSend} from "./interfaces/IMultiSend.sol";
import {Batch} from "./libraries/Batch.sol";

/// @title MultiSend
/// @notice Performs several transactions in one; an entry may be a CALL (0) or a DELEGATECALL (1).
/// @dev Warning: a DELEGATECALL entry runs foreign code as the account.
contract MultiSend is IMultiSend {
    /// @dev Where this was deployed: a call that runs there is no DELEGATECALL.
    address private immutable SELF = address(this);

    /// @inheritdoc IMultiSend
    /// @dev Refuses a direct call, which would leave the contract's own balance to anybody.
    function multiSend(bytes memory transactions) external payable override {
        require(address(this) != SELF, "MultiSend should only be called via delegatecall");
        Batch.run(transactions, true);
    }
}
