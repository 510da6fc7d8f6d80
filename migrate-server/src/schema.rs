//! The objects of a database, as lines that can be compared.

use std::collections::BTreeSet;

/// One line for each object, with its definition.
pub type Schema = BTreeSet<String>;

/// The query for the lines of a [`Schema`]: without the history table `history`, the schema `apart`, and the members of
/// extensions. `history` is quoted where it has to be, as in a statement.
pub fn objects(history: &str, apart: &str) -> String {
    let history = history.replace('\'', "''");
    let apart = apart.replace('\'', "''");
    let kind = "CASE relkind WHEN 'S' THEN 's'::\"char\" ELSE 'r' END";
    OBJECTS
        .replace("{rights of schema}", &rights("nspacl", "'n'", "nspowner"))
        .replace("{rights of table}", &rights("relacl", kind, "relowner"))
        .replace(
            "{rights of function}",
            &rights("f.proacl", "'f'", "f.proowner"),
        )
        .replace("{history}", &format!("to_regclass('{history}')"))
        .replace("{ours}", &apart)
}

/// The privileges on an object, in an order of their own: what is granted again comes last on the server. Nothing where
/// they are those of a new object, whether the server has stored these or not.
fn rights(column: &str, kind: &str, owner: &str) -> String {
    let sorted = |list: &str| {
        format!(
            "(SELECT string_agg(item::text, ',' ORDER BY item::text COLLATE \"C\") FROM unnest({list}) AS item)"
        )
    };
    let usual = format!("acldefault({kind}, {owner})");
    let found = sorted(&format!("coalesce({column}, {usual})"));
    // Where everything is revoked, the list is empty and not the usual one.
    format!("nullif(coalesce({found}, 'none'), {})", sorted(&usual))
}

/// The lines that only one of the two has: `- table t` of `before`, `+ index i …` of `after`.
///
/// An extension that is only in `after` is no difference, nor is a new schema that it is in: other
/// schemas of the database may need the extension, so a down file leaves it.
pub fn differences(before: &Schema, after: &Schema) -> Vec<String> {
    let gone = before
        .difference(after)
        .map(|line| format!("- {}", line.trim_end()));
    let new: Vec<&String> = after.difference(before).collect();
    let homes = new.iter().filter_map(|line| {
        let (_, schema) = line.strip_prefix(EXTENSION)?.split_once(IN_SCHEMA)?;
        // The schema's privileges follow its name.
        Some(format!("schema {schema} "))
    });
    let homes: Vec<String> = homes
        .filter(|home| !before.iter().any(|line| line.starts_with(home.as_str())))
        .collect();
    let stays = |line: &str| {
        line.starts_with(EXTENSION) || homes.iter().any(|home| line.starts_with(home.as_str()))
    };
    let new = new.into_iter().filter(|line| !stays(line));
    gone.chain(new.map(|line| format!("+ {}", line.trim_end())))
        .collect()
}

/// How the line of an extension begins, and what is between its name and that of its schema.
const EXTENSION: &str = "extension ";
const IN_SCHEMA: &str = " in schema ";

/// The order of columns is left out: a column that is dropped and added again comes last, and no down
/// file can change that.
const OBJECTS: &str = "
WITH spaces AS (
    SELECT oid, nspname, {rights of schema} AS nspacl FROM pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', '{ours}')
), owned AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
), tables AS (
    SELECT c.* FROM pg_class c JOIN spaces n ON n.oid = c.relnamespace
    WHERE c.oid IS DISTINCT FROM {history} AND NOT EXISTS (SELECT FROM owned WHERE classid = 'pg_class'::regclass AND objid = c.oid)
)
SELECT format('schema %I %s', nspname, nspacl) FROM spaces
UNION ALL SELECT format('extension %I in schema %s', extname, extnamespace::regnamespace) FROM pg_extension
UNION ALL
SELECT format('%s %s %s %s', CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' END,
        oid::regclass, array_to_string(reloptions, ', '), {rights of table})
    || CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) ELSE '' END
    || CASE WHEN relrowsecurity THEN ' row level security' ELSE '' END
