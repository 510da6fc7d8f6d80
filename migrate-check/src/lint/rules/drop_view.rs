//! A view that is in use is dropped.
//!
//! During a deployment, the release before still reads it, and fails.
//!
//! Found:
//!
//! ```sql
//! DROP MATERIALIZED VIEW order_totals;
//! -- locks order_totals: ACCESS EXCLUSIVE
//! ```
//!
//! Drop it one release after the last one that reads it, and say so:
//!
//! ```sql
//! -- migrate: allow(drop-view) no release since 2.3 reads it
//! DROP MATERIALIZED VIEW order_totals;
//! -- locks order_totals: ACCESS EXCLUSIVE
//! ```
//!
//! Down files may drop what their up files created, and a file may drop a view that it creates again.

use migrate_sql::ast::{Command, Kind, ObjectKind, ObjectName};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "drop-view",
    level: Level::Warn,
    summary: "a view that the deployed release may read is dropped",
    allowable: true,
    source: include_str!("drop_view.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::Drop], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let Command::Drop(dropped) = context.command() else {
        return Vec::new();
    };
    let is_view = matches!(
        dropped.kind,
        ObjectKind::View | ObjectKind::MaterializedView
    );
    if !is_view || context.file.direction == Direction::Down {
        return Vec::new();
    }
    let views = dropped.names.iter();
    views
        .filter(|view| context.is_in_use(view) && !is_created_again(context, view))
        .map(|view| {
            let message = format!("drops \"{view}\", which the deployed release may read");
            context
                .find(&RULE, message)
                .how_to_allow("once no release reads it, allow it")
        })
        .collect()
}

/// Whether the file creates a view, or a table, of this name.
fn is_created_again(context: &Context<'_>, view: &ObjectName) -> bool {
    let mut statements = context.file.statements.iter();
    statements.any(|statement| match &statement.command {
        Command::CreateView(created) | Command::CreateMaterializedView(created) => created
            .name
            .as_ref()
            .is_some_and(|created| created.may_be(view)),
        Command::CreateTable(created) => created.name.may_be(view),
        Command::CreateTableAs(created) => created.name.may_be(view),
        Command::Rename(renamed) => renamed.new == view.name,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

    #[test]
    fn a_view_that_comes_back_is_fine() {
        assert_eq!(find(RULE, "DROP VIEW IF EXISTS v, app.w").len(), 2);
        for sql in [
            "DROP VIEW v; ALTER TABLE t ADD a int; CREATE VIEW public.v AS SELECT 1",
            "DROP MATERIALIZED VIEW v; CREATE VIEW v AS SELECT 1",
            "DROP VIEW v; ALTER VIEW w RENAME TO v",
            "CREATE VIEW v AS SELECT 1; DROP VIEW v",
            "DROP TABLE v",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "DROP VIEW v").is_empty());
    }
}
