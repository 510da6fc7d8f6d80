//! Tables of versions: golang-migrate, goose, dbmate, Rails, diesel.

use migrate_adopt::Tool;
use migrate_check::Layout;

use crate::{Project, assert_taken_over, database, history, perform, table_text};

#[test]
fn golang_migrate_keeps_one_row_that_stands_for_all() {
    // database/postgres/postgres.go, ensureVersionTable and SetVersion.
    let database = database(
        "CREATE TABLE IF NOT EXISTS \"public\".\"schema_migrations\" (version bigint not null primary key, dirty boolean not null)",
        12,
    );
    database.execute("INSERT INTO schema_migrations (version, dirty) VALUES (12, false)");
    let project = Project::twelve(
        Layout::GolangMigrate,
        |n| format!("{n:06}_create_t{n}.up.sql"),
        table_text,
    );
    project.write("000012_create_t12.down.sql", "DROP TABLE t12");
    let adopted = perform(
        &database,
        &migrate_adopt::adopt(&project.set()).dry_run(true),
    )
    .unwrap();
    insta::assert_snapshot!(adopted, @r#"
    would record 12 migrations that golang-migrate applied, from "public"."schema_migrations"
    would rename "public"."schema_migrations" to "public"."schema_migrations_golang_migrate"
    "#);
    assert_eq!(database.value("SELECT dirty FROM schema_migrations"), "f");
    assert_taken_over(
        &database,
        &project,
        12,
        ("000013_create_t13.up.sql", &table_text(13)),
        "000003_create_t3.up.sql",
    );
    assert_eq!(
        database.value("SELECT version FROM schema_migrations_golang_migrate"),
        "12"
    );
    assert_eq!(
        history(&database)[3][6],
        "adopted from golang-migrate, which has no row for it; this is the time of the adoption"
    );
}

#[test]
fn a_dirty_golang_migrate_has_to_be_answered() {
    let database = database(
        "CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null)",
        5,
    );
    database.execute("INSERT INTO schema_migrations VALUES (5, true)");
    let project = Project::twelve(
        Layout::GolangMigrate,
        |n| format!("{n}_create_t{n}.up.sql"),
        table_text,
    );
    let set = project.set();
    let error = perform(&database, &migrate_adopt::adopt(&set)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."schema_migrations" of golang-migrate does not match the files:
      migrations/5_create_t5.up.sql was started but not finished
        if the database has all of its effects, or you finished it by hand: `--applied 5`
        if it has none of them, or you undid them by hand: `--pending 5`
    "#);
    database.execute("DROP TABLE t5");
    let adopted = perform(&database, &migrate_adopt::adopt(&set).pending(5)).unwrap();
    assert_eq!(adopted.recorded.len(), 4);
    let report = crate::run(&database, &set).unwrap();
    assert_eq!(report.applied.len(), 8);
}

#[test]
fn goose_counts_the_last_row_of_each_version() {
    // internal/dialect/dialectquery/postgres.go; version 0 is written when the table is made.
    let database = database(
        "CREATE TABLE goose_db_version (id serial NOT NULL, version_id bigint NOT NULL, is_applied boolean NOT NULL, \
         tstamp timestamp NULL default now(), PRIMARY KEY(id))",
        12,
    );
    database.execute(
        "INSERT INTO goose_db_version (version_id, is_applied, tstamp) \
         SELECT n, true, timestamp '2024-05-01 10:00:00' + n * interval '1 minute' FROM generate_series(0, 12) n",
    );
    // Taken back and applied again, then one that was taken back for good.
    database.execute(
        "INSERT INTO goose_db_version (version_id, is_applied, tstamp) VALUES \
         (12, false, '2024-06-01'), (12, true, '2024-06-02 03:04:05'), (13, true, '2024-06-03'), (13, false, '2024-06-04')",
    );
    let text = |n| {
        format!(
            "-- +goose Up\n-- +goose StatementBegin\n{}-- +goose StatementEnd\n\n-- +goose Down\nDROP TABLE t{n};\n",
            table_text(n)
        )
    };
    let project = Project::twelve(Layout::Goose, |n| format!("{n:05}_create_t{n}.sql"), text);
    assert_taken_over(
        &database,
        &project,
        12,
        ("00013_create_t13.sql", &text(13)),
        "00001_create_t1.sql",
    );
    let history = history(&database);
    assert_eq!(history[0][3], "2024-05-01 10:01:00");
    assert_eq!(history[11][3], "2024-06-02 03:04:05");
    assert_eq!(history[11][6], "adopted from goose");
    assert_eq!(
        database.value("SELECT count(*) FROM goose_db_version"),
        "17"
    );
}

#[test]
fn dbmate_and_rails_keep_versions_only() {
    // pkg/driver/postgres/postgres.go, CreateMigrationsTable; Active Record's schema_migration.rb.
    for (tool, column) in [
        (Tool::Dbmate, "varchar(128) primary key"),
        (Tool::Dbmate, "varchar(255) primary key"),
        (Tool::Rails, "character varying NOT NULL PRIMARY KEY"),
    ] {
        let database = database(
            &format!("create table schema_migrations (version {column})"),
            12,
        );
        database.execute(
            "INSERT INTO schema_migrations SELECT 20240100000000 + n FROM generate_series(1, 12) n",
        );
        let layout = match tool {
            Tool::Dbmate => Layout::Dbmate,
            _ => Layout::Flat,
        };
        let text = |n| match tool {
            Tool::Dbmate => format!(
                "-- migrate:up\n{}\n-- migrate:down\nDROP TABLE t{n};\n",
                table_text(n)
            ),
            _ => table_text(n),
        };
        let name = |n: u32| format!("{}_create_t{n}.sql", 20_240_100_000_000_u64 + u64::from(n));
        let project = Project::twelve(layout, name, text);
        assert_taken_over(&database, &project, 12, (&name(13), &text(13)), &name(2));
        let renamed = format!("schema_migrations_{}", tool.name());
        assert_eq!(
            database.value(&format!("SELECT count(*) FROM {renamed}")),
            "12"
        );
    }
}

#[test]
fn diesels_versions_are_its_folders() {
    // setup_migration_table.sql of diesel 2.3.
    let database = database(
        "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
         run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP)",
        12,
    );
    database.execute(
        "INSERT INTO __diesel_schema_migrations SELECT to_char(20240100000000 + n, 'FM00000000000000'), \
         timestamp '2024-01-01' + n * interval '1 day' FROM generate_series(1, 12) n",
    );
    let name = |n: u32| format!("2024-01-00-0000{n:02}_create_t{n}/up.sql");
    let project = Project::twelve(Layout::Diesel, name, table_text);
    assert_taken_over(
        &database,
        &project,
        12,
        (&name(13), &table_text(13)),
        &name(7),
    );
    assert_eq!(history(&database)[4][3], "2024-01-06 00:00:00");
}
