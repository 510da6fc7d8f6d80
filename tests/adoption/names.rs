//! Tables of names: sql-migrate, `SeaORM`.

use migrate_check::Layout;
use migrate_runtime::Policy;

use crate::checksums::PRISMA;
use crate::{Project, assert_taken_over, database, history, perform, run, table_text};

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

const GORP: &str =
    "create table gorp_migrations (id text not null primary key, applied_at timestamptz)";

const FILES: &str = "CREATE TABLE schema_migrations (id serial, migration_name varchar, applied_at timestamptz DEFAULT now())";

fn text(n: u32) -> String {
    format!("-- +migrate Up\n{}", table_text(n))
}

#[test]
fn a_file_that_only_has_the_number_of_a_row_is_not_taken_for_applied() {
    for (table, layout) in [(GORP, Layout::SqlMigrate), (FILES, Layout::Flat)] {
        let database = database(table, 1);
        let text = |n| match layout {
            Layout::SqlMigrate => text(n),
            _ => table_text(n),
        };
        let insert = match layout {
            Layout::SqlMigrate => "INSERT INTO gorp_migrations (id) VALUES ",
            _ => "INSERT INTO schema_migrations (migration_name) VALUES ",
        };
        database.execute(&format!("{insert} ('1_init.sql'), ('2_b.sql')"));
        database.execute(&table_text(3));
        // The applied `2_b` was renumbered when `2_a` was merged.
        let project = Project::new(
            layout,
            &[
                ("1_init.sql", text(1)),
                ("2_a.sql", text(2)),
                ("3_b.sql", text(3)),
            ],
        );
        let set = project.set();
        let error = perform(&database, &migrate_adopt::adopt(&set)).unwrap_err();
        assert!(
            format!("{error:#}")
                .contains("migrations/2_a.sql was not applied, although newer ones were"),
            "{error:#}"
        );
        perform(&database, &migrate_adopt::adopt(&set).pending(2)).unwrap();
        let mut runner = set.runner().out_of_order(Policy::Allow);
        let report = runner.run(&mut database.client()).unwrap();
        assert_eq!(report.applied.len(), 1);
        assert_eq!(report.applied[0].version, 2);
    }
}

#[test]
fn where_only_the_number_fits_it_is_asked() {
    let database = database(GORP, 2);
    database.execute("INSERT INTO gorp_migrations (id) VALUES ('1_init.sql'), ('2_b.sql')");
    let project = Project::new(
        Layout::SqlMigrate,
        &[("1_init.sql", text(1)), ("2_a.sql", text(2))],
    );
    let set = project.set();
    let error = perform(&database, &migrate_adopt::adopt(&set)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."gorp_migrations" of sql-migrate does not match the files:
      2_b.sql was applied; migrations/2_a.sql has its number and another name
        if it is the same migration, renamed: `--applied 2`
        if it is another one, which should run: `--forget 2_b.sql --pending 2`
    "#);
    let pending = migrate_adopt::adopt(&set).forget("2_b.sql").pending(2);
    assert_eq!(
        perform(&database, &pending.dry_run(true))
            .unwrap()
            .recorded
            .len(),
        1
    );
    perform(&database, &migrate_adopt::adopt(&set).applied(2)).unwrap();
    assert!(run(&database, &set).unwrap().is_noop());
}

/// The statement that records a table of that number under that name.
type Row<'r> = &'r dyn Fn(u32, &str) -> String;

#[test]
fn two_migrations_of_one_number_that_both_ran_are_adopted_as_the_build_advises() {
    let prisma = |n: u32, name: &str| {
        format!(
            "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES \
             ('{n}', encode(sha256(E'CREATE TABLE t{n} (id integer);\\n'), 'hex'), '{name}', now())"
        )
    };
    let gorp =
        |_: u32, name: &str| format!("INSERT INTO gorp_migrations (id) VALUES ('{name}.sql')");
    let cases: [(Layout, &str, Row<'_>, &str); 2] = [
        (Layout::Prisma, PRISMA, &prisma, "/migration.sql"),
        (Layout::SqlMigrate, GORP, &gorp, ".sql"),
    ];
    for (layout, table, row, ending) in cases {
        let database = database(table, 4);
        let text = |n| match layout {
            Layout::SqlMigrate => text(n),
            _ => table_text(n),
        };
        let stems = ["20250101_a", "20250103_b", "20250103_c", "20250105_d"];
        let project = Project::new::<&str, &str>(layout, &[]);
        for (n, stem) in (1..).zip(stems) {
            database.execute(&row(n, stem));
            project.write(&format!("{stem}{ending}"), &text(n));
        }
        let settings = migrate_check::Settings {
            layout,
            ..migrate_check::Settings::default()
        };
        let loaded = migrate_check::load(project.root.path(), "migrations", &settings);
        let problems = format!("{:?}", loaded.diagnostics);
        let advice = format!("rename this one to `20250104_c{ending}`: `migrate adopt` finds");
        assert!(problems.contains(&advice), "{problems}");
        let migrations = project.root.path().join("migrations");
        let top =
            |name: &str| migrations.join(format!("{name}{}", ending.replace("/migration.sql", "")));
        std::fs::rename(top("20250103_c"), top("20250104_c")).unwrap();
        let set = project.set();
        let adopted = perform(&database, &migrate_adopt::adopt(&set)).unwrap();
        let versions: Vec<i64> = adopted.recorded.iter().map(|one| one.version).collect();
        assert_eq!(versions, [20_250_101, 20_250_103, 20_250_104, 20_250_105]);
        assert!(run(&database, &set).unwrap().is_noop());
    }
}
