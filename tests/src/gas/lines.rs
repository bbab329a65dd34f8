//! Which line of the sources a place in the code was compiled from.

use std::{collections::BTreeMap, fs, path::Path};

use alloy::primitives::Bytes;
use serde_json::Value;

use super::contracts::compiled;

/// The opcodes that carry a constant in the bytes behind them.
const PUSH1: u8 = 0x60;
const PUSH32: u8 = 0x7f;

/// A contract's code, instruction by instruction.
#[derive(Debug)]
pub struct Lines {
    /// Source, line and its text, by program counter.
    places: BTreeMap<usize, (String, usize, String)>,
}

impl Lines {
    /// Reads the source map that forge wrote into `out`, a directory beside the sources.
    ///
    /// # Panics
    ///
    /// If forge did not compile the contract `name` into `out`, or the sources are not there.
    pub fn read(out: &Path, name: &str) -> Self {
        let artifact = compiled(out, name);
        let deployed = &artifact["deployedBytecode"];
        let code: Bytes = deployed["object"].as_str().unwrap().parse().unwrap();
        let sources = sources(out, &artifact, name);
        let root = out.parent().unwrap();
        let texts: BTreeMap<&str, String> = sources
            .iter()
            .filter_map(|(id, path)| Some((id.as_str(), fs::read_to_string(root.join(path)).ok()?)))
            .collect();

        let mut places = BTreeMap::new();
        let mut fields = [String::new(), String::new(), String::new()];
        let mut pc = 0;
        for entry in deployed["sourceMap"].as_str().unwrap().split(';') {
            // A field that is left out is the one before.
            for (field, text) in fields.iter_mut().zip(entry.split(':')) {
                if !text.is_empty() {
                    text.clone_into(field);
                }
            }
            let [offset, _, id] = &fields;
            if let (Some(path), Some(text), Ok(offset)) =
                (sources.get(id), texts.get(id.as_str()), offset.parse::<usize>())
            {
                let line = text[..offset].matches('\n').count();
                let content = text.lines().nth(line).unwrap_or_default().trim();
                places.insert(pc, (path.clone(), line + 1, content.to_owned()));
            }
            let opcode = code[pc];
            pc += 1 + if (PUSH1..=PUSH32).contains(&opcode) { usize::from(opcode - PUSH1) + 1 } else { 0 };
        }
        Self { places }
    }

    /// Returns the source, the line and its text; `None` for what the compiler added.
    pub fn at(&self, pc: usize) -> Option<(&str, usize, &str)> {
        self.places.get(&pc).map(|(path, line, text)| (path.as_str(), *line, text.as_str()))
    }
}

/// Returns the sources by the number that source maps give them, which is another in every build.
fn sources(out: &Path, artifact: &Value, name: &str) -> BTreeMap<String, String> {
    let id = artifact["id"].as_u64().unwrap().to_string();
    let builds = fs::read_dir(out.join("build-info")).unwrap().map(|entry| entry.unwrap().path());
    let mut builds: Vec<_> = builds.map(|path| (fs::metadata(&path).unwrap().modified().unwrap(), path)).collect();
    builds.sort();
    builds
        .into_iter()
        .rev()
        .map(|(_, path)| {
            let build: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
            serde_json::from_value::<BTreeMap<String, String>>(build["source_id_to_path"].clone()).unwrap()
        })
        .find(|sources| sources.get(&id).is_some_and(|path| path.ends_with(&format!("/{name}.sol"))))
        .unwrap_or_else(|| panic!("no build in {} compiled {name}", out.display()))
}
