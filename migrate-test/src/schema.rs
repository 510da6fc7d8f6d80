//! What a database holds, for comparing.

use migrate_runtime::HistoryTable;
use migrate_server::{Schema, objects};
use postgres::{Client, SimpleQueryMessage};

/// Lines for all objects but the history table.
pub(crate) fn schema(client: &mut Client, history: &HistoryTable) -> Result<Schema, String> {
    let sql = objects(&history.to_string(), "");
    let answer = client.simple_query(&sql).map_err(|error| {
        let reason = crate::error::reason(&error);
        format!("cannot read the schema of the database: {reason}")
    })?;
    let lines = answer.into_iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(lines.collect())
}

/// Differences as the lines below a message: `-` for what is missing, `+` for what is there as well.
pub(crate) fn indented(differences: &[String]) -> String {
    let lines = differences
        .iter()
        .map(|line| format!("    {}", line.replace('\n', "\n      ")));
    lines.collect::<Vec<_>>().join("\n")
}
