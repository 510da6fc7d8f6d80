//! What a new name does: to the object, and to what refers to it.

use migrate_sql::ast::{ObjectKind, ObjectName, Rename, RenamedPart, SetSchema, Statement};

use super::model::{Catalog, Relation};
use super::references::follow;
use super::shape::Shape;

impl Catalog {
    pub(super) fn rename(&mut self, renamed: &Rename, statement: &Statement<'_>) {
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
                if let Some(table) = self.table_mut(name) {
                    for column in table.partition_key.iter_mut().flatten().flatten() {
                        if column == old {
                            new.clone_into(column);
                        }
                    }
                }
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

    pub(super) fn set_schema(&mut self, moved: &SetSchema) {
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
}
