//! Runs a local chain with all fixtures until its input ends or it is killed.
//!
//! ```text
//! anvil-fixtures [nothing|quorate|everything]
//! ```
//!
//! Prints one line of JSON with the endpoint when the chain is ready.

use std::{
    env,
    io::{Read, Write, stderr, stdin, stdout},
    process::ExitCode,
};

use anvil_fixtures::{Chain, Contents, Options};

fn main() -> ExitCode {
    let contents = match env::args().nth(1).as_deref() {
        None | Some("everything") => Contents::Everything,
        Some("quorate") => Contents::Quorate,
        Some("nothing") => Contents::Nothing,
        Some(other) => {
            let _ = writeln!(stderr(), "error: expected nothing, quorate or everything, found {other}");
            return ExitCode::from(2);
        }
    };
    match run(contents) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(contents: Contents) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let chain = runtime.block_on(Chain::start(&Options { contents, ..Options::default() }))?;
    let ready = serde_json::json!({ "url": chain.url(), "chainId": chain.chain_id() });
    writeln!(stdout(), "{ready}")?;
    stdout().flush()?;
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
