//! What a person and a node feel: how quickly the command starts, what memory it takes, and how many requests a whole
//! transaction makes.
//!
//! `QUORATE` names the binary; `scripts/bench` sets it.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use anvil_fixtures::{ACCOUNTS, Chain, Contents, Options};
use nix::sys::resource::{UsageWho, getrusage};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Instant,
};

fn main() {
    let binary = PathBuf::from(env::var_os("QUORATE").expect("QUORATE names the binary: run scripts/bench"));
    // First: the peak memory of children that have ended is that of the largest, and `--help` is meant.
    start_up(&binary);
    requests(&binary);
}

fn start_up(binary: &Path) {
    const RUNS: usize = 41;
    let mut times: Vec<_> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            assert!(Command::new(binary).arg("--help").output().unwrap().status.success());
            start.elapsed()
        })
        .collect();
    times.sort();
    // Kibibytes on Linux, bytes on macOS.
    let unit = if cfg!(target_os = "macos") { 1024 * 1024 } else { 1024 };
    let peak = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() * 10 / unit;
    let size = fs::metadata(binary).unwrap().len() / 1024 / 1024;
    println!("quorate --help");
    println!("  start-up, median of {RUNS:<22} {:>10} µs", times[RUNS / 2].as_micros());
    println!("  peak memory {:>41}.{} MiB", peak / 10, peak % 10);
    println!("  size of the binary {:>36} MiB", size);
}

/// A 2-of-3 from nothing to an executed payment, each step a command of its own.
fn requests(binary: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let chain = runtime.block_on(Chain::start(&Options { contents: Contents::Quorate, ..Options::default() })).unwrap();
    let directory = env::temp_dir().join(format!("quorate-bench-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();

    let run = |arguments: &[&str], key: usize, safe: &str| -> Output {
        let mut command = Command::new(binary);
        command.current_dir(&directory).args(arguments).args(["-v", "--json"]);
        // As quorate.toml would: the chain is named, so it need not be asked for.
        command.env("ETH_RPC_URL", chain.url()).env("CHAIN", chain.chain_id().to_string());
        command.env("KEY", ACCOUNTS[key].key.to_string());
        if !safe.is_empty() {
            command.env("QUORATE_SAFE", safe);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        output
    };
    let owners = ACCOUNTS[..3].iter().map(|account| account.address.to_string()).collect::<Vec<_>>().join(",");
    let payee = ACCOUNTS[5].address.to_string();
    let key = ["--private-key-env", "KEY"];
    let with_key = |arguments: &[&'static str]| [arguments, &key].concat();

    println!("create, propose, sign twice, execute             requests RPC calls");
    let mut total = [0, 0];
    let mut row = |name: &str, output: &Output| {
        let [requests, calls] = counts(output);
        total = [total[0] + requests, total[1] + calls];
        println!("  {name:<46} {requests:>8} {calls:>9}");
    };
    let create = run(&[&["safe", "create", &owners, "--threshold", "2"], &key[..]].concat(), 9, "");
    row("safe create", &create);
    let answer: serde_json::Value = serde_json::from_slice(&create.stdout).unwrap();
    let safe = format!("eip155:{}:{}", chain.chain_id(), answer["data"]["address"].as_str().unwrap());
    let funded = format!(r#"[{:?},"0x1"]"#, answer["data"]["address"].as_str().unwrap());
    runtime.block_on(fund(chain.url(), &funded));
    row("propose", &run(&["propose", &payee, "--value", "1"], 0, &safe));
    row("sign", &run(&with_key(&["sign", "0", "--yes"]), 0, &safe));
    row("sign", &run(&with_key(&["sign", "0", "--yes"]), 1, &safe));
    row("exec", &run(&with_key(&["exec", "0", "--yes"]), 9, &safe));
    println!("  {:<46} {:>8} {:>9}", "in all", total[0], total[1]);
    fs::remove_dir_all(&directory).unwrap();
}

async fn fund(url: &str, parameters: &str) {
    let client = alloy::rpc::client::ClientBuilder::default().http(url.parse().unwrap());
    let parameters: serde_json::Value = serde_json::from_str(parameters).unwrap();
    let _: serde_json::Value = client.request("anvil_setBalance", parameters).await.unwrap();
}

/// Reads what `-v` says: `N HTTP requests with M RPC calls`.
fn counts(output: &Output) -> [u64; 2] {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.contains("HTTP requests")).unwrap_or_else(|| panic!("{said}"));
    let mut numbers = line.split(' ').filter_map(|word| word.parse().ok());
    [numbers.next().unwrap(), numbers.next().unwrap()]
}
