//! Which expressions PostgreSQL refuses in an index and in a stored column: the rule's verdict against the server's.

use std::fmt::Write as _;
use std::fs;

use migrate_check::{Settings, load};
use migrate_fixtures::Server;

use crate::observer::Observer;

const TABLE: &str = "
    CREATE TYPE mood AS ENUM ('a');
    CREATE TABLE t (
        zoned timestamptz, plain timestamp, day date, hour time, length interval, s text, v varchar(9), m mood, n int, j jsonb
    );";

const COLUMNS: [&str; 10] = [
    "zoned", "plain", "day", "hour", "length", "s", "v", "m", "n", "j",
];

const TYPES: [&str; 12] = [
    "timestamptz",
    "timestamp",
    "date",
    "time",
    "timetz",
    "interval",
    "text",
    "varchar",
    "mood",
    "int",
    "numeric",
    "jsonb",
];

const OTHERS: &[&str] = &[
    "date(zoned)",
    "date(plain)",
    "date_trunc('day', zoned)",
    "date_trunc('day', plain)",
    "date_trunc('day', zoned AT TIME ZONE 'UTC')",
    "(zoned AT TIME ZONE 'UTC')::date",
    "extract(year FROM zoned)",
    "extract(year FROM plain)",
    "date_part('year', zoned)",
    "to_char(day, 'YYYY')",
    "to_char(n, '999')",
    "concat(s, n)",
    "s || n",
    "format('%s', s)",
    "to_tsvector(s)",
    "to_tsvector('english', s)",
    "to_jsonb(s)",
    "lower(s)",
    "now()",
    "current_user",
    "j->>'a'",
    "array_to_string(ARRAY[s], ',')",
];

#[test]
fn an_expression_is_reported_if_the_server_says_that_it_is_not_immutable() {
    let casts = COLUMNS.iter().flat_map(|column| {
        TYPES
            .iter()
            .map(move |data_type| format!("{column}::{data_type}"))
    });
    let expressions: Vec<String> = casts
        .chain(OTHERS.iter().map(|other| (*other).to_owned()))
        .collect();
    let index = |expression: &str| format!("CREATE INDEX ON t ((({expression}) IS NULL));");
    let column = |expression: &str| {
        format!("ALTER TABLE t ADD x boolean GENERATED ALWAYS AS (({expression}) IS NULL) STORED;")
    };
    let database = Server::shared().database();
    let mut observer = Observer::connect(&database.url());
    observer.run(TABLE);
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("1_table.sql"), TABLE).unwrap();
    let mut wrong = String::new();
    let mut refused = 0;
    for expression in &expressions {
        for sql in [index(expression), column(expression)] {
            let refusal = observer.refusal(&format!("BEGIN;{sql}"));
            observer.run("ROLLBACK");
            // What cannot be cast at all is another matter.
            if matches!(refusal.as_deref(), Some("42846" | "42883")) {
                continue;
            }
            let is_refused = refusal.as_deref() == Some("42P17");
            refused += usize::from(is_refused);
            fs::write(directory.path().join("2_expression.sql"), &sql).unwrap();
            let loaded = load(directory.path(), ".", &Settings::default());
            let mut findings = loaded.diagnostics.iter();
            let is_found = findings.any(|finding| finding.rule == "index-not-immutable");
            if is_found != is_refused {
                writeln!(wrong, "{sql} found {is_found}, but {refusal:?}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(refused > 60, "only {refused} were refused");
}
