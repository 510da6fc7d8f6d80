//! The history beside the set: what `status` shows. One message, no lock, no write.

use std::time::Duration;

use super::sql::{self, tag};
use super::wait::read_holder;
use super::{Engine, State};
use crate::error::Error;
use crate::migrations::{Checksum, Migration};
use crate::policy::Policy;
use crate::session::Row as ReplyRow;
use crate::status::{MigrationState, MigrationStatus, Status};
use crate::timestamp::Timestamp;

impl Engine<'_, '_> {
    /// Every migration that the set or the history knows, in order of version.
    pub(crate) async fn status(mut self) -> Result<Status, Error> {
        let sql = sql::status(self.table);
        let mut status = Status {
            table: self.table.to_string(),
            ..Status::default()
        };
        let mut rows = match self.ask_history(&sql).await? {
            Some(reply) => {
                self.leave_open(&reply).await;
                status.table_exists = true;
                status.holder = reply.tagged(tag::HOLDER).next().and_then(read_holder);
                reply.tagged(tag::ROW).cloned().collect()
            }
            None => Vec::new(),
        }
        .into_iter()
        .peekable();
        if rows.peek().is_none() && !self.set.is_empty() {
            status.other_histories = self.other_histories().await;
        }
        let newest = rows
            .clone()
            .rfind(|row| row.text(3) != Some(State::Retry.as_str()))
            .and_then(|row| row.number::<i64>(0));
        let newest_embedded = self.set.iter().last().map(|migration| migration.version);
        for migration in self.set {
            let before = |row: &ReplyRow| {
                row.number::<i64>(0)
                    .is_some_and(|version| version < migration.version)
            };
            while let Some(row) = rows.next_if(before) {
                status.entries.push(unknown(&row, newest_embedded));
            }
            let same = |row: &ReplyRow| row.number::<i64>(0) == Some(migration.version);
            let entry = match rows.next_if(same) {
                Some(row) => known(&migration, &row, newest, self.options.out_of_order),
                None => pending(&migration, newest, self.options.out_of_order),
            };
            status.entries.push(entry);
        }
        status
            .entries
            .extend(rows.map(|row| unknown(&row, newest_embedded)));
        Ok(status)
    }
}

fn pending(
    migration: &Migration<'_>,
    newest: Option<i64>,
    out_of_order: Policy,
) -> MigrationStatus {
    MigrationStatus {
        version: migration.version,
        name: migration.name.to_owned(),
        file: Some(migration.up.path()),
        state: pending_state(migration, newest, out_of_order),
        reversible: migration.down.is_some(),
        ..MigrationStatus::default()
    }
}

fn pending_state(
    migration: &Migration<'_>,
    newest: Option<i64>,
    out_of_order: Policy,
) -> MigrationState {
    let late = newest > Some(migration.version)
        && !migration.out_of_order
        && out_of_order == Policy::Refuse;
    if late {
        MigrationState::OutOfOrder
    } else {
        MigrationState::Pending
    }
}

fn known(
    migration: &Migration<'_>,
    row: &ReplyRow,
    newest: Option<i64>,
    out_of_order: Policy,
) -> MigrationStatus {
    let checksum = row.text(2).and_then(Checksum::from_hex);
    let done = row.number(4).unwrap_or_default();
    let same = migration.up.has_checksum(checksum);
    let recorded_name = row.text(1).filter(|name| *name != migration.name);
    let state = row.text(3).and_then(State::parse);
    let is_another = !same && recorded_name.is_some() && state != Some(State::Retry);
    let condition = match state {
        _ if is_another => MigrationState::VersionTaken,
        Some(State::Running) => MigrationState::Interrupted {
            done,
            of: migration.up.statements.len(),
        },
        // The version of a forgotten migration.
        Some(State::Retry) if recorded_name.is_some() || !same => {
            pending_state(migration, newest, out_of_order)
        }
        Some(State::Retry) => MigrationState::Pending,
        Some(State::Reverting) => MigrationState::Interrupted {
            done,
            of: migration
                .down
                .as_ref()
                .map_or(0, |down| down.statements.len()),
        },
        _ if !same => MigrationState::Drifted,
        Some(State::Baseline) => MigrationState::Baseline,
        _ => MigrationState::Applied,
    };
    MigrationStatus {
        name: migration.name.to_owned(),
        recorded_name: recorded_name.map(str::to_owned),
        file: Some(migration.up.path()),
        checksum_matches: Some(same),
        reversible: migration.down.is_some(),
        ..recorded(migration.version, condition, row)
    }
}

