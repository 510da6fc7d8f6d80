//! Where it is not known which statements run, and in which order, nothing is said of what exists.

use crate::diagnostics::{Diagnostic, Severity};
use crate::lint;

/// Errors after which other statements run than those that were read, or in another order.
const CAUSES: [&str; 15] = [
    "alphabetical-order",
    "duplicate-version",
    "foreign-layout",
    "foreign-mark",
    "misnamed",
    "missing-directory",
    "not-a-directory",
    "not-a-file",
    "not-utf-8",
    "psql-command",
    "sub-directory",
    "too-large",
    "unclear-mark",
    "unlike-down",
    "unreadable",
];

/// Takes back what was found about names if there is such an error: correcting that may change it.
pub(super) fn withdraw(diagnostics: &mut Vec<Diagnostic>) {
    let is_cause =
        |found: &Diagnostic| found.severity == Severity::Error && CAUSES.contains(&found.rule);
    if diagnostics.iter().any(is_cause) {
        // Nor is it known what an `allow` is needed for.
        diagnostics.retain(|found| !lint::is_about_all(found.rule) && found.rule != "unused-allow");
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::load;
    use crate::settings::Settings;

    /// The rules that find something in a directory of these files.
    fn found(files: &[(&str, &[u8])]) -> Vec<&'static str> {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("migrations")).unwrap();
        for (name, content) in files {
            fs::write(root.path().join("migrations").join(name), content).unwrap();
        }
        let loaded = load(root.path(), "migrations", &Settings::default());
        loaded.diagnostics.iter().map(|found| found.rule).collect()
    }

    #[test]
    fn a_file_that_cannot_be_read_may_make_whatever_others_name() {
        let uses: (&str, &[u8]) = ("0002_b.sql", b"CREATE INDEX ON t (a);");
        for (maker, rule) in [
            (("0001_a.sql", &b"\xFF\xFEC\0"[..]), "not-utf-8"),
            (("0001a.sql", b"CREATE TABLE t (a int);"), "misnamed"),
            (
                (
                    "0001_a.sql",
                    b"-- +goose Up\nCREATE TABLE t (a int);\n-- +goose Down\nDROP TABLE t;",
                ),
                "foreign-mark",
            ),
            (("0001_a.sql", b"\\i tables.sql\n"), "psql-command"),
        ] {
            let other: (&str, &[u8]) = ("0003_c.sql", b"SELECT 1;");
            let mut rules = found(&[maker, uses, other]);
            rules.dedup();
            rules.retain(|rule| *rule != "index-not-concurrent");
            assert_eq!(rules, [rule]);
        }
        assert_eq!(found(&[uses]), ["index-not-concurrent", "unknown-name"]);
    }
}
