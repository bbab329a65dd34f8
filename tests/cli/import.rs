//! `quorate import` and `quorate export`.

use serde_json::Value;

use crate::desk::{self, Desk};

#[test]
fn a_copy_is_merged_and_nothing_is_lost() {
    let desk = Desk::open("merge", 3, 3);
    let file = desk.payment(1);
    desk.json("export 0 --output one.json").data();
    desk.json("export 0 --output two.json").data();
    desk.sign("0", 0);
    desk.sign("one.json", 1);
    desk.sign("two.json", 2);
    for (copy, signatures) in [("one.json", 2), ("two.json", 3), ("one.json", 3)] {
        let imported = desk.json(&format!("import {copy}")).data();
        assert_eq!(imported["imported"][0]["signatures"], signatures);
        assert_eq!(imported["imported"][0]["known"], true);
    }
    assert_eq!(desk::proposal(&file).signatures().len(), 3);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn of_several_files_the_good_ones_before_a_bad_one_stay() {
    let desk = Desk::open("several", 2, 2);
    desk.payment(1);
    desk.json("export 0 --output good.json").data();
    desk.sign("good.json", 0);
    desk.write("bad.json", "{}");
    desk.json("import good.json bad.json --mailbox other").fails(3, "bad_proposal").names(&["bad.json"]);
    let listed = desk.json("list --mailbox other").data();
    assert_eq!(listed["proposals"].as_array().unwrap().len(), 1);
}

#[test]
fn an_exported_file_is_not_overwritten_unasked() {
    let desk = Desk::open("overwrite", 1, 1);
    desk.payment(1);
    desk.write("there.json", "precious");
    desk.json("export 0 --output there.json").fails(2, "already_exists").names(&["there.json"]).advises(&["--force"]);
    assert_eq!(desk.read("there.json"), "precious");
    desk.json("export 0 --output there.json --force").data();
    desk::proposal(&desk.path("there.json"));
}

#[test]
fn an_export_to_stdout_is_the_file_itself() {
    let desk = Desk::open("stdout", 1, 1);
    let file = desk.payment(1);
    let run = desk.run("export 0");
    assert_eq!(run.text(), std::fs::read_to_string(file).unwrap());
    let enveloped = desk.json("export 0").data();
    assert_eq!(enveloped["proposal"], serde_json::from_str::<Value>(&run.stdout).unwrap());
}
