//! The command line itself: help, version, completions, and everything that can be wrong with it.

use serde_json::Value;

use crate::{chain::Local, desk::Desk, machine::Machine};

/// Every command, as it is typed.
const COMMANDS: [&str; 18] = [
    "chain setup",
    "safe create",
    "safe predict",
    "safe info",
    "propose",
    "list",
    "show",
    "sign",
    "add-signature",
    "import",
    "export",
    "exec",
    "cancel",
    "key new",
    "key import",
    "key list",
    "key address",
    "dev",
];

#[test]
fn the_version_tells_the_commit() {
    let run = Machine::new().run("--version");
    let version = run.text().strip_prefix("quorate ").and_then(|it| it.trim_end().strip_suffix(')'));
    let (number, commit) = version.and_then(|it| it.split_once(" (")).unwrap_or_else(|| panic!("{run}"));
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    assert!(commit == "unknown" || commit.len() == 12 && commit.bytes().all(|it| it.is_ascii_hexdigit()), "{run}");
}

#[test]
fn every_command_has_help_on_stdout() {
    let machine = Machine::new();
    let overview = machine.run("--help");
    for command in COMMANDS {
        let name = command.split(' ').next().unwrap();
        assert!(overview.text().contains(&format!("\n  {name}")), "{name}: {overview}");
        for flag in ["--help", "-h"] {
            let run = machine.run(&format!("{command} {flag}"));
            assert!(run.text().contains(&format!("Usage: quorate {command}")), "{run}");
            assert_eq!(run.stderr, "");
        }
    }
    // Neither is refused by what would be refused without it.
    assert!(machine.run("sign --help --json").text().contains("Usage:"));
}

#[test]
fn a_key_as_an_argument_is_not_advertised() {
    let machine = Machine::new();
    for command in COMMANDS {
        let help = machine.run(&format!("{command} --help"));
        let flags = help.text().split_whitespace().filter(|word| word.starts_with("--private-key"));
        for flag in flags {
            let known = ["--private-key-env", "--private-key-stdin"];
            assert!(known.iter().any(|it| flag.starts_with(it)), "{flag}: {help}");
        }
    }
}

#[test]
fn every_shell_has_completions() {
    let machine = Machine::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = machine.run(&format!("completions {shell}"));
        for word in ["quorate", "add-signature", "private-key-env"] {
            assert!(run.text().contains(word), "{shell} does not complete {word}");
        }
        assert_eq!(run.stderr, "");
    }
    machine.json("completions tcsh").fails(2, "usage").names(&["tcsh", "bash"]);
}

#[test]
fn a_wrong_command_line_ends_with_two_in_both_forms() {
    let machine = Machine::new();
    let address = "0x0000000000000000000000000000000000000007";
    for (line, named) in [
        ("frobnicate".to_owned(), "frobnicate"),
        ("safe frobnicate".to_owned(), "frobnicate"),
        ("list --frobnicate".to_owned(), "--frobnicate"),
        ("list extra".to_owned(), "extra"),
        ("sign".to_owned(), "PROPOSAL"),
        ("import".to_owned(), "FILE"),
        ("list --rpc-timeout soon".to_owned(), "soon"),
        (format!("propose {address} --operation sometimes"), "sometimes"),
        (format!("propose {address} f() --data 0x"), "--data"),
        ("add-signature 0 0x00 --approved 0x01".to_owned(), "--approved"),
        ("sign 0 --account one --keystore two".to_owned(), "--keystore"),
        ("export 0 --force".to_owned(), "--output"),
        (format!("safe predict {address}"), "--threshold"),
        (format!("safe predict {address} --threshold 1 --contracts 1.2.0"), "1.2.0"),
        ("dev --port 65536".to_owned(), "65536"),
        ("dev --bare --only-quorate".to_owned(), "--only-quorate"),
    ] {
        machine.json(&line).fails(2, "usage").names(&[named]);
        let run = machine.run(&line);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{run}");
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(named), "{run}");
    }
    // Without anything to do, it says what there is.
    let run = machine.run("");
    assert!(run.exit == 2 && run.stderr.contains("Usage: quorate"), "{run}");
}

#[test]
fn what_is_missing_is_told_by_its_own_word() {
    let mut desk = Desk::open("missing", 1, 1);
    desk.payment(1);
    let safe = desk.safe.to_string();
    desk.quorate("safe info --json").without("QUORATE_SAFE").run().fails(2, "safe_missing").advises(&["--safe"]);
    desk.quorate("safe info --json").without("ETH_RPC_URL").run().fails(2, "rpc_missing").advises(&["--rpc-url"]);
    for line in ["sign 0 --yes", "exec 0 --yes", "key address", "chain setup"] {
        desk.json(line).fails(2, "signer_missing").advises(&["--account", "--private-key-env", "--ledger"]);
    }
    desk.machine.set("QUORATE_SAFE", "");
    desk.machine.set("SAFE_ADDRESS", &safe);
    assert_eq!(desk.json("safe info").data()["address"], safe, "an empty variable counts as absent");
}

