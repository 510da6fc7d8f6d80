//! Where things are.

use std::path::{Path, PathBuf};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    root.canonicalize().unwrap_or(root)
}

/// This workspace.
pub(crate) fn workspace() -> PathBuf {
    root().join("benches/peers")
}

/// Everything that measuring leaves behind.
pub(crate) fn work() -> PathBuf {
    root().join("target/peers")
}
