//! Nothing but a place for `ui.rs` and its cases.
