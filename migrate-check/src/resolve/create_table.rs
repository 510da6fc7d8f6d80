//! `CREATE TABLE`

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::chosen;
use super::create::{Made, prefix_of};
use super::cursor::Cursor;
use super::report::Rule;
use super::table::{self, TypeUse};
use super::world::{Column, Id, Kind, Presence, Relation, TEMPORARY, column_key, open};

impl Resolver {
    pub(super) fn create_table(&mut self, mut rest: Cursor<'_>, kind: Kind, temporary: bool) {
        let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
        let Some(name) = rest.name() else { return };
        let text = rest.text;
        let temporary = temporary || name.schema.as_deref() == Some(TEMPORARY);
        let is_partition = rest.accept_all(&[K::Partition, K::Of]);
        // `CREATE TABLE … OF type`, and columns that a query has.
        let list = if is_partition || rest.is(K::Of) {
            None
        } else {
            rest.brackets()
        };
        // What is left comes after the columns.
        let kind = if rest.has_all(&[K::Partition, K::By]) {
            Kind::Partitioned
        } else {
            kind
        };
        let is_dropped_at_once = rest.has_all(&[K::On, K::Commit, K::Drop]);
        if is_partition {
            let parent = rest.name();
            let parent = parent.and_then(|parent| self.require(&parent));
            let made = self.make(&name, kind, guard, temporary, text);
            if let Made::New(id) | Made::Uncertain(id) = made {
                self.adopt(parent, id);
            }
            return;
        }
        let elements = match list {
            Some(list) if !rest.has(K::As) => Some(list.split()),
            _ => None,
        };
        let made = self.make(&name, kind, guard, temporary, text);
        let (Made::New(id) | Made::Uncertain(id)) = made else {
            return;
        };
        if is_dropped_at_once && let Some(relation) = self.world.relations.get_mut(id) {
            relation.presence = Presence::Maybe;
        }
        let Some(elements) = elements else {
            self.open(id, open::COLUMNS | open::CONSTRAINTS);
            return;
        };
        if rest.accept(K::Inherits) {
            for mut parent in rest.brackets().map_or_else(Vec::new, Cursor::split) {
                let parent = parent.name().and_then(|parent| self.require(&parent));
                self.adopt(parent, id);
            }
        }
        let is_new = matches!(made, Made::New(_));
        self.add_elements(id, &elements, is_new);
        if is_new {
            self.require_partition_key(id, rest);
        }
    }

    /// `PARTITION BY RANGE (column)`
    fn require_partition_key(&mut self, id: Id, mut rest: Cursor<'_>) {
        if !rest.seek(&[K::Partition]) || !rest.accept_all(&[K::Partition, K::By]) {
            return;
        }
        rest.word();
        for mut element in rest.brackets().map_or_else(Vec::new, Cursor::split) {
            let Some(column) = element.word() else {
                continue;
            };
            let is_column = !element.is_char(b'(') && !element.is_char(b'.');
            if is_column && self.lacks_column(id, &column.name) {
                let message = format!(
                    "column \"{}\" named in partition key does not exist",
                    column.name
                );
                self.refuse_column(id, &column, message);
            }
        }
    }

    /// Makes a table a partition or an heir of another.
    pub(super) fn adopt(&mut self, parent: Option<Id>, child: Id) {
        self.open_with_names(child, open::ALL & !open::KIND);
        if let Some(parent) = parent.and_then(|id| self.world.relations.get_mut(id)) {
            parent.children.push(child);
        }
    }

    /// Anything may be among these parts of a relation.
    pub(super) fn open(&mut self, id: Id, parts: u8) {
        if let Some(relation) = self.world.relations.get_mut(id) {
            relation.open |= parts;
        }
    }

    /// The same, and indexes and constraints whose names PostgreSQL has chosen may be there.
    pub(super) fn open_with_names(&mut self, id: Id, parts: u8) {
        self.open(id, parts);
        let Some(relation) = self.world.relations.get(id) else {
            return;
        };
        let prefix = prefix_of(&relation.name);
        let schema = relation.schema.clone();
        if let Some(schema) = self.world.schemas.get_mut(&schema) {
            schema.prefixes.insert(prefix);
        }
    }

