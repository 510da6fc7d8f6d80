//! The status table: a line for each migration.

use std::fmt::Write as _;

use migrate_runtime::Status;

/// Versions, states, times and names in columns.
pub(crate) fn table(status: &Status) -> String {
    let mut table = format!(
        "{:>14}  {:<9}  {:<20}  migration\n",
        "version", "state", "at"
    );
    for entry in &status.entries {
        // Writing to a String cannot fail.
        let _ = writeln!(
            table,
            "{:>14}  {:<9}  {:<20}  {}",
            entry.version,
            entry.state.to_string(),
            entry
                .applied_at
                .as_ref()
                .map_or("-", migrate_runtime::Timestamp::as_str),
            entry.name,
        );
    }
    table
}
