//! Which key signs: `--from`, mnemonics, and what is refused before a key is touched.

use std::{fs, thread};

use alloy::{primitives::hex, signers::local::PrivateKeySigner};
use anvil_fixtures::ACCOUNTS;

use crate::{
    chain::Local,
    desk::{self, Desk},
    machine::Machine,
};

/// The words that anvil's accounts grow from.
const WORDS: &str = "test test test test test test test test test test test junk";

/// A machine with the words in `words` and `WORDS`, which no run may print.
fn machine() -> Machine {
    let mut machine = Machine::new();
    machine.write("words", format!("{WORDS}\n"));
    machine.set("WORDS", WORDS);
    machine.hide(WORDS);
    machine
}

/// The address that is found with some flags.
#[track_caller]
fn address(machine: &Machine, flags: &str) -> String {
    let found = machine.json(&format!("key address {flags}")).data();
    assert_eq!(found["verified"], true);
    found["address"].as_str().unwrap().to_owned()
}

#[test]
fn a_mnemonic_gives_the_accounts_of_anvil() {
    let machine = machine();
    for (number, account) in ACCOUNTS.iter().enumerate() {
        let expected = account.address.to_string();
        for flags in [
            format!("--mnemonic words --mnemonic-index {number}"),
            format!("--mnemonic-env WORDS --mnemonic-derivation-path m/44'/60'/0'/0/{number}"),
        ] {
            assert_eq!(address(&machine, &flags), expected, "{flags}");
        }
    }
    let first = ACCOUNTS[0].address.to_string();
    assert_eq!(address(&machine, "--mnemonic words"), first);
    let run = machine.quorate("key address --mnemonic - --json").stdin(&WORDS.replace(' ', "\n")).run();
    assert_eq!(run.data()["address"], first);
    // A pipe is read as a file is.
    let pipe = machine.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = thread::spawn(move || fs::write(pipe, WORDS).unwrap());
    assert_eq!(address(&machine, "--mnemonic pipe"), first);
    writer.join().unwrap();
}

#[test]
fn a_passphrase_gives_other_keys_and_comes_from_a_file_or_a_variable() {
    let mut machine = machine();
    machine.hide("a passphrase");
    machine.write("passphrase", "a passphrase\n");
    machine.set("PASSPHRASE", "a passphrase");
    let of_file = address(&machine, "--mnemonic words --mnemonic-passphrase passphrase");
    assert_eq!(address(&machine, "--mnemonic-env WORDS --mnemonic-passphrase-env PASSPHRASE"), of_file);
    assert_ne!(of_file, ACCOUNTS[0].address.to_string());
    // Typed as a value, it is no file: whatever is told, it is not repeated.
    let run = machine.quorate("key address --mnemonic words --json --mnemonic-passphrase").arg("a passphrase").run();
    run.fails(2, "usage").advises(&["never the passphrase"]);
}

#[test]
fn words_on_the_command_line_are_refused_and_not_repeated() {
    let machine = machine();
    for (line, exit) in [
        ("key address --mnemonic", 2),
        ("key address --mnemonic-env", 2),
        ("key address", 2),
        ("sign 0 --yes --mnemonic", 2),
        ("exec", 2),
        ("show", 2),
        ("propose", 2),
        ("safe info --safe", 2),
        ("key new", 2),
        ("key import name --password-file words --mnemonic", 2),
        ("--mnemonic", 2),
    ] {
        for json in [true, false] {
            let words = machine.quorate(line).arg(WORDS);
            let run = if json { words.arg("--json").run() } else { words.run() };
            // That nothing is repeated is checked of every run.
            assert_eq!(run.exit, exit, "{run}");
        }
    }
    let equals = machine.quorate("key address --json").arg(format!("--mnemonic={WORDS}")).run();
    equals.fails(2, "usage").names(&["--mnemonic"]).advises(&["never the words"]);
}

