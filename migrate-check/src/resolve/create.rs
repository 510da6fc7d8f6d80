//! `CREATE`, and making relations.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::{Cursor, QualifiedName, Word};
use super::report::Rule;
use super::world::{Found, Id, Kind, Part, Presence, Relation, TEMPORARY, World, open};

/// What a `CREATE` of a relation comes to.
pub(super) enum Made {
    /// It is new.
    New(Id),
    /// It is there afterwards, perhaps with other parts.
    Uncertain(Id),
    /// Nothing is made, or nothing is known of where.
    Nothing,
}

impl Resolver {
    pub(super) fn create(&mut self, mut rest: Cursor<'_>, relations: &[Option<Id>]) {
        let replaces = rest.accept_all(&[K::Or, K::Replace]);
        let whole = rest;
        rest.accept(K::Global);
        rest.accept(K::Local);
        let temporary = rest.accept(K::Temp) || rest.accept(K::Temporary);
        rest.accept(K::Unlogged);
        rest.accept(K::Recursive);
        if rest.accept(K::Table) {
            self.create_table(rest, Kind::Table, temporary);
        } else if rest.accept_all(&[K::Foreign, K::Table]) {
            self.create_table(rest, Kind::ForeignTable, temporary);
        } else if rest.accept(K::View) {
            self.create_view(rest, Kind::View, replaces, temporary, relations);
        } else if rest.accept_all(&[K::Materialized, K::View]) {
            self.create_view(rest, Kind::MaterializedView, false, false, relations);
        } else if rest.accept(K::Sequence) {
            self.create_sequence(rest, temporary);
        } else if rest.is(K::Unique) || rest.is(K::Index) {
            self.create_index(rest);
        } else if rest.accept(K::Type) {
            self.create_type(rest);
        } else if rest.accept(K::Domain) {
            self.create_domain(rest);
        } else if rest.accept(K::Schema) {
            self.create_schema(rest);
        } else if rest.accept(K::Extension) {
            self.create_extension(rest);
        } else if rest.accept(K::Trigger) || rest.accept_all(&[K::Constraint, K::Trigger]) {
            self.create_part(rest, Part::Trigger, replaces);
        } else if rest.accept(K::Policy) {
            self.create_part(rest, Part::Policy, false);
        } else if rest.accept(K::Function) || rest.accept(K::Procedure) {
            let mut name = rest;
            if let Some(name) = name.name() {
                let place = self.place(name.range.start, rest.text);
                self.note_created(&format!("{}()", name.name), &place);
            }
            self.remember_function(rest);
        } else if rest.accept(K::Aggregate) {
            if let Some(name) = rest.name() {
                self.functions.get_or_insert(&name.name, Vec::new);
            }
        } else if rest.accept(K::Rule) {
            self.create_rule(rest);
        } else if whole.is(K::Event) {
            // Its function is remembered as one that runs.
            self.runs_on_ddl = true;
        } else if rest.is(K::Language)
            || rest.is(K::Trusted)
            || rest.is(K::Procedural)
            || rest.is(K::Access)
        {
            self.make_builtin(rest);
        } else if !(rest.is(K::Role)
            || rest.is(K::User)
            || rest.is(K::Group)
            || rest.is(K::Publication)
            || rest.is(K::Subscription)
            || rest.is(K::Server)
            || rest.is(K::Foreign)
            || rest.is(K::Statistics)
            || rest.is(K::Operator)
            || rest.is(K::Cast)
            || rest.is(K::Collation)
            || rest.is(K::Conversion)
            || rest.is(K::Text)
            || rest.is(K::Tablespace)
            || rest.is(K::Transform)
            || rest.is(K::Database))
        {
            self.world.forget();
        }
    }

    /// Makes a relation where its name is free; says so where it surely is not.
    pub(super) fn make(
        &mut self,
        name: &QualifiedName,
        kind: Kind,
        guard: bool,
        temporary: bool,
        text: &str,
    ) -> Made {
        let place = self.place(name.range.start, text);
        let schema = if temporary {
            Some(TEMPORARY.to_owned())
        } else {
            self.world.target_schema(name.schema.as_deref())
        };
        let Some(schema) = schema else {
            self.world.open_names();
            self.world.anywhere.insert(name.name.clone());
            return Made::Nothing;
        };
        if World::is_system(&schema) {
            return Made::Nothing;
        }
        if !self.may_have_schema(&schema) {
            self.refuse_schema(&schema, &name.range);
            return Made::Nothing;
        }
        let (old, uncertain) = self
            .world
            .schemas
            .get(&schema)
            .map_or((None, true), |found| {
                (
                    found.relations.get(&name.name).copied(),
                    found.may_hold(&name.name),
                )
            });
        let uncertain = uncertain || self.world.anywhere.contains(&name.name);
        let old_presence = old
            .and_then(|id| self.world.relation(id))
            .map(|old| old.presence);
        if let Some(id) = old {
            if old_presence == Some(Presence::Sure) {
                if !guard {
                    self.refuse_relation(name, id);
                    if let Some(old) = self.world.relations.get_mut(id) {
                        old.open = open::ALL;
                        old.soften_parts();
                    }
                }
                return Made::Nothing;
            }
            if guard {
                if let Some(old) = self.world.relations.get_mut(id) {
                    old.presence = Presence::Sure;
                    old.open = open::ALL;
                }
                return Made::Uncertain(id);
            }
            self.world.remove(id);
        } else if matches!(
            kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable
        ) && !guard
        {
            self.refuse_type_of_same_name(&schema, name);
        }
        let mut relation = Relation::new(schema, name.name.clone(), kind, place.clone());
        relation.is_temporary = temporary;
        let is_uncertain = guard && uncertain;
        if is_uncertain {
            relation.open = open::ALL;
        }
        let id = self.world.insert(relation);
        self.note_created(&name.name, &place);
        self.world.past.remove(&name.name);
        if is_uncertain {
            Made::Uncertain(id)
        } else {
            Made::New(id)
        }
    }

