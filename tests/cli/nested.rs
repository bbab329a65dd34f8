//! A Safe inside a Safe inside a Safe.

use alloy::primitives::{Address, U256};

use crate::{
    chain::Local,
    desk::{self, Desk},
};

/// Makes a Safe with one owner.
fn safe_of(desk: &Desk, owner: Address) -> Address {
    let created = desk.json(&format!("safe create --threshold 1 {owner} --private-key-env PAYER")).data();
    created["address"].as_str().unwrap().parse().unwrap()
}

#[test]
fn a_safe_three_levels_up_confirms_on_chain_as_the_hint_says() {
    let mut desk = Desk::without_safe(Local::shared(), "three levels", 1);
    let upper = safe_of(&desk, desk.owners[0].address());
    let middle = safe_of(&desk, upper);
    let lower = safe_of(&desk, middle);
    desk.chain.endow(lower, "1");
    desk.machine.set("QUORATE_SAFE", format!("eip155:31337:{lower}"));
    let file = desk.payment(5);
    let before = std::fs::read(&file).unwrap();
    let hash = desk::proposal(&file).hash().to_string();

    let sign = |behalf: Address| desk.json(&format!("sign 0 --for {behalf} --private-key-env KEY_0 --yes"));
    let hints = [sign(middle), sign(upper)].map(|run| run.fails(3, "not_an_owner").hint);
    for hint in hints {
        let approval = format!("propose {lower} \"approveHash(bytes32)\" {hash}");
        assert!(hint.contains(&approval) && hint.contains("--approved"), "{hint}");
    }
    // Named by its whole hash, which looks like a private key, it is found, and so the hash can be repeated.
    let named = desk.json(&format!("sign {hash} --for {middle} --private-key-env KEY_0 --yes"));
    assert!(named.fails(3, "not_an_owner").hint.contains(&hash));
    desk.json(&format!("sign 0 --for {middle} --for {upper} --private-key-env KEY_0 --yes")).fails(2, "usage");
    // What the Safe in between is, only a node tells.
    desk.json(&format!("sign 0 --for {middle} --offline --private-key-env KEY_0 --yes")).fails(2, "usage");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    // A stranger is told nothing of it where there is nothing of it.
    let plain = desk.json(&format!("sign 0 --safe {lower} --private-key-env STRANGER --yes"));
    assert!(!plain.fails(3, "not_an_owner").hint.contains("approveHash"));

    // Its release is pinned as that of any other Safe.
    let pin = |version: &str| {
        let safe = format!("[safes.middle]\nchain = \"local\"\naddress = \"{middle}\"\nversion = \"{version}\"\n");
        desk.write("pin.toml", format!("[chains.local]\nchain_id = 31337\n{safe}"));
        desk.json(&format!("sign 0 --for {middle} --private-key-env KEY_0 --yes --config pin.toml"))
    };
    pin("1.4.1").fails(3, "wrong_contract").names(&["middle"]);
    pin("1.5.0").fails(3, "not_an_owner");

    let middle_safe = format!("--safe eip155:31337:{middle}");
    desk.propose(&format!("{lower} approveHash(bytes32) {hash} {middle_safe}"));
    desk.json(&format!("sign 0 {middle_safe} --for {upper} --private-key-env KEY_0 --yes")).data();
    desk.json(&format!("exec 0 {middle_safe} --private-key-env PAYER --yes")).data();
    desk.json(&format!("add-signature 0 --approved {middle}")).data();
    desk.json("exec 0 --private-key-env PAYER --yes").data();
    assert_eq!(desk.chain.balance(desk.address("payee")), U256::from(5));
}
