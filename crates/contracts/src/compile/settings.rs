//! The compiler's settings, from `foundry.toml` alone.

use std::{fmt::Display, fs, path::Path, str::FromStr};

use foundry_compilers::artifacts::{BytecodeHash, EvmVersion, Optimizer, OptimizerDetails, Settings, SettingsMetadata};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::CompileError;

/// Settings of forge that change bytecode and that are not read here.
const UNSUPPORTED: [&str; 6] = [
    "additional_compiler_profiles",
    "compilation_restrictions",
    "libraries",
    "model_checker",
    "remappings",
    "use_literal_content",
];

/// What `foundry.toml` says about compiling.
#[derive(Debug)]
pub(super) struct Configuration {
    pub(super) solc: Option<String>,
    pub(super) settings: Settings,
}

/// Reads the default profile.
pub(super) fn read(path: &Path) -> Result<Configuration, CompileError> {
    let text = fs::read_to_string(path).map_err(|source| CompileError::Read { path: path.to_owned(), source })?;
    parse(path, &text)
}

fn parse(path: &Path, text: &str) -> Result<Configuration, CompileError> {
    let wrong = |source| CompileError::Settings { path: path.to_owned(), source };
    let file: File = toml::from_str(text).map_err(wrong)?;
    let profile = file.profile.default;
    if let Some(name) = UNSUPPORTED.into_iter().find(|name| profile.contains_key(*name)) {
        return Err(CompileError::UnsupportedSetting { path: path.to_owned(), name: name.to_owned() });
    }
    let profile: Profile = toml::Value::Table(profile).try_into().map_err(wrong)?;

    let settings = Settings {
        optimizer: Optimizer {
            enabled: Some(profile.optimizer),
            runs: Some(profile.optimizer_runs),
            details: profile.optimizer_details,
        },
        metadata: Some(SettingsMetadata::new(profile.bytecode_hash, profile.cbor_metadata)),
        evm_version: Some(profile.evm_version),
        via_ir: Some(profile.via_ir),
        ..Settings::default()
    };
    Ok(Configuration { solc: profile.solc, settings })
}

#[derive(Debug, Deserialize)]
struct File {
    profile: Profiles,
}

#[derive(Debug, Deserialize)]
struct Profiles {
    default: toml::Table,
}

/// Every field that decides about bytecode must be present, so that nothing depends on anybody's defaults.
#[derive(Debug, Deserialize)]
struct Profile {
    solc: Option<String>,
    #[serde(deserialize_with = "name")]
    evm_version: EvmVersion,
    optimizer: bool,
    optimizer_runs: usize,
    optimizer_details: Option<OptimizerDetails>,
    via_ir: bool,
    #[serde(deserialize_with = "name")]
    bytecode_hash: BytecodeHash,
    cbor_metadata: bool,
}

/// Reads a name as `foundry.toml` spells it, in lower case; the compiler's own JSON spells some of them otherwise.
fn name<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r#"
        [profile.default]
        solc = "../scripts/solc"
        evm_version = "cancun"
        optimizer = true
        optimizer_runs = 200
        via_ir = true
        bytecode_hash = "none"
        cbor_metadata = false
        [profile.default.optimizer_details]
        yul = true
        [profile.default.optimizer_details.yulDetails]
        optimizerSteps = "u:f"
    "#;

    fn parse_text(text: &str) -> Result<Configuration, CompileError> {
        parse(Path::new("foundry.toml"), text)
    }

    #[test]
    fn settings_become_those_of_the_compiler() {
        let configuration = parse_text(SAMPLE).unwrap();
        assert_eq!(configuration.solc.as_deref(), Some("../scripts/solc"));
        let json = serde_json::to_value(configuration.settings).unwrap();
        assert_eq!(json["evmVersion"], "cancun");
        assert_eq!(json["viaIR"], true);
        assert_eq!(json["optimizer"]["runs"], 200);
        assert_eq!(json["optimizer"]["details"]["yulDetails"]["optimizerSteps"], "u:f");
        assert_eq!(json["metadata"], serde_json::json!({ "bytecodeHash": "none", "appendCBOR": false }));
    }

    #[test]
    fn a_setting_that_would_be_guessed_is_refused() {
        let error = parse_text(&SAMPLE.replace("via_ir = true", "")).unwrap_err();
        let CompileError::Settings { source, .. } = error else { panic!("{error:?}") };
        assert!(source.to_string().contains("via_ir"), "{source}");
    }

    #[test]
    fn a_setting_that_would_be_ignored_is_refused() {
        let text = SAMPLE.replace("via_ir = true", "via_ir = true\nremappings = []");
        let error = parse_text(&text).unwrap_err();
        assert!(matches!(&error, CompileError::UnsupportedSetting { name, .. } if name == "remappings"), "{error:?}");
    }
}
