//! Which signatures count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod common;

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use anvil_fixtures::{ACCOUNTS, Contents, Fixtures};
use common::{admin, chain, funded, plan, rpc, sender, sign, spec, wallet};
use quorate_chain::{Payload, Status, confirm, read_state};
use quorate_contracts::{Family, bindings::IMultisig};
use quorate_core::{Digest, Rejection, SafeState, SafeTx, Signature, SignatureSet};
use serde_json::json;

fn digest(state: &SafeState) -> Digest {
    let tx = SafeTx::call(Address::repeat_byte(7), U256::from(1), vec![1].into(), state.nonce);
    *tx.hash(&state.domain().unwrap()).digest()
}

/// A signature that the ERC-1271 owner of the fixtures accepts: one by its authority, over the hash.
fn by_contract(hash: B256) -> Signature {
    use alloy::signers::SignerSync;
    let data = wallet(&ACCOUNTS[9]).sign_hash_sync(&hash).unwrap().as_bytes().to_vec();
    Signature::Contract { owner: Fixtures::get().erc1271_owner, data: data.into() }
}

#[tokio::test]
async fn keys_are_believed_without_a_request() {
    let chain = chain(Contents::Quorate).await;
    let spec = spec(Family::Quorate, 3, 2);
    let rpc = rpc(chain.url());
    funded(&chain, &spec).await;
    let state = read_state(&rpc, plan(&chain, &spec).safe).await.unwrap();
    let digest = digest(&state);
    let mut signatures = SignatureSet::new(digest);
    for account in [&ACCOUNTS[0], &ACCOUNTS[1], &ACCOUNTS[5]] {
        signatures.insert(sign(account, digest.hash())).unwrap();
    }
    signatures.insert(Signature::Approved { owner: ACCOUNTS[2].address }).unwrap();
    let before = rpc.usage();
    let executor = Some(ACCOUNTS[2].address);
    let standing = confirm(&rpc, &state, &signatures, executor).await.unwrap();
    assert_eq!(rpc.usage(), before);
    assert_eq!(standing.confirmed.len(), 3);
    let signer = ACCOUNTS[5].address;
    assert_eq!(standing.rejected, [(signer, Rejection::NotAnOwner { signer })]);
}

#[tokio::test]
async fn contracts_and_approvals_are_asked_in_one_request() {
    let chain = chain(Contents::Everything).await;
    let contract = Fixtures::get().erc1271_owner;
    for family in Family::ALL {
        let mut spec = spec(family, 8, 2);
        spec.owners.push(contract);
        let safe = plan(&chain, &spec).safe;
        funded(&chain, &spec).await;
        let rpc = rpc(chain.url());
        let old = read_state(&rpc, safe).await.unwrap();
        let digest = digest(&old);
        let data = IMultisig::approveHashCall { hashToApprove: digest.hash() }.abi_encode();
        let approve = Payload { to: safe.address, value: U256::ZERO, data: data.into() };
        let receipt = sender(chain.url(), &ACCOUNTS[1]).send(chain.chain_id(), &approve).await.unwrap();
        assert_eq!(receipt.status, Status::Success);
        let new = read_state(&rpc, safe).await.unwrap();

        let mut signatures = SignatureSet::new(digest);
        signatures.insert(sign(&ACCOUNTS[0], digest.hash())).unwrap();
        for account in &ACCOUNTS[1..8] {
            signatures.insert(Signature::Approved { owner: account.address }).unwrap();
        }
        signatures.insert(by_contract(digest.hash())).unwrap();

        for (state, approved) in [(&old, false), (&new, true)] {
            let before = rpc.usage().requests;
            let standing = confirm(&rpc, state, &signatures, None).await.unwrap();
            assert_eq!(rpc.usage().requests - before, 1, "{family}");
            let mut expected = vec![ACCOUNTS[0].address, contract];
            expected.extend(approved.then_some(ACCOUNTS[1].address));
            expected.sort();
            let confirmed: Vec<_> = standing.confirmed.iter().map(|it| it.owner()).collect();
            assert_eq!(confirmed, expected, "{family}");
            assert_eq!(standing.rejected.len(), 9 - expected.len());
            let not_approved = |(_, it): &(Address, Rejection)| matches!(it, Rejection::NotApproved { .. });
            assert!(standing.rejected.iter().all(not_approved));
        }

        let mut wrong = SignatureSet::new(digest);
        wrong.insert(by_contract(B256::repeat_byte(1))).unwrap();
        let standing = confirm(&rpc, &new, &wrong, None).await.unwrap();
        assert!(matches!(standing.rejected[..], [(owner, Rejection::NotAccepted { .. })] if owner == contract));
    }
}

#[tokio::test]
async fn an_owner_that_misbehaves_silences_nobody_else() {
    let chain = chain(Contents::Quorate).await;
    let mut spec = spec(Family::Quorate, 1, 1);
    // PUSH2 20000, PUSH1 0, RETURN: far more than is kept of an answer. JUMPDEST, PUSH1 0, JUMP: all the gas there is.
    for (byte, code) in [(0x10, "0x614e206000f3"), (0x20, "0x5b600056")] {
        for number in 0..7 {
            let owner = Address::repeat_byte(byte + number);
            admin(&chain, "anvil_setCode", json!([owner, code])).await;
            spec.owners.push(owner);
        }
    }
    spec.owners.push(Fixtures::get().erc1271_owner);
    funded(&chain, &spec).await;
    let rpc = rpc(chain.url());
    let state = read_state(&rpc, plan(&chain, &spec).safe).await.unwrap();
    let digest = digest(&state);
    let mut signatures = SignatureSet::new(digest);
    for owner in &spec.owners[1..15] {
        signatures.insert(Signature::Contract { owner: *owner, data: vec![1].into() }).unwrap();
    }
    signatures.insert(by_contract(digest.hash())).unwrap();
    let before = rpc.usage().requests;
    let standing = confirm(&rpc, &state, &signatures, None).await.unwrap();
    assert_eq!(rpc.usage().requests - before, 1);
    let confirmed: Vec<_> = standing.confirmed.iter().map(|it| it.owner()).collect();
    assert_eq!(confirmed, [Fixtures::get().erc1271_owner]);
    assert_eq!(standing.rejected.len(), 14);
}
