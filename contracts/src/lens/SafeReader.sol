// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.37;

import {IMultisig} from "../interfaces/IMultisig.sol";
import {IStorageAccess} from "../interfaces/IStorageAccess.sol";
import {Slots} from "../libraries/Slots.sol";

/// @notice An address and the code that stands there.
/// @param codeHash keccak256 of the code; 0 if there is none.
/// @param delegate Where an EIP-7702 delegation leads; 0 if the code is none.
struct Account {
    address account;
    bytes32 codeHash;
    uint256 codeSize;
    address delegate;
}

/// @notice A question to any contract, asked by STATICCALL.
struct Call {
    address to;
    bytes data;
}

/// @notice The answer to a `Call`.
/// @param data The first 4096 bytes of what was returned or reverted with, or less where the reading would grow too long.
struct Answer {
    bool success;
    bytes data;
}

/// @notice All there is to know about an account at one block.
/// @param isSafe Whether the account has code, tells its version and its storage, and has a threshold. If not, whatever
/// could not be read is 0 or empty.
/// @param ownersComplete Whether the walk over the list came back to the sentinel. If not, the list is longer than the
/// bound, or broken.
/// @param modulesComplete As `ownersComplete`.
struct SafeReading {
    uint256 chainId;
    uint256 blockNumber;
    uint256 timestamp;
    Account safe;
    uint256 balance;
    bool isSafe;
    string version;
    Account singleton;
    uint256 nonce;
    uint256 threshold;
    uint256 ownerCount;
    Account[] owners;
    bool ownersComplete;
    Account[] modules;
    bool modulesComplete;
    Account guard;
    Account moduleGuard;
    Account fallbackHandler;
    Answer[] answers;
}

