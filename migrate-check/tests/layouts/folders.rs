//! A folder a migration: diesel, Prisma.

use migrate_check::Layout;

use super::{Directory, file, listing, places};

#[test]
fn diesel_has_a_folder_a_migration() {
    let mut files = vec![
        file("00000000000000_diesel_initial_setup/up.sql", "SELECT 1"),
        file("00000000000000_diesel_initial_setup/down.sql", "SELECT 2"),
        file(".diesel_lock", ""),
        file(".hidden/up.sql", "nonsense"),
    ];
    for day in 1..=5 {
        let folder = format!("2025-01-0{day}-093000_create_t{day}");
        files.push(file(
            format!("{folder}/up.sql"),
            format!("CREATE TABLE t{day} (a int);"),
        ));
        files.push(file(
            format!("{folder}/down.sql"),
            format!("DROP TABLE t{day};"),
        ));
    }
    files.extend([
        file(
            "2025-01-06-093000_index/up.sql",
            "CREATE INDEX CONCURRENTLY i ON t1 (a)",
        ),
        file(
            "2025-01-06-093000_index/down.sql",
            "DROP INDEX CONCURRENTLY IF EXISTS i",
        ),
        file(
            "2025-01-06-093000_index/metadata.toml",
            "# indexes\nrun_in_transaction = false # for the index\n",
        ),
    ]);
    let loaded = Directory::with(&files).load(Layout::Diesel);
    assert_eq!(places(&loaded), "");
    let listing = listing(&loaded);
    assert_eq!(listing.lines().count(), 14);
    insta::assert_snapshot!(listing.lines().filter(|line| !line.contains("create_t")).collect::<Vec<_>>().join("\n"), @r#"
    0 "diesel_initial_setup" up 00000000000000_diesel_initial_setup/up.sql: 1 Single
    0 "diesel_initial_setup" down 00000000000000_diesel_initial_setup/down.sql: 1 Single
    20250106093000 "index" up 2025-01-06-093000_index/up.sql: 1 None
    20250106093000 "index" down 2025-01-06-093000_index/down.sql: 1 None
    "#);
    files.extend([
        file("2025-01-07-093000_data/up.sql", "SELECT 1;\nSELECT (2;"),
        file("2025-01-07-093000_data/rows.sql", "SELECT 1"),
        file("2025-01-08-093000_down_only/down.sql", "SELECT 1"),
        file("2025-01-09-093000_empty/README.md", ""),
        file("2025-01-10-093000_toml/up.sql", "SELECT 1"),
        file(
            "2025-01-10-093000_toml/metadata.toml",
            "\nrun_in_transaction = perhaps\n",
        ),
        file("notes_x/up.sql", "SELECT 1"),
        file("loose.sql", "SELECT 1"),
    ]);
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::Diesel)), @r#"
    migrations/2025-01-07-093000_data/rows.sql: is neither the `up.sql` nor the `down.sql` of a folder, so diesel ignores it
    migrations/2025-01-07-093000_data/up.sql:2:10: syntax error at or near ";"
    migrations/2025-01-08-093000_down_only/down.sql: reverts version 20250108093000, but no file applies it
    migrations/2025-01-09-093000_empty: a folder without `up.sql`
    migrations/2025-01-10-093000_toml/metadata.toml:2:1: unsupported setting `run_in_transaction = perhaps`
    migrations/loose.sql: is neither the `up.sql` nor the `down.sql` of a folder, so diesel ignores it
    migrations/notes_x/up.sql: the folder's name begins with `notes`, which is not a version
    "#);
}

