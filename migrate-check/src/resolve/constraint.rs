//! Constraints: their names and their indexes.

use migrate_sql::scanner::{TokenKind, spelled};

use super::Resolver;
use super::chosen;
use super::create::named;
use super::cursor::{Cursor, QualifiedName, Word};
use super::report::Rule;
use super::table::{ConstraintBody, ConstraintText};
use super::world::{Constraint, ConstraintKind, Found, Id, Kind, Presence, Relation, open};

impl Resolver {
    /// Adds the constraints of a new table, or those of an `ALTER TABLE`: keys first, as PostgreSQL does.
    pub(super) fn add_constraints(&mut self, id: Id, constraints: Vec<ConstraintText<'_>>) {
        // Keys of the same columns become one, under the name of either.
        let mut keys: Vec<&[Word]> = Vec::new();
        let mut has_twins = false;
        for constraint in &constraints {
            if let ConstraintBody::Primary(key) | ConstraintBody::Unique(key) = &constraint.kind {
                has_twins |= keys.iter().any(|other| are_same(other, key));
                keys.push(key);
            }
        }
        if has_twins {
            self.open_with_names(id, open::CONSTRAINTS);
        }
        let mut passes = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
        for constraint in constraints {
            let [checks, primary, keys, references] = &mut passes;
            match constraint.kind {
                ConstraintBody::Check(_) | ConstraintBody::NotNull(_) => checks.push(constraint),
                ConstraintBody::Primary(_) => primary.push(constraint),
                ConstraintBody::Unique(_)
                | ConstraintBody::Using { .. }
                | ConstraintBody::Exclude => keys.push(constraint),
                ConstraintBody::Foreign { .. } => references.push(constraint),
            }
        }
        for pass in passes {
            for constraint in pass {
                self.add_constraint(id, constraint, has_twins);
            }
        }
    }

    pub(super) fn add_constraint(
        &mut self,
        id: Id,
        constraint: ConstraintText<'_>,
        has_twins: bool,
    ) {
        let ConstraintText { name, kind, start } = constraint;
        match kind {
            ConstraintBody::Check(condition) => self.add_check(id, name.as_ref(), condition),
            ConstraintBody::NotNull(column) => {
                self.require_key_columns(id, std::slice::from_ref(&column), "constraint");
                if let Some(name) = name {
                    self.keep(
                        id,
                        name.name,
                        new(ConstraintKind::Check, Presence::Maybe, &[column]),
                    );
                }
            }
            ConstraintBody::Primary(columns) => {
                let is_second = self.world.relation(id).is_some_and(|table| {
                    table.constraints.values().any(|known| {
                        known.kind == ConstraintKind::Primary && known.presence == Presence::Sure
                    })
                });
                if is_second {
                    let table = self.name_of(id);
                    self.refuse(
                        Rule::Contradiction,
                        &start,
                        format!("multiple primary keys for table \"{table}\" are not allowed"),
                    );
                }
                self.add_key(id, name, ConstraintKind::Primary, &columns, has_twins);
            }
            ConstraintBody::Unique(columns) => {
                self.add_key(id, name, ConstraintKind::Unique, &columns, has_twins);
            }
            ConstraintBody::Using { index, is_primary } => {
                self.use_index(id, name, &index, is_primary);
            }
            ConstraintBody::Exclude => match name {
                Some(name) => self.add_named_key(id, &name, ConstraintKind::Exclude, &[]),
                None => self.open_with_names(id, open::CONSTRAINTS),
            },
            ConstraintBody::Foreign {
                columns,
                target,
                target_columns,
            } => self.add_foreign_key(id, name, &columns, &target, &target_columns, &start),
        }
    }

    pub(super) fn name_of(&self, id: Id) -> String {
        let relation = self.world.relation(id);
        relation.map_or_else(String::new, |relation| relation.name.clone())
    }

    pub(super) fn schema_of(&self, id: Id) -> String {
        let relation = self.world.relation(id);
        relation.map_or_else(String::new, |relation| relation.schema.clone())
    }

