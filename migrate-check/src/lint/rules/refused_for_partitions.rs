//! What PostgreSQL refuses because of partitions.
//!
//! `CREATE INDEX CONCURRENTLY` on a partitioned table, `DROP INDEX CONCURRENTLY` of an index of one, and
//! `DETACH PARTITION … CONCURRENTLY` beside a default partition always fail. So does a unique index, and a unique or primary
//! key constraint, of a partitioned table without the columns that it is partitioned by: PostgreSQL compares within a
//! partition only. The rule knows the tables that the files of the directory create.
//!
//! A partitioned table of an earlier file:
//!
//! ```sql
//! CREATE TABLE readings (at timestamptz NOT NULL, sensor bigint) PARTITION BY RANGE (at);
//! CREATE TABLE readings_2026 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
//! ```
//!
//! Found:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY readings_sensor_idx ON readings (sensor);
//! -- fails 0A000
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE readings ADD CONSTRAINT readings_sensor_key UNIQUE (sensor);
//! -- fails 0A000
//! ```
//!
//! Found:
//!
//! ```sql
//! ALTER TABLE readings ADD COLUMN number bigint UNIQUE;
//! -- fails 0A000
//! ```
//!
//! Create the index `ON ONLY` the partitioned table, which builds nothing:
//!
//! ```sql
//! CREATE INDEX readings_sensor_idx ON ONLY readings (sensor);
//! -- locks readings: SHARE
//! ```
//!
//! Build one on each partition:
//!
//! ```sql
//! -- migrate: no-transaction
//! CREATE INDEX CONCURRENTLY readings_2026_sensor_idx ON readings_2026 (sensor);
//! ```
//!
//! And attach those:
//!
//! ```sql
//! ALTER INDEX readings_sensor_idx ATTACH PARTITION readings_2026_sensor_idx;
//! ```

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnConstraint, Command, Concurrency, ConstraintKind, CreateIndex,
    CreateTable, Detach, Guard, Kind, ObjectKind, ObjectName, spell_name,
};

use crate::diagnostics::Diagnostic;
use crate::lint::context::Context;
use crate::lint::rule::{Check, InBlocks, Rule};
use crate::settings::Level;

pub(super) const RULE: Rule = Rule {
    id: "refused-for-partitions",
    level: Level::Warn,
    summary: "a statement that PostgreSQL refuses for partitioned tables",
    allowable: true,
    source: include_str!("refused_for_partitions.rs"),
    check: Check::Statement(
        InBlocks::Sure,
        &[
            Kind::AlterTable,
            Kind::CreateIndex,
            Kind::CreateTable,
            Kind::Drop,
        ],
        check,
    ),
};

fn check(context: &Context<'_>) -> Vec<Diagnostic> {
    let catalog = context.catalog;
    match context.command() {
        Command::CreateIndex(created)
            if created.concurrency == Concurrency::Concurrent
                && catalog.is_partitioned(&created.table) =>
        {
            let table = &created.table;
            let message = format!(
                "fails: PostgreSQL builds no index `CONCURRENTLY` on \"{table}\", which is partitioned"
            );
            vec![context.find(&RULE, message).help(format!(
                "create it `ON ONLY {}`, then `CONCURRENTLY` on each partition, and attach those with `ALTER INDEX … ATTACH PARTITION`",
                table.to_sql()
            ))]
        }
        Command::CreateIndex(created) => unique_index(context, created),
        Command::CreateTable(created) => created
            .partition_key
            .as_deref()
            .map_or_else(Vec::new, |key| new_table(context, created, key)),
        Command::Drop(dropped)
            if dropped.kind == ObjectKind::Index
                && dropped.concurrency == Concurrency::Concurrent =>
        {
            let indexes = dropped.names.iter();
            indexes
                .filter_map(|index| {
                    let table = catalog.partitioned_table_of(index)?;
                    let message = format!(
                        "fails: PostgreSQL drops no index of \"{table}\" `CONCURRENTLY`, which is partitioned"
                    );
                    Some(context.find(&RULE, message).help(format!(
                        "write `DROP INDEX {}` at a quiet time: it takes ACCESS EXCLUSIVE on \"{table}\" and its partitions for a moment",
                        index.to_sql()
                    )))
                })
                .collect()
        }
        _ => {
            let altered = context.alter_table().into_iter();
            let actions = altered.flat_map(|altered| {
                let actions = altered.actions.iter();
                actions.map(|action| (&altered.name, action))
            });
            actions
                .filter_map(|(table, action)| {
                    if let Some((lack, help)) = lacks_key(context, table, &action.action) {
                        let finding = context.find_at(&RULE, action.range.clone(), lack.message(table));
                        return Some(finding.help(help));
                    }
                    let AlterTableAction::DetachPartition {
                        detach: Detach::Concurrently,
                        ..
                    } = &action.action
                    else {
                        return None;
                    };
                    let default = catalog.default_partition(table)?;
                    let message = format!(
                        "fails: PostgreSQL detaches no partition of \"{table}\" `CONCURRENTLY` beside its default partition \"{default}\""
                    );
                    let finding = context.find_at(&RULE, action.range.clone(), message);
                    Some(finding.help("leave out `CONCURRENTLY`, at a quiet time: it takes ACCESS EXCLUSIVE on the table for a moment"))
                })
                .collect()
        }
    }
}

