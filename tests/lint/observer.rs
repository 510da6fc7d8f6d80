//! A connection that sees what PostgreSQL does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use postgres::{Client, Config, NoTls};

use crate::effects::Effects;

/// The lock modes that keep somebody out, weakest first, as `pg_locks` and as people write them.
const MODES: [(&str, &str); 5] = [
    ("ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE"),
    ("ShareLock", "SHARE"),
    ("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE"),
    ("ExclusiveLock", "EXCLUSIVE"),
    ("AccessExclusiveLock", "ACCESS EXCLUSIVE"),
];

/// A connection, and what the server said on it.
pub(crate) struct Observer {
    client: Client,
    messages: Arc<Mutex<Vec<String>>>,
}

impl Observer {
    pub(crate) fn connect(url: &str) -> Self {
        let messages = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&messages);
        let mut config: Config = url.parse().unwrap();
        config.notice_callback(move |notice| {
            heard.lock().unwrap().push(notice.message().to_owned());
        });
        let client = config.connect(NoTls).unwrap();
        Self { client, messages }
    }

    pub(crate) fn run(&mut self, sql: &str) {
        if let Err(error) = self.client.batch_execute(sql) {
            panic!("{error:?} in {sql}");
        }
    }

    /// The SQLSTATE with which a statement fails.
    pub(crate) fn refusal(&mut self, sql: &str) -> Option<String> {
        let error = self.client.batch_execute(sql).err()?;
        error.code().map(|code| code.code().to_owned())
    }

    /// Runs a file in a transaction and sees what it does. `said` is what it is expected to.
    pub(crate) fn watch(&mut self, sql: &str, said: &Effects, keep: bool) -> Effects {
        let tables = self.tables();
        self.run("BEGIN; SET LOCAL client_min_messages = debug1");
        self.messages.lock().unwrap().clear();
        let mut seen = Effects::default();
        if let Err(error) = self.client.batch_execute(sql) {
            seen.fails = error.code().map(|code| code.code().to_owned());
            self.run("ROLLBACK");
            return seen;
        }
        let messages = std::mem::take(&mut *self.messages.lock().unwrap());
        self.run("SET LOCAL client_min_messages = warning");
        seen.locks = self.locks(&tables);
        for message in &messages {
            self.hear(message, &tables, &mut seen);
        }
        // The search of a default partition is not announced. It is counted, as all are; but others than
        // those that prove something are counted as well, so that only what is said can be confirmed.
        for (oid, table) in &tables {
            if said.scans.contains(table) && self.was_read(*oid) {
                seen.scans.insert(table.clone());
            }
        }
        self.run(if keep { "COMMIT" } else { "ROLLBACK" });
        seen
    }

    /// All tables and materialized views.
    fn tables(&mut self) -> BTreeMap<u32, String> {
        let query = "SELECT oid, relname::text FROM pg_class
            WHERE relkind IN ('r', 'p', 'm') AND relnamespace = 'public'::regnamespace";
        let rows = self.client.query(query, &[]).unwrap();
        rows.iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    fn locks(&mut self, tables: &BTreeMap<u32, String>) -> BTreeMap<String, String> {
        let query = "SELECT relation, mode FROM pg_locks
            WHERE pid = pg_backend_pid() AND locktype = 'relation' AND granted";
        let rows = self.client.query(query, &[]).unwrap();
        let mut strongest: BTreeMap<String, usize> = BTreeMap::new();
        for row in rows {
            let (oid, mode): (u32, String) = (row.get(0), row.get(1));
            let rank = MODES.iter().position(|(name, _)| *name == mode);
            if let (Some(table), Some(rank)) = (tables.get(&oid), rank) {
                let known = strongest.entry(table.clone()).or_default();
                *known = rank.max(*known);
            }
        }
        let named = strongest.into_iter();
        named
            .filter_map(|(table, rank)| Some((table, MODES.get(rank)?.1.to_owned())))
            .collect()
    }

    fn was_read(&mut self, oid: u32) -> bool {
        let query = "SELECT pg_stat_get_xact_numscans($1)";
        let scans: i64 = self.client.query_one(query, &[&oid]).unwrap().get(0);
        scans > 0
    }

    /// Takes in a message of the server.
    fn hear(&mut self, message: &str, tables: &BTreeMap<u32, String>, seen: &mut Effects) {
        let names: Vec<&str> = message.split('"').skip(1).step_by(2).collect();
        let is_known = |name: &str| tables.values().any(|table| table == name);
        match names.as_slice() {
            [table] if message.starts_with("rewriting table") && is_known(table) => {
                seen.rewrites.insert((*table).to_owned());
            }
            [table] if message.starts_with("verifying table") && is_known(table) => {
                seen.scans.insert((*table).to_owned());
            }
            [constraint] if message.starts_with("validating foreign key constraint") => {
                let query = "SELECT conrelid::regclass::text FROM pg_constraint WHERE conname = $1";
                let row = self.client.query_one(query, &[constraint]).unwrap();
                let table: String = row.get(0);
                if is_known(&table) {
                    seen.scans.insert(table);
                }
            }
            [index, table]
                if message.starts_with("building index")
                    && is_known(table)
                    && !seen.rewrites.contains(*table) =>
            {
                seen.builds.insert((*index).to_owned());
            }
            _ => {}
        }
    }
}
