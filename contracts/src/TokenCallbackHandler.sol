// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {TokenCallbacks} from "./handler/TokenCallbacks.sol";
import {IERC165} from "./interfaces/IERC165.sol";
import {ITokensRecipient} from "./interfaces/ITokensRecipient.sol";

/// @title TokenCallbackHandler
/// @notice Lets an account receive tokens.
/// @dev Has no storage and no power: it speaks of `msg.sender` and can do nothing for it.
contract TokenCallbackHandler is TokenCallbacks, ITokensRecipient, IERC165 {
    /// @inheritdoc ITokensRecipient
    function tokensReceived(address, address, address, uint256, bytes calldata, bytes calldata) external pure override {
        // Nothing to refuse: the account must have registered this handler itself.
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) external pure override returns (bool) {
        return
            interfaceId == type(IERC165).interfaceId || interfaceId == ERC721_RECEIVER
                || interfaceId == ERC1155_RECEIVER;
    }
}
