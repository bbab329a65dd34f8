//! `quorate key`: key files as they are written, as others write them, and as somebody hostile does.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::Command,
    time::Duration,
};

use alloy::{
    primitives::{hex, keccak256},
    signers::local::PrivateKeySigner,
};
use serde_json::{Value, json};

use crate::{
    desk::{self, Desk},
    machine::Machine,
    run::Run,
};

const PASSWORD: &str = "correct horse, battery";

/// Where keys are when nothing else is said.
const DIRECTORY: &str = ".foundry/keystores";

/// A machine with a password in `password`, which no run may print, and another in `wrong`.
fn machine() -> Machine {
    let mut machine = Machine::new();
    machine.write("password", format!("{PASSWORD}\n"));
    machine.write("wrong", "correct horse, battery ");
    machine.hide(PASSWORD);
    machine
}

/// As [`machine`], with a new account `owner`; returns its file, as JSON, too.
fn with_owner() -> (Machine, PathBuf, Value) {
    let machine = machine();
    machine.json("key new owner --password-file password").data();
    let file = machine.path(DIRECTORY).join("owner");
    let keystore = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    (machine, file, keystore)
}

/// A key, and what it looks like in hexadecimal.
fn key(seed: &str) -> (PrivateKeySigner, String) {
    let key = PrivateKeySigner::from_bytes(&keccak256(seed)).unwrap();
    let digits = hex::encode(key.to_bytes());
    (key, digits)
}

/// The run has to have been refused for its command line, whatever it printed.
#[track_caller]
fn is_usage(run: &Run) {
    assert_eq!(run.exit, 2, "{run}");
    if run.command.contains("--json") {
        run.fails(2, "usage");
    } else {
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{run}");
    }
}

#[test]
fn a_new_key_is_in_a_file_for_its_owner_alone() {
    let (machine, file, keystore) = with_owner();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(keystore["version"], 3);
    let parameters = &keystore["crypto"]["kdfparams"];
    assert_eq!((&keystore["crypto"]["kdf"], &parameters["n"]), (&json!("scrypt"), &json!(131_072)));
    assert_eq!((&parameters["r"], &parameters["p"], &parameters["dklen"]), (&json!(8), &json!(1), &json!(32)));

    let stated = machine.json("key address --account owner").data();
    let claimed = format!("0x{}", keystore["address"].as_str().unwrap());
    assert_eq!(stated["address"].as_str().unwrap().to_lowercase(), claimed);
    assert_eq!(stated["verified"], false);
    let verified = machine.json("key address --account owner --verify --password-file password").data();
    assert_eq!((&verified["address"], &verified["verified"]), (&stated["address"], &json!(true)));
    let listed = machine.json("key list").data();
    assert_eq!(listed["accounts"], json!([{ "name": "owner", "address": stated["address"] }]));

    // Another one is another key, and none is overwritten.
    let other = machine.json("key new other --keystore-dir keys --password-file password").data();
    assert_ne!(other["address"], stated["address"]);
    assert_eq!(machine.json("key list --keystore-dir keys").data()["accounts"][0]["address"], other["address"]);
    let before = machine.everything();
    machine.json("key new owner --password-file password").fails(2, "already_exists").names(&["owner"]);
    assert!(machine.everything() == before);
}

#[test]
fn a_key_that_exists_is_stored_from_stdin_and_from_a_variable() {
    let mut machine = machine();
    let (signer, digits) = key("imported");
    machine.hide(&digits);
    machine.set("EXISTING", digits.clone());
    for (name, line, stdin) in [
        ("one", "--private-key-env EXISTING", String::new()),
        ("two", "--private-key-stdin", format!("0x{digits}\n")),
        ("three", "", digits.clone()),
    ] {
        let line = format!("key import {name} {line} --password-file password --json");
        let stored = machine.quorate(&line).stdin(&stdin).run().data();
        assert_eq!(stored["address"], signer.address().to_string(), "{line}");
        let file = machine.path(DIRECTORY).join(name);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o7777, 0o600);
        assert!(!fs::read_to_string(file).unwrap().contains(&digits));
    }
    let line = "key address --account one --verify --password-file password";
    assert_eq!(machine.json(line).data()["address"], signer.address().to_string());

    let before = machine.everything();
    for stdin in ["", "0x1234", "zz", &"0".repeat(64), &"f".repeat(64), &"1".repeat(10_000)] {
        is_usage(&machine.quorate("key import four --password-file password --json").stdin(stdin).run());
    }
    machine.json("key import one --private-key-env EXISTING --password-file password").fails(2, "already_exists");
    assert!(machine.everything() == before);
}

#[test]
fn a_wrong_password_is_told_as_such() {
    let (machine, ..) = with_owner();
    let run = machine.json("key address --account owner --verify --password-file wrong");
    run.fails(3, "wrong_password").names(&["owner"]).advises(&["space"]);
}

