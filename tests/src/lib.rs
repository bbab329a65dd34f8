//! What the tests and the benches of Quorate share.
#![allow(clippy::unwrap_used, reason = "what fails here has to fail the test or the bench that asked")]

pub mod gas;
pub mod signing;