#[test]
fn a_mnemonic_that_is_wrong_is_told_without_its_words() {
    let mut machine = machine();
    machine.hide("zebrafish");
    machine.write("short", "zoo zoo zoo");
    machine.write("unknown", WORDS.replace("junk", "zebrafish"));
    machine.write("checksum", WORDS.replace("junk", "test"));
    machine.write("binary", [0xff, 0xfe]);
    machine.write("empty", "");
    fs::File::create(machine.path("huge")).unwrap().set_len(64 << 20).unwrap();
    for (file, told) in [
        ("short", "3 words"),
        ("unknown", "word 12"),
        ("checksum", "checksum"),
        ("binary", "no text"),
        ("empty", "0 words"),
        ("huge", "4096"),
        (".", "no regular file"),
        ("absent", "not found"),
    ] {
        machine.json(&format!("key address --mnemonic {file}")).fails(2, "usage").names(&[told]);
    }
    machine.json("key address --mnemonic-env ABSENT").fails(2, "usage").names(&["ABSENT"]);
}

#[test]
fn flags_that_choose_a_key_need_what_they_choose_from() {
    let machine = machine();
    for flags in [
        "--mnemonic-index 1",
        "--mnemonic-derivation-path m/1",
        "--account owner --mnemonic-index 1",
        "--mnemonic-passphrase words",
        "--mnemonic words --mnemonic-env WORDS",
        "--mnemonic words --account owner",
        "--mnemonic words --interactive",
        "--mnemonic words --mnemonic-index 1 --mnemonic-derivation-path m/1",
        "--mnemonic words --mnemonic-index 2147483648",
        "--mnemonic words --mnemonic-index -1",
        "--mnemonic words --mnemonic-derivation-path 44/60",
        "--mnemonic words --mnemonic-derivation-path m/44h",
    ] {
        machine.json(&format!("key address {flags}")).fails(2, "usage");
    }
    // It is found before anything is looked for, or asked of a node.
    let owner = ACCOUNTS[0].address;
    for line in ["sign 0 --yes", "exec 0 --yes", "chain setup", &format!("safe create {owner} --threshold 1")] {
        machine.json(&format!("{line} --mnemonic-index 1")).fails(2, "usage").advises(&["--mnemonic-env"]);
    }
}

#[test]
fn a_key_of_a_mnemonic_signs_sends_and_is_stored() {
    let mut desk = Desk::of(Local::shared(), "quorate", "mnemonic signs", 1, 0, &[ACCOUNTS[7].address]);
    desk.machine.write("words", WORDS);
    desk.machine.hide(WORDS);
    desk.payment(3);
    let signed = desk.json("sign 0 --mnemonic words --mnemonic-index 7 --yes").data();
    assert_eq!(signed["owner"], ACCOUNTS[7].address.to_string());
    let executed = desk.json("exec 0 --mnemonic words --mnemonic-index 8 --yes").data();
    assert_eq!(executed["executor"], ACCOUNTS[8].address.to_string());

    desk.machine.write("password", "a password");
    let line = "key import seven --mnemonic words --mnemonic-index 7 --password-file password";
    assert_eq!(desk.json(line).data()["address"], ACCOUNTS[7].address.to_string());
    let stored = desk.json("key address --account seven --verify --password-file password").data();
    assert_eq!(stored["address"], ACCOUNTS[7].address.to_string());
    assert!(!desk.read(".foundry/keystores/seven").contains(&hex::encode(ACCOUNTS[7].key)));
}

#[test]
fn a_key_that_is_not_the_one_that_has_to_sign_is_refused_before_it_signs() {
    let desk = Desk::open("from", 2, 2);
    let file = desk.payment(1);
    let before = fs::read(&file).unwrap();
    let [one, two] = [0, 1].map(|it| desk.owners[it].address().to_string());
    let line = "sign 0 --private-key-env KEY_0 --yes --json";
    for run in [desk.run(&format!("{line} --from {two}")), desk.quorate(line).env("ETH_FROM", &two).run()] {
        run.fails(3, "wrong_signer").names(&[&one, &two]);
    }
    assert_eq!(fs::read(&file).unwrap(), before);
    desk.json("sign 0 --private-key-env KEY_0 --yes --from 0x1234").fails(2, "usage");
    let run = desk.quorate("sign 0 --private-key-env KEY_0 --yes --json").env("ETH_FROM", "alice").run();
    run.fails(2, "config").names(&["ETH_FROM"]);

    // A flag beats the environment.
    let line = format!("sign 0 --private-key-env KEY_0 --yes --json -f {one}");
    desk.quorate(&line).env("ETH_FROM", &two).run().data();
    let payer = desk.key("PAYER").address();
    desk.sign("0", 1);
    desk.json(&format!("exec 0 --private-key-env PAYER --yes --from {one}")).fails(3, "wrong_signer");
    assert_eq!((desk.nonce(), desk.chain.sent(payer)), (0, 1));
    desk.json(&format!("exec 0 --private-key-env PAYER --yes --from {payer}")).data();
}

