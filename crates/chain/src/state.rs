//! What a Safe is, read in one request.

use std::{collections::HashSet, fmt};

use alloy::{
    primitives::{Address, B256, Bytes, ChainId, U64, U256},
    sol_types::SolValue,
};
use quorate_contracts::{
    bindings::reader::{Account as ReadAccount, Answer, Call as Ask, SafeReading},
    calls::reader_call,
};
use quorate_core::{Account, Block, SENTINEL, SafeId, SafeState, Version};
use serde_json::{Value, json};

use crate::{
    block::{Header, chain_id, latest_block, pinned},
    rpc::{Answer as RpcAnswer, Call, Rpc, RpcError},
};

/// Longest answer of the reader: what the EVM takes as code (EIP-170), for its answer stands in the place of code.
pub(crate) const MAX_READING_LEN: usize = 24_576;

/// The releases whose behaviour is known; a Safe that says another version is not guessed at.
const VERSIONS: [Version; 4] = [Version::V1_3_0, Version::V1_4_0, Version::V1_4_1, Version::V1_5_0];

/// What was read of a Safe.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reading {
    /// The Safe's state.
    pub state: SafeState,
    /// Hash of the code at the Safe's address. A contract may answer as a Safe does without being one: compare this and
    /// the singleton's code hash with known ones, see [`quorate_contracts::deployment::identify`].
    pub proxy_code_hash: B256,
}

/// Why a Safe could not be read.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The node did not answer.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// The node speaks for another chain.
    #[error("the node is on chain {found}, and chain {expected} was asked for")]
    WrongChain {
        /// Chain of the Safe.
        expected: ChainId,
        /// Chain of the node, as it says or as its EVM says.
        found: U256,
    },
    /// There is no contract at the address, on this chain.
    #[error("{0} is no contract: nothing is deployed at this address on this chain")]
    NoCode(SafeId),
    /// The contract at the address is no Safe, or one that is not set up.
    #[error("the contract at {0} does not answer as a Safe does")]
    NotASafe(SafeId),
    /// A Safe of a release that is not supported.
    #[error("the Safe {safe} says version {version:?}: supported are 1.3.0, 1.4.0, 1.4.1 and 1.5.0")]
    Version {
        /// The Safe.
        safe: SafeId,
        /// What it answers; bounded, but otherwise as it came.
        version: String,
    },
    /// A list does not end where it should: it is longer than what is read, or broken.
    #[error("the list of {list} does not end after {read} entries: it is too long, or broken")]
    ListTooLong {
        /// Which list.
        list: List,
        /// How many entries were read.
        read: usize,
    },
    /// The answers contradict one another or the contract's rules; the node or the contract is at fault.
    #[error("what the node says of the Safe cannot be: {what}")]
    Impossible {
        /// What cannot be.
        what: &'static str,
    },
}

/// A list that a Safe keeps.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum List {
    /// Its owners.
    Owners,
    /// Its modules.
    Modules,
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Owners => "owners",
            Self::Modules => "modules",
        })
    }
}

/// Reads a Safe at the newest block, in one HTTP request.
///
/// # Errors
///
/// [`ReadError`] when there is no such Safe on the node's chain, or the node cannot be believed.
pub async fn read_state(rpc: &Rpc, safe: SafeId) -> Result<SafeState, ReadError> {
    read(rpc, safe).await.map(|reading| reading.state)
}

/// Reads a Safe at one block, in one HTTP request. The block's number and timestamp are taken as given.
///
/// # Errors
///
/// As [`read_state`]; a node that no longer has the state of the block answers with [`ReadError::Rpc`].
pub async fn read_state_at(rpc: &Rpc, safe: SafeId, block: Block) -> Result<SafeState, ReadError> {
    read_at(rpc, safe, block).await.map(|reading| reading.state)
}

/// As [`read_state`], with the code hash of the proxy.
///
/// # Errors
///
/// As [`read_state`].
pub async fn read(rpc: &Rpc, safe: SafeId) -> Result<Reading, ReadError> {
    let [chain, header, reading] = rpc.ask(state_calls(safe.address)).await?;
    reading_of(rpc, safe, chain, header, reading).await
}

/// As [`read`], of the Safe at an address on the node's own chain, whichever that is.
///
/// # Errors
///
/// As [`read`].
pub async fn read_here(rpc: &Rpc, address: Address) -> Result<Reading, ReadError> {
    let [chain, header, reading] = rpc.ask(state_calls(address)).await?;
    let chain_id = chain.read::<U64>()?.to();
    reading_on(rpc, SafeId::new(chain_id, address), header, reading).await
}

/// As [`read_state_at`], with the code hash of the proxy.
///
/// # Errors
///
/// As [`read_state_at`].
pub async fn read_at(rpc: &Rpc, safe: SafeId, block: Block) -> Result<Reading, ReadError> {
    let [chain, reading] = rpc.ask([chain_id(), reader(safe.address, vec![], pinned(&block))]).await?;
    expect_chain(safe.chain_id, chain)?;
    interpret(safe, block, parse(rpc, safe.chain_id, reading)?)
}

