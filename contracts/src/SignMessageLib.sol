// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "./interfaces/IMultisig.sol";
import {ISignMessageLib} from "./interfaces/ISignMessageLib.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title SignMessageLib
/// @notice Signs messages on chain, for an account that calls this by DELEGATECALL.
/// @dev The variables lie where `MultisigStorage` has them: they are the account's.
contract SignMessageLib is ISignMessageLib {
    /// @dev Slots 0 to 6: nothing here touches them.
    uint256[7] private untouched;

    /// @dev Slot 7: 1 for each message, by its hash, that the account signed.
    mapping(bytes32 messageHash => uint256 signed) private signedMessages;

    /// @inheritdoc ISignMessageLib
    function signMessage(bytes calldata _data) external override {
        bytes32 messageHash = getMessageHash(_data);

        signedMessages[messageHash] = 1;

        emit SignMsg(messageHash);
    }

    /// @inheritdoc ISignMessageLib
    /// @dev Asks the account for its domain, which is not the same in every version.
    function getMessageHash(bytes memory message) public view override returns (bytes32) {
        return TypedData.digest(IMultisig(address(this)).domainSeparator(), TypedData.messageStructHash(message));
    }
}
