//! Compiles `contracts/` and rewrites the frozen artifacts, and the table of what is deployed where.
//!
//! ```text
//! cargo run -p quorate-contracts --features compile --example freeze
//! ```

use std::{error::Error, fs, io::Write, path::Path, process::ExitCode};

use quorate_contracts::{
    Table,
    compile::{Frozen, Project},
};

fn main() -> ExitCode {
    let Err(error) = freeze() else { return ExitCode::SUCCESS };
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    // Nothing is left to do if even that cannot be said.
    let _ = writeln!(std::io::stderr(), "error: {text}");
    ExitCode::FAILURE
}

fn freeze() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let project = Project::open(&workspace.join("contracts"))?;
    let contracts = project.contracts()?;
    write(&workspace.join("crates/contracts/artifacts"), &contracts)?;
    write(&workspace.join("anvil-fixtures/artifacts"), &project.fixtures()?)?;
    // Of what was compiled just now, and not of what this program carries.
    let table = Table::compiled(&contracts);
    update(&workspace.join("docs/deployments.json"), "deployments.json", &table.to_json())?;
    update(&workspace.join("docs/deployments.md"), "deployments.md", &table.to_markdown())
}

/// Writes what changed, and says so.
fn write(directory: &Path, artifacts: &[Frozen]) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(directory)?;
    for artifact in artifacts {
        update(&directory.join(format!("{}.json", artifact.name)), &artifact.name, &artifact.json)?;
    }
    Ok(())
}

fn update(path: &Path, name: &str, text: &str) -> Result<(), Box<dyn Error>> {
    let unchanged = fs::read_to_string(path).is_ok_and(|found| found == text);
    if !unchanged {
        fs::write(path, text)?;
    }
    let word = if unchanged { "unchanged" } else { "written" };
    writeln!(std::io::stdout(), "{word:9} {name}")?;
    Ok(())
}
