//! sqlx 0.9.

use migrate_check::Layout;
use migrate_fixtures::Server;
use sqlx::Connection as _;
use sqlx::migrate::Migrator;

use crate::{Project, TEXTS, assert_edit_is_found, assert_taken_over};

fn project() -> Project {
    let project = Project::new(Layout::Sqlx);
    for (at, text) in TEXTS.iter().enumerate() {
        match at {
            // Both directions.
            1 => {
                project.write("2_posts.up.sql", text);
                project.write("2_posts.down.sql", "DROP TABLE posts;\n");
            }
            10 => project.write(
                "20240102030405_outside.sql",
                "-- no-transaction\nCREATE INDEX CONCURRENTLY users_email ON users (email);\n",
            ),
            11 => project.write(
                "20240102030406_last one.sql".replace(' ', "-").as_str(),
                text,
            ),
            _ => project.write(&format!("{}_Step_no_{at}.sql", at + 1), text),
        }
    }
    project
}

#[test]
fn a_database_of_sqlx_is_taken_over() {
    let database = Server::shared().database();
    let project = project();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(&database.url()).await.unwrap();
        let migrator = Migrator::new(project.directory()).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    assert_edit_is_found(&database, &project, "3_Step_no_2.sql", 3);
    assert_taken_over(
        &database,
        &project,
        12,
        "SELECT version, timezone('UTC', installed_on)::text FROM _sqlx_migrations ORDER BY version",
        "20250101000000_next.sql",
        "1_Step_no_0.sql",
    );
    // And back: what was applied in between is recorded, and sqlx finds nothing to do.
    runtime.block_on(async {
        let mut connection = sqlx::PgConnection::connect(&database.url()).await.unwrap();
        let migrator = Migrator::new(project.directory()).await.unwrap();
        migrator.skip(&mut connection, None).await.unwrap();
        migrator.run(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
    assert_eq!(
        database.value("SELECT count(*) FROM _sqlx_migrations WHERE success"),
        "13"
    );
}
