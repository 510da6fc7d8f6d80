//! Roles that may not do everything.

use super::Scene;
use super::files::{self, Directory, File};
use super::herds::{driver, herd, recorded};
use super::instance::{hasty, operate, run};
use super::place::{Place, Rights, reference, reference_in};
use super::sets;

/// A right is missing, and then granted.
pub(super) fn few_rights(scene: &mut Scene<'_>) -> Result<(), String> {
    let files = sets::all(&mut scene.random, scene.server.installation().major);
    let expected = reference(scene.server, Rights::Creator, &files)?;
    let mut place = Place::new(scene.server, Rights::Creator);
    let role = place.role.clone();
    let name = place.database.name().to_owned();
    // What is taken, what gives it back, and which file is the last to be applied before that.
    let (takes, gives, last) = match scene.random.below(6) {
        0 => (
            format!("REVOKE CREATE ON SCHEMA public FROM {role}, PUBLIC"),
            format!("GRANT CREATE ON SCHEMA public TO {role}"),
            0_i64,
        ),
        1 => (
            format!("REVOKE CREATE ON DATABASE {name} FROM {role}"),
            format!("GRANT CREATE ON DATABASE {name} TO {role}"),
            0,
        ),
        2 => (
            "ALTER TABLE app.t OWNER TO postgres".to_owned(),
            format!("ALTER TABLE app.t OWNER TO {role}"),
            1,
        ),
        3 => (
            format!(
                "ALTER TABLE public.schema_migrations OWNER TO postgres; REVOKE ALL ON public.schema_migrations FROM {role}"
            ),
            format!("ALTER TABLE public.schema_migrations OWNER TO {role}"),
            1,
        ),
        4 => (
            // Its rows are there, and a policy hides them.
            format!(
                "ALTER TABLE public.schema_migrations OWNER TO postgres; GRANT ALL ON public.schema_migrations TO {role}; \
                 ALTER TABLE public.schema_migrations ENABLE ROW LEVEL SECURITY; \
                 CREATE POLICY hides ON public.schema_migrations USING (false) WITH CHECK (true)"
            ),
            format!(
                "DROP POLICY hides ON public.schema_migrations; ALTER TABLE public.schema_migrations DISABLE ROW LEVEL SECURITY; \
                 ALTER TABLE public.schema_migrations OWNER TO {role}"
            ),
            1,
        ),
        _ => (
            format!(
                "ALTER TABLE public.schema_migrations OWNER TO postgres; GRANT SELECT ON public.schema_migrations TO {role}"
            ),
            format!("ALTER TABLE public.schema_migrations OWNER TO {role}"),
            1,
        ),
    };
    let directory = Directory::new(&files)?;
    let set = directory.load();
    let url = place.url();
    if last > 0 {
        let first = driver(scene.random.below(4));
        scene.round.starters += 1;
        if let Err(trouble) = run(first, &url, hasty(&set).target(last)) {
            scene.violation(format!("the first file: {trouble}"));
        }
    }
    place.database.execute(&takes);
    place.set.push(takes);
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    scene.round.notes.extend(place.set.iter().cloned());
    for attempt in ["first", "second"] {
        let one = driver(scene.random.below(4));
        scene.round.starters += 1;
        match run(one, &url, hasty(&set)) {
            Ok(_) => scene.violation(format!("{attempt} attempt: applied without the right to")),
            Err(trouble) if trouble.is_connection() => {
                scene.violation(format!("{attempt} attempt: {trouble}"));
            }
            Err(_) => scene.round.refused += 1,
        }
        // Where the plan cannot be made, it is refused as well.
        if let Ok(plan) = operate!(one, &url, hasty(&set), plan, plan_async)
            && plan.pending.iter().any(|file| file.version <= last)
        {
            scene.violation(format!("{attempt} attempt: an applied file is pending"));
        }
    }
    place.database.execute(&gives);
    let one = driver(scene.random.below(4));
    scene.round.starters += 1;
    if let Err(trouble) = run(one, &url, hasty(&set)) {
        scene.violation(format!("with the right: {trouble}"));
    }
    let differences = place.differences(&expected);
    scene.violations(differences);
    recorded(scene, &place, &files);
    Ok(())
}

/// Files that change the role, and leave it so.
pub(super) fn set_role(scene: &mut Scene<'_>) -> Result<(), String> {
    let make = || {
        let place = Place::new(scene.server, Rights::Creator);
        let owner = place.database.role("");
        place.database.execute(&format!(
            "GRANT {owner} TO {role}; GRANT CREATE ON DATABASE {name} TO {owner}",
            role = place.role,
            name = place.database.name()
        ));
        (place, owner)
    };
    let (ordinary, owner) = make();
    let kind = scene.random.below(3);
    let first_version = sets::all(&mut scene.random, scene.server.installation().major);
    let changed = |files: &[File], owner: &str| -> Vec<File> {
        let mut files = files.to_vec();
        for file in &mut files {
            let sql = match kind {
                0 => format!("SET ROLE {owner}"),
                1 => format!("SET role TO '{owner}'"),
                _ => format!("SELECT pg_catalog.set_config('role', '{owner}', false)"),
            };
            file.up.statements.insert(0, files::plain(&sql));
        }
        files
    };
    let expected = reference_in(&ordinary, &changed(&first_version, &owner))?;
    let (mut place, owner) = make();
    place
        .set
        .push(format!("each file sets its role, way {kind}"));
    if scene.chance(2) {
        place.set_at_random(&mut scene.random, 20);
    }
    let files = changed(&first_version, &owner);
    herd(scene, &place, &files, &expected)
}
