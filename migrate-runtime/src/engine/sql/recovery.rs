//! Messages that look for what an earlier run of a statement has left, object by object: an index in its
//! table's schema with what it is made of, a partition by its oid, the copies that `REINDEX` makes.

use super::BEGIN;
use super::tag::SAME;
use crate::migrations::{NewIndex, ReindexScope, StatementKind};
use crate::table::Literal;

/// The oids, with commas between them, of what a statement is about to change or must not be taken to have
/// made; an expression. What it was about is told by these when its answer is lost, for its names may then
/// lead to something else.
pub(super) fn before(kind: StatementKind<'_>) -> String {
    match kind {
        StatementKind::DropIndexConcurrently { index } => oid(index),
        StatementKind::DetachConcurrently { parent, partition } => {
            format!(
                "(SELECT h.inhrelid FROM {})",
                attached(parent, &oid(partition))
            )
        }
        StatementKind::ReindexConcurrently { scope, target } => format!(
            "(SELECT pg_catalog.string_agg(i.indexrelid::pg_catalog.text, ',') FROM {})",
            copies(scope, target)
        ),
        _ => "''".to_owned(),
    }
}

/// The oid of the relation that a name leads to; NULL where there is none.
fn oid(name: &str) -> String {
    format!("pg_catalog.to_regclass({})::pg_catalog.oid", Literal(name))
}

/// What has an index's name in its table's schema. No row where there is no such table; the kind is NULL
/// where nothing has the name.
pub(crate) fn find_index(index: &NewIndex<'_>) -> String {
    format!(
        "SELECT x.relkind, i.indrelid OPERATOR(pg_catalog.=) t.oid AND i.indisvalid, \
         i.indrelid OPERATOR(pg_catalog.=) t.oid AND NOT i.indisvalid, \
         pg_catalog.format('%I.%I', n.nspname, COALESCE(x.relname, t.relname)), pg_catalog.format('%I', t.relname), \
         pg_catalog.format('%I.%I', n.nspname, t.relname), x.oid, pg_catalog.pg_get_indexdef(i.indexrelid), \
         (SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index p \
             WHERE p.index_relid OPERATOR(pg_catalog.=) x.oid LIMIT 1) \
         FROM pg_catalog.pg_class t \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.relnamespace \
         LEFT JOIN pg_catalog.pg_class x ON x.relnamespace OPERATOR(pg_catalog.=) t.relnamespace \
             AND x.relname OPERATOR(pg_catalog.=) {}::pg_catalog.name \
         LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) x.oid \
         WHERE t.oid OPERATOR(pg_catalog.=) {}",
        Literal(index.name),
        oid(index.table),
    )
}

/// Builds an index of the same definition on an empty copy of the table and compares it with the one whose
/// oid is given; to be rolled back. The copy has the table's name, so that a definition may use it.
pub(crate) fn compare_index(index: &NewIndex<'_>, name: &str, table: &str, found: &str) -> String {
    let made = format!(
        "pg_catalog.to_regclass({})",
        Literal("pg_temp.migrate_index")
    );
    format!(
        "{BEGIN};SET LOCAL lock_timeout TO '5s';\
         CREATE TEMPORARY TABLE pg_temp.{name} (LIKE {table});\
         CREATE {unique}INDEX migrate_index ON pg_temp.{name} {definition}\n;\
         SELECT {asked} OPERATOR(pg_catalog.=) {there}, '{SAME}'",
        unique = if index.unique { "UNIQUE " } else { "" },
        definition = index.definition,
        asked = describe(&made),
        there = describe(found),
    )
}

/// All that an index is made of, but its name and its table's; as text.
fn describe(index: &str) -> String {
    format!(
        "(SELECT pg_catalog.jsonb_build_array(c.relam::pg_catalog.text, c.reloptions, i.indisunique, \
         pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->) 'indnullsnotdistinct', i.indnkeyatts, \
         i.indclass::pg_catalog.text, i.indcollation::pg_catalog.text, i.indoption::pg_catalog.text, \
         pg_catalog.pg_get_expr(i.indpred, i.indrelid), \
         (SELECT pg_catalog.jsonb_agg(pg_catalog.pg_get_indexdef(i.indexrelid, k, false) ORDER BY k) \
             FROM pg_catalog.generate_series(1, i.indnatts::integer) k))::pg_catalog.text \
         FROM pg_catalog.pg_index i \
         JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid \
         WHERE i.indexrelid OPERATOR(pg_catalog.=) {index}::pg_catalog.oid)"
    )
}