    /// Files a constraint under its name.
    pub(super) fn keep(&mut self, id: Id, name: String, constraint: Constraint) {
        let Some(relation) = self.world.relations.get_mut(id) else {
            return;
        };
        if let Some(schema) = self.world.schemas.get_mut(&relation.schema) {
            schema.constraints.insert(name.clone());
        }
        relation.constraints.insert(name, constraint);
    }

    /// Refuses a name that a constraint of the table surely has.
    pub(super) fn check_name(&mut self, id: Id, name: &Word) {
        let taken = self.world.relation(id).and_then(|table| {
            let known = table.constraints.get(&name.name)?;
            (known.presence == Presence::Sure).then(|| table.name.clone())
        });
        if let Some(table) = taken {
            let message = format!(
                "constraint \"{}\" for relation \"{table}\" already exists",
                name.name
            );
            self.refuse(Rule::Contradiction, &name.range, message);
        }
    }

    pub(super) fn add_check(&mut self, id: Id, name: Option<&Word>, condition: Cursor<'_>) {
        if let Some(name) = name {
            self.check_name(id, name);
            let check = new(ConstraintKind::Check, Presence::Sure, &[]);
            self.keep(id, name.name.clone(), check);
            return;
        }
        // The name depends on which columns the condition has; any of them may be it.
        let Some(relation) = self.world.relations.get(id) else {
            return;
        };
        let mut names = vec![chosen::object_name(&relation.name, None, "check")];
        for token in condition.tokens {
            if !matches!(
                token.kind,
                TokenKind::Ident | TokenKind::UnicodeIdent | TokenKind::Keyword(_)
            ) {
                continue;
            }
            let Some(word) = spelled(condition.text, token, '\\') else {
                continue;
            };
            if relation.columns.contains_key(&word) || relation.is_open(open::COLUMNS) {
                let name = chosen::object_name(&relation.name, Some(&word), "check");
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let is_taken = match self.world.schemas.get(&relation.schema) {
            Some(schema) => names
                .iter()
                .any(|name| schema.constraints.contains(name) || schema.may_hold(name)),
            None => true,
        };
        if is_taken {
            self.open(id, open::CONSTRAINTS);
        }
        for name in names {
            self.keep(id, name, new(ConstraintKind::Check, Presence::Maybe, &[]));
        }
    }

    /// Refuses columns of a key that surely are not there.
    pub(super) fn require_key_columns(&mut self, id: Id, columns: &[Word], what: &str) {
        for column in columns {
            if self.lacks_column(id, &column.name) {
                let message = match what {
                    "foreign key" => format!(
                        "column \"{}\" referenced in foreign key constraint does not exist",
                        column.name
                    ),
                    "constraint" => format!(
                        "column \"{}\" of relation \"{}\" does not exist",
                        column.name,
                        self.name_of(id)
                    ),
                    _ => format!("column \"{}\" named in key does not exist", column.name),
                };
                self.refuse_column(id, column, message);
            }
        }
    }

    pub(super) fn add_key(
        &mut self,
        id: Id,
        name: Option<Word>,
        kind: ConstraintKind,
        columns: &[Word],
        has_twins: bool,
    ) {
        self.require_key_columns(id, columns, "key");
        match name {
            Some(name) if !has_twins => {
                self.add_named_key(id, &name, kind, columns);
                return;
            }
            Some(name) => {
                self.world.anywhere.insert(name.name);
            }
            None => {}
        }
        let (schema, table) = (self.schema_of(id), self.name_of(id));
        let joined = chosen::join(columns.iter().map(|column| column.name.as_str()));
        let (column, label) = match kind {
            ConstraintKind::Primary => (None, "pkey"),
            _ => (Some(joined.as_str()), "key"),
        };
        match self.choose(&schema, &table, column, label) {
            Some(chosen) if !has_twins => self.insert_key(id, chosen, kind, columns),
            _ => {
                // Which name it has is not known, but that it is there is.
                self.open_with_names(id, open::CONSTRAINTS);
                let number = self.world.relations.len();
                let count = self
                    .world
                    .relation(id)
                    .map_or(0, |relation| relation.constraints.len());
                let key = new(kind, Presence::Maybe, columns);
                if let Some(relation) = self.world.relations.get_mut(id) {
                    relation
                        .constraints
                        .insert(format!("\0{number}.{count}"), key);
                }
            }
        }
    }

    pub(super) fn add_named_key(
        &mut self,
        id: Id,
        name: &Word,
        kind: ConstraintKind,
        columns: &[Word],
    ) {
        self.check_name(id, name);
        let in_schema = QualifiedName {
            schema: Some(self.schema_of(id)),
            ..named(name)
        };
        if let Some(old) = self.exactly(&in_schema) {
            if self
                .world
                .relation(old)
                .is_some_and(|old| old.presence == Presence::Sure)
            {
                let is_own = self
                    .world
                    .relation(id)
                    .is_some_and(|table| table.constraints.contains_key(&name.name));
                if !is_own {
                    self.refuse_relation(&in_schema, old);
                }
            }
            self.world.remove(old);
        }
        self.insert_key(id, name.name.clone(), kind, columns);
    }

    /// What has exactly this name in this schema.
    pub(super) fn exactly(&self, name: &QualifiedName) -> Option<Id> {
        let schema = self.world.schemas.get(name.schema.as_deref()?)?;
        schema.relations.get(&name.name).copied()
    }

    pub(super) fn insert_key(
        &mut self,
        id: Id,
        name: String,
        kind: ConstraintKind,
        columns: &[Word],
    ) {
        let Some(table) = self.world.relation(id) else {
            return;
        };
        let mut index = Relation::new(
            table.schema.clone(),
            name.clone(),
            Kind::Index,
            table.made.clone(),
        );
        index.table = Some(id);
        index.has_constraint = true;
        index.is_unique = kind != ConstraintKind::Exclude;
        index.key = (kind != ConstraintKind::Exclude).then(|| names(columns));
        let index = self.world.insert(index);
        if let Some(table) = self.world.relations.get_mut(id) {
            table.owned.push(index);
        }
        let mut constraint = new(kind, Presence::Sure, columns);
        constraint.index = Some(index);
        self.keep(id, name, constraint);
    }

    /// `ADD CONSTRAINT … USING INDEX …`
    pub(super) fn use_index(&mut self, id: Id, name: Option<Word>, index: &Word, is_primary: bool) {
        let in_schema = QualifiedName {
            schema: Some(self.schema_of(id)),
            ..named(index)
        };
        let kind = if is_primary {
            ConstraintKind::Primary
        } else {
            ConstraintKind::Unique
        };
        match self.world.find(&in_schema) {
            Found::Absent => self.refuse_missing("index", &named(index)),
            Found::Unknown => self.open_with_names(id, open::CONSTRAINTS),
            Found::Sure(found) | Found::Maybe(found) => {
                let key = self
                    .world
                    .relation(found)
                    .and_then(|index| index.key.clone());
                if let Some(name) = &name {
                    self.check_name(id, name);
                    let schema = self.schema_of(id);
                    self.world.move_to(found, &schema, &name.name);
                }
                if let Some(index) = self.world.relations.get_mut(found) {
                    index.has_constraint = true;
                }
                let mut constraint = new(kind, Presence::Sure, &[]);
                constraint.index = Some(found);
                constraint.columns = key.unwrap_or_default();
                let name = name.unwrap_or_else(|| index.clone());
                self.keep(id, name.name, constraint);
            }
        }
    }
}

pub(super) fn names(columns: &[Word]) -> Vec<String> {
    columns.iter().map(|column| column.name.clone()).collect()
}

pub(super) fn new(kind: ConstraintKind, presence: Presence, columns: &[Word]) -> Constraint {
    Constraint {
        presence,
        kind,
        columns: names(columns),
        index: None,
        target: None,
        target_columns: Vec::new(),
    }
}

/// Whether two keys have the same columns in the same order.
fn are_same(one: &[Word], other: &[Word]) -> bool {
    let mut pairs = one.iter().zip(other);
    one.len() == other.len() && pairs.all(|(one, other)| one.name == other.name)
}
