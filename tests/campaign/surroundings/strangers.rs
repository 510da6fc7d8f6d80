//! A history table that another role has made before the first run.

use super::Scene;
use super::files::Directory;
use super::herds::driver;
use super::instance::{hasty, operate};
use super::place::{Place, Rights};
use super::sets;

/// The columns that a stranger can copy from the documentation.
const COLUMNS: &str = "version bigint PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL, state text NOT NULL, \
    done integer NOT NULL DEFAULT 0, xid text, started_at timestamptz NOT NULL DEFAULT clock_timestamp(), ms bigint, \
    applied_by text DEFAULT CURRENT_USER, tool text, note text, fingerprint bigint";

/// What the stranger makes, where `@` stands for the usual table and `seen()` notes that it was called.
const TRAPS: &[(&str, &str)] = &[
    ("a plain table", "@"),
    (
        "a trigger",
        "@; CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.seen(); RETURN NEW; END $$;
         CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON public.schema_migrations FOR EACH ROW EXECUTE FUNCTION public.trap()",
    ),
    (
        "a deferred constraint trigger",
        "@; CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.seen(); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER trap AFTER INSERT ON public.schema_migrations DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION public.trap()",
    ),
    (
        "a default",
        "@; ALTER TABLE public.schema_migrations ALTER note SET DEFAULT public.seen()",
    ),
    (
        "a CHECK",
        "@; ALTER TABLE public.schema_migrations ADD CHECK (public.seen() IS NOT NULL)",
    ),
    (
        "a policy",
        "@; ALTER TABLE public.schema_migrations ENABLE ROW LEVEL SECURITY;
         ALTER TABLE public.schema_migrations FORCE ROW LEVEL SECURITY;
         CREATE POLICY trap ON public.schema_migrations USING (public.seen() IS NOT NULL)",
    ),
    (
        "a view",
        "CREATE VIEW public.schema_migrations AS SELECT 1::bigint AS version, public.seen() AS name, ''::bytea AS checksum,
         'applied'::text AS state, 0 AS done, ''::text AS xid, now() AS started_at, 0::bigint AS ms, ''::text AS applied_by,
         ''::text AS tool, ''::text AS note, 0::bigint AS fingerprint",
    ),
    (
        "a view without rows",
        "CREATE VIEW public.schema_migrations AS SELECT 1::bigint AS version, public.seen() AS name, ''::bytea AS checksum,
         'applied'::text AS state, 0 AS done, ''::text AS xid, now() AS started_at, 0::bigint AS ms, ''::text AS applied_by,
         ''::text AS tool, ''::text AS note, 0::bigint AS fingerprint WHERE public.seen() IS NULL",
    ),
    (
        "a rule",
        "@; CREATE RULE trap AS ON INSERT TO public.schema_migrations DO ALSO SELECT public.seen()",
    ),
    (
        "an expression index",
        "@; CREATE INDEX trap ON public.schema_migrations (public.seen_fast(name))",
    ),
    (
        "a child",
        "@; CREATE TABLE public.child (CHECK (public.seen() IS NOT NULL)) INHERITS (public.schema_migrations);
         CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM public.seen(); RETURN NEW; END $$;
         CREATE TRIGGER trap BEFORE UPDATE ON public.child FOR EACH ROW EXECUTE FUNCTION public.trap()",
    ),
    (
        "a domain",
        "CREATE DOMAIN public.trap AS text CHECK (public.seen() IS NOT NULL); @;
         ALTER TABLE public.schema_migrations ALTER tool TYPE public.trap",
    ),
    (
        "a partitioned table",
        "CREATE TABLE public.schema_migrations (version bigint, name text, checksum bytea, state text, done integer DEFAULT 0, xid text,
         started_at timestamptz DEFAULT clock_timestamp(), ms bigint, applied_by text DEFAULT public.seen(), tool text, note text,
         fingerprint bigint) PARTITION BY LIST (version);
         CREATE TABLE public.child PARTITION OF public.schema_migrations DEFAULT",
    ),
];

/// Another role may create objects in `public`, as every role may by default up to PostgreSQL 14.
pub(super) fn play(scene: &mut Scene<'_>) -> Result<(), String> {
    let Some((name, trap)) = TRAPS.get(scene.random.below(TRAPS.len())) else {
        return Ok(());
    };
    let rights = if scene.chance(2) {
        Rights::Superuser
    } else {
        Rights::Creator
    };
    let mut place = Place::new(scene.server, rights);
    let stranger = place.database.role("");
    place.database.execute(
        "CREATE SEQUENCE public.called; GRANT ALL ON SEQUENCE public.called TO PUBLIC; GRANT CREATE, USAGE ON SCHEMA public TO PUBLIC",
    );
    let mut client = place.database.client_for(&stranger);
    let seen = "CREATE FUNCTION public.seen() RETURNS text LANGUAGE plpgsql AS $$ BEGIN
            PERFORM nextval('public.called'); RETURN 'x'; END $$;
        CREATE FUNCTION public.seen_fast(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
            PERFORM nextval('public.called'); RETURN 'x'; END $$;";
    let table = format!("CREATE TABLE public.schema_migrations ({COLUMNS})");
    client
        .batch_execute(&format!("{seen}{}", trap.replacen('@', &table, 1)))
        .map_err(|error| format!("{name}: {error:?}"))?;
    let there = place
        .database
        .value("SELECT to_regclass('public.schema_migrations') IS NOT NULL");
    if there != "t" {
        return Err(format!("{name}: the stranger has made no table"));
    }
    client
        .batch_execute("GRANT ALL ON public.schema_migrations TO PUBLIC")
        .map_err(|error| format!("{name}: {error:?}"))?;
    drop(client);
    place
        .database
        .execute("SELECT setval('public.called', 1, false)");
    place.set.push(format!("history table: {name}"));
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 12);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    let before = place.state();
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let (driver, url) = (driver(scene.random.below(4)), place.url());
    scene.round.starters += 4;
    let outcomes = [
        (
            "run",
            operate!(driver, &url, hasty(&set), run, run_async).map(drop),
        ),
        (
            "plan",
            operate!(driver, &url, hasty(&set), plan, plan_async).map(drop),
        ),
        (
            "status",
            operate!(driver, &url, hasty(&set), status, status_async).map(drop),
        ),
        (
            "baseline",
            operate!(driver, &url, hasty(&set), baseline, baseline_async, 2).map(drop),
        ),
    ];
    for (operation, outcome) in outcomes {
        match outcome {
            // To read a table evaluates nothing of its owner's, unless it is no table.
            Ok(()) if matches!(operation, "plan" | "status") => {}
            Ok(()) => scene.violation(format!("{operation} uses the table of a stranger")),
            Err(trouble) if trouble.is_connection() => {
                scene.violation(format!("{operation}: {trouble}"));
            }
            Err(_) => scene.round.refused += 1,
        }
    }
    if place.database.value("SELECT is_called FROM public.called") == "t" {
        scene.violation(format!("{name}: a function of the stranger was called"));
    }
    if place.state() != before {
        scene.violation("something was made although the history is a stranger's");
    }
    let unrest = place.unrest(std::time::Duration::from_secs(10));
    scene.violations(unrest);
    Ok(())
}
