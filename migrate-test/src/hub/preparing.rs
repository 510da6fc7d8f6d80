//! Templates: made once on a server, by whichever process comes first.

use crate::digest::Digest;
use crate::hub::copying::{Strategy, copy, remove, rename, retry_in_use};
use crate::maintenance::{Maintenance, literal, quoted};
use crate::name::{Name, Owner};
use crate::recipe::Recipe;
use crate::{Error, ErrorKind};

/// The first half of the keys of the locks under which templates are made: `mtem`.
const CLASS: i32 = 0x6d74_656d;

/// For so many seconds, the other processes take a failure for granted. Then one of them tries again: what was missing on
/// the server may have been installed.
const FAILURE_COUNTS: u64 = 30;

/// The time of the last use is written down if it is older than this, in seconds.
const NOTE_AFTER: u64 = 600;

/// Who makes templates, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maker {
    pub(crate) owner: Owner,
    pub(crate) strategy: Strategy,
}

/// What is known of a template.
enum Found {
    Ready,
    Failed(Error),
    Missing,
}

/// Returns when the template is there.
pub(crate) fn prepare(
    session: &mut Maintenance,
    recipe: &Recipe,
    maker: Maker,
) -> Result<(), Error> {
    if let Some(stale) = migrate_runtime::__private::stale(&recipe.set) {
        return Err(Error::of_migration(stale));
    }
    match find(session, &recipe.digest)? {
        Found::Ready => return Ok(()),
        Found::Failed(error) => return Err(error),
        Found::Missing => {}
    }
    // Waiting on the server blocks no migration: it is in another database.
    let key = recipe.digest.lock_key();
    let doing = "cannot take the lock for a template";
    let lock = format!("SELECT pg_catalog.pg_advisory_lock({CLASS}, {key})");
    session.run(doing, &lock)?;
    let made = match find(session, &recipe.digest) {
        Ok(Found::Ready) => Ok(()),
        Ok(Found::Failed(error)) | Err(error) => Err(error),
        Ok(Found::Missing) => make(session, recipe, maker),
    };
    let unlock = format!("SELECT pg_catalog.pg_advisory_unlock({CLASS}, {key})");
    // If that fails, the session is gone and the lock with it.
    let _ = session.rows(&unlock);
    made
}

