//! `ALTER TABLE` that may run or not: the parts of the table that it may change.

use migrate_sql::scanner::{Keyword as K, Token};

use super::Resolver;
use super::built::known_start;
use super::constraint::new;
use super::cursor::{Cursor, QualifiedName, Word};
use super::table::{self, ConstraintBody, TypeUse};
use super::template::is_partly_known;
use super::world::{Column, ConstraintKind, Id, Presence, open};

impl Resolver {
    /// What comes after `ALTER TABLE`.
    pub(super) fn perhaps_alter_table(&mut self, mut rest: Cursor<'_>) {
        rest.accept_all(&[K::If, K::Exists]);
        rest.accept(K::Only);
        let Some(name) = rest.name() else {
            self.world.forget();
            return;
        };
        rest.accept_char(b'*');
        if rest.is_done() {
            // A value brings the rest.
            self.world.forget();
            return;
        }
        let ids = self.meant(&name);
        for action in rest.split() {
            self.perhaps_act(&ids, &name, action);
        }
    }

    fn perhaps_act(&mut self, ids: &[Id], name: &QualifiedName, mut action: Cursor<'_>) {
        let whole = action;
        let is_read = if action.accept(K::Add) {
            self.perhaps_add(ids, action)
        } else if action.accept(K::Drop) {
            self.perhaps_drop_part(ids, action)
        } else if action.accept(K::Alter) {
            self.perhaps_alter_column(ids, action)
        } else if action.accept(K::Rename) {
            self.perhaps_rename(ids, action)
        } else if action.accept(K::Set) {
            if action.is(K::Schema) {
                self.world.anywhere.insert(name.name.clone());
            }
            !action.is(K::Schema)
        } else {
            let first = action.tokens.first().and_then(Token::keyword);
            let is_quiet = matches!(
                first,
                Some(
                    K::Validate
                        | K::Enable
                        | K::Disable
                        | K::Owner
                        | K::Cluster
                        | K::Replica
                        | K::Force
                        | K::Reset
                )
            );
            if first.is_none() {
                self.world.forget();
            }
            is_quiet || action.accept_all(&[K::No, K::Force])
        };
        if !is_read {
            self.touch_name(name);
            self.touch_words(whole);
        }
    }

    /// `ADD`; whether its effects are known.
    fn perhaps_add(&mut self, ids: &[Id], mut action: Cursor<'_>) -> bool {
        if is_partly_known(action) {
            self.world.open_names();
            return false;
        }
        for id in ids {
            self.open_children(*id);
        }
        if table::is_constraint(action) {
            return match table::read_constraint(action) {
                Some(added) => {
                    self.perhaps_add_constraint(ids, added.name.as_ref(), &added.kind);
                    true
                }
                None => false,
            };
        }
        action.accept(K::Column);
        action.accept_all(&[K::If, K::Not, K::Exists]);
        let Some(column) = table::read_column(action) else {
            return false;
        };
        let brings_names = !column.constraints.is_empty()
            || column.is_identity
            || matches!(column.data_type, TypeUse::Serial);
        for id in ids {
            if brings_names {
                self.open_with_names(*id, open::CONSTRAINTS);
            }
            let Some(relation) = self.world.relations.get_mut(*id) else {
                continue;
            };
            if known_start(&column.column.name).is_some() {
                relation.open |= open::COLUMNS;
            } else if relation.is_table() {
                let perhaps = Column {
                    presence: Presence::Maybe,
                    data_type: None,
                };
                relation
                    .columns
                    .get_or_insert(&column.column.name, || perhaps);
            }
        }
        true
    }

