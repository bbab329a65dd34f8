//! Files that are no proposals, or lie. Each is refused by name, and changes nothing.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    process::Command,
    time::Duration,
};

use alloy::primitives::{Address, U256};
use quorate_core::{Domain, Proposal, SafeId, SafeTx, Version};
use serde_json::{Value, json};

use crate::desk::{self, Desk};

/// Every command that reads a proposal file.
const READERS: [&str; 6] = [
    "show FILE",
    "sign FILE --private-key-env KEY_0 --yes",
    "import FILE",
    "export FILE",
    "exec FILE --private-key-env PAYER --yes",
    "add-signature FILE --approved 0x0000000000000000000000000000000000000007",
];

/// Runs every reader on a file; each has to refuse it, to name what it found, and to change nothing.
#[track_caller]
fn refused(desk: &Desk, file: &str, exit: i32, code: &str, named: &[&str]) {
    let before = desk.everything();
    for reader in READERS {
        let run = desk.json(&reader.replace("FILE", file));
        run.fails(exit, code).names(named);
        assert!(run.took < Duration::from_secs(10), "{run}");
    }
    assert!(desk.everything() == before, "{file}: something was changed");
}

/// A desk, and a good proposal file as JSON.
fn desk(seed: &str) -> (Desk, Value) {
    let desk = Desk::open(seed, 2, 2);
    let file = desk.payment(1);
    desk.sign("0", 0);
    let json = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    (desk, json)
}

#[test]
fn malformed_and_truncated_files_are_refused() {
    let (desk, good) = desk("malformed");
    let text = good.to_string();
    for (name, content) in [
        ("empty.json", String::new()),
        ("text.json", "hello".to_owned()),
        ("half.json", text[..text.len() / 2].to_owned()),
        ("unclosed.json", text[..text.len() - 1].to_owned()),
        ("more.json", format!("{text}{text}")),
        ("array.json", format!("[{text}]")),
        ("null.json", "null".to_owned()),
        ("number.json", "1e400".to_owned()),
        ("object.json", "{}".to_owned()),
    ] {
        desk.write(name, content);
        refused(&desk, name, 3, "bad_proposal", &[name]);
    }
}

#[test]
fn an_oversized_file_is_refused_without_being_read() {
    let (desk, _) = desk("oversized");
    // A file of 64 MiB that takes no room on the disk.
    File::create(desk.path("huge.json")).unwrap().set_len(64 << 20).unwrap();
    refused(&desk, "huge.json", 3, "bad_proposal", &["huge.json", "67108864"]);
    // With less memory than the file has, reading it whole would end the program.
    let run = desk.quorate("show huge.json --json --offline").after("ulimit -v 900000").run();
    run.fails(3, "bad_proposal").names(&["67108864"]);
}

