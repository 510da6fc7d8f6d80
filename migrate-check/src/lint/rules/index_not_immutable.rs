//! An index or a stored column whose expression gives another result from one moment, or one session, to the next.
//!
//! PostgreSQL refuses `now()`, `random()`, `CURRENT_DATE` and all other functions that are not immutable there (42P17), because
//! the index would be wrong as soon as it is built. So are the casts that depend on a setting: of a `timestamptz` to a date,
//! which depends on `TimeZone`, or of a date to a text, which depends on `DateStyle`.
//!
//! Found:
//!
//! ```sql
//! CREATE UNIQUE INDEX orders_recent_idx ON orders (user_id) WHERE now() > '2026-01-01';
//! -- fails 42P17
//! ```
//!
//! A table with a time:
//!
//! ```sql
//! CREATE TABLE stays (id bigint PRIMARY KEY, begins timestamptz);
//! ```
//!
//! Found:
//!
//! ```sql
//! CREATE INDEX stays_day_idx ON stays ((begins::date));
//! -- fails 42P17
//! ```
//!
//! Compare with a constant, or leave the condition out. Name the time zone:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY orders_large_idx ON orders (user_id) WHERE total > 100;
//! CREATE INDEX CONCURRENTLY stays_day_idx ON stays (((begins AT TIME ZONE 'UTC')::date));
//! ```
//!
//! The rule knows the type of a column if an earlier file of the directory created it.

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnConstraint, ColumnType, Command, Expression, Guard, Kind,
    spell_name,
};
use migrate_sql::grammar::Node;
use migrate_sql::scanner::Keyword;

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "index-not-immutable",
    level: Level::Warn,
    summary: "an index or a stored column that PostgreSQL refuses, because what it computes changes by itself",
    allowable: true,
    source: include_str!("index_not_immutable.rs"),
    check: Check::Statement(
        InBlocks::Sure,
        &[Kind::AlterTable, Kind::CreateIndex, Kind::CreateTable],
        check,
    ),
};

/// Functions and keywords that are not immutable (`pg_proc.provolatile`), whatever they are given, and that occur in
/// expressions.
const CHANGING: [&str; 30] = [
    "array_to_json",
    "array_to_string",
    "clock_timestamp",
    "concat",
    "concat_ws",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "format",
    "gen_random_uuid",
    "json_build_object",
    "jsonb_build_object",
    "localtime",
    "localtimestamp",
    "now",
    "random",
    "row_to_json",
    "session_user",
    "statement_timestamp",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "transaction_timestamp",
];

/// Functions that depend on `default_text_search_config` unless it is given as the first of two arguments.
const WITH_CONFIGURATION: [&str; 4] = [
    "phraseto_tsquery",
    "plainto_tsquery",
    "to_tsquery",
    "to_tsvector",
];

/// Functions that depend on `TimeZone` where they are given a `timestamptz`.
const OF_ZONE: [&str; 4] = ["date", "date_part", "date_trunc", "extract"];

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let catalog = context.catalog;
    let source = &context.statement.source;
    match context.command() {
        Command::CreateIndex(created) if created.guard == Guard::None => {
            let type_of = |column: &str| catalog.column_type(&created.table, column);
            let changing = Changing::of(&created.computed, catalog, type_of);
            let finding = changing.map(|changing| {
                context
                    .find(&RULE, changing.message("an index"))
                    .help(changing.help())
            });
            finding.into_iter().collect()
        }
        Command::CreateTable(created) if created.mentions(Keyword::Stored) => {
            let columns = created.elements().columns;
            let type_of = |name: &str| {
                let mut columns = columns.iter();
                let column = columns.find(|column| column.name == name);
                column.map(|column| &column.data_type)
            };
            let stored = columns.iter().filter_map(|column| {
                let changing = Changing::of(&source.expression(stored(column)?), catalog, type_of)?;
                let finding =
                    context.find_at(&RULE, column.type_range.clone(), changing.message(STORED));
                Some(finding.help(changing.help()))
            });
            stored.collect()
        }
        Command::AlterTable(altered) => {
            let type_of = |column: &str| catalog.column_type(&altered.name, column);
            let actions = altered.actions.iter();
            let stored = actions.filter_map(|action| {
                let AlterTableAction::AddColumn { column, .. } = &action.action else {
                    return None;
                };
                let changing = Changing::of(&source.expression(stored(column)?), catalog, type_of)?;
                let finding =
                    context.find_at(&RULE, action.range.clone(), changing.message(STORED));
                Some(finding.help(changing.help()))
            });
            stored.collect()
        }
        _ => Vec::new(),
    }
}

