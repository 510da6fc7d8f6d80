//! Several instances at once, in a database that is set up in an unusual way.

use std::sync::Mutex;
use std::thread;

use migrate_fixtures::Proxy;
use migrate_runtime::Migrations;

use super::Scene;
use super::files::{self, Directory, File};
use super::instance::{hasty, run};
use super::place::{Place, Rights, reference, reference_in};
use super::sets;
use crate::apply::{DRIVERS, Driver};
use crate::campaign::rounds::torment;

/// Who migrates a database in which everything is set at random.
pub(super) fn settings(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = if scene.chance(2) {
        Rights::Superuser
    } else {
        Rights::Creator
    };
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    place.set_at_random(&mut scene.random, 4);
    herd(scene, &place, &files, &expected)
}

/// By these names are things that are not PostgreSQL's.
const SHADOWS: &str = "
    CREATE SCHEMA evil;
    CREATE TABLE evil.seen (what pg_catalog.text);
    GRANT ALL ON SCHEMA evil TO PUBLIC;
    GRANT ALL ON ALL TABLES IN SCHEMA evil TO PUBLIC;
    CREATE TABLE evil.schema_migrations (version bigint);
    CREATE VIEW evil.pg_class AS SELECT * FROM evil.seen;
    CREATE VIEW evil.pg_settings AS SELECT * FROM evil.seen;
    CREATE VIEW evil.pg_locks AS SELECT * FROM evil.seen;
    CREATE VIEW evil.pg_index AS SELECT * FROM evil.seen;
    CREATE VIEW evil.pg_stat_activity AS SELECT * FROM evil.seen;
    CREATE FUNCTION evil.note(what pg_catalog.text) RETURNS pg_catalog.text LANGUAGE plpgsql
        AS $$ BEGIN INSERT INTO evil.seen VALUES (what); RETURN what; END $$;
    CREATE FUNCTION evil.equal(bigint, bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.note('=') IS NULL $$;
    CREATE OPERATOR evil.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = evil.equal);
    CREATE FUNCTION evil.equal_text(pg_catalog.text, pg_catalog.text) RETURNS bool LANGUAGE sql AS $$ SELECT evil.note('=') IS NULL $$;
    CREATE FUNCTION evil.concat(VARIADIC pg_catalog._text) RETURNS pg_catalog.text LANGUAGE sql AS $$ SELECT evil.note('concat') $$;
    CREATE FUNCTION evil.count() RETURNS bigint LANGUAGE sql AS $$ SELECT pg_catalog.length(evil.note('count')) $$;
    CREATE FUNCTION evil.current_setting(pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql AS $$ SELECT evil.note('current_setting') $$;
    CREATE FUNCTION evil.set_config(pg_catalog.text, pg_catalog.text, bool) RETURNS pg_catalog.text LANGUAGE sql AS $$ SELECT evil.note('set_config') $$;
    CREATE FUNCTION evil.to_regclass(pg_catalog.text) RETURNS regclass LANGUAGE sql AS $$ SELECT NULL::regclass FROM evil.note('to_regclass') $$;
    CREATE FUNCTION evil.pg_try_advisory_xact_lock(bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.note('lock') IS NOT NULL $$;
    CREATE FUNCTION evil.pg_try_advisory_lock(bigint) RETURNS bool LANGUAGE sql AS $$ SELECT evil.note('lock') IS NOT NULL $$;
    CREATE FUNCTION evil.txid_current() RETURNS bigint LANGUAGE sql AS $$ SELECT pg_catalog.length(evil.note('txid')) $$;
    CREATE FUNCTION evil.encode(bytea, pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql AS $$ SELECT evil.note('encode') $$;
    CREATE FUNCTION evil.decode(pg_catalog.text, pg_catalog.text) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea FROM evil.note('decode') $$;
    CREATE FUNCTION evil.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT NULL::timestamptz FROM evil.note('clock') $$;
    CREATE DOMAIN evil.text AS pg_catalog.text CHECK (evil.note('text') IS NULL);
    CREATE DOMAIN evil.bytea AS pg_catalog.bytea CHECK (evil.note('bytea') IS NULL);
    CREATE DOMAIN evil.jsonb AS pg_catalog.jsonb CHECK (evil.note('jsonb') IS NULL);";

/// Objects by the names of PostgreSQL's, found before them.
pub(super) fn shadows(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let ordinary = Place::new(scene.server, rights);
    ordinary.database.execute(SHADOWS);
    let expected = reference_in(&ordinary, &files)?;
    let mut place = Place::new(scene.server, rights);
    place.database.execute(SHADOWS);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 12);
    }
    place.set("search_path", "evil, pg_catalog, public");
    herd(scene, &place, &files, &expected)?;
    let seen = place.database.rows("SELECT DISTINCT what FROM evil.seen");
    for name in seen.into_iter().flatten() {
        scene.violation(format!("evil.{name} was called"));
    }
    Ok(())
}

/// Databases that do not store UTF-8.
pub(super) fn encodings(scene: &mut Scene<'_>) -> Result<(), String> {
    let all = ["LATIN1", "SQL_ASCII", "EUC_JP", "WIN1252", "UTF8"];
    let encoding = all
        .get(scene.random.below(all.len()))
        .copied()
        .unwrap_or("UTF8");
    let options = format!("ENCODING '{encoding}' LC_COLLATE 'C' LC_CTYPE 'C'");
    let mut files = sets::all(&mut scene.random, scene.server.installation().major);
    // In all of them but SQL_ASCII, which takes any byte: a character of the encoding.
    let letter = if encoding == "EUC_JP" { "漢" } else { "é" };
    for file in &mut files {
        if file.version == 14 {
            let statement = format!(
                "CREATE TABLE app.\"{letter}\" (\"{letter}\" pg_catalog.text DEFAULT '{letter}')"
            );
            file.up.statements.push(files::plain(&statement));
        }
    }
    let ordinary = Place::with(scene.server, Rights::Creator, &options);
    let expected = reference_in(&ordinary, &files)?;
    let mut place = Place::with(scene.server, Rights::Creator, &options);
    place.set.push(format!("encoding {encoding}"));
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 12);
    }
    herd(scene, &place, &files, &expected)
}