#[test]
fn prisma_has_a_folder_with_one_file() {
    let mut files = vec![
        file("migration_lock.toml", "provider = \"postgresql\"\n"),
        file(
            "0_init/migration.sql",
            "CREATE TABLE \"User\" (\"id\" integer);",
        ),
    ];
    for day in 10..=19 {
        files.push(file(
            format!("202501{day}093000_t{day}/migration.sql"),
            format!("-- CreateTable\nCREATE TABLE \"T{day}\" ();"),
        ));
    }
    files.push(file("20250119093000_t19/down.sql", "DROP TABLE \"T19\";"));
    let loaded = Directory::with(&files).load(Layout::Prisma);
    assert_eq!(places(&loaded), "");
    assert_eq!(listing(&loaded).lines().count(), 12);
    files.push(file(
        "20250120093000_bad/migration.sql",
        "-- AlterTable\nALTER TABEL t ADD a int;",
    ));
    insta::assert_snapshot!(places(&Directory::with(&files).load(Layout::Prisma)), @r#"migrations/20250120093000_bad/migration.sql:2:7: syntax error at or near "TABEL""#);
}

#[cfg(unix)]
#[test]
fn links_to_folders_and_settings_are_followed() {
    use std::os::unix::fs::symlink;

    let elsewhere = Directory::with(&[
        file("1_a/up.sql", "SELECT 1"),
        file("settings.toml", "run_in_transaction = false"),
    ]);
    let inside = Directory::with(&[
        file("2_b/up.sql", "SELECT 1"),
        file("3_c/up.sql", "SELECT 1"),
    ]);
    let outside = elsewhere.root.path().join("migrations");
    let migrations = inside.root.path().join("migrations");
    for (target, link) in [
        (outside.join("1_a"), "1_a"),
        (outside.join("settings.toml"), "2_b/metadata.toml"),
        (migrations.join("3_c"), "4_d"),
    ] {
        symlink(target, migrations.join(link)).expect("a link");
    }
    let loaded = inside.load(Layout::Diesel);
    assert_eq!(places(&loaded), "");
    let versions: Vec<i64> = loaded
        .migrations
        .iter()
        .map(|found| found.version)
        .collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    let second = &loaded.migrations[1].up;
    assert_eq!(second.transaction, migrate_check::Transaction::None);
}

/// Both tools compare names as texts, so a version of another length must be renamed, and not run elsewhere.
#[test]
fn where_the_tool_orders_by_names_the_help_keeps_its_order() {
    let load = |layout, folders: &[&str]| {
        let file_name = match layout {
            Layout::Diesel => "up.sql",
            _ => "migration.sql",
        };
        let files: Vec<_> = folders
            .iter()
            .map(|folder| file(format!("{folder}/{file_name}"), "SELECT 1;"))
            .collect();
        Directory::with(&files).load(layout)
    };
    let longer = ["2025-11-19-091444-0000_a", "2026-05-27-120000_b"];
    insta::assert_snapshot!(super::texts(&load(Layout::Diesel, &longer)), @"
    migrations/2026-05-27-120000_b/up.sql: sorts after `2025-11-19-091444-0000_a` but runs before it
     |
     = help: rename its folder to `2026-05-27-120000-0000_b`
     = help: if it has been applied, rename it in the tool's history table as well
    ");
    let renamed = ["2025-11-19-091444-0000_a", "2026-05-27-120000-0000_b"];
    assert_eq!(super::texts(&load(Layout::Diesel, &renamed)), "");
    let shorter = [
        "20250101120000_a",
        "20250625101500_w",
        "20250625_x",
        "20250701120000_b",
    ];
    insta::assert_snapshot!(super::texts(&load(Layout::Prisma, &shorter)), @"
    migrations/20250625_x/migration.sql: sorts after `20250101120000_a` but runs before it
     |
     = help: rename its folder to `20250625999999_x`
     = help: if it has been applied, rename it in the tool's history table as well
    ");
    let renamed = [
        "20250101120000_a",
        "20250625101500_w",
        "20250625999999_x",
        "20250701120000_b",
    ];
    assert_eq!(super::texts(&load(Layout::Prisma, &renamed)), "");
}

/// diesel leaves hyphens out before it compares.
#[test]
fn hyphens_do_not_count_in_diesels_order() {
    let files = ["20250101120000_a/up.sql", "2025-12-01-120000_b/up.sql"];
    let files: Vec<_> = files.iter().map(|name| file(*name, "SELECT 1;")).collect();
    assert_eq!(places(&Directory::with(&files).load(Layout::Diesel)), "");
}

#[test]
fn a_folder_may_be_named_like_a_file() {
    for (layout, inner) in [
        (Layout::Prisma, "migration.sql"),
        (Layout::Diesel, "up.sql"),
    ] {
        let name = format!("20250101000000_users.sql/{inner}");
        let loaded = Directory::with(&[file(name, "CREATE TABLE t ();")]).load(layout);
        assert_eq!(places(&loaded), "");
        assert_eq!(loaded.migrations.len(), 1);
    }
}
