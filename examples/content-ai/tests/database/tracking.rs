//! Databases that are older than the tracking of migrations.

use migrate_fixtures::{Database, Server};

use crate::schema::{MIGRATIONS, execute};

const TRACKING: i64 = 3;

/// The initial schema and a row in it, without any record of how they came there.
fn untracked() -> Database {
    let database = Server::shared().database();
    execute(&database, MIGRATIONS.get(1).unwrap().up());
    database.execute("INSERT INTO channels (slug, name, type) VALUES ('a', 'A', 'blog')");
    database
}

fn recorded(database: &Database) -> Vec<Vec<String>> {
    database.rows("SELECT migration_name FROM schema_migrations ORDER BY id")
}

#[test]
fn an_untracked_database_is_brought_up_to_date_and_keeps_its_rows() {
    let database = untracked();
    let report = MIGRATIONS.run(&mut database.client()).unwrap();
    assert_eq!(report.applied.len(), MIGRATIONS.iter().count());
    assert_eq!(database.value("SELECT count(*) FROM channels"), "1");
    assert!(MIGRATIONS.run(&mut database.client()).unwrap().is_noop());
}

#[test]
fn the_tracking_file_alone_records_the_initial_schema_once() {
    let database = untracked();
    for _ in 0..2 {
        execute(&database, MIGRATIONS.get(TRACKING).unwrap().up());
        assert_eq!(recorded(&database), [["001_initial_schema.sql"]]);
    }
}

#[test]
fn the_tracking_file_leaves_a_record_without_ending_as_it_is() {
    let database = untracked();
    database.execute(
        "CREATE TABLE schema_migrations (id serial PRIMARY KEY, migration_name varchar(255) NOT NULL UNIQUE,
             applied_at timestamptz DEFAULT now());
         INSERT INTO schema_migrations (migration_name) VALUES ('001_initial_schema')",
    );
    execute(&database, MIGRATIONS.get(TRACKING).unwrap().up());
    assert_eq!(recorded(&database), [["001_initial_schema"]]);
}

#[test]
fn the_tracking_file_records_nothing_in_an_empty_database() {
    let database = Server::shared().database();
    execute(&database, MIGRATIONS.get(TRACKING).unwrap().up());
    assert_eq!(recorded(&database), Vec::<Vec<String>>::new());
}

#[test]
fn the_older_tracking_table_is_refused_and_left_as_it_is() {
    let database = untracked();
    execute(&database, MIGRATIONS.get(TRACKING).unwrap().up());
    let error = MIGRATIONS.run(&mut database.client()).unwrap_err();
    assert!(error.to_string().contains("migration_name"), "{error}");
    assert_eq!(recorded(&database), [["001_initial_schema.sql"]]);
    database.assert_quiet();
}
