// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../../src/interfaces/IMultisig.sol";
import {SymbolicTest} from "./SymbolicTest.sol";

/// @notice `setup`: once, and what it leaves.
/// @custom:halmos --loop 12 --default-bytes-lengths 0,65
contract SetupProofs is SymbolicTest {
    /// @dev From any state: only an account without a threshold is set up, and afterwards it has one.
    /// @custom:bound none to three owners, no data, no payment
    function check_setupOnce(address caller, uint8 length, uint256 threshold, address to, address handler) external {
        vm.assume(to != address(account));
        address[] memory owners = _owners(length);
        uint256 before = _slot(THRESHOLD);
        bool success = _call(caller, _setup(owners, threshold, to, handler));
        assert(!success || (before == 0 && _slot(THRESHOLD) != 0));
    }

    /// @dev A singleton cannot be set up, nor anything that was set up before.
    /// @custom:bound none to three owners
    function check_singletonIsLocked(address caller, uint8 length, uint256 threshold) external {
        account = IMultisig(_deploy("Multisig"));
        assert(!_call(caller, _setup(_owners(length), threshold, address(0), address(0))));
    }

    /// @dev Of none to three owners: it succeeds if and only if they are fit and different, and the threshold is within them, and
    /// leaves them in their order, the threshold, the handler, no module and nothing else.
    /// @custom:bound none to three owners, nobody to configure, no payment
    function check_setup(address caller, uint8 length, uint256 threshold, address handler, address other, bytes32 hash)
        external
    {
        _blank();
        address[] memory owners = _owners(length);
        bool fits = threshold != 0 && threshold <= owners.length && handler != address(account);
        for (uint256 i; i < owners.length; ++i) {
            fits = fits && uint160(owners[i]) > 1 && owners[i] != address(account);
            for (uint256 j; j < i; ++j) {
                fits = fits && owners[i] != owners[j];
            }
        }
        vm.assume(other != SENTINEL);

        bool success = _call(caller, _setup(owners, threshold, address(0), handler));

        assert(success == fits);
        if (!success) return;
        address at = SENTINEL;
        for (uint256 i; i < owners.length; ++i) {
            assert(_next(OWNERS, at) == uint160(owners[i]));
            at = owners[i];
        }
        assert(_next(OWNERS, at) == uint160(SENTINEL) && _next(MODULES, SENTINEL) == uint160(SENTINEL));
        uint256[WORDS] memory expected;
        expected[3] = _among(owners, other) ? _next(OWNERS, other) : 0;
        expected[4] = owners.length;
        expected[5] = threshold;
        expected[8] = uint160(handler);
        _same(expected, _state(other, hash), 0);
    }

    function reach_setup(address caller, uint256 threshold) external {
        _blank();
        assert(!_call(caller, _setup(_owners(3), threshold, address(0), address(0))));
    }

    function _owners(uint8 length) private returns (address[] memory owners) {
        owners = new address[](_concrete(length, 4));
        for (uint256 i; i < owners.length; ++i) {
            owners[i] = svm.createAddress("owner");
        }
    }

    function _setup(address[] memory owners, uint256 threshold, address to, address handler)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(account.setup, (owners, threshold, to, "", handler, address(0), 0, payable(0)));
    }
}