    fn perhaps_add_constraint(
        &mut self,
        ids: &[Id],
        name: Option<&Word>,
        kind: &ConstraintBody<'_>,
    ) {
        let (kind, columns): (_, &[Word]) = match kind {
            ConstraintBody::Check(_) | ConstraintBody::NotNull(_) => (ConstraintKind::Check, &[]),
            ConstraintBody::Foreign { columns, .. } => (ConstraintKind::Foreign, columns),
            ConstraintBody::Primary(columns) => (ConstraintKind::Primary, columns),
            ConstraintBody::Unique(columns) => (ConstraintKind::Unique, columns),
            ConstraintBody::Using { .. } | ConstraintBody::Exclude => {
                (ConstraintKind::Exclude, &[])
            }
        };
        let has_index = !matches!(kind, ConstraintKind::Check | ConstraintKind::Foreign);
        for id in ids {
            let name = name.filter(|name| known_start(&name.name).is_none());
            let Some(name) = name.filter(|_| kind != ConstraintKind::Exclude) else {
                self.open_with_names(*id, open::CONSTRAINTS);
                continue;
            };
            let is_there = self
                .world
                .relation(*id)
                .is_some_and(|table| table.constraints.contains_key(&name.name));
            if !is_there {
                self.keep(*id, name.name.clone(), new(kind, Presence::Maybe, columns));
            }
        }
        match name {
            Some(name) if has_index => self.perhaps_made(&QualifiedName::plain(name)),
            _ => {}
        }
    }

    /// `DROP`; whether its effects are known.
    fn perhaps_drop_part(&mut self, ids: &[Id], mut action: Cursor<'_>) -> bool {
        if is_partly_known(action) || action.cascades() {
            self.world.soften();
        }
        let is_constraint = action.accept(K::Constraint);
        action.accept(K::Column);
        action.accept_all(&[K::If, K::Exists]);
        let Some(word) = action.word() else {
            return false;
        };
        let start = known_start(&word.name);
        let is_it =
            |name: &String| start.map_or(*name == word.name, |start| name.starts_with(start));
        for id in ids {
            self.open_children(*id);
            let Some(relation) = self.world.relations.get_mut(*id) else {
                continue;
            };
            let mut indexes = Vec::new();
            for (name, constraint) in relation.constraints.iter_mut() {
                if !is_constraint || is_it(name) {
                    constraint.presence = Presence::Maybe;
                    indexes.extend(constraint.index);
                }
            }
            for index in indexes {
                if let Some(index) = self.world.relations.get_mut(index) {
                    index.presence = Presence::Maybe;
                }
            }
            if is_constraint {
                continue;
            }
            self.soften_owned(*id);
            if let Some(relation) = self.world.relations.get_mut(*id) {
                for (name, column) in relation.columns.iter_mut() {
                    if is_it(name) {
                        column.presence = Presence::Maybe;
                    }
                }
            }
        }
        true
    }

    /// `RENAME`; whether its effects are known.
    fn perhaps_rename(&mut self, ids: &[Id], mut action: Cursor<'_>) -> bool {
        if action.accept(K::To) {
            if let Some(new) = action.word() {
                self.touch_name(&QualifiedName::plain(&new));
            }
            return false;
        }
        if !action.accept(K::Constraint) {
            return false;
        }
        let Some(old) = action.word() else {
            return false;
        };
        action.accept(K::To);
        let Some(new) = action.word() else {
            return false;
        };
        let start = known_start(&old.name);
        for id in ids {
            let relation = self.world.relations.get_mut(*id);
            for (name, constraint) in relation
                .into_iter()
                .flat_map(|table| table.constraints.iter_mut())
            {
                if start.map_or(*name == old.name, |start| name.starts_with(start)) {
                    constraint.presence = Presence::Maybe;
                }
            }
            self.soften_owned(*id);
        }
        self.perhaps_add_constraint(ids, Some(&new), &ConstraintBody::Unique(Vec::new()));
        true
    }

    /// `ALTER COLUMN`; whether its effects are known.
    fn perhaps_alter_column(&mut self, ids: &[Id], mut action: Cursor<'_>) -> bool {
        if action.is(K::Constraint) {
            return true;
        }
        action.accept(K::Column);
        let Some(column) = action.word() else {
            return false;
        };
        let is_type = action.is(K::Type) || action.accept_all(&[K::Set, K::Data]);
        if is_type {
            let start = known_start(&column.name);
            for id in ids {
                let Some(relation) = self.world.relations.get_mut(*id) else {
                    continue;
                };
                for (name, known) in relation.columns.iter_mut() {
                    if start.map_or(*name == column.name, |start| name.starts_with(start)) {
                        known.data_type = None;
                    }
                }
            }
            return true;
        }
        if action.has(K::Identity) {
            return false;
        }
        action.is(K::Set) || action.is(K::Drop) || action.is(K::Reset)
    }
}
