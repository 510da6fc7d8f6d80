//! Whether down files undo what migrations do.

use std::thread;

use migrate_runtime::{Migration, Migrations, Revert};
use migrate_server::{Schema, differences};
use postgres::Client;

use crate::Database;
use crate::schema::{indented, schema};

/// Checks that each migration can be reverted: with everything before it applied, it is applied, reverted and applied again.
/// After its down file the schema is the one from before it, and after the second time the one from after the first.
///
/// Schemas are compared object by object; columns in any order, because one that is dropped and added again comes last.
/// Extensions may stay. Rows are not compared.
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// # /*
/// #[test]
/// # */
/// fn migrations_can_be_reverted() {
///     migrate_test::assert_reversible(&MIGRATIONS);
/// }
/// ```
///
/// # Panics
///
/// A migration has no down file, a file fails, or the schema differs: the message names the file and what differs. Or there
/// is [no database](Database::of).
#[track_caller]
pub fn assert_reversible(set: &Migrations) {
    check(set, i64::MIN);
}

/// The same for the migrations from `version` on, where older ones are never reverted and need no down file.
///
/// # Panics
///
/// Where [`assert_reversible`] does.
#[track_caller]
pub fn assert_reversible_from(set: &Migrations, version: i64) {
    check(set, version);
}

#[track_caller]
#[expect(clippy::panic, reason = "that is how an assertion fails")]
fn check(set: &Migrations, oldest: i64) {
    let database = Database::of(&Migrations::empty());
    let mut config = database.config();
    // A blocking client must not run in a thread that has an asynchronous runtime.
    let checked = thread::scope(|scope| {
        let check = scope.spawn(|| {
            let mut client =
                crate::maintenance::connect(config.application_name("migrate-test"))
                    .map_err(|error| format!("cannot connect: {}", crate::error::reason(&error)))?;
            steps(set, oldest, &mut client)
        });
        let panicked = || Err("the thread that applies the migrations has panicked".to_owned());
        check.join().unwrap_or_else(|_| panicked())
    });
    if let Err(message) = checked {
        database.mark_failed();
        panic!("{message}");
    }
}

fn steps(set: &Migrations, oldest: i64, client: &mut Client) -> Result<(), String> {
    // With the history table, which is not compared, comes its schema, which would be.
    let nothing = Migrations::empty();
    let mut first = nothing.runner().table(set.table().clone());
    first.run(client).map_err(|error| format!("{error:#}"))?;
    let mut previous = None;
    for migration in set {
        let version = migration.version();
        if version < oldest {
            apply(set, version, client)?;
        } else {
            step(set, &migration, previous, client)?;
        }
        previous = Some(version);
    }
    Ok(())
}

fn apply(set: &Migrations, version: i64, client: &mut Client) -> Result<(), String> {
    let ended = set.runner().target(version).run(client);
    ended
        .map(drop)
        .map_err(|error| format!("{error:#}").trim_end().to_owned())
}

fn step(
    set: &Migrations,
    migration: &Migration<'_>,
    previous: Option<i64>,
    client: &mut Client,
) -> Result<(), String> {
    let up = migration.up().path();
    let Some(down) = migration.down() else {
        return Err(format!(
            "{up} has no down file\n  \
             = help: write {}, or check only later migrations: assert_reversible_from(&…, {})",
            down_name(&up),
            migration.version().saturating_add(1)
        ));
    };
    let down = down.path();
    let version = migration.version();
    let before = schema(client, set.table())?;
    apply(set, version, client)?;
    let after = schema(client, set.table())?;
    let which = previous.map_or(Revert::All, Revert::To);
    let ended = set.runner().revert(client, which);
    ended.map_err(|error| format!("{error:#}").trim_end().to_owned())?;
    let reverted = schema(client, set.table())?;
    same(&before, &reverted, || {
        format!("{down} does not undo {up}: the schema differs from the one before it")
    })?;
    apply(set, version, client).map_err(|error| {
        format!("{error}\n  = note: {up} was applied, reverted by {down}, and applied again")
    })?;
    let again = schema(client, set.table())?;
    same(&after, &again, || {
        format!("{up} leaves another schema when it is applied again after {down}")
    })
}

fn same(expected: &Schema, found: &Schema, what: impl Fn() -> String) -> Result<(), String> {
    let differing = differences(expected, found);
    if differing.is_empty() {
        return Ok(());
    }
    Err(format!("{}\n{}", what(), indented(&differing)))
}

/// The name of a down file beside this one.
fn down_name(up: &str) -> String {
    let stem = up.strip_suffix(".sql").unwrap_or(up);
    format!("{}.down.sql", stem.strip_suffix(".up").unwrap_or(stem))
}
