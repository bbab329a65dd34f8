//! How a proposal is named: by its nonce, by its hash, by the start of it, or by its file.

use crate::desk::{self, Desk};

#[test]
fn a_nonce_a_hash_a_prefix_and_a_file_name_the_same_proposal() {
    let desk = Desk::open("names", 1, 1);
    desk.payment(1);
    let file = desk.payment(2);
    let hash = desk::proposal(&file).hash().to_string();
    let upper = format!("0x{}", hash[2..].to_uppercase());
    let absolute = file.to_str().unwrap();
    let relative = file.strip_prefix(desk.path("")).unwrap().to_str().unwrap();
    for name in ["1", "01", &hash, &upper, &hash[..10], &hash[..6], absolute, relative] {
        let shown = desk.json(&format!("show {name}")).data();
        assert_eq!(shown["transaction"]["safe_tx_hash"], hash, "{name}");
    }
    assert!(relative.ends_with(&format!("1-{}.json", &hash[2..10])), "{relative}");
}

#[test]
fn a_name_of_two_proposals_is_refused_with_both() {
    let desk = Desk::open("ambiguous", 1, 1);
    let payee = desk.address("payee");
    let hashes = [1, 2].map(|value| {
        let run = desk.json(&format!("propose {payee} --value {value} --safe-nonce 0"));
        assert_eq!(run.warnings().len(), usize::from(value == 2), "{run}");
        run.data()["safe_tx_hash"].as_str().unwrap().to_owned()
    });
    for line in ["show 0", "sign 0 --private-key-env KEY_0 --yes", "export 0", "exec 0 --private-key-env PAYER --yes"] {
        let refused = desk.json(line).fails(2, "ambiguous");
        refused.names(&["2 proposals", &hashes[0][..10], &hashes[1][..10]]).advises(&["hash"]);
    }
    desk.sign(&hashes[0], 0);
    assert_eq!(desk.json(&format!("show {}", hashes[1])).data()["status"]["confirmed"], 0);
}

#[test]
fn what_names_nothing_is_told() {
    let desk = Desk::open("nothing", 1, 1);
    desk.payment(1);
    for (name, code, named) in [
        ("7", "not_found", "7"),
        ("0xabcdef", "not_found", "0xabcdef"),
        ("missing.json", "not_found", "missing.json"),
        ("0x12", "usage", "0x12"),
        ("0x", "usage", "0x"),
    ] {
        desk.json(&format!("show {name}")).fails(2, code).names(&[named]);
    }
    desk.json(&format!("show {}", "9".repeat(100))).fails(2, "usage").names(&["256 bits"]);
    desk.json(&format!("show 0x{}", "1".repeat(65))).fails(2, "usage").names(&["65 digits"]);
    desk.quorate("show --json").arg("").run().fails(2, "not_found");
}

#[test]
fn the_same_proposal_twice_is_one_file_and_keeps_its_signatures() {
    let desk = Desk::open("same", 2, 2);
    let payee = desk.address("payee");
    let first = desk.propose(&format!("{payee} --safe-nonce 0"));
    desk.sign("0", 0);
    let again = desk.propose(&format!("{payee} --safe-nonce 0"));
    assert_eq!((&first["known"], &again["known"]), (&false.into(), &true.into()));
    assert_eq!(first["file"], again["file"]);
    assert_eq!(desk::proposal(&desk.path(first["file"].as_str().unwrap())).signatures().len(), 1);
}

#[test]
fn the_next_free_nonce_is_taken() {
    let desk = Desk::open("free", 1, 1);
    let payee = desk.address("payee");
    let nonces = ["", "--value 1", "--safe-nonce 5", "--value 2", "--value 3"]
        .map(|more| desk.propose(&format!("{payee} {more}"))["nonce"].as_str().unwrap().to_owned());
    assert_eq!(nonces, ["0", "1", "5", "2", "3"]);
}

#[test]
fn a_proposal_of_another_safe_is_not_taken_for_one_of_this() {
    let [one, two] = [Desk::open("this", 1, 1), Desk::open("that", 1, 1)];
    let file = two.payment(1);
    let line = format!("sign {} --private-key-env KEY_0 --yes", file.display());
    one.json(&line).fails(3, "refused").names(&[&one.safe.to_string(), &two.safe.to_string()]);
}
