//! Programs that are ended in the middle: by Ctrl-C, and by the system.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Child, Command},
    thread,
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};

use crate::{
    desk::{self, Desk},
    machine::{Machine, finish},
    node::{Node, Reply, falsify},
};

/// How long is waited for what comes within moments.
const PATIENCE: Duration = Duration::from_secs(30);

/// What Ctrl-C does.
fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits until something is so.
#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Starts a chain without contracts, and returns where it listens.
fn dev(machine: &Machine) -> (Child, String) {
    let mut child = machine.quorate("dev --bare").spawn();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.find_map(|line| Some(line.strip_prefix("endpoint")?.trim().to_owned())).expect("an endpoint");
    // The rest is read, or nobody would be there to print it to.
    thread::spawn(move || lines.for_each(drop));
    (child, url.strip_prefix("http://").unwrap().to_owned())
}

#[test]
fn a_chain_ends_with_ctrl_c() {
    let machine = Machine::new();
    let (child, address) = dev(&machine);
    TcpStream::connect(&address).unwrap();
    interrupt(&child);
    let run = finish(child, "dev --bare".to_owned());
    assert_eq!(run.exit, 0, "to end it so is what it is for: {run}");
    assert!(TcpStream::connect(&address).is_err(), "anvil still runs at {address}");
    assert!(machine.everything().is_empty(), "something was left behind");
}

#[test]
fn a_chain_ends_with_the_program_that_started_it() {
    let machine = Machine::new();
    let (mut child, address) = dev(&machine);
    TcpStream::connect(&address).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    until("anvil ends", || TcpStream::connect(&address).is_err());
}

#[test]
fn ctrl_c_ends_a_command_that_waits() {
    let desk = Desk::open("interrupted", 1, 1);
    desk.payment(1);
    let before = desk.everything();
    for line in ["sign 0 --private-key-env KEY_0 --yes --json", "exec 0 --private-key-env PAYER --yes --json"] {
        let node = Node::start(|_, _| Reply::Silence);
        let child = desk.quorate(line).env("ETH_RPC_URL", node.url()).spawn();
        until("a request", || node.requests() > 0);
        interrupt(&child);
        finish(child, line.to_owned()).fails(130, "interrupted");
        assert!(desk.everything() == before);
    }
}

#[test]
fn ctrl_c_after_sending_names_what_was_sent() {
    let desk = Desk::open("interrupted after sending", 1, 1);
    desk.payment(1);
    desk.sign("0", 0);
    // The chain executes it, and its node never says so.
    let node = Node::between(desk.chain.url(), |_, request, answer| {
        falsify(request, answer, "eth_getTransactionReceipt", &Value::Null)
    });
    let line = "exec 0 --private-key-env PAYER --yes --json";
    let child = desk.quorate(line).env("ETH_RPC_URL", node.url()).spawn();
    until("the receipt is asked for again", || node.calls("eth_getTransactionReceipt") > 1);
    interrupt(&child);
    let hint = finish(child, line.to_owned()).fails(130, "interrupted").hint;
    let hash = hint.split_whitespace().find(|word| word.starts_with("0x")).unwrap_or_else(|| panic!("{hint}"));
    let sent = desk.chain.ask("eth_getTransactionByHash", &json!([hash]));
    assert_eq!(sent["from"].as_str().unwrap(), desk.key("PAYER").address().to_string().to_lowercase());
    assert_eq!(desk.nonce(), 1);
}

#[test]
fn a_program_that_is_killed_leaves_whole_files() {
    let desk = Desk::open("killed", 2, 2);
    let payee = desk.address("payee");
    let proposed = desk.quorate(&format!("propose {payee} --json --note")).arg("x".repeat(4096)).run().data();
    let file = desk.path(proposed["file"].as_str().unwrap());
    let unsigned = fs::read(&file).unwrap();
    desk.json("export 0 --evidence --output signed.json").data();
    desk.sign("signed.json", 0);
    desk.sign("signed.json", 1);
    let line = "import signed.json --offline --json";
    let took = desk.json("import signed.json --offline --mailbox other").took;

    const ROUNDS: u32 = 40;
    for round in 0..ROUNDS {
        // In turn, the file is there and gains signatures, or is not there.
        if round % 2 == 0 {
            fs::write(&file, &unsigned).unwrap();
        } else {
            fs::remove_file(&file).unwrap();
        }
        let mut child = desk.quorate(line).spawn();
        thread::sleep(took * round / ROUNDS);
        child.kill().unwrap();
        child.wait().unwrap();
        for entry in fs::read_dir(file.parent().unwrap()).unwrap().map(Result::unwrap) {
            if entry.path().extension().is_some_and(|extension| extension == "json") {
                let signatures = desk::proposal(&entry.path()).signatures().len();
                assert!(signatures == 0 || signatures == 2, "{signatures} signatures in round {round}");
            }
        }
        assert!(round % 2 == 1 || file.exists(), "the file is gone after round {round}");
        // What was left behind by the one that was killed is in nobody's way.
        desk.quorate(line).run().data();
        assert_eq!(desk::proposal(&file).signatures().len(), 2);
    }
    assert!(desk.json("list").warnings().is_empty());
    desk.json("exec 0 --private-key-env PAYER --yes").data();

    // What they left goes when it is old, with the next file that is written there.
    let directory = file.parent().unwrap();
    let left = || {
        let names = fs::read_dir(directory).unwrap().map(|it| it.unwrap().path());
        names.filter(|path| path.extension().is_some_and(|it| it == "tmp")).collect::<Vec<_>>()
    };
    fs::write(directory.join(".quorate-killed.tmp"), "half a propo").unwrap();
    let young = left();
    desk.payment(5);
    assert_eq!(left(), young, "another process may still be at work on them");
    for path in young {
        fs::File::open(path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(2 * 60 * 60)).unwrap();
    }
    desk.payment(6);
    assert!(left().is_empty(), "{:?}", left());
}
