//! The question and the answer of the contract that reads a whole account in one call.

use alloy_sol_types::sol;

sol! {
    /// An address and the code that stands there.
    #[derive(Debug, Default, Eq, PartialEq)]
    struct Account {
        /// The address.
        address account;
        /// Keccak-256 of the code; zero if there is none.
        bytes32 codeHash;
        /// Bytes of code.
        uint256 codeSize;
        /// Where an EIP-7702 delegation leads; zero if the code is none.
        address delegate;
    }

    /// A question to any contract, asked by STATICCALL at the block of the reading.
    #[derive(Debug, Default, Eq, PartialEq)]
    struct Call {
        /// The contract.
        address to;
        /// Calldata.
        bytes data;
    }

    /// The answer to a [`Call`].
    #[derive(Debug, Default, Eq, PartialEq)]
    struct Answer {
        /// Whether the call succeeded.
        bool success;
        /// The first 4096 bytes of what was returned or reverted with.
        bytes data;
    }

    /// All there is to know about an account at one block.
    #[derive(Debug, Default, Eq, PartialEq)]
    struct SafeReading {
        /// Chain id, as the EVM has it.
        uint256 chainId;
        /// Number of the block.
        uint256 blockNumber;
        /// Unix time of the block in seconds.
        uint256 timestamp;
        /// The account itself.
        Account safe;
        /// Wei that the account owns.
        uint256 balance;
        /// Whether the account has code, tells its version and its storage, and has a threshold. If not, whatever
        /// could not be read is zero or empty. A contract may answer as a Safe does without being one.
        bool isSafe;
        /// What `VERSION()` answers.
        string version;
        /// The code to which the account delegates.
        Account singleton;
        /// The nonce of the next transaction.
        uint256 nonce;
        /// How many owners must sign.
        uint256 threshold;
        /// How many owners the account says it has.
        uint256 ownerCount;
        /// The owners in list order.
        Account[] owners;
        /// Whether the walk over the owners came back to its start. If not, the list is too long, or broken.
        bool ownersComplete;
        /// The modules in list order.
        Account[] modules;
        /// As `ownersComplete`.
        bool modulesComplete;
        /// The transaction guard.
        Account guard;
        /// The module guard.
        Account moduleGuard;
        /// The fallback handler.
        Account fallbackHandler;
        /// One answer for each question, in order.
        Answer[] answers;
    }

    /// The reader; never deployed, see [`crate::calls::reader_call`].
    #[sol(abi)]
    #[derive(Debug, Eq, PartialEq)]
    contract SafeReader {
        constructor(address safe, Call[] memory calls);
    }
}
