//! What a migration locks, rewrites and scans.

use std::collections::BTreeSet;

use migrate_runtime::HistoryTable;
use tokio_postgres::error::Severity;

use super::Scratch;
use crate::failure::Failure;

/// A lock on a table that was there before the migration, held until its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lock {
    pub(crate) table: String,
    /// As PostgreSQL's documentation spells it, e.g. `ACCESS EXCLUSIVE`.
    pub(crate) mode: String,
}

impl Lock {
    /// What it blocks; None for the locks that queries take themselves.
    pub(crate) fn blocks(&self) -> Option<&'static str> {
        match self.mode.as_str() {
            "ACCESS EXCLUSIVE" => Some("blocks reads and writes until the migration commits"),
            "EXCLUSIVE" | "SHARE ROW EXCLUSIVE" | "SHARE" => {
                Some("blocks writes until the migration commits")
            }
            "SHARE UPDATE EXCLUSIVE" => Some("blocks neither reads nor writes"),
            _ => None,
        }
    }
}

/// `AccessExclusiveLock`, as `pg_locks` has it, becomes `ACCESS EXCLUSIVE`, as the documentation has it.
fn documented(mode: &str) -> String {
    let mut name = String::new();
    for character in mode.trim_end_matches("Lock").chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push(' ');
        }
        name.push(character.to_ascii_uppercase());
    }
    name
}

/// Work whose length grows with a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Work {
    /// `rewrites`, `scans` or `builds an index on`.
    pub(crate) what: &'static str,
    pub(crate) table: String,
}

/// Holds the observer's own objects in the scratch database.
pub(super) const SCHEMA: &str = "migrate_scratch";

impl Scratch {
    /// Prepares the observation. The history table must exist.
    pub(crate) async fn watch(&self, history: &HistoryTable) -> Result<(), Failure> {
        self.rows(&format!(
            "CREATE SCHEMA {SCHEMA};
             CREATE TABLE {SCHEMA}.known (oid oid PRIMARY KEY, name text);
             CREATE TABLE {SCHEMA}.validated (oid oid PRIMARY KEY);
             CREATE TABLE {SCHEMA}.locks (name text, mode text);
             CREATE FUNCTION {SCHEMA}.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
             SET search_path = pg_catalog, pg_temp AS $body$
             BEGIN
                 INSERT INTO {SCHEMA}.locks SELECT DISTINCT known.name, held.mode
                 FROM pg_locks held JOIN {SCHEMA}.known ON known.oid = held.relation
                 WHERE held.pid = pg_backend_pid() AND held.locktype = 'relation' AND held.granted;
                 RETURN NULL;
             END $body$;
             CREATE CONSTRAINT TRIGGER migrate_scratch AFTER INSERT OR UPDATE ON {history}
             DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.note()"
        ))
        .await?;
        Ok(())
    }

