//! The columns and constraints of a table, as far as its statements show them.

use std::borrow::Cow;

use migrate_sql::ast::{
    AlterTableAction, Column, ColumnConstraint, ColumnType, Command, Constraint, ConstraintKind,
    ObjectName, RenamedPart, Validity,
};

use super::references::References;

/// The columns and constraints of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// Each with its name. They are few.
    columns: Vec<(String, KnownColumn)>,
    /// Its checks and the constraints that keep nulls out.
    checks: Vec<Check>,
    foreign_keys: Vec<ForeignKey>,
}

/// What is known of a column.
#[derive(Debug, Clone)]
pub(super) struct KnownColumn {
    pub(super) data_type: ColumnType,
    pub(super) is_nullable: bool,
    /// Whether it is computed when it is read.
    pub(super) is_virtual: bool,
}

/// A check, or a `NOT NULL` with a name.
#[derive(Debug, Clone)]
struct Check {
    /// None where PostgreSQL chose it.
    name: Option<String>,
    /// The columns that it says are not null.
    not_null: Vec<String>,
    validity: Validity,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    /// As PostgreSQL chooses it where the statement does not say; none where that is not known.
    name: Option<String>,
    columns: Vec<String>,
    pub(super) parent: ObjectName,
}

impl Shape {
    /// Applies a statement about the table: the one that creates it, or one that alters it.
    pub(super) fn apply(&mut self, table: &str, command: &Command<'_>) {
        match command {
            Command::CreateTable(created) => {
                let elements = created.elements();
                for column in &elements.columns {
                    self.add_column(table, column);
                }
                for constraint in &elements.constraints {
                    self.add_constraint(table, constraint);
                }
            }
            Command::AlterTable(altered) => {
                for action in &altered.actions {
                    self.alter(table, &action.action);
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
        let mut columns = self.columns.iter();
        columns
            .find(|(own, _)| own == name)
            .map(|(_, column)| column)
    }

    fn column_mut(&mut self, name: &str) -> Option<&mut KnownColumn> {
        let mut columns = self.columns.iter_mut();
        columns
            .find(|(own, _)| own == name)
            .map(|(_, column)| column)
    }

    /// Whether a valid check says that a column holds no nulls.
    pub(super) fn has_not_null_check(&self, column: &str) -> bool {
        let mut valid = self.valid_checks();
        valid.any(|check| check.not_null.iter().any(|name| name == column))
    }

    /// Whether a check holds for all its rows.
    pub(super) fn has_valid_check(&self) -> bool {
        self.valid_checks().next().is_some()
    }

    /// The tables that its foreign keys refer to.
    pub(super) fn parents(&self) -> impl Iterator<Item = &ObjectName> {
        self.foreign_keys.iter().map(|key| &key.parent)
    }

    /// The table that a foreign key of this name refers to.
    pub(super) fn parent_of(&self, constraint: &str) -> Option<&ObjectName> {
        let mut keys = self.foreign_keys.iter();
        let key = keys.find(|key| key.name.as_deref() == Some(constraint))?;
        Some(&key.parent)
    }

    /// The table that a foreign key of this column refers to.
    pub(super) fn parent_of_column(&self, column: &str) -> Option<&ObjectName> {
        let mut keys = self.foreign_keys.iter();
        let key = keys.find(|key| key.columns.iter().any(|name| name == column))?;
        Some(&key.parent)
    }

    /// Its columns of the type of this name or of an array of it, each with its type.
    pub(super) fn columns_of(&self, name: &str) -> impl Iterator<Item = (&str, &ColumnType)> {
        let columns = self.columns.iter();
        let columns = columns.map(|(column, known)| (column.as_str(), &known.data_type));
        columns.filter(move |(_, data_type)| data_type.name == name)
    }

    /// Adds the tables and types that it refers to.
    pub(super) fn mention(&self, table: &str, mentions: &mut References) {
        let columns = self.columns.iter();
        let types = columns.map(|(_, column)| &*column.data_type.name);
        let parents = self.parents().map(|parent| parent.name.as_str());
        for name in types.chain(parents) {
            mentions.add_words(table, name);
        }
    }

    /// A type has got another name.
    pub(super) fn rename_type(&mut self, old: &str, new: &str) {
        for (_, column) in &mut self.columns {
            if column.data_type.name == old {
                column.data_type.name = Cow::Owned(new.to_owned());
            }
        }
    }

    /// A table that foreign keys may refer to has got another name.
    pub(super) fn rename_parent(&mut self, old: &ObjectName, new: &ObjectName) {
        for key in &mut self.foreign_keys {
            if key.parent.may_be(old) {
                key.parent = new.clone();
            }
        }
    }

    fn valid_checks(&self) -> impl Iterator<Item = &Check> {
        let checks = self.checks.iter();
        checks.filter(|check| check.validity == Validity::Valid)
    }

    /// Applies an action of `ALTER TABLE`.
    fn alter(&mut self, table: &str, action: &AlterTableAction<'_>) {
        match action {
            AlterTableAction::AddColumn { column, .. } => self.add_column(table, column),
            AlterTableAction::DropColumn { column, .. } => {
                self.columns.retain(|(name, _)| name != column);
                self.foreign_keys
                    .retain(|key| !key.columns.contains(column));
                self.checks.retain(|check| !check.not_null.contains(column));
            }
            AlterTableAction::SetNotNull(column) => self.set_nullable(column, false),
            AlterTableAction::DropNotNull(column) => self.set_nullable(column, true),
            AlterTableAction::SetType {
                column, data_type, ..
            } => {
                if let Some(known) = self.column_mut(column) {
                    known.data_type = data_type.clone();
                }
            }
            AlterTableAction::AddConstraint(constraint) => self.add_constraint(table, constraint),
            AlterTableAction::ValidateConstraint(name) => {
                let checks = self.checks.iter_mut();
                for check in checks.filter(|check| check.name.as_ref() == Some(name)) {
                    check.validity = Validity::Valid;
                }
            }
            AlterTableAction::DropConstraint { name, .. } => {
                // What has a name that is not known may be meant by any that is.
                let is_known = self.has_constraint(name);
                self.checks.retain(|check| match &check.name {
                    Some(own) => own != name,
                    None => is_known,
                });
                self.foreign_keys
                    .retain(|key| key.name.as_ref() != Some(name));
            }
            _ => {}
        }
    }

    fn rename_column(&mut self, old: &str, new: &str) {
        if self.column(old).is_some() {
            self.columns.retain(|(name, _)| name == old || name != new);
        }
        for (name, _) in &mut self.columns {
            if name == old {
                new.clone_into(name);
            }
        }
        let checks = self.checks.iter_mut().map(|check| &mut check.not_null);
        let keys = self.foreign_keys.iter_mut().map(|key| &mut key.columns);
        for name in checks.chain(keys).flatten() {
            if name == old {
                new.clone_into(name);
            }
        }
    }

    fn rename_constraint(&mut self, old: &str, new: &str) {
        let checks = self.checks.iter_mut().map(|check| &mut check.name);
        let keys = self.foreign_keys.iter_mut().map(|key| &mut key.name);
        for name in checks.chain(keys) {
            if name.as_deref() == Some(old) {
                *name = Some(new.to_owned());
            }
        }
    }

    fn has_constraint(&self, name: &str) -> bool {
        let checks = self.checks.iter().map(|check| &check.name);
        let mut names = checks.chain(self.foreign_keys.iter().map(|key| &key.name));
        names.any(|own| own.as_deref() == Some(name))
    }

    fn add_column(&mut self, table: &str, column: &Column<'_>) {
        let known = KnownColumn {
            data_type: column.data_type.clone(),
            is_nullable: !column.is_not_null(),
            is_virtual: column.has(|constraint| matches!(constraint, ColumnConstraint::Virtual)),
        };
        let own = |name: &Option<String>, kind: &str| {
            let chosen = || format!("{table}_{}_{kind}", column.name);
            Some(name.clone().unwrap_or_else(chosen))
        };
        for constraint in &column.constraints {
            match constraint {
                ColumnConstraint::References { name, parent } => {
                    self.foreign_keys.push(ForeignKey {
                        name: own(name, "fkey"),
                        columns: vec![column.name.clone()],
                        parent: parent.clone(),
                    });
                }
                ColumnConstraint::Check { name, not_null } => self.checks.push(Check {
                    name: own(name, "check"),
                    not_null: not_null.clone(),
                    validity: Validity::Valid,
                }),
                _ => {}
            }
        }
        match self.column_mut(&column.name) {
            Some(old) => *old = known,
            None => self.columns.push((column.name.clone(), known)),
        }
    }

    fn set_nullable(&mut self, column: &str, is_nullable: bool) {
        if let Some(known) = self.column_mut(column) {
            known.is_nullable = is_nullable;
        }
    }

    fn add_constraint(&mut self, table: &str, constraint: &Constraint<'_>) {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns, .. } => {
                for column in columns {
                    self.set_nullable(column, false);
                }
            }
            ConstraintKind::NotNull(column) => {
                if constraint.validity == Validity::Valid {
                    self.set_nullable(column, false);
                }
                let name = || format!("{table}_{column}_not_null");
                self.checks.push(Check {
                    name: constraint.name.clone().or_else(|| Some(name())),
                    not_null: vec![column.clone()],
                    validity: constraint.validity,
                });
            }
            ConstraintKind::Check { not_null, .. } => self.checks.push(Check {
                name: constraint.name.clone(),
                not_null: not_null.clone(),
                validity: constraint.validity,
            }),
            ConstraintKind::ForeignKey { columns, parent } => {
                let name = || format!("{table}_{}_fkey", columns.join("_"));
                self.foreign_keys.push(ForeignKey {
                    name: constraint.name.clone().or_else(|| Some(name())),
                    columns: columns.clone(),
                    parent: parent.clone(),
                });
            }
            _ => {}
        }
    }
}
