//! Tables of names: sql-migrate, `SeaORM`.

use migrate_check::Layout;

use crate::{Project, assert_taken_over, database, history, table_text};

#[test]
fn sql_migrate_keeps_the_names_of_its_files() {
    // MigrationRecord in migrate.go, as gorp makes a table of it.
    let database = database(
        "create table if not exists \"gorp_migrations\" (\"id\" text not null primary key, \"applied_at\" timestamp with time zone)",
        12,
    );
    let name = |n: u32| format!("{n:04}-create-t{n}.sql");
    for n in 1..=12 {
        database.execute(&format!(
            "INSERT INTO gorp_migrations VALUES ('{}', '2022-03-04 05:06:07+00')",
            name(n)
        ));
    }
    let text = |n| {
        format!(
            "-- +migrate Up\n{}\n-- +migrate Down\nDROP TABLE t{n};\n",
            table_text(n)
        )
    };
    let project = Project::twelve(Layout::SqlMigrate, name, text);
    assert_taken_over(&database, &project, 12, (&name(13), &text(13)), &name(5));
    assert_eq!(history(&database)[0][3], "2022-03-04 05:06:07");
}

#[test]
fn sea_orm_keeps_the_names_of_its_modules() {
    // sea-orm-migration, src/seaql_migrations.rs.
    let database = database(
        "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL)",
        12,
    );
    database.execute(
        "INSERT INTO seaql_migrations SELECT 'm20220101_0000' || to_char(n, 'FM00') || '_create_t' || n, 1646370367 \
         FROM generate_series(1, 12) n",
    );
    let name = |n: u32| format!("202201010000{n:02}_create_t{n}.sql");
    let project = Project::twelve(Layout::Flat, name, table_text);
    assert_taken_over(
        &database,
        &project,
        12,
        (&name(13), &table_text(13)),
        &name(5),
    );
    assert_eq!(history(&database)[0][3], "2022-03-04 05:06:07");
}
