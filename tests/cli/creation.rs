//! `quorate safe create`, `predict` and `info`.

use serde_json::Value;

use crate::{chain::Local, desk::Desk};

const FAMILIES: [(&str, &str); 4] = [("quorate", "1.5.0"), ("1.5.0", "1.5.0"), ("1.4.1", "1.4.1"), ("1.3.0", "1.3.0")];

#[test]
fn every_family_and_flavour_is_created_where_it_was_predicted() {
    let desk = Desk::without_safe(Local::shared(), "families", 2);
    let owners = format!("{} {}", desk.owners[0].address(), desk.owners[1].address());
    let mut addresses = Vec::new();
    for (family, version) in FAMILIES {
        for flavour in ["", "--l1"] {
            let spec = format!("--contracts {family} {flavour} --threshold 2 {owners} --salt-nonce 3");
            let predicted = desk.quorate(&format!("safe predict {spec} --json")).without("ETH_RPC_URL").run().data();
            let created = desk.json(&format!("safe create {spec} --private-key-env PAYER")).data();
            assert_eq!(created["address"], predicted["address"], "{spec}");
            assert_eq!(created["created"], true);
            assert_eq!(created["version"], version);
            let kind = if flavour.is_empty() { "l2" } else { "l1" };
            let contracts = created["contracts"].as_str().unwrap().to_lowercase();
            assert_eq!(contracts, format!("{family} ({kind})"));
            assert_eq!(created["singleton"], predicted["singleton"]);
            assert_eq!(created["fallback_handler"], predicted["fallback_handler"]);
            assert_eq!(created["threshold"], 2);
            addresses.push(created["address"].as_str().unwrap().to_owned());

            let again = desk.json(&format!("safe create {spec} --private-key-env PAYER")).data();
            assert_eq!((&again["created"], &again["tx_hash"]), (&Value::Bool(false), &Value::Null));
            assert_eq!(again["address"], created["address"]);
        }
    }
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), 8);
    assert_eq!(desk.chain.sent(desk.key("PAYER").address()), 8, "creating again sends nothing");
}

#[test]
fn another_salt_owner_order_or_handler_is_another_address() {
    let desk = Desk::without_safe(Local::shared(), "addresses", 2);
    let [one, two] = [desk.owners[0].address(), desk.owners[1].address()];
    let mut found: Vec<_> = [
        format!("--threshold 1 {one} {two}"),
        format!("--threshold 1 {one} {two} --salt-nonce 1"),
        format!("--threshold 1 {two} {one}"),
        format!("--threshold 2 {one} {two}"),
        format!("--threshold 1 {one} {two} --fallback-handler none"),
    ]
    .iter()
    .map(|spec| desk.json(&format!("safe predict {spec}")).data()["address"].as_str().unwrap().to_owned())
    .collect();
    let count = found.len();
    found.sort();
    found.dedup();
    assert_eq!(found.len(), count);
}

#[test]
fn a_set_up_that_cannot_be_is_refused_before_anything_is_asked() {
    let mut desk = Desk::without_safe(Local::shared(), "wrong set-up", 2);
    desk.machine.set("ETH_RPC_URL", "http://127.0.0.1:1");
    let [one, two] = [desk.owners[0].address().to_string(), desk.owners[1].address().to_string()];
    let zero = "0x0000000000000000000000000000000000000000";
    let sentinel = "0x0000000000000000000000000000000000000001";
    for (spec, named) in [
        (format!("--threshold 0 {one}"), "0"),
        (format!("--threshold 3 {one} {two}"), "3"),
        (format!("--threshold 1 {one} {one}"), one.as_str()),
        (format!("--threshold 1 {one} {zero}"), zero),
        (format!("--threshold 1 {sentinel}"), sentinel),
        (format!("--threshold 1 {}", one.replacen("0x", "0xZ", 1)), "0xZ"),
        (format!("--threshold 1 {}", &one[..41]), &one[..41]),
        (format!("--threshold 1 --salt-nonce -1 {one}"), "-1"),
        (format!("--threshold 1 {}", two.to_lowercase().replacen('a', "A", 1)), "checksum"),
    ] {
        let line = format!("safe create {spec} --private-key-env PAYER");
        desk.json(&line).fails(2, "usage").names(&[named]);
    }
    desk.json(&format!("safe create --contracts 1.2.0 --threshold 1 {one} --private-key-env PAYER")).fails(2, "usage");
}

#[test]
fn info_shows_a_safe_named_in_any_way() {
    let desk = Desk::open("info", 1, 1);
    for name in [desk.safe.to_string(), format!("31337:{}", desk.safe), format!("eip155:31337:{}", desk.safe)] {
        let info = desk.json(&format!("safe info --safe {name}")).data();
        assert_eq!(info["address"], desk.safe.to_string());
        assert_eq!(info["owners"][0]["address"], desk.owners[0].address().to_string());
        assert_eq!(info["owners"][0]["kind"], "key");
        assert_eq!(info["balance_wei"], "100000000000000000000");
    }
}