const STORED: &str = "a stored column";

/// The expression of a column that is computed when a row is written.
fn stored<'a>(column: &Column<'a>) -> Option<Node<'a>> {
    let mut constraints = column.constraints.iter();
    constraints.find_map(|constraint| match constraint {
        ColumnConstraint::Stored(expression) => Some(*expression),
        _ => None,
    })
}

/// What of an expression is not immutable.
enum Changing {
    /// A function or a keyword.
    Call(String),
    /// A function that takes a configuration as well.
    Configuration(String),
    /// What depends on the time zone, and the column that it is computed from.
    Zone { what: String, column: String },
    /// A cast that depends on a setting, or on names.
    Cast(String),
}

impl Changing {
    fn of<'c>(
        expression: &Expression,
        catalog: &Catalog,
        type_of: impl Fn(&str) -> Option<&'c ColumnType>,
    ) -> Option<Self> {
        let is_time = |column: &&String| {
            type_of(column).is_some_and(|own| own.name == "timestamptz" && !own.is_array)
        };
        let mut calls = expression.calls.iter();
        let call = calls.find_map(|call| {
            let name = call.name.as_str();
            if CHANGING.contains(&name) {
                return Some(Self::Call(call.name.clone()));
            }
            if WITH_CONFIGURATION.contains(&name) && call.arguments == 1 {
                return Some(Self::Configuration(call.name.clone()));
            }
            if !OF_ZONE.contains(&name) {
                return None;
            }
            let column = call.columns.iter().find(is_time)?;
            Some(Self::Zone {
                what: call.name.clone(),
                column: column.clone(),
            })
        });
        let mut casts = expression.casts.iter();
        call.or_else(|| {
            casts.find_map(|(column, new)| {
                let old = type_of(column)?;
                let what = format!("{column}::{}", new.to_sql());
                let is_enum = |data_type| catalog.is_enum(data_type);
                if depends_on_zone(old, new) {
                    let column = column.clone();
                    return Some(Self::Zone { what, column });
                }
                let is_changing = depends_on_settings(old, new)
                    || (is_enum(old) && is_text(new))
                    || (is_text(old) && is_enum(new));
                is_changing.then_some(Self::Cast(what))
            })
        })
    }

    fn message(&self, place: &str) -> String {
        let (Self::Call(what)
        | Self::Configuration(what)
        | Self::Zone { what, .. }
        | Self::Cast(what)) = self;
        format!("fails: `{what}` is not immutable, so PostgreSQL refuses it in {place}")
    }

    fn help(&self) -> String {
        match self {
            Self::Call(_) => "compare with a constant, or leave it out".to_owned(),
            Self::Configuration(name) => {
                format!("name the configuration: `{name}('english', …)`")
            }
            Self::Zone { column, .. } => format!(
                "name the time zone: write `({} AT TIME ZONE 'UTC')` for the column",
                spell_name(column)
            ),
            Self::Cast(_) => "leave out the cast, or put it into a function of your own that is `IMMUTABLE`, if the settings that it depends on never change".to_owned(),
        }
    }
}

/// Whether a cast depends on `TimeZone`.
fn depends_on_zone(old: &ColumnType, new: &ColumnType) -> bool {
    !old.is_array
        && !new.is_array
        && matches!(
            (&*old.name, &*new.name),
            ("timestamptz", "date" | "time" | "timetz" | "timestamp")
        )
}

