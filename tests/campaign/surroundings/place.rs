//! The database that a round takes place in: who owns it, what is set for it, and what the truth is.

use std::thread;
use std::time::{Duration, Instant};

use migrate_fixtures::{Database, Server};
use postgres::Client;

use super::files::File;
use super::settings::{DRAWN, DRAWN_SUPERUSER};
use crate::campaign::random::Random;

/// A database with a role that migrates it.
pub(super) struct Place<'s> {
    pub(super) server: &'s Server,
    pub(super) database: Database,
    /// Who migrates.
    pub(super) role: String,
    /// What is set for the database, as it is reported.
    pub(super) set: Vec<String>,
    /// The port of the proxy or pooler in front of the server.
    pub(super) through: Option<u16>,
}

/// Who migrates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    Superuser,
    /// May create schemas in the database, and tables in `public`.
    Creator,
    /// The role that a pooler has for all its clients.
    Pooled,
}

impl<'s> Place<'s> {
    pub(super) fn new(server: &'s Server, rights: Rights) -> Self {
        Self::with(server, rights, "")
    }

    /// With further options of `CREATE DATABASE`.
    pub(super) fn with(server: &'s Server, rights: Rights, options: &str) -> Self {
        let database = server.database_with(options);
        // The fixture's own connection is made now, before anything is set for the database.
        database.execute("SELECT 1");
        let role = match rights {
            Rights::Superuser => database.role("SUPERUSER"),
            Rights::Creator => database.role(""),
            Rights::Pooled => "postgres".to_owned(),
        };
        if rights == Rights::Creator {
            database.execute(&format!(
                "GRANT CREATE ON DATABASE {} TO {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role}",
                database.name()
            ));
        }
        Self {
            server,
            database,
            role,
            set: Vec::new(),
            through: None,
        }
    }

    pub(super) fn url(&self) -> String {
        match self.through {
            Some(port) => self.database.url_through(&self.role, port),
            None => self.database.url_for(&self.role),
        }
    }

    /// A superuser's session that nothing that is set for the database disturbs.
    pub(super) fn neutral(&self) -> Result<Client, String> {
        let mut options = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0 \
            -c default_transaction_read_only=off -c default_transaction_isolation=read\\ committed \
            -c search_path=public -c standard_conforming_strings=on -c row_security=on -c client_min_messages=notice"
            .to_owned();
        let major = self.server.installation().major;
        if major >= 14 {
            options.push_str(" -c idle_session_timeout=0");
        }
        if major >= 17 {
            options.push_str(" -c transaction_timeout=0");
        }
        let told = |error: postgres::Error| format!("a session of the campaign's: {error:?}");
        let mut config: postgres::Config = self.database.url().parse().map_err(told)?;
        config
            .options(&options)
            .connect(postgres::NoTls)
            .map_err(told)
    }

