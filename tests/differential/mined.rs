//! Transactions that are mined in both worlds, and what each of them cost.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Read,
};

use alloy::primitives::{Address, B256, U64, U256, address, hex};
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::{
    cast::Cast,
    comparison::{Case, GAS, check, with_marked_payment},
    known_differences::KnownDifference,
    outcome::{Change, Event, Outcome},
    refund::Refund,
    world::{Link, Links},
};

/// An account without anything, as [`Link::state`] writes it.
const NOBODY: &str = r#"nonce 0 balance "0x0" {} "0x""#;

/// What became of a transaction in one world.
#[derive(Clone, Debug)]
pub(crate) struct Mined {
    pub(crate) outcome: Outcome,
    /// What the sender paid to the block's producer.
    fee: U256,
    /// The answer of `callTracer`.
    calls: Value,
}

impl Link {
    /// Gets a world ready for transactions of anybody, free of charge, one in a block.
    pub(crate) async fn prepare_mining(&self) {
        // So large that the fee of a block, which depends on how full the last one was, stays 0.
        self.request("evm_setBlockGasLimit", json!([U64::from(GAS * 1000)])).await;
        self.request("anvil_setNextBlockBaseFeePerGas", json!(["0x0"])).await;
        self.request("anvil_autoImpersonateAccount", json!([true])).await;
        self.request("evm_setAutomine", json!([false])).await;
        self.request("evm_mine", json!([])).await;
    }

    /// Mines one transaction in a block of its own.
    async fn mine(&self, case: &Case) -> Mined {
        let transaction = json!({
            "from": case.from,
            "to": case.to,
            "value": case.value,
            "data": case.data,
            "gas": U64::from(GAS),
            "gasPrice": U64::from(case.gas_price),
        });
        let hash = self.request("eth_sendTransaction", json!([transaction])).await;
        self.request("evm_mine", json!([])).await;
        let tracer = |tracer, config: Value| {
            ("debug_traceTransaction", json!([hash, { "tracer": tracer, "tracerConfig": config }]))
        };
        let answers = self
            .batch(vec![
                ("eth_getTransactionReceipt", json!([hash])),
                tracer("callTracer", json!({ "withLog": true })),
                tracer("prestateTracer", json!({ "diffMode": true })),
            ])
            .await;
        let answers: Vec<Value> = answers
            .into_iter()
            .map(|answer| match answer {
                // Calls nested more deeply than JSON is read.
                Err(error) if error.to_string().contains("recursion limit") => json!({ "error": "too deep" }),
                answer => answer.unwrap_or_else(|error| panic!("{hash}: {error}")),
            })
            .collect();
        let [receipt, calls, states] = answers.try_into().expect("three questions have three answers");
        assert!(receipt.is_object(), "{hash} was not mined: {case:?}");

        let mut outcome = Outcome::new(&calls, &states);
        let success = receipt["status"] == "0x1";
        let events = receipt["logs"].as_array().into_iter().flatten().map(Event::of_log).collect();
        if calls["error"] == "too deep" {
            outcome.success = success;
            outcome.events = events;
        } else {
            // Two witnesses of the same.
            assert_eq!(
                (outcome.success, &outcome.events),
                (success, &events),
                "{hash}: the trace is of something else"
            );
        }
        let gas_used: U256 = receipt["gasUsed"].as_str().and_then(|hex| hex.parse().ok()).expect("a receipt tells gas");
        Mined { outcome, fee: gas_used * U256::from(case.gas_price), calls }
    }

    async fn balances(&self, addresses: &[Address]) -> Vec<U256> {
        let calls = addresses.iter().map(|address| ("eth_getBalance", json!([address, "latest"]))).collect();
        let answers = self.batch(calls).await.into_iter();
        let balance = |answer: Value| answer.as_str().and_then(|hex| hex.parse().ok()).expect("a balance is a number");
        answers.map(|answer| balance(answer.expect("every address has a balance"))).collect()
    }

    pub(crate) async fn set_balance(&self, address: Address, balance: U256) {
        self.request("anvil_setBalance", json!([address, balance])).await;
    }

    /// Returns everything that the world holds, by account: nonce, balance, storage, and the code where it is the same in
    /// both worlds. This is the chain's own copy of its state, and no trace had a part in it.
    pub(crate) async fn state(&self, cast: &Cast) -> BTreeMap<Address, String> {
        /// Keep hashes of blocks.
        const SYSTEM: [Address; 2] = [
            address!("0000F90827F1C53a10cb7A02335B175320002935"),
            address!("000F3df6D732807Ef1319fB7B8bB8522d0Beac02"),
        ];
        let dump = self.request("anvil_dumpState", json!([])).await;
        let dump = dump.as_str().and_then(|dump| hex::decode(dump).ok()).expect("a dump is compressed bytes");
        let mut text = String::new();
        GzDecoder::new(dump.as_slice()).read_to_string(&mut text).expect("a dump is compressed text");
        let dump: Value = serde_json::from_str(&text).expect("a dump is JSON");
        let accounts = dump["accounts"].as_object().expect("a dump holds accounts").iter();
        accounts
            .map(|(address, account)| (address.parse().expect("accounts are listed by address"), account))
            .filter(|(address, _)| !SYSTEM.contains(address))
            .map(|(address, account)| {
                let storage: BTreeMap<&String, &str> = account["storage"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    // The chain keeps slots that were read.
                    .filter_map(|(slot, value)| value.as_str().map(|value| (slot, value)))
                    .filter(|(_, value)| value.parse() != Ok(U256::ZERO))
                    .collect();
                let code = if cast.is_compared(address) { &Value::Null } else { &account["code"] };
                (address, format!("nonce {} balance {} {storage:?} {code}", account["nonce"], account["balance"]))
            })
            // Whoever was only looked at is nobody.
            .filter(|(_, account)| account != NOBODY)
            .collect()
    }
}

/// What became of a transaction in both worlds.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) official: Outcome,
    pub(crate) ours: Outcome,
    /// The known difference that they show, if any; or what is different and should not be.
    pub(crate) result: Result<Option<KnownDifference>, String>,
}

