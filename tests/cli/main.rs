//! The command `quorate`, run as its users run it: the real binary, a real chain, real files.
//!
//! Every test has a directory, keys and Safes of its own, so all of them share one anvil and run side by side. What
//! holds for every run of the program, whatever it was asked, is checked in `run.rs`: no secret and no control character
//! ever leaves it, and with `--json` there is one envelope and nothing else.
#![allow(clippy::unwrap_used)]

mod binary;
mod chain;
mod desk;
mod machine;
mod node;
mod run;
mod snapshot;
#[cfg(target_os = "linux")]
mod terminal;

mod chains;
mod contracts;
mod creation;
mod execution;
mod failures;
mod foundry;
mod import;
mod interrupts;
mod keys;
mod mailbox;
mod migration;
mod names;
mod nested;
mod nodes;
mod offline;
#[cfg(target_os = "linux")]
mod prompts;
mod proposal_files;
mod settings;
mod settings_file;
mod signatures;
mod signers;
mod story;
mod usage;
mod writers;
