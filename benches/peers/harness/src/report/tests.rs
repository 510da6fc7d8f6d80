//! The table of the step `tests`.

use std::fmt::Write as _;

use super::show;
use crate::figures::Figures;
use crate::tool::TESTS;

const SETS: [(&str, &str); 2] = [
    ("100", "100 migrations that make 100 tables"),
    (
        "altering",
        "100 migrations that make ten tables and alter them",
    ),
];

pub(super) fn write(figures: &Figures, text: &mut String) {
    for (set, about) in SETS {
        let figure =
            |what: &str, package: &str| figures.get(&format!("tests/{set}/{what}/{package}"));
        if figure("again", "peer-tests-migrate").is_none() {
            continue;
        }
        let _ = write!(
            text,
            "\n## 200 tests, {about}\n\n\
             Eight threads, a server in memory that does not flush, dev profile. Each test writes a row and reads it; seconds for all,\n\
             with the first run, which makes the template if there is one, and the second.\n\n\
             | | first run | again |\n|---|---|---|\n"
        );
        for tool in &TESTS {
            let first = show(figure("first", tool.package), 2);
            let again = show(figure("again", tool.package), 2);
            let _ = writeln!(text, "| {} | {first} | {again} |", tool.label);
        }
        let wait = |what: &str| show(figure(&format!("{what}-ms"), "peer-tests-migrate"), 1);
        let _ = write!(
            text,
            "\nWith **migrate-test**, in milliseconds: {} from the start to the first answer, above connecting, with the template there;\n\
             {} for a database that was made ahead; {} for one when a test follows the other at once, its copy and the drop of the last one included.\n",
            wait("first"),
            wait("ahead"),
            wait("busy")
        );
    }
}
