//! Mistakes that the engine answers with help: how each is made, and the command that meets it.

use crate::place::Place;

/// A mistake, and the command that meets it.
pub(crate) struct Mistake {
    pub(crate) make: fn() -> Place,
    pub(crate) command: &'static [&'static str],
}

pub(crate) const ONE: (&str, &str) = ("0001_one.sql", "CREATE TABLE one ();\n");
pub(crate) const TWO: (&str, &str) = ("0002_two.sql", "CREATE TABLE two ();\n");
const THREE: (&str, &str) = ("0003_three.sql", "CREATE TABLE three ();\n");

/// A place where these files have run.
fn ran(files: &[(&str, &str)]) -> Place {
    let place = Place::new(files);
    let run = place.call(&["run"]);
    assert!(run.starts_with("exit: 0"), "{run}");
    place
}

/// Makes something in the database, and says in the settings that it is there.
fn before(place: &Place, sql: &str) {
    place.database.execute(sql);
    place.write("base.sql", sql);
    place.write("migrate.toml", "assume = 'base.sql'\n");
}

/// All of them, by what is wrong.
pub(crate) const MISTAKES: &[(&str, Mistake)] = &[
    (
        "an applied file is edited",
        Mistake {
            make: || {
                let place = ran(&[ONE, TWO]);
                place.write("migrations/0001_one.sql", "CREATE TABLE one (id int);\n");
                place
            },
            command: &["run"],
        },
    ),
    (
        "an applied file is gone",
        Mistake {
            make: || {
                let place = ran(&[ONE, TWO]);
                place.remove("migrations/0001_one.sql");
                place
            },
            command: &["run"],
        },
    ),
    (
        "an applied file has a new number",
        Mistake {
            make: || {
                let place = ran(&[ONE, TWO]);
                place.remove("migrations/0001_one.sql");
                place.write("migrations/0003_one.sql", ONE.1);
                place
            },
            command: &["run"],
        },
    ),
    (
        "a version is recorded for another migration",
        Mistake {
            make: || {
                let place = ran(&[ONE, TWO]);
                place.remove("migrations/0002_two.sql");
                place.write("migrations/0002_jobs.sql", "CREATE TABLE jobs ();\n");
                place
            },
            command: &["run"],
        },
    ),
    (
        "a file is older than what is applied",
        Mistake {
            make: || {
                let place = ran(&[ONE, THREE]);
                place.write("migrations/0002_two.sql", TWO.1);
                place
            },
            command: &["run"],
        },
    ),
    (
        "a migration has no down file",
        Mistake {
            make: || ran(&[ONE, TWO, ("0002_two.down.sql", "DROP TABLE two;\n")]),
            command: &["revert", "--last", "2"],
        },
    ),
    (
        "nothing is to be repaired",
        Mistake {
            make: || ran(&[ONE]),
            command: &["repair", "--applied", "1"],
        },
    ),
    (
        "a target has no file",
        Mistake {
            make: || Place::new(&[ONE, TWO]),
            command: &["run", "--to", "9"],
        },
    ),
    (
        "a file that refuses a transaction is to share one",
        Mistake {
            make: || {
                Place::new(&[
                    ONE,
                    (
                        "0002_index.sql",
                        "-- migrate: no-transaction\nVACUUM one;\n",
                    ),
                ])
            },
            command: &["run", "--single-transaction"],
        },
    ),
    (
        "a statement of a file without a transaction fails",
        Mistake {
            make: || {
                Place::new(&[(
                    "0001_one.sql",
                    "-- migrate: no-transaction\nCREATE TABLE one (id int);\nSELECT date '2025-02-29';\n",
                )])
            },
            command: &["run"],
        },
    ),
    (
        "finished statements of an interrupted file are edited",
        Mistake {
            make: || {
                let place = Place::new(&[(
                    "0001_one.sql",
                    "-- migrate: no-transaction\nCREATE TABLE one (id int);\nSELECT 1/(SELECT count(*) FROM one);\n",
                )]);
                assert!(place.call(&["run"]).starts_with("exit: 1"));
                place.database.execute("INSERT INTO one VALUES (1)");
                place.write(
                    "migrations/0001_one.sql",
                    "-- migrate: no-transaction\nCREATE TABLE one (id bigint);\nSELECT 1/(SELECT count(*) FROM one);\n",
                );
                place
            },
            command: &["run"],
        },
    ),
    (
        "an index of another definition has the name",
        Mistake {
            make: || {
                let place = Place::new(&[(
                    "0001_one.sql",
                    "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON one (id);\n",
                )]);
                before(
                    &place,
                    "CREATE TABLE one (id int, other int); CREATE INDEX i ON one (other)",
                );
                place
            },
            command: &["run"],
        },
    ),
    (
        "another tool's history is there",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                place.database.execute(
                    "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); CREATE TABLE one (); \
                     INSERT INTO schema_migrations VALUES ('1')",
                );
                place
            },
            command: &["run"],
        },
    ),
    (
        "a new enum value is used in its own transaction",
        Mistake {
            make: || {
                let place = Place::new(&[
                    ("0001_mood.sql", "ALTER TYPE mood ADD VALUE 'glad';\n"),
                    (
                        "0002_one.sql",
                        "CREATE TABLE one (mood mood DEFAULT 'glad');\n",
                    ),
                ]);
                before(&place, "CREATE TYPE mood AS ENUM ('sad')");
                place
            },
            command: &["run", "--single-transaction"],
        },
    ),
    (
        "a role lacks a right",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                let role = place.database.role("");
                let url = place.database.url_for(&role);
                place
                    .database
                    .execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
                place.write(".env", &format!("DATABASE_URL={url}\n"));
                place.without_url()
            },
            command: &["run"],
        },
    ),
    (
        "a lock is not to be had in time",
        Mistake {
            make: || {
                let place = Place::new(&[("0001_one.sql", "ALTER TABLE old ADD a int;\n")]);
                before(&place, "CREATE TABLE old ()");
                place.keep_open("BEGIN; SELECT FROM old")
            },
            command: &["run", "--lock-timeout", "20ms", "--retries", "0"],
        },
    ),
    (
        "there is nothing to revert",
        Mistake {
            make: || ran(&[ONE, ("0001_one.down.sql", "DROP TABLE one;\n")]),
            command: &["revert", "--to", "0"],
        },
    ),
    (
        "there are no migrations",
        Mistake {
            make: || Place::new(&[]),
            command: &["run"],
        },
    ),
    (
        "there is no database",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                let url = format!("{}_made", place.database.url());
                place.write(".env", &format!("DATABASE_URL={url}\n"));
                place.without_url()
            },
            command: &["run"],
        },
    ),
    (
        "a history table is kept locked",
        Mistake {
            make: || {
                let place = ran(&[ONE]);
                place.write("migrations/0002_two.sql", TWO.1);
                place.keep_open("BEGIN; LOCK TABLE schema_migrations")
            },
            command: &["run", "--wait", "300ms"],
        },
    ),
    (
        "the schema public was dropped",
        Mistake {
            make: || {
                let place = Place::new(&[("0001_one.sql", "SELECT 1;\n")]);
                place.database.execute("DROP SCHEMA public");
                place
            },
            command: &["run"],
        },
    ),
    (
        "row security may hide rows of the history",
        Mistake {
            make: || {
                let place = ran(&[ONE]);
                let role = place.database.role("");
                let url = place.database.url_for(&role);
                place.database.execute(&format!(
                    "GRANT ALL ON SCHEMA public TO {role}; GRANT ALL ON schema_migrations TO {role}; \
                     ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY"
                ));
                place.write("migrations/0002_two.sql", TWO.1);
                place.write(".env", &format!("DATABASE_URL={url}\n"));
                place.without_url()
            },
            command: &["run"],
        },
    ),
    (
        "what the files create is there without a history",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                place.database.execute("CREATE TABLE one ()");
                place
            },
            command: &["run"],
        },
    ),
    (
        "what the files create is there with the history of another tool",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                place.database.execute(
                    "CREATE TABLE one (); CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, \
                     installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, \
                     execution_time bigint NOT NULL); INSERT INTO _sqlx_migrations VALUES \
                     (1, 'one', now(), true, sha384(E'CREATE TABLE one ();\\n'), 1)",
                );
                place
            },
            command: &["run"],
        },
    ),
    (
        "a procedure that commits is called in a transaction",
        Mistake {
            make: || {
                let place = Place::new(&[("0001_one.sql", "CALL commits();\n")]);
                before(
                    &place,
                    "CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
                );
                place
            },
            command: &["run"],
        },
    ),
    (
        "a file makes its transaction read-only",
        Mistake {
            make: || Place::new(&[("0001_one.sql", "SET LOCAL transaction_read_only TO on;\n")]),
            command: &["run"],
        },
    ),
    (
        "a revert was interrupted",
        Mistake {
            make: || {
                let place = Place::new(&[
                    ONE,
                    (
                        "0001_one.down.sql",
                        "-- migrate: no-transaction\nDROP TABLE one;\nSELECT 1/(SELECT count(*) FROM made);\n",
                    ),
                ]);
                before(&place, "CREATE TABLE made (id int)");
                assert!(place.call(&["run"]).starts_with("exit: 0"));
                assert!(place.call(&["revert"]).starts_with("exit: 1"));
                place.database.execute("INSERT INTO made VALUES (1)");
                place
            },
            command: &["run"],
        },
    ),
    (
        "there is no such role",
        Mistake {
            make: || {
                let place = Place::new(&[ONE]);
                let role = place.database.role("");
                let url = place.database.url_for(&role);
                place.database.execute(&format!("DROP ROLE {role}"));
                place.write(".env", &format!("DATABASE_URL={url}\n"));
                place.without_url()
            },
            command: &["status"],
        },
    ),
];
