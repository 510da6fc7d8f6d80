//! An enum value is used in the file that adds it.
//!
//! PostgreSQL refuses to use a new value before the transaction that added it has committed: not in a row,
//! nor as a default, nor in an index or a view. Only the server would notice, when the migration is applied.
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
//! A type that the file itself creates is let be: PostgreSQL 17 and newer allow that, and before, the value
//! can be listed in `CREATE TYPE`. The rule goes by the text of the value. Where the same text is a value of
//! another type, say so: `-- migrate: allow(enum-value-in-same-file) <reason>`.

use migrate_sql::ast::symbols as w;
use migrate_sql::scanner::{TokenKind, literal_value};

use crate::diagnostics::Diagnostic;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::Scene;
use crate::migration::Transaction;
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "enum-value-in-same-file",
    level: Level::Deny,
    summary: "a new enum value is used before it is committed",
    allowable: true,
    source: include_str!("enum_value_in_same_file.rs"),
    check: Check::Statement(
        &[
            w::ALTER_TABLE,
            w::CREATE_AS,
            w::CREATE_MATERIALIZED_VIEW,
            w::CREATE_TABLE,
            w::CREATE_VIEW,
            w::DELETE,
            w::INDEX,
            w::INSERT,
            w::MERGE,
            w::SELECT,
            w::UPDATE,
        ],
        check,
    ),
};

fn check(scene: &Scene<'_>) -> Vec<Diagnostic> {
    let values = &scene.past.enum_values;
    if values.is_empty() || scene.subject.transaction == Transaction::None {
        return Vec::new();
    }
    let tokens = scene.subject.source.tokens(scene.said.node).iter();
    let strings = tokens.filter(|token| token.kind == TokenKind::String);
    strings
        .filter_map(|token| {
            let value = literal_value(scene.subject.source.text, token)?;
            let (name, _) = values
                .iter()
                .find(|(name, added)| *added == value && scene.is_in_use(name))?;
            let message =
                format!("'{value}' of `{name}` cannot be used before this file is committed");
            Some(
                RULE.finding(scene.subject, token.range(), message)
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
                "2:38: 'new' of `app.mood` cannot be used before this file is committed | use it in a later migration"
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