    /// Sets what future sessions of the database find, for every role.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.database.execute(&format!(
            "ALTER DATABASE {} SET {name} TO {value}",
            self.database.name()
        ));
        self.set.push(format!("{name} = {value}"));
    }

    /// Sets each setting that this server knows with a chance of one in `rarity`.
    pub(super) fn set_at_random(&mut self, random: &mut Random, rarity: usize) {
        self.set_some(random, rarity, |_| true);
    }

    /// The same, without what may end a session of a pooler's while no client has it.
    pub(super) fn set_at_random_for_a_pool(&mut self, random: &mut Random, rarity: usize) {
        self.set_some(random, rarity, |name| !name.contains("timeout"));
    }

    fn set_some(&mut self, random: &mut Random, rarity: usize, wanted: fn(&str) -> bool) {
        let known = self.database.rows("SELECT name FROM pg_settings");
        let known: Vec<String> = known.into_iter().flatten().collect();
        for (name, values) in DRAWN.iter().chain(DRAWN_SUPERUSER) {
            if random.below(rarity) > 0 || !wanted(name) || !known.iter().any(|known| known == name)
            {
                continue;
            }
            if let Some(value) = values.get(random.below(values.len())) {
                self.set(name, value);
            }
        }
    }

    /// Objects, their definitions and owners, and the rows written, a line each; without the history.
    pub(super) fn state(&self) -> Vec<String> {
        state(&self.database)
    }

    /// How many migrations are recorded as applied, and how many rows there are.
    pub(super) fn recorded(&self) -> (usize, usize) {
        if !self.has_history() {
            return (0, 0);
        }
        let count = |condition: &str| {
            let sql = format!("SELECT count(*) FROM public.schema_migrations {condition}");
            self.database.value(&sql).parse().unwrap_or_default()
        };
        (count("WHERE state IN ('applied', 'baseline')"), count(""))
    }

    pub(super) fn has_history(&self) -> bool {
        let sql = "SELECT to_regclass('public.schema_migrations') IS NOT NULL";
        self.database.value(sql) == "t"
    }

    /// In what the database is not as `expected`, or not at rest.
    pub(super) fn differences(&self, expected: &[String]) -> Vec<String> {
        let mut found = self.unrest(Duration::from_secs(20));
        let actual = self.state();
        for line in expected.iter().filter(|line| !actual.contains(line)) {
            found.push(format!("missing: {line}"));
        }
        for line in actual.iter().filter(|line| !expected.contains(line)) {
            found.push(format!("extra: {line}"));
        }
        if found.is_empty() && actual.len() != expected.len() {
            found.push("something is there twice".to_owned());
        }
        found
    }

    /// What is held or half-made once the patience is over.
    pub(super) fn unrest(&self, patience: Duration) -> Vec<String> {
        let mut found = Vec::new();
        let end = Instant::now() + patience;
        while let held @ [_, ..] = self.database.held().as_slice() {
            if Instant::now() > end {
                found.push(format!("left behind: {}", held.join("; ")));
                break;
            }
            thread::sleep(Duration::from_millis(20));
        }
        // The owner of a table may not drop the copy of its TOAST index.
        let drops = format!(
            "SELECT has_schema_privilege('{}', 'pg_toast', 'USAGE')",
            self.role
        );
        let drops = self.database.value(&drops) == "t";
        let counts = |index: &String| drops || !index.starts_with("pg_toast.");
        let invalid = self.database.invalid_indexes().into_iter();
        for index in invalid.filter(counts) {
            found.push(format!("invalid: {index}"));
        }
        let copies = "SELECT oid::regclass FROM pg_class WHERE relname ~ '_cc(new|old)[0-9]*$'";
        let copies = self.database.rows(copies).into_iter().flatten();
        for copy in copies.filter(counts) {
            found.push(format!("left by a reindex: {copy}"));
        }
        found
    }
}

fn state(database: &Database) -> Vec<String> {
    let mut state = database.catalog();
    state.retain(|line| !line.contains("schema_migrations"));
    for table in ["app.effects", "app.t", "other.u"] {
        let there = format!("SELECT to_regclass('{table}') IS NOT NULL");
        if database.value(&there) == "t" {
            let rows = database.rows(&format!("SELECT r::text FROM {table} AS r ORDER BY 1"));
            state.extend(rows.iter().map(|row| format!("{table} {}", row.join(" "))));
        }
    }
    // Roles are named after their database.
    let prefix = format!("{}_role_", database.name());
    for line in &mut state {
        *line = line.replace(&prefix, "role_");
    }
    state
}

/// What `psql` makes of these files, one after the other and one session each, in an ordinary database.
pub(super) fn reference(
    server: &Server,
    rights: Rights,
    files: &[File],
) -> Result<Vec<String>, String> {
    let place = Place::new(server, rights);
    reference_in(&place, files)
}

/// The same in a database that is made already.
pub(super) fn reference_in(place: &Place<'_>, files: &[File]) -> Result<Vec<String>, String> {
    for file in files {
        let mut client = place.database.client_for(&place.role);
        let sent = if file.up.transactional {
            client.batch_execute(&format!("BEGIN;\n{}\n;COMMIT", file.up.body()))
        } else {
            let mut statements = file.up.statements.iter();
            statements.try_for_each(|statement| client.batch_execute(&statement.sql))
        };
        sent.map_err(|error| format!("{} in an ordinary database: {error:?}", file.name))?;
    }
    Ok(place.state())
}
