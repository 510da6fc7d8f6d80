//! Templates: made once on a server, by whichever process comes first.

use postgres::Client;

use crate::digest::Digest;
use crate::hub::copying::{Strategy, copy, remove, rename, retry_in_use};
use crate::maintenance::{Maintenance, literal, quoted};
use crate::name::{Name, Owner};
use crate::recipe::Recipe;
use crate::start::{Fixture, Start};
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
        let mut runner = recipe.set.runner();
        match &recipe.start {
            Start::Newest => runner.run(&mut client).map(drop),
            Start::Version(newest) => runner.target(*newest).run(&mut client).map(drop),
            Start::Dump(dump) => return restore(session, &mut client, dump, building),
        }
        .map_err(Error::of_migration)?;
    }
    for fixture in &recipe.fixtures {
        load(&mut client, &fixture.name, &fixture.sql)?;
    }
    drop(client);
    warm(session, building)
}

/// Runs a dump as `pg_dump` writes it: it has lines for psql, which mean nothing here.
fn restore(
    session: &mut Maintenance,
    client: &mut Client,
    dump: &Fixture,
    building: &Name,
) -> Result<(), Error> {
    let lines = dump.sql.split_inclusive('\n').map(|line| {
        if line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ") {
            "\n"
        } else {
            line
        }
    });
    let sql: String = lines.collect();
    load(client, &dump.name, &sql).map_err(|error| {
        if sql.contains("FROM stdin;") {
            error.help(
                "write the dump with `pg_dump --inserts`: rows for COPY are read by psql alone",
            )
        } else {
            error
        }
    })?;
    warm(session, building)
}

fn load(client: &mut Client, name: &str, sql: &str) -> Result<(), Error> {
    client.batch_execute(sql).map_err(|error| {
        let line = error
            .as_db_error()
            .and_then(|error| match error.position() {
                Some(postgres::error::ErrorPosition::Original(at)) => line(sql, *at),
                _ => None,
            });
        let place = line.map_or(name.to_owned(), |(line, column)| {
            format!("{name}:{line}:{column}")
        });
        Error::new(
            ErrorKind::Fixture,
            format_args!("{place}: {}", crate::error::reason(&error)),
        )
    })
}

fn warm(session: &Maintenance, building: &Name) -> Result<(), Error> {
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