/// The invalid copies that a `REINDEX CONCURRENTLY` has left: all but those that were there before, and those that the
/// role may not drop. To drop the copy of a TOAST index takes rights on `pg_toast`, which the owner of the table lacks.
pub(crate) fn find_copies(scope: ReindexScope, target: &str, before: &[String]) -> String {
    format!(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM {} \
         AND i.indexrelid OPERATOR(pg_catalog.<>) ALL ('{{{}}}'::pg_catalog.oid[]) \
         AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') \
         AND (pg_catalog.pg_has_role(c.relowner, 'USAGE') OR pg_catalog.pg_has_role(n.nspowner, 'USAGE'))",
        copies(scope, target),
        before.join(","),
    )
}

/// The invalid indexes named like copies on the tables that a `REINDEX` is about, as `i`; with a condition to
/// which another can be added.
fn copies(scope: ReindexScope, target: &str) -> String {
    let tree = |root: &str| {
        format!(
            "SELECT {root} UNION ALL \
             SELECT p.relid::pg_catalog.oid FROM pg_catalog.pg_partition_tree({root}::pg_catalog.regclass) p"
        )
    };
    let tables = match scope {
        ReindexScope::Index => format!(
            "SELECT x.indrelid FROM pg_catalog.pg_index x WHERE x.indexrelid OPERATOR(pg_catalog.=) ANY ({})",
            tree(&oid(target))
        ),
        ReindexScope::Table => tree(&oid(target)),
        ReindexScope::Schema => format!(
            "SELECT x.oid FROM pg_catalog.pg_class x WHERE x.relnamespace OPERATOR(pg_catalog.=) \
             pg_catalog.to_regnamespace({})::pg_catalog.oid",
            Literal(target)
        ),
        ReindexScope::Database => "SELECT x.oid FROM pg_catalog.pg_class x".to_owned(),
    };
    format!(
        "pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace \
         WHERE NOT i.indisvalid AND c.relkind OPERATOR(pg_catalog.=) 'i' \
         AND c.relname OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$' \
         AND (i.indrelid OPERATOR(pg_catalog.=) ANY ({tables}) \
         OR i.indrelid OPERATOR(pg_catalog.=) ANY (SELECT r.reltoastrelid FROM pg_catalog.pg_class r \
             WHERE r.oid OPERATOR(pg_catalog.=) ANY ({tables})))"
    )
}

/// How a partition is attached: whether a `DETACH PARTITION … CONCURRENTLY` waits to be finished, which only
/// PostgreSQL 14 and later know. No row where it is not attached.
pub(crate) fn find_partition(parent: &str, partition: &str) -> String {
    format!(
        "SELECT COALESCE((pg_catalog.to_jsonb(h) OPERATOR(pg_catalog.->>) 'inhdetachpending')::boolean, false) \
         FROM {}",
        attached(parent, &oid(partition))
    )
}

/// Whether what had this oid before is attached to `parent` now.
pub(crate) fn is_attached(parent: &str, partition: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM {})",
        attached(parent, &format!("'{partition}'::pg_catalog.oid"))
    )
}

fn attached(parent: &str, partition: &str) -> String {
    format!(
        "pg_catalog.pg_inherits h WHERE h.inhrelid OPERATOR(pg_catalog.=) {partition} \
         AND h.inhparent OPERATOR(pg_catalog.=) {}",
        oid(parent)
    )
}

/// Whether the relation that had this oid is there.
pub(crate) fn is_there(index: &str) -> String {
    format!(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c \
         WHERE c.oid OPERATOR(pg_catalog.=) '{index}'::pg_catalog.oid)"
    )
}

/// Removes an invalid index. `index` is quoted already.
pub(crate) fn drop_index(index: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {index}")
}
