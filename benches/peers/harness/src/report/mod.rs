//! The report. After each step it is below `target/peers`; the committed one is written by the step `report` alone, which a whole
//! run ends with, so that no single step takes the place of what was measured in one go.

mod bars;
mod tables;
mod tests;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::figures::{Figures, Summary};
use crate::machine;
use crate::place::{root, work, workspace};

/// Writes the report into a folder, from whatever figures there are.
pub(crate) fn write(figures: &Figures, folder: &Path) -> Outcome {
    let lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
    let ours = fs::read_to_string(root().join("Cargo.lock"))?;
    let mut versions = String::new();
    for (name, lock) in [
        ("migrate-runtime", &ours),
        ("postgres", &lock),
        ("tokio-postgres", &lock),
        ("sqlx", &lock),
        ("refinery", &lock),
        ("diesel", &lock),
        ("diesel_migrations", &lock),
    ] {
        let version = machine::locked(lock, name).unwrap_or_default();
        let _ = write!(
            versions,
            "{}{name} {version}",
            if versions.is_empty() { "" } else { ", " }
        );
    }
    let server = fs::read_to_string(work().join("server")).unwrap_or_default();
    let mut text = format!(
        "# Measured side by side\n\n\
         Written by `cargo xtask peers`; [README.md](README.md) says what each figure is. Medians, and in brackets the\n\
         least and the most; the applications ran in turn.\n\n\
         - Date: {date}\n- Machine: {machine}\n- Compiler: {compiler}\n- Server: PostgreSQL {server}, it flushes what it commits\n\
         - Versions: {versions}\n",
        date = machine::date(),
        machine = machine::describe(),
        compiler = machine::compiler(),
    );
    bars::write(figures, &mut text);
    tables::write(figures, &mut text);
    tests::write(figures, &mut text);
    fs::write(folder.join("RESULTS.md"), text)?;
    Ok(())
}

/// Remembers on which server the figures were measured.
pub(crate) fn remember_server(version: &str) -> Outcome {
    fs::write(work().join("server"), version)?;
    Ok(())
}

/// A figure and its spread.
fn show(summary: Option<Summary>, digits: usize) -> String {
    match summary {
        None => "–".to_owned(),
        Some(one) if one.count == 1 => format!("{:.digits$}", one.median),
        Some(many) => format!(
            "{:.digits$} ({:.digits$}–{:.digits$})",
            many.median, many.least, many.most
        ),
    }
}