#[test]
fn the_variable_for_the_password_is_the_path_of_a_file() {
    let (mut machine, ..) = with_owner();
    let line = "key address --account owner --verify";
    machine.set("ETH_PASSWORD", "password");
    machine.json(line).data();
    machine.json("key new second").data();
    // A flag beats it.
    machine.json(&format!("{line} --password-file wrong")).fails(3, "wrong_password");
    machine.set("ETH_PASSWORD", "wrong");
    machine.json(line).fails(3, "wrong_password");
    machine.json(&format!("{line} --password-file password")).data();
    // A password in the place of a path is not repeated: that is checked of every run.
    machine.hide("hunter2");
    machine.set("ETH_PASSWORD", "hunter2");
    for line in [line, "key new third"] {
        machine.json(line).fails(2, "config").names(&["ETH_PASSWORD"]).advises(&["the path of a file"]);
    }
    machine.json(&format!("{line} --password-file missing")).fails(2, "not_found").names(&["missing"]);
    // Without any, and without a terminal, nobody is asked.
    machine.set("ETH_PASSWORD", "");
    machine.json(line).fails(2, "terminal_required");
}

#[test]
fn an_empty_or_endless_password_is_refused() {
    let machine = machine();
    machine.write("empty", "\n");
    machine.write("long", "x".repeat(5000));
    File::create(machine.path("huge")).unwrap().set_len(64 << 20).unwrap();
    let before = machine.everything();
    for file in ["empty", "long", "huge", "/dev/zero", "."] {
        is_usage(&machine.json(&format!("key new owner --password-file {file}")));
    }
    assert!(machine.everything() == before);
}

#[test]
fn damaged_and_hostile_key_files_are_refused_at_once() {
    let (machine, file, good) = with_owner();
    let text = fs::read_to_string(file).unwrap();
    let with = |path: &str, value: Value| {
        let mut keystore = good.clone();
        *keystore.pointer_mut(path).unwrap() = value;
        // Without it, the file has to be unlocked.
        keystore.as_object_mut().unwrap().remove("address");
        keystore.to_string()
    };
    let pbkdf2 = |rounds: u64, prf: &str| {
        with("/crypto", {
            let mut crypto = good["crypto"].clone();
            crypto["kdf"] = json!("pbkdf2");
            crypto["kdfparams"] = json!({ "c": rounds, "dklen": 32, "prf": prf, "salt": "00" });
            crypto
        })
    };
    let parameter = |name: &str, value: u64| with(&format!("/crypto/kdfparams/{name}"), json!(value));
    for (name, content) in [
        ("half", text[..text.len() / 2].to_owned()),
        ("unclosed", text[..text.len() - 1].to_owned()),
        ("empty", String::new()),
        ("object", "{}".to_owned()),
        ("deep", "[".repeat(30_000)),
        ("n-memory", parameter("n", 1 << 31)),
        ("n-beyond", parameter("n", 1 << 40)),
        ("n-odd", parameter("n", 131_073)),
        ("n-zero", parameter("n", 0)),
        ("r-memory", parameter("r", u64::from(u32::MAX))),
        ("r-zero", parameter("r", 0)),
        ("p-work", parameter("p", u64::from(u32::MAX))),
        ("dklen", parameter("dklen", 1 << 32)),
        ("rounds", pbkdf2(u64::from(u32::MAX), "hmac-sha256")),
        ("no-rounds", pbkdf2(0, "hmac-sha256")),
        ("prf", pbkdf2(1000, "hmac-sha1")),
        ("kdf", with("/crypto/kdf", json!("none"))),
        ("cipher", with("/crypto/cipher", json!("none"))),
        ("version", with("/version", json!(1))),
        ("ciphertext", with("/crypto/ciphertext", json!("00"))),
    ] {
        machine.write(name, content);
        let line = format!("key address --keystore {name} --password-file password --json");
        // With less memory than the file asks for, doing as it says would end the program.
        let run = machine.quorate(&line).after("ulimit -v 900000").run();
        run.fails(3, "bad_keystore").names(&[name]);
        assert!(run.took < Duration::from_secs(10), "{run}");
    }
}

#[test]
fn what_is_no_file_is_no_key_file() {
    let machine = machine();
    File::create(machine.path("huge")).unwrap().set_len(64 << 20).unwrap();
    fs::create_dir(machine.path("directory")).unwrap();
    assert!(Command::new("mkfifo").arg(machine.path("pipe")).status().unwrap().success());
    for name in ["huge", "directory", "pipe", "/dev/zero"] {
        let run = machine.json(&format!("key address --keystore {name} --password-file password"));
        run.fails(3, "bad_keystore").names(&[name]);
        assert!(run.took < Duration::from_secs(10), "{run}");
    }
    machine.json("key address --keystore missing --password-file password").fails(2, "not_found").names(&["missing"]);
    machine.json("key address --account missing --password-file password").fails(2, "not_found").names(&["missing"]);
}

