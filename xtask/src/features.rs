//! `cargo xtask features`: the library with every combination of its features.

use serde_json::Value;

use crate::Outcome;
use crate::cargo::{cargo, list, metadata, run as run_command, text};

const PACKAGE: &str = "migrate-runtime";

/// Runs clippy once for each combination.
pub(crate) fn run() -> Outcome {
    let metadata = metadata()?;
    let features: Vec<&str> = list(&metadata, "packages")
        .find(|package| text(package, "name") == PACKAGE)
        .and_then(|package| package.get("features"))
        .and_then(Value::as_object)
        .ok_or_else(|| format!("{PACKAGE} has no features"))?
        .keys()
        .map(String::as_str)
        .filter(|feature| *feature != "default")
        .collect();
    for chosen in 0..1_u32 << features.len() {
        let combination: Vec<&str> = features
            .iter()
            .enumerate()
            .filter(|(place, _)| chosen & (1 << place) != 0)
            .map(|(_, feature)| *feature)
            .collect();
        let combination = combination.join(",");
        eprintln!("features: [{combination}]");
        run_command(
            cargo()
                .args(["clippy", "--quiet", "--locked", "--package", PACKAGE])
                .args(["--no-default-features", "--features", &combination])
                .args(["--", "--deny", "warnings"]),
        )?;
    }
    Ok(())
}
