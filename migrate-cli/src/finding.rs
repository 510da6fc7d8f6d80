//! A diagnostic as JSON.

use migrate_check::{Diagnostic, Position, Severity};
use serde_json::{Value, json};

/// `text` is what it points into.
pub(crate) fn document(diagnostic: &Diagnostic, text: Option<&str>) -> Value {
    let place = diagnostic
        .span
        .as_ref()
        .zip(text)
        .map(|(span, text)| Position::of(text, span.start));
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
        "help": diagnostic.help,
    })
}
