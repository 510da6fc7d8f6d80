//! A statement that fails when it is run again, although it could be guarded.
//!
//! migrate runs each file once, so this rule is off. It is for projects whose files are also run by hand or by
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
//! Write `IF NOT EXISTS`, `IF EXISTS` or `OR REPLACE`. `CREATE TYPE` has no such words: ask the catalog.
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
//! A statement needs no guard if one before it in the file drops the object `IF EXISTS`.

use migrate_sql::ast::{
    AlterEnum, AlterTableAction, Command, CreateTable, CreateTableAs, EnumChange, Guard, Kind,
    ObjectName, Persistence, Replacement,
};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "idempotent",
    level: Level::Allow,
    summary: "a statement fails when it is run again",
    allowable: true,
    source: include_str!("idempotent.rs"),
    check: Check::Statement(
        InBlocks::Never,
        &[
            Kind::AlterEnum,
            Kind::AlterTable,
            Kind::CreateDomain,
            Kind::CreateExtension,
            Kind::CreateFunction,
            Kind::CreateIndex,
            Kind::CreateMaterializedView,
            Kind::CreatePolicy,
            Kind::CreateSchema,
            Kind::CreateSequence,
            Kind::CreateTable,
            Kind::CreateTableAs,
            Kind::CreateTrigger,
            Kind::CreateType,
            Kind::CreateView,
            Kind::Drop,
        ],
        check,
    ),
};

const EXISTS: &str = "fails if it exists already";
const GONE: &str = "fails if it has been dropped already";
const IF_NOT_EXISTS: &str = "write `IF NOT EXISTS`";
const IF_EXISTS: &str = "write `IF EXISTS`";
const OR_REPLACE: &str = "write `CREATE OR REPLACE`";
const DO: &str = "create it in a `DO` block, if the catalog does not have it yet";

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if let Command::AlterTable(altered) = context.command() {
        let actions = altered.actions.iter();
        return actions
            .filter_map(|action| {
                let (message, help) = match &action.action {
                    AlterTableAction::AddColumn {
                        guard: Guard::None, ..
                    } => ("fails if the column exists already", IF_NOT_EXISTS),
                    AlterTableAction::DropColumn {
                        guard: Guard::None, ..
                    }
                    | AlterTableAction::DropConstraint {
                        guard: Guard::None, ..
                    } => (GONE, IF_EXISTS),
                    _ => return None,
                };
                let finding = context.find_at(&RULE, action.range.clone(), message);
                Some(finding.help(help))
            })
            .collect();
    }
    match unguarded(context) {
        Some((message, help)) => vec![context.find(&RULE, message).help(help)],
        None => Vec::new(),
    }
}

/// What fails, and how to write it so that it does not.
fn unguarded(context: &Context<'_>) -> Option<(&'static str, &'static str)> {
    let is_dropped =
        |name: Option<&ObjectName>| name.is_some_and(|name| context.catalog.is_dropped(name));
    let create = |name, guard, help| {
        let is_fine = guard == Guard::Present || is_dropped(name);
        (!is_fine).then_some((EXISTS, help))
    };
    match context.command() {
        Command::AlterEnum(AlterEnum {
            change: EnumChange::Add {
                guard: Guard::None, ..
            },
            ..
        }) => Some((
            "fails if the value exists already",
            "write `ADD VALUE IF NOT EXISTS`",
        )),
        Command::CreateDomain(created) => create(Some(&created.name), Guard::None, DO),
        Command::CreateType(created) | Command::CreatePolicy(created) => {
            create(created.name.as_ref(), Guard::None, DO)
        }
        Command::CreateFunction(created)
        | Command::CreateTrigger(created)
        | Command::CreateView(created) => match created.replacement {
            Replacement::Allowed => None,
            Replacement::Refused => create(created.name.as_ref(), Guard::None, OR_REPLACE),
        },
        Command::CreateExtension(created)
        | Command::CreateMaterializedView(created)
        | Command::CreateSchema(created)
        | Command::CreateSequence(created) => {
            create(created.name.as_ref(), created.guard, IF_NOT_EXISTS)
        }
        Command::CreateIndex(created) => {
            let name = created.name.clone().map(|name| ObjectName {
                schema: created.table.schema.clone(),
                name,
            });
            create(name.as_ref(), created.guard, IF_NOT_EXISTS)
        }
        Command::CreateTable(CreateTable {
            name,
            guard,
            persistence,
            ..
        })
        | Command::CreateTableAs(CreateTableAs {
            name,
            guard,
            persistence,
            ..
        }) if *persistence != Persistence::Temporary => create(Some(name), *guard, IF_NOT_EXISTS),
        Command::Drop(dropped) if dropped.guard == Guard::None => Some((GONE, IF_EXISTS)),
        _ => None,
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
