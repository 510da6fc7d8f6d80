//! What a statement does to the catalog.

use std::collections::BTreeSet;

use migrate_sql::ast::{
    AlterTable, AlterTableAction, Command, Create, CreateIndex, CreateTable, Drop, EnumChange,
    Filling, Guard, ObjectKind, ObjectName, Persistence, Rename, RenamedPart, Rows, SetSchema,
    Statement,
};

use super::model::{Catalog, Emptied, EnumValue, Index, Relation, Type};
use super::namespace::TEMPORARY;
use super::references::follow;
use super::shape::Shape;
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
        let mut table = Table::new(created.is_partitioned);
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
            let attributes = created.attributes.clone();
            self.types
                .insert(name.clone(), Some(self.file), Type::Plain { attributes });
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

    fn add_to_table(&mut self, name: &ObjectName, statement: &Statement<'_>) {
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
                self.add_to_table(name, statement);
                for columns in self.columns.about_mut(name) {
                    if columns.remove(old) {
                        columns.insert(new.clone());
                    }
                }
                self.rename_in_indexes(name, old, new);
            }
            RenamedPart::Constraint(old) if *kind == ObjectKind::Domain => {
                if let Some(domain) = self.domain_mut(name) {
                    domain.rename_constraint(old, new);
                }
            }
            RenamedPart::Constraint(_) => {
                self.add_to_table(name, statement);
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
            self.columns.rename(old, new);
            self.emptied.rename(old, new);
            self.refer_as(&new.name);
            if kind == ObjectKind::Table {
                self.rename_in_relations(old, new);
            }
        } else if kind.is_type() {
            self.types.rename(old, new.clone());
            for added in self.enum_values.values_mut().flatten() {
                follow(&mut added.name, old, new);
            }
            self.rename_type_of_columns(&old.name, &new.name);
            self.rename_in_types(&old.name, &new.name);
        }
    }

    /// What a relation refers to is found under its new name.
    fn refer_as(&mut self, name: &str) {
        for object in self.relations.named(name) {
            match &object.thing {
                Relation::Table(table) => {
                    if let Some(default) = &table.default_partition {
                        self.parts.add(name, &default.name);
                    }
                    if let Some(mentions) = self.mentions.get_mut() {
                        table.mention(name, mentions);
                    }
                }
                Relation::Index(index) => self.parts.add(name, &index.table.name),
                _ => {}
            }
        }
    }

    /// Foreign keys, partitions and indexes follow the name of their table.
    fn rename_in_relations(&mut self, old: &ObjectName, new: &ObjectName) {
        let parts: Vec<String> = self.parts.to(&old.name).map(str::to_owned).collect();
        for name in parts {
            for part in self.relations.named_mut(&name, |part| part.is_part_of(old)) {
                match part {
                    Relation::Table(table) => table.default_partition = Some(new.clone()),
                    Relation::Index(index) => index.table = new.clone(),
                    _ => {}
                }
            }
            self.parts.add(&name, &new.name);
        }
        for name in self.tables_mentioning(&old.name) {
            for shape in self.shapes(&name) {
                shape.rename_parent(old, new);
            }
            self.mention_name(&name, &new.name);
        }
    }

    fn rename_in_indexes(&mut self, table: &ObjectName, old: &str, new: &str) {
        let parts: Vec<String> = self.parts.to(&table.name).map(str::to_owned).collect();
        for name in parts {
            for part in self
                .relations
                .named_mut(&name, |part| part.is_part_of(table))
            {
                if let Relation::Index(index) = part {
                    let columns = index.columns.iter_mut().flatten();
                    for column in columns.chain(&mut index.computes_with) {
                        if column == old {
                            new.clone_into(column);
                        }
                    }
                }
            }
        }
    }

    fn rename_type_of_columns(&mut self, old: &str, new: &str) {
        for name in self.tables_mentioning(old) {
            for shape in self.shapes(&name) {
                shape.rename_type(old, new);
            }
            self.mention_name(&name, new);
        }
    }

    fn tables_mentioning(&self, name: &str) -> Vec<String> {
        let tables = self.mentions().to_words_of(name);
        tables.map(str::to_owned).collect()
    }

    fn mention_name(&mut self, table: &str, name: &str) {
        if let Some(mentions) = self.mentions.get_mut() {
            mentions.add_words(table, name);
        }
    }

    /// The columns and constraints of the tables of a name, to change them.
    fn shapes(&mut self, name: &str) -> impl Iterator<Item = &mut Shape> {
        let is_table = |relation: &Relation| matches!(relation, Relation::Table(_));
        let tables = self.relations.named_mut(name, is_table);
        tables.filter_map(|table| match table {
            Relation::Table(table) => table.shape_mut(),
            _ => None,
        })
    }

    fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        match &mut self.relations.find_mut(name)?.thing {
            Relation::Table(table) => Some(table),
            _ => None,
        }
    }
}
