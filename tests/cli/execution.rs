//! `quorate exec` and `quorate cancel`: what is ready, what is not yet, and what fails on the way.

use alloy::{
    primitives::{Address, U256, hex},
    sol_types::SolCall,
};
use anvil_fixtures::{ACCOUNTS, Fixtures, bindings::IReverter};
use quorate_contracts::bindings::IERC20;
use serde_json::Value;

use crate::{
    chain::Local,
    desk::Desk,
    node::{self, Node, Reply},
};

#[test]
fn an_execution_pays_who_it_was_meant_for() {
    for family in ["quorate", "1.5.0", "1.4.1", "1.3.0"] {
        let desk = Desk::of(Local::shared(), family, &format!("pays {family}"), 2, 3, &[]);
        desk.payment(5);
        desk.sign("0", 2);
        desk.sign("0", 0);
        let executed = desk.json("exec 0 --private-key-env PAYER --yes").data();
        assert_eq!((&executed["result"], &executed["reason"]), (&Value::from("success"), &Value::Null));
        assert_eq!(executed["executor"], desk.key("PAYER").address().to_string());
        assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(5));
        assert_eq!(desk.nonce(), 1);
    }
}

#[test]
fn too_few_signatures_are_not_ready() {
    let desk = Desk::open("too early", 2, 3);
    let file = desk.payment(1);
    for signed in 0..2 {
        let before = std::fs::read(&file).unwrap();
        let refused = desk.json("exec 0 --private-key-env PAYER --yes");
        refused.fails(4, "signatures_missing").names(&[&format!("{signed}"), "2"]).advises(&["quorate sign"]);
        assert_eq!(std::fs::read(&file).unwrap(), before);
        desk.sign("0", signed);
    }
    assert_eq!(desk.nonce(), 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn a_later_nonce_waits_for_its_turn() {
    let desk = Desk::open("later", 1, 1);
    desk.payment(1);
    desk.payment(2);
    for nonce in ["0", "1"] {
        desk.sign(nonce, 0);
    }
    desk.json("exec 1 --private-key-env PAYER --yes").fails(4, "nonce_not_next").names(&["1", "0"]);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    desk.json("exec 1 --private-key-env PAYER --yes").data();
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(3));
}

#[test]
fn what_was_executed_is_not_executed_again() {
    let desk = Desk::open("twice", 1, 1);
    desk.payment(1);
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    for line in ["exec 0 --private-key-env PAYER --yes", "sign 0 --private-key-env KEY_0 --yes"] {
        desk.json(line).fails(3, "stale_nonce").names(&["0", "1"]);
    }
    let line = format!("propose {} --safe-nonce 0", desk.address("payee"));
    desk.json(&line).fails(3, "stale_nonce").names(&["0", "1"]);
    desk.json("cancel 0").fails(3, "stale_nonce");
    let shown = desk.json("show 0").data();
    assert_eq!(shown["status"]["stage"], "stale_nonce");
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(1));
}

#[test]
fn an_owner_who_executes_confirms_by_it() {
    let desk = Desk::open("executor", 2, 2);
    desk.chain.endow(desk.owners[1].address(), "1");
    desk.payment(1);
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env PAYER --yes").fails(4, "signatures_missing");
    let executed = desk.json("exec 0 --private-key-env KEY_1 --yes").data();
    assert_eq!(executed["result"], "success");
}

#[test]
fn a_call_that_would_revert_is_not_sent_and_says_why() {
    let reverter = Fixtures::get().reverter;
    let desk = Desk::open("would revert", 1, 1);
    for (call, arguments, reason) in [
        ("withString(string)", "nothing-left", "nothing-left"),
        ("withPanic(uint256)", "0", "0x12"),
        ("withCustom(uint256)", "7", "0x"),
        ("withNothing()", "", ""),
    ] {
        let proposed = desk.propose(&format!("{reverter} {call} {arguments} --safe-nonce 0"));
        let hash = proposed["safe_tx_hash"].as_str().unwrap();
        desk.sign(hash, 0);
        let sent = desk.chain.sent(desk.key("PAYER").address());
        let refused = desk.json(&format!("exec {hash} --private-key-env PAYER --yes"));
        refused.fails(6, "would_revert").names(&[reason]).advises(&["nothing was sent"]);
        assert_eq!(desk.chain.sent(desk.key("PAYER").address()), sent);
    }
    assert_eq!(desk.nonce(), 0);
}

#[test]
fn an_inner_failure_is_told_with_its_reason_and_uses_the_nonce() {
    let reverter = Fixtures::get().reverter;
    for family in ["quorate", "1.5.0", "1.4.1", "1.3.0"] {
        let desk = Desk::of(Local::shared(), family, &format!("inner failure {family}"), 1, 1, &[]);
        let data = IReverter::withStringCall { reason: "the till is empty".to_owned() }.abi_encode();
        // With gas of its own, the Safe goes on when the inner call fails.
        desk.propose(&format!("{reverter} --data {} --safe-tx-gas 100000", hex::encode_prefixed(data)));
        desk.sign("0", 0);
        // It would do nothing but use up the nonce: only who wants that gets it.
        let refused = desk.json("exec 0 --private-key-env PAYER --yes").fails(6, "would_revert");
        refused.names(&["the till is empty", "nonce"]).advises(&["nothing was sent", "--allow-failure"]);
        assert_eq!((desk.nonce(), desk.chain.sent(desk.key("PAYER").address())), (0, 1));
        let run = desk.json("exec 0 --private-key-env PAYER --yes --allow-failure");
        assert!(run.warnings().iter().any(|it| it.contains("the till is empty")), "{run}");
        let failed = run.fails(6, "inner_failure");
        failed.names(&["the till is empty"]).advises(&["nonce is used"]);
        assert_eq!(failed.data["result"], "failed");
        assert!(failed.data["tx_hash"].is_string());
        assert_eq!(desk.nonce(), 1);
    }
}

