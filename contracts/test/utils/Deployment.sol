// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {CreateCall} from "../../src/CreateCall.sol";
import {ExtensibleFallbackHandler} from "../../src/ExtensibleFallbackHandler.sol";
import {FallbackHandler} from "../../src/FallbackHandler.sol";
import {Migration} from "../../src/Migration.sol";
import {MultiSend} from "../../src/MultiSend.sol";
import {MultiSendCallOnly} from "../../src/MultiSendCallOnly.sol";
import {Multisig} from "../../src/Multisig.sol";
import {MultisigL2} from "../../src/MultisigL2.sol";
import {MultisigProxy} from "../../src/MultisigProxy.sol";
import {MultisigProxyFactory} from "../../src/MultisigProxyFactory.sol";
import {SignMessageLib} from "../../src/SignMessageLib.sol";
import {SimulateTxAccessor} from "../../src/SimulateTxAccessor.sol";
import {ToL2Setup} from "../../src/ToL2Setup.sol";
import {TokenCallbackHandler} from "../../src/TokenCallbackHandler.sol";

/// @title Deployment
/// @notice The one place where the tests create what they test.
library Deployment {
    function multisig() internal returns (address) {
        return address(new Multisig());
    }

    function multisigL2() internal returns (address) {
        return address(new MultisigL2());
    }

    function proxy(address singleton) internal returns (address) {
        return address(new MultisigProxy(singleton));
    }

    function proxyFactory() internal returns (address) {
        return address(new MultisigProxyFactory());
    }

    function multiSend() internal returns (address) {
        return address(new MultiSend());
    }

    function multiSendCallOnly() internal returns (address) {
        return address(new MultiSendCallOnly());
    }

    function fallbackHandler() internal returns (address) {
        return address(new FallbackHandler());
    }

    function extensibleFallbackHandler() internal returns (address) {
        return address(new ExtensibleFallbackHandler());
    }

    function tokenCallbackHandler() internal returns (address) {
        return address(new TokenCallbackHandler());
    }

    function createCall() internal returns (address) {
        return address(new CreateCall());
    }

    function signMessageLib() internal returns (address) {
        return address(new SignMessageLib());
    }

    function simulateTxAccessor() internal returns (address) {
        return address(new SimulateTxAccessor());
    }

    function migration(address singleton, address singletonL2, address handler) internal returns (address) {
        return address(new Migration(singleton, singletonL2, handler));
    }

    function toL2Setup() internal returns (address) {
        return address(new ToL2Setup());
    }
}
