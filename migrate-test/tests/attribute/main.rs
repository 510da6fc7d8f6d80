//! Tests as users write them: the harness that runs these runs theirs.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use migrate_runtime::{Migrations, embed_migrations};
use migrate_test::Database;

static MIGRATIONS: Migrations = embed_migrations!("migrations");

fn articles(database: &Database) -> i64 {
    let mut client = database.client();
    let row = client
        .query_one("SELECT count(*) FROM articles", &[])
        .unwrap();
    row.get(0)
}

#[migrate_test::test(MIGRATIONS)]
fn a_test_gets_all_migrations(db: Database) {
    assert_eq!(articles(&db), 0);
    let mut client = db.client();
    client
        .batch_execute("INSERT INTO articles (id, name) VALUES (1, 'lamp')")
        .unwrap();
    assert_eq!(articles(&db), 1);
}

#[migrate_test::test(MIGRATIONS, fixtures = ["articles.sql"])]
fn and_the_rows_of_its_fixtures(db: Database) -> Result<(), Box<dyn std::error::Error>> {
    assert_eq!(articles(&db), 2);
    db.client().batch_execute("DELETE FROM articles")?;
    Ok(())
}

#[migrate_test::test(MIGRATIONS)]
#[should_panic(expected = "the test's own reason")]
fn other_attributes_count(db: Database) {
    assert_eq!(articles(&db), 1, "the test's own reason");
}

/// With a framework that hands out values of its own.
mod rstest {
    use migrate_test::Database;
    use rstest::{fixture, rstest};

    use super::{MIGRATIONS, articles};

    #[fixture]
    fn db() -> Database {
        Database::of(&MIGRATIONS)
    }

    #[rstest]
    #[case("lamp", 1)]
    #[case("', 'rug", 1)]
    fn each_case_has_a_database_of_its_own(
        db: Database,
        #[case] name: &str,
        #[case] expected: i64,
    ) {
        let mut client = db.client();
        client
            .execute("INSERT INTO articles (id, name) VALUES (1, $1)", &[&name])
            .unwrap();
        assert_eq!(articles(&db), expected);
    }
}

#[cfg(feature = "tokio-postgres")]
mod asynchronous {
    use migrate_test::Database;

    use super::MIGRATIONS;

    async fn articles(database: &Database) -> Result<i64, tokio_postgres::Error> {
        let client = database.connect().await;
        let row = client
            .query_one("SELECT count(*) FROM articles", &[])
            .await?;
        Ok(row.get(0))
    }

    #[migrate_test::test(MIGRATIONS)]
    async fn an_asynchronous_test_has_a_runtime(db: Database) -> Result<(), tokio_postgres::Error> {
        assert_eq!(articles(&db).await?, 0);
        Ok(())
    }

    #[migrate_test::test(MIGRATIONS, fixtures = ["articles.sql"])]
    #[tokio::test(flavor = "multi_thread")]
    async fn or_the_one_of_another_attribute(db: Database) {
        let other = db.clone();
        let found = tokio::spawn(async move { articles(&other).await });
        assert_eq!(found.await.unwrap().unwrap(), 2);
    }
}
