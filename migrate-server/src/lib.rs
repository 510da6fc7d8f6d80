//! Finds the PostgreSQL that is installed on this machine, and the user to run it as. On Unix only: elsewhere the crate is
//! empty.
//!
//! An internal part of the `migrate` crates, without promises about its API.

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod installation;

#[cfg(unix)]
pub use account::Account;
#[cfg(unix)]
pub use installation::{Installation, directories};
