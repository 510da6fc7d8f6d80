//! The columns and constraints of a table, as far as its statements show them.

use std::collections::BTreeMap;

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnType, Command, Constraint, ConstraintKind, RenamedPart,
    Validity,
};

/// The columns and constraints of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    columns: BTreeMap<String, KnownColumn>,
    /// Its checks that have a name.
    checks: BTreeMap<String, Check>,
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub(super) struct KnownColumn {
    pub(super) data_type: ColumnType,
    pub(super) is_nullable: bool,
}

/// A check.
#[derive(Debug, Clone)]
struct Check {
    /// The column that it says is not null.
    not_null: Option<String>,
    validity: Validity,
}

impl Shape {
    /// Applies a statement about the table: the one that creates it, or one that alters it.
    pub(super) fn apply(&mut self, command: &Command<'_>) {
        match command {
            Command::CreateTable(created) => {
                let elements = created.elements();
                for column in &elements.columns {
                    self.add_column(column);
                }
                for constraint in &elements.constraints {
                    self.add_constraint(constraint);
                }
            }
            Command::AlterTable(altered) => {
                for action in &altered.actions {
                    self.alter(&action.action);
                }
            }
            Command::Rename(renamed) => match &renamed.part {
                RenamedPart::Column(old) => self.rename_column(old, &renamed.new),
                RenamedPart::Constraint(old) => self.rename_constraint(old, &renamed.new),
                RenamedPart::Whole | RenamedPart::Attribute(_) => {}
            },
            _ => {}
        }
    }

    pub(super) fn column(&self, name: &str) -> Option<&KnownColumn> {
        self.columns.get(name)
    }

    /// Whether a valid check says that a column holds no nulls.
    pub(super) fn has_not_null_check(&self, column: &str) -> bool {
        let mut valid = self.valid_checks();
        valid.any(|check| check.not_null.as_deref() == Some(column))
    }

    /// Whether a check holds for all its rows.
    pub(super) fn has_valid_check(&self) -> bool {
        self.valid_checks().next().is_some()
    }

    fn valid_checks(&self) -> impl Iterator<Item = &Check> {
        let checks = self.checks.values();
        checks.filter(|check| check.validity == Validity::Valid)
    }

    /// Applies an action of `ALTER TABLE`.
    fn alter(&mut self, action: &AlterTableAction<'_>) {
        match action {
            AlterTableAction::AddColumn { column, .. } => self.add_column(column),
            AlterTableAction::DropColumn { column, .. } => {
                self.columns.remove(column);
            }
            AlterTableAction::SetNotNull(column) => self.set_nullable(column, false),
            AlterTableAction::DropNotNull(column) => self.set_nullable(column, true),
            AlterTableAction::SetType {
                column, data_type, ..
            } => {
                if let Some(known) = self.columns.get_mut(column) {
                    known.data_type = data_type.clone();
                }
            }
            AlterTableAction::AddConstraint(constraint) => self.add_constraint(constraint),
            AlterTableAction::ValidateConstraint(name) => {
                if let Some(check) = self.checks.get_mut(name) {
                    check.validity = Validity::Valid;
                }
            }
            AlterTableAction::DropConstraint { name, .. } => {
                self.checks.remove(name);
            }
            _ => {}
        }
    }

    fn rename_column(&mut self, old: &str, new: &str) {
        if let Some(column) = self.columns.remove(old) {
            self.columns.insert(new.to_owned(), column);
        }
        for check in self.checks.values_mut() {
            if check.not_null.as_deref() == Some(old) {
                check.not_null = Some(new.to_owned());
            }
        }
    }

    fn rename_constraint(&mut self, old: &str, new: &str) {
        if let Some(check) = self.checks.remove(old) {
            self.checks.insert(new.to_owned(), check);
        }
    }

    fn add_column(&mut self, column: &Column<'_>) {
        let known = KnownColumn {
            data_type: column.data_type.clone(),
            is_nullable: !column.is_not_null(),
        };
        self.columns.insert(column.name.clone(), known);
    }

    fn set_nullable(&mut self, column: &str, is_nullable: bool) {
        if let Some(known) = self.columns.get_mut(column) {
            known.is_nullable = is_nullable;
        }
    }

    fn add_constraint(&mut self, constraint: &Constraint<'_>) {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => {
                for column in columns {
                    self.set_nullable(column, false);
                }
            }
            ConstraintKind::NotNull(column) if constraint.validity == Validity::Valid => {
                self.set_nullable(column, false);
            }
            ConstraintKind::Check { not_null, .. } => {
                if let Some(name) = &constraint.name {
                    let check = Check {
                        not_null: not_null.clone(),
                        validity: constraint.validity,
                    };
                    self.checks.insert(name.clone(), check);
                }
            }
            _ => {}
        }
    }
}
