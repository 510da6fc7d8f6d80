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
    level: Level::Allow,
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
        ] {
            let found = find_after(RULE, &[table], sql);
            assert!(
                found.first().is_some_and(|found| found.contains(message)),
                "{sql}: {found:?}"
            );
        }
        assert!(find(RULE, "DROP TABLE t CASCADE").is_empty());
        assert!(find_after(RULE, &[table], "DROP TABLE t, u").is_empty());
        assert!(find_after(RULE, &[table, "DROP TABLE u"], "DROP TABLE t").is_empty());
    }
}
