// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

/// @title MultisigProxy
/// @notice An account's address, balance and storage; its code is that of a singleton.
/// @dev Every call is passed on to the singleton by DELEGATECALL, except `masterCopy()`, which answers the singleton. That
/// function belongs to no interface, and the proxy declares none, so that no selector of the singleton is ever hidden.
contract MultisigProxy {
    /// @dev Slot 0, as in `MultisigStorage`. Only a DELEGATECALL of the account can change it.
    address internal singleton;

    /// @notice Sets the singleton. It cannot be 0.
    /// @dev There is no test that it has code: the factory makes one.
    constructor(address _singleton) {
        if (_singleton == address(0)) revert("Invalid singleton address provided");
        singleton = _singleton;
    }

    /// @notice Passes the call on, value and all, and its answer back.
    /// @dev Solidity cannot return bytes that a DELEGATECALL answered without copying them twice. The block writes over all
    /// memory, and never comes back to Solidity.
    fallback() external payable {
        assembly {
            // The singleton. Whatever stands above its 20 bytes means nothing to DELEGATECALL.
            let target := sload(0)
            // masterCopy(): compare the first four bytes, whatever follows.
            if eq(shr(0xe0, calldataload(0)), 0xa619486e) {
                // One word: 12 bytes of memory that nothing has written yet, then the 20 bytes of the singleton.
                mstore(0x0c, shl(0x60, target))
                return(0, 0x20)
            }
            // Pass on the whole input with all gas; caller and value stay what they are.
            calldatacopy(0, 0, calldatasize())
            let success := delegatecall(gas(), target, 0, calldatasize(), 0, 0)
            // Pass back the whole output, as a return or as a revert.
            returndatacopy(0, 0, returndatasize())
            if success { return(0, returndatasize()) }
            revert(0, returndatasize())
        }
    }
}