    pub(super) fn add_elements(&mut self, id: Id, elements: &[Cursor<'_>], is_new: bool) {
        let mut constraints = Vec::new();
        for element in elements {
            let mut element = *element;
            if element.accept(K::Like) {
                if let Some(source) = element.name() {
                    self.require(&source);
                }
                self.open_with_names(id, open::COLUMNS | open::CONSTRAINTS);
            } else if table::is_constraint(element) {
                constraints.extend(table::read_constraint(element));
            } else if let Some(mut column) = table::read_column(element) {
                if is_new {
                    self.add_column(id, &column, "specified more than once");
                }
                constraints.append(&mut column.constraints);
            }
        }
        if is_new {
            self.add_constraints(id, constraints);
        } else {
            self.open_with_names(id, open::ALL);
        }
    }

    /// Adds a column and the sequence that it may bring.
    pub(super) fn add_column(&mut self, id: Id, column: &table::ColumnText<'_>, taken: &str) {
        let name = &column.column;
        let data_type = match &column.data_type {
            TypeUse::Named(data_type) => self.require_type(data_type),
            TypeUse::Serial | TypeUse::Known => None,
        };
        if let (Some(id), Some(default)) = (data_type, &column.default) {
            self.require_value(id, default);
        }
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        let new = Column {
            presence: Presence::Sure,
            data_type,
        };
        let is_taken = match relation.columns.insert(name.name.clone(), new) {
            Some(known) => known.presence == Presence::Sure,
            None => false,
        };
        let message = is_taken.then(|| {
            if taken.starts_with("specified") {
                format!("column \"{}\" {taken}", name.name)
            } else {
                format!(
                    "column \"{}\" of relation \"{}\" already exists",
                    name.name, relation.name
                )
            }
        });
        if !self.world.past.is_empty() {
            let key = column_key(&relation.name, &name.name);
            self.world.past.remove(&key);
        }
        let sequence = if column.is_identity || matches!(column.data_type, TypeUse::Serial) {
            Some((relation.schema.clone(), relation.name.clone()))
        } else {
            None
        };
        if let Some(found) = data_type.and_then(|found| self.world.types.get_mut(found)) {
            found.users.insert(id);
        }
        if let Some(message) = message {
            self.refuse(Rule::Contradiction, &name.range, message);
        }
        if let Some((schema, table)) = sequence {
            self.add_sequence(id, &schema, &table, &name.name);
        }
    }

    /// The sequence of a serial or identity column, under the name that PostgreSQL chooses.
    pub(super) fn add_sequence(&mut self, id: Id, schema: &str, table: &str, column: &str) {
        match self.choose(schema, table, Some(column), "seq") {
            Some(name) => {
                let place = self.world.relation(id).map(|table| table.made.clone());
                let mut sequence = Relation::new(
                    schema.to_owned(),
                    name,
                    Kind::Sequence,
                    place.unwrap_or_default(),
                );
                sequence.table = Some(id);
                sequence.key = Some(vec![column.to_owned()]);
                let sequence = self.world.insert(sequence);
                if let Some(relation) = self.world.relations.get_mut(id) {
                    relation.owned.push(sequence);
                }
            }
            None => self.open_with_names(id, 0),
        }
    }

    /// The name that PostgreSQL chooses for a relation; none where that is not sure.
    pub(super) fn choose(
        &self,
        schema: &str,
        table: &str,
        column: Option<&str>,
        label: &str,
    ) -> Option<String> {
        let schema = self.world.schemas.get(schema)?;
        let mut name = chosen::object_name(table, column, label);
        // Whole sets of tables share a name when it is cut short; more than a few are none of our business.
        for suffix in 1..20 {
            let is_taken = match schema.relations.get(&name) {
                Some(id) if self.world.relation(*id)?.presence == Presence::Maybe => return None,
                Some(_) => true,
                None if schema.may_hold(&name) || schema.constraints.contains(&name) => {
                    return None;
                }
                None => false,
            };
            if !is_taken {
                return Some(name);
            }
            name = chosen::object_name(table, column, &format!("{label}{suffix}"));
        }
        None
    }
}
