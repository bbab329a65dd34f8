//! docs/quorate.schema.json, the pages that show quorate.toml, and the program: all three say the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod schema;

use std::{collections::BTreeSet, fs, process::Command};

use serde_json::Value;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs");

const ADDRESS: &str = "0x41675C099F32341bf84BFc5382aF534df5C7461a";

fn quorate_schema() -> Value {
    serde_json::from_str(&fs::read_to_string(format!("{DOCS}/quorate.schema.json")).unwrap()).unwrap()
}

/// Reads a settings file as the program does; otherwise returns what it says.
fn program(settings: &str) -> Result<(), String> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("quorate.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
    let run = command.current_dir(directory.path()).env_clear().args(["list", "--json"]).output().unwrap();
    let envelope: Value = serde_json::from_slice(&run.stdout).unwrap();
    match run.status.code().unwrap() {
        0 => Ok(()),
        2 if envelope["errors"][0]["code"] == "config" => {
            Err(envelope["errors"][0]["message"].as_str().unwrap().to_owned())
        }
        _ => panic!("{envelope:#}"),
    }
}

fn value(settings: &str) -> Value {
    toml::from_str(settings).unwrap()
}

/// A file with every field there is.
fn full() -> String {
    format!(
        "safe = \"treasury\"\nmailbox = \"proposals\"\n[chains.mainnet]\nchain_id = 1\n\
         rpc = \"https://node.example/${{NODE_API_KEY}}\"\nheaders = {{ Authorization = \"Bearer ${{NODE_RPC_TOKEN}}\" }}\n\
         [safes.treasury]\nchain = \"mainnet\"\naddress = \"{ADDRESS}\"\nversion = \"1.4.1\"\n\
         [book]\npayroll = \"{ADDRESS}\"\n"
    )
}

#[test]
fn what_the_pages_show_follows_the_schema_and_is_taken() {
    let schema = quorate_schema();
    let mut shown = 0;
    for page in fs::read_dir(DOCS).unwrap().chain(fs::read_dir(format!("{DOCS}/..")).unwrap()) {
        let path = page.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for block in page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
            // Another file is shown with its name in the first line.
            if block.starts_with("# foundry.toml") {
                continue;
            }
            schema::check(&schema, &value(block))
                .unwrap_or_else(|error| panic!("{}: {error}\n{block}", path.display()));
            program(block).unwrap_or_else(|error| panic!("{}: {error}\n{block}", path.display()));
            shown += 1;
        }
    }
    assert!(shown > 0, "no page shows a quorate.toml");
}

#[test]
fn every_field_is_known_to_both() {
    let (schema, full) = (quorate_schema(), full());
    schema::expect(&schema, &value(&full));
    program(&full).unwrap();
    let odd = full.replacen("Authorization", "\"X_Key.1!#$%&'*+^`|~\"", 1);
    schema::expect(&schema, &value(&odd));
    program(&odd).unwrap();
    for (pointer, before) in [("", "safe = "), ("/$defs/chain", "chain_id = "), ("/$defs/safe", "chain = ")] {
        let with_unknown = full.replacen(&format!("\n{before}"), &format!("\nunheard_of = 1\n{before}"), 1);
        let with_unknown = if pointer.is_empty() { format!("unheard_of = 1\n{full}") } else { with_unknown };
        assert!(schema::check(&schema, &value(&with_unknown)).is_err(), "{pointer}");
        let told = program(&with_unknown).unwrap_err();
        let (_, expected) =
            told.split_once("unknown field `unheard_of`, expected one of ").unwrap_or_else(|| panic!("{told}"));
        let of_program: BTreeSet<_> = expected.split(", ").map(|name| name.trim_matches('`')).collect();
        let properties = schema.pointer(&format!("{pointer}/properties")).unwrap().as_object().unwrap();
        let of_schema: BTreeSet<_> = properties.keys().map(String::as_str).collect();
        assert_eq!(of_program, of_schema, "{pointer}");
    }
}

#[test]
fn what_the_schema_refuses_is_refused() {
    let (schema, full) = (quorate_schema(), full());
    for (from, to) in [
        ("\"proposals\"", "7"),
        ("chain_id = 1", "chain_id = \"1\""),
        ("chain_id = 1\n", ""),
        ("rpc = ", "# "),
        ("Authorization = ", "\"a b\" = "),
        ("\"Bearer ${NODE_RPC_TOKEN}\"", "7"),
        ("chain = \"mainnet\"\n", ""),
        ("1.4.1", "one"),
        (ADDRESS, "0x41675C"),
        ("[book]\n", "[book]\n\"0x1\" = \"0x41675C099F32341bf84BFc5382aF534df5C7461a\"\n"),
        ("payroll", "\"\""),
    ] {
        assert!(full.contains(from), "{from}");
        let wrong = full.replacen(from, to, 1);
        assert!(schema::check(&schema, &value(&wrong)).is_err(), "{wrong}");
        program(&wrong).unwrap_err();
    }
}
