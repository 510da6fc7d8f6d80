//! SeaORM works with sqlx, and lends its pool.

use std::env;
use std::error::Error;

use migrate_runtime::{Migrations, embed_migrations};
use sea_orm::{ConnectionTrait as _, Database};

static MIGRATIONS: Migrations = embed_migrations!("migrations");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let db = Database::connect(env::var("DATABASE_URL")?).await?;
    println!(
        "{}",
        MIGRATIONS
            .run_async(db.get_postgres_connection_pool())
            .await?
    );

    db.execute_unprepared("INSERT INTO visits DEFAULT VALUES")
        .await?;
    Ok(())
}
