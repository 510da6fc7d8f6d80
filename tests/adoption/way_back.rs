//! The SQL of the guide that gives each tool its table back: the tool's rows are then those it would have
//! written itself, as far as our history knows them.

use std::fs;

use migrate_adopt::{Tool, adopt};
use migrate_check::Layout;

use crate::{Project, database, perform, run, table_text};

/// What a tool's table is, and where its page is.
struct Case {
    page: &'static str,
    tool: Tool,
    layout: Layout,
    /// Makes the table with the rows of versions 1 to 3.
    table: &'static str,
    /// How a file is called.
    name: fn(u32) -> String,
    /// The versions that the tool takes for applied.
    versions: &'static str,
    /// The tool's checksum cannot be computed from our history, as its page says.
    unknown_checksum: bool,
}

fn statements(page: &str) -> String {
    let path = format!("{}/../docs/from/{page}.md", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    let (_, rest) = text.split_once("```sql\n").unwrap();
    rest.split("```").next().unwrap().to_owned()
}

fn check(case: &Case) {
    let database = database(case.table, 3);
    let text = |n| match case.layout {
        Layout::Goose => format!("-- +goose Up\n{}", table_text(n)),
        Layout::SqlMigrate => format!("-- +migrate Up\n{}", table_text(n)),
        Layout::Dbmate => format!("-- migrate:up\n{}", table_text(n)),
        _ => table_text(n),
    };
    let files: Vec<_> = (1..=4).map(|n| ((case.name)(n), text(n))).collect();
    let project = Project::new(case.layout, &files);
    let set = project.set();
    let status = set.runner().status(&mut database.client()).map(|status| {
        let tools = status.other_histories.into_iter().map(|other| other.tool);
        tools.collect::<Vec<_>>()
    });
    match status {
        Ok(tools) => assert_eq!(tools, [case.tool.name()]),
        // Its table has the name that the history of the set would have.
        Err(error) => assert_eq!(error.kind(), migrate_runtime::ErrorKind::ForeignTable),
    }
    // Hand-made rows hold no checksums.
    let all = |adoption| (1..=4).fold(adoption, migrate_adopt::Adoption::applied);
    let adoption = all(adopt(&set).from(case.tool));
    assert_eq!(
        perform(&database, &adoption).unwrap().recorded.len(),
        3,
        "{}",
        case.page
    );
    assert_eq!(run(&database, &set).unwrap().applied.len(), 1);

    database
        .client()
        .batch_execute(&statements(case.page))
        .unwrap();
    let versions: Vec<String> = database.rows(case.versions).concat();
    assert_eq!(versions, ["1", "2", "3", "4"], "{}", case.page);

    // And over once more, from the table that the statements have left.
    database.execute("DROP TABLE IF EXISTS migrate_history");
    if database.value("SELECT to_regclass('schema_migrations') IS NOT NULL AND EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'schema_migrations' AND column_name = 'state')") == "t" {
        database.execute("DROP TABLE schema_migrations");
    }
    let again = if case.unknown_checksum {
        all(adopt(&set).from(case.tool))
    } else {
        (1..=3).fold(
            adopt(&set).from(case.tool),
            migrate_adopt::Adoption::applied,
        )
    };
    let again = perform(&database, &again).unwrap();
    assert_eq!(again.recorded.len(), 4, "{}: {again}", case.page);
    assert!(run(&database, &set).unwrap().is_noop());
}

#[test]
fn tables_of_their_own_get_the_rows_that_are_missing() {
    let cases = [
        Case {
            page: "sqlx",
            tool: Tool::Sqlx,
            layout: Layout::Sqlx,
            table: "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL, installed_on TIMESTAMPTZ NOT NULL DEFAULT now(), \
                    success BOOLEAN NOT NULL, checksum BYTEA NOT NULL, execution_time BIGINT NOT NULL); \
                    INSERT INTO _sqlx_migrations SELECT n, 'x', now(), true, '', 1 FROM generate_series(1, 3) n",
            name: |n| format!("{n}_x.sql"),
            versions: "SELECT version FROM _sqlx_migrations WHERE success ORDER BY 1",
            unknown_checksum: true,
        },
        Case {
            page: "diesel",
            tool: Tool::Diesel,
            layout: Layout::Diesel,
            table: "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
                    INSERT INTO __diesel_schema_migrations (version) SELECT to_char(n, 'FM00000000000000') FROM generate_series(1, 3) n",
            name: |n| format!("0000-00-00-{n:06}_x/up.sql"),
            versions: "SELECT version::bigint FROM __diesel_schema_migrations WHERE length(version) = 14 ORDER BY 1",
            unknown_checksum: false,
        },
        Case {
            page: "refinery",
            tool: Tool::Refinery,
            layout: Layout::Refinery,
            table: "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255), applied_on VARCHAR(255), checksum VARCHAR(255)); \
                    INSERT INTO refinery_schema_history SELECT n, 'x', '2024-01-01T00:00:00Z', '0' FROM generate_series(1, 3) n",
            name: |n| format!("V{n}__x.sql"),
            versions: "SELECT version FROM refinery_schema_history ORDER BY 1",
            unknown_checksum: true,
        },
        Case {
            page: "flyway",
            tool: Tool::Flyway,
            layout: Layout::Flyway,
            table: "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50), description VARCHAR(200) NOT NULL, \
                    type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL, checksum INTEGER, installed_by VARCHAR(100) NOT NULL, \
                    installed_on TIMESTAMP NOT NULL DEFAULT now(), execution_time INTEGER NOT NULL, success BOOLEAN NOT NULL); \
                    INSERT INTO flyway_schema_history SELECT n, n::text, 'x', 'SQL', format('V%s__x.sql', n), 1, 'x', now(), 1, true FROM generate_series(1, 3) n",
            name: |n| format!("V{n}__x.sql"),
            versions: "SELECT version FROM flyway_schema_history WHERE success AND script = format('V%s__x.sql', version) ORDER BY installed_rank",
            unknown_checksum: false,
        },
        Case {
            page: "goose",
            tool: Tool::Goose,
            layout: Layout::Goose,
            table: "CREATE TABLE goose_db_version (id serial NOT NULL, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NULL DEFAULT now(), PRIMARY KEY (id)); \
                    INSERT INTO goose_db_version (version_id, is_applied) SELECT n, true FROM generate_series(0, 3) n",
            name: |n| format!("{n:05}_x.sql"),
            versions: "SELECT version_id FROM goose_db_version WHERE is_applied AND version_id > 0 ORDER BY id",
            unknown_checksum: false,
        },
        Case {
            page: "sql-migrate",
            tool: Tool::SqlMigrate,
            layout: Layout::SqlMigrate,
            table: "CREATE TABLE gorp_migrations (id text NOT NULL PRIMARY KEY, applied_at timestamptz); \
                    INSERT INTO gorp_migrations SELECT format('%s_x.sql', n), now() FROM generate_series(1, 3) n",
            name: |n| format!("{n}_x.sql"),
            versions: "SELECT substring(id FROM '^([0-9]+)_x[.]sql$') FROM gorp_migrations ORDER BY 1",
            unknown_checksum: false,
        },
        Case {
            page: "prisma",
            tool: Tool::Prisma,
            layout: Layout::Prisma,
            table: "CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, \
                    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0); \
                    INSERT INTO _prisma_migrations SELECT n::text, 'x', now(), format('%s_x', n), NULL, NULL, now(), 1 FROM generate_series(1, 3) n",
            name: |n| format!("{n}_x/migration.sql"),
            versions: "SELECT substring(migration_name FROM '^([0-9]+)_x$') FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1",
            unknown_checksum: false,
        },
        Case {
            page: "seaorm",
            tool: Tool::SeaOrm,
            layout: Layout::Flat,
            table: "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL); \
                    INSERT INTO seaql_migrations SELECT format('m20250101_00000%s_x', n), 1700000000 FROM generate_series(1, 3) n",
            name: |n| format!("2025010100000{n}_x.sql"),
            versions: "SELECT substring(version FROM '^m20250101_00000([0-9])_x$') FROM seaql_migrations ORDER BY 1",
            unknown_checksum: false,
        },
    ];
    for case in &cases {
        check(case);
    }
}

#[test]
fn tables_that_were_renamed_get_their_name_back() {
    let cases = [
        Case {
            page: "golang-migrate",
            tool: Tool::GolangMigrate,
            layout: Layout::GolangMigrate,
            table: "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL); \
                    INSERT INTO schema_migrations VALUES (3, false)",
            name: |n| format!("{n}_x.up.sql"),
            versions: "SELECT generate_series(1, version) FROM schema_migrations WHERE NOT dirty",
            unknown_checksum: false,
        },
        Case {
            page: "dbmate",
            tool: Tool::Dbmate,
            layout: Layout::Dbmate,
            table: "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')",
            name: |n| format!("{n}_x.sql"),
            versions: "SELECT version FROM schema_migrations ORDER BY 1",
            unknown_checksum: false,
        },
        Case {
            page: "rails",
            tool: Tool::Rails,
            layout: Layout::Flat,
            table: "CREATE TABLE schema_migrations (version character varying NOT NULL PRIMARY KEY); INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')",
            name: |n| format!("{n}_x.sql"),
            versions: "SELECT version FROM schema_migrations ORDER BY 1",
            unknown_checksum: false,
        },
        Case {
            page: "file-names",
            tool: Tool::Files,
            layout: Layout::Flat,
            table: "CREATE TABLE schema_migrations (id serial PRIMARY KEY, migration_name varchar(255) NOT NULL UNIQUE, applied_at timestamptz DEFAULT now()); \
                    INSERT INTO schema_migrations (migration_name) VALUES ('1_x.sql'), ('2_x'), ('3_x.sql')",
            name: |n| format!("{n}_x.sql"),
            versions: "SELECT substring(migration_name FROM '^[0-9]+') FROM schema_migrations ORDER BY id",
            unknown_checksum: false,
        },
    ];
    for case in &cases {
        check(case);
    }
}