#[test]
fn a_call_that_cannot_be_encoded_is_refused_before_anything_is_asked() {
    let mut desk = Desk::without_safe(Local::shared(), "encoding", 1);
    desk.machine.set("ETH_RPC_URL", "http://127.0.0.1:1");
    desk.machine.set("QUORATE_SAFE", "31337:0x0000000000000000000000000000000000000007");
    let before = desk.everything();
    let to = desk.address("payee").to_string();
    let typo = to.chars().rev().map(|c| if c.is_ascii_alphabetic() && c != 'x' { swap(c) } else { c });
    let typo: String = typo.rev().collect();
    for (line, named) in [
        (format!("{to} --value 1.5"), "1.5"),
        (format!("{to} --value 1e18"), "1e18"),
        (format!("{to} --value=-1"), "-1"),
        (format!("{to} --value 0.0000000000000000001ether"), "decimals"),
        (format!("{to} --data 1234"), "0x"),
        (format!("{to} --data 0x123"), "hexadecimal"),
        (format!("{to} transfer"), "transfer"),
        (format!("{to} transfer(address,uint256) {to}"), "2 arguments; 1"),
        (format!("{to} transfer(address,uint256) {to} much"), "much"),
        (format!("{to} f(uint8) 256"), "256"),
        (format!("{to} f(address) {typo}"), "checksum"),
        (format!("{typo} --value 1"), "checksum"),
        ("landlord --value 1".to_owned(), "landlord"),
        (format!("{to} --safe-nonce first"), "first"),
        (format!("{to} --gas-token {typo}"), "checksum"),
    ] {
        desk.json(&format!("propose {line}")).fails(2, "usage").names(&[named]);
    }
    assert!(desk.everything() == before, "something was written");
}

const fn swap(c: char) -> char {
    if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
}

#[test]
fn every_field_of_a_transaction_can_be_given() {
    let desk = Desk::open("fields", 1, 1);
    let (payee, token) = (desk.address("payee").to_string(), desk.address("token").to_string());
    let proposed = desk.propose(&format!(
        "{payee} --value 0x10 --data 0x1234 --operation delegate-call --safe-nonce 8 --safe-tx-gas 1 --base-gas 2 \
         --gas-price 3 --gas-token {token} --refund-receiver {payee}"
    ));
    let file: Value = serde_json::from_str(&desk.read(proposed["file"].as_str().unwrap())).unwrap();
    let transaction = &file["transaction"];
    for (field, value) in [
        ("to", Value::from(payee.as_str())),
        ("value", "16".into()),
        ("data", "0x1234".into()),
        ("operation", 1.into()),
        ("safeTxGas", "1".into()),
        ("baseGas", "2".into()),
        ("gasPrice", "3".into()),
        ("gasToken", token.as_str().into()),
        ("refundReceiver", payee.as_str().into()),
        ("nonce", "8".into()),
    ] {
        assert_eq!(transaction[field], value, "{field}");
    }
    // What must not be missed is said in words, on a page without colours as well.
    let shown = desk.run("show 8");
    for word in ["!! DELEGATECALL", "!! REFUND"] {
        assert!(shown.text().contains(word), "{word}: {shown}");
    }
    let callouts = desk.json("show 8").data()["transaction"]["callouts"].as_array().unwrap().len();
    assert!(callouts >= 2, "{shown}");
}

#[test]
fn a_change_of_owners_is_called_out() {
    let desk = Desk::open("owners change", 1, 1);
    let (safe, new) = (desk.safe, desk.address("new owner"));
    for (call, callout) in [
        (format!("addOwnerWithThreshold(address,uint256) {new} 2"), "OWNER CHANGE"),
        ("changeThreshold(uint256) 1".to_owned(), "THRESHOLD CHANGE"),
        (format!("enableModule(address) {new}"), "MODULE CHANGE"),
        (format!("setGuard(address) {new}"), "GUARD CHANGE"),
        (format!("setFallbackHandler(address) {new}"), "HANDLER CHANGE"),
    ] {
        let proposed = desk.propose(&format!("{safe} {call}"));
        let hash = proposed["safe_tx_hash"].as_str().unwrap();
        let signed = desk.run(&format!("sign {hash} --private-key-env KEY_0 --yes"));
        assert!(signed.text().contains("signed") && signed.stderr.contains(callout), "{signed}");
    }
}