/// Why a table can have no such unique constraint.
pub(super) enum Lack<'c> {
    /// This column, by which it is partitioned, is not part of it.
    Column(&'c str),
    /// It is partitioned by an expression.
    Expression,
}

impl<'c> Lack<'c> {
    fn of(key: &'c [Option<String>], columns: &[String]) -> Option<Self> {
        let mut parts = key.iter();
        parts.find_map(|part| match part {
            Some(column) if columns.contains(column) => None,
            Some(column) => Some(Self::Column(column)),
            None => Some(Self::Expression),
        })
    }

    fn message(&self, table: &ObjectName) -> String {
        match self {
            Self::Column(column) => format!(
                "fails: what is unique in \"{table}\" has to include \"{column}\", by which it is partitioned"
            ),
            Self::Expression => format!(
                "fails: nothing can be unique in \"{table}\", which is partitioned by an expression"
            ),
        }
    }

    fn help(&self) -> String {
        match self {
            Self::Column(column) => format!(
                "add `{}` to its columns, or create a unique index on each partition, which holds within that",
                spell_name(column)
            ),
            Self::Expression => {
                "create a unique index on each partition, which holds within that".to_owned()
            }
        }
    }
}

/// What a unique constraint that an action adds lacks of the key that the table is partitioned by, and the help.
pub(super) fn lacks_key<'c>(
    context: &Context<'c>,
    table: &ObjectName,
    action: &AlterTableAction<'_>,
) -> Option<(Lack<'c>, String)> {
    let key = context.catalog.partition_key(table)?;
    match action {
        AlterTableAction::AddConstraint(constraint) => {
            let lack = Lack::of(key, unique_columns(&constraint.kind)?)?;
            let help = lack.help();
            Some((lack, help))
        }
        AlterTableAction::AddColumn { column, .. } if is_unique(column) => {
            let lack = Lack::of(key, &[])?;
            let help = format!(
                "add the column without it, then {}",
                match &lack {
                    Lack::Column(key) => format!(
                        "a constraint over `{}` and `{}`",
                        spell_name(&column.name),
                        spell_name(key)
                    ),
                    Lack::Expression => lack.help(),
                }
            );
            Some((lack, help))
        }
        _ => None,
    }
}

fn unique_columns<'a>(kind: &'a ConstraintKind<'_>) -> Option<&'a [String]> {
    match kind {
        ConstraintKind::Unique {
            columns,
            index: None,
        }
        | ConstraintKind::PrimaryKey {
            columns,
            index: None,
        } => Some(columns),
        _ => None,
    }
}

fn is_unique(column: &Column<'_>) -> bool {
    column.has(|constraint| {
        matches!(
            constraint,
            ColumnConstraint::Unique | ColumnConstraint::PrimaryKey
        )
    })
}

/// A unique index that lacks a column.
fn unique_index(context: &Context<'_>, created: &CreateIndex) -> Vec<Diagnostic> {
    let table = &created.table;
    let key = context.catalog.partition_key(table);
    let lack = key
        .filter(|_| created.is_unique && created.guard == Guard::None)
        .zip(created.columns.as_deref())
        .and_then(|(key, columns)| Lack::of(key, columns));
    let finding = lack.map(|lack| context.find(&RULE, lack.message(table)).help(lack.help()));
    finding.into_iter().collect()
}

