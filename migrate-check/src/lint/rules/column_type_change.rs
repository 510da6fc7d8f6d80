//! `ALTER COLUMN … TYPE` on a table that is in use.
//!
//! PostgreSQL rewrites the table and its indexes, and no session can read or write the table in the meantime. The
//! deployed release may not be able to handle the new type.
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE users ALTER COLUMN age TYPE bigint;
//! -- locks users: ACCESS EXCLUSIVE
//! -- rewrites users
//! ```
//!
//! Add a column of the new type, let the application write both, fill the new one in batches, and drop the
//! old one when no release reads it any more:
//!
//! ```sql
//! ALTER TABLE users ADD COLUMN age_in_days bigint;
//! -- locks users: ACCESS EXCLUSIVE
//! ```
//!
//! Some changes leave the rows as they are: a longer `varchar` or one without a limit, `varchar` to `text`, `text` to
//! `citext` and back, a `numeric` with more digits before the point, a `timestamp` or `interval` with more digits, `int` to
//! `oid` and back, a domain to the type below it, a type to a domain over it that checks no values. The rule knows the old
//! type if an earlier file of the directory created the column:
//!
//! ```sql
//! CREATE TABLE labels (id bigint PRIMARY KEY, title varchar(40));
//! ```
//!
//! ```sql
//! ALTER TABLE labels ALTER COLUMN title TYPE varchar(80);
//! -- locks labels: ACCESS EXCLUSIVE
//! ```
//!
//! Even then, an index on an expression over the column, or with the column in its `WHERE`, is built again.
//!
//! `timestamp` to `timestamptz` is such a change only if `TimeZone` is `UTC`, so it is reported.

use migrate_sql::ast::{AlterTableAction, ColumnType, Conversion, Kind, ObjectName};

use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "column-type-change",
    level: Level::Warn,
    summary: "a column's type changes, so the table is rewritten under ACCESS EXCLUSIVE",
    allowable: true,
    source: include_str!("column_type_change.rs"),
    check: Check::Statement(InBlocks::Always, &[Kind::AlterTable], check),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let actions = context.actions();
    actions
        .filter_map(|(table, action)| {
            let AlterTableAction::SetType {
                column,
                data_type: new,
                conversion,
            } = &action.action
            else {
                return None;
            };
            let change = Change::of(context, table, column, new, *conversion)?;
            let message = change.message(table);
            let finding = context.find_at(&RULE, action.range.clone(), message);
            Some(match change {
                Change::Index(_) => finding.help("drop the index in an earlier migration, and build it again `CONCURRENTLY` in a later one"),
                Change::Rewrite => finding.help(APART),
                Change::Unknown(Unknown::OldType) => finding
                    .help(APART)
                    .help("if this is a longer `varchar`, or `varchar` to `text`, allow it: the rows stay as they are"),
                Change::Unknown(Unknown::Type(_)) => finding
                    .help(APART)
                    .help("if one is a domain over the other, and checks no values, allow it: the rows stay as they are"),
            })
        })
        .collect()
}

const APART: &str =
    "add a column of the new type, fill it in batches, and drop the old one in a later release";

/// What takes time under the lock.
enum Change {
    /// The table and its indexes are rewritten.
    Rewrite,
    /// It depends on what is not known.
    Unknown(Unknown),
    /// The rows stay as they are, and this index is built again.
    Index(String),
}

/// What is not known.
enum Unknown {
    OldType,
    /// A type that no file makes.
    Type(String),
}