#[test]
fn an_inner_failure_that_is_paid_for_is_refused_and_a_success_is_not() {
    let (reverter, token) = (Fixtures::get().reverter, Fixtures::get().token);
    for family in ["quorate", "1.3.0"] {
        let desk = Desk::of(Local::shared(), family, &format!("paid failure {family}"), 1, 1, &[]);
        let data = IReverter::withStringCall { reason: "the till is empty".to_owned() }.abi_encode();
        let gas = "--safe-tx-gas 100000 --base-gas 1 --gas-price 1";
        let fails = desk.propose(&format!("{reverter} --data {} {gas}", hex::encode_prefixed(data)));
        let spender = desk.address("spender");
        let works = desk.propose(&format!("{token} approve(address,uint256) {spender} 1 {gas} --safe-nonce 0"));
        let exec = |proposed: &Value| {
            let file = proposed["file"].as_str().unwrap();
            desk.sign(file, 0);
            desk.json(&format!("exec {file} --private-key-env PAYER --yes"))
        };
        exec(&fails).fails(6, "would_revert").names(&["the till is empty"]);
        assert_eq!(desk.nonce(), 0);
        assert_eq!(exec(&works).data()["result"], "success");
        assert_eq!(desk.nonce(), 1);
    }
}

#[test]
fn what_fails_only_when_it_arrives_is_told_by_its_outcome() {
    let (token, thief) = (Fixtures::get().token, Address::repeat_byte(0x7f));
    for (family, gas, code, nonce) in [
        ("quorate", 100_000, "inner_failure", 1),
        ("1.3.0", 100_000, "inner_failure", 1),
        ("quorate", 0, "reverted", 0),
        ("1.3.0", 0, "reverted", 0),
    ] {
        let desk = Desk::of(Local::shared(), family, &format!("arrives {family} {gas}"), 1, 1, &[]);
        let transfer = |to, units| IERC20::transferCall { to, value: U256::from(units) }.abi_encode();
        desk.chain.send_as(ACCOUNTS[8].address, token, &transfer(desk.safe, 7));
        let payee = desk.address("payee");
        desk.propose(&format!("{token} transfer(address,uint256) {payee} 7 --safe-tx-gas {gas}"));
        desk.sign("0", 0);
        // All is well when it is looked at; when it arrives at the node, the tokens are gone.
        let (chain, safe) = (desk.chain.clone(), desk.safe);
        let taken = transfer(thief, 7);
        let node = Node::start(move |_, request| {
            if request.to_string().contains("eth_sendRawTransaction") {
                chain.send_as(safe, token, &taken);
            }
            Reply::json(&node::post(chain.url(), request))
        });
        let run = desk.json(&format!("exec 0 --private-key-env PAYER --yes --rpc-url {}", node.url()));
        run.fails(6, code);
        assert_eq!(desk.nonce(), nonce, "{run}");
        assert_eq!(desk.chain.sent(desk.key("PAYER").address()), 2, "created, and sent once: {run}");
    }
}

#[test]
fn a_cancellation_takes_the_nonce_away() {
    let desk = Desk::open("cancel", 2, 2);
    let paid = desk.payment(9);
    let cancelled = desk.json("cancel 0").data();
    let call = &cancelled["transaction"]["call"];
    assert_eq!(
        (&call["to"], &call["value_wei"], &call["data"], &call["operation"], &cancelled["nonce"]),
        (&desk.safe.to_string().into(), &"0".into(), &"0x".into(), &"call".into(), &"0".into())
    );
    let name = cancelled["name"].as_str().unwrap();
    for owner in 0..2 {
        desk.sign(name, owner);
        desk.sign(paid.to_str().unwrap(), owner);
    }
    desk.json(&format!("exec {name} --private-key-env PAYER --yes")).data();
    desk.json(&format!("exec {} --private-key-env PAYER --yes", paid.display())).fails(3, "stale_nonce");
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::ZERO);
}

#[test]
fn a_nonce_that_is_in_no_mailbox_can_be_cancelled() {
    let desk = Desk::open("cancel unseen", 1, 1);
    let cancelled = desk.json("cancel 0").data();
    assert_eq!(cancelled["nonce"], "0");
    desk.json("cancel 0x1234").fails(2, "not_found");
}

#[test]
fn without_a_terminal_nothing_is_signed_or_sent_unasked() {
    let desk = Desk::open("unasked", 1, 1);
    let file = desk.payment(1);
    let before = std::fs::read(&file).unwrap();
    desk.json("sign 0 --private-key-env KEY_0").fails(2, "terminal_required").advises(&["--yes"]);
    let answered = desk.quorate("sign 0 --private-key-env KEY_0 --json").stdin("y\n").run();
    answered.fails(2, "terminal_required");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env PAYER").fails(2, "terminal_required").advises(&["--yes"]);
    assert_eq!(desk.nonce(), 0);
}

#[test]
fn a_payer_without_ether_is_told_so() {
    let desk = Desk::open("no gas", 1, 1);
    desk.payment(1);
    desk.sign("0", 0);
    desk.json("exec 0 --private-key-env STRANGER --yes").fails(3, "refused").advises(&["fund"]);
    assert_eq!(desk.nonce(), 0);
}
