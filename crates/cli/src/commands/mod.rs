//! One file a command: its arguments, what it does, and what it prints.

pub(crate) mod add_signature;
pub(crate) mod cancel;
pub(crate) mod chain_setup;
pub(crate) mod chain_standard_json;
pub(crate) mod chain_verify;
pub(crate) mod completions;
pub(crate) mod dev;
pub(crate) mod docs;
pub(crate) mod exec;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod key_address;
pub(crate) mod key_import;
pub(crate) mod key_list;
pub(crate) mod key_new;
pub(crate) mod list;
pub(crate) mod propose;
pub(crate) mod safe_create;
pub(crate) mod safe_info;
pub(crate) mod safe_migrate;
pub(crate) mod safe_predict;
pub(crate) mod show;
pub(crate) mod sign;
