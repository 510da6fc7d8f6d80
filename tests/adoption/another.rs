//! Rows that are about another migration than the file with their number, and tables that are not a tool's.

use migrate_adopt::{Tool, adopt};
use migrate_check::Layout;
use migrate_runtime::HistoryTable;

use crate::{Project, database, perform, perform_async, run, table_text};

const SQLX: &str = "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, \
    installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, \
    execution_time bigint NOT NULL)";

const REFINERY: &str = "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name varchar(255), \
    applied_on varchar(255), checksum varchar(255))";

const FLYWAY: &str = "CREATE TABLE flyway_schema_history (installed_rank int PRIMARY KEY, version varchar(50), \
    description varchar(200), type varchar(20), script varchar(1000), checksum int, installed_by varchar(100), \
    installed_on timestamp DEFAULT now(), execution_time int, success boolean)";

#[test]
fn a_row_of_another_name_is_not_the_file_with_its_number() {
    let cases = [
        (
            Layout::Sqlx,
            SQLX,
            "INSERT INTO _sqlx_migrations VALUES (1, 'create users', now(), true, sha384(E'CREATE TABLE t1 (id integer);\\n'), 1), \
             (2, 'add jobs', now(), true, '\\x00', 1)",
            ["0001_people.sql", "0002_names.sql"],
            "2 (2_add jobs.sql)",
        ),
        (
            Layout::Refinery,
            REFINERY,
            "INSERT INTO refinery_schema_history VALUES (1, 'create_users', '2024-01-01T00:00:00Z', '0'), \
             (2, 'add_jobs', '2024-01-01T00:00:00Z', '0')",
            ["V1__create_users.sql", "V2__names.sql"],
            "2 (V2__add_jobs.sql)",
        ),
        (
            Layout::Flyway,
            FLYWAY,
            "INSERT INTO flyway_schema_history (installed_rank, version, type, script, success) VALUES \
             (1, '1', 'JDBC', 'db.migration.V1__People', true), (2, '2', 'JDBC', 'db.migration.V2__AddJobs', true)",
            ["V1__people.sql", "V2__names.sql"],
            "2 (db.migration.V2__AddJobs)",
        ),
    ];
    for (layout, table, rows, [one, two], row) in cases {
        let database = database(table, 2);
        database.execute(rows);
        let project = Project::new(layout, &[(one, table_text(1)), (two, table_text(2))]);
        let set = project.set();
        // That of refinery is its own hash, which no row made here has.
        let known = match layout {
            Layout::Refinery => adopt(&set).applied(1),
            _ => adopt(&set),
        };
        for error in [
            perform(&database, &known).unwrap_err(),
            perform_async(&database, &known.clone().dry_run(true)).unwrap_err(),
        ] {
            let text = format!("{error:#}");
            let (_, findings) = text.split_once('\n').unwrap();
            assert_eq!(
                findings,
                format!(
                    "  {row} was applied; migrations/{two} has its number and another name\n    \
                     if it is the same migration, renamed: `--applied 2`\n    \
                     if it is another one, which should run: `--forget 2 --pending 2`"
                )
            );
        }
        let as_advised = known.clone().forget("2").pending(2).dry_run(true);
        let recorded = perform(&database, &as_advised).unwrap().recorded;
        assert_eq!(recorded.len(), 1, "{layout:?}");
        let recorded = perform(&database, &known.applied(2)).unwrap().recorded;
        assert_eq!(recorded.len(), 2, "{layout:?}");
        assert!(run(&database, &set).unwrap().is_noop());
        // Answered once, it is not asked again.
        assert_eq!(perform(&database, &adopt(&set)).unwrap().recorded, []);
    }
}

