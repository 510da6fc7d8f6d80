//! Each client that a test is given, as its users write the test.

use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use migrate_test::Database;

static MIGRATIONS: Migrations = embed_migrations!("testing/sets/shop");

const INSERT: &str = "INSERT INTO articles (id, name) VALUES (1, 'lamp')";
const COUNT: &str = "SELECT count(*) FROM articles";

#[migrate_test::test(MIGRATIONS)]
fn a_blocking_client(db: Database) -> Result<(), postgres::Error> {
    let mut client = db.client();
    client.batch_execute(INSERT)?;
    assert_eq!(client.query_one(COUNT, &[])?.get::<_, i64>(0), 1);
    Ok(())
}

#[migrate_test::test(MIGRATIONS)]
async fn an_asynchronous_client(db: Database) -> Result<(), tokio_postgres::Error> {
    let client = db.connect().await;
    client.batch_execute(INSERT).await?;
    assert_eq!(client.query_one(COUNT, &[]).await?.get::<_, i64>(0), 1);
    Ok(())
}

#[migrate_test::test(MIGRATIONS)]
async fn a_pool_of_sqlx(db: Database) -> Result<(), sqlx::Error> {
    let pool = db.pool().await;
    sqlx::query(INSERT).execute(&pool).await?;
    let found: i64 = sqlx::query_scalar(COUNT).fetch_one(&pool).await?;
    assert_eq!(found, 1);
    Ok(())
}

#[migrate_test::test(MIGRATIONS)]
#[tokio::test]
async fn a_pool_of_sqlx_0_8(db: Database) -> Result<(), sqlx_0_8::Error> {
    let pool = db.pool_0_8().await;
    sqlx_0_8::query(INSERT).execute(&pool).await?;
    let found: i64 = sqlx_0_8::query_scalar(COUNT).fetch_one(&pool).await?;
    assert_eq!(found, 1);
    Ok(())
}

/// As a framework with fixtures calls it, or a client that takes a URL.
#[tokio::test]
async fn a_url() -> Result<(), Box<dyn Error>> {
    let db = Database::of_async(&MIGRATIONS).await;
    let (client, connection) = tokio_postgres::connect(&db.url(), tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    client.batch_execute(INSERT).await?;
    drop(client);
    connection.await??;
    Ok(())
}
