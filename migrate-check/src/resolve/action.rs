//! The actions of `ALTER TABLE`.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::Cursor;
use super::table;
use super::world::{Id, Kind, Part, Presence, open};

impl Resolver {
    pub(super) fn alter_action<'a>(
        &mut self,
        id: Id,
        mut action: Cursor<'a>,
        constraints: &mut Vec<table::ConstraintText<'a>>,
    ) {
        if action.accept(K::Add) {
            if table::is_constraint(action) {
                constraints.extend(table::read_constraint(action));
                return;
            }
            action.accept(K::Column);
            let guard = action.accept_all(&[K::If, K::Not, K::Exists]);
            let Some(column) = table::read_column(action) else {
                return;
            };
            let known = self
                .world
                .relation(id)
                .and_then(|table| table.columns.get(&column.column.name))
                .map(|known| known.presence);
            let is_open = self
                .world
                .relation(id)
                .is_none_or(|table| table.is_open(open::COLUMNS));
            if guard && known == Some(Presence::Sure) {
                return;
            }
            if guard && (known.is_some() || is_open) {
                let data_type = table::TypeUse::Known;
                let bare = table::ColumnText {
                    data_type,
                    is_identity: false,
                    default: None,
                    constraints: Vec::new(),
                    ..column
                };
                if let Some(relation) = self.world.relations.get_mut(id) {
                    relation.columns.remove(&bare.column.name);
                }
                self.add_column(id, &bare, "");
                self.open_with_names(id, open::CONSTRAINTS);
                return;
            }
            self.add_column(id, &column, "");
            constraints.extend(column.constraints);
        } else if action.accept(K::Drop) {
            let is_constraint = action.accept(K::Constraint);
            action.accept(K::Column);
            let guard = action.accept_all(&[K::If, K::Exists]);
            let Some(word) = action.word() else { return };
            let cascade = action.is(K::Cascade);
            if is_constraint {
                self.drop_constraint(id, &word, guard, cascade);
            } else {
                self.drop_column(id, &word, guard, cascade, action.text);
            }
        } else if action.accept(K::Alter) {
            self.alter_column(id, action);
        } else if action.accept_all(&[K::Validate, K::Constraint]) {
            if let Some(name) = action.word() {
                self.require_constraint(id, &name);
            }
        } else if action.accept(K::Enable) || action.accept(K::Disable) {
            action.accept(K::Always);
            action.accept(K::Replica);
            if action.accept(K::Trigger)
                && !action.is(K::All)
                && !action.is(K::User)
                && let Some(name) = action.word()
            {
                self.require_part(id, Part::Trigger, &name);
            }
        } else if action.accept_all(&[K::Attach, K::Partition]) {
            let partition = action.name().and_then(|name| self.require(&name));
            match partition {
                Some(partition) => self.adopt(Some(id), partition),
                None => self.open(id, open::ALL & !open::KIND),
            }
        } else if action.accept_all(&[K::Detach, K::Partition]) {
            if let Some(partition) = action.name().and_then(|name| self.require(&name)) {
                self.open(partition, open::ALL & !open::KIND);
                if let Some(table) = self.world.relations.get_mut(id) {
                    table.children.retain(|child| *child != partition);
                }
            }
        } else if action.accept(K::Inherit) {
            if let Some(parent) = action.name().and_then(|name| self.require(&name)) {
                self.adopt(Some(parent), id);
            }
        } else if action.accept(K::No) {
            self.open(id, open::ALL & !open::KIND);
        }
    }

    pub(super) fn alter_column(&mut self, id: Id, mut action: Cursor<'_>) {
        if action.accept(K::Constraint) {
            if let Some(name) = action.word() {
                self.require_constraint(id, &name);
            }
            return;
        }
        action.accept(K::Column);
        let Some(column) = action.word() else { return };
        let is_index = self
            .world
            .relation(id)
            .is_some_and(|relation| !relation.is_table());
        if is_index {
            return;
        }
        self.require_column(id, &column);
        if action.accept_all(&[K::Add, K::Generated]) {
            let (schema, table) = match self.world.relation(id) {
                Some(relation) => (relation.schema.clone(), relation.name.clone()),
                None => return,
            };
            self.add_sequence(id, &schema, &table, &column.name);
        } else if action.accept_all(&[K::Drop, K::Identity]) {
            self.drop_sequence_of(id, &column.name);
        } else if action.accept(K::Type) || action.accept_all(&[K::Set, K::Data, K::Type]) {
            let start = action;
            let data_type = table::read_type(&mut action);
            if let Some(table::TypeUse::Serial) = data_type
                && let Some(name) = { start }.name()
            {
                // Only a new column can have it.
                self.require_type(&name);
            }
            if let Some(table::TypeUse::Named(data_type)) = data_type {
                let data_type = self.require_type(&data_type);
                if let Some(found) = data_type.and_then(|found| self.world.types.get_mut(found)) {
                    found.users.insert(id);
                }
                self.set_type(id, &column.name, data_type);
            } else {
                self.set_type(id, &column.name, None);
            }
        }
    }

    pub(super) fn set_type(&mut self, id: Id, column: &str, data_type: Option<Id>) {
        if let Some(relation) = self.world.relations.get_mut(id)
            && let Some(column) = relation.columns.get_mut(column)
        {
            column.data_type = data_type;
        }
    }

    /// Takes away the sequences that belong to a column.
    pub(super) fn drop_sequence_of(&mut self, id: Id, column: &str) {
        let owned = self
            .world
            .relation(id)
            .map_or_else(Vec::new, |relation| relation.owned.clone());
        for sequence in owned {
            let is_its = self.world.relation(sequence).is_some_and(|sequence| {
                sequence.kind == Kind::Sequence
                    && sequence.key.as_deref() == Some(&[column.to_owned()])
            });
            if is_its {
                self.world.remove(sequence);
            }
        }
    }
}
