//! The guard at the end of a migration's transaction, and this list of promises.

use std::fs;
use std::future::Future;
use std::path::Path;
use std::time::Duration;

use migrate_fixtures::Server;
use migrate_runtime::{Reply, Session, SessionError};

use crate::set::{Set, connect, runtime};

/// Puts into the file, behind the build's back, what the build refuses.
struct Smuggler<'c> {
    client: &'c mut tokio_postgres::Client,
    contraband: &'static str,
}

impl Session for Smuggler<'_> {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        let sql = sql.replace("SELECT 'here'", self.contraband);
        self.client.send(&sql).await
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

#[test]
fn a_file_that_ends_its_transaction_is_not_recorded_as_applied() {
    runtime().block_on(async {
        for (contraband, kept) in [
            ("ROLLBACK", "f"),
            ("COMMIT", "t"),
            ("COMMIT; BEGIN", "t"),
            ("ROLLBACK; BEGIN", "f"),
        ] {
            let database = Server::shared().database();
            let set = Set::new(&[(
                "1_a.sql",
                "CREATE TABLE a (id int);\nSELECT 'here';\nSELECT 1;",
            )])
            .load();
            let mut client = connect(&database.url()).await;
            set.runner()
                .target(1)
                .baseline_with(&mut client, 1)
                .await
                .unwrap();
            database.execute("DELETE FROM schema_migrations");
            let mut smuggler = Smuggler {
                client: &mut client,
                contraband,
            };
            let error = set.runner().run_with(&mut smuggler).await.unwrap_err();
            assert!(
                format!("{error:#}").contains("ended its own transaction"),
                "{contraband}: {error}"
            );
            assert_eq!(database.value("SELECT to_regclass('a') IS NOT NULL"), kept);
            assert_eq!(
                database.value("SELECT count(*) FROM schema_migrations WHERE state = 'applied'"),
                "0"
            );
            // What was kept is half a migration, and the next run says so; what was not is run again.
            let again = set.runner().run_with(&mut client).await;
            assert_eq!(
                again.is_err_and(|error| error.is_interrupted()),
                kept == "t"
            );
            database.assert_quiet();
        }
    });
}

#[test]
fn every_test_that_the_page_on_reliability_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("../RELIABILITY.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let named: Vec<&str> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .filter(|name| name.contains("::"))
        .collect();
    assert!(named.len() > 40, "{named:?}");
    for name in named {
        let (module, test) = name.split_once("::").unwrap();
        let is_there = ["scenarios", "adoption"].iter().any(|folder| {
            fs::read_to_string(root.join(format!("{folder}/{module}.rs")))
                .is_ok_and(|file| file.contains(&format!("#[test]\nfn {test}()")))
        });
        assert!(is_there, "{name} is not there");
    }
}