#[test]
fn the_address_that_has_to_sign_finds_its_account() {
    let desk = Desk::open("found by address", 1, 1);
    desk.payment(1);
    desk.write("password", "a password");
    let store = |name: &str, variable: &str| {
        desk.json(&format!("key import {name} --private-key-env {variable} --password-file password")).data();
    };
    let owner = desk.owners[0].address().to_string();
    let line = format!("sign 0 --from {owner} --password-file password --yes");
    store("payer", "PAYER");
    desk.json(&line).fails(2, "signer_missing").names(&[&owner]).advises(&["--account"]);
    store("owner", "KEY_0");
    assert_eq!(desk.json(&line).data()["owner"], owner);
    let found = desk.quorate("key address --json").env("ETH_FROM", &owner).run().data();
    assert_eq!(found["address"], owner);
    // A key that is named is shown, whoever else has to sign in this shell.
    let payer = desk.key("PAYER").address().to_string();
    let found = desk.quorate("key address --account payer --json").env("ETH_FROM", &owner).run().data();
    assert_eq!(found["address"], payer);
    desk.json(&format!("key address --account payer --from {owner}")).fails(3, "wrong_signer");
    store("again", "KEY_0");
    desk.json(&line).fails(2, "ambiguous").names(&["again", "owner"]);

    // The file tells whose it is: no password is asked for in vain.
    let other = format!("sign 0 --from {owner} --account payer --yes");
    desk.json(&other).fails(3, "wrong_signer").names(&[&payer, &owner]);
    // A file that lies is found out when it is unlocked.
    let mut liar: serde_json::Value = serde_json::from_str(&desk.read(".foundry/keystores/payer")).unwrap();
    liar["address"] = hex::encode(desk.owners[0].address()).into();
    desk.write("liar", liar.to_string());
    let line = format!("sign 0 --from {owner} --keystore liar --password-file password --yes");
    desk.json(&line).fails(3, "bad_keystore");
}

#[test]
fn a_key_in_the_place_of_a_name_or_a_file_is_not_repeated() {
    let mut desk = Desk::open("misplaced", 1, 1);
    desk.payment(1);
    let key = PrivateKeySigner::random();
    let digits = hex::encode(key.to_bytes());
    desk.machine.hide(&digits);
    for value in [digits.clone(), format!("0x{digits}"), digits.to_uppercase()] {
        for line in [
            "show KEY",
            "sign KEY --private-key-env KEY_0 --yes",
            "exec KEY --private-key-env PAYER --yes",
            "export KEY",
            "import KEY",
            "add-signature KEY 0x00",
            "add-signature 0 KEY",
            "safe info --safe KEY",
            "safe info --safe 31337:KEY",
            "safe info --chain KEY",
            "safe predict --threshold 1 KEY",
            "propose KEY",
            "list --mailbox KEY",
            "list --config KEY",
            "key address --account KEY",
            "key address --keystore KEY",
            "key address --keystore-dir KEY --account owner",
            "key address --mnemonic KEY",
            "sign 0 --yes --account KEY",
            "sign 0 --yes --keystore KEY --password-file KEY",
            "sign 0 --yes --for KEY --private-key-env KEY_0",
            "sign 0 --yes --from KEY --private-key-env KEY_0",
        ] {
            let line = line.replace("KEY_0", "\0").replace("KEY", &value).replace('\0', "KEY_0");
            // That it is not repeated is checked of every run; here, that it is no good.
            for run in [desk.run(&line), desk.json(&line)] {
                assert!(run.exit != 0 || line.starts_with("list --mailbox"), "{run}");
            }
        }
    }
    // What may as well be a hash is shown as far as hashes are shown elsewhere.
    let shown = format!("0x{}…", &digits[..8]);
    desk.json(&format!("show 0x{digits}")).fails(2, "not_found").names(&[&shown]);
    let hash = desk::proposal(&desk.path(desk.json("list").data()["proposals"][0]["file"].as_str().unwrap()));
    let found = desk.json(&format!("show {}", hash.hash())).data();
    assert_eq!(found["transaction"]["safe_tx_hash"], hash.hash().to_string());
}