/// Kills and cuts, in a database that is set up in an unusual way.
pub(super) fn kills(scene: &mut Scene<'_>) -> Result<(), String> {
    let rights = Rights::Creator;
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, rights, &files)?;
    let mut place = Place::new(scene.server, rights);
    place.set_at_random(&mut scene.random, 12);
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(&files)?;
    let proxy = Proxy::before(scene.server.port()).map_err(|failure| failure.to_string())?;
    let url = place.database.url_through(&place.role, proxy.port());
    let count = files.len();
    torment(
        scene.round,
        scene.plan,
        directory.root(),
        || place.recorded() == (count, count),
        &proxy,
        url,
        false,
    );
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// Three instances at once, and one more that finds nothing to do.
pub(super) fn herd(
    scene: &mut Scene<'_>,
    place: &Place<'_>,
    files: &[File],
    expected: &[String],
) -> Result<(), String> {
    scene.round.notes.extend(place.set.iter().cloned());
    let directory = Directory::new(files)?;
    let set = directory.load();
    together(scene, &set, &place.url(), 3);
    let late = driver(scene.random.below(4));
    match run(late, &place.url(), hasty(&set)) {
        Ok(report) if report.is_noop() => {}
        Ok(report) => scene.violation(format!("a late instance found something to do: {report}")),
        Err(trouble) => scene.violation(format!("a late instance: {trouble}")),
    }
    scene.round.starters += 1;
    let differences = place.differences(expected);
    scene.violations(differences);
    recorded(scene, place, files);
    Ok(())
}

/// So many instances at once, none of which may fail.
pub(super) fn together(scene: &mut Scene<'_>, set: &Migrations, url: &str, count: usize) {
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..count {
            let failures = &failures;
            scope.spawn(move || {
                if let Err(trouble) = run(driver(number), url, hasty(set)) {
                    failures
                        .lock()
                        .map(|mut all| all.push(format!("{:?}: {trouble}", driver(number))))
                        .ok();
                }
            });
        }
    });
    scene.round.starters += count;
    scene.violations(failures.into_inner().unwrap_or_default());
}

/// The history holds each file once, as applied.
pub(super) fn recorded(scene: &mut Scene<'_>, place: &Place<'_>, files: &[File]) {
    let recorded = place.recorded();
    if recorded != (files.len(), files.len()) {
        let (applied, rows) = recorded;
        scene.violation(format!(
            "{applied} of {} files are recorded as applied, in {rows} rows",
            files.len()
        ));
    }
}

pub(super) fn driver(number: usize) -> Driver {
    let at = number % DRIVERS.len();
    DRIVERS.get(at).copied().unwrap_or(Driver::Postgres)
}
