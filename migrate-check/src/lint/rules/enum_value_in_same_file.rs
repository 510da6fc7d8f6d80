//! An enum value is used in the file that adds it.
//!
//! PostgreSQL refuses to use a new value before the transaction that added it has committed: in a row, as a
//! default, in an index or in a view. Without this rule, the server would be the first to notice.
//!
//! Found:
//!
//! ```sql
//! ALTER TYPE mood ADD VALUE 'curious';
//! UPDATE orders SET feeling = 'curious' WHERE id = 1;
//! -- fails 55P04
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TYPE mood ADD VALUE 'serene';
//! ALTER TABLE users ADD COLUMN feeling mood DEFAULT 'serene';
//! -- fails 55P04
//! ```
//!
//! Use it in the next migration:
//!
//! ```sql
//! ALTER TYPE mood ADD VALUE 'curious' BEFORE 'happy';
//! ```
//!
//! ```sql
//! UPDATE orders SET feeling = 'curious' WHERE id = 1;
//! ```
//!
//! A type that the file itself creates is not reported: PostgreSQL 17 and newer allow it, and before, the value
//! can be listed in `CREATE TYPE`. The rule is sure of a value with a cast to the type and of the default of a new column;
//! elsewhere it goes by the text of the value, and warns. What is compared with `column::text` is text, and no use of the
//! value. If the same text is a value of another type, allow it: `-- migrate: allow(enum-value-in-same-file) <reason>`.

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnConstraint, Command, Guard, Kind, ObjectName, StringLiteral,
};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "enum-value-in-same-file",
    level: Level::Deny,
    summary: "a new enum value is used before it is committed",
    allowable: true,
    source: include_str!("enum_value_in_same_file.rs"),
    check: Check::Statement(
        InBlocks::Sure,
        &[
            Kind::AlterTable,
            Kind::CreateIndex,
            Kind::CreateMaterializedView,
            Kind::CreateTable,
            Kind::CreateTableAs,
            Kind::CreateView,
            Kind::Delete,
            Kind::Insert,
            Kind::Merge,
            Kind::Select,
            Kind::Update,
        ],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    if !context.catalog.has_new_enum_values() || context.commits_each() {
        return Vec::new();
    }
    let literals = context.statement.source.string_literals();
    literals
        .into_iter()
        .filter_map(|literal| {
            let mut added = context.catalog.new_enum_values(&literal.value).iter();
            let added = added.find(|added| context.is_in_use(&added.name))?;
            let name = &added.name;
            if literal.is_compared_as_text {
                return None;
            }
            let is_certain = match &literal.cast {
                Some(cast) if cast.may_be(name) => true,
                Some(_) => return None,
                None => is_default(context, &literal, name),
            };
            let value = &literal.value;
            // A value that was there before can be used.
            let finding = if is_certain && added.guard == Guard::None {
                let message =
                    format!("'{value}' of \"{name}\" cannot be used before this file is committed");
                RULE.finding(context.file, literal.range, message)
            } else {
                let message = format!(
                    "fails if '{value}' is of type \"{name}\", whose new value cannot be used before this file is committed"
                );
                RULE.finding(context.file, literal.range, message).unsure()
            };
            Some(finding.help("use it in a later migration"))
        })
        .collect()
}

/// Whether a literal is the default of a new column of this type.
fn is_default(context: &Context<'_>, literal: &StringLiteral, name: &ObjectName) -> bool {
    let has_default = |column: &Column<'_>| {
        let is_it = |constraint: &ColumnConstraint<'_>| matches!(constraint, ColumnConstraint::Default(value) if value.range() == literal.range);
        column.data_type.name == name.name && !column.data_type.is_array && column.has(is_it)
    };
    match context.command() {
        Command::AlterTable(altered) => altered.actions.iter().any(|action| {
            matches!(&action.action, AlterTableAction::AddColumn { column, .. } if has_default(column))
        }),
        Command::CreateTable(created) => created.elements().columns.iter().any(has_default),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::diagnostics::Severity;
    use crate::lint::testing::{check, find, find_all};
    use crate::migration::Transaction;
    use crate::settings::Settings;

    const ADD: &str = "ALTER TYPE app.mood ADD VALUE 'new' AFTER 'old';\n";

    #[test]
    fn the_value_is_pointed_at() {
        assert_eq!(
            find(
                RULE,
                &format!("{ADD}ALTER TABLE t ADD a app.mood DEFAULT 'new'")
            ),
            [
                "2:38: 'new' of \"app.mood\" cannot be used before this file is committed | use it in a later migration"
            ]
        );
    }

    #[test]
    fn what_is_only_likely_is_a_warning() {
        let settings = Settings::default();
        let severity = |sql: &str| {
            let found = find_all(Transaction::Single, &settings, &[], sql);
            let mut found = found.iter().filter(|found| found.rule == RULE.id);
            found.next().map(|found| found.severity)
        };
        for sql in [
            "UPDATE t SET a = 'new'",
            "INSERT INTO t VALUES ('new')",
            "SELECT * FROM t WHERE a = ANY (ARRAY['old', 'new'])",
        ] {
            assert_eq!(
                severity(&format!("{ADD}{sql}")),
                Some(Severity::Warning),
                "{sql}"
            );
        }
        for sql in [
            "SELECT 'new'::app.mood",
            "SELECT CAST('new' AS mood)",
            "CREATE TABLE t (a mood DEFAULT 'new')",
        ] {
            assert_eq!(
                severity(&format!("{ADD}{sql}")),
                Some(Severity::Error),
                "{sql}"
            );
        }
        // It may have been there before.
        let guarded = "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'new'; SELECT 'new'::mood";
        assert_eq!(severity(guarded), Some(Severity::Warning));
    }

    #[test]
    fn what_is_compared_as_text_is_no_use_of_the_value() {
        for sql in [
            "ALTER TABLE t ADD CHECK (a::text IN ('new'))",
            "ALTER TABLE t ADD CHECK (a::text NOT IN ('old', 'new'))",
            "CREATE INDEX i ON t (b) WHERE a::varchar <> 'new'",
            "UPDATE t SET b = 1 WHERE (a)::text = ANY (ARRAY['new'])",
            "SELECT 'new'::text",
        ] {
            assert!(find(RULE, &format!("{ADD}{sql}")).is_empty(), "{sql}");
        }
    }

    #[test]
    fn other_values_and_what_only_mentions_it_are_fine() {
        for sql in [
            "UPDATE t SET a = 'old'",
            "UPDATE t SET a = 'news'",
            "COMMENT ON TYPE app.mood IS 'new'",
            "ALTER TYPE app.mood ADD VALUE 'newer' BEFORE 'new'",
            "DO $$ BEGIN RAISE NOTICE 'new'; END $$",
        ] {
            assert!(find(RULE, &format!("{ADD}{sql}")).is_empty(), "{sql}");
        }
        assert!(
            find(
                RULE,
                "UPDATE t SET a = 'new'; ALTER TYPE mood ADD VALUE 'new'"
            )
            .is_empty()
        );
        let new = "CREATE TYPE mood AS ENUM ('old'); ALTER TYPE mood ADD VALUE 'new'; ALTER TYPE mood RENAME TO feeling; SELECT 'new'::feeling";
        assert!(find(RULE, new).is_empty());
        check(
            RULE,
            Transaction::None,
            &format!("{ADD}SELECT 'new'::mood"),
            &[],
        );
    }
}
