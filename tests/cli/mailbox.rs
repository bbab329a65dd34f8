//! What lies in a mailbox beside this Safe's proposals: it is told of, left alone, and stops nothing.

use std::{
    fs::{self, File},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    time::Duration,
};

use quorate_core::{Domain, Proposal, SafeId, SafeTx, Version};

use crate::{
    desk::{self, Desk},
    run::Run,
};

/// Returns the hashes of the proposals that a list has.
#[track_caller]
fn hashes(list: &Run) -> Vec<String> {
    let data = list.data();
    data["proposals"].as_array().unwrap().iter().map(|it| it["safe_tx_hash"].as_str().unwrap().to_owned()).collect()
}

/// Returns the hash of the proposal in a file.
fn hash(file: &Path) -> String {
    desk::proposal(file).hash().to_string()
}

#[test]
fn hostile_files_are_told_of_and_stop_nothing() {
    let desk = Desk::open("hostile mailbox", 1, 1);
    let file = desk.payment(1);
    let directory = file.parent().unwrap();
    let outside = desk.write("outside.json", fs::read(&file).unwrap());
    let hostile = [
        "array.json",
        "dangling.json",
        "directory.json",
        "empty.json",
        "garbage.json",
        "huge.json",
        "link.json",
        "pipe.json",
        "zero.json",
    ];
    fs::write(directory.join("array.json"), "[".repeat(100_000)).unwrap();
    fs::write(directory.join("empty.json"), "").unwrap();
    fs::write(directory.join("garbage.json"), [0xff; 1000]).unwrap();
    fs::create_dir(directory.join("directory.json")).unwrap();
    File::create(directory.join("huge.json")).unwrap().set_len(64 << 20).unwrap();
    symlink(&outside, directory.join("link.json")).unwrap();
    symlink("nowhere", directory.join("dangling.json")).unwrap();
    symlink("/dev/zero", directory.join("zero.json")).unwrap();
    assert!(Command::new("mkfifo").arg(directory.join("pipe.json")).status().unwrap().success());
    // What is not named like a proposal is somebody's own affair.
    for name in ["notes.txt", ".hidden.json", "0-12345678.json.bak"] {
        fs::write(directory.join(name), "notes").unwrap();
    }

    let before = desk.everything();
    for line in ["list", "show 0", "export 0", "sign 0 --private-key-env KEY_0 --yes"] {
        let run = desk.json(line);
        run.data();
        let warnings = run.warnings();
        assert_eq!(warnings.len(), hostile.len(), "{run}");
        for name in hostile {
            assert!(warnings.iter().any(|warning| warning.contains(&format!("/{name}"))), "{name}: {run}");
        }
        assert!(run.took < Duration::from_secs(10), "{run}");
    }
    let people = desk.run("list");
    assert_eq!(people.text().lines().count(), 2, "{people}");
    assert_eq!(people.stderr.matches("warning:").count(), hostile.len(), "{people}");
    assert_eq!(hashes(&desk.json("list")), [hash(&file)]);
    assert_eq!(desk.propose(&desk.address("payee").to_string())["nonce"], "1");
    for (path, content) in before {
        assert!(path == file || fs::read(&path).unwrap() == content, "{} was changed", path.display());
    }
    assert_eq!(desk::proposal(&file).signatures().len(), 1);
    assert_eq!(desk::proposal(&outside).signatures().len(), 0);
}