    /// Begins the observation of one migration: only tables that exist now can be in use by others.
    pub(crate) async fn begin(
        &mut self,
        history: &HistoryTable,
    ) -> Result<BTreeSet<String>, Failure> {
        let rows = self
            .rows(&format!(
                "TRUNCATE {SCHEMA}.known, {SCHEMA}.validated, {SCHEMA}.locks;
                 INSERT INTO {SCHEMA}.validated
                 SELECT oid FROM pg_constraint WHERE contype = 'f' AND convalidated;
                 INSERT INTO {SCHEMA}.known SELECT c.oid, c.oid::regclass::text
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'p', 'm') AND c.oid <> '{table}'::regclass
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', '{SCHEMA}');
                 SELECT c.relname FROM {SCHEMA}.known k JOIN pg_class c USING (oid)",
                table = history.to_string().replace('\'', "''"),
            ))
            .await?;
        // Earlier notices are not about this migration.
        while self.notices.try_recv().is_ok() {}
        Ok(rows.into_iter().flatten().collect())
    }

    /// What the migration did to the tables `known` before it.
    pub(crate) async fn end(
        &mut self,
        known: &BTreeSet<String>,
    ) -> Result<(Vec<Lock>, Vec<Work>), Failure> {
        let mut work = BTreeSet::new();
        let mut keys = BTreeSet::new();
        while let Ok(notice) = self.notices.try_recv() {
            if notice.parsed_severity() != Some(Severity::Debug) {
                continue;
            }
            if let Some(found) = read_work(notice.message())
                && known.contains(&found.table)
            {
                work.insert(found);
            }
            keys.extend(read_foreign_key(notice.message()));
        }
        if !keys.is_empty() {
            work.extend(self.validated(&keys).await?);
        }
        let rows = self
            .rows(&format!(
                "SELECT DISTINCT name, mode FROM {SCHEMA}.locks ORDER BY name, mode"
            ))
            .await?;
        let lock = |row: Vec<String>| {
            let [table, mode] = row.try_into().ok()?;
            let mode = documented(&mode);
            Some(Lock { table, mode })
        };
        let locks = rows.into_iter().filter_map(lock).collect();
        Ok((locks, work.into_iter().collect()))
    }

    /// The scans of the foreign keys with these names that the migration has validated: PostgreSQL's
    /// message names the key without its table.
    async fn validated(&self, keys: &BTreeSet<String>) -> Result<Vec<Work>, Failure> {
        let rows = self
            .rows(&format!(
                "SELECT key.conname, child.relname FROM pg_constraint key
                 JOIN {SCHEMA}.known ON known.oid = key.conrelid
                 JOIN pg_class child ON child.oid = key.conrelid
                 WHERE key.contype = 'f' AND key.convalidated
                 AND NOT EXISTS (SELECT FROM {SCHEMA}.validated earlier WHERE earlier.oid = key.oid)"
            ))
            .await?;
        let scan = |row: Vec<String>| {
            let [key, table] = row.try_into().ok()?;
            let what = "scans";
            keys.contains(&key).then_some(Work { what, table })
        };
        Ok(rows.into_iter().filter_map(scan).collect())
    }
}

/// The wording of these messages is the same in PostgreSQL 13 to 18.
fn read_work(message: &str) -> Option<Work> {
    let quoted = |text: &str| Some(text.strip_prefix('"')?.split('"').next()?.to_owned());
    let work = |what, table| Some(Work { what, table });
    if let Some(rest) = message.strip_prefix("rewriting table ") {
        work("rewrites", quoted(rest)?)
    } else if let Some(rest) = message.strip_prefix("verifying table ") {
        work("scans", quoted(rest)?)
    } else if message.starts_with("building index ") {
        let (_, table) = message.split_once(" on table ")?;
        work("builds an index on", quoted(table)?)
    } else {
        None
    }
}

/// The name of the foreign key whose rows are checked.
fn read_foreign_key(message: &str) -> Option<String> {
    let quoted = message.strip_prefix("validating foreign key constraint ")?;
    Some(quoted.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Work, documented, read_foreign_key, read_work};

    #[test]
    fn lock_modes_are_spelled_as_in_postgresqls_documentation() {
        assert_eq!(documented("AccessExclusiveLock"), "ACCESS EXCLUSIVE");
        assert_eq!(documented("ShareRowExclusiveLock"), "SHARE ROW EXCLUSIVE");
        assert_eq!(documented("ShareLock"), "SHARE");
    }

    #[test]
    fn postgresqls_debug_messages_are_understood() {
        let read =
            |message| read_work(message).map(|Work { what, table }| format!("{what} {table}"));
        assert_eq!(read("rewriting table \"t\"").unwrap(), "rewrites t");
        assert_eq!(read("verifying table \"t\"").unwrap(), "scans t");
        assert_eq!(
            read("building index \"i\" on table \"t\" serially").unwrap(),
            "builds an index on t"
        );
        assert_eq!(read("CREATE TABLE will create implicit sequence"), None);
        assert_eq!(
            read_foreign_key("validating foreign key constraint \"a \"b\" c\"").unwrap(),
            "a \"b\" c"
        );
    }
}
