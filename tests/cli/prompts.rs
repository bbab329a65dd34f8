//! What is asked on a terminal, and what the answers do.

use std::fs;

use alloy::primitives::hex;
use anvil_fixtures::ACCOUNTS;

use crate::{
    desk::{self, Desk},
    machine::Machine,
    terminal::Session,
};

const PASSWORD: &str = "correct horse, battery";

/// A machine with the account `owner`, whose password no terminal may show.
fn with_owner() -> Machine {
    let mut machine = Machine::new();
    machine.write("password", PASSWORD);
    machine.hide(PASSWORD);
    machine.json("key new owner --password-file password").data();
    machine
}

#[test]
fn a_password_is_typed_unseen() {
    let machine = with_owner();
    let address = machine.json("key address --account owner").data()["address"].as_str().unwrap().to_owned();
    for (password, exit, told) in [(PASSWORD, 0, address.as_str()), ("wrong", 3, "the password does not open")] {
        let session = machine.quorate("key address --account owner --verify").on_terminal();
        session.expect_secret("Password of ").enter(password);
        let (ended, shown) = session.end();
        assert!(ended == exit && shown.contains(told) && !shown.contains(password), "{ended}: {shown}");
    }
}

#[test]
fn a_new_password_is_typed_twice() {
    let mut machine = with_owner();
    machine.hide("a new password");
    for (second, exit) in [("a new passwort", 2), ("a new password", 0)] {
        let session = machine.quorate("key new second").on_terminal();
        session.expect_secret("New password of second: ").enter("a new password");
        session.expect_secret("Again: ").enter(second);
        let (ended, shown) = session.end();
        assert_eq!(ended, exit, "{shown}");
        assert_eq!(machine.path(".foundry/keystores/second").exists(), exit == 0);
    }
    machine.write("second", "a new password");
    machine.json("key address --account second --verify --password-file second").data();
}

#[test]
fn a_question_is_answered_with_yes_or_nothing_is_done() {
    let desk = Desk::open("asked", 1, 1);
    let file = desk.payment(1);
    let before = desk.everything();
    let hash = desk::proposal(&file).hash().to_string();
    let ask = || {
        let session = desk.quorate("sign 0 --private-key-env KEY_0").on_terminal();
        session.expect(&format!("Sign {hash} as {}? [y/N] ", desk.owners[0].address()));
        session
    };
    // The end of the input, Ctrl-D, is no answer.
    for answer in ["\n", "n\n", "no\n", "yess\n", "Y E S\n", "\u{4}"] {
        let session = ask();
        session.press(answer);
        let (exit, shown) = session.end();
        assert!(exit == 3 && shown.contains("nothing was done"), "{answer:?}: {exit}: {shown}");
        assert!(desk.everything() == before, "{answer:?}");
    }
    let session = ask();
    session.enter("y");
    let (exit, shown) = session.end();
    assert_eq!(exit, 0, "{shown}");
    assert_eq!(desk::proposal(&file).signatures().len(), 1);

    let session = desk.quorate("exec 0 --private-key-env PAYER").on_terminal();
    session.expect("It may cost up to ").expect("[y/N] ").enter("n");
    assert_eq!((session.end().0, desk.nonce()), (3, 0));
    let session = desk.quorate("exec 0 --private-key-env PAYER").on_terminal();
    session.expect("[y/N] ").enter("yes");
    assert_eq!((session.end().0, desk.nonce()), (0, 1));
}

#[test]
fn a_key_is_typed_unseen() {
    let desk = Desk::open("typed unseen", 1, 1);
    desk.payment(1);
    let digits = hex::encode(desk.owners[0].to_bytes());
    // That the digits are not shown is checked at the end of every session.
    for (flags, typed, exit) in [
        ("--interactive", digits.as_str(), 0),
        ("-i", &format!("0x{digits}"), 0),
        ("--private-key-stdin", &digits, 0),
        ("-i", &digits[1..], 2),
    ] {
        let session = desk.quorate(&format!("sign 0 --yes {flags}")).on_terminal();
        session.expect_secret("Private key: ").enter(typed);
        let (ended, shown) = session.end();
        assert!(ended == exit && !shown.contains(&digits[1..]), "{flags}: {ended}: {shown}");
    }
    desk.json("sign 0 --yes -i").fails(2, "terminal_required").advises(&["--private-key-stdin"]);
}

#[test]
fn a_mnemonic_is_typed_unseen() {
    let mut machine = Machine::new();
    let words = "test test test test test test test test test test test junk";
    machine.hide(words);
    let session = machine.quorate("key address --mnemonic - --mnemonic-index 3").on_terminal();
    session.expect_secret("Mnemonic: ").enter(words);
    let (exit, shown) = session.end();
    assert!(exit == 0 && shown.contains(&ACCOUNTS[3].address.to_string()), "{shown}");
}

#[test]
fn ctrl_c_ends_a_question_and_leaves_the_terminal_as_it_was() {
    let machine = with_owner();
    let before = machine.everything();
    let interrupts: [fn(&Session); 2] = [
        |it| {
            it.press("corr\u{3}");
        },
        |it| it.signal("INT"),
    ];
    for interrupt in interrupts {
        let session = machine.quorate("key address --account owner --verify").on_terminal();
        interrupt(session.expect_secret("Password of "));
        let terminal = session.terminal();
        let (exit, shown) = session.end();
        assert!(exit == 130 && shown.matches("error: ").count() == 1, "{exit}: {shown}");
        assert!(terminal.echoes(), "the shell would not show what is typed next");
        assert!(machine.everything() == before);
    }

    let desk = Desk::open("interrupted question", 1, 1);
    desk.payment(1);
    let before = desk.everything();
    let session = desk.quorate("sign 0 --private-key-env KEY_0").on_terminal();
    session.expect("[y/N] ").press("\u{3}");
    assert_eq!(session.end().0, 130);
    assert!(desk.everything() == before);
}

#[test]
fn nobody_is_asked_where_the_answer_is_given() {
    let desk = Desk::open("unasked", 1, 1);
    let file = desk.payment(1);
    let session = desk.quorate("sign 0 --private-key-env KEY_0 --yes").on_terminal();
    let (exit, shown) = session.end();
    assert!(exit == 0 && !shown.contains("[y/N]"), "{shown}");
    assert_eq!(fs::read(&file).unwrap(), desk::proposal(&file).to_json().as_bytes());
}