#[test]
fn an_account_is_a_file_of_the_key_directory_and_nothing_else() {
    let (machine, file, _) = with_owner();
    fs::copy(file, machine.path("copied")).unwrap();
    for name in ["../../copied", "/etc/passwd", "..", ".", "a/b"] {
        is_usage(&machine.json(&format!("key address --account {name}")));
        is_usage(&machine.json(&format!("key new {name} --password-file password")));
    }
}

#[test]
fn an_address_in_clear_is_a_claim_until_the_file_is_unlocked() {
    let (machine, _, mut keystore) = with_owner();
    let real = machine.json("key address --account owner").data()["address"].as_str().unwrap().to_owned();
    let false_address = "0x0000000000000000000000000000000000000007";
    keystore["address"] = json!(false_address[2..]);
    machine.write(".foundry/keystores/liar", keystore.to_string());
    let stated = machine.json("key address --account liar").data();
    assert_eq!((&stated["address"], &stated["verified"]), (&json!(false_address), &json!(false)));
    let line = "key address --account liar --verify --password-file password";
    machine.json(line).fails(3, "bad_keystore").names(&[false_address, &real]);
}

#[test]
fn a_list_tells_of_what_is_no_key_file() {
    let (machine, _, mut keystore) = with_owner();
    keystore.as_object_mut().unwrap().remove("address");
    machine.write(".foundry/keystores/foundry", keystore.to_string());
    machine.write(".foundry/keystores/garbage", [0xff; 100]);
    assert!(Command::new("mkfifo").arg(machine.path(DIRECTORY).join("pipe")).status().unwrap().success());
    let run = machine.json("key list");
    let data = run.data();
    let names: Vec<_> = data["accounts"].as_array().unwrap().iter().map(|it| (&it["name"], &it["address"])).collect();
    assert_eq!(names.len(), 2, "{run}");
    assert_eq!(names[0], (&json!("foundry"), &Value::Null));
    assert!(names[1].0 == "owner" && names[1].1.is_string(), "{run}");
    assert!(run.warnings().iter().any(|warning| warning.contains("garbage")), "{run}");
    machine.run("key list").text();
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let mut machine = machine();
    let (_, digits) = key("typed");
    machine.hide(&digits);
    let to = "0x0000000000000000000000000000000000000007";
    for value in [digits.clone(), format!("0x{digits}"), digits.to_uppercase()] {
        for line in [
            "key address --private-key KEY".to_owned(),
            "key address --private-key=KEY".to_owned(),
            "key address --private-key-env KEY".to_owned(),
            "key address KEY".to_owned(),
            "key new KEY --password-file password".to_owned(),
            "key new name KEY --password-file password".to_owned(),
            "key new name --private-key KEY --password-file password".to_owned(),
            "key import name --private-key=KEY --password-file password".to_owned(),
            "key import name --private-key-env KEY --password-file password".to_owned(),
            "key import name KEY --password-file password".to_owned(),
            "sign 0 --private-key KEY --yes".to_owned(),
            "sign 0 KEY --private-key-env OWNER --yes".to_owned(),
            "sign 0 --private-key-stdin=KEY --yes".to_owned(),
            "exec 0 --private-key KEY --yes".to_owned(),
            "cancel 0 --private-key KEY".to_owned(),
            format!("safe create --threshold 1 {to} --private-key KEY"),
            "chain setup --private-key KEY --rpc-url http://127.0.0.1:1/".to_owned(),
        ] {
            for json in ["", " --json"] {
                // That the key is not repeated is checked of every run.
                is_usage(&machine.run(&format!("{}{json}", line.replace("KEY", &value))));
            }
        }
    }
    assert!(!machine.path(DIRECTORY).exists());
}

#[test]
fn a_key_in_place_of_the_name_of_a_variable_signs_nothing() {
    let mut desk = Desk::open("typed as a name", 1, 1);
    let file = desk.payment(1);
    let digits = hex::encode(desk.owners[0].to_bytes());
    // A key whose digits begin with a letter looks like the name of a variable.
    let (_, letters) =
        (0..).map(|number| key(&format!("letter {number}"))).find(|(_, it)| it.starts_with('a')).unwrap();
    desk.machine.hide(&letters);
    for value in [digits.clone(), format!("0x{digits}"), letters] {
        for line in ["sign 0 --yes", "exec 0 --yes", "chain setup"] {
            for json in ["", " --json"] {
                is_usage(&desk.run(&format!("{line} --private-key-env {value}{json}")));
            }
        }
    }
    assert!(desk::proposal(&file).signatures().is_empty());
}

#[test]
fn a_variable_without_a_key_is_named_and_its_value_is_not() {
    let mut machine = machine();
    machine.hide("not a key at all");
    machine.set("OWNER", "not a key at all");
    machine.json("key address --private-key-env OWNER").fails(2, "usage").names(&["OWNER"]);
    machine.json("key address --private-key-env ABSENT").fails(2, "usage").names(&["ABSENT"]);
    machine.json("key address").fails(2, "signer_missing").advises(&["--account", "--private-key-env"]);
}
