//! The engine against real servers, through every driver.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod baseline;
mod bounds;
mod burst;
mod campaign;
mod cancel;
mod conformance;
mod correction;
mod corruption;
mod encodings;
mod errors;
mod file_end;
mod flushes;
mod forget;
mod guard;
mod herd;
mod history_table;
mod journal;
mod limits;
mod locks;
mod lookup;
mod many;
mod memory;
mod other_history;
mod policies;
mod pooling;
mod queues;
mod reindex;
mod repair;
mod revert;
mod roles;
mod run;
mod session;
mod set;
mod settings;
mod shared_table;
mod singly;
mod state;
mod surroundings;
mod tenants;
mod unsent;
mod unusable;
mod warnings;
mod wire;
