//! A diagnostic as JSON.

use migrate_check::{Diagnostic, Position, Severity};
use serde_json::{Value, json};

/// `place` is where it begins, if it is about a place in a file.
pub(crate) fn document(diagnostic: &Diagnostic, place: Option<Position>) -> Value {
    json!({
        "rule": diagnostic.rule,
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        "file": diagnostic.file,
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "message": diagnostic.message,
        "help": diagnostic.advice().collect::<Vec<_>>(),
    })
}
