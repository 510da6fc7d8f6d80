//! Assertions about migrations, and what they say when they fail.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::panic::{UnwindSafe, catch_unwind};

use migrate_runtime::{Migrations, embed_migrations};
use migrate_test::{
    Template, assert_applies_from, assert_current, assert_reversible, assert_reversible_from,
};

static MIGRATIONS: Migrations = embed_migrations!("migrations");
/// Its second down file leaves what it should drop, and makes something else.
static KEPT: Migrations = embed_migrations!("tests/assertions/sets/kept");
/// Its first migration has no down file.
static ONE_WAY: Migrations = embed_migrations!("tests/assertions/sets/one_way");

/// What a failing assertion says.
#[track_caller]
fn failure(assertion: impl FnOnce() + UnwindSafe) -> String {
    let panicked = catch_unwind(assertion).expect_err("it fails");
    *panicked.downcast::<String>().expect("with a message")
}

#[test]
fn a_set_whose_down_files_undo_everything_is_reversible() {
    assert_reversible(&MIGRATIONS);
}

#[test]
fn what_a_down_file_leaves_and_makes_is_listed() {
    let said = failure(|| assert_reversible(&KEPT));
    assert_eq!(
        said,
        "tests/assertions/sets/kept/0002_labels.down.sql does not undo tests/assertions/sets/kept/0002_labels.sql: \
         the schema differs from the one before it\n    \
         + column labels.id bigint\n    \
         + column other_labels.id bigint\n    \
         + table labels\n    \
         + table other_labels"
    );
}

#[test]
fn a_missing_down_file_is_named_unless_it_is_older() {
    let said = failure(|| assert_reversible(&ONE_WAY));
    assert_eq!(
        said,
        "tests/assertions/sets/one_way/0001_articles.sql has no down file\n  \
         = help: write tests/assertions/sets/one_way/0001_articles.down.sql, or check only later migrations: \
         assert_reversible_from(&…, 2)"
    );
    assert_reversible_from(&ONE_WAY, 2);
}

#[test]
fn an_empty_database_of_an_earlier_version_is_brought_up_to_date() {
    assert_applies_from(&MIGRATIONS, 1);
    assert_applies_from(&ONE_WAY, 1);
}

#[test]
fn and_one_with_rows() {
    let upgraded = Template::of(&ONE_WAY)
        .target(1)
        .fixture("release_1.sql", include_str!("release_1.sql"))
        .assert_applies();
    let mut client = postgres::Client::connect(&upgraded.url(), postgres::NoTls).unwrap();
    let row = client.query_one("SELECT name FROM articles", &[]).unwrap();
    assert_eq!(row.get::<_, String>(0), "lamp");
}

#[test]
fn a_row_that_a_migration_refuses_is_its_error() {
    let said = failure(|| {
        let old = Template::of(&ONE_WAY)
            .target(1)
            .fixture("unnamed.sql", include_str!("unnamed.sql"));
        drop(old.assert_applies());
    });
    let begin = "tests/assertions/sets/one_way/0003_validated.sql:1:1: check constraint \"named\" of relation \"articles\" is violated by some row";
    assert!(said.starts_with(begin), "{said}");
    let end = "\n  = note: applied to a database at version 1";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn a_dump_of_an_earlier_release_is_brought_up_to_date() {
    let old = Template::of(&ONE_WAY).dump("dump.sql", include_str!("dump.sql"));
    let database = old.clone().database();
    let mut client = postgres::Client::connect(&database.url(), postgres::NoTls).unwrap();
    let row = client.query_one("SELECT name FROM articles", &[]).unwrap();
    assert_eq!(row.get::<_, String>(0), "chair");
    // This one has no history table, so its first table is in the way.
    let said = failure(|| drop(old.assert_applies()));
    let begin =
        "tests/assertions/sets/one_way/0001_articles.sql:1:1: relation \"articles\" already exists";
    assert!(said.starts_with(begin), "{said}");
    let end = "\n  = note: applied to the database that dump.sql is a dump of";
    assert!(said.ends_with(end), "{said}");
    let applied = "DROP TABLE articles;\nCOPY articles FROM stdin;\n1\tlamp\n\\.\n";
    let said = failure(|| drop(Template::of(&ONE_WAY).dump("old.sql", applied).database()));
    assert!(
        said.contains("= help: write the dump with `pg_dump --inserts`"),
        "{said}"
    );
}

#[test]
fn a_version_that_the_set_does_not_have_is_an_error() {
    let said = failure(|| assert_applies_from(&MIGRATIONS, 7));
    assert!(said.contains('7'), "{said}");
}

#[test]
fn a_set_that_was_just_compiled_is_current() {
    assert_current(&MIGRATIONS);
}
