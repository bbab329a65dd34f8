// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";

/// @title IModules
/// @notice The modules of an account: contracts that act for it without asking its owners.
/// @dev The list has the shape of the owners' list. Warning: a module is omnipotent. It can move everything, change the
/// owners, and act again before a transaction that would disable it.
interface IModules {
    /// @notice A module was enabled.
    event EnabledModule(address indexed module);

    /// @notice A module was disabled.
    event DisabledModule(address indexed module);

    /// @notice A module's transaction ran and succeeded.
    event ExecutionFromModuleSuccess(address indexed module);

    /// @notice A module's transaction ran and failed.
    event ExecutionFromModuleFailure(address indexed module);

    /// @notice The module guard was set; 0 for none.
    event ChangedModuleGuard(address indexed moduleGuard);

    /// @notice Enables `module`.
    /// @dev Only by the account itself (GS031). GS101 for 0 or the sentinel, GS102 if enabled already. There is no test that
    /// `module` has code.
    function enableModule(address module) external;

    /// @notice Disables `module`.
    /// @dev Only by the account itself (GS031). GS101 for 0 or the sentinel, GS103 if `prevModule` does not point to `module`.
    function disableModule(address prevModule, address module) external;

    /// @notice Sets the contract that may veto what modules do; 0 for none.
    /// @dev Only by the account itself (GS031). GS301 unless it claims the interface of a module guard.
    ///
    /// Warning: a module guard that reverts stops every module.
    function setModuleGuard(address moduleGuard) external;

    /// @notice Performs a transaction for the module that calls.
    /// @dev GS104 for anybody else. No signatures, no nonce, no refund, no transaction guard; all gas is passed on. A failure
    /// is reported, not raised.
    /// @return success Whether the inner call succeeded.
    function execTransactionFromModule(address to, uint256 value, bytes memory data, Operation operation)
        external
        returns (bool success);

    /// @notice Performs a transaction for the module that calls, and returns what it answered.
    /// @dev As `execTransactionFromModule`.
    /// @return success Whether the inner call succeeded.
    /// @return returnData What the inner call returned or reverted with.
    function execTransactionFromModuleReturnData(address to, uint256 value, bytes memory data, Operation operation)
        external
        returns (bool success, bytes memory returnData);

    /// @notice Returns whether `module` is enabled. Never reverts.
    function isModuleEnabled(address module) external view returns (bool);

    /// @notice Returns up to `pageSize` modules that follow `start`.
    /// @dev GS105 unless `start` is the sentinel or an enabled module, GS106 for a page of 0. Allocates the whole page, so a
    /// huge one runs out of gas or reverts without data, as does any page of an account that is not set up.
    /// @return array The modules.
    /// @return next Where the next page starts: the last module returned, or the sentinel if none remain.
    function getModulesPaginated(address start, uint256 pageSize)
        external
        view
        returns (address[] memory array, address next);
}