FROM tables WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
UNION ALL
SELECT format('column %s.%I %s%s%s%s', t.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attnotnull THEN ' NOT NULL' END, ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN a.attidentity <> '' THEN ' identity' WHEN a.attgenerated <> '' THEN ' generated' END)
FROM tables t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE t.relkind IN ('r', 'p', 'v', 'm', 'f')
UNION ALL
SELECT format('index %s%s', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN ' INVALID' END)
FROM pg_index i JOIN tables t ON t.oid = i.indrelid
UNION ALL
SELECT format('constraint %I on %s %s%s', c.conname, c.conrelid::regclass, pg_get_constraintdef(c.oid),
        CASE WHEN NOT c.convalidated THEN ' NOT VALID' END)
FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
UNION ALL
SELECT 'trigger ' || pg_get_triggerdef(g.oid) FROM pg_trigger g JOIN tables t ON t.oid = g.tgrelid WHERE NOT g.tgisinternal
UNION ALL
SELECT format('policy %I on %s %s %s %s', p.polname, p.polrelid::regclass, p.polcmd,
        pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM pg_policy p JOIN tables t ON t.oid = p.polrelid
UNION ALL
SELECT format('function %s %s %s', f.oid::regprocedure, md5(CASE WHEN f.prokind IN ('f', 'p')
        THEN pg_get_functiondef(f.oid) ELSE f.prosrc END), {rights of function})
FROM pg_proc f JOIN spaces n ON n.oid = f.pronamespace
WHERE NOT EXISTS (SELECT FROM owned WHERE classid = 'pg_proc'::regclass AND objid = f.oid)
UNION ALL
SELECT format('type %s %s', t.oid::regtype, CASE t.typtype
        WHEN 'e' THEN (SELECT string_agg(quote_literal(enumlabel), ', ' ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = t.oid)
        WHEN 'd' THEN (SELECT format_type(t.typbasetype, t.typtypmod) || coalesce(string_agg(' ' || pg_get_constraintdef(oid), '' ORDER BY conname), '')
                       FROM pg_constraint WHERE contypid = t.oid) END)
FROM pg_type t JOIN spaces n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE t.typtype IN ('e', 'd', 'c', 'r') AND coalesce(c.relkind = 'c', true)
  AND NOT EXISTS (SELECT FROM owned WHERE classid = 'pg_type'::regclass AND objid = t.oid)
UNION ALL
SELECT format('comment on %s: %s', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
FROM pg_description d JOIN tables t ON d.classoid = 'pg_class'::regclass AND d.objoid = t.oid";

#[cfg(test)]
mod tests {
    use super::{Schema, differences};

    #[test]
    fn what_is_gone_and_what_is_new() {
        let schema =
            |lines: &[&str]| -> Schema { lines.iter().map(|line| (*line).to_owned()).collect() };
        let found = differences(&schema(&["a", "b"]), &schema(&["b", "c"]));
        assert_eq!(found, ["- a", "+ c"]);
    }

    #[test]
    fn a_new_extension_and_its_schema_are_no_difference_but_a_dropped_one_is() {
        let schema =
            |lines: &[&str]| -> Schema { lines.iter().map(|line| (*line).to_owned()).collect() };
        let without = schema(&["schema public {a=U/a}"]);
        let with = schema(&[
            "schema public {a=U/a}",
            "schema cron {a=UC/a}",
            "schema jobs ",
            "extension pg_cron in schema cron",
        ]);
        assert_eq!(differences(&without, &with), ["+ schema jobs"]);
        assert_eq!(
            differences(&with, &without),
            [
                "- extension pg_cron in schema cron",
                "- schema cron {a=UC/a}",
                "- schema jobs"
            ]
        );
    }
}