fn unknown(row: &ReplyRow, newest_embedded: Option<i64>) -> MigrationStatus {
    let version = row.number(0).unwrap_or_default();
    let condition = if row.text(3) == Some(State::Retry.as_str()) {
        MigrationState::Forgotten
    } else if newest_embedded > Some(version) {
        MigrationState::Missing
    } else {
        MigrationState::Ahead
    };
    recorded(version, condition, row)
}

fn recorded(version: i64, condition: MigrationState, row: &ReplyRow) -> MigrationStatus {
    let text = |column| row.text(column).map(str::to_owned);
    MigrationStatus {
        version,
        name: text(1).unwrap_or_default(),
        state: condition,
        applied_at: text(5).map(Timestamp::new),
        duration: row.number(6).map(Duration::from_millis),
        applied_by: text(7),
        reverting: row.text(3) == Some(State::Reverting.as_str()),
        note: text(8),
        ..MigrationStatus::default()
    }
}

#[cfg(all(test, feature = "directory"))]
mod tests {
    use super::{known, pending, unknown};
    use crate::migrations::Migrations;
    use crate::policy::Policy;
    use crate::session::Reply;
    use crate::status::MigrationState;

    /// What the history says of version 2, whose file is `2_b.sql`.
    struct Said {
        name: &'static str,
        same: bool,
        state: &'static str,
        done: u8,
    }

    fn of(said: &Said) -> MigrationState {
        let set = Migrations::of_texts(&[("2_b.sql", "SELECT 2;")]);
        let Some(migration) = set.get(2) else {
            return MigrationState::Missing;
        };
        let checksum = if said.same {
            migration.up.checksum.to_string()
        } else {
            "07".repeat(32)
        };
        let mut reply = Reply::default();
        let done = said.done.to_string();
        let row =
            ["2", said.name, &checksum, said.state, &done].map(|value| Some(value.to_owned()));
        reply.push_row(row.to_vec());
        let Some(row) = reply.rows().first() else {
            return MigrationState::Missing;
        };
        known(&migration, row, Some(2), Policy::Refuse).state
    }

    #[test]
    fn a_row_says_what_became_of_its_file() {
        let said = |name, same, state, done| {
            of(&Said {
                name,
                same,
                state,
                done,
            })
        };
        assert_eq!(said("b", true, "applied", 0), MigrationState::Applied);
        assert_eq!(said("b", true, "baseline", 0), MigrationState::Baseline);
        assert_eq!(said("b", false, "applied", 0), MigrationState::Drifted);
        // Renamed, and another one.
        assert_eq!(said("old", true, "applied", 0), MigrationState::Applied);
        assert_eq!(
            said("jobs", false, "applied", 0),
            MigrationState::VersionTaken
        );
        assert_eq!(
            said("b", true, "running", 1),
            MigrationState::Interrupted { done: 1, of: 1 }
        );
        // It has no down file any more.
        assert_eq!(
            said("b", true, "reverting", 1),
            MigrationState::Interrupted { done: 1, of: 0 }
        );
        assert_eq!(said("b", false, "retry", 0), MigrationState::Pending);
        assert_eq!(said("gone", false, "retry", 0), MigrationState::Pending);
    }

    #[test]
    fn without_a_row_it_is_pending_or_late_and_without_a_file_missing_or_ahead() {
        let set = Migrations::of_texts(&[
            ("2_b.sql", "SELECT 2;"),
            ("3_c.sql", "-- migrate: out-of-order\nSELECT 3;"),
        ]);
        let state = |version, newest, policy| {
            set.get(version)
                .map(|migration| pending(&migration, newest, policy).state)
        };
        assert_eq!(
            state(2, Some(1), Policy::Refuse),
            Some(MigrationState::Pending)
        );
        assert_eq!(
            state(2, Some(9), Policy::Refuse),
            Some(MigrationState::OutOfOrder)
        );
        assert_eq!(
            state(2, Some(9), Policy::Allow),
            Some(MigrationState::Pending)
        );
        assert_eq!(
            state(3, Some(9), Policy::Refuse),
            Some(MigrationState::Pending)
        );
        let unknown = |state: &str, newest| {
            let mut reply = Reply::default();
            let row = ["5", "gone", "", state].map(|value| Some(value.to_owned()));
            reply.push_row(row.to_vec());
            reply.rows().first().map(|row| unknown(row, newest).state)
        };
        assert_eq!(unknown("applied", Some(7)), Some(MigrationState::Missing));
        assert_eq!(unknown("applied", Some(3)), Some(MigrationState::Ahead));
        assert_eq!(unknown("retry", Some(7)), Some(MigrationState::Forgotten));
    }
}
