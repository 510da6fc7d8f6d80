//! A statement about something that does not exist: a table, a column, a type, a constraint that no file before it made,
//! or that one of them has renamed or dropped. Or about something of another kind.
//!
//! On an empty database the statement fails, and so does every start of the application there: in tests, in a new
//! environment. What exists is followed through all files, in the order in which they run. Only what surely does not
//! exist is reported: what `DO` blocks, functions, extensions and dynamic SQL may have made is unknown, and unknown names
//! are left alone.
//!
//! A table of an earlier file:
//!
//! ```sql
//! CREATE TABLE users (id bigint PRIMARY KEY, email text);
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE usrs ADD COLUMN name text;
//! ```
//!
//! Write the name that exists:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN name text;
//! ```
//!
//! Where a table comes from outside the directory, allow the statement:
//!
//! ```sql
//! -- migrate: allow(unknown-name) the table belongs to another service
//! ALTER TABLE audit_log ADD COLUMN user_id bigint;
//! ```

use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "unknown-name",
    level: Level::Deny,
    summary: "a statement names something that does not exist, or is something else",
    allowable: true,
    source: include_str!("unknown_name.rs"),
    check: Check::Directory,
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn a_name_that_no_file_made_is_found_at_its_place() {
        let table = "CREATE TABLE users (id bigint PRIMARY KEY, email text)";
        let found = find_after(RULE, &[table], "CREATE INDEX ON usrs (email)");
        assert!(
            found[0]
                .starts_with("1:17: relation \"usrs\" does not exist | did you mean \"users\"?"),
            "{found:?}"
        );
        let found = find_after(RULE, &[table], "CREATE INDEX ON users (emails)");
        assert!(
            found[0]
                .starts_with("1:24: column \"emails\" does not exist | did you mean \"email\"?"),
            "{found:?}"
        );
        let renamed = "ALTER TABLE users RENAME COLUMN email TO address";
        let found = find_after(RULE, &[table, renamed], "UPDATE users SET email = 'x'");
        assert!(
            found[0].contains("use the new name: f.sql:1 renames it to \"address\""),
            "{found:?}"
        );
    }

    #[test]
    fn what_may_exist_is_left_alone() {
        for before in [
            "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || x; END $$",
            "DO $$ BEGIN CREATE TABLE t (a int, b int); END $$",
            "CREATE EXTENSION postgis",
            "CREATE TABLE IF NOT EXISTS t (a int); ALTER TABLE t ADD COLUMN b int",
            "SELECT set_config('search_path', 'app', false); CREATE TABLE t (a int, b int)",
        ] {
            let sql = "CREATE INDEX ON t (b)";
            assert!(find_after(RULE, &[before], sql).is_empty(), "{before}");
        }
        assert!(
            find(
                RULE,
                "DROP TABLE IF EXISTS t; ALTER TABLE IF EXISTS t ADD a int"
            )
            .is_empty()
        );
    }
}
