//! What a statement does to the catalog.

use migrate_sql::ast::{
    AlterTable, AlterTableAction, Command, Create, CreateIndex, CreateTable, DomainChange, Drop,
    EnumChange, Filling, Guard, ObjectKind, ObjectName, Persistence, Rename, RenamedPart, Rows,
    SetSchema, Statement,
};

use super::model::{Catalog, Emptied, EnumValue, Index, Relation, Type};
use super::namespace::Object;
use super::namespace::TEMPORARY;
use super::table::Table;

impl Catalog {
    /// Applies a statement.
    pub(crate) fn apply(&mut self, statement: &Statement<'_>) {
        match &statement.command {
            Command::CreateTable(created) => self.create_table(created, statement),
            Command::CreateTableAs(created) => {
                let table = Relation::Table(Table::default());
                self.create(&created.name, created.persistence, created.guard, table);
            }
            Command::CreateMaterializedView(created) => {
                let is_filled = created.filling == Filling::Data;
                self.create_named(created, Relation::MaterializedView { is_filled });
            }
            Command::CreateView(created) => self.create_named(created, Relation::View),
            Command::CreateSequence(created) => self.create_named(created, Relation::Sequence),
            Command::Refresh(refreshed) => {
                if let Some(view) = self.relations.find_mut(&refreshed.view) {
                    let is_filled = refreshed.filling == Filling::Data;
                    view.thing = Relation::MaterializedView { is_filled };
                }
            }
            Command::Truncate(truncated) => {
                let tables = truncated.tables.iter();
                self.emptied
                    .extend(tables.map(|table| (table.clone(), Emptied::Truncated)));
            }
            Command::Delete(deleted) if deleted.rows == Rows::All => {
                self.emptied.push((deleted.table.clone(), Emptied::Deleted));
            }
            Command::Insert(inserted) => {
                self.emptied
                    .retain(|(table, _)| !table.may_be(&inserted.table));
            }
            Command::CreateIndex(created) => self.create_index(created),
            Command::CreateType(created) => self.create_type(created, Type::Plain),
            Command::CreateDomain(created) => {
                let is_constrained = created.is_constrained;
                self.create_type(created, Type::Domain { is_constrained });
            }
            Command::AlterDomain(altered) => {
                if altered.change != DomainChange::Other
                    && let Some(domain) = self.types.find_mut(&altered.name)
                {
                    domain.thing = Type::Domain {
                        is_constrained: true,
                    };
                }
            }
            Command::AlterTable(altered) => self.alter_table(altered, statement),
            Command::AlterEnum(altered) => {
                if let EnumChange::Add { value, guard } = &altered.change {
                    self.enum_values.push(EnumValue {
                        name: altered.name.clone(),
                        value: value.clone(),
                        guard: *guard,
                    });
                }
            }
            Command::Drop(dropped) => self.drop(dropped),
            Command::Rename(renamed) => self.rename(renamed, statement),
            Command::SetSchema(moved) => self.set_schema(moved),
            _ => {}
        }
    }

    fn create_table(&mut self, created: &CreateTable<'_>, statement: &Statement<'_>) {
        let mut table = Table::new(created.is_partitioned);
        table.add(&created.name.name, statement);
        let table = Relation::Table(table);
        self.create(&created.name, created.persistence, created.guard, table);
        if created.is_default
            && let Some(parent) = &created.partition_of
        {
            self.set_default_partition(parent, Some(created.name.clone()));
        }
    }

    fn create_named(&mut self, created: &Create, relation: Relation) {
        if let Some(name) = &created.name {
            self.create(name, Persistence::Permanent, created.guard, relation);
        }
    }

    fn create_type(&mut self, created: &Create, thing: Type) {
        if let Some(name) = &created.name {
            self.types.insert(name.clone(), Some(self.file), thing);
        }
    }

    fn set_default_partition(&mut self, table: &ObjectName, partition: Option<ObjectName>) {
        if let Some(table) = self.table_mut(table) {
            table.default_partition = partition;
        }
    }

