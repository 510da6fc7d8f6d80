//! No migrations: the harness writes this file again wherever it measures.

pub(crate) static MIGRATIONS: &[(&str, &str)] = &[];