impl Links {
    /// Mines a transaction in both worlds and compares what became of it.
    ///
    /// Gas differs, and so does what is paid for it; but whoever paid must have less by exactly that, and whoever got it must
    /// have more. Our world is then given the official amounts, so that what follows starts from the same state.
    pub(crate) async fn mined(&self, case: &Case, cast: &Cast) -> Comparison {
        let (official, ours) = tokio::join!(self.official.mine(case), self.ours.mine(case));
        let mut bare = [&official, &ours].map(|mined| case.visible(mined.outcome.clone(), cast));
        let result = match self.settle(case, cast, [&official, &ours], &mut bare).await {
            Ok(()) => check(&Case { refund: None, ..case.clone() }, &bare[0], &bare[1]),
            Err(what) => Err(what),
        };
        Comparison { official: official.outcome, ours: ours.outcome, result }
    }

    async fn settle(
        &self,
        case: &Case,
        cast: &Cast,
        mined: [&Mined; 2],
        bare: &mut [Outcome; 2],
    ) -> Result<(), String> {
        let mut payments = [U256::ZERO; 2];
        if let Some(refund) = &case.refund {
            let announced = mined.map(|mined| refund.announced(&mined.outcome));
            if let [Some(official), Some(ours)] = announced {
                payments = [official, ours];
                refund.check_gas(case, cast, mined.map(|mined| &mined.calls), payments)?;
                *bare = [0, 1].map(|world| with_marked_payment(&bare[world], payments[world]));
                self.settle_tokens(refund, payments, bare).await?;
            }
        }
        self.settle_balances(case, mined.map(|mined| mined.fee), payments, bare).await
    }

    async fn settle_balances(
        &self,
        case: &Case,
        fees: [U256; 2],
        payments: [U256; 2],
        bare: &mut [Outcome; 2],
    ) -> Result<(), String> {
        let native = case.refund.filter(|refund| refund.token.is_zero());
        let mut addresses = BTreeSet::from([case.from, Address::ZERO]);
        addresses.extend(native.iter().flat_map(|refund| [refund.payer, refund.receiver]));
        let addresses: Vec<Address> = addresses.into_iter().collect();
        let (official, ours) = tokio::join!(self.official.balances(&addresses), self.ours.balances(&addresses));
        for (address, balances) in addresses.iter().zip(official.into_iter().zip(ours)) {
            let balances: [U256; 2] = balances.into();
            // What the address would have if gas were free.
            let free = [0, 1].map(|world| {
                let mut free = balances[world];
                let mut undo = |from: Address, to: Address, amount: U256| {
                    free = if from == *address { free.wrapping_add(amount) } else { free };
                    free = if to == *address { free.wrapping_sub(amount) } else { free };
                };
                undo(case.from, Address::ZERO, fees[world]);
                if let Some(refund) = native {
                    undo(refund.payer, refund.receiver, payments[world]);
                }
                free
            });
            if free[0] != free[1] {
                return Err(format!(
                    "balances of {address} differ by more than gas: {balances:?}, {free:?} without it"
                ));
            }
            if balances[0] != balances[1] {
                self.ours.set_balance(*address, balances[0]).await;
            }
            for outcome in &mut *bare {
                outcome.changes.entry(*address).or_default().balance = None;
            }
        }
        for outcome in bare {
            outcome.changes.retain(|_, change| *change != Change::default());
        }
        Ok(())
    }

    /// Checks that two balances of the token differ, each by the difference of the payments, and nothing else in it.
    async fn settle_tokens(
        &self,
        refund: &Refund,
        [official, ours]: [U256; 2],
        bare: &mut [Outcome; 2],
    ) -> Result<(), String> {
        if official == ours || !Cast::tokens().contains(&refund.token) {
            return Ok(());
        }
        let stores: [BTreeMap<B256, B256>; 2] = [&bare[0], &bare[1]]
            .map(|outcome| outcome.changes.get(&refund.token).map(|change| change.storage.clone()).unwrap_or_default());
        let number = |word: &B256| U256::from_be_bytes(word.0);
        let mut differences = Vec::new();
        for (slot, theirs) in &stores[0] {
            let our = stores[1].get(slot).ok_or_else(|| format!("slot {slot} of the token was not written"))?;
            if theirs == our {
                continue;
            }
            differences.push(number(theirs).wrapping_sub(number(our)));
            self.ours.request("anvil_setStorageAt", json!([refund.token, number(slot), theirs])).await;
            for outcome in &mut *bare {
                outcome.changes.entry(refund.token).or_default().storage.remove(slot);
            }
        }
        let more = official.wrapping_sub(ours);
        let mut expected = [more, more.wrapping_neg()];
        expected.sort_unstable();
        differences.sort_unstable();
        let circular = refund.payer == refund.receiver && differences.is_empty();
        if circular || differences == expected {
            return Ok(());
        }
        Err(format!("payments of {official} and {ours} tokens change balances by {differences:?}"))
    }
}
