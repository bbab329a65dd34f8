//! Hashes of the core crate against `getTransactionHash` and the message hash of all four families.

use std::time::Instant;

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};
use anvil_fixtures::ACCOUNTS;
use quorate_contracts::{
    Deployments, Family, Flavor,
    bindings::{
        IFallbackHandler, IMultisig,
        reader::{Call, SafeReading},
    },
    calls::{Setup, create_proxy_call, reader_call},
};
use quorate_core::{Creation, Domain, Operation, SafeId, SafeMessage, SafeTx, Salt};

use crate::{
    random::{Random, cases, say, seed},
    world::{Link, Worlds, call_params},
};

/// How many transactions and messages are hashed, each by every family.
const TRANSACTIONS: usize = 8_000;
const MESSAGES: usize = 3_000;

/// Init code may have 49,152 bytes; this much of it is for questions.
const QUESTION_BYTES: usize = 30_000;

/// How many calls travel in one request.
const CHUNK: usize = 20;

/// A hash that a contract is asked for, and what it should be.
struct Question {
    name: String,
    call: Call,
    expected: B256,
}

#[tokio::test]
async fn every_hash_is_that_of_the_contracts() {
    let begin = Instant::now();
    let worlds = Worlds::get().await;
    let links = worlds.links();
    // The official world has Quorate's own contracts too, at their own addresses.
    let link = &links.official;

    let mut safes = Vec::new();
    for family in Family::ALL {
        for flavor in Flavor::ALL {
            safes.push(create(link, worlds.chain_id(), family, flavor).await);
        }
    }
    let mut questions = Vec::new();
    let transactions = cases(TRANSACTIONS);
    let messages = cases(MESSAGES);
    for index in &transactions {
        let mut random = Random::of_case("transactions", *index);
        let (tx, flavor) = (transaction(&mut random), random.below(2));
        for (domain, family) in safes.iter().skip(flavor).step_by(2) {
            questions.push(Question {
                name: format!("{family}, transaction {index}: {tx:?}"),
                call: Call { to: domain.safe().address, data: hash_call(&tx) },
                expected: tx.hash(domain).hash(),
            });
        }
    }
    for index in &messages {
        let mut random = Random::of_case("messages", *index);
        let (message, flavor, way) = (large_bytes(&mut random), random.below(2), random.below(3));
        for (domain, family) in safes.iter().skip(flavor).step_by(2) {
            let (safe, handler) = (domain.safe().address, Deployments::of(*family).fallback_handler().address);
            let for_safe = IFallbackHandler::getMessageHashForSafeCall { safe, message: message.clone() }.abi_encode();
            let (to, data) = match way {
                0 => (handler, for_safe),
                1 => (safe, for_safe),
                _ => (safe, IFallbackHandler::getMessageHashCall { message: message.clone() }.abi_encode()),
            };
            questions.push(Question {
                name: format!("{family}, message {index} in way {way}: {message}"),
                call: Call { to, data: data.into() },
                expected: SafeMessage::new(message.clone()).hash(domain).digest().hash(),
            });
        }
    }

    let wrong = ask(link, &questions).await;
    let (transactions, messages) = (transactions.len(), messages.len());
    let all = questions.len();
    say(&format!("hashes: {transactions} transactions, {messages} messages, {all} answers, {:.1?}", begin.elapsed()));
    assert!(
        wrong.is_empty(),
        "seed {}: {} of {all} differ\n{}",
        seed(),
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
}

/// Creates an account of one family, at the address that the core crate says.
async fn create(link: &Link, chain_id: u64, family: Family, flavor: Flavor) -> (Domain, Family) {
    let set = Deployments::of(family);
    let sender = ACCOUNTS[9].address;
    let setup = Setup {
        owners: vec![sender],
        threshold: U256::ONE,
        fallback_handler: set.fallback_handler().address,
        ..Setup::default()
    };
    let (initializer, salt_nonce) = (setup.call(), U256::from(seed()));
    let factory = set.proxy_factory().address;
    let address = Creation {
        factory,
        init_code_hash: set.proxy.init_code_hash(flavor),
        initializer_hash: keccak256(&initializer),
        salt_nonce,
        salt: Salt::Nonce,
    }
    .address();
    link.send(sender, factory, &create_proxy_call(set.singleton(flavor).address, initializer, salt_nonce)).await;
    let domain = Domain::new(SafeId::new(chain_id, address), family.version()).expect("every family has a domain");
    (domain, family)
}

/// Asks many questions in few calls, and returns those that were answered in another way.
async fn ask(link: &Link, questions: &[Question]) -> Vec<String> {
    let mut groups: Vec<Vec<&Question>> = vec![Vec::new()];
    let mut bytes = 0;
    for question in questions {
        // A question is encoded with five words around its data.
        let length = question.call.data.len() + 192;
        if bytes + length > QUESTION_BYTES {
            groups.push(Vec::new());
            bytes = 0;
        }
        bytes += length;
        groups.last_mut().expect("there is always one").push(question);
    }
    let mut wrong = Vec::new();
    for chunk in groups.chunks(CHUNK) {
        let requests = chunk.iter().map(|group| {
            let calls = group.iter().map(|question| question.call.clone()).collect();
            ("eth_call", call_params(None, &reader_call(Address::ZERO, calls)))
        });
        for (group, answer) in chunk.iter().zip(link.batch(requests.collect()).await) {
            let answer = answer.unwrap_or_else(|error| panic!("eth_call: {error}"));
            let bytes: Bytes = answer.as_str().and_then(|hex| hex.parse().ok()).expect("eth_call answers bytes");
            let reading = SafeReading::abi_decode(&bytes).expect("the reader answers a reading");
            assert_eq!(reading.answers.len(), group.len());
            for (question, answer) in group.iter().zip(reading.answers) {
                if !answer.success || answer.data[..] != question.expected[..] {
                    wrong.push(format!("{}\n  expected {} found {}", question.name, question.expected, answer.data));
                }
            }
        }
    }
    wrong
}

fn transaction(random: &mut Random) -> SafeTx {
    SafeTx {
        to: address(random),
        value: random.number(),
        data: large_bytes(random),
        operation: random.pick(&[Operation::Call, Operation::DelegateCall]),
        safe_tx_gas: random.number(),
        base_gas: random.number(),
        gas_price: random.number(),
        gas_token: address(random),
        refund_receiver: address(random),
        nonce: random.number(),
    }
}

fn address(random: &mut Random) -> Address {
    let edges = [Address::ZERO, Address::with_last_byte(1), Address::repeat_byte(0xff)];
    if random.chance(30) { random.pick(&edges) } else { random.address() }
}

/// Mostly short, sometimes as long as a call may be.
fn large_bytes(random: &mut Random) -> Bytes {
    if random.chance(1) { random.some_bytes(20_000) } else { random.some_bytes(300) }
}

fn hash_call(tx: &SafeTx) -> Bytes {
    IMultisig::getTransactionHashCall {
        to: tx.to,
        value: tx.value,
        data: tx.data.clone(),
        operation: tx.operation.into(),
        safeTxGas: tx.safe_tx_gas,
        baseGas: tx.base_gas,
        gasPrice: tx.gas_price,
        gasToken: tx.gas_token,
        refundReceiver: tx.refund_receiver,
        _nonce: tx.nonce,
    }
    .abi_encode()
    .into()
}
