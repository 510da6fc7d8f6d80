//! Tables with checksums: Flyway, Prisma. Those of sqlx and refinery are made by the tools themselves, in
//! `tests/adopt-peers`.

use migrate_check::Layout;

use crate::{Project, assert_taken_over, database, history, perform, table_text};

/// Flyway's table: `getRawCreateScript` of its `PostgreSQLDatabase`.
const FLYWAY: &str = "CREATE TABLE \"flyway_schema_history\" (\"installed_rank\" INT NOT NULL, \"version\" VARCHAR(50), \
     \"description\" VARCHAR(200) NOT NULL, \"type\" VARCHAR(20) NOT NULL, \"script\" VARCHAR(1000) NOT NULL, \
     \"checksum\" INTEGER, \"installed_by\" VARCHAR(100) NOT NULL, \"installed_on\" TIMESTAMP NOT NULL DEFAULT now(), \
     \"execution_time\" INTEGER NOT NULL, \"success\" BOOLEAN NOT NULL, \
     CONSTRAINT \"flyway_schema_history_pk\" PRIMARY KEY (\"installed_rank\"))";

/// Prisma's table: `_prisma_migrations` of its schema engine.
pub(crate) const PRISMA: &str = "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, \
     finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, \
     started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)";

/// CRC-32 by its definition (reflected, 0xEDB88320), over the lines without their endings.
fn flyway_checksum(text: &str) -> i32 {
    let mut register = u32::MAX;
    for byte in text.lines().flat_map(str::bytes) {
        register ^= u32::from(byte);
        for _ in 0..8 {
            let low = register & 1;
            register = (register >> 1) ^ (low * 0xEDB8_8320);
        }
    }
    (!register).cast_signed()
}

#[test]
fn flyway_is_taken_over_with_its_checksums_times_and_roles() {
    let database = database(FLYWAY, 12);
    for n in 1..=12 {
        let checksum = flyway_checksum(&table_text(n));
        database.execute(&format!(
            "INSERT INTO flyway_schema_history VALUES ({n}, '{n}', 'create t{n}', 'SQL', 'V{n}__create_t{n}.sql', \
             {checksum}, 'deployer', timestamp '2023-02-01' + {n} * interval '1 hour', {n}7, true)"
        ));
    }
    let name = |n: u32| format!("V{n}__create_t{n}.sql");
    let project = Project::twelve(Layout::Flyway, name, table_text);
    assert_taken_over(
        &database,
        &project,
        12,
        (&name(13), &table_text(13)),
        &name(4),
    );
    assert_eq!(
        history(&database)[1],
        [
            "2",
            "create_t2",
            "applied",
            "2023-02-01 02:00:00",
            "27",
            "deployer",
            "adopted from flyway"
        ]
    );
}

#[test]
fn a_baseline_of_flyways_is_one_of_ours_and_dotted_versions_match_by_file() {
    let database = database(FLYWAY, 3);
    let (one, dotted) = (
        flyway_checksum(&table_text(2)),
        flyway_checksum(&table_text(3)),
    );
    database.execute(&format!(
        "INSERT INTO flyway_schema_history VALUES \
         (0, NULL, '<< Flyway Schema Creation >>', 'SCHEMA', '\"app\"', NULL, 'x', '2023-01-01', 0, true), \
         (1, '1', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', NULL, 'x', '2023-01-01', 0, true), \
         (2, '1.1', 'b', 'SQL', 'V1.1__b.sql', {one}, 'x', '2023-01-02', 1, true), \
         (3, '1.10', 'c', 'SQL', 'V1.10__c.sql', {dotted}, 'x', '2023-01-03', 1, true), \
         (4, '2', 'gone', 'SQL', 'V2__gone.sql', 1, 'x', '2023-01-03', 1, true), \
         (5, '2', 'gone', 'UNDO_SQL', 'U2__gone.sql', 1, 'x', '2023-01-03', 1, true)"
    ));
    let project = Project::new(
        Layout::FlywayDotted,
        &[
            (
                "V0.9__before.sql",
                "CREATE TABLE never (id int);".to_owned(),
            ),
            ("V1__a.sql", table_text(1)),
            ("V1.1__b.sql", table_text(2)),
            ("V1.10__c.sql", table_text(3)),
            ("V2__gone.sql", table_text(4)),
        ],
    );
    let set = project.set();
    perform(&database, &migrate_adopt::adopt(&set)).unwrap();
    let states: Vec<Vec<String>> =
        database.rows("SELECT version, state FROM schema_migrations ORDER BY 1");
    assert_eq!(
        states,
        [
            ["9000000", "baseline"],
            ["1000000000", "baseline"],
            ["1001000000", "applied"],
            ["1010000000", "applied"],
        ]
    );
    let report = crate::run(&database, &set).unwrap();
    assert_eq!(report.applied[0].version, 2_000_000_000);
}