impl Change {
    /// None if nothing takes time.
    fn of(
        context: &Context<'_>,
        table: &ObjectName,
        column: &str,
        new: &ColumnType,
        conversion: Conversion,
    ) -> Option<Self> {
        let catalog = context.catalog;
        if context.is_emptied(table) {
            return None;
        }
        if conversion == Conversion::Computed {
            return Some(Self::Rewrite);
        }
        let Some(old) = catalog.column_type(table, column) else {
            return Some(Self::Unknown(Unknown::OldType));
        };
        let mut is_sorted_otherwise = conversion == Conversion::Collated;
        if old != new {
            if catalog.is_constrained_domain(new) {
                return Some(Self::Rewrite);
            }
            let (stored, wanted) = (stored_as(catalog, old), catalog.base_type(new));
            let is_free = match (&stored, wanted) {
                (Some(stored), Some(wanted)) => stored.becomes_for_free(wanted),
                _ => false,
            };
            if !is_free {
                // A type that no file makes may be a domain over the other.
                let parts = [stored.as_ref(), wanted];
                let is_known =
                    |part: Option<&ColumnType>| part.is_some_and(|part| catalog.knows_type(part));
                let unknown = [old, new].into_iter().zip(parts);
                let mut unknown = unknown.filter(|(_, part)| !is_known(*part));
                return Some(match unknown.next() {
                    Some((own, _)) => Self::Unknown(Unknown::Type(own.name.clone().into_owned())),
                    None => Self::Rewrite,
                });
            }
            if let (Some(stored), Some(wanted)) = (&stored, wanted) {
                // Arrays are sorted by one operator class for all, which an index of a domain over one has not.
                let is_array = stored.is_array && catalog.is_domain(old) != catalog.is_domain(new);
                is_sorted_otherwise |= is_array || stored.compares_otherwise(wanted);
            }
        }
        let index = if is_sorted_otherwise {
            catalog.index_of_column(table, column)
        } else {
            catalog.index_of_expression(table, column)
        };
        index.map(|index| Self::Index(index.to_owned()))
    }

    fn message(&self, table: &ObjectName) -> String {
        match self {
            Self::Rewrite => format!("takes ACCESS EXCLUSIVE on \"{table}\" and rewrites it"),
            Self::Unknown(Unknown::OldType) => {
                format!("may rewrite \"{table}\" under ACCESS EXCLUSIVE, depending on the old type")
            }
            Self::Unknown(Unknown::Type(name)) => {
                format!(
                    "may rewrite \"{table}\" under ACCESS EXCLUSIVE, depending on what type \"{name}\" is"
                )
            }
            Self::Index(index) => format!(
                "takes ACCESS EXCLUSIVE on \"{table}\" while the index \"{index}\" is built again"
            ),
        }
    }
}