    fn create(
        &mut self,
        name: &ObjectName,
        persistence: Persistence,
        guard: Guard,
        relation: Relation,
    ) {
        let file = self.file;
        let mut name = name.clone();
        if persistence == Persistence::Temporary {
            name.schema = Some(TEMPORARY.to_owned());
            self.temporary.push(name.clone());
        }
        // With a guard, what an earlier file made stays as it is: with its columns, and in use.
        if guard == Guard::Present && self.relations.find_exact(&name).is_some() {
            return;
        }
        self.relations.insert(name, Some(file), relation);
    }

    fn create_index(&mut self, created: &CreateIndex) {
        let Some(name) = &created.name else {
            return;
        };
        let name = ObjectName {
            schema: created.table.schema.clone(),
            name: name.clone(),
        };
        let index = Relation::Index(Index {
            table: created.table.clone(),
            columns: created.columns.clone(),
            computes_with: created.computes_with.clone(),
        });
        self.create(&name, Persistence::Permanent, created.guard, index);
    }

    fn alter_table(&mut self, altered: &AlterTable<'_>, statement: &Statement<'_>) {
        if altered.kind != ObjectKind::Table {
            return;
        }
        if self.relations.find(&altered.name).is_none() {
            let unknown = Relation::Table(Table::default());
            self.relations.insert(altered.name.clone(), None, unknown);
        }
        if let Some(table) = self.table_mut(&altered.name) {
            table.add(&altered.name.name, statement);
        }
        for action in &altered.actions {
            match &action.action {
                AlterTableAction::AddColumn { column, .. } => {
                    let column = (altered.name.clone(), column.name.clone());
                    self.columns.push(column);
                }
                AlterTableAction::AttachPartition {
                    partition,
                    is_default: true,
                } => self.set_default_partition(&altered.name, Some(partition.clone())),
                AlterTableAction::DetachPartition { partition, .. } => {
                    let default = self.default_partition(&altered.name);
                    if default.is_some_and(|default| default.may_be(partition)) {
                        self.set_default_partition(&altered.name, None);
                    }
                }
                _ => {}
            }
        }
    }

    fn drop(&mut self, dropped: &Drop) {
        for name in &dropped.names {
            if dropped.kind.is_relation() {
                self.relations.remove(name);
                if dropped.kind == ObjectKind::Table {
                    self.forget_parts_of(name);
                }
            } else if dropped.kind.is_type() {
                self.types.remove(name);
            } else if dropped.kind == ObjectKind::Schema {
                self.relations.move_schema(&name.name, None);
                self.types.move_schema(&name.name, None);
            }
        }
        if dropped.guard == Guard::Present {
            self.dropped.extend(dropped.names.iter().cloned());
        }
    }

    /// What belonged to a table goes with it: its indexes, and that it was a partition.
    fn forget_parts_of(&mut self, table: &ObjectName) {
        let may_concern = |(_, object): &(&str, &Object<Relation>)| match &object.thing {
            Relation::Table(other) => other
                .default_partition
                .as_ref()
                .is_some_and(|default| default.may_be(table)),
            Relation::Index(index) => index.table.may_be(table),
            _ => false,
        };
        if !self.relations.iter().any(|entry| may_concern(&entry)) {
            return;
        }
        for name in self.relations.all() {
            match self.relations.find(&name).map(|found| &found.thing) {
                Some(Relation::Index(index)) if index.table.may_be(table) => {
                    self.relations.remove(&name);
                }
                Some(Relation::Table(other))
                    if other
                        .default_partition
                        .as_ref()
                        .is_some_and(|default| default.may_be(table)) =>
                {
                    self.set_default_partition(&name, None);
                }
                _ => {}
            }
        }
    }

