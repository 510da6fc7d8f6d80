//! Both directions in one file: goose, sql-migrate, dbmate.

use migrate_check::Layout;
use migrate_check::Transaction::{None as Without, Single};

use super::{Directory, file, listing, places};

/// Ten files, and how a direction begins.
fn ten(up: &str, down: &str) -> Vec<(String, String)> {
    (10..20)
        .map(|n| {
            let text = format!(
                "-- what it is for\n\n{up}\nCREATE TABLE t{n} (\n  a int\n);\n\n{down}\nDROP TABLE t{n};\n"
            );
            file(format!("{n}_create_t{n}.sql"), text)
        })
        .collect()
}

#[test]
fn each_direction_of_a_file_is_a_script_and_together_they_are_the_file() {
    for (layout, up, down) in [
        (Layout::Goose, "-- +goose Up", "-- +goose Down"),
        (Layout::SqlMigrate, "-- +migrate Up", "-- +migrate Down"),
        (Layout::Dbmate, "-- migrate:up", "-- migrate:down"),
    ] {
        let files = ten(up, down);
        let loaded = Directory::with(&files).load(layout);
        assert_eq!(places(&loaded), "", "{layout:?}");
        assert_eq!(loaded.migrations.len(), 10);
        for (migration, (_, text)) in loaded.migrations.iter().zip(&files) {
            let down = migration.down.as_ref().expect("a down section");
            assert_eq!(format!("{}{}", migration.up.text, down.text), *text);
            assert_eq!(
                (migration.up.lines_before, down.lines_before),
                (Some(0), Some(7))
            );
            assert_eq!(
                (migration.up.statements.len(), down.statements.len()),
                (1, 1)
            );
        }
    }
}

#[test]
fn an_edited_down_section_leaves_the_checksum_of_the_up_section_alone() {
    let mut files = ten("-- +goose Up", "-- +goose Down");
    let before = Directory::with(&files).load(Layout::Goose);
    files[0].1 += "-- edited\n";
    let after = Directory::with(&files).load(Layout::Goose);
    assert_eq!(
        before.migrations[0].up.checksum,
        after.migrations[0].up.checksum
    );
    let down = |index: usize| {
        [&before, &after].map(|set| {
            set.migrations[index]
                .down
                .as_ref()
                .map(|down| down.checksum)
        })
    };
    assert_ne!(down(0)[0], down(0)[1]);
    assert_eq!(down(1)[0], down(1)[1]);
}

#[test]
fn marks_say_what_runs_without_a_transaction() {
    let goose = "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE TABLE IF NOT EXISTS t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- +goose Down\nDROP INDEX CONCURRENTLY IF EXISTS i;\n";
    let sql_migrate = "-- +migrate Up notransaction\nCREATE TABLE IF NOT EXISTS t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- +migrate Down\nSELECT 1;\n";
    let dbmate = "-- migrate:up transaction:false\nCREATE TABLE IF NOT EXISTS t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- migrate:down\nSELECT 1;\n";
    for (layout, text, expected) in [
        (Layout::Goose, goose, [Without, Without]),
        (Layout::SqlMigrate, sql_migrate, [Without, Single]),
        (Layout::Dbmate, dbmate, [Without, Single]),
    ] {
        let loaded = Directory::with(&[file("1_i.sql", text)]).load(layout);
        assert_eq!(places(&loaded), "", "{layout:?}");
        let migration = &loaded.migrations[0];
        let down = migration.down.as_ref().expect("a down section");
        assert_eq!([migration.up.transaction, down.transaction], expected);
    }
}

#[test]
fn what_is_wrong_is_found_where_it_stands_in_the_file() {
    let mut files = ten("-- +goose Up", "-- +goose Down");
    files.extend([
        file("20_a.sql", "-- +goose Up\nSELECT 1;\nSELECT 1 +;\n\n-- +goose Down\nSELECT 1;\n SELECT 'ä', 'x;\n"),
        file("21_b.sql", "-- +goose Up\n-- +goose StatementBegin\nDO $$ BEGIN PERFORM 1; END $$;\n-- +goose StatementEnd\n-- +goose Down\n-- +goose Sideways\n"),
        file("22_c.sql", "SELECT 1;\n-- +goose Up\nSELECT 2;\n-- +goose Up\nSELECT 3;\n"),
        file("23_d.sql", "\nSELECT 1;\n"),
        file("24_e.sql", "-- +goose Up\n-- migrate: allow(own-history-table) it is ours\nLOCK TABLE schema_migrations;\n-- +goose Down\nSELECT 1 FROM schema_migrations;\n"),
        file("25_f.sql", "-- +goose ENVSUB ON\n-- +goose Up\nSELECT 1;\n"),
        file("26_g.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\n-- migrate: out-of-order\nSELECT 1;\n"),
        file("27_h.go", "package migrations"),
        file("28_i.down.sql", "-- +goose Up\nSELECT 1"),
    ]);
    let loaded = Directory::with(&files).load(Layout::Goose);
    insta::assert_snapshot!(places(&loaded), @r#"
    migrations/20_a.sql:3:11: syntax error at or near ";"
    migrations/20_a.sql:7:14: unterminated quoted string
    migrations/21_b.sql:6:1: unknown mark
    migrations/22_c.sql:1:1: a statement before the first mark belongs to no direction
    migrations/22_c.sql:4:1: a second section for the same direction
    migrations/23_d.sql:1:1: no `-- +goose Up` line
    migrations/25_f.sql:1:1: environment variables are not substituted
    migrations/26_g.sql:4:4: `out-of-order` in a down file has no effect
    migrations/27_h.go: a migration written in Go
    migrations/28_i.down.sql: a down file, but goose keeps both directions in one file
    "#);
    insta::assert_snapshot!(listing(&loaded).lines().find(|line| line.contains("down 20_a.sql")).unwrap_or_default(), @r#"20 "a" down 20_a.sql below 4 lines: 2 Single"#);
}

#[test]
fn comments_of_both_kinds_may_stand_above_the_first_mark() {
    let file_of = |above: &str| {
        let text = format!("{above}\n-- +migrate Up\nSELECT 1;\n");
        Directory::with(&[file("1_a.sql", text)]).load(Layout::SqlMigrate)
    };
    for above in [
        "/* one */",
        "/* several\n lines /* nested */\n*/ -- and another",
        "-- /*",
    ] {
        assert_eq!(places(&file_of(above)), "", "{above}");
    }
    for above in ["/* one */ SELECT 2;", "/* several\n*/ SELECT 2;"] {
        assert!(
            places(&file_of(above)).contains("a statement before the first mark"),
            "{above}"
        );
    }
}
