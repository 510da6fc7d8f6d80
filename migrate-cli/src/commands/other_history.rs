//! Histories of other tools, found while ours has no rows.

use migrate_runtime::OtherHistory;
use serde_json::{Value, json};

/// A line for each, with what to do about it.
pub(super) fn other_histories(found: &[OtherHistory]) -> impl Iterator<Item = String> {
    found.iter().map(|other| {
        format!(
            "{other}: if it has applied these files, record that before a run: `migrate adopt --from {} --dry-run` shows what would be recorded",
            other.tool
        )
    })
}

/// The same, for programs.
pub(super) fn other_documents(found: &[OtherHistory]) -> Vec<Value> {
    let document = |other: &OtherHistory| json!({ "table": other.table, "tool": other.tool });
    found.iter().map(document).collect()
}
