//! No migrations: the harness writes this file anew wherever it measures.

pub(crate) static MIGRATIONS: &[(&str, &str)] = &[];