/// A table that is partitioned from the start, and the constraints beside its columns and after them.
fn new_table(
    context: &Context<'_>,
    created: &CreateTable<'_>,
    key: &[Option<String>],
) -> Vec<Diagnostic> {
    let elements = created.elements();
    let of_columns = elements.columns.iter().filter_map(|column| {
        let columns = std::slice::from_ref(&column.name);
        let lack = is_unique(column)
            .then(|| Lack::of(key, columns))
            .flatten()?;
        Some((column.type_range.clone(), lack))
    });
    let beside = elements.constraints.iter().filter_map(|constraint| {
        let lack = Lack::of(key, unique_columns(&constraint.kind)?)?;
        Some((context.statement.range(), lack))
    });
    of_columns
        .chain(beside)
        .map(|(range, lack)| {
            let finding = context.find_at(&RULE, range, lack.message(&created.name));
            finding.help(lack.help())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::lint::testing::find_after;

    const TABLE: &str = "CREATE TABLE p (a int) PARTITION BY LIST (a)";

    #[test]
    fn what_the_server_refuses_is_found() {
        let index = "CREATE INDEX i ON p (a)";
        let default = "CREATE TABLE d PARTITION OF p DEFAULT";
        let attached = "CREATE TABLE d (a int); ALTER TABLE p ATTACH PARTITION d DEFAULT";
        let detach = "ALTER TABLE p DETACH PARTITION c CONCURRENTLY";
        for (before, sql) in [
            ("", "CREATE INDEX CONCURRENTLY i ON public.p (a)"),
            ("", "CREATE UNIQUE INDEX CONCURRENTLY i ON ONLY p (a)"),
            (index, "DROP INDEX CONCURRENTLY IF EXISTS i"),
            (default, detach),
            (attached, detach),
        ] {
            assert_eq!(find_after(RULE, &[TABLE, before], sql).len(), 1, "{sql}");
        }
        let gone = "ALTER TABLE p DETACH PARTITION d";
        assert!(find_after(RULE, &[TABLE, default, gone], detach).is_empty());
        let dropped = "DROP TABLE d";
        assert!(find_after(RULE, &[TABLE, default, dropped], detach).is_empty());
    }

    #[test]
    fn what_is_not_known_to_be_partitioned_is_fine() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON q (a)",
            "DROP INDEX CONCURRENTLY j",
            "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
            "CREATE INDEX i ON ONLY p (a)",
        ] {
            assert!(find_after(RULE, &[TABLE], sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn what_is_unique_has_to_include_what_the_table_is_partitioned_by() {
        let two = "CREATE TABLE p (a int, b int, c int) PARTITION BY RANGE (a, b)";
        for (sql, help) in [
            (
                "ALTER TABLE p ADD UNIQUE (b, c)",
                "| add `a` to its columns",
            ),
            (
                "ALTER TABLE p ADD PRIMARY KEY (a)",
                "| add `b` to its columns",
            ),
            (
                "ALTER TABLE ONLY p ADD UNIQUE (c)",
                "| add `a` to its columns",
            ),
            (
                "ALTER TABLE p ADD h text UNIQUE",
                "| add the column without it, then a constraint over `h` and `a`",
            ),
            (
                "ALTER TABLE p ADD h uuid PRIMARY KEY",
                "then a constraint over `h` and `a`",
            ),
            ("CREATE UNIQUE INDEX ON p (b)", "| add `a` to its columns"),
            (
                "CREATE UNIQUE INDEX ON ONLY p (b)",
                "| add `a` to its columns",
            ),
            (
                "CREATE TABLE q (id int PRIMARY KEY, a int) PARTITION BY LIST (a)",
                "| add `a` to its columns",
            ),
            (
                "CREATE TABLE q (id int, a int, UNIQUE (id)) PARTITION BY LIST (a)",
                "| add `a` to its columns",
            ),
            (
                "CREATE TABLE q (id int, a int, UNIQUE (a)) PARTITION BY LIST ((a % 3))",
                "| create a unique index on each partition",
            ),
        ] {
            let found = find_after(RULE, &[two], sql).concat();
            assert!(
                found.contains(": fails: ") && found.contains(help),
                "{sql}: {found}"
            );
        }
        for sql in [
            "ALTER TABLE p ADD UNIQUE (c, b, a)",
            "ALTER TABLE p ADD h text",
            "CREATE UNIQUE INDEX ON p (b, a)",
            "CREATE UNIQUE INDEX ON p ((b + 1), a)",
            "CREATE INDEX ON p (b)",
            "CREATE TABLE q (a int PRIMARY KEY) PARTITION BY LIST (a)",
            "CREATE TABLE q (a int PRIMARY KEY)",
            "ALTER TABLE q ADD UNIQUE (a)",
        ] {
            assert!(find_after(RULE, &[two], sql).is_empty(), "{sql}");
        }
        let renamed = "ALTER TABLE p RENAME a TO x";
        let fine = "ALTER TABLE p ADD UNIQUE (x, b)";
        assert!(find_after(RULE, &[two, renamed], fine).is_empty());
    }
}
