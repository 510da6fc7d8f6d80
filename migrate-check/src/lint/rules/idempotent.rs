//! A statement that fails where it has been run before, although it could be guarded.
//!
//! migrate runs each file once, so this rule is off. It is for those whose files are also run by hand or by
//! another program, or begin with a schema that some databases already have. Turn it on with
//! `embed_migrations!("migrations", lint(warn = "idempotent"))`.
//!
//! Found:
//!
//! ```sql
//! CREATE TABLE notes (id bigint PRIMARY KEY);
//! ```
//!
//! Found:
//!
//! ```sql
//! CREATE TYPE weekday AS ENUM ('monday', 'tuesday');
//! ```
//!
//! Say `IF NOT EXISTS`, `IF EXISTS` or `OR REPLACE`. `CREATE TYPE` has no such words: ask the catalog.
//!
//! ```sql
//! CREATE TABLE IF NOT EXISTS notes (id bigint PRIMARY KEY);
//! CREATE INDEX IF NOT EXISTS notes_id_idx ON notes (id);
//! DO $$
//! BEGIN
//!     IF to_regtype('weekday') IS NULL THEN
//!         CREATE TYPE weekday AS ENUM ('monday', 'tuesday');
//!     END IF;
//! END
//! $$;
//! ```
//!
//! A statement may go without where one before it in the file drops the object `IF EXISTS`.

use migrate_sql::ast::ActKind;
use migrate_sql::ast::symbols as w;
use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword as K;

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "idempotent",
    level: Level::Allow,
    summary: "a statement fails where it has been run before",
    allowable: true,
    source: include_str!("idempotent.rs"),
    check: Check::Statement(
        &[
            w::ALTER_ENUM,
            w::ALTER_TABLE,
            w::CREATE_AS,
            w::CREATE_DOMAIN,
            w::CREATE_EXTENSION,
            w::CREATE_FUNCTION,
            w::CREATE_MATERIALIZED_VIEW,
            w::CREATE_POLICY,
            w::CREATE_SCHEMA,
            w::CREATE_SEQUENCE,
            w::CREATE_TABLE,
            w::CREATE_TRIGGER,
            w::CREATE_VIEW,
            w::DEFINE,
            w::DROP_STATEMENT,
            w::INDEX,
        ],
        check,
    ),
};

const IF_NOT_EXISTS: &str = "write `IF NOT EXISTS`";
const OR_REPLACE: &str = "write `CREATE OR REPLACE`";
const DO: &str = "create it in a `DO` block, if the catalog does not have it yet";

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let said = scene.said;
    let find =
        |node: Node<'_>, message: &str, help: &str| scene.find(&RULE, node, message).help(help);
    if let Some(alteration) = said.alteration() {
        let acts = alteration.acts.iter();
        return acts
            .filter(|act| act.node.child(w::IF).is_none())
            .filter_map(|act| match act.kind {
                ActKind::AddColumn(_) => Some(find(
                    act.node,
                    "fails where the column exists",
                    IF_NOT_EXISTS,
                )),
                ActKind::DropColumn(_) | ActKind::DropConstraint => Some(find(
                    act.node,
                    "fails where it has been dropped",
                    "write `IF EXISTS`",
                )),
                _ => None,
            })
            .collect();
    }
    let Some((message, help)) = judge(scene) else {
        return Vec::new();
    };
    vec![find(said.node, message, help)]
}

/// What fails, and how to write it so that it does not.
fn judge(scene: &Scene<'_>) -> Option<(&'static str, &'static str)> {
    let said = scene.said;
    let exists = "fails where it exists";
    if said.is_guarded() {
        return None;
    }
    let created = said.created();
    if created.is_some_and(|created| scene.past.has_dropped(created)) {
        return None;
    }
    let replaces = || {
        let words = said.node.child(w::OPT_OR_REPLACE);
        let words = words.is_some_and(|words| !words.is_empty());
        words || said.node.child(w::OR).is_some()
    };
    match said.node.symbol() {
        w::CREATE_FUNCTION | w::CREATE_TRIGGER | w::CREATE_VIEW if replaces() => None,
        w::CREATE_FUNCTION | w::CREATE_TRIGGER | w::CREATE_VIEW => Some((exists, OR_REPLACE)),
        w::CREATE_DOMAIN | w::CREATE_POLICY => Some((exists, DO)),
        w::DEFINE => {
            let mut rest = scene.subject.source.reader(said.node);
            let is_type = rest.accept_all(&[K::Create, K::Type]);
            is_type.then_some((exists, DO))
        }
        w::DROP_STATEMENT => Some(("fails where it has been dropped", "write `IF EXISTS`")),
        w::ALTER_ENUM => {
            let mut rest = scene.subject.source.reader(said.node);
            rest.accept_all(&[K::Alter, K::Type]);
            rest.qualified_name()?;
            let adds = rest.accept_all(&[K::Add, K::Value]) && !rest.accept(K::If);
            adds.then_some((
                "fails where the value exists",
                "write `ADD VALUE IF NOT EXISTS`",
            ))
        }
        w::CREATE_TABLE | w::CREATE_AS
            if said.node.find(w::TEMPORARY).is_some_and(|words| {
                scene
                    .subject
                    .source
                    .tokens(words)
                    .iter()
                    .any(|word| word.is(K::Temp) || word.is(K::Temporary))
            }) =>
        {
            None
        }
        _ => Some((exists, IF_NOT_EXISTS)),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find;

    #[test]
    fn what_has_a_guard_needs_it() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "CREATE EXTENSION vector",
            "CREATE SCHEMA s",
            "CREATE SEQUENCE s",
            "CREATE TABLE t AS SELECT 1 a",
            "CREATE MATERIALIZED VIEW m AS SELECT 1 a",
            "CREATE VIEW v AS SELECT 1",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()",
            "CREATE TYPE a AS (b int)",
            "CREATE DOMAIN d AS text",
            "ALTER TYPE mood ADD VALUE 'new'",
            "ALTER TABLE t ADD a int",
            "ALTER TABLE IF EXISTS t DROP a",
            "DROP TABLE t",
            "DROP INDEX CONCURRENTLY i",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
    }

    #[test]
    fn what_can_be_run_again_is_fine() {
        for sql in [
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
            "CREATE EXTENSION IF NOT EXISTS vector",
            "CREATE SCHEMA IF NOT EXISTS s; CREATE SEQUENCE IF NOT EXISTS s",
            "CREATE OR REPLACE VIEW v AS SELECT 1",
            "CREATE OR REPLACE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f()",
            "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "DROP VIEW IF EXISTS v; CREATE VIEW v AS SELECT 1",
            "CREATE TEMP TABLE t (a int) ON COMMIT DROP",
            "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'; ALTER TYPE mood RENAME VALUE 'a' TO 'b'",
            "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int, DROP COLUMN IF EXISTS b",
            "DROP INDEX CONCURRENTLY IF EXISTS i; DROP TABLE IF EXISTS t",
            "INSERT INTO t VALUES (1)",
            "CREATE AGGREGATE a (int) (sfunc = f, stype = int)",
        ] {
            assert_eq!(find(RULE, sql), [""; 0], "{sql}");
        }
    }
}
