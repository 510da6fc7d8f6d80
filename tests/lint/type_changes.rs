//! Which changes of a column's type cost what: the rule's verdict against the server's.

use std::fmt::Write as _;
use std::fs;

use migrate_check::{Settings, load};
use migrate_fixtures::Server;

use crate::effects::Effects;
use crate::observer::Observer;

const CHANGES: &[(&str, &str)] = &[
    ("int", "int"),
    ("int", "bigint"),
    ("int", "int USING (a)::int"),
    ("int", "int USING a + 1"),
    ("varchar(5)", "varchar(9)"),
    ("varchar(9)", "varchar(5)"),
    ("varchar(5)", "text"),
    ("varchar(5)", "text USING a::text"),
    ("text", "varchar"),
    ("text", "varchar(5)"),
    ("text", "text COLLATE \"C\""),
    ("char(3)", "text"),
    ("varbit(3)", "varbit(4)"),
    ("bit(3)", "bit(4)"),
    ("numeric(10,2)", "numeric(12,2)"),
    ("numeric(10,2)", "numeric(12,3)"),
    ("numeric(10,2)", "numeric"),
    ("cidr", "inet"),
    ("inet", "cidr"),
    ("timestamp(3)", "timestamp(6)"),
    ("timestamp(3)", "timestamp"),
    ("timestamp", "timestamp(6)"),
    ("timestamp", "timestamp(3)"),
    ("timestamptz(3)", "timestamptz(6)"),
    ("time(3)", "time"),
    ("timetz(3)", "timetz(6)"),
    ("interval(3)", "interval"),
    ("interval", "interval(3)"),
    ("varchar(5)[]", "varchar[]"),
    ("varchar(5)[]", "varchar(9)[]"),
    ("int", "oid"),
    ("oid", "int"),
    ("int", "regclass"),
    ("oid", "regclass"),
    ("regclass", "oid"),
    ("oid", "bigint"),
    ("bigint", "oid"),
    ("xml", "text"),
    ("xml", "varchar"),
    ("text", "bpchar"),
    ("varchar(5)", "bpchar"),
    ("char(3)", "bpchar"),
    ("text", "char"),
    ("char", "char(2)"),
    ("bit(3)", "varbit"),
    ("varbit(3)", "varbit"),
    ("text", "plain"),
    ("text", "over"),
    ("text", "checked"),
    ("text", "below"),
    ("plain", "text"),
    ("plain", "checked"),
    ("checked", "text"),
    ("checked", "plain"),
    ("checked", "varchar"),
    ("checked", "below"),
    ("below", "text"),
    ("below", "checked"),
    ("short", "varchar(5)"),
    ("short", "varchar(9)"),
    ("short", "varchar"),
    ("short", "text"),
    ("varchar(5)", "short"),
    ("varchar(9)", "short"),
    ("text", "short"),
    ("amount", "numeric(10,2)"),
    ("amount", "numeric"),
    ("numeric(10,2)", "amount"),
    ("int", "number"),
    ("text[]", "list"),
    ("list", "text[]"),
    ("plain[]", "text[]"),
    ("text[]", "plain[]"),
];

/// Domains without a check, with one, and over others.
const DOMAINS: &str = "
    CREATE DOMAIN plain AS text;
    CREATE DOMAIN over AS plain;
    CREATE DOMAIN checked AS text CHECK (value <> '');
    CREATE DOMAIN below AS checked;
    CREATE DOMAIN short AS varchar(5);
    CREATE DOMAIN amount AS numeric(10,2);
    CREATE DOMAIN number AS oid;
    CREATE DOMAIN list AS text[];";

#[test]
fn a_change_of_type_is_reported_if_the_server_rewrites_the_table_or_builds_an_index_again() {
    let database = Server::shared().database();
    let mut observer = Observer::connect(&database.url());
    let directory = tempfile::tempdir().unwrap();
    observer.run(DOMAINS);
    let mut wrong = String::new();
    for (old, new) in CHANGES {
        for index in [
            "",
            "CREATE INDEX i ON t (a);",
            "CREATE INDEX j ON t ((a IS NULL));",
            "CREATE INDEX k ON t (b) WHERE a IS NOT NULL;",
        ] {
            let before = format!("CREATE TABLE t (a {old}, b int);{index}");
            let change = format!("ALTER TABLE t ALTER a TYPE {new};");
            observer.run("DROP TABLE IF EXISTS t");
            if *old == "xml" && index.contains("(a)") {
                // It has no order.
                continue;
            }
            observer.run(&before);
            let before = format!("{DOMAINS}{before}");
            let seen = observer.watch(&change, &Effects::default(), false);
            let is_slow = !seen.rewrites.is_empty() || !seen.builds.is_empty();
            fs::write(directory.path().join("1_before.sql"), &before).unwrap();
            fs::write(directory.path().join("2_change.sql"), &change).unwrap();
            let loaded = load(directory.path(), ".", &Settings::default());
            let mut findings = loaded.diagnostics.iter();
            let is_found = findings.any(|finding| finding.rule == "column-type-change");
            if is_found != is_slow {
                writeln!(wrong, "{before} {change} found {is_found}, but {seen:?}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
