// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {Operation} from "../types/Operation.sol";
import {IFallback} from "./IFallback.sol";
import {IGuards} from "./IGuards.sol";
import {IModules} from "./IModules.sol";
import {IMultisigState} from "./IMultisigState.sol";
import {IOwners} from "./IOwners.sol";
import {ISignatures} from "./ISignatures.sol";
import {IStorageAccess} from "./IStorageAccess.sol";

/// @title IMultisig
/// @notice An account that acts when enough of its owners agree.
/// @dev ABI, storage, hashes, signature bytes and error strings are those of Safe 1.5.0.
interface IMultisig is IMultisigState, IOwners, IModules, IGuards, IFallback, ISignatures, IStorageAccess {
    /// @notice The account was set up.
    event SafeSetup(
        address indexed initiator, address[] owners, uint256 threshold, address initializer, address fallbackHandler
    );

    /// @notice A message was signed on chain. Emitted by SignMessageLib, from the account's address.
    event SignMsg(bytes32 indexed msgHash);

    /// @notice A transaction ran and succeeded.
    /// @param payment What was refunded, in the gas token of the transaction.
    event ExecutionSuccess(bytes32 indexed txHash, uint256 payment);

    /// @notice A transaction ran, failed, and used its nonce.
    /// @param payment What was refunded, in the gas token of the transaction.
    event ExecutionFailure(bytes32 indexed txHash, uint256 payment);

    /// @notice Returns the version of Safe that this is interchangeable with.
    function VERSION() external view returns (string memory);

    /// @notice Gives the account its owners. Works once (GS200).
    /// @dev GS201 for a threshold above the number of owners, GS202 for 0, GS203 for an owner that is 0, the sentinel, the
    /// account or equal to the one before, GS204 for one that came earlier, GS400 for the account as its own handler, GS002
    /// for a `to` without code, GS000 if `to` fails, GS011 and GS012 if the payment fails.
    ///
    /// Warning: an account that is deployed without being set up belongs to whoever calls first.
    /// @param to Called by DELEGATECALL to configure the account; 0 for nobody. Warning: it can enable modules.
    /// @param data What `to` is called with.
    /// @param fallbackHandler The handler for unknown calls; 0 for none.
    /// @param paymentToken The token of the payment; 0 for the native one.
    /// @param payment What to pay for the deployment. In the native token nothing is paid if `tx.gasprice` is 0.
    /// @param paymentReceiver Whom to pay; 0 stands for `tx.origin`.
    function setup(
        address[] calldata _owners,
        uint256 _threshold,
        address to,
        bytes calldata data,
        address fallbackHandler,
        address paymentToken,
        uint256 payment,
        address payable paymentReceiver
    ) external;

    /// @notice Executes what the owners signed, for anyone who brings it.
    /// @dev In this order: the nonce is used, the signatures are checked (GS001, GS020 to GS026), the guard is asked, the gas is
    /// tested (GS010), the inner call runs, the refund is paid (GS011, GS012), the event is emitted, the guard is told.
    ///
    /// If the inner call fails and both `safeTxGas` and `gasPrice` are 0, all of it reverts, with the inner call's data.
    /// Otherwise the nonce is used although the call failed. Warning: with either of them set, an executor who brings
    /// little gas can make a transaction fail for good.
    ///
    /// Calls may come back into the account while this runs. There is no lock; the nonce is used by then.
    /// @param safeTxGas Gas that the inner call must be able to use.
    /// @param baseGas Gas that is refunded besides what the inner call used.
    /// @param gasPrice The price of the refund; 0 for none. In the native token at most `tx.gasprice` is paid.
    /// @param gasToken The token of the refund; 0 for the native one.
    /// @param refundReceiver Whom to refund; 0 stands for `tx.origin`.
    /// @return success Whether the inner call succeeded.
    function execTransaction(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address payable refundReceiver,
        bytes memory signatures
    ) external payable returns (bool success);

    /// @notice Returns the EIP-712 domain separator: the chain and the account, nothing else.
    function domainSeparator() external view returns (bytes32);

    /// @notice Returns the hash that owners sign for a transaction.
    function getTransactionHash(
        address to,
        uint256 value,
        bytes memory data,
        Operation operation,
        uint256 safeTxGas,
        uint256 baseGas,
        uint256 gasPrice,
        address gasToken,
        address refundReceiver,
        uint256 _nonce
    ) external view returns (bytes32 txHash);
}