/// The type that the values of a column are stored as. What a domain says of their length counts for nothing when the
/// column gets another type.
fn stored_as(catalog: &Catalog, column: &ColumnType) -> Option<ColumnType> {
    let mut stored = catalog.base_type(column)?.clone();
    if catalog.is_domain(column) {
        stored.modifiers.clear();
    }
    Some(stored)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find_after;

    #[track_caller]
    fn check(old: &str, new: &str, expected: usize) {
        let before = format!("CREATE TABLE t (a {old})");
        let sql = format!("ALTER TABLE t ALTER a SET DATA TYPE {new}");
        assert_eq!(
            find_after(RULE, &[&before], &sql).len(),
            expected,
            "{old} -> {new}"
        );
    }

    #[test]
    fn changes_that_leave_the_rows_as_they_are_pass() {
        for (old, new) in [
            ("varchar(10)", "varchar(10)"),
            ("varchar(10)", "character varying(20)"),
            ("varchar(10)", "varchar"),
            ("VARCHAR", "text"),
            ("text", "varchar"),
            ("numeric(10,2)", "decimal(12, 2)"),
            ("numeric(10,2)", "numeric"),
            ("int", "INTEGER"),
            ("int", "int USING (a)::int"),
            ("varchar(10)", "text USING a::text"),
            ("text", "text COLLATE \"C\""),
            ("text", "citext"),
            ("public.citext", "text"),
            ("cidr", "inet"),
            ("timestamp(3)", "timestamp(6)"),
            ("timestamp(3) with time zone", "timestamptz"),
            ("timestamp", "timestamp(6)"),
            ("time(0)", "time(3)"),
            ("interval(3)", "interval"),
            ("varchar(10)[]", "varchar[]"),
            ("vector(3)", "vector"),
            ("int", "oid"),
            ("oid", "regclass"),
            ("xml", "text"),
            ("bit(3)", "varbit"),
            ("text", "bpchar"),
        ] {
            check(old, new, 0);
        }
    }

    #[test]
    fn an_index_that_is_built_again_is_named() {
        let table = "CREATE TABLE t (a varchar(10))";
        let expression = "CREATE INDEX by_lower ON t (lower(a))";
        let longer = "ALTER TABLE t ALTER a TYPE varchar(20)";
        assert_eq!(
            find_after(RULE, &[table, expression], longer),
            [
                "1:15: takes ACCESS EXCLUSIVE on \"t\" while the index \"by_lower\" is built again | drop the index in an earlier migration, and build it again `CONCURRENTLY` in a later one"
            ]
        );
        let partial = "CREATE INDEX few ON t (b) WHERE a <> ''";
        assert_eq!(find_after(RULE, &[table, partial], longer).len(), 1);
        let plain = "CREATE INDEX plain ON t (a)";
        assert!(find_after(RULE, &[table, plain], longer).is_empty());
        let other = "CREATE INDEX other ON t (lower(b))";
        assert!(find_after(RULE, &[table, other], longer).is_empty());
        let dropped = "DROP INDEX by_lower";
        assert!(find_after(RULE, &[table, expression, dropped], longer).is_empty());
        for new in ["citext", "text COLLATE \"C\""] {
            let change = format!("ALTER TABLE t ALTER a TYPE {new}");
            assert_eq!(find_after(RULE, &[table, plain], &change).len(), 1, "{new}");
        }
    }

    #[test]
    fn a_domain_is_followed_to_what_lies_below_it() {
        let domains = "CREATE DOMAIN plain AS text; CREATE DOMAIN over AS plain; CREATE DOMAIN checked AS over CHECK (value <> ''); CREATE DOMAIN short AS varchar(9)";
        for (old, new) in [
            ("text", "plain"),
            ("varchar(9)", "over"),
            ("checked", "text"),
            ("checked", "over"),
            ("checked", "varchar"),
            ("varchar(9)", "short"),
        ] {
            let before = format!("{domains}; CREATE TABLE t (a {old})");
            let sql = format!("ALTER TABLE t ALTER a TYPE {new}");
            assert!(find_after(RULE, &[&before], &sql).is_empty(), "{sql}");
        }
        for (old, new) in [
            ("text", "checked"),
            ("checked", "int"),
            ("short", "varchar(9)"),
            ("text", "short"),
        ] {
            let before = format!("{domains}; CREATE TABLE t (a {old})");
            let sql = format!("ALTER TABLE t ALTER a TYPE {new}");
            let found = find_after(RULE, &[&before], &sql).concat();
            assert!(found.contains("\"t\" and rewrites it"), "{sql}: {found}");
        }
        let before = "CREATE TABLE t (a text)";
        let found = find_after(RULE, &[before], "ALTER TABLE t ALTER a TYPE mail").concat();
        assert!(
            found.contains("depending on what type \"mail\" is")
                && found.contains("| if one is a domain"),
            "{found}"
        );
    }

    #[test]
    fn an_emptied_table_has_nothing_to_rewrite() {
        let sql = "TRUNCATE t; ALTER TABLE t ALTER a TYPE bigint";
        assert!(find_after(RULE, &["CREATE TABLE t (a int)"], sql).is_empty());
    }

    #[test]
    fn changes_that_rewrite_are_found() {
        for (old, new) in [
            ("int", "bigint"),
            ("varchar(20)", "varchar(10)"),
            ("varchar", "varchar(10)"),
            ("text", "varchar(10)"),
            ("numeric(10,2)", "numeric(10,3)"),
            ("numeric", "numeric(10)"),
            ("timestamp", "timestamptz"),
            ("char(3)", "text"),
            ("varchar(10)[]", "varchar(20)[]"),
            ("varchar(10)", "text USING lower(a)"),
            ("int", "int USING a + 1"),
            ("timestamp(6)", "timestamp(3)"),
            ("timestamp", "timestamp(3)"),
            ("interval", "interval(3)"),
            ("vector", "vector(3)"),
            ("text", "xml"),
            ("oid", "bigint"),
            ("text", "char"),
            ("text", "mail"),
        ] {
            check(old, new, 1);
        }
    }
}
