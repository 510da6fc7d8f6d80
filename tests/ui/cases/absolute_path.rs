use migrate_runtime::{embed_migrations, Migrations};

static MIGRATIONS: Migrations = embed_migrations!("/cases/right");

fn main() {
    assert_eq!(MIGRATIONS.iter().count(), 1);
}
