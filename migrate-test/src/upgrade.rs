//! Whether a database of an earlier release can be brought up to date.

use std::thread;

use migrate_runtime::Migrations;
use migrate_server::{Schema, differences};

use crate::schema::{indented, schema};
use crate::{Database, Template};

/// Checks that a database at `version` can be brought up to date: the migrations up to it are applied, then, in a second run,
/// the others. The schema is then the one that all migrations leave on an empty database.
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// # /*
/// #[test]
/// # */
/// fn release_1_can_be_upgraded() {
///     migrate_test::assert_applies_from(&MIGRATIONS, 20260101120000);
/// }
/// ```
///
/// Tables are empty then, and most that goes wrong does so because of rows. [`Template`] has them:
///
/// ```no_run
/// # static MIGRATIONS: migrate_runtime::Migrations = migrate_runtime::Migrations::empty();
/// use migrate_test::Template;
///
/// # const ROWS: &str = "";
/// # /*
/// #[test]
/// # */
/// fn release_1_can_be_upgraded_with_its_rows() {
/// # /*
///     const ROWS: &str = include_str!("release_1.sql");
/// # */
///     let upgraded = Template::of(&MIGRATIONS)
///         .target(20260101120000)
///         .fixture("release_1.sql", ROWS)
///         .assert_applies();
///     // What has become of the rows?
/// # #[cfg(feature = "postgres")]
///     let mut client = upgraded.client();
/// }
/// ```
///
/// # Panics
///
/// A migration fails, or the schema differs: the message names the file and what differs. Or there is
/// [no database](Database::of).
#[track_caller]
pub fn assert_applies_from(set: &Migrations, version: i64) {
    Template::of(set).target(version).assert_applies();
}

impl Template {
    /// Checks that a database like this one can be brought up to date: after a
    /// [`target`](Template::target) with [fixtures](Template::fixture), or with a [`dump`](Template::dump). The rest of the
    /// migrations is applied to a copy, and the schema is then the one that all migrations leave on an empty database.
    /// Returns the copy.
    ///
    /// # Panics
    ///
    /// Where [`assert_applies_from`] does.
    #[track_caller]
    #[expect(clippy::panic, reason = "that is how an assertion fails")]
    pub fn assert_applies(self) -> Database {
        let set = self.set.clone();
        let start = self.start.to_string();
        let old = self.database();
        // Set up by the migrations alone. If they fail so, that is the error.
        let new = Database::of(&set);
        // A blocking client must not run in a thread that has an asynchronous runtime.
        let checked = thread::scope(|scope| {
            let check = scope.spawn(|| {
                let applied = apply(&set, &old)
                    .map_err(|reason| format!("{reason}\n  = note: applied to {start}"))?;
                let differing = differences(&apply(&set, &new)?, &applied);
                if differing.is_empty() {
                    return Ok(());
                }
                Err(format!(
                    "{}: {start}, brought up to date, has another schema than all migrations leave on an empty database\n{}",
                    set.directory(),
                    indented(&differing)
                ))
            });
            let panicked = || Err("the thread that applies the migrations has panicked".to_owned());
            check.join().unwrap_or_else(|_| panicked())
        });
        if let Err(message) = checked {
            old.mark_failed();
            panic!("{message}");
        }
        old
    }
}

/// Applies what is pending; the schema then.
fn apply(set: &Migrations, database: &Database) -> Result<Schema, String> {
    let mut client = crate::maintenance::connect(&database.config())
        .map_err(|error| format!("cannot connect: {}", crate::error::reason(&error)))?;
    let ended = set.run(&mut client);
    ended.map_err(|error| format!("{error:#}").trim_end().to_owned())?;
    schema(&mut client, set.table())
}
