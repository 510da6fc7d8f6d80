//! A table, a column, a schema or an enum value is renamed, or a table moves to another schema.
//!
//! The deployed release uses the old name and fails from that moment on; the new release fails until then.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users RENAME COLUMN name TO full_name;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users RENAME TO accounts;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Add a column or table of the new name, let the application write both, and drop the old one in a later
//! release:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN full_name text;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! A table can have both names at once: rename it, and in the same file create a view of the old name. Then
//! allow it: `-- migrate: allow(rename) <reason>`. Names that no application uses, of constraints, indexes,
//! triggers and the like, can be changed freely:
//!
//! ```sql
//! ALTER INDEX users_email_idx RENAME TO users_address_idx;
//! ```

use migrate_sql::ast::{AlterEnum, Command, EnumChange, Kind, ObjectKind, ObjectName, RenamedPart};

use crate::diagnostics::Diagnostic;
use crate::files::Direction;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "rename",
    level: Level::Warn,
    summary: "a name that the deployed release may use is changed",
    allowable: true,
    source: include_str!("rename.rs"),
    check: Check::Statement(
        InBlocks::Always,
        &[Kind::AlterEnum, Kind::Rename, Kind::SetSchema],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if context.file.direction == Direction::Down {
        return Vec::new();
    }
    let Some((verb, old)) = old_name(context) else {
        return Vec::new();
    };
    let message = format!("{verb} {old}, which the deployed release may use");
    vec![
        context
            .find(&RULE, message)
            .help("add one of the new name, let the application use both, and drop the old one in a later release"),
    ]
}

/// What happens, and to what, if an application may know it by its old name.
fn old_name(context: &Context<'_>) -> Option<(&'static str, String)> {
    let changes = |old: String| Some(("renames", old));
    let is_known = |kind: ObjectKind, name: &ObjectName| {
        let has_rows = matches!(
            kind,
            ObjectKind::Table
                | ObjectKind::ForeignTable
                | ObjectKind::View
                | ObjectKind::MaterializedView
        );
        has_rows && context.is_in_use(name)
    };
    match context.command() {
        Command::Rename(renamed) if renamed.kind == ObjectKind::Schema => {
            changes(format!("the schema \"{}\"", renamed.name))
        }
        Command::Rename(renamed) if is_known(renamed.kind, &renamed.name) => match &renamed.part {
            RenamedPart::Whole => changes(format!("\"{}\"", renamed.name)),
            RenamedPart::Column(column) if context.catalog.is_new_column(&renamed.name, column) => {
                None
            }
            RenamedPart::Column(column) => changes(format!("\"{column}\" of \"{}\"", renamed.name)),
            RenamedPart::Constraint(_) | RenamedPart::Attribute(_) => None,
        },
        Command::SetSchema(moved) if is_known(moved.kind, &moved.name) => {
            Some(("moves", format!("\"{}\"", moved.name)))
        }
        Command::AlterEnum(AlterEnum {
            name,
            change: EnumChange::Rename { old },
        }) if context.is_in_use(name) => changes(format!("the value '{old}' of \"{name}\"")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_down};

    #[test]
    fn names_that_applications_use_are_found() {
        for (sql, name) in [
            ("ALTER TABLE IF EXISTS a.t RENAME TO u", "renames \"a.t\""),
            ("ALTER TABLE t RENAME a TO b", "renames \"a\" of \"t\""),
            ("ALTER VIEW v RENAME TO w", "renames \"v\""),
            ("ALTER MATERIALIZED VIEW v SET SCHEMA s", "moves \"v\""),
            ("ALTER SCHEMA s RENAME TO t", "renames the schema \"s\""),
            (
                "ALTER TYPE mood RENAME VALUE 'sad' TO 'blue'",
                "renames the value 'sad' of \"mood\"",
            ),
        ] {
            let found = find(RULE, sql);
            assert_eq!(found.len(), 1, "{sql}");
            assert!(
                found
                    .concat()
                    .contains(&format!(": {name}, which the deployed release may use |")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn others_are_not() {
        for sql in [
            "ALTER TABLE t RENAME CONSTRAINT a TO b",
            "ALTER INDEX i RENAME TO j",
            "ALTER SEQUENCE s RENAME TO t",
            "ALTER TRIGGER a ON t RENAME TO b",
            "ALTER TYPE mood ADD VALUE 'new'",
            "ALTER FUNCTION f() SET SCHEMA s",
            "CREATE TABLE t (a int); ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO b",
            "ALTER TABLE t ADD a int; ALTER TABLE t RENAME a TO b; ALTER TABLE t RENAME b TO c",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
        assert!(find_down(RULE, "ALTER TABLE u RENAME TO t").is_empty());
    }
}
