//! What a statement does to the catalog.

use migrate_sql::ast::{
    AlterTable, Command, CreateIndex, Drop, EnumChange, Guard, ObjectKind, ObjectName, Persistence,
    Rename, RenamedPart, SetSchema, Statement,
};

use super::model::{Catalog, Relation};
use super::namespace::TEMPORARY;
use super::table::Table;

impl Catalog {
    /// Applies a statement.
    pub(crate) fn apply(&mut self, statement: &Statement<'_>) {
        match &statement.command {
            Command::CreateTable(created) => {
                let mut table = Table::new(created.is_partitioned);
                table.add(statement);
                let table = Relation::Table(table);
                self.create(&created.name, created.persistence, created.guard, table);
            }
            Command::CreateTableAs(created) => {
                let table = Relation::Table(Table::default());
                self.create(&created.name, created.persistence, created.guard, table);
            }
            Command::CreateMaterializedView(created)
            | Command::CreateView(created)
            | Command::CreateSequence(created) => {
                if let Some(name) = &created.name {
                    self.create(name, Persistence::Permanent, created.guard, Relation::Other);
                }
            }
            Command::CreateIndex(created) => self.create_index(created),
            Command::CreateType(created) | Command::CreateDomain(created) => {
                if let Some(name) = &created.name {
                    self.types.insert(name.clone(), Some(self.file), ());
                }
            }
            Command::AlterTable(altered) => self.alter_table(altered, statement),
            Command::AlterEnum(altered) => {
                if let EnumChange::Add { value, .. } = &altered.change {
                    let value = (altered.name.clone(), value.clone());
                    self.enum_values.push(value);
                }
            }
            Command::Drop(dropped) => self.drop(dropped),
            Command::Rename(renamed) => self.rename(renamed, statement),
            Command::SetSchema(moved) => self.set_schema(moved),
            _ => {}
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
        if guard == Guard::Present
            && let Some(existing) = self.relations.find_mut(&name)
        {
            // What is there already may have other columns than the statement lists. It counts as new all the same:
            // such files are written for an empty database.
            existing.made_in = Some(file);
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
        let index = Relation::Index {
            columns: created.columns.clone(),
        };
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
            table.add(statement);
        }
    }

    fn drop(&mut self, dropped: &Drop) {
        for name in &dropped.names {
            if dropped.kind.is_relation() {
                self.relations.remove(name);
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
                self.move_to(*kind, name, new);
            }
            RenamedPart::Column(_) | RenamedPart::Constraint(_) => {
                if let Some(table) = self.table_mut(name) {
                    table.add(statement);
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
        self.move_to(moved.kind, &moved.name, new);
    }

    fn move_to(&mut self, kind: ObjectKind, old: &ObjectName, new: ObjectName) {
        if kind.is_relation() {
            self.relations.rename(old, new);
        } else if kind.is_type() {
            self.types.rename(old, new);
        }
    }

    fn table_mut(&mut self, name: &ObjectName) -> Option<&mut Table> {
        match &mut self.relations.find_mut(name)?.thing {
            Relation::Table(table) => Some(table),
            _ => None,
        }
    }
}