    pub(super) fn refuse_relation(&mut self, name: &QualifiedName, id: Id) {
        let made = self.world.relation(id).map(|old| old.made.clone());
        let message = format!("relation \"{}\" already exists", name.name);
        self.refuse_taken(&name.range, message, &made.unwrap_or_default());
    }

    pub(super) fn create_view(
        &mut self,
        mut rest: Cursor<'_>,
        kind: Kind,
        replaces: bool,
        temporary: bool,
        relations: &[Option<Id>],
    ) {
        let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
        let Some(name) = rest.name() else { return };
        if replaces && let Found::Sure(id) = self.world.find(&name) {
            let is_other = self
                .world
                .relation(id)
                .is_some_and(|old| old.kind != Kind::View && !old.is_open(open::KIND));
            if is_other && name.schema.is_none() {
                self.refuse(
                    Rule::Contradiction,
                    &name.range,
                    format!("\"{}\" is not a view", name.name),
                );
            }
            for used in relations.iter().flatten() {
                self.depend(*used, id);
            }
            return;
        }
        // A view over temporary tables is temporary.
        let is_over_temporary = relations.iter().flatten().any(|id| {
            self.world
                .relation(*id)
                .is_some_and(|used| used.schema == TEMPORARY || used.presence == Presence::Maybe)
        });
        let temporary = temporary || name.schema.as_deref() == Some(TEMPORARY);
        let made = self.make(&name, kind, guard || replaces, temporary, rest.text);
        if let Made::New(id) | Made::Uncertain(id) = made {
            self.open(id, open::COLUMNS | open::CONSTRAINTS);
            if is_over_temporary && let Some(view) = self.world.relations.get_mut(id) {
                view.presence = Presence::Maybe;
            }
            for used in relations.iter().flatten() {
                self.depend(*used, id);
            }
        }
    }

    pub(super) fn depend(&mut self, used: Id, view: Id) {
        if let Some(used) = self.world.relations.get_mut(used) {
            used.views.push(view);
        }
    }

    pub(super) fn create_sequence(&mut self, mut rest: Cursor<'_>, temporary: bool) {
        let guard = rest.accept_all(&[K::If, K::Not, K::Exists]);
        let Some(name) = rest.name() else { return };
        let temporary = temporary || name.schema.as_deref() == Some(TEMPORARY);
        let made = self.make(&name, Kind::Sequence, guard, temporary, rest.text);
        if let Made::New(id) | Made::Uncertain(id) = made {
            self.own_sequence(id, rest);
        }
    }

    /// `OWNED BY table.column`
    pub(super) fn own_sequence(&mut self, id: Id, mut rest: Cursor<'_>) {
        while rest.seek(&[K::Owned]) {
            rest.read();
            if !rest.accept(K::By) {
                continue;
            }
            let mut parts = rest.parts();
            let (Some(column), Some(table)) = (parts.pop(), parts.pop()) else {
                return;
            };
            let table = QualifiedName {
                schema: parts.pop().map(|schema| schema.name),
                name: table.name,
                range: table.range,
            };
            let Some(owner) = self.require(&table) else {
                return;
            };
            self.require_column(owner, &column);
            if let Some(owner) = self.world.relations.get_mut(owner) {
                owner.owned.push(id);
            }
            if let Some(sequence) = self.world.relations.get_mut(id) {
                sequence.table = Some(owner);
                sequence.key = Some(vec![column.name]);
            }
            return;
        }
    }
}

/// What chosen names of a table's parts begin with, however they are shortened.
pub(super) fn prefix_of(table: &str) -> String {
    let mut end = table.len().min(24);
    while !table.is_char_boundary(end) {
        end -= 1;
    }
    table.get(..end).unwrap_or_default().to_owned()
}

/// A word as a name.
pub(super) fn named(word: &Word) -> QualifiedName {
    QualifiedName::plain(word)
}
