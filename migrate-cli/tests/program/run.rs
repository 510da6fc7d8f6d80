//! `migrate run`.

use migrate_fixtures::{Proxy, Server};

use crate::place::{Place, check};

const USERS: (&str, &str) = (
    "0001_create_users.sql",
    "CREATE TABLE users (id bigint PRIMARY KEY, name text NOT NULL);\n",
);
const POSTS: (&str, &str) = (
    "0002_create_posts.sql",
    "CREATE TABLE posts (id bigint PRIMARY KEY, author bigint NOT NULL REFERENCES users);\n",
);

#[test]
fn several_conditions_are_allowed_at_once() {
    let place = Place::new(&[("1_a.sql", "CREATE TABLE a ();\n")]);
    let shown = place.call(&["run", "--allow", "missing,out-of-order"]);
    assert!(shown.starts_with("exit: 0"), "{shown}");
}

#[test]
fn pending_migrations_are_applied_once() {
    let place = Place::new(&[USERS, POSTS]);
    check!(place, ["run"], @"
    exit: 0
    ----- stdout
    applied migrations/0001_create_users.sql in [n] ms
    applied migrations/0002_create_posts.sql in [n] ms
    applied 2 migrations
    ");
    check!(place, ["run"], @r"
    exit: 0
    ----- stdout
    up to date (2 migrations)
    ");
    place.database.assert_quiet();
}

#[test]
fn json_holds_the_same() {
    let place = Place::new(&[USERS]);
    check!(place, ["run", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "ahead": [],
      "applied": [
        {
          "attempts": 1,
          "file": "migrations/0001_create_users.sql",
          "ms": [n],
          "name": "create_users",
          "version": 1
        }
      ],
      "command": "run",
      "current": 0,
      "drifted": [],
      "missing": [],
      "ok": true
    }
    "#);
}

#[test]
fn a_dry_run_and_a_target_say_and_do_less() {
    let place = Place::new(&[USERS, POSTS]);
    check!(place, ["run", "--dry-run"], @"
    exit: 0
    ----- stdout
    would apply migrations/0001_create_users.sql
    would apply migrations/0002_create_posts.sql
    2 pending, 0 applied
    ");
    check!(place, ["run", "--to", "1"], @"
    exit: 0
    ----- stdout
    applied migrations/0001_create_users.sql in [n] ms
    applied 1 migration
    ");
    check!(place, ["run", "--to", "7"], @r"
    exit: 1
    ----- stderr
    error: there is no migration with version 7
      = help: choose a version from 1 to 2 that has a file
    ");
}

#[test]
fn a_failing_statement_is_shown_where_it_stands() {
    let place = Place::new(&[
        USERS,
        (
            "0002_wrong.sql",
            "CREATE TABLE t (id int);\nSELECT date '2025-02-29';\n",
        ),
    ]);
    check!(place, ["run"], @r#"
    exit: 1
    ----- stdout
    applied migrations/0001_create_users.sql in [n] ms
    ----- stderr
    error: migrations/0002_wrong.sql:2:13: date/time field value out of range: "2025-02-29"
      |
    2 | SELECT date '2025-02-29';
      |             ^
      = statement: 2 of 2
      = sqlstate: 22008
      = note: nothing of this migration was kept
    "#);
    check!(place, ["run", "--format=json"], @r#"
    exit: 1
    ----- stdout
    {
      "ahead": [],
      "applied": [],
      "command": "run",
      "current": 1,
      "drifted": [],
      "error": {
        "causes": [],
        "column": 13,
        "file": "migrations/0002_wrong.sql",
        "help": [],
        "line": 2,
        "message": "migrations/0002_wrong.sql:2:13: date/time field value out of range: \"2025-02-29\"",
        "sqlstate": "22008",
        "statement": 2,
        "version": 2
      },
      "missing": [],
      "ok": false
    }
    ----- stderr
    error: migrations/0002_wrong.sql:2:13: date/time field value out of range: "2025-02-29"
      |
    2 | SELECT date '2025-02-29';
      |             ^
      = statement: 2 of 2
      = sqlstate: 22008
      = note: nothing of this migration was kept
    "#);
}

#[test]
fn an_edited_file_is_refused_and_may_be_allowed() {
    let place = Place::new(&[USERS]);
    place.call(&["run"]);
    place.write(
        "migrations/0001_create_users.sql",
        "CREATE TABLE users (id int);\n",
    );
    check!(place, ["run"], @r"
    exit: 1
    ----- stderr
    error: migrations/0001_create_users.sql was edited after being applied (recorded checksum 75b03a594e0b, now 537129faaa4b)
      = help: restore the file as it was applied, and put the change into a new migration
      = help: if the edit is deliberate and the database needs no change: `migrate repair --accept 1`
    ");
    check!(place, ["run", "--allow", "drift"], @r"
    exit: 0
    ----- stdout
    up to date (1 migration)
    allowed: migration 1 was edited after it was applied
    ");
}

#[test]
fn files_with_mistakes_stop_everything() {
    let place = Place::new(&[
        USERS,
        ("0002_a.sql", "SELECT 'open;\n"),
        ("0002_b.sql", "SELECT 1;\n"),
        ("3create.sql", ""),
    ]);
    check!(place, ["run"], @"
    exit: 1
    ----- stderr
    error: nothing was done, because the migrations in `migrations` are not valid

    migrations/0002_a.sql:1:8: unterminated quoted string
      |
    1 | SELECT 'open;
      |        ^ begins here
      |
      = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
      = rule: lexical-error

    migrations/0002_b.sql: version 2 is also the version of `0002_a.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere

    migrations/3create.sql: no `_` or `-` between version 3 and the name
     |
     = help: rename it to `3_create.sql`
    ");
    place.database.execute("SELECT 1");
}

#[test]
fn notices_and_warnings_of_the_server_reach_the_reader() {
    let place = Place::new(&[(
        "1_speak.sql",
        "DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'beware'; END $$;\n",
    )]);
    check!(place, ["run"], @"
    exit: 0
    ----- stdout
    applied migrations/1_speak.sql in [n] ms
    applied 1 migration
    ----- stderr
    server: hello
    server warning: beware
    ");
}

#[test]
fn another_history_table_can_be_chosen() {
    let place = Place::new(&[USERS]);
    check!(place, ["run", "--schema", "ops", "--table", "history"], @"
    exit: 0
    ----- stdout
    applied migrations/0001_create_users.sql in [n] ms
    applied 1 migration
    ");
    assert_eq!(
        place.database.value("SELECT count(*) FROM ops.history"),
        "1"
    );
}

#[test]
fn one_statement_per_message_spares_a_proxy_every_refusal() {
    let place = Place::new(&[
        (
            "1_t.sql",
            "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1);\n",
        ),
        ("1_t.down.sql", "DROP TABLE t;\n"),
    ]);
    let proxy = Proxy::start(Server::shared());
    proxy.refuse_several(true);
    let url = place.database.url_through("postgres", proxy.port());
    let call = |command: &[&str]| {
        let mut arguments = command.to_vec();
        arguments.extend(["--database-url", &url]);
        place.call(&arguments)
    };
    let run = call(&["run", "--one-statement-per-message"]);
    assert!(run.contains("applied 1 migration"), "{run}");
    for command in ["status", "plan", "revert"] {
        let said = call(&[command, "--one-statement-per-message"]);
        assert!(said.starts_with("exit: 0"), "{command}: {said}");
    }
    assert_eq!(proxy.counts().refused, 0);
    // Without the option, the refusal is noticed.
    let run = call(&["run"]);
    assert!(run.contains("applied 1 migration"), "{run}");
    assert_eq!(proxy.counts().refused, 1);
}
