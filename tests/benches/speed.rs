//! How fast the hot paths are, beside what other programs use for the same work.
//!
//! Rounds of each candidate are interleaved, so that a machine that slows down slows all of them; the median counts.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use alloy::{
    primitives::{Address, B256, Bytes, Signature as AlloySignature, U256},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{SolStruct, eip712_domain},
};
use quorate_core::{Domain, Operation, SafeId, SafeTx, Signature, Version};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

mod reference {
    alloy::sol! {
        struct SafeTx {
            address to;
            uint256 value;
            bytes data;
            uint8 operation;
            uint256 safeTxGas;
            uint256 baseGas;
            uint256 gasPrice;
            address gasToken;
            address refundReceiver;
            uint256 nonce;
        }
    }
}

/// One way to do a piece of work.
struct Candidate<'a> {
    name: &'static str,
    run: Box<dyn Fn(u64) + 'a>,
}

impl<'a> Candidate<'a> {
    fn new(name: &'static str, run: impl Fn(u64) + 'a) -> Self {
        Self { name, run: Box::new(run) }
    }
}

fn main() {
    println!("{:<44} {:>14} {:>9}", "work", "per second", "ratio");
    hashes();
    signing();
    recovery();
}

fn hashes() {
    let safe = SafeId::new(1, Address::repeat_byte(0x5a));
    let domain = Domain::new(safe, Version::V1_4_1).unwrap();
    for (title, length) in [("SafeTx hash, payment", 0), ("SafeTx hash, ERC-20 transfer", 68)] {
        let tx = SafeTx::call(Address::repeat_byte(7), U256::from(1), vec![1; length].into(), U256::ZERO);
        let other = reference::SafeTx {
            to: tx.to,
            value: tx.value,
            data: Bytes::from(vec![1; length]),
            operation: Operation::Call.into(),
            safeTxGas: U256::ZERO,
            baseGas: U256::ZERO,
            gasPrice: U256::ZERO,
            gasToken: Address::ZERO,
            refundReceiver: Address::ZERO,
            nonce: U256::ZERO,
        };
        let other_domain = eip712_domain! { chain_id: 1, verifying_contract: safe.address, };
        assert_eq!(tx.hash(&domain).hash(), other.eip712_signing_hash(&other_domain));
        compare(
            title,
            20_000,
            &[
                Candidate::new("quorate-core", |nonce| {
                    let tx = SafeTx { nonce: U256::from(nonce), ..tx.clone() };
                    black_box(black_box(&tx).hash(&domain));
                }),
                Candidate::new("alloy, sol! struct", |nonce| {
                    let tx = reference::SafeTx { nonce: U256::from(nonce), ..other.clone() };
                    black_box(black_box(&tx).eip712_signing_hash(&other_domain));
                }),
            ],
        );
    }
}

fn signing() {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let secp = secp256k1::Secp256k1::new();
    let key = secp256k1::SecretKey::from_byte_array([1; 32]).unwrap();
    compare(
        "signature over a hash",
        500,
        &[
            Candidate::new("alloy (k256), as quorate signs", |nonce| {
                black_box(signer.sign_hash_sync(&U256::from(nonce).into()).unwrap());
            }),
            Candidate::new("libsecp256k1", |nonce| {
                let message = secp256k1::Message::from_digest(U256::from(nonce + 1).to_be_bytes());
                black_box(secp.sign_ecdsa_recoverable(message, &key));
            }),
        ],
    );
}

fn recovery() {
    let signer = PrivateKeySigner::from_bytes(&B256::repeat_byte(1)).unwrap();
    let domain = Domain::new(SafeId::new(1, Address::ZERO), Version::V1_4_1).unwrap();
    let digest = *SafeTx::default().hash(&domain).digest();
    let made: AlloySignature = signer.sign_hash_sync(&digest.hash()).unwrap();
    let ours = Signature::from_bytes(&made.as_bytes()).unwrap();
    assert_eq!(ours.owner(&digest), Ok(signer.address()));
    let secp = secp256k1::Secp256k1::new();
    let message = secp256k1::Message::from_digest(digest.hash().0);
    let id = secp256k1::ecdsa::RecoveryId::try_from(i32::from(made.v())).unwrap();
    let other = secp256k1::ecdsa::RecoverableSignature::from_compact(&made.as_bytes()[..64], id).unwrap();
    compare(
        "owner of a signature",
        500,
        &[
            Candidate::new("quorate-core (k256, no second check)", |_| {
                black_box(black_box(&ours).owner(&digest).unwrap());
            }),
            Candidate::new("alloy (k256)", |_| {
                black_box(black_box(&made).recover_address_from_prehash(&digest.hash()).unwrap());
            }),
            Candidate::new("libsecp256k1", |_| {
                black_box(secp.recover_ecdsa(message, black_box(&other)).unwrap());
            }),
        ],
    );
}

/// Prints how often a second each candidate does the work, and the first one's ratio to it.
fn compare(title: &str, iterations: u64, candidates: &[Candidate<'_>]) {
    const ROUNDS: usize = 15;
    let mut rounds = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for (candidate, times) in candidates.iter().zip(&mut rounds) {
            let start = Instant::now();
            for iteration in 0..iterations {
                (candidate.run)(iteration);
            }
            times.push(start.elapsed());
        }
    }
    let medians: Vec<Duration> = rounds
        .into_iter()
        .map(|mut times| {
            times.sort();
            times[ROUNDS / 2]
        })
        .collect();
    println!("{title}");
    for (candidate, median) in candidates.iter().zip(&medians) {
        let nanos = median.as_nanos().max(1);
        let per_second = u128::from(iterations) * 1_000_000_000 / nanos;
        let percent = nanos * 100 / medians[0].as_nanos().max(1);
        println!("  {:<42} {per_second:>14} {:>6}.{:02}", candidate.name, percent / 100, percent % 100);
    }
}
