//! The pools on one database: each one's program, and the connections of one at work on several schemas.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::process::Command;

use deadpool_postgres::{Manager, Pool};
use migrate_fixtures::Server;
use migrate_runtime::{Migrations, embed_migrations};
use tokio_postgres::NoTls;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn run(program: &str, url: &str) -> String {
    let output = Command::new(program)
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_first_pools_client_applies_and_the_others_find_nothing_pending() {
    let database = Server::shared().database();
    let first = run(env!("CARGO_BIN_EXE_deadpool"), &database.url());
    assert!(
        first.contains("applied migrations/0001_create_visits.sql"),
        "{first}"
    );
    for program in [
        env!("CARGO_BIN_EXE_bb8"),
        env!("CARGO_BIN_EXE_r2d2"),
        env!("CARGO_BIN_EXE_sqlx"),
    ] {
        let output = run(program, &database.url());
        assert!(output.starts_with("up to date"), "{output}");
    }
    database.assert_quiet();
}

#[tokio::test]
async fn the_connections_of_a_pool_share_the_tenants() {
    let database = Server::shared().database();
    let manager = Manager::new(database.url().parse().unwrap(), NoTls);
    let pool = Pool::builder(manager).max_size(2).build().unwrap();
    let mut objects = [pool.get().await.unwrap(), pool.get().await.unwrap()];
    // An object dereferences to deadpool's own client, and that one to the client of tokio-postgres.
    let clients = objects.iter_mut().map(|object| &mut ***object);
    let tenants = MIGRATIONS.runner().tenants(["acme", "umbrella", "initech"]);
    let report = tenants.run_async(clients).await;
    assert_eq!(report.failed().count(), 0, "{report}");
    assert_eq!(
        database.value("SELECT count(*) FROM pg_tables WHERE tablename = 'visits'"),
        "3"
    );
    drop((objects, pool));
    database.assert_quiet();
}
