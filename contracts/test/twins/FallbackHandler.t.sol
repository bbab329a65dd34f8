// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IFallbackHandler} from "../../src/interfaces/IFallbackHandler.sol";
import {IStorageAccess} from "../../src/interfaces/IStorageAccess.sol";
import {Echo} from "../fixtures/Echo.sol";
import {TwinTest} from "./TwinTest.sol";

/// @dev The twin of `FallbackHandler.simulate`: the report is decoded and copied.
contract PlainSimulator {
    function simulate(address targetContract, bytes calldata calldataPayload) external returns (bytes memory response) {
        (bool reverted, bytes memory report) =
            msg.sender.call(abi.encodeCall(IStorageAccess.simulateAndRevert, (targetContract, calldataPayload)));
        if (reverted || report.length < 64) revert();

        (uint256 success, uint256 length) = abi.decode(report, (uint256, uint256));
        response = new bytes(length);
        for (uint256 i; i < length; ++i) {
            response[i] = report[64 + i];
        }
        if (success != 0) return response;
        assembly ("memory-safe") {
            // Solidity has no word for it.
            revert(add(response, 0x20), mload(response))
        }
    }
}

/// @dev An account that reports what it is told to, by a revert or not.
contract RawAccount {
    bytes private report;
    bool private fails;

    function set(bytes memory report_, bool fails_) external {
        (report, fails) = (report_, fails_);
    }

    function ask(address handler, bytes memory data) external returns (bool success, bytes memory answer) {
        return handler.call(data);
    }

    fallback(bytes calldata) external returns (bytes memory) {
        bytes memory data = report;
        if (!fails) return data;
        assembly ("memory-safe") {
            // The content.
            revert(add(data, 0x20), mload(data))
        }
    }
}

contract FallbackHandlerTwinTest is TwinTest {
    bytes private plain;

    function setUp() public override {
        super.setUp();
        plain = address(new PlainSimulator()).code;
    }

    function testFuzz_simulate(bytes memory data, uint8 shape) public {
        address[4] memory targets = [address(new Echo()), recipient, address(4), address(2)];
        _same(
            handler,
            plain,
            stranger,
            address(safe),
            0,
            abi.encodeCall(IFallbackHandler.simulate, (targets[shape % 4], data))
        );
    }

    /// @dev What is too short for a report, and what was not reverted with, is none. A length that an account does not tell
    /// truly is its own affair.
    function testFuzz_simulate_otherAccounts(bool success, bytes memory response, uint256 length, bool fails) public {
        RawAccount account = new RawAccount();
        bytes memory report = bytes.concat(abi.encode(success, response.length), response);
        if (length % 2 == 0) _cut(report, _bound(length, 0, 63));
        account.set(report, fails);
        bytes memory question = abi.encodeCall(IFallbackHandler.simulate, (stranger, ""));
        _same(handler, plain, stranger, address(account), 0, abi.encodeCall(RawAccount.ask, (handler, question)));
    }
}