#[test]
fn a_proposal_of_another_safe_is_left_out_by_name() {
    let [one, two] = [Desk::open("mixed in", 1, 1), Desk::open("mixed in too", 1, 1)];
    let ours = one.payment(1);
    let theirs = two.payment(1);
    // Under its own name, and under that of one of ours.
    let name = theirs.file_name().unwrap().to_owned();
    let places = [ours.with_file_name(name), ours.with_file_name("1-00000000.json")];
    for place in &places {
        fs::copy(&theirs, place).unwrap();
    }
    let list = one.json("list");
    assert_eq!(hashes(&list), [hash(&ours)]);
    let warnings = list.warnings();
    assert_eq!(warnings.len(), places.len(), "{list}");
    for place in &places {
        let (name, safe) = (place.file_name().unwrap().to_str().unwrap(), two.safe.to_string());
        assert!(warnings.iter().any(|it| it.contains(name) && it.contains(&safe)), "{list}");
    }
    one.json(&format!("show {}", hash(&theirs))).fails(2, "not_found");
    assert_eq!(one.json("show 0").data()["transaction"]["safe_tx_hash"], hash(&ours));
    assert_eq!(one.propose(&one.address("payee").to_string())["nonce"], "1");
}

#[test]
fn safes_and_chains_have_a_place_of_their_own() {
    let [one, two] = [Desk::open("own place", 1, 1), Desk::open("own place too", 1, 1)];
    let ours = one.payment(1);
    let theirs = two.payment(2);
    let domain = Domain::new(SafeId::new(1, one.safe), Version::V1_5_0).unwrap();
    let elsewhere = Proposal::new(domain, SafeTx::default(), "").unwrap();
    let elsewhere_file = one.write("mainnet.json", elsewhere.to_json());
    let import = |file: &Path| one.quorate("import --offline --json").arg(file).without("QUORATE_SAFE").run();
    import(&theirs).data();
    import(&elsewhere_file).data();

    let list = one.json("list");
    assert_eq!((hashes(&list), list.warnings()), (vec![hash(&ours)], vec![]));
    assert_eq!(one.json("show 0").data()["transaction"]["safe_tx_hash"], hash(&ours));
    assert_eq!(one.propose(&one.address("payee").to_string())["nonce"], "1");

    // Without a Safe, all are meant.
    let all = one.quorate("list --json").without("QUORATE_SAFE").run();
    let found = hashes(&all);
    for hash in [hash(&ours), hash(&theirs), elsewhere.hash().to_string()] {
        assert!(found.contains(&hash), "{all}");
    }
    assert_eq!((found.len(), all.warnings()), (4, vec![]));
    let refused = one.quorate("export 0 --json").without("QUORATE_SAFE").run().fails(2, "ambiguous");
    refused.names(&["3 proposals", &two.safe.to_string()]).advises(&["--safe"]);
    // A hash is enough, whatever the Safe.
    let shown = one.quorate(&format!("export {} --json", hash(&theirs))).without("QUORATE_SAFE").run().data();
    assert_eq!(shown["proposal"]["safe_tx_hash"], hash(&theirs));
}

