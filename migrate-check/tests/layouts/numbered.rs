//! One file a direction, with a number in its name: sqlx, golang-migrate, refinery, Flyway.

use migrate_check::Layout;

use super::{Directory, file, listing, places};

#[test]
fn sqlx_orders_by_number_and_knows_both_kinds_of_files() {
    let mut files: Vec<_> = (1..=9)
        .map(|n| {
            file(
                format!("{n}_create_t{n}.sql"),
                format!("CREATE TABLE t{n} (a int);"),
            )
        })
        .collect();
    files.extend([
        file("10_tag.up.sql", "CREATE TABLE t10 ();\r\nSELECT 1;"),
        file("10_tag.down.sql", "DROP TABLE t10;"),
        file(
            "11_index.sql",
            "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t1 (a);",
        ),
        file(".gitkeep", ""),
    ]);
    let loaded = Directory::with(&files).load(Layout::Sqlx);
    assert_eq!(places(&loaded), "");
    let listing = listing(&loaded);
    let last = listing.lines().skip(8).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(last, @r#"
    9 "create_t9" up 9_create_t9.sql: 1 Single
    10 "tag" up 10_tag.up.sql: 2 Single
    10 "tag" down 10_tag.down.sql: 1 Single
    11 "index" up 11_index.sql: 1 None
    "#);
}

#[test]
fn what_sqlx_would_pass_over_is_an_error() {
    let mut files: Vec<_> = (1..=10)
        .map(|n| file(format!("{n}_a.sql"), "SELECT 1"))
        .collect();
    files.extend([
        file("11-b.sql", "SELECT 1"),
        file("12_c.sql", "SELECT 1;\nSELECT 'x"),
    ]);
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::Sqlx)), @"
    migrations/11-b.sql: no `_` after version 11, so sqlx ignores it
    migrations/12_c.sql:2:8: unterminated quoted string
    ");
}

#[test]
fn golang_migrate_wants_a_direction() {
    let mut files: Vec<_> = (1..=6)
        .flat_map(|n| {
            [
                file(format!("{n}_t.up.sql"), format!("CREATE TABLE t{n} ();")),
                file(format!("{n}_t.down.sql"), format!("DROP TABLE t{n};")),
            ]
        })
        .collect();
    let good = Directory::with(&files).load(Layout::GolangMigrate);
    assert_eq!(places(&good), "");
    assert_eq!(listing(&good).lines().count(), 12);
    files.extend([
        file("7_plain.sql", "SELECT 1"),
        file("8_own.up.sql", "BEGIN;\nSELECT 1;\n  COMMIT;"),
    ]);
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::GolangMigrate)), @"
    migrations/7_plain.sql: ends in neither `.up.sql` nor `.down.sql`, so golang-migrate ignores it
    migrations/8_own.up.sql:1:1: `BEGIN` in a file that already runs in a transaction
    migrations/8_own.up.sql:3:3: `COMMIT` in a file that already runs in a transaction
    ");
}

#[test]
fn refinery_has_unversioned_files_that_may_come_late() {
    let mut files: Vec<_> = (1..=10)
        .map(|n| {
            file(
                format!("V{n}__create_t{n}.sql"),
                format!("CREATE TABLE t{n} (a int);"),
            )
        })
        .collect();
    files.push(file("U3_1__x.sql", "SELECT 1"));
    files.push(file("U11__late.sql", "SELECT 1"));
    files.push(file(
        "V12__rust.rs",
        "pub fn migration() -> String { String::new() }",
    ));
    files.push(file("mod.rs", ""));
    files.push(file("V13__broken.sql", "SELECT 1;\n\n SELECT 'ä' 'x;"));
    let loaded = Directory::with(&files).load(Layout::Refinery);
    insta::assert_snapshot!(places(&loaded), @"
    migrations/U3_1__x.sql: refinery's names are `V<number>__<name>.sql` and `U<number>__<name>.sql`
    migrations/V12__rust.rs: a migration written in Rust
    migrations/V13__broken.sql:3:13: unterminated quoted string
    ");
    let listing = listing(&loaded);
    let last = listing.lines().skip(9).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(last, @r#"
    10 "create_t10" up V10__create_t10.sql: 1 Single
    11 "late" up U11__late.sql: 1 Single any order
    13 "broken" up V13__broken.sql: 2 Single
    "#);
}

#[test]
fn flyway_undoes_with_u_and_reads_the_settings_beside_a_file() {
    let mut files: Vec<_> = (1..=10)
        .map(|n| {
            file(
                format!("V{n}__create_t{n}.sql"),
                format!("CREATE TABLE t{n} (a int);"),
            )
        })
        .collect();
    files.extend([
        file("U10__drop_it.sql", "DROP TABLE t10;"),
        file("V11__index.sql", "CREATE INDEX CONCURRENTLY i ON t1 (a);"),
        file("V11__index.sql.conf", "# why\nexecuteInTransaction=false\n"),
    ]);
    let loaded = Directory::with(&files).load(Layout::Flyway);
    assert_eq!(places(&loaded), "");
    let listing = listing(&loaded);
    let last = listing.lines().skip(9).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(last, @r#"
    10 "create_t10" up V10__create_t10.sql: 1 Single
    10 "create_t10" down U10__drop_it.sql: 1 Single
    11 "index" up V11__index.sql: 1 None
    "#);
    assert!(loaded.text("migrations/V11__index.sql.conf").is_some());
    files.extend([
        file("R__views.sql", "SELECT 1"),
        file("V1.5__dotted.sql", "SELECT 1"),
        file("V12__conf.sql", "SELECT\n  1 +;"),
        file(
            "V12__conf.sql.conf",
            "encoding=UTF-8\nshouldExecute=false\n",
        ),
    ]);
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::Flyway)), @r#"
    migrations/R__views.sql: a repeatable migration
    migrations/V1.5__dotted.sql: version 1.5 has several parts
    migrations/V12__conf.sql:2:6: syntax error at or near ";"
    migrations/V12__conf.sql.conf:2:1: unsupported setting `shouldExecute=false`
    "#);
}

#[test]
fn dotted_versions_of_flyway_become_numbers_in_their_order() {
    let versions = [
        "1", "1.1", "1.2", "1_10", "2", "2.0.1", "3", "4", "5.5.5.5", "10",
    ];
    let files: Vec<_> = versions
        .iter()
        .map(|version| file(format!("V{version}__x.sql"), "SELECT 1"))
        .collect();
    let loaded = Directory::with(&files).load(Layout::FlywayDotted);
    assert_eq!(places(&loaded), "");
    let numbers: Vec<i64> = loaded
        .migrations
        .iter()
        .map(|found| found.version)
        .collect();
    assert_eq!(numbers.len(), versions.len());
    assert_eq!(numbers[3], 1_010_000_000);
    assert_eq!(numbers[9], 10_000_000_000);
}

#[test]
fn a_direction_in_golang_migrates_name_is_moved_to_its_ending() {
    let files = [
        file("0028_w.up.sql", "SELECT 1"),
        file("0029_x_down.sql", "SELECT 1"),
        file("0030_y-up.sql", "SELECT 1"),
        file("0031_z.sql", "SELECT 1"),
    ];
    let loaded = Directory::with(&files).load(Layout::GolangMigrate);
    let help: Vec<&str> = loaded
        .diagnostics
        .iter()
        .flat_map(|found| found.help.iter().map(String::as_str))
        .collect();
    assert_eq!(
        help,
        [
            "rename it to `0029_x.down.sql`",
            "rename it to `0030_y.up.sql`",
            "rename it to `0031_z.up.sql`"
        ]
    );
}
