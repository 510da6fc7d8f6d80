//! `COPY … FROM STDIN` and `COPY … TO STDOUT`: rows that the client sends or receives.
//!
//! The server waits for data that a migration cannot send; the lines that psql would send, down to `\.`, are
//! a syntax error. Such a file usually comes from `pg_dump`.
//!
//! Found:
//!
//! ```sql
//! COPY countries (code, name) FROM STDIN;
//! ```
//!
//! Insert the rows, as `pg_dump --inserts` does:
//!
//! ```sql
//! INSERT INTO countries (code, name) VALUES
//!     ('at', 'Austria'),
//!     ('pt', 'Portugal');
//! ```

use migrate_sql::scanner::Keyword;
use migrate_sql::splitter::{Direction, direction};

use crate::diagnostics::Diagnostic;
use crate::lint::parsed_file::ParsedFile;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "copy-from-stdin",
    level: Level::Deny,
    summary: "`COPY` between the server and its client",
    allowable: false,
    source: include_str!("copy_from_stdin.rs"),
    check: Check::File(check),
};

fn check(file: &ParsedFile<'_>) -> Vec<Diagnostic> {
    if !file.analysis.vocabulary.has(Keyword::Copy) {
        return Vec::new();
    }
    let statements = file.split_statements();
    statements
        .filter_map(|statement| {
            let (message, help) = match direction(statement.reader())? {
                Direction::FromClient => (
                    "`COPY … FROM STDIN` waits for rows that a migration cannot send",
                    "write the rows as `INSERT … VALUES`; `pg_dump --inserts` does",
                ),
                Direction::ToClient => (
                    "`COPY … TO STDOUT` sends rows that no client reads",
                    "remove it: what a migration returns is not read",
                ),
            };
            Some(RULE.finding(file, statement.headline(), message).help(help))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing;
    use crate::migration::Transaction;

    const FROM: &str = "`COPY … FROM STDIN` waits for rows that a migration cannot send | write the rows as `INSERT … VALUES`; `pg_dump --inserts` does";

    #[track_caller]
    fn check(sql: &str, expected: &[&str]) {
        testing::check(RULE, Transaction::Single, sql, expected);
    }

    #[test]
    fn rows_of_the_client_are_found_in_every_form() {
        for sql in [
            "COPY t FROM STDIN",
            "copy s.t (a, \"from\") from stdin with (format csv)",
            "COPY BINARY t FROM STDOUT",
        ] {
            check(sql, &[&format!("1:1: {FROM}")]);
        }
        check(
            "COPY (SELECT a FROM t) TO STDOUT",
            &[
                "1:1: `COPY … TO STDOUT` sends rows that no client reads | remove it: what a migration returns is not read",
            ],
        );
    }

    #[test]
    fn data_in_the_file_is_not_taken_for_sql() {
        check(
            "COPY t FROM stdin;\n1\tit's\n2\tCOMMIT;\n\\.\n\nCOPY u FROM stdin;\n\\.\n",
            &[&format!("1:1: {FROM}"), &format!("6:1: {FROM}")],
        );
    }

    #[test]
    fn files_and_programs_of_the_server_are_fine() {
        check(
            "COPY t FROM '/stdin.csv'; COPY t TO PROGRAM 'cat'; COPY stdin FROM 'x'",
            &[],
        );
    }
}
