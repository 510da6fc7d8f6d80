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
//! can be listed in `CREATE TYPE`. The rule goes by the text of the value. If the same text is a value of
//! another type, allow it: `-- migrate: allow(enum-value-in-same-file) <reason>`.

use migrate_sql::ast::Kind;

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "enum-value-in-same-file",
    level: Level::Deny,
    summary: "a new enum value is used before it is committed",
    allowable: true,
    source: include_str!("enum_value_in_same_file.rs"),
    check: Check::Statement(
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
    let values = context.catalog.new_enum_values();
    if values.is_empty() || context.commits_each() {
        return Vec::new();
    }
    let strings = context.statement.source.strings();
    strings
        .filter_map(|(range, value)| {
            let (name, _) = values
                .iter()
                .find(|(name, added)| *added == value && context.is_in_use(name))?;
            let message =
                format!("'{value}' of \"{name}\" cannot be used before this file is committed");
            Some(
                RULE.finding(context.file, range, message)
                    .help("use it in a later migration"),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{check, find};
    use crate::migration::Transaction;

    const ADD: &str = "ALTER TYPE app.mood ADD VALUE IF NOT EXISTS 'new' AFTER 'old';\n";

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
        let new =
            "CREATE TYPE mood AS ENUM ('old'); ALTER TYPE mood ADD VALUE 'new'; SELECT 'new'::mood";
        assert!(find(RULE, new).is_empty());
        check(
            RULE,
            Transaction::None,
            &format!("{ADD}SELECT 'new'::mood"),
            &[],
        );
    }
}
