//! What a statement does to the catalog.

use std::collections::BTreeSet;

use migrate_sql::ast::{
    AlterTable, AlterTableAction, Command, Create, CreateIndex, CreateTable, Drop, EnumChange,
    Filling, Guard, ObjectKind, ObjectName, Persistence, Rows, Statement,
};

use super::model::{Catalog, Emptied, EnumValue, Index, Relation, Type};
use super::namespace::TEMPORARY;
use super::table::Table;

impl Catalog {
    /// Applies a statement.
    pub(crate) fn apply(&mut self, statement: &Statement<'_>) {
        match &statement.command {
            Command::CreateTable(created) => self.create_table(created, statement),
            Command::CreateTableAs(created) | Command::Select(Some(created)) => {
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
                for table in &truncated.tables {
                    self.emptied.note(table, || Emptied::Truncated);
                }
            }
            Command::Delete(deleted) if deleted.rows == Rows::All => {
                self.emptied.note(&deleted.table, || Emptied::Deleted);
            }
            Command::Insert(inserted) => {
                self.emptied.forget(&inserted.table);
            }
            Command::CreateIndex(created) => self.create_index(created),
            Command::CreateType(created) => self.create_type(created),
            Command::CreateDomain(created) => self.create_domain(created),
            Command::AlterDomain(altered) => self.alter_domain(&altered.name, &altered.change),
            Command::AlterTable(altered) => self.alter_table(altered, statement),
            Command::AlterEnum(altered) => {
                if let EnumChange::Add { value, guard } = &altered.change {
                    let Some(types) = self.enum_values.entry(value) else {
                        return;
                    };
                    types.push(EnumValue {
                        name: altered.name.clone(),
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
        let mut table = Table::new(created.partition_key.clone());
        table.add(&created.name.name, statement);
        let table = Relation::Table(table);
        self.create(&created.name, created.persistence, created.guard, table);
        self.mention(&created.name, statement);
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

    fn create_type(&mut self, created: &Create) {
        if let Some(name) = &created.name {
            for attribute in &created.attributes {
                self.parts.add(&name.name, &attribute.name);
            }
            let plain = Type::Plain {
                is_enum: created.is_enum,
                attributes: created.attributes.clone(),
            };
            self.types.insert(name.clone(), Some(self.file), plain);
        }
    }

    fn set_default_partition(&mut self, table: &ObjectName, partition: Option<ObjectName>) {
        if let Some(partition) = &partition {
            self.parts.add(&table.name, &partition.name);
        }
        if let Some(table) = self.table_mut(table) {
            table.default_partition = partition;
        }
    }

    /// A statement about a table is added. What it mentions, the table may refer to.
    fn mention(&mut self, table: &ObjectName, statement: &Statement<'_>) {
        if let Some(mentions) = self.mentions.get_mut()
            && let Some(text) = statement.source.text.get(statement.range())
        {
            mentions.add_words(&table.name, text);
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
        self.parts.add(&name.name, &created.table.name);
        let index = Relation::Index(Index {
            table: created.table.clone(),
            columns: created.columns.clone(),
            computes_with: created.computes_with.clone(),
        });
        self.create(&name, Persistence::Permanent, created.guard, index);
    }

    pub(super) fn add_to_table(&mut self, name: &ObjectName, statement: &Statement<'_>) {
        if let Some(table) = self.table_mut(name) {
            table.add(&name.name, statement);
            self.mention(name, statement);
        }
    }

    fn alter_table(&mut self, altered: &AlterTable<'_>, statement: &Statement<'_>) {
        if altered.kind != ObjectKind::Table {
            return;
        }
        if self.relations.find(&altered.name).is_none() {
            let unknown = Relation::Table(Table::default());
            self.relations.insert(altered.name.clone(), None, unknown);
        }
        self.add_to_table(&altered.name, statement);
        for action in &altered.actions {
            match &action.action {
                AlterTableAction::AddColumn { column, .. } => {
                    if let Some(added) = self.columns.note(&altered.name, BTreeSet::new) {
                        added.insert(column.name.clone());
                    }
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
            for name in &dropped.names {
                self.dropped.note(name, || ());
            }
        }
    }

    /// What belonged to a table goes with it: its indexes, and that it was a partition.
    fn forget_parts_of(&mut self, table: &ObjectName) {
        let parts: Vec<String> = self.parts.to(&table.name).map(str::to_owned).collect();
        for name in parts {
            for part in self
                .relations
                .named_mut(&name, |part| part.is_part_of(table))
            {
                if let Relation::Table(parent) = part {
                    parent.default_partition = None;
                }
            }
            self.relations
                .remove_named(&name, |part| part.is_part_of(table));
        }
    }

    pub(super) fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        match &mut self.relations.find_mut(name)?.thing {
            Relation::Table(table) => Some(table),
            _ => None,
        }
    }
}
