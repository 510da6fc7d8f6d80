//! A statement that what exists by then rules out: a name that is taken, a foreign key to columns without a unique
//! constraint, a `DROP` of something that others depend on, more values than columns.
//!
//! PostgreSQL refuses the statement, and the migration fails wherever it runs. Only what is sure is reported.
//!
//! Tables of an earlier file:
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! CREATE TABLE posts (user_id bigint REFERENCES users);
//! ```
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE invitations (email text REFERENCES users (email));
//! ```
//!
//! Found:
//!
//! ```sql
//! DROP TABLE users;
//! ```
//!
//! Make the key first:
//!
//! ```sql
//! ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email);
//! CREATE TABLE invitations (email text REFERENCES users (email));
//! ```

use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "contradicts-schema",
    level: Level::Deny,
    summary: "a statement cannot run because of what exists by then",
    allowable: true,
    source: include_str!("contradicts_schema.rs"),
    check: Check::Directory,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn what_exists_rules_a_statement_out() {
        let table =
            "CREATE TABLE t (a int PRIMARY KEY, b int); CREATE TABLE u (a int REFERENCES t)";
        let types = "CREATE TYPE mood AS ENUM ('sad', 'happy')";
        for (sql, message) in [
            ("CREATE TABLE t (a int)", "relation \"t\" already exists"),
            (
                "ALTER TABLE t ADD b int",
                "column \"b\" of relation \"t\" already exists",
            ),
            (
                "ALTER TABLE t ADD PRIMARY KEY (b)",
                "multiple primary keys for table \"t\"",
            ),
            (
                "INSERT INTO t VALUES (1, 2, 3)",
                "INSERT has more expressions than target columns",
            ),
            (
                "INSERT INTO t (a, b) VALUES (1)",
                "INSERT has more target columns than expressions",
            ),
            (
                "DROP TABLE t",
                "cannot drop table t because other objects depend on it",
            ),
            (
                "CREATE TABLE v (b int REFERENCES t (b))",
                "there is no unique constraint matching given keys for referenced table \"t\"",
            ),
            (
                "CREATE TYPE mood AS ENUM ()",
                "type \"mood\" already exists",
            ),
            (
                "ALTER TYPE mood ADD VALUE 'sad'",
                "enum label \"sad\" already exists",
            ),
        ] {
            let found = find_after(RULE, &[table, types], sql);
            assert!(
                found.first().is_some_and(|found| found.contains(message)),
                "{sql}: {found:?}"
            );
        }
        assert!(find(RULE, "CREATE TYPE mood; CREATE TYPE mood AS ENUM ()").is_empty());
        assert!(find(RULE, "DROP TABLE t CASCADE").is_empty());
        assert!(find_after(RULE, &[table], "DROP TABLE t, u").is_empty());
        assert!(find_after(RULE, &[table, "DROP TABLE u"], "DROP TABLE t").is_empty());
    }

    #[test]
    fn a_block_whose_statements_all_run_is_read_like_them() {
        let table = "CREATE TABLE t (a int PRIMARY KEY); CREATE TABLE u (a int)";
        let guarded = |statement: &str| {
            format!("DO $$ BEGIN {statement}; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        };
        let key = guarded("ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t (b)");
        let found = find_after(RULE, &[table], &key);
        assert!(
            found.is_empty(),
            "the column is unknown, not contradicted: {found:?}"
        );
        let named = find_after(super::super::unknown_name::RULE, &[table], &key);
        assert!(
            named
                .first()
                .is_some_and(|found| found.contains("column \"b\"")),
            "{named:?}"
        );
        // The second time, the error is caught.
        let key = guarded("ALTER TABLE u ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES t (a)");
        assert!(find_after(RULE, &[table, &key], &key).is_empty());
        let plain = "DO $$ BEGIN ALTER TABLE u ADD b int; ALTER TABLE u ADD b int; END $$";
        assert_eq!(find_after(RULE, &[table], plain).len(), 1);
        for unsure in [
            "DO $$ BEGIN IF x THEN ALTER TABLE u ADD b int; END IF; ALTER TABLE u ADD b int; END $$",
            "DO $$ BEGIN ALTER TABLE u ADD a int; EXCEPTION WHEN OTHERS THEN NULL; END $$",
            "DO $$ BEGIN ALTER TABLE u ADD a int; EXCEPTION WHEN duplicate_column THEN NULL; END $$",
        ] {
            assert!(find_after(RULE, &[table], unsure).is_empty(), "{unsure}");
        }
    }

    #[test]
    fn what_a_path_that_is_not_known_leads_to_may_be_gone() {
        let before = "SELECT set_config('search_path', 'app', false); CREATE TEMP TABLE t (a int)";
        let sql = format!("{before}; DROP TABLE t; CREATE TEMP TABLE t (a int)");
        assert!(find(RULE, &sql).is_empty());
    }

    #[test]
    fn text_that_is_built_opens_what_its_first_words_name() {
        let table = "CREATE TABLE t (a int)";
        let twice = "CREATE TABLE t (a int)";
        let run = |built: &str| format!("DO $$ BEGIN EXECUTE {built}; END $$");
        for built in [
            "format('CREATE TRIGGER x BEFORE UPDATE ON %I EXECUTE FUNCTION f()', n)",
            "format('ALTER TABLE %I ADD COLUMN at timestamptz', n)",
            "format('CREATE INDEX ON %I (a)', n)",
        ] {
            let found = find_after(RULE, &[table, &run(built)], twice);
            assert_eq!(found.len(), 1, "{built}");
        }
        for built in [
            "format('DROP TABLE %I', n)",
            "sql",
            "format('%s TABLE t', n)",
        ] {
            let found = find_after(RULE, &[table, &run(built)], twice);
            assert!(found.is_empty(), "{built}: {found:?}");
        }
        let column = run("format('ALTER TABLE %I ADD COLUMN at timestamptz', n)");
        let found = find_after(RULE, &[table, &column], "ALTER TABLE t ADD at int, DROP a");
        assert!(found.is_empty(), "{found:?}");
    }
}