/// The three calls that [`reading_of`] takes the answers to.
pub(crate) fn state_calls(safe: Address) -> [Call; 3] {
    [chain_id(), latest_block(), reader(safe, vec![], json!("latest"))]
}

/// Makes a reading of the answers to [`state_calls`].
///
/// The node may have moved on between two of them. Then the Safe is read once more, at the block that was named.
pub(crate) async fn reading_of(
    rpc: &Rpc,
    safe: SafeId,
    chain: RpcAnswer,
    header: RpcAnswer,
    reading: RpcAnswer,
) -> Result<Reading, ReadError> {
    expect_chain(safe.chain_id, chain)?;
    reading_on(rpc, safe, header, reading).await
}

/// As [`reading_of`], once the node's chain is known to be that of the Safe.
async fn reading_on(rpc: &Rpc, safe: SafeId, header: RpcAnswer, reading: RpcAnswer) -> Result<Reading, ReadError> {
    let block = header.read::<Header>()?.block();
    let reading = parse(rpc, safe.chain_id, reading)?;
    let same = reading.blockNumber == U256::from(block.number) && reading.timestamp == U256::from(block.timestamp);
    // On some chains, Arbitrum among them, the EVM's block number is not that of the node: always two requests there.
    if same { interpret(safe, block, reading) } else { read_at(rpc, safe, block).await }
}

/// The call that runs the reader.
pub(crate) fn reader(safe: Address, questions: Vec<Ask>, block: Value) -> Call {
    Call::new("eth_call", json!([{ "data": reader_call(safe, questions) }, block]))
}

/// Reads the reader's answer, of the right chain.
pub(crate) fn parse(rpc: &Rpc, expected: ChainId, answer: RpcAnswer) -> Result<SafeReading, ReadError> {
    let bytes: Bytes = answer.read()?;
    if bytes.len() > MAX_READING_LEN {
        return Err(rpc.malformed("the reader's answer").into());
    }
    let reading = SafeReading::abi_decode(&bytes).map_err(|_| rpc.malformed("the reader's answer"))?;
    if reading.chainId != U256::from(expected) {
        return Err(ReadError::WrongChain { expected, found: reading.chainId });
    }
    Ok(reading)
}

/// Takes out the answers to `questions` questions.
pub(crate) fn answers(rpc: &Rpc, reading: SafeReading, questions: usize) -> Result<Vec<Answer>, ReadError> {
    if reading.answers.len() == questions {
        Ok(reading.answers)
    } else {
        Err(rpc.malformed("the reader's answer").into())
    }
}

/// Compares the node's chain with the expected one.
pub(crate) fn expect_chain(expected: ChainId, answer: RpcAnswer) -> Result<(), ReadError> {
    let found: ChainId = answer.read::<U64>()?.to();
    if found == expected { Ok(()) } else { Err(ReadError::WrongChain { expected, found: U256::from(found) }) }
}

/// Turns a reading into a state, if it can be one.
fn interpret(safe: SafeId, block: Block, reading: SafeReading) -> Result<Reading, ReadError> {
    let impossible = |what| ReadError::Impossible { what };
    if reading.safe.account != safe.address {
        return Err(impossible("it is about another address"));
    }
    let Some(proxy_code_hash) = account(&reading.safe).code_hash else {
        return Err(ReadError::NoCode(safe));
    };
    let version = reading.version.parse().ok().filter(|version| VERSIONS.contains(version));
    let Some(version) = version else {
        let known = !reading.version.is_empty();
        let version = reading.version.escape_debug().take(64).collect();
        return Err(if known { ReadError::Version { safe, version } } else { ReadError::NotASafe(safe) });
    };
    if !reading.isSafe {
        return Err(ReadError::NotASafe(safe));
    }
    for (list, complete, read) in [
        (List::Owners, reading.ownersComplete, reading.owners.len()),
        (List::Modules, reading.modulesComplete, reading.modules.len()),
    ] {
        if !complete {
            return Err(ReadError::ListTooLong { list, read });
        }
    }
    let owners: Vec<_> = reading.owners.iter().map(account).collect();
    if !is_list(&owners) || reading.ownerCount != U256::from(owners.len()) {
        return Err(impossible("the list of owners is no list of owners"));
    }
    let modules: Vec<_> = reading.modules.iter().map(account).collect();
    if !is_list(&modules) {
        return Err(impossible("the list of modules is no list of modules"));
    }
    let threshold = u64::try_from(reading.threshold).ok();
    let threshold = threshold.filter(|it| (1..=owners.len()).contains(&usize::try_from(*it).unwrap_or(usize::MAX)));
    let state = SafeState {
        safe,
        block,
        version,
        singleton: account(&reading.singleton),
        owners,
        threshold: threshold.ok_or_else(|| impossible("the threshold is not between 1 and the number of owners"))?,
        nonce: reading.nonce,
        modules,
        guard: optional(&reading.guard),
        module_guard: optional(&reading.moduleGuard),
        fallback_handler: optional(&reading.fallbackHandler),
        balance: reading.balance,
    };
    Ok(Reading { state, proxy_code_hash })
}

