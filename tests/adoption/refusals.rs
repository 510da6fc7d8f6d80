//! What is listed and refused until it is answered, and what is left alone.

use migrate_adopt::{Tool, adopt};
use migrate_check::Layout;
use migrate_runtime::HistoryTable;

use crate::{Project, database, perform, run, table_text};

const DBMATE: &str = "create table schema_migrations (version varchar(128) primary key)";

fn three() -> Project {
    Project::new(
        Layout::Flat,
        &[
            ("1_a.sql", table_text(1)),
            ("2_b.sql", table_text(2)),
            ("3_c.sql", table_text(3)),
        ],
    )
}

#[test]
fn rows_without_a_file_and_files_without_a_row_are_each_to_be_answered() {
    let database = database(DBMATE, 1);
    database.execute("INSERT INTO schema_migrations VALUES ('1'), ('3'), ('7'), ('x')");
    let set = three().set();
    let error = perform(&database, &adopt(&set)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."schema_migrations" of dbmate does not match the files:
      7 was applied, but no file matches it
        restore the file, or ignore the row: `--forget 7`
      x was applied, but no file matches it
        restore the file, or ignore the row: `--forget x`
      migrations/2_b.sql was not applied, although newer ones were
        if the database has its effects: `--applied 2`
        if it should run: `--pending 2`
    "#);
    let half = adopt(&set).forget("7").forget("x");
    assert!(perform(&database, &half).is_err());
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "4"
    );
    perform(&database, &half.applied(2)).unwrap();
    assert_eq!(
        database.rows("SELECT version, state FROM schema_migrations ORDER BY 1"),
        [["1", "applied"], ["2", "baseline"], ["3", "applied"]]
    );
    // Answered once, it is not asked again; and the renamed table no longer counts as a history.
    let again = perform(&database, &adopt(&set)).unwrap();
    insta::assert_snapshot!(again, @"nothing to adopt: no other history was found");
    assert!(run(&database, &set).unwrap().is_noop());
}

#[test]
fn run_names_the_tool_and_the_command() {
    let database = database(DBMATE, 1);
    let error = run(&database, &three().set()).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    "public"."schema_migrations" exists but is not migrate's history table (columns: version character varying(128)); it looks like the table of dbmate
      = help: adopt that history: `migrate adopt --from dbmate --dry-run` shows what it would record; the crate migrate-adopt does the same
      = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
    "#);
}

#[test]
fn a_table_that_is_not_in_the_way_keeps_its_name() {
    let database = database(DBMATE, 3);
    database.execute("INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')");
    let set = three().set();
    let ours = HistoryTable::new("audit", "history").unwrap();
    let adopted = perform(&database, &adopt(&set).table(ours)).unwrap();
    assert_eq!((adopted.recorded.len(), adopted.renamed), (3, None));
    assert_eq!(database.value("SELECT count(*) FROM audit.history"), "3");
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "3"
    );
}

#[test]
fn of_several_histories_one_has_to_be_named() {
    let database = database(DBMATE, 3);
    database.execute("CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint, is_applied boolean, tstamp timestamp)");
    let set = three().set();
    let error = perform(&database, &adopt(&set)).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @r#"
    this database has the histories of several tools:
      "public"."goose_db_version" of goose
      "public"."schema_migrations" of dbmate
      = help: `--from goose --from-table public.goose_db_version`
      = help: `--from dbmate --from-table public.schema_migrations`
    "#);
    let adopted = perform(&database, &adopt(&set).from(Tool::Goose)).unwrap();
    assert_eq!(adopted.recorded, []);
    database.execute("ALTER TABLE schema_migrations RENAME TO old_history");
    database.execute("INSERT INTO old_history VALUES ('1')");
    let named = adopt(&set).from_table(HistoryTable::new("public", "old_history").unwrap());
    assert_eq!(perform(&database, &named).unwrap().recorded.len(), 1);
}

#[test]
fn without_a_history_there_is_nothing_to_adopt() {
    let database = database("SELECT 1", 1);
    let set = three().set();
    let error = perform(&database, &adopt(&set)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("no history of a known tool found in this database")
    );
    // Two tools have a table of that name.
    let known = error.hints().swap_remove(0);
    assert_eq!(known.matches("`schema_migrations`").count(), 1, "{known}");
    assert!(perform(&database, &adopt(&set).from(Tool::Sqlx)).is_err());
}

#[test]
fn an_open_transaction_is_not_committed() {
    let database = database(DBMATE, 1);
    let mut client = database.client();
    client
        .batch_execute("BEGIN; CREATE TABLE mine (id int)")
        .unwrap();
    let error = adopt(&three().set()).run(&mut client).unwrap_err();
    insta::assert_snapshot!(format!("{error:#}"), @"
    the connection has an open transaction
      = help: commit it or roll it back first
    ");
    client.batch_execute("ROLLBACK").unwrap();
    assert_eq!(database.value("SELECT to_regclass('mine') IS NULL"), "t");
}

#[test]
fn two_adoptions_at_once_are_one() {
    let database = database(DBMATE, 3);
    database.execute("INSERT INTO schema_migrations VALUES ('1'), ('2'), ('3')");
    let set = three().set();
    let recorded: usize = std::thread::scope(|scope| {
        let adopters: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| perform(&database, &adopt(&set)).unwrap().recorded.len()))
            .collect();
        adopters
            .into_iter()
            .map(|adopter| adopter.join().unwrap())
            .sum()
    });
    assert_eq!(recorded, 3);
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations WHERE note LIKE 'adopted%'"),
        "3"
    );
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations_dbmate"),
        "3"
    );
}

#[test]
fn a_history_table_that_another_program_uses_is_not_added_to() {
    let database = database(DBMATE, 3);
    database.execute("ALTER TABLE schema_migrations RENAME TO dbmate");
    database.execute("INSERT INTO dbmate VALUES ('1'), ('2'), ('3')");
    let other = Project::new(Layout::Flat, &[("0002_jobs.sql", "CREATE TABLE jobs ()")]);
    run(&database, &other.set()).unwrap();
    let set = three().set();
    let theirs = HistoryTable::new("public", "dbmate").unwrap();
    let adoption = adopt(&set).from(Tool::Dbmate).from_table(theirs);
    for dry_run in [true, false] {
        let error = perform(&database, &adoption.clone().dry_run(dry_run)).unwrap_err();
        let text = format!("{error:#}");
        assert!(
            text.contains("migrations/2_b.sql has a version that the history table")
                && text.contains("records for another migration: 2 jobs"),
            "{text}"
        );
        assert!(
            text.contains("keep this history in another table"),
            "{text}"
        );
    }
    assert_eq!(
        database.value("SELECT count(*) FROM schema_migrations"),
        "1"
    );
}
