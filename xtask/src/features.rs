//! `cargo xtask features`: the library with every combination of its features, the test databases with each of theirs, and
//! what is checked at build and the program without their own.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Outcome;
use crate::cargo::{cargo, list, metadata, root, run as run_command, text};

const PACKAGE: &str = "migrate-runtime";

/// Features whose code is apart from that of the others: each is tried alone, and together where everything is on.
const APART: [&str; 3] = ["conformance", "sqlx", "sqlx-0_8"];

/// Runs clippy once for each combination. A feature that the library's own code does not mention only passes on to a
/// dependency: it is switched on wherever all others are, and not combined any further.
pub(crate) fn run() -> Outcome {
    let metadata = metadata()?;
    let code = code(&root().join(PACKAGE).join("src"))?;
    let (features, passed_on): (Vec<&str>, Vec<&str>) = list(&metadata, "packages")
        .find(|package| text(package, "name") == PACKAGE)
        .and_then(|package| package.get("features"))
        .and_then(Value::as_object)
        .ok_or_else(|| format!("{PACKAGE} has no features"))?
        .keys()
        .map(String::as_str)
        .filter(|feature| *feature != "default")
        .partition(|feature| code.contains(&format!("feature = \"{feature}\"")));
    let (apart, features): (Vec<&str>, Vec<&str>) = features
        .into_iter()
        .partition(|feature| APART.contains(feature));
    let mut combinations: Vec<Vec<&str>> = apart.iter().map(|feature| vec![*feature]).collect();
    for chosen in 0..1_u32 << features.len() {
        let mut combination: Vec<&str> = features
            .iter()
            .enumerate()
            .filter(|(place, _)| chosen & (1 << place) != 0)
            .map(|(_, feature)| *feature)
            .collect();
        if combination.len() == features.len() {
            combination.extend(&passed_on);
            combination.extend(&apart);
        }
        combinations.push(combination);
    }
    for combination in combinations {
        let combination = combination.join(",");
        eprintln!("features: [{combination}]");
        check(PACKAGE, &combination)?;
    }
    // Each adds a method that knows nothing of the others; what they share comes with any of them.
    for feature in ["", "postgres", "tokio-postgres", "sqlx", "sqlx-0_8"] {
        eprintln!("features: the test databases with [{feature}]");
        check("migrate-test", feature)?;
    }
    eprintln!("features: what is checked without the names");
    check("migrate-check", "")?;
    eprintln!("features: the program without TLS");
    check("migrate-cli", "")
}

/// Runs clippy with these features and no others.
fn check(package: &str, features: &str) -> Outcome {
    run_command(
        cargo()
            .args(["clippy", "--quiet", "--locked", "--package", package])
            .args(["--no-default-features", "--features", features])
            .args(["--", "--deny", "warnings"]),
    )
}

/// All sources below a folder, one after the other.
fn code(folder: &Path) -> Outcome<String> {
    let mut code = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            code.push_str(&self::code(&path)?);
        } else {
            code.push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(code)
}
