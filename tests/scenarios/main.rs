//! The engine against real servers, through both drivers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod baseline;
mod cancel;
mod errors;
mod herd;
mod journal;
mod locks;
mod policies;
mod repair;
mod revert;
mod run;
mod session;
mod set;
mod surroundings;
mod wire;