fn account(read: &ReadAccount) -> Account {
    Account {
        address: read.account,
        code_hash: (!read.codeHash.is_zero()).then_some(read.codeHash),
        delegate: (!read.delegate.is_zero()).then_some(read.delegate),
    }
}

fn optional(read: &ReadAccount) -> Option<Account> {
    (!read.account.is_zero()).then(|| account(read))
}

/// Returns whether these can be the entries of one of the contract's lists: each once, none of them an end mark.
fn is_list(accounts: &[Account]) -> bool {
    let mut seen = HashSet::new();
    accounts.iter().all(|it| !it.address.is_zero() && it.address != SENTINEL && seen.insert(it.address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAFE: SafeId = SafeId::new(31_337, Address::repeat_byte(0x5a));
    const BLOCK: Block = Block { number: 7, hash: B256::repeat_byte(7), timestamp: 1_700_000_000 };

    fn contract(byte: u8) -> ReadAccount {
        let hash = B256::repeat_byte(byte);
        ReadAccount {
            account: Address::repeat_byte(byte),
            codeHash: hash,
            codeSize: U256::from(1),
            ..Default::default()
        }
    }

    fn keyed(byte: u8) -> ReadAccount {
        ReadAccount { account: Address::repeat_byte(byte), ..Default::default() }
    }

    fn reading() -> SafeReading {
        SafeReading {
            safe: contract(0x5a),
            isSafe: true,
            version: "1.4.1".into(),
            singleton: contract(0x51),
            nonce: U256::from(3),
            threshold: U256::from(2),
            ownerCount: U256::from(2),
            owners: vec![keyed(1), contract(2)],
            ownersComplete: true,
            modulesComplete: true,
            balance: U256::from(9),
            ..Default::default()
        }
    }

    fn interpret_with(change: impl FnOnce(&mut SafeReading)) -> Result<Reading, ReadError> {
        let mut reading = reading();
        change(&mut reading);
        interpret(SAFE, BLOCK, reading)
    }

    #[test]
    fn a_reading_becomes_a_state() {
        let Reading { state, proxy_code_hash } = interpret_with(|_| {}).unwrap();
        assert_eq!(proxy_code_hash, B256::repeat_byte(0x5a));
        assert_eq!((state.safe, state.block, state.version), (SAFE, BLOCK, Version::V1_4_1));
        assert_eq!((state.threshold, state.nonce, state.balance), (2, U256::from(3), U256::from(9)));
        assert_eq!(state.owners[0], Account::keyed(Address::repeat_byte(1)));
        assert!(state.owners[1].is_contract());
        assert_eq!((state.guard, state.module_guard, state.fallback_handler), (None, None, None));
    }

    #[test]
    fn an_account_without_code_is_no_safe() {
        assert_eq!(interpret_with(|it| it.safe = keyed(0x5a)), Err(ReadError::NoCode(SAFE)));
    }

    #[test]
    fn a_contract_that_is_no_safe_is_told_from_an_old_safe() {
        assert_eq!(interpret_with(|it| it.isSafe = false), Err(ReadError::NotASafe(SAFE)));
        assert_eq!(interpret_with(|it| it.version = String::new()), Err(ReadError::NotASafe(SAFE)));
        for version in ["1.1.1", "1.6.0", "two", "1.4.1\u{1b}[2J"] {
            let error = interpret_with(|it| it.version = version.into()).unwrap_err();
            assert!(matches!(&error, ReadError::Version { .. }), "{error:?}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }

    #[test]
    fn a_list_without_an_end_is_refused() {
        let error = ReadError::ListTooLong { list: List::Owners, read: 2 };
        assert_eq!(interpret_with(|it| it.ownersComplete = false), Err(error));
        let error = ReadError::ListTooLong { list: List::Modules, read: 0 };
        assert_eq!(interpret_with(|it| it.modulesComplete = false), Err(error));
    }

    #[test]
    fn what_no_safe_can_be_is_refused() {
        let changes: [fn(&mut SafeReading); 9] = [
            |it| it.safe = contract(0x5b),
            |it| it.owners[0] = keyed(0),
            |it| it.owners[0].account = SENTINEL,
            |it| it.owners[1] = it.owners[0].clone(),
            |it| it.modules = vec![keyed(0)],
            |it| it.ownerCount = U256::from(3),
            |it| it.threshold = U256::ZERO,
            |it| it.threshold = U256::from(3),
            |it| it.threshold = U256::MAX,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(matches!(interpret_with(change), Err(ReadError::Impossible { .. })), "change {number}");
        }
    }
}
