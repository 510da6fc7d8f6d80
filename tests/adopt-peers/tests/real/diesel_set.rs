//! diesel 2.3 and `diesel_migrations`.

use diesel::{Connection as _, PgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use migrate_check::Layout;
use migrate_fixtures::Server;

use crate::{Project, TEXTS, assert_taken_over};

#[test]
fn a_database_of_diesel_is_taken_over() {
    let database = Server::shared().database();
    let project = Project::new(Layout::Diesel);
    for (at, text) in TEXTS.iter().enumerate() {
        // diesel itself fails on a file without a statement ("Received an empty query").
        let text = if at == 3 {
            "-- nothing\nSELECT 1;\n"
        } else {
            text
        };
        let folder = match at {
            0 => "00000000000000_diesel_initial_setup".to_owned(),
            _ => format!("2024-01-{at:02}-093000_step_{at}"),
        };
        project.write(&format!("{folder}/up.sql"), text);
        if at != 3 {
            project.write(&format!("{folder}/down.sql"), "SELECT 1;\n");
        }
    }
    project.write(
        "2024-01-10-093000_step_10/up.sql",
        "CREATE INDEX CONCURRENTLY users_email ON users (email);\n",
    );
    project.write(
        "2024-01-10-093000_step_10/metadata.toml",
        "run_in_transaction = false\n",
    );
    let mut connection = PgConnection::establish(&database.url()).unwrap();
    let migrations = FileBasedMigrations::from_path(project.directory()).unwrap();
    let applied = connection.run_pending_migrations(migrations).unwrap();
    assert_eq!(applied.len(), 12);
    drop(applied);
    drop(connection);
    assert_taken_over(
        &database,
        &project,
        12,
        "SELECT version::bigint, run_on::text FROM __diesel_schema_migrations ORDER BY 1",
        "2025-01-01-000000_next/up.sql",
        "2024-01-02-093000_step_2/up.sql",
    );
    // And back, with the statements of the guide: diesel finds nothing to do.
    let page = include_str!("../../../../docs/from/diesel.md");
    let statements = page.split("```sql").nth(1).unwrap();
    let statements = statements.split("```").next().unwrap();
    database.client().batch_execute(statements).unwrap();
    let mut connection = PgConnection::establish(&database.url()).unwrap();
    let migrations = FileBasedMigrations::from_path(project.directory()).unwrap();
    assert!(!connection.has_pending_migration(migrations).unwrap());
}