#[test]
fn a_table_with_other_columns_is_shown_with_them() {
    let database = database(
        "CREATE TABLE schema_migrations (id serial, filename text)",
        1,
    );
    let set = Project::new(Layout::Flat, &[("1_a.sql", table_text(1))]).set();
    let error = perform(&database, &adopt(&set).from(Tool::Files)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."schema_migrations" is not a history of an application that keeps the names of its files: its columns are id integer, filename text
      = help: the table of an application that keeps the names of its files has the columns id, migration_name, applied_at: if another tool keeps this one, name that with `--from`
      = help: if the table is an application's own: record what it lists with `migrate baseline <version>`, or row by row with `Runner::adopt_with`
    "#);
    let own = HistoryTable::new("public", "schema_migrations").unwrap();
    let error = perform(&database, &adopt(&set).from_table(own)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."schema_migrations" is not a history of a known tool: its columns are id integer, filename text
      = help: name the tool with `--from` to see which columns its table has
      = help: if the table is an application's own: record what it lists with `migrate baseline <version>`, or row by row with `Runner::adopt_with`
    "#);
    // Of a tool whose table is not there at all, that is what is said.
    let error = perform(&database, &adopt(&set).from(Tool::Sqlx)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no history of sqlx found in this database"
    );
}

#[test]
fn rows_of_another_set_are_not_counted_as_recorded() {
    let database = database(SQLX, 1);
    database.execute(
        "INSERT INTO _sqlx_migrations VALUES (1, 'a', now(), true, sha384(E'CREATE TABLE t1 (id integer);\\n'), 1)",
    );
    let other = Project::new(Layout::Flat, &[("7_jobs.sql", "CREATE TABLE jobs ()")]);
    run(&database, &other.set()).unwrap();
    let set = Project::new(Layout::Flat, &[("1_a.sql", table_text(1))]).set();
    let adopted = perform(&database, &adopt(&set)).unwrap();
    assert_eq!(
        adopted.to_string(),
        r#"recorded 1 migration that sqlx applied, from "public"."_sqlx_migrations""#
    );
}

#[test]
fn what_a_run_refuses_of_the_rows_that_were_there_is_said_with_the_adoption() {
    let database = database(SQLX, 1);
    database.execute(
        "INSERT INTO _sqlx_migrations VALUES (2, 'a', now(), true, sha384(E'CREATE TABLE t1 (id integer);\\n'), 1)",
    );
    let other = Project::new(Layout::Flat, &[("1_jobs.sql", "CREATE TABLE jobs ()")]);
    run(&database, &other.set()).unwrap();
    let set = Project::new(Layout::Flat, &[("2_a.sql", table_text(1))]).set();
    let refused = "a run refuses this history: 1 jobs is recorded as applied but without a file";
    let dry = perform_async(&database, &adopt(&set).dry_run(true)).unwrap();
    assert_eq!(
        dry.to_string(),
        format!(
            "would record 1 migration that sqlx applied, from \"public\".\"_sqlx_migrations\"\n{refused}"
        )
    );
    let adopted = perform(&database, &adopt(&set)).unwrap();
    assert!(adopted.to_string().ends_with(refused), "{adopted}");
    let error = run(&database, &set).unwrap_err();
    assert!(refused.ends_with(&error.to_string()), "{error}");
    // Where nothing is left to adopt, too.
    database.execute("DROP TABLE _sqlx_migrations");
    let nothing = perform(&database, &adopt(&set)).unwrap();
    assert!(nothing.to_string().ends_with(refused), "{nothing}");
}

#[test]
fn another_program_s_history_is_refused_where_there_is_nothing_to_adopt_either() {
    let database = database("CREATE TABLE t1 (id integer)", 0);
    let other = Project::new(Layout::Flat, &[("1_jobs.sql", "CREATE TABLE jobs ()")]);
    run(&database, &other.set()).unwrap();
    let set = Project::new(Layout::Flat, &[("1_a.sql", table_text(1))]).set();
    let as_a_run = run(&database, &set).unwrap_err().to_string();
    let error = perform(&database, &adopt(&set)).unwrap_err();
    assert_eq!(error.to_string(), as_a_run);
}