#[test]
fn a_copy_under_another_name_does_not_make_a_proposal_unnameable() {
    let desk = Desk::open("copy", 2, 2);
    let file = desk.payment(1);
    let [before, after] = ["0-00000000.json", "zzz.json"].map(|name| file.with_file_name(name));
    fs::copy(&file, &before).unwrap();
    desk.sign(file.to_str().unwrap(), 0);
    fs::copy(&file, &after).unwrap();
    desk.sign(before.to_str().unwrap(), 1);

    for name in ["0", &hash(&file)] {
        let run = desk.json(&format!("show {name}"));
        assert_eq!(run.data()["file"].as_str().map(|it| desk.path(it)), Some(file.clone()), "{run}");
        assert_eq!(run.data()["status"]["confirmed"], 1, "{run}");
        let warnings = run.warnings();
        assert_eq!(warnings.len(), 2, "{run}");
        for copy in [&before, &after] {
            let name = copy.file_name().unwrap().to_str().unwrap();
            assert!(warnings.iter().any(|it| it.contains(name) && it.contains("quorate import")), "{run}");
        }
    }
    assert_eq!(hashes(&desk.json("list")), [hash(&file)]);
    // As the warning says.
    desk.quorate("import --json").arg(&before).run().data();
    assert_eq!(desk::proposal(&file).signatures().len(), 2);
    fs::remove_file(&before).unwrap();
    fs::remove_file(&after).unwrap();
    assert_eq!(desk.json("list").warnings(), [""; 0]);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn a_proposal_that_lost_its_name_is_found_under_another() {
    let desk = Desk::open("renamed", 1, 1);
    let file = desk.payment(1);
    let renamed = file.with_file_name("renamed.json");
    fs::rename(&file, &renamed).unwrap();
    let list = desk.json("list");
    assert_eq!((hashes(&list), list.warnings()), (vec![hash(&renamed)], vec![]));
    desk.sign("0", 0);
    assert_eq!(desk::proposal(&renamed).signatures().len(), 1);
}

#[test]
fn only_the_mailbox_itself_may_be_a_link() {
    let desk = Desk::open("linked", 1, 1);
    let file = desk.payment(1);
    let directory = file.parent().unwrap();
    symlink(directory.parent().unwrap(), desk.path("mailbox")).unwrap();
    assert_eq!(hashes(&desk.json("list --mailbox mailbox")), [hash(&file)]);

    fs::rename(directory, desk.path("moved")).unwrap();
    symlink(desk.path("moved"), directory).unwrap();
    let before = desk.everything();
    let list = desk.json("list");
    assert_eq!((hashes(&list).len(), list.warnings().len()), (0, 1), "{list}");
    let line = format!("propose {} --safe-nonce 9", desk.address("payee"));
    desk.json(&line).fails(3, "bad_proposal").names(&[directory.file_name().unwrap().to_str().unwrap()]);
    assert!(desk.everything() == before);
}

#[test]
fn a_mailbox_that_is_not_there_is_empty() {
    let desk = Desk::open("no mailbox", 1, 1);
    let before = desk.everything();
    let list = desk.json("list");
    assert_eq!((hashes(&list), list.warnings()), (vec![], vec![]));
    desk.json("show 0").fails(2, "not_found").advises(&["quorate list"]);
    assert!(desk.everything() == before);
    // What a file stands in the way of is told.
    desk.write("file", "precious");
    desk.json(&format!("propose {} --mailbox file", desk.address("payee"))).fails(1, "io").names(&["file"]);
    assert_eq!(desk.read("file"), "precious");
}

#[test]
fn an_origin_is_kept_bounded_and_shown_as_foreign_text() {
    let desk = Desk::open("origin", 1, 1);
    let to = desk.address("payee");
    let origin = "{\"name\":\"payroll \u{1b}[2J\u{202e}\"}";
    let proposed = desk.quorate(&format!("propose {to} --value 1 --json --origin")).arg(origin).run().data();
    assert_eq!(proposed["transaction"]["origin"], origin);
    let file = desk.path(proposed["file"].as_str().unwrap());
    assert_eq!(desk::proposal(&file).origin(), origin);
    // That nothing of it moves the cursor is checked of every run.
    let shown = desk.run("show 0");
    assert!(shown.text().contains("not signed: \"{\"name\":\"payroll"), "{shown}");
    // It is no part of what is signed, and travels with the file, which keeps what it has.
    for more in ["", "--origin other --note other"] {
        let again = desk.propose(&format!("{to} --value 1 --safe-nonce 0 {more}"));
        assert_eq!(again["safe_tx_hash"], proposed["safe_tx_hash"]);
        assert_eq!((&again["transaction"]["origin"], &again["transaction"]["note"]), (&origin.into(), &"".into()));
    }
    desk.json("export 0 --output copy.json").data();
    fs::remove_file(&file).unwrap();
    desk.json("import copy.json").data();
    assert_eq!(desk::proposal(&file).origin(), origin);

    let before = desk.everything();
    let long = "x".repeat(201);
    desk.json(&format!("propose {to} --value 2 --origin {long}")).fails(2, "usage").names(&["201", "200"]);
    assert!(desk.everything() == before);
    let plain = desk.propose(&format!("{to} --value 2"));
    assert!(plain["transaction"]["origin"].is_null());
}