/// @title SafeReader
/// @notice Reads everything about an account in one `eth_call`.
/// @dev Never deployed: it is the init code of a call without a `to`, and its constructor returns an ABI-encoded
/// `SafeReading` where code would be returned. It asks the account for nothing but `VERSION()` and `getStorageAt`, which every
/// Safe since 1.3.0 has, and so reads also what has no getter.
///
/// Whatever stands at the address, an EOA or a contract that means harm, the constructor does not revert: each answer is
/// bounded in gas and in size, and so is the whole: about 180 owners, modules and answers fit into what a node lets a
/// constructor return, owners first. Beyond that lists are incomplete and answers shortened. Warning: a contract may answer as a Safe does without being one. Compare the code hashes of
/// `safe` and `singleton` with known ones before trusting the rest.
contract SafeReader {
    /// @dev First and last link of both lists.
    address private constant SENTINEL = address(0x1);

    /// @dev Slot of the mapping that holds the modules.
    uint256 private constant MODULES_SLOT = 1;

    /// @dev Slot of the mapping that holds the owners.
    uint256 private constant OWNERS_SLOT = 2;

    /// @dev What a constructor may return (EIP-170): nodes enforce it for an `eth_call` too. Lists and answers share it.
    uint256 private constant MAX_READING = 24_576;

    /// @dev Bytes of an encoded reading without entries and answers: 35 words, three lengths, and a version in three words.
    uint256 private constant EMPTY_READING = 41 * 32;

    /// @dev Bytes of an encoded `Account`.
    uint256 private constant ACCOUNT_SIZE = 4 * 32;

    /// @dev Bytes of an encoded `Answer` without its data.
    uint256 private constant ANSWER_SIZE = 4 * 32;

    /// @dev How far the lists are walked at most.
    uint256 private constant MAX_OWNERS = 256;
    uint256 private constant MAX_MODULES = 128;

    /// @dev Gas for one question to the account. A cold read of two slots through a proxy takes less than a tenth of it.
    uint256 private constant READ_GAS = 100_000;

    /// @dev Gas for one of the caller's own questions.
    uint256 private constant CALL_GAS = 3_000_000;

    /// @dev Bytes kept of an answer to one of the caller's own questions.
    uint256 private constant MAX_ANSWER = 4096;

    /// @dev Bytes a version may have.
    uint256 private constant MAX_VERSION = 64;

    /// @param safe The account to read.
    /// @param calls What else to ask at the same block.
    constructor(address safe, Call[] memory calls) {
        bytes memory encoded = abi.encode(_read(safe, calls));
        assembly ("memory-safe") {
            // Return the reading, without its length word, in the place of code.
            return(add(encoded, 0x20), mload(encoded))
        }
    }

    /// @dev Gathers the reading.
    function _read(address safe, Call[] memory calls) private view returns (SafeReading memory reading) {
        reading.chainId = block.chainid;
        reading.blockNumber = block.number;
        reading.timestamp = block.timestamp;
        reading.safe = _account(safe);
        reading.balance = safe.balance;

        uint256 used = EMPTY_READING + calls.length * ANSWER_SIZE;
        uint256 room = used < MAX_READING ? MAX_READING - used : 0;
        if (safe.code.length != 0) room = _readSafe(safe, reading, room);

        reading.answers = new Answer[](calls.length);
        for (uint256 i; i < calls.length; ++i) {
            // Whole words: data is padded to them.
            uint256 bound = room < MAX_ANSWER ? room / 0x20 * 0x20 : MAX_ANSWER;
            (reading.answers[i].success, reading.answers[i].data) = _ask(calls[i].to, calls[i].data, CALL_GAS, bound);
            room -= (reading.answers[i].data.length + 0x1f) / 0x20 * 0x20;
        }
    }

    /// @dev Reads what only a Safe has; stops at the first answer that no Safe gives. Returns what it leaves of `room`.
    function _readSafe(address safe, SafeReading memory reading, uint256 room) private view returns (uint256) {
        bool readable;
        (readable, reading.version) = _version(safe);
        if (!readable) return room;

        uint256 word;
        (readable, word) = _slot(safe, 0);
        if (!readable) return room;
        reading.singleton = _account(_toAddress(word));

        (readable, reading.ownerCount) = _slot(safe, 3);
        if (!readable) return room;
        (readable, reading.threshold) = _slot(safe, 4);
        if (!readable) return room;
        (readable, reading.nonce) = _slot(safe, 5);
        if (!readable) return room;

        (readable, word) = _slot(safe, uint256(Slots.GUARD));
        if (!readable) return room;
        reading.guard = _account(_toAddress(word));
        (readable, word) = _slot(safe, uint256(Slots.MODULE_GUARD));
        if (!readable) return room;
        reading.moduleGuard = _account(_toAddress(word));
        (readable, word) = _slot(safe, uint256(Slots.FALLBACK_HANDLER));
        if (!readable) return room;
        reading.fallbackHandler = _account(_toAddress(word));

        reading.isSafe = reading.threshold != 0;
        (reading.owners, reading.ownersComplete) = _list(safe, OWNERS_SLOT, _min(MAX_OWNERS, room / ACCOUNT_SIZE));
        room -= reading.owners.length * ACCOUNT_SIZE;
        (reading.modules, reading.modulesComplete) = _list(safe, MODULES_SLOT, _min(MAX_MODULES, room / ACCOUNT_SIZE));
        return room - reading.modules.length * ACCOUNT_SIZE;
    }

    /// @dev Walks a list from the sentinel. Stops, incomplete, at a zero link, at a repetition and at the bound.
    function _list(address safe, uint256 slot, uint256 bound)
        private
        view
        returns (Account[] memory accounts, bool complete)
    {
        address[] memory found = new address[](bound);
        uint256 count;
        address current = SENTINEL;
        while (true) {
            (bool readable, uint256 word) = _slot(safe, uint256(keccak256(abi.encode(current, slot))));
            current = _toAddress(word);
            if (readable && current == SENTINEL) {
                complete = true;
                break;
            }
            if (!readable || current == address(0) || count == bound || _contains(found, count, current)) break;
            found[count] = current;
            ++count;
        }

        accounts = new Account[](count);
        for (uint256 i; i < count; ++i) {
            accounts[i] = _account(found[i]);
        }
    }

    /// @dev Returns whether `item` is among the first `count`.
    function _contains(address[] memory items, uint256 count, address item) private pure returns (bool) {
        for (uint256 i; i < count; ++i) {
            if (items[i] == item) return true;
        }
        return false;
    }

    /// @dev Returns one word of the account's storage.
    function _slot(address safe, uint256 slot) private view returns (bool readable, uint256 word) {
        (bool success, bytes memory answer) =
            _ask(safe, abi.encodeCall(IStorageAccess.getStorageAt, (slot, 1)), READ_GAS, 0x60);
        // Exactly what encodes one word of bytes: offset, length, content.
        if (!success || answer.length != 0x60) return (false, 0);
        uint256 offset;
        uint256 length;
        (offset, length, word) = abi.decode(answer, (uint256, uint256, uint256));
        if (offset != 0x20 || length != 0x20) return (false, 0);
        readable = true;
    }

    /// @dev Returns the account's version, if it is a string of at most 64 bytes.
    function _version(address safe) private view returns (bool readable, string memory version) {
        (bool success, bytes memory answer) =
            _ask(safe, abi.encodeCall(IMultisig.VERSION, ()), READ_GAS, 0x40 + MAX_VERSION);
        if (!success || answer.length < 0x40) return (false, "");
        (uint256 offset, uint256 length) = abi.decode(answer, (uint256, uint256));
        if (offset != 0x20 || length > answer.length - 0x40) return (false, "");
        return (true, abi.decode(answer, (string)));
    }

    /// @dev Asks by STATICCALL, with at most `gasLimit` gas, and keeps at most `bound` bytes of the answer.
    function _ask(address to, bytes memory data, uint256 gasLimit, uint256 bound)
        private
        view
        returns (bool success, bytes memory answer)
    {
        assembly ("memory-safe") {
            // The content of `data`; no output area, so nothing is copied yet.
            success := staticcall(gasLimit, to, add(data, 0x20), mload(data), 0, 0)
            let size := returndatasize()
            if gt(size, bound) { size := bound }
            // Allocate at the free memory pointer, rounded up to a word, and copy what is kept.
            answer := mload(0x40)
            mstore(0x40, add(add(answer, 0x20), and(add(size, 0x1f), not(0x1f))))
            mstore(answer, size)
            returndatacopy(add(answer, 0x20), 0, size)
        }
    }

    /// @dev Describes an address and its code.
    function _account(address account) private view returns (Account memory) {
        uint256 size = account.code.length;
        if (size == 0) return Account(account, 0, 0, address(0));
        return Account(account, account.codehash, size, size == 23 ? _delegate(account) : address(0));
    }

    /// @dev Returns where 23 bytes of code delegate to: 0xef0100 ‖ address (EIP-7702); 0 if they are anything else.
    function _delegate(address account) private view returns (address) {
        uint256 word;
        assembly ("memory-safe") {
            // The 23 bytes, at the right of a scratch word whose first nine bytes are cleared.
            mstore(0x00, 0)
            extcodecopy(account, 0x09, 0, 23)
            word := mload(0x00)
        }
        return word >> 160 == 0xef0100 ? _toAddress(word) : address(0);
    }

    /// @dev Returns the smaller of both.
    function _min(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    /// @dev Returns the low 20 bytes of a word, as the EVM does where it takes an address.
    function _toAddress(uint256 word) private pure returns (address) {
        // The upper 12 bytes are meant to go.
        // forge-lint: disable-next-line(unsafe-typecast)
        return address(uint160(word));
    }
}
