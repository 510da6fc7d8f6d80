use migrate_runtime::{embed_migrations, Migrations};

static MIGRATIONS: Migrations = embed_migrations!("two_problems");

fn main() {
    assert_eq!(MIGRATIONS.iter().count(), 1);
}