    fn rename(&mut self, renamed: &Rename, statement: &Statement<'_>) {
        let Rename {
            kind,
            name,
            part,
            new,
        } = renamed;
        match part {
            RenamedPart::Whole if *kind == ObjectKind::Schema => {
                self.relations.move_schema(&name.name, Some(new));
                self.types.move_schema(&name.name, Some(new));
            }
            RenamedPart::Whole => {
                let new = ObjectName {
                    schema: name.schema.clone(),
                    name: new.clone(),
                };
                self.move_to(*kind, name, &new);
            }
            RenamedPart::Column(old) => {
                if let Some(table) = self.table_mut(name) {
                    table.add(&name.name, statement);
                }
                let columns = self.columns.iter_mut();
                for (_, column) in
                    columns.filter(|(table, column)| table.may_be(name) && column == old)
                {
                    column.clone_from(new);
                }
                self.rename_in_indexes(name, old, new);
            }
            RenamedPart::Constraint(_) => {
                if let Some(table) = self.table_mut(name) {
                    table.add(&name.name, statement);
                }
            }
            RenamedPart::Attribute(_) => {}
        }
    }

    fn set_schema(&mut self, moved: &SetSchema) {
        let new = ObjectName {
            schema: Some(moved.schema.clone()),
            name: moved.name.name.clone(),
        };
        self.move_to(moved.kind, &moved.name, &new);
    }

    /// Gives an object another name. What names it follows.
    fn move_to(&mut self, kind: ObjectKind, old: &ObjectName, new: &ObjectName) {
        if kind.is_relation() {
            self.relations.rename(old, new.clone());
            for (table, _) in &mut self.columns {
                follow(table, old, new);
            }
            for (table, _) in &mut self.emptied {
                follow(table, old, new);
            }
            if kind == ObjectKind::Table {
                self.rename_in_relations(old, new);
            }
        } else if kind.is_type() {
            self.types.rename(old, new.clone());
            for added in &mut self.enum_values {
                follow(&mut added.name, old, new);
            }
            self.rename_type_of_columns(&old.name, &new.name);
        }
    }

    /// Foreign keys and indexes follow the name of their table.
    fn rename_in_relations(&mut self, old: &ObjectName, new: &ObjectName) {
        for name in self.relations.all() {
            let is_affected = match self.relations.find(&name).map(|found| &found.thing) {
                Some(Relation::Table(table)) => table.may_mention(&old.name),
                Some(Relation::Index(index)) => index.table.may_be(old),
                _ => false,
            };
            if !is_affected {
                continue;
            }
            match self.relations.find_mut(&name).map(|found| &mut found.thing) {
                Some(Relation::Table(table)) => {
                    if let Some(default) = &mut table.default_partition {
                        follow(default, old, new);
                    }
                    if let Some(shape) = table.shape_mut() {
                        shape.rename_parent(old, new);
                    }
                }
                Some(Relation::Index(index)) => follow(&mut index.table, old, new),
                _ => {}
            }
        }
    }

    fn rename_in_indexes(&mut self, table: &ObjectName, old: &str, new: &str) {
        for name in self.relations.all() {
            let found = self.relations.find(&name).map(|found| &found.thing);
            if !matches!(found, Some(Relation::Index(index)) if index.table.may_be(table)) {
                continue;
            }
            let found = self.relations.find_mut(&name).map(|found| &mut found.thing);
            if let Some(Relation::Index(index)) = found {
                let columns = index.columns.iter_mut().flatten();
                for column in columns.chain(&mut index.computes_with) {
                    if column == old {
                        new.clone_into(column);
                    }
                }
            }
        }
    }

    fn rename_type_of_columns(&mut self, old: &str, new: &str) {
        for name in self.relations.all() {
            let found = self.relations.find(&name).map(|found| &found.thing);
            if !matches!(found, Some(Relation::Table(table)) if table.may_mention(old)) {
                continue;
            }
            if let Some(shape) = self.table_mut(&name).and_then(Table::shape_mut) {
                shape.rename_type(old, new);
            }
        }
    }

    fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        match &mut self.relations.find_mut(name)?.thing {
            Relation::Table(table) => Some(table),
            _ => None,
        }
    }
}

/// Gives a reference the new name, if it is to the object that has got it.
fn follow(reference: &mut ObjectName, old: &ObjectName, new: &ObjectName) {
    if reference.may_be(old) {
        reference.clone_from(new);
    }
}
