//! The Content AI Backend as it is: a table of file names, made by its own 003, with rows spelled both ways.

use std::fs;
use std::path::Path;

use migrate_adopt::{Tool, adopt};
use migrate_check::Layout;
use migrate_fixtures::{Database, Server};

use crate::{history, load, perform, run};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// As `psql -f` would, which is how the first files were applied.
fn apply(database: &Database, file: &str) {
    let text = fs::read_to_string(root().join("migrations").join(file)).unwrap();
    database.client().batch_execute(&text).unwrap();
}

#[test]
fn the_content_ai_backend_is_taken_over_with_rows_of_both_spellings() {
    let database = Server::shared().database();
    apply(&database, "001_initial_schema.sql");
    apply(&database, "003_create_migration_tracking.sql");
    // 003 has recorded 001. Its program then recorded whole names; a file of its own, names without an ending.
    database.execute(
        "INSERT INTO schema_migrations (migration_name, applied_at) VALUES \
         ('001_initial_schema', '2024-11-01 08:00:00+00'), \
         ('003_create_migration_tracking', '2024-12-01 08:00:00+00'), \
         ('003_create_migration_tracking.sql', '2024-12-01 08:00:05+00'), \
         ('20250115093000_add_bluesky_platform.sql', '2025-01-16 10:30:00+00')",
    );
    apply(&database, "20250115093000_add_bluesky_platform.sql");
    let set = load(root(), Layout::Flat);

    let error = format!("{:#}", run(&database, &set).unwrap_err());
    assert!(
        error.contains("`migrate adopt --from files --dry-run`"),
        "{error}"
    );

    let adopted = perform(&database, &adopt(&set)).unwrap();
    assert_eq!(adopted.tool, Some(Tool::Files));
    insta::assert_snapshot!(adopted, @r#"
    recorded 3 migrations that an application that keeps the names of its files applied, from "public"."schema_migrations"
    renamed "public"."schema_migrations" to "public"."schema_migrations_files"
    "#);
    let rows = history(&database);
    let times: Vec<&str> = rows.iter().map(|row| row[3].as_str()).collect();
    assert_eq!(
        times,
        [
            "2024-11-01 08:00:00",
            "2024-12-01 08:00:00",
            "2025-01-16 10:30:00"
        ]
    );
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations_files"),
        "5"
    );

    let report = run(&database, &set).unwrap();
    assert_eq!(report.applied.len(), 3);
    let again = perform(&database, &adopt(&set)).unwrap();
    assert_eq!(again.recorded, []);
    assert!(run(&database, &set).unwrap().is_noop());
}
