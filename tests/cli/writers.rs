//! Several processes that write the same proposal at once: nobody's signature is lost.

use std::{
    fs,
    path::Path,
    sync::Barrier,
    thread::{self, ScopedJoinHandle},
    time::Duration,
};

use crate::{
    binary,
    desk::{self, Desk},
    run::Run,
};

/// Runs all command lines at once; meanwhile `file`, once it is there, has to be a whole proposal whenever it is read.
fn at_once(desk: &Desk, file: &Path, lines: &[String]) -> Vec<Run> {
    // Otherwise the first would build the program while the others wait for it.
    binary::path();
    let (machine, start) = (&desk.machine, Barrier::new(lines.len()));
    let run = |line: &str| {
        start.wait();
        machine.json(line)
    };
    thread::scope(|scope| {
        let run = &run;
        let writers: Vec<_> = lines.iter().map(|line| scope.spawn(move || run(line))).collect();
        let mut signatures = 0;
        while !writers.iter().all(ScopedJoinHandle::is_finished) {
            if file.exists() {
                let now = desk::proposal(file).signatures().len();
                assert!(now >= signatures, "{signatures} signatures became {now}");
                signatures = now;
            }
            thread::sleep(Duration::from_millis(1));
        }
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    })
}

/// All owners have signed, and nothing but the proposal is in its directory.
#[track_caller]
fn complete(desk: &Desk, file: &Path) {
    let proposal = desk::proposal(file);
    for owner in &desk.owners {
        assert!(proposal.signatures().iter().any(|(by, _)| by == owner.address()), "{}", owner.address());
    }
    assert_eq!(proposal.signatures().len(), desk.owners.len());
    let names: Vec<_> = fs::read_dir(file.parent().unwrap()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(names, [file.file_name().unwrap()]);
    let listed = desk.json("list");
    assert_eq!(listed.warnings(), [""; 0]);
    assert_eq!(listed.data()["proposals"][0]["signatures"], desk.owners.len());
}

fn sign_at_once(seed: &str, owners: usize) {
    let desk = Desk::open(seed, owners, owners);
    let file = desk.payment(1);
    let line = |owner| format!("sign 0 --private-key-env KEY_{owner} --yes");
    for run in at_once(&desk, &file, &(0..owners).map(line).collect::<Vec<_>>()) {
        assert_eq!(run.data()["known"], false, "{run}");
    }
    complete(&desk, &file);
    desk.json("exec 0 --private-key-env PAYER --yes").data();
}

#[test]
fn two_owners_sign_at_once() {
    sign_at_once("two writers", 2);
}

#[test]
fn eight_owners_sign_at_once() {
    sign_at_once("eight writers", 8);
}

#[test]
fn eight_copies_are_imported_at_once_into_a_mailbox_without_the_proposal() {
    let desk = Desk::open("eight copies", 8, 8);
    let file = desk.payment(1);
    let mut lines = Vec::new();
    for owner in 0..8 {
        let copy = format!("copy-{owner}.json");
        desk.json(&format!("export 0 --output {copy}")).data();
        desk.sign(&copy, owner);
        lines.push(format!("import {copy}"));
    }
    fs::remove_file(&file).unwrap();
    for run in at_once(&desk, &file, &lines) {
        run.data();
    }
    complete(&desk, &file);
}

#[test]
fn keys_and_copies_and_signatures_from_elsewhere_meet() {
    let desk = Desk::open("mixed writers", 6, 6);
    let file = desk.payment(1);
    let mut lines = Vec::new();
    for owner in 0..2 {
        lines.push(format!("sign 0 --private-key-env KEY_{owner} --yes"));
        let copy = format!("copy-{owner}.json");
        desk.json(&format!("export 0 --output {copy}")).data();
        desk.sign(&copy, owner + 2);
        lines.push(format!("import {copy}"));
        lines.push(format!("add-signature 0 {}", desk::signature(&desk.owners[owner + 4], &desk::proposal(&file))));
    }
    for run in at_once(&desk, &file, &lines) {
        run.data();
    }
    complete(&desk, &file);
}

#[test]
fn the_same_key_twice_at_once_is_one_signature() {
    let desk = Desk::open("same key at once", 1, 1);
    let file = desk.payment(1);
    let line = "sign 0 --private-key-env KEY_0 --yes".to_owned();
    let runs = at_once(&desk, &file, &[line.clone(), line]);
    let known: Vec<_> = runs.iter().map(|run| run.data()["known"].as_bool().unwrap()).collect();
    assert_eq!(known.iter().filter(|known| **known).count(), 1, "{known:?}");
    complete(&desk, &file);
}
