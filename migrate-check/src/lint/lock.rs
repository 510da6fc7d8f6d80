//! Which locks a statement takes on tables that other sessions use, and holds until its transaction ends.

use migrate_sql::ast::{
    AlterTableAction, Command, Concurrency, ConstraintKind, Detach, ObjectKind, ObjectName,
    Statement,
};

use crate::catalog::Catalog;
use crate::migration::{Lock, LockMode};

/// The strongest lock that a statement takes, if it takes one of a table that the file has not created itself.
/// `DROP TABLE` has [`locks_of_drop`].
pub(super) fn strongest(statement: &Statement<'_>, catalog: &Catalog) -> Option<Lock> {
    let on = |table: &ObjectName, mode| {
        (!catalog.is_new(table)).then(|| Lock {
            table: table.clone(),
            mode,
        })
    };
    match &statement.command {
        Command::AlterTable(altered) if altered.kind == ObjectKind::Table => {
            let mut actions = altered.actions.iter();
            actions.find_map(|action| match &action.action {
                AlterTableAction::AttachPartition { partition, .. } => {
                    on(partition, LockMode::AccessExclusive)
                }
                action => on(&altered.name, mode(action)?).or_else(|| {
                    let referenced = referenced(action)?;
                    on(referenced, LockMode::ShareRowExclusive)
                }),
            })
        }
        Command::CreateIndex(index) if index.concurrency == Concurrency::Blocking => {
            on(&index.table, LockMode::Share)
        }
        Command::CreateTrigger(created) => on(created.table.as_ref()?, LockMode::ShareRowExclusive),
        Command::CreatePolicy(created) => on(created.table.as_ref()?, LockMode::AccessExclusive),
        Command::Truncate(truncated) => {
            let mut tables = truncated.tables.iter();
            tables.find_map(|table| on(table, LockMode::AccessExclusive))
        }
        Command::Rename(renamed) if renamed.kind == ObjectKind::Table => {
            on(&renamed.name, LockMode::AccessExclusive)
        }
        Command::CreateTable(created) => created
            .referenced()
            .iter()
            .find_map(|parent| on(parent, LockMode::ShareRowExclusive)),
        _ => None,
    }
}

/// The locks that `DROP TABLE` takes on tables that the file has not created itself: also on those that its foreign keys
/// refer to.
pub(super) fn locks_of_drop(statement: &Statement<'_>, catalog: &Catalog) -> Vec<Lock> {
    let Command::Drop(dropped) = &statement.command else {
        return Vec::new();
    };
    if dropped.kind != ObjectKind::Table {
        return Vec::new();
    }
    let mut tables: Vec<&ObjectName> = dropped.names.iter().collect();
    for table in &dropped.names {
        // Their triggers are dropped with the foreign keys.
        for parent in catalog.parents(table) {
            if !tables.iter().any(|table| table.may_be(parent)) {
                tables.push(parent);
            }
        }
    }
    tables.retain(|table| !catalog.is_new(table));
    let lock = |table: &ObjectName| Lock {
        table: table.clone(),
        mode: LockMode::AccessExclusive,
    };
    tables.into_iter().map(lock).collect()
}

/// The lock of an action of `ALTER TABLE`, if it is one that shuts out writers or everybody.
fn mode(action: &AlterTableAction<'_>) -> Option<LockMode> {
    match action {
        AlterTableAction::Tune
        | AlterTableAction::ValidateConstraint(_)
        | AlterTableAction::AttachPartition { .. }
        | AlterTableAction::DetachPartition {
            detach: Detach::Concurrently | Detach::Finalize,
            ..
        } => None,
        AlterTableAction::SwitchTrigger => Some(LockMode::ShareRowExclusive),
        AlterTableAction::AddConstraint(constraint)
            if matches!(constraint.kind, ConstraintKind::ForeignKey { .. }) =>
        {
            Some(LockMode::ShareRowExclusive)
        }
        _ => Some(LockMode::AccessExclusive),
    }
}

/// The table that a new foreign key refers to.
fn referenced<'a>(action: &'a AlterTableAction<'_>) -> Option<&'a ObjectName> {
    match action {
        AlterTableAction::AddColumn { column, .. } => column.referenced(),
        AlterTableAction::AddConstraint(constraint) => constraint.referenced(),
        _ => None,
    }
}