fn find(session: &mut Maintenance, digest: &Digest) -> Result<Found, Error> {
    let name = Name::Template(digest.clone());
    let sql = format!(
        "SELECT datname, pg_catalog.shobj_description(oid, 'pg_database'), pg_catalog.date_part('epoch', now())::bigint \
         FROM pg_catalog.pg_database WHERE datname = '{name}' AND NOT datallowconn OR datname LIKE '{name}\\_failed\\_%'"
    );
    let rows = session
        .rows(&sql)
        .map_err(|error| Error::of_server("cannot list the databases", &error))?;
    let mut found = Found::Missing;
    for row in rows {
        let [database, comment, now] = row.as_slice() else {
            continue;
        };
        let now: u64 = now.parse().unwrap_or_default();
        match Name::read(database) {
            Some(Name::Template(_)) => {
                let used: u64 = comment.parse().unwrap_or_default();
                if used + NOTE_AFTER < now {
                    note_use(session, &name, now);
                }
                return Ok(Found::Ready);
            }
            Some(Name::Failed(_, at)) if at + FAILURE_COUNTS >= now => {
                found = Found::Failed(Error::new(ErrorKind::Migration, comment));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// By this time, old templates are known. If another role made the template, it is not written down.
fn note_use(session: &mut Maintenance, name: &Name, now: u64) {
    let _ = session.rows(&format!("COMMENT ON DATABASE {} IS '{now}'", quoted(name)));
}

fn make(session: &mut Maintenance, recipe: &Recipe, maker: Maker) -> Result<(), Error> {
    let building = Name::Building(recipe.digest.clone(), maker.owner);
    remove(session, &building)?;
    if let Some(base) = recipe.base() {
        prepare(session, &base, maker)?;
        copy(
            session,
            &Name::Template(base.digest),
            &building,
            maker.strategy,
        )
        .map_err(|error| Error::of_server("cannot copy a template", &error))?;
    } else {
        retry_in_use(session, &format!("CREATE DATABASE {}", quoted(&building)))
            .map_err(|error| not_created(session, &error))?;
    }
    match fill(session, recipe, &building) {
        Ok(()) => publish(session, recipe, &building),
        Err(error) => {
            keep_failure(session, recipe, &building, &error);
            Err(error)
        }
    }
}

fn not_created(session: &mut Maintenance, error: &postgres::Error) -> Error {
    let failed = Error::of_server("cannot create a database", error);
    if failed.kind() != ErrorKind::PermissionDenied {
        return failed;
    }
    let role = session
        .rows("SELECT pg_catalog.quote_ident(current_user)")
        .ok();
    let role = role
        .and_then(|rows| rows.into_iter().flatten().next())
        .unwrap_or_default();
    failed
        .help(format!(
            "give the role the right: ALTER ROLE {role} CREATEDB"
        ))
        .help("or name a server with another role in MIGRATE_TEST_DATABASE_URL")
}

fn fill(session: &mut Maintenance, recipe: &Recipe, building: &Name) -> Result<(), Error> {
    let mut client = session.open(building)?;
    if recipe.fixtures.is_empty() {
        recipe.set.run(&mut client).map_err(Error::of_migration)?;
    }
    for fixture in &recipe.fixtures {
        client.batch_execute(&fixture.sql).map_err(|error| {
            let line = error
                .as_db_error()
                .and_then(|error| match error.position() {
                    Some(postgres::error::ErrorPosition::Original(at)) => line(&fixture.sql, *at),
                    _ => None,
                });
            let place = line.map_or(fixture.name.clone(), |(line, column)| {
                format!("{}:{line}:{column}", fixture.name)
            });
            Error::new(
                ErrorKind::Fixture,
                format_args!("{place}: {}", crate::error::reason(&error)),
            )
        })?;
    }
    drop(client);
    // A new session writes down what it has found of the catalogs. The copies have that file, too, and their first session
    // starts quicker by some milliseconds.
    let mut client = session.open(building)?;
    client
        .simple_query("SELECT count(*) FROM pg_catalog.pg_class")
        .map_err(|error| Error::of_server("cannot read a new database", &error))?;
    Ok(())
}

/// Line and column of the character at this place, counted from 1.
fn line(text: &str, position: u32) -> Option<(usize, usize)> {
    let before = usize::try_from(position).ok()?.checked_sub(1)?;
    let before: String = text.chars().take(before).collect();
    let column = before.rsplit('\n').next().unwrap_or_default();
    Some((before.matches('\n').count() + 1, column.chars().count() + 1))
}

/// Makes it the template. The name comes last: by it, others know that it is complete.
fn publish(session: &mut Maintenance, recipe: &Recipe, building: &Name) -> Result<(), Error> {
    let template = Name::Template(recipe.digest.clone());
    let name = quoted(building);
    let failed = |error: postgres::Error| Error::of_server("cannot make a template", &error);
    let sql = format!("ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false");
    session.rows(&sql).map_err(failed)?;
    let sql = format!(
        "DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE %I IS %L', '{building}', date_part('epoch', now())::bigint); END $$"
    );
    session.rows(&sql).map_err(failed)?;
    rename(session, building, &template).map_err(failed)
}

/// Leaves the error to the other processes, or drops the database if that cannot be.
fn keep_failure(session: &mut Maintenance, recipe: &Recipe, building: &Name, error: &Error) {
    let kept = || -> Result<(), postgres::Error> {
        let comment = literal(&format!("{error:#}"));
        session.rows(&format!(
            "COMMENT ON DATABASE {} IS {comment}",
            quoted(building)
        ))?;
        let rows = session.rows("SELECT pg_catalog.date_part('epoch', now())::bigint")?;
        let now = rows.into_iter().flatten().next();
        let now = now.and_then(|now| now.parse().ok()).unwrap_or_default();
        rename(session, building, &Name::Failed(recipe.digest.clone(), now))
    }();
    if kept.is_err() {
        let _ = remove(session, building);
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn the_place_of_a_character() {
        assert_eq!(line("SELECT 1;\nSELEC 2;", 11), Some((2, 1)));
        assert_eq!(line("a", 1), Some((1, 1)));
    }
}
