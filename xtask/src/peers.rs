//! `cargo xtask peers`: the measuring in benches/peers, which is a workspace of its own.

use crate::Outcome;
use crate::cargo::{cargo, root, run as run_command};

const MANIFEST: [&str; 2] = ["--manifest-path", "benches/peers/Cargo.toml"];

/// Hands all arguments over.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    // The harness measures builds, and lets none of them go and fetch something.
    run_command(
        cargo()
            .args(["fetch", "--quiet", "--locked"])
            .args(MANIFEST),
    )?;
    // Without optimization on purpose: one step measures the macro's phases as a dev build has them.
    run_command(
        cargo()
            .args(["run", "--quiet", "--locked", "--package", "peers"])
            .args(MANIFEST)
            .arg("--target-dir")
            .arg(root().join("target/peers/harness"))
            .arg("--")
            .args(arguments),
    )
}
