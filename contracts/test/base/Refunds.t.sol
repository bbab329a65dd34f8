// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {FalseToken} from "../fixtures/FalseToken.sol";
import {FeeToken} from "../fixtures/FeeToken.sol";
import {GasHog} from "../fixtures/GasHog.sol";
import {NoReturnToken} from "../fixtures/NoReturnToken.sol";
import {Reverter} from "../fixtures/Reverter.sol";
import {TestToken} from "../fixtures/TestToken.sol";
import {BaseTest, SafeTx} from "../utils/BaseTest.sol";
import {Vm} from "../utils/Vm.sol";

/// @dev A token whose `transfer` answers with bytes of the test's choice.
contract RawToken {
    bytes private answer;

    function set(bytes memory answer_) external {
        answer = answer_;
    }

    fallback() external {
        bytes memory data = answer;
        assembly ("memory-safe") {
            // The content of `data`.
            return(add(data, 0x20), mload(data))
        }
    }
}

/// @dev A token whose `transfer` answers with 300,000 bytes.
contract LoudToken {
    fallback() external {
        assembly ("memory-safe") {
            // Zeros, from memory that is paid for but not written.
            return(0, 300000)
        }
    }
}

contract RefundsTest is BaseTest {
    GasHog internal hog;
    address payable internal receiver = payable(address(0x4EFD));

    function setUp() public override {
        super.setUp();
        hog = new GasHog();
        vm.deal(address(safe), 1e30);
    }

    /// @dev A transaction that burns gas and refunds it.
    function _refunded(uint256 burn, uint256 baseGas, uint256 price, address token)
        internal
        view
        returns (SafeTx memory)
    {
        SafeTx memory t = _tx(address(hog), 0, abi.encodeCall(GasHog.burn, (burn)));
        (t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver) =
        (burn + 60_000, baseGas, price, token, receiver);
        return t;
    }

    /// @dev Executes and returns the payment that the event tells.
    function _payment(SafeTx memory t, bytes32 topic) internal returns (uint256) {
        bytes32 hash = _hash(t, safe.nonce());
        vm.recordLogs();
        _exec(t);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        Vm.Log memory last = logs[logs.length - 1];
        vm.assertEq(last.emitter, address(safe));
        vm.assertEq(last.topics[0], topic);
        vm.assertEq(last.topics[1], hash);
        return abi.decode(last.data, (uint256));
    }

    function _payment(SafeTx memory t) internal returns (uint256) {
        return _payment(t, keccak256("ExecutionSuccess(bytes32,uint256)"));
    }

    function test_token_hugeAnswer() public {
        SafeTx memory t = _refunded(0, 0, 1, address(new LoudToken()));
        bytes memory data = _calldata(t, _sign(_hash(t, safe.nonce()), 2));
        // Enough for the token to make its answer, and not enough for anybody to copy it.
        (bool success, bytes memory answer) = address(safe).call{gas: 380_000}(data);
        vm.assertFalse(success);
        vm.assertEq(answer, _error("GS012"));
    }

    /* NATIVE */

    function testFuzz_native(uint256 burn, uint256 baseGas, uint256 price, uint256 txPrice) public {
        burn = _bound(burn, 0, 200_000);
        baseGas = _bound(baseGas, 0, 1_000_000);
        price = _bound(price, 1, 1e12);
        txPrice = _bound(txPrice, 1, 1e12);
        vm.txGasPrice(txPrice);

        uint256 payment = _payment(_refunded(burn, baseGas, price, address(0)));

        vm.assertEq(receiver.balance, payment);
        vm.assertEq(address(safe).balance, 1e30 - payment);
        // (what the call used + baseGas) at the lower of both prices.
        uint256 lower = price < txPrice ? price : txPrice;
        vm.assertEq(payment % lower, 0);
        uint256 gasUsed = payment / lower - baseGas;
        vm.assertGe(gasUsed, burn);
        vm.assertLe(gasUsed, burn + 60_000);
    }

    function test_native_freeChainPaysNothing() public {
        vm.txGasPrice(0);
        vm.assertEq(_payment(_refunded(1000, 1000, 5, address(0))), 0);
        vm.assertEq(receiver.balance, 0);
    }

    function test_native_toOrigin() public {
        vm.txGasPrice(1 gwei);
        SafeTx memory t = _refunded(1000, 0, 1 gwei, address(0));
        t.refundReceiver = payable(0);
        bytes memory data = _calldata(t, _sign(_hash(t, 0), 2));
        vm.prank(stranger, recipient);
        (bool success,) = address(safe).call(data);
        vm.assertTrue(success);
        vm.assertGe(recipient.balance, 1000 gwei);
        vm.assertEq(stranger.balance, 0);
    }

    function test_native_paidAfterFailure() public {
        vm.txGasPrice(1 gwei);
        SafeTx memory t = _refunded(0, 0, 1 gwei, address(0));
        t.to = address(new Reverter());
        t.safeTxGas = 0;
        uint256 payment = _payment(t, keccak256("ExecutionFailure(bytes32,uint256)"));
        vm.assertGe(payment, 1);
        vm.assertEq(receiver.balance, payment);
        vm.assertEq(safe.nonce(), 1);
    }

    function test_native_cannotPay() public {
        vm.txGasPrice(1 gwei);
        vm.deal(address(safe), 0);
        _execReverts(_refunded(1000, 0, 1 gwei, address(0)), _error("GS011"));
    }

    function test_native_receiverRefuses() public {
        vm.txGasPrice(1 gwei);
        SafeTx memory t = _refunded(1000, 0, 1 gwei, address(0));
        t.refundReceiver = payable(address(hog));
        _execReverts(t, _error("GS011"));
    }

    function testFuzz_overflow(uint256 baseGas) public {
        vm.txGasPrice(1 gwei);
        // The sum overflows, then the product does.
        baseGas = _bound(baseGas, type(uint256).max - 1000, type(uint256).max - 1);
        _execReverts(_refunded(2000, baseGas, 1, address(0)), "");
        _execReverts(_refunded(2000, type(uint256).max / 2, 3, address(0)), "");
        _execReverts(_refunded(2000, type(uint256).max / 2, 3, address(hog)), "");
    }

    /* EXACTLY */

    /// @dev A call that burns all of `safeTxGas` in a known way, so that the gas of the refund is known but for what the
    /// call itself costs, which is always the same.
    function _overhead(uint256 safeTxGas, uint256 baseGas, uint256 price, uint256 txPrice, address token)
        private
        returns (uint256)
    {
        vm.txGasPrice(txPrice);
        SafeTx memory t = _tx(reverter, 0, abi.encodeCall(Reverter.withInvalid, ()));
        (t.safeTxGas, t.baseGas, t.gasPrice, t.gasToken, t.refundReceiver) =
        (safeTxGas, baseGas, price, token, receiver);
        uint256 nativeBefore = receiver.balance;
        uint256 safeBefore = address(safe).balance;

        uint256 payment = _payment(t, keccak256("ExecutionFailure(bytes32,uint256)"));

        // Native tokens at the lower price of both; others at the price that was signed.
        if (token == address(0)) {
            vm.assertEq(receiver.balance - nativeBefore, payment);
            vm.assertEq(safeBefore - address(safe).balance, payment);
            if (txPrice < price) price = txPrice;
        } else {
            vm.assertEq(receiver.balance, nativeBefore);
            vm.assertEq(address(safe).balance, safeBefore);
        }
        vm.assertEq(payment % price, 0);
        return payment / price - baseGas - safeTxGas;
    }

    address private reverter;

    /// @dev The exact amount: (gas of the inner call + baseGas) * price, to the wei, for any numbers and both currencies.
    function testFuzz_exactly(
        uint256[2] memory safeTxGas,
        uint256[2] memory baseGas,
        uint256[2] memory price,
        uint256[2] memory txPrice,
        bool native
    ) public {
        reverter = address(new Reverter());
        TestToken token = new TestToken("Test", "TST", 18);
        token.mint(address(safe), 1e30);
        address gasToken = native ? address(0) : address(token);
        // Whoever is met the first time costs more.
        _overhead(50_000, 0, 1, 1, gasToken);
        uint256[2] memory overhead;
        for (uint256 i; i < 2; ++i) {
            uint256 before = token.balanceOf(receiver);
            overhead[i] = _overhead(
                _bound(safeTxGas[i], 10_000, 1_000_000),
                _bound(baseGas[i], 0, 1_000_000),
                _bound(price[i], 1, 1e12),
                _bound(txPrice[i], 1, 1e12),
                gasToken
            );
            vm.assertTrue((token.balanceOf(receiver) > before) == !native);
        }
        vm.assertEq(overhead[0], overhead[1]);
        // A call to a warm account takes 100; the rest is what stands around it.
        vm.assertLe(overhead[0], 500);
    }

    /* TOKENS */

    function testFuzz_token(uint256 burn, uint256 baseGas, uint256 price, uint256 txPrice) public {
        TestToken token = new TestToken("Test", "TST", 18);
        token.mint(address(safe), 1e30);
        burn = _bound(burn, 0, 200_000);
        baseGas = _bound(baseGas, 0, 1_000_000);
        price = _bound(price, 1, 1e12);
        // No cap: what a token is worth in gas is for the owners to say.
        vm.txGasPrice(_bound(txPrice, 0, 1e12));

        uint256 payment = _payment(_refunded(burn, baseGas, price, address(token)));

        vm.assertEq(token.balanceOf(receiver), payment);
        vm.assertEq(payment % price, 0);
        uint256 gasUsed = payment / price - baseGas;
        vm.assertGe(gasUsed, burn);
        vm.assertLe(gasUsed, burn + 60_000);
        vm.assertEq(receiver.balance, 0);
    }

    function test_token_thatReturnsNothing() public {
        NoReturnToken token = new NoReturnToken();
        _execReverts(_refunded(0, 0, 1, address(token)), _error("GS012"));
        token.mint(address(safe), 1e30);
        uint256 payment = _payment(_refunded(0, 0, 1, address(token)));
        vm.assertEq(token.balanceOf(receiver), payment);
    }

    function test_token_thatReturnsFalse() public {
        FalseToken token = new FalseToken();
        _execReverts(_refunded(0, 0, 1, address(token)), _error("GS012"));
        token.mint(address(safe), 1e30);
        uint256 payment = _payment(_refunded(0, 0, 1, address(token)));
        vm.assertEq(token.balanceOf(receiver), payment);
    }

    function test_token_withFee() public {
        FeeToken token = new FeeToken();
        token.mint(address(safe), 1e30);
        uint256 payment = _payment(_refunded(0, 0, 1000, address(token)));
        vm.assertEq(token.balanceOf(receiver), payment - payment / 100);
    }

    function test_token_withoutCode() public {
        uint256 payment = _payment(_refunded(0, 77, 1, address(0xDEAD)));
        vm.assertGe(payment, 77);
    }

    /// @dev Nothing, or exactly one word that is not zero.
    function testFuzz_token_answers(bytes memory answer) public {
        RawToken token = new RawToken();
        token.set(answer);
        bool accepted = answer.length == 0 || (answer.length == 32 && bytes32(answer) != 0);
        if (accepted) _payment(_refunded(0, 0, 1, address(token)));
        else _execReverts(_refunded(0, 0, 1, address(token)), _error("GS012"));
    }

    function testFuzz_token_answersOneWord(bytes32 answer) public {
        RawToken token = new RawToken();
        token.set(abi.encode(answer));
        if (answer != 0) _payment(_refunded(0, 0, 1, address(token)));
        token.set(abi.encode(0));
        _execReverts(_refunded(0, 0, 1, address(token)), _error("GS012"));
        token.set(abi.encode(answer, uint256(1)));
        _execReverts(_refunded(0, 0, 1, address(token)), _error("GS012"));
    }
}
