//! For the crates that work on databases of their own making: finds the PostgreSQL that is installed on this machine or fetches
//! one, and finds the user to run it as (on Unix); and compares what two databases hold.
//!
//! An internal part of the `migrate` crates, without promises about its API.

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod installation;
mod schema;
#[cfg(unix)]
mod store;
#[cfg(unix)]
mod wheel;

#[cfg(unix)]
pub use account::Account;
#[cfg(unix)]
pub use installation::{Installation, directories};
pub use schema::{Schema, differences, objects};
#[cfg(unix)]
pub use store::Store;
#[cfg(unix)]
pub use wheel::{FETCHED, fetch};
