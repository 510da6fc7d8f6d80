//! The text, the causes and the hints of every kind of error.

use std::time::Duration;

use super::{Error, Failed, FailedAt, Kind, Origin, Persisted, Problem, Shape};
use crate::migrations::{Checksum, Migrations};
use crate::other_session::{Blocker, OtherSession};
use crate::report::UnknownMigration;
use crate::session::DatabaseError;
use crate::snippet::Place;
use crate::stale::Difference;

fn problem(version: i64, done: usize) -> Problem {
    Problem {
        version,
        file: format!("migrations/{version}_x.sql"),
        embedded: Checksum([0xee; 32]),
        recorded: Some(Checksum([0xaa; 32])),
        done,
        reverting: false,
        transactional: false,
        journaled: true,
    }
}

fn unknown(version: i64) -> UnknownMigration {
    UnknownMigration {
        version,
        name: "x".to_owned(),
    }
}

fn server(code: &str, message: &str) -> Box<DatabaseError> {
    Box::new(DatabaseError::new(code, message))
}

fn failed(code: &str, kept: Persisted) -> Kind {
    let mut error = server(code, "relation \"userss\" does not exist");
    error.detail = Some("a detail".to_owned());
    Kind::Failed(Box::new(Failed {
        version: 2,
        file: "migrations/2_x.sql".to_owned(),
        error,
        place: Some(Place::at_byte("SELECT 1;\nTABLE userss;", 16)),
        statement: Some(FailedAt::Statement { number: 2, of: 2 }),
        kept,
        attempts: 3,
        blocker: Some(Blocker {
            session: OtherSession {
                pid: 71,
                user: "app".to_owned(),
                application: "psql".to_owned(),
                since: Some(crate::Timestamp::new("2026-01-31T09:30:00Z")),
            },
            lock: Some("ACCESS SHARE on \"public\".\"users\"".to_owned()),
        }),
        origin: Origin::Ordinary,
    }))
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a table, one entry for each way to stop"
)]
fn every_kind_has_its_texts() {
    let doing = || "read the history table \"public\".\"schema_migrations\"".to_owned();
    let columns = |columns: &[&str]| Shape {
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
    };
    let kinds = vec![
        Kind::Drift {
            migrations: vec![problem(1, 0)],
        },
        Kind::Drift {
            migrations: vec![problem(1, 0), problem(3, 0)],
        },
        Kind::Missing {
            migrations: vec![unknown(2)],
            renumbered: Vec::new(),
        },
        Kind::Ahead {
            migrations: vec![unknown(9)],
        },
        Kind::OutOfOrder {
            migrations: vec![problem(2, 0)],
            newest_applied: 3,
            renumbered: Vec::new(),
        },
        Kind::HalfApplied {
            migrations: vec![problem(3, 1)],
        },
        Kind::HalfApplied {
            migrations: vec![Problem {
                reverting: true,
                ..problem(3, 2)
            }],
        },
        Kind::HalfApplied {
            migrations: vec![Problem {
                transactional: true,
                embedded: Checksum([0xaa; 32]),
                ..problem(3, 0)
            }],
        },
        Kind::Interrupted {
            version: 3,
            file: "migrations/3_x.sql".to_owned(),
            statement: 2,
            of: 4,
            reason: "it must not run twice".to_owned(),
        },
        Kind::unknown_version(9, &Migrations::empty()),
        Kind::UnknownTarget {
            target: 9,
            range: Some((1, 7)),
        },
        Kind::NotInSet {
            version: 3,
            name: "x".to_owned(),
        },
        Kind::NoDown {
            version: 3,
            name: "x".to_owned(),
        },
        Kind::NothingToRepair {
            version: 3,
            reason: "is not half-done",
        },
        Kind::NothingToRevert { target: 3 },
        Kind::RevertRaced,
        Kind::SingleTransaction {
            file: "migrations/3_x.sql".to_owned(),
            reason: "it says `-- migrate: no-transaction`",
        },
        Kind::Stopped,
        Kind::Locked {
            holder: None,
            waited: Duration::from_secs(300),
        },
        Kind::Stale {
            directory: "migrations".to_owned(),
            differences: vec![Difference::Added {
                file: "4_x.sql".to_owned(),
            }],
        },
        Kind::Stale {
            directory: "migrations".to_owned(),
            differences: vec![Difference::Edited {
                file: "3_x.sql".to_owned(),
            }],
        },
        Kind::OpenTransaction { error: None },
        Kind::Pooled {
            file: "migrations/3_x.sql".to_owned(),
        },
        Kind::BadTable {
            problem: "the history table's schema name is empty".to_owned(),
        },
        Kind::ForeignTable {
            table: "\"a\".\"b\"".to_owned(),
            shape: columns(&["version bigint", "dirty boolean"]),
        },
        Kind::ForeignTable {
            table: "\"a\".\"b\"".to_owned(),
            shape: columns(&["id bigint"]),
        },
        Kind::Denied {
            doing: doing(),
            error: server("42501", "permission denied for schema public"),
        },
        Kind::ReadOnly {
            error: server("25006", "cannot execute INSERT in a read-only transaction"),
        },
        failed("42P01", Persisted::Nothing),
        failed("55P03", Persisted::Statements { done: 1, of: 2 }),
        failed("2D000", Persisted::Unknown),
        Kind::Database {
            doing: doing(),
            error: server("XX000", "internal error"),
        },
        Kind::Connection {
            doing: doing(),
            whole: true,
            source: "connection reset by peer".into(),
        },
        Kind::Connection {
            doing: "apply migrations/3_x.sql".to_owned(),
            whole: false,
            source: "connection reset by peer".into(),
        },
        Kind::Unreadable {
            table: "\"a\".\"b\"".to_owned(),
            reason: "row 3 has no version".to_owned(),
        },
    ];
    let texts: Vec<String> = kinds
        .into_iter()
        .map(|kind| {
            let error = Error::new(kind);
            assert!(!error.to_string().contains('\n'), "{error}");
            format!("{:?}: {error}\n{error:#}", error.kind())
        })
        .collect();
    insta::assert_snapshot!(texts.join("\n\n"), @r#"
    Drift: migrations/1_x.sql was edited after being applied (recorded checksum aaaaaaaaaaaa, now eeeeeeeeeeee)
    migrations/1_x.sql was edited after being applied (recorded checksum aaaaaaaaaaaa, now eeeeeeeeeeee)
      = help: restore the file as it was applied, and put the change into a new migration
      = help: if the edit is deliberate and the database needs no change, accept it: `.repair(…, &Repair::AcceptChecksums(vec![1]))`

    Drift: 2 migrations were edited after being applied: migrations/1_x.sql, migrations/3_x.sql
    2 migrations were edited after being applied:
      migrations/1_x.sql (recorded checksum aaaaaaaaaaaa, now eeeeeeeeeeee)
      migrations/3_x.sql (recorded checksum aaaaaaaaaaaa, now eeeeeeeeeeee)
      = help: restore the file as it was applied, and put the change into a new migration
      = help: if the edit is deliberate and the database needs no change, accept it: `.repair(…, &Repair::AcceptChecksums(vec![1, 3]))`

    Missing: 2 x is recorded as applied but without a file
    2 x is recorded as applied but without a file
      = help: restore the file if it was deleted, renamed, or is on another branch
      = help: rebuild the program if its files have changed since it was compiled
      = help: if another program records its migrations there, keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`
      = help: forget what is gone for good, e.g. with a dropped branch: `.repair(…, &Repair::Forget { versions: vec![2], reason: "…".into() })`
      = help: set `.missing(Policy::Allow)` to continue without it

    Ahead: 9 x was applied by a newer release than this one
    9 x was applied by a newer release than this one
      = help: use the release that contains it
      = help: set `.ahead(Policy::Allow)` to start this release nevertheless

    OutOfOrder: migrations/2_x.sql is pending, but version 3, which is newer, is applied
    migrations/2_x.sql is pending, but version 3, which is newer, is applied
      = help: rename it to a version above 3, unless it is applied somewhere already
      = help: write `-- migrate: out-of-order` in its first lines if it may run after newer migrations

    Interrupted: migrations/3_x.sql is half-applied: it was interrupted after 1 statement, and the file has changed since
    migrations/3_x.sql is half-applied: it was interrupted after 1 statement, and the file has changed since
      = help: restore the file of version 3 as it was, and run again: it resumes where it stopped, unless its last statement must not be repeated
      = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left

    Interrupted: migrations/3_x.sql is half-applied: its revert was interrupted after 2 statements
    migrations/3_x.sql is half-applied: its revert was interrupted after 2 statements
      = help: revert version 3 again, with its down file as it was: it resumes where it stopped
      = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left

    Interrupted: migrations/3_x.sql is half-applied: the file ended its own transaction, and a later statement failed
    migrations/3_x.sql is half-applied: the file ended its own transaction, and a later statement failed
      = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left

    Interrupted: migrations/3_x.sql was interrupted at statement 2 of 4: it must not run twice
    migrations/3_x.sql was interrupted at statement 2 of 4: it must not run twice
      = help: check its effects in the database, then call `.repair(…)`: `Repair::MarkApplied(3)` if they are complete, `Repair::MarkPending(3)` if none is left

    UnknownVersion: there is no migration with version 9
    there is no migration with version 9

    UnknownVersion: there is no migration with version 9
    there is no migration with version 9
      = help: choose a version from 1 to 7 that has a file

    UnknownVersion: 3 x cannot be reverted: there is no file for it
    3 x cannot be reverted: there is no file for it
      = help: use the release that contains it

    NoDownFile: 3 x cannot be reverted: it has no down file
    3 x cannot be reverted: it has no down file
      = help: add a down file for it, or revert only what is newer

    NothingToRepair: version 3 cannot be repaired: it is not half-done
    version 3 cannot be repaired: it is not half-done
      = help: call `.status(…)` to list what is applied

    NotApplied: version 3 is not applied, so nothing was reverted to it
    version 3 is not applied, so nothing was reverted to it
      = help: call `.status(…)` to list what is applied
      = help: use `Revert::All` to revert everything

    HistoryChanged: another instance changed the history during the revert
    another instance changed the history during the revert
      = help: call `.status(…)` to list what is applied

    SingleTransaction: migrations/3_x.sql cannot be part of a single transaction: it says `-- migrate: no-transaction`
    migrations/3_x.sql cannot be part of a single transaction: it says `-- migrate: no-transaction`
      = help: leave out `.single_transaction(true)`: each file then commits by itself

    Stopped: stopped on request before the end
    stopped on request before the end
      = help: run again to continue: what is committed is in the history

    Locked: waited 300s for another instance to apply migrations
    waited 300s for another instance to apply migrations
      = help: wait for it to finish and run again, or set a longer `.wait_timeout(…)`

    Stale: this binary is stale: migrations/4_x.sql was added after it was compiled
    this binary is stale: migrations/4_x.sql was added after it was compiled
      = help: cargo does not notice added files: touch the file that calls `embed_migrations!`, and build again
      = help: add `println!("cargo::rerun-if-changed=migrations");` to `build.rs`, and cargo notices added files

    Stale: this binary is stale: migrations/3_x.sql was edited after it was compiled
    this binary is stale: migrations/3_x.sql was edited after it was compiled
      = help: build again

    OpenTransaction: the connection has an open transaction
    the connection has an open transaction
      = help: commit it or roll it back first: migrations open their own transactions

    Pooled: migrations/3_x.sql needs one server connection, but a pooler changed it between two messages
    migrations/3_x.sql needs one server connection, but a pooler changed it between two messages
      = help: connect to PostgreSQL directly, or put the pooler into session mode

    InvalidTable: the history table's schema name is empty
    the history table's schema name is empty

    ForeignTable: "a"."b" exists but is not migrate's history table (columns: version bigint, dirty boolean); it looks like the table of golang-migrate
    "a"."b" exists but is not migrate's history table (columns: version bigint, dirty boolean); it looks like the table of golang-migrate
      = help: adopt that history: `migrate adopt --from golang-migrate --dry-run` shows what it would record; the crate migrate-adopt does the same
      = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

    ForeignTable: "a"."b" exists but is not migrate's history table (columns: id bigint)
    "a"."b" exists but is not migrate's history table (columns: id bigint)
      = help: adopt that history if it is one: `migrate adopt --help`, or the crate migrate-adopt
      = help: keep this history in another table: `embed_migrations!(…, table = "…")` or `.table(HistoryTable::new(schema, name)?)`

    PermissionDenied: permission denied: could not read the history table "public"."schema_migrations"
    permission denied: could not read the history table "public"."schema_migrations"
      = sqlstate: 42501
      caused by: permission denied for schema public
      = help: connect as a role that may create tables in that schema; a start with nothing pending needs only SELECT on the history table

    ReadOnly: the server is read-only
    the server is read-only
      = sqlstate: 25006
      caused by: cannot execute INSERT in a read-only transaction
      = help: connect to the primary server

    MigrationFailed: migrations/2_x.sql:2:7: relation "userss" does not exist
    migrations/2_x.sql:2:7: relation "userss" does not exist
      |
    2 | TABLE userss;
      |       ^
      = statement: 2 of 2
      = sqlstate: 42P01
      = detail: a detail
      = blocked by: pid 71 (role app, application psql, open since 2026-01-31T09:30:00Z), which holds ACCESS SHARE on "public"."users"
      = attempts: 3
      = note: nothing of this migration was kept

    MigrationFailed: migrations/2_x.sql:2:7: relation "userss" does not exist
    migrations/2_x.sql:2:7: relation "userss" does not exist
      |
    2 | TABLE userss;
      |       ^
      = statement: 2 of 2
      = sqlstate: 55P03
      = detail: a detail
      = blocked by: pid 71 (role app, application psql, open since 2026-01-31T09:30:00Z), which holds ACCESS SHARE on "public"."users"
      = attempts: 3
      = note: 1 of its 2 statements are complete and committed
      = help: end the blocking session, run when traffic is low, or wait longer for locks: `-- migrate: lock-timeout 10s`
      = help: fix the cause and run again; it resumes at statement 2

    MigrationFailed: migrations/2_x.sql:2:7: relation "userss" does not exist
    migrations/2_x.sql:2:7: relation "userss" does not exist
      |
    2 | TABLE userss;
      |       ^
      = statement: 2 of 2
      = sqlstate: 2D000
      = detail: a detail
      = blocked by: pid 71 (role app, application psql, open since 2026-01-31T09:30:00Z), which holds ACCESS SHARE on "public"."users"
      = attempts: 3
      = note: the file ended its own transaction; statements before that may be committed
      = help: put the statement into a file of its own that starts with `-- migrate: no-transaction`

    Database: could not read the history table "public"."schema_migrations"
    could not read the history table "public"."schema_migrations"
      = sqlstate: XX000
      caused by: internal error

    Connection: could not read the history table "public"."schema_migrations": the connection failed
    could not read the history table "public"."schema_migrations": the connection failed
      caused by: connection reset by peer
      = help: run again to continue: what is committed is in the history

    Connection: could not apply migrations/3_x.sql: the connection failed
    could not apply migrations/3_x.sql: the connection failed
      caused by: connection reset by peer
      = help: run again: the last statement may have taken effect, and is looked for before it is repeated

    UnreadableHistory: the history in "a"."b" cannot be read: row 3 has no version
    the history in "a"."b" cannot be read: row 3 has no version
    "#);
}