#[test]
fn prisma_is_taken_over_and_its_failed_and_rolled_back_rows_are_not() {
    let database = database(PRISMA, 12);
    let name = |n: u32| format!("202401{n:02}000000_create_t{n}/migration.sql");
    for n in 1..=12 {
        // pgcrypto is not needed: PostgreSQL has sha256 of its own.
        database.execute(&format!(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count) \
             VALUES ('{n}', encode(sha256(E'CREATE TABLE t{n} (id integer);\\n'), 'hex'), '202401{n:02}000000_create_t{n}', \
             '2024-02-01 00:00:00+00', '2024-02-01 00:00:01.5+00', 1)"
        ));
    }
    database.execute(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, rolled_back_at) VALUES ('x', 'x', '20240113000000_tried', now())",
    );
    let project = Project::twelve(Layout::Prisma, name, table_text);
    assert_taken_over(
        &database,
        &project,
        12,
        (&name(13), &table_text(13)),
        &name(9),
    );
    assert_eq!(history(&database)[0][4], "1500");

    // Files to which directives were added for migrate.
    let database = crate::database(PRISMA, 2);
    for n in 1..=2 {
        database.execute(&format!(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES \
             ('{n}', encode(sha256(E'CREATE TABLE t{n} (id integer);\\n'), 'hex'), '{n}_a', now())"
        ));
    }
    let project = Project::new(
        Layout::Prisma,
        &[
            (
                "1_a/migration.sql",
                format!("-- migrate: lock-timeout 3s\n\n{}", table_text(1)),
            ),
            (
                "2_a/migration.sql",
                format!("-- migrate: out-of-order\n{}", table_text(2)),
            ),
        ],
    );
    let set = project.set();
    let adopted = perform(&database, &migrate_adopt::adopt(&set)).unwrap();
    assert_eq!(adopted.recorded.len(), 2);
    assert!(crate::run(&database, &set).unwrap().is_noop());

    // A file with CRLF in the checkout that Prisma hashed.
    let database = crate::database(PRISMA, 1);
    database.execute(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES \
         ('1', encode(sha256(E'CREATE TABLE t1 (id integer);\\r\\n'), 'hex'), '1_a', now()), \
         ('2', encode(sha256('something else'), 'hex'), '2_b', now())",
    );
    database.execute(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('3', 'x', '3_c')",
    );
    let project = Project::new(
        Layout::Prisma,
        &[
            ("1_a/migration.sql", table_text(1)),
            ("2_b/migration.sql", table_text(2)),
            ("3_c/migration.sql", table_text(3)),
        ],
    );
    let error = perform(&database, &migrate_adopt::adopt(&project.set())).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."_prisma_migrations" of Prisma does not match the files:
      migrations/2_b/migration.sql was edited after it was applied
        restore the applied text, or, if the edit makes no difference to the database: `--applied 2`
      migrations/3_c/migration.sql was started but not finished
        if the database has all of its effects, or you finished it by hand: `--applied 3`
        if it has none of them, or you undid them by hand: `--pending 3`
    "#);
}

#[test]
fn a_renamed_file_of_a_whole_version_is_found_beside_dotted_ones() {
    let database = database(FLYWAY, 2);
    let sums = [1, 2].map(|n| flyway_checksum(&table_text(n)));
    database.execute(&format!(
        "INSERT INTO flyway_schema_history VALUES \
         (1, '1', 'old', 'SQL', 'V1__old.sql', {}, 'x', '2023-01-02', 1, true), \
         (2, '1.1', 'b', 'SQL', 'V1.1__b.sql', {}, 'x', '2023-01-03', 1, true)",
        sums[0], sums[1]
    ));
    let project = Project::new(
        Layout::FlywayDotted,
        &[
            ("V1__new.sql", table_text(1)),
            ("V1.1__b.sql", table_text(2)),
        ],
    );
    let set = project.set();
    let adopted = perform(&database, &migrate_adopt::adopt(&set)).unwrap();
    assert_eq!(adopted.recorded.len(), 2);
    assert!(crate::run(&database, &set).unwrap().is_noop());
}