/// Whether a cast depends on settings, as `pg_cast` and the functions of the two types say.
fn depends_on_settings(old: &ColumnType, new: &ColumnType) -> bool {
    let is_time = |name: &str| matches!(name, "date" | "timestamp" | "timestamptz" | "interval");
    if old.is_array || new.is_array {
        return false;
    }
    let (from, to) = (&*old.name, &*new.name);
    (is_text(old) && (is_time(to) || matches!(to, "time" | "timetz" | "money" | "regclass")))
        || (is_text(new) && (is_time(from) || matches!(from, "money" | "regclass")))
        || matches!(
            (from, to),
            ("date" | "timestamp", "timestamptz")
                | ("time", "timetz")
                | ("int4" | "int8" | "numeric", "money")
                | ("money", "numeric")
        )
}

fn is_text(data_type: &ColumnType) -> bool {
    !data_type.is_array && matches!(&*data_type.name, "text" | "varchar" | "bpchar" | "name")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::{find, find_after};

    #[test]
    fn functions_and_words_are_found_and_columns_of_such_a_name_are_not() {
        for sql in [
            "CREATE INDEX i ON t (a) WHERE at > now()",
            "CREATE INDEX i ON t (a) WHERE at > CURRENT_TIMESTAMP",
            "CREATE INDEX i ON t ((at < pg_catalog.now()))",
            "CREATE INDEX i ON t (a) WHERE owner = current_user",
        ] {
            assert_eq!(find(RULE, sql).len(), 1, "{sql}");
        }
        for sql in [
            "CREATE INDEX i ON t (a) WHERE now > 1",
            "CREATE INDEX i ON t (lower(a)) WHERE a <> 'now()'",
            "CREATE INDEX i ON t (app.now())",
            "CREATE INDEX i ON t (\"current_user\")",
        ] {
            assert!(find(RULE, sql).is_empty(), "{sql}");
        }
    }

    const TABLE: &str = "CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (x_at timestamptz, ts timestamp, day date, s text, m mood, n int)";

    #[test]
    fn what_depends_on_settings_is_told_by_the_type_of_the_column() {
        for (expression, help) in [
            (
                "x_at::date",
                "| name the time zone: write `(x_at AT TIME ZONE 'UTC')`",
            ),
            ("CAST(x_at AS date)", "| name the time zone"),
            ("(x_at)::timestamp", "| name the time zone"),
            ("date(x_at)", "| name the time zone"),
            ("date_trunc('day', x_at)", "| name the time zone"),
            ("EXTRACT(year FROM x_at)", "| name the time zone"),
            ("ts::timestamptz", "| leave out the cast"),
            ("day::text", "| leave out the cast"),
            ("s::date", "| leave out the cast"),
            ("m::text", "| leave out the cast"),
            ("to_char(day, 'YYYY')", "| compare"),
            ("concat(s, n)", "| compare"),
            (
                "to_tsvector(s)",
                "| name the configuration: `to_tsvector('english', …)`",
            ),
        ] {
            let index = format!("CREATE INDEX i ON t (({expression}))");
            let column =
                format!("ALTER TABLE t ADD x text GENERATED ALWAYS AS ({expression}) STORED");
            let table = format!(
                "CREATE TABLE u (x_at timestamptz, ts timestamp, day date, s text, m mood, n int, x text GENERATED ALWAYS AS ({expression}) STORED)"
            );
            for sql in [&index, &column, &table] {
                let found = find_after(RULE, &[TABLE], sql).concat();
                assert!(found.contains(help), "{sql}: {found}");
            }
        }
        for expression in [
            "(x_at AT TIME ZONE 'UTC')::date",
            "ts::date",
            "date_trunc('day', ts)",
            "date_trunc('day', x_at AT TIME ZONE 'UTC')",
            "EXTRACT(year FROM ts)",
            "n::text",
            "s::int",
            "t.x_at::date",
            "unknown::date",
            "lower(s)::date",
            "to_tsvector('english', s)",
            "app.concat(s)",
        ] {
            let index = format!("CREATE INDEX i ON t (({expression}))");
            let found = find_after(RULE, &[TABLE], &index);
            assert!(found.is_empty(), "{index}: {found:?}");
        }
    }
}
