//! Disks that are full and places that cannot be written to. It is told, and every file is as it was.

use std::fs::{self, File};

use serde_json::Value;

use crate::desk::{self, Desk};

/// What makes every file that is written end after a block, as on a disk with no more room than that.
const FULL: &str = "trap '' XFSZ; ulimit -f 1";

/// A desk whose next proposals do not fit in one block, and a signed copy of the one that is there.
fn desk(seed: &str) -> Desk {
    let desk = Desk::open(seed, 2, 2);
    let payee = desk.address("payee");
    let note = "x".repeat(4096);
    desk.quorate(&format!("propose {payee} --json --note")).arg(note).run().data();
    desk.json("export 0 --output copy.json").data();
    desk.sign("copy.json", 0);
    desk.write("password", "a password");
    desk
}

#[test]
fn on_a_full_disk_everything_stays_as_it_was() {
    let desk = desk("full disk");
    let payee = desk.address("payee");
    let proposal = desk::proposal(&desk.path("copy.json"));
    let signature = desk::signature(&desk.owners[1], &proposal);
    let data = "00".repeat(4096);
    let before = desk.everything();
    for line in [
        &format!("propose {payee} --data 0x{data}"),
        "sign 0 --private-key-env KEY_1 --yes",
        "sign copy.json --private-key-env KEY_1 --yes",
        &format!("add-signature 0 {signature}"),
        "import copy.json",
        "import copy.json --mailbox other",
        "export 0 --output new.json",
        "export 0 --output copy.json --force",
    ] {
        let refusal = desk.quorate(&format!("{line} --json")).after(FULL).run().fails(1, "io");
        refusal.names(&[".json", "large"]);
        // Neither half a file nor one that was on the way.
        assert!(desk.everything() == before, "{line}: something was changed");
    }
    // With room again, nothing is in the way.
    desk.json("import copy.json").data();
    desk.sign("0", 1);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn a_key_that_does_not_fit_leaves_nothing_behind() {
    let desk = desk("full key");
    let before = desk.everything();
    let line = "key new made --keystore-dir keys --password-file password --json";
    desk.quorate(line).after("trap '' XFSZ; ulimit -f 0").run().fails(1, "io").names(&["made"]);
    assert!(desk.everything() == before);
    desk.quorate(line).run().data();
}

#[test]
fn a_result_that_cannot_be_printed_is_an_error() {
    let desk = desk("full stdout");
    for line in ["show 0", "show 0 --json", "list", "list --json", "export 0", "completions bash", "safe info"] {
        let stdout = File::create(desk.path("stdout")).unwrap();
        let run = desk.quorate(line).stdout(stdout).after("trap '' XFSZ; ulimit -f 0").run();
        assert_eq!(run.exit, 1, "{run}");
        assert!(run.stderr.contains("cannot write to stdout"), "{run}");
    }
}

#[test]
fn a_mailbox_that_is_a_file_is_told_and_stays() {
    let desk = desk("mailbox file");
    let payee = desk.address("payee");
    desk.write("box", "precious");
    desk.write("elsewhere/.quorate/proposals", "precious");
    let before = desk.everything();
    for line in [&format!("propose {payee}"), "import copy.json", "list", "show 0", "cancel 0"] {
        let copy = desk.path("copy.json");
        let line = line.replace("copy.json", copy.to_str().unwrap());
        desk.json(&format!("{line} --mailbox box")).fails(1, "io").names(&["box"]);
        let run = desk.quorate(&format!("{line} --json")).within("elsewhere").run();
        run.fails(1, "io").names(&[".quorate/proposals"]);
    }
    assert!(desk.everything() == before);
}

#[test]
fn a_directory_that_is_not_there_is_not_made_for_an_export() {
    let desk = desk("no directory");
    let before = desk.everything();
    desk.json("export 0 --output no/where.json").fails(2, "not_found").names(&["no/where.json"]);
    desk.json("export 0 --output copy.json/where.json").fails(1, "io").names(&["copy.json/where.json"]);
    assert!(desk.everything() == before && !desk.path("no").exists());
}

#[test]
fn one_file_that_cannot_be_read_does_not_hide_the_others() {
    let desk = desk("unreadable");
    let listed = desk.json("list").data();
    let file = desk.path(desk.json("show 0").data()["file"].as_str().unwrap());
    fs::create_dir(file.with_file_name("1-00000000.json")).unwrap();
    fs::write(file.with_file_name("2-00000000.json"), "").unwrap();
    let run = desk.json("list");
    assert_eq!(run.warnings().len(), 2, "{run}");
    let count = |data: &Value| data["proposals"].as_array().unwrap().len();
    assert_eq!((count(&listed), count(&run.data())), (1, 1));
}
