// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {FallbackHandler} from "../../src/FallbackHandler.sol";
import {MultiSend} from "../../src/MultiSend.sol";
import {MultiSendCallOnly} from "../../src/MultiSendCallOnly.sol";
import {Multisig} from "../../src/Multisig.sol";
import {MultisigL2} from "../../src/MultisigL2.sol";
import {MultisigProxy} from "../../src/MultisigProxy.sol";
import {MultisigProxyFactory} from "../../src/MultisigProxyFactory.sol";

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
}