#[test]
fn hostile_json_is_refused() {
    let (desk, good) = desk("hostile");
    let text = good.to_string();
    let with = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    let nonce = r#""nonce":"0""#;
    let mut invalid_utf8 = with(r#""schema_version":1"#, r#""note":"X","schema_version":1"#).into_bytes();
    let at = invalid_utf8.windows(3).position(|it| it == b"\"X\"").unwrap();
    invalid_utf8[at + 1] = 0xff;
    for (name, content) in [
        ("deep-arrays.json", "[".repeat(500_000).into_bytes()),
        ("deep-objects.json", "{\"a\":".repeat(300_000).into_bytes()),
        ("deep-inside.json", with(nonce, &format!("\"nonce\":{}", "[".repeat(100_000))).into_bytes()),
        ("twice.json", with(nonce, r#""nonce":"0","nonce":"1""#).into_bytes()),
        ("twice-hash.json", with(r#""safe_tx_hash":"#, r#""safe_tx_hash":"0x00","safe_tx_hash":"#).into_bytes()),
        ("huge-number.json", with(nonce, &format!("\"nonce\":\"{}\"", "9".repeat(100_000))).into_bytes()),
        ("beyond-256-bits.json", with(nonce, &format!("\"nonce\":\"{}\"", "9".repeat(78))).into_bytes()),
        ("fraction.json", with(nonce, r#""nonce":"0.5""#).into_bytes()),
        ("negative.json", with(nonce, r#""nonce":"-1""#).into_bytes()),
        ("float.json", with(nonce, r#""nonce":1e3"#).into_bytes()),
        ("null.json", with(nonce, r#""nonce":null"#).into_bytes()),
        ("object.json", with(nonce, r#""nonce":{}"#).into_bytes()),
        ("operation.json", with(r#""operation":0"#, r#""operation":2"#).into_bytes()),
        ("unknown.json", with(nonce, r#""nonce":"0","extra":1"#).into_bytes()),
        ("unknown-above.json", with(r#""schema_version":1"#, r#""schema_version":1,"extra":1"#).into_bytes()),
        ("signatures.json", with(r#""signatures":["#, r#""signatures":[7,"#).into_bytes()),
        ("nul.json", text.replace(':', ":\0").into_bytes()),
        ("zeros.json", vec![0; 4096]),
        ("utf8.json", invalid_utf8),
        ("utf16.json", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
    ] {
        desk.write(name, content);
        refused(&desk, name, 3, "bad_proposal", &[name]);
    }
}

#[test]
fn a_schema_version_that_is_not_known_is_named() {
    let (desk, mut file) = desk("schema");
    file["schema_version"] = json!(2);
    file["what_came_later"] = json!(true);
    desk.write("later.json", file.to_string());
    refused(&desk, "later.json", 3, "bad_proposal", &["schema version 2", "knows 1"]);
}

#[test]
fn an_edited_transaction_is_found_out_by_its_hash() {
    let (desk, good) = desk("edited");
    let hash = good["safe_tx_hash"].as_str().unwrap().to_owned();
    for (field, value) in [
        ("to", json!(Address::repeat_byte(6))),
        ("value", json!("2")),
        ("data", json!("0x00")),
        ("operation", json!(1)),
        ("nonce", json!("1")),
        ("gasPrice", json!("1")),
    ] {
        let mut file = good.clone();
        assert!(!file["transaction"][field].is_null(), "{field}: {good}");
        file["transaction"][field] = value;
        desk.write("edited.json", file.to_string());
        refused(&desk, "edited.json", 3, "bad_proposal", &[&hash, "changed"]);
    }
    let mut file = good;
    file["safe"]["chain_id"] = json!(1);
    desk.write("moved.json", file.to_string());
    refused(&desk, "moved.json", 3, "bad_proposal", &[&hash]);
}

#[test]
fn a_transaction_edited_with_its_hash_loses_its_signatures() {
    let (desk, good) = desk("edited with hash");
    let proposal = desk::proposal(&desk.path(desk.json("show 0").data()["file"].as_str().unwrap()));
    let tx = SafeTx { value: U256::from(2), ..proposal.tx().clone() };
    let edited = Proposal::new(*proposal.domain(), tx, proposal.note()).unwrap();
    let mut file: Value = serde_json::from_str(&edited.to_json()).unwrap();
    file["signatures"] = good["signatures"].clone();
    desk.write("edited.json", file.to_string());
    let owner = desk.owners[0].address().to_string();
    refused(&desk, "edited.json", 3, "bad_proposal", &[&owner]);
}

#[test]
fn signatures_that_are_not_what_they_say_are_refused() {
    let (desk, good) = desk("false signatures");
    let owner = desk.owners[0].address().to_string();
    let one = good["signatures"][0].clone();

    let mut twice = good.clone();
    twice["signatures"] = json!([one, one]);
    desk.write("twice.json", twice.to_string());
    refused(&desk, "twice.json", 3, "bad_proposal", &[&owner, "two signatures"]);

    let mut renamed = good.clone();
    let other = desk.owners[1].address().to_string();
    renamed["signatures"][0]["owner"] = json!(other);
    desk.write("renamed.json", renamed.to_string());
    refused(&desk, "renamed.json", 3, "bad_proposal", &[&owner, &other]);

    let mut short = good;
    short["signatures"][0]["signature"] = json!("0x1234");
    desk.write("short.json", short.to_string());
    refused(&desk, "short.json", 3, "bad_proposal", &[&owner]);
}

#[test]
fn a_signature_by_a_stranger_is_not_imported_and_does_not_execute() {
    let (desk, good) = desk("stranger's file");
    let stranger = desk.key("STRANGER");
    let proposal = desk::proposal(&desk.path(desk.json("show 0").data()["file"].as_str().unwrap()));
    let mut file = good;
    let mut signatures = file["signatures"].as_array().unwrap().clone();
    signatures.push(json!({ "owner": stranger.address(), "signature": desk::signature(&stranger, &proposal) }));
    file["signatures"] = json!(signatures);
    desk.write("stranger.json", file.to_string());
    let before = desk.everything();
    let named = stranger.address().to_string();
    desk.json("import stranger.json").fails(3, "bad_signature").names(&[&named]);
    desk.json("exec stranger.json --private-key-env PAYER --yes").fails(4, "signatures_missing").names(&["1", "2"]);
    assert!(desk.everything() == before);
    let shown = desk.json("show stranger.json").data();
    let rejected = shown["status"]["signatures"].as_array().unwrap().iter().find(|it| it["owner"] == named).unwrap();
    assert_eq!(rejected["status"], "rejected");
}

#[test]
fn a_file_of_another_chain_does_not_fit_the_node() {
    let (desk, _) = desk("other chain");
    let elsewhere = SafeId::new(1, desk.safe);
    let domain = Domain::new(elsewhere, Version::V1_5_0).unwrap();
    let proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
    desk.write("mainnet.json", proposal.to_json());
    let before = desk.everything();
    for reader in READERS.iter().filter(|reader| !reader.starts_with("export")) {
        let line = reader.replace("FILE", "mainnet.json");
        let run = desk.quorate(&line).arg("--json").without("QUORATE_SAFE").run();
        run.fails(3, "wrong_chain").names(&["31337", "1"]).advises(&["--rpc-url"]);
    }
    assert!(desk.everything() == before);
}

#[test]
fn a_proposal_for_another_release_is_refused() {
    let (desk, _) = desk("other release");
    let domain = Domain::new(SafeId::new(31_337, desk.safe), Version::V1_3_0).unwrap();
    let mut proposal = Proposal::new(domain, SafeTx::default(), "").unwrap();
    let signature = desk::signature(&desk.owners[1], &proposal);
    proposal.sign(quorate_core::Signature::from_bytes(&alloy::hex::decode(signature).unwrap()).unwrap()).unwrap();
    desk.write("old.json", proposal.to_json());
    let before = desk.everything();
    for line in [
        "sign old.json --private-key-env KEY_0 --yes",
        "import old.json",
        "exec old.json --private-key-env PAYER --yes",
    ] {
        desk.json(line).fails(3, "wrong_contract").names(&["1.3.0", "1.5.0"]);
    }
    let mut file: Value = serde_json::from_str(&proposal.to_json()).unwrap();
    file["version"] = json!("0.9.0");
    desk.write("ancient.json", file.to_string());
    desk.json("show ancient.json").fails(3, "bad_proposal").names(&["0.9.0"]);
    fs::remove_file(desk.path("ancient.json")).unwrap();
    assert!(desk.everything() == before);
}

#[test]
fn pipes_devices_and_directories_are_refused_at_once() {
    let (desk, _) = desk("no files");
    assert!(Command::new("mkfifo").arg(desk.path("pipe.json")).status().unwrap().success());
    fs::create_dir(desk.path("directory.json")).unwrap();
    symlink("/dev/zero", desk.path("zero.json")).unwrap();
    symlink("pipe.json", desk.path("to-pipe.json")).unwrap();
    for name in ["pipe.json", "directory.json", "zero.json", "to-pipe.json", "/dev/zero", "/dev/stdin"] {
        refused(&desk, name, 3, "bad_proposal", &[name, "regular"]);
    }
    symlink("nowhere", desk.path("dangling.json")).unwrap();
    refused(&desk, "dangling.json", 2, "not_found", &["dangling.json"]);
}

#[test]
fn a_named_link_is_followed_and_stays_a_link() {
    let (desk, good) = desk("links");
    desk.write("target.json", good.to_string());
    symlink("target.json", desk.path("link.json")).unwrap();
    desk.sign("link.json", 1);
    assert!(fs::symlink_metadata(desk.path("link.json")).unwrap().is_symlink());
    assert_eq!(desk::proposal(&desk.path("target.json")).signatures().len(), 2);
}

#[test]
fn a_note_cannot_speak_to_the_terminal() {
    let desk = Desk::open("note", 1, 1);
    let payee = desk.address("payee").to_string();
    let note = "rent\u{1b}[2J\u{1b}]0;x\u{7}\u{202e}tnuoma\u{2066}\u{200b}\r\nto   0xevil\u{9b}31m\u{7f}\0x";
    // No argument can hold a NUL; a file can.
    let run = desk.quorate("propose --json").arg(payee).arg("--note").arg(note.replace('\0', "")).run();
    let path = desk.path(run.data()["file"].as_str().unwrap());
    let mut file: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    file["note"] = json!(note);
    fs::write(&path, file.to_string()).unwrap();
    for line in ["show 0", "list", "export 0", "sign 0 --private-key-env KEY_0 --yes"] {
        // That nothing harmful is printed is checked of every run. What a program reads is the note itself.
        let run = desk.run(line);
        assert!(!run.text().lines().any(|line| line.starts_with("to   0xevil")), "{run}");
    }
    assert_eq!(desk.json("show 0").data()["transaction"]["note"], note);
    assert_eq!(desk.json("list").data()["proposals"][0]["note"], note);
    let exported: Value = serde_json::from_str(desk.run("export 0").text()).unwrap();
    assert_eq!(exported["note"], note);
}

#[test]
fn the_name_of_a_file_cannot_speak_to_the_terminal() {
    let desk = Desk::open("file name", 1, 1);
    let name = "a\u{1b}[2J\u{202e}\n.json";
    desk.write(name, "{}");
    for json in [false, true] {
        let command = desk.quorate("show").arg(name);
        let run = if json { command.arg("--json").run() } else { command.run() };
        assert_eq!(run.exit, 3, "{run}");
    }
}

#[test]
fn a_note_has_a_limit() {
    let desk = Desk::open("long note", 1, 1);
    let payee = desk.address("payee");
    let run = desk.quorate(&format!("propose {payee} --json --note")).arg("x".repeat(4097)).run();
    run.fails(2, "usage").names(&["4097", "4096"]);
    desk.quorate(&format!("propose {payee} --json --note")).arg("x".repeat(4096)).run().data();
}
