//! `DROP`, and dropping relations.

use std::collections::BTreeSet;

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::alter::word_of;
use super::cursor::{Cursor, QualifiedName};
use super::report::Rule;
use super::world::{Found, Id, Kind, Part, Past, Presence, open};

impl Resolver {
    pub(super) fn drop(&mut self, mut rest: Cursor<'_>) {
        let cascade = rest.tokens.last().is_some_and(|token| token.is(K::Cascade));
        let kind = if rest.accept(K::Table) {
            Some(Kind::Table)
        } else if rest.accept(K::View) {
            Some(Kind::View)
        } else if rest.accept(K::Index) {
            Some(Kind::Index)
        } else if rest.accept(K::Sequence) {
            Some(Kind::Sequence)
        } else if rest.accept_all(&[K::Materialized, K::View]) {
            Some(Kind::MaterializedView)
        } else if rest.accept_all(&[K::Foreign, K::Table]) {
            Some(Kind::ForeignTable)
        } else {
            None
        };
        if let Some(kind) = kind {
            self.drop_relations(rest, kind, cascade);
        } else if rest.accept(K::Type) || rest.accept(K::Domain) {
            self.drop_types(rest, cascade);
        } else if rest.accept(K::Trigger) {
            self.drop_part(rest, Part::Trigger);
        } else if rest.accept(K::Policy) {
            self.drop_part(rest, Part::Policy);
        } else if rest.accept(K::Schema) {
            self.drop_schema(rest, cascade);
        } else if rest.accept(K::Function)
            || rest.accept(K::Procedure)
            || rest.accept(K::Routine)
            || rest.accept(K::Aggregate)
        {
            let only_triggers = cascade && self.are_trigger_functions(rest);
            self.name_functions(rest, true);
            if only_triggers {
                self.world.soften_triggers();
            } else if cascade {
                self.world.soften();
            }
        } else if rest.accept(K::Owned) {
            self.world.forget();
        } else if cascade || rest.is(K::Extension) {
            self.world.soften();
        }
    }

    pub(super) fn drop_relations(&mut self, mut rest: Cursor<'_>, kind: Kind, cascade: bool) {
        rest.accept(K::Concurrently);
        let guard = rest.accept_all(&[K::If, K::Exists]);
        let mut gone = Vec::new();
        for mut item in rest.split() {
            let Some(name) = item.name() else { continue };
            match self.world.find(&name) {
                Found::Absent if guard => {}
                Found::Absent => {
                    if let Some(schema) = &name.schema
                        && !self.may_have_schema(schema)
                    {
                        self.refuse_schema(&schema.clone(), &name.range);
                    } else {
                        self.refuse_missing(word_of(kind), &name);
                    }
                }
                Found::Unknown => {
                    // Whichever of the relations of this name it is may be gone.
                    self.touch_name(&name);
                    // What depends on it is not known either.
                    if cascade {
                        self.world.soften();
                    }
                }
                Found::Sure(id) | Found::Maybe(id) => {
                    if self.is_kind(id, kind, &name) {
                        gone.push((name, id));
                    }
                }
            }
        }
        let ids: BTreeSet<Id> = gone.iter().map(|(_, id)| *id).collect();
        for (name, id) in gone {
            let place = self.place(name.range.start, rest.text);
            self.drop_relation(id, &name, cascade, &ids);
            self.world.past.insert(
                name.name.clone(),
                Past {
                    renamed_to: None,
                    place,
                },
            );
        }
    }

    /// Whether a relation is, or may be, of this kind; refuses the statement otherwise.
    pub(super) fn is_kind(&mut self, id: Id, kind: Kind, name: &QualifiedName) -> bool {
        let Some(relation) = self.world.relation(id) else {
            return false;
        };
        let is_it = relation.kind == kind
            || (kind == Kind::Table && relation.kind == Kind::Partitioned)
            || relation.is_open(open::KIND);
        if is_it || relation.presence == Presence::Maybe {
            return true;
        }
        let (actual, shown) = (relation.kind, relation.name.clone());
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            format!("\"{shown}\" is not {}", with_article(kind)),
            vec![format!(
                "use `DROP {}`",
                word_of(actual).to_ascii_uppercase()
            )],
        );
        false
    }

    pub(super) fn drop_relation(
        &mut self,
        id: Id,
        name: &QualifiedName,
        cascade: bool,
        together: &BTreeSet<Id>,
    ) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let kind = relation.kind;
        let shown = relation.name.clone();
        let is_sure = relation.presence == Presence::Sure;
        if kind == Kind::Index {
            self.drop_index(id, name, cascade);
        }
        if kind == Kind::Sequence
            && cascade
            && let Some(table) = self.world.relation(id).and_then(|sequence| sequence.table)
        {
            self.open(table, 0);
        }
        let dependents = self.dependents(id, together);
        if cascade {
            for dependent in dependents {
                self.take(dependent);
            }
        } else if is_sure && let Some(first) = dependents.iter().find(|dependent| dependent.is_sure)
        {
            let message = format!(
                "cannot drop {} {shown} because other objects depend on it",
                word_of(kind)
            );
            let help = vec![format!(
                "drop {} first, or add CASCADE to drop it as well",
                first.shown
            )];
            self.refuse_with(Rule::Contradiction, &name.range, message, help);
            for dependent in dependents {
                self.take(dependent);
            }
        }
        // Partitions go with their table.
        let mut left = vec![id];
        let mut seen = BTreeSet::new();
        while let Some(id) = left.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(relation) = self.world.relation(id) {
                if relation.kind == Kind::Partitioned || cascade {
                    left.extend(relation.children.iter().copied());
                } else {
                    self.open_children(id);
                }
            }
            self.world.remove(id);
        }
    }
}

/// A kind with its article.
fn with_article(kind: Kind) -> String {
    match kind {
        Kind::Index => "an index".to_owned(),
        kind => format!("a {}", word_of(kind)),
    }
}
