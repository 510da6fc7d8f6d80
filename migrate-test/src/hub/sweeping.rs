//! What earlier runs have left: databases of processes that are gone, and templates that are no longer used.

use std::time::Duration;

use crate::Error;
use crate::hub::owner::alive;
use crate::maintenance::Maintenance;
use crate::name::{Name, Owner, PREFIX};

/// Templates are dropped when they were not used for this long.
const TEMPLATE_AGE: Duration = Duration::from_secs(2 * 24 * 3600);

/// And databases of failed tests when they are this old.
const KEPT_AGE: Duration = Duration::from_secs(24 * 3600);

/// A recorded failure counts for less than this.
const FAILURE_AGE: Duration = Duration::from_secs(60);

/// What may be dropped. Where no other process runs, one spare of each template is kept for the first test of the next run.
pub(crate) fn leftovers(session: &mut Maintenance, own: Owner) -> Result<Vec<Name>, Error> {
    let sql = format!(
        "SELECT datname, pg_catalog.shobj_description(oid, 'pg_database'), pg_catalog.date_part('epoch', now())::bigint \
         FROM pg_catalog.pg_database \
         WHERE datname LIKE '{}%' AND pg_catalog.pg_has_role(datdba, 'MEMBER') ORDER BY datname",
        PREFIX.replace('_', "\\_")
    );
    let rows = session
        .rows(&sql)
        .map_err(|error| Error::of_server("cannot list the databases", &error))?;
    let alive = alive(session)?;
    let others = alive.iter().any(|owner| *owner != own);
    let old = |now: u64, since: u64, age: Duration| now.saturating_sub(since) > age.as_secs();
    let mut leftovers = Vec::new();
    // The last template, if it stays and none of its spares has come yet: they follow it in the order of names.
    let mut template = None;
    for row in rows {
        let [name, comment, now] = row.as_slice() else {
            continue;
        };
        let Some(name) = Name::read(name) else {
            continue;
        };
        let now: u64 = now.parse().unwrap_or_default();
        let left = match &name {
            Name::Template(digest) => {
                let used = comment.parse().unwrap_or(now);
                let is_old = old(now, used, TEMPLATE_AGE);
                template = (!is_old).then(|| digest.clone());
                is_old
            }
            Name::Building(_, owner) | Name::Clone(_, owner, _) => {
                *owner != own && !alive.contains(owner)
            }
            Name::Spare(digest, ..) => !others && template.take_if(|last| last == digest).is_none(),
            Name::Failed(_, at) => old(now, *at, FAILURE_AGE),
            Name::Kept(at, _) => old(now, *at, KEPT_AGE),
        };
        if left {
            leftovers.push(name);
        }
    }
    Ok(leftovers)
}

/// Clones of this template that were left unused by another process.
pub(crate) fn spares(
    session: &mut Maintenance,
    template: &Name,
) -> Result<Vec<Name>, postgres::Error> {
    let sql = format!(
        "SELECT datname FROM pg_catalog.pg_database WHERE datname LIKE '{}\\_spare\\_%'",
        template.to_string().replace('_', "\\_")
    );
    let rows = session.rows(&sql)?.into_iter().flatten();
    Ok(rows.filter_map(|name| Name::read(&name)).collect())
}
