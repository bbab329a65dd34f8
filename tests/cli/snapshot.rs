//! Envelopes as they were when somebody looked at them.

use std::{env, fs, path::Path};

use serde_json::{Value, json};

use crate::run::Run;

/// Set to `write`, it makes the snapshots anew; look at the difference before you commit it.
const VARIABLE: &str = "QUORATE_SNAPSHOTS";

/// What differs from run to run: it depends on the time, on the block, or on what a transaction cost.
const VARYING: [&str; 8] =
    ["block", "block_hash", "block_timestamp", "evidence_block", "gas_used", "rpc_url", "timestamp", "tx_hash"];

/// Compares the envelope of a run with `snapshots/<name>.json`.
#[track_caller]
pub(crate) fn compare(name: &str, run: &Run) {
    let mut envelope = run.envelope();
    redact(&mut envelope);
    compare_value(name, &envelope);
}

/// Compares an envelope of which more is left out than usual.
#[track_caller]
pub(crate) fn compare_value(name: &str, envelope: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cli/snapshots").join(format!("{name}.json"));
    let found = format!("{envelope:#}\n");
    if env::var_os(VARIABLE).is_some_and(|it| it == "write") {
        fs::write(&path, &found).unwrap();
        return;
    }
    let expected = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(
        found == expected,
        "{name} is not as it was; {VARIABLE}=write makes it anew.\nwas:\n{expected}\nis:\n{found}"
    );
}

/// Replaces what varies by its kind, so that the keys stay.
pub(crate) fn redact(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if VARYING.contains(&name.as_str()) && !value.is_null() {
                    *value = json!(format!("<{name}>"));
                } else {
                    redact(value);
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(redact),
        _ => {}
    }
}
