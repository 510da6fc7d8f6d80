//! `ALTER`, and which relation it is about.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::{Cursor, QualifiedName};
use super::report::Rule;
use super::table;
use super::world::{Found, Id, Kind, Part, Presence, open};

impl Resolver {
    pub(super) fn alter(&mut self, mut rest: Cursor<'_>) {
        if rest.accept(K::Table) || rest.accept_all(&[K::Foreign, K::Table]) {
            self.alter_relation(rest, None);
        } else if rest.accept(K::Index) {
            self.alter_relation(rest, Some(Kind::Index));
        } else if rest.accept(K::View) {
            self.alter_relation(rest, Some(Kind::View));
        } else if rest.accept_all(&[K::Materialized, K::View]) {
            self.alter_relation(rest, Some(Kind::MaterializedView));
        } else if rest.accept(K::Sequence) {
            self.alter_relation(rest, Some(Kind::Sequence));
        } else if rest.accept(K::Type) || rest.accept(K::Domain) {
            self.alter_type(rest);
        } else if rest.accept(K::Schema) {
            self.rename_schema(rest);
        } else if rest.accept(K::Trigger) {
            self.alter_part(rest, Part::Trigger);
        } else if rest.accept(K::Policy) {
            self.alter_part(rest, Part::Policy);
        } else if rest.accept(K::Extension) {
            if rest.has(K::Update) || rest.has(K::Set) || rest.has(K::Add) {
                self.has_strangers = true;
                self.world.open_names();
            }
        } else if rest.is(K::Role) || rest.is(K::User) || rest.is(K::Database) || rest.is(K::System)
        {
            let sets_path = rest.tokens.iter().any(|token| {
                rest.text
                    .get(token.range())
                    .is_some_and(|word| word.eq_ignore_ascii_case("search_path"))
            });
            if sets_path {
                // It holds from the next session on, which may come before the next file.
                self.world.forget();
                self.world.path = None;
                self.world.home = None;
            }
        } else if rest.is(K::Function) || rest.is(K::Procedure) || rest.is(K::Routine) {
            let mut named = rest;
            named.read();
            self.name_functions(named, false);
            self.rename_function(rest);
        } else if !(rest.is(K::Default)
            || rest.is(K::Aggregate)
            || rest.is(K::Collation)
            || rest.is(K::Conversion)
            || rest.is(K::Event)
            || rest.is(K::Foreign)
            || rest.is(K::Group)
            || rest.is(K::Large)
            || rest.is(K::Language)
            || rest.is(K::Procedural)
            || rest.is(K::Operator)
            || rest.is(K::Publication)
            || rest.is(K::Rule)
            || rest.is(K::Server)
            || rest.is(K::Statistics)
            || rest.is(K::Subscription)
            || rest.is(K::Tablespace)
            || rest.is(K::Text))
        {
            self.world.forget();
        }
    }

    /// `ALTER TABLE`, `ALTER INDEX`, `ALTER VIEW`, …; `kind` is none for a table, where any relation may be meant.
    pub(super) fn alter_relation(&mut self, mut rest: Cursor<'_>, kind: Option<Kind>) {
        if rest.is(K::All) {
            return;
        }
        let guard = rest.accept_all(&[K::If, K::Exists]);
        rest.accept(K::Only);
        let is_bracketed = rest.accept_char(b'(');
        let Some(name) = rest.name() else { return };
        if is_bracketed {
            rest.accept_char(b')');
        }
        rest.accept_char(b'*');
        let found = match self.world.find(&name) {
            Found::Absent if guard => return,
            Found::Absent => {
                self.require(&name);
                return;
            }
            Found::Unknown => {
                self.alter_unknown(&name, rest);
                return;
            }
            Found::Maybe(id) if guard => {
                self.touch(id);
                self.alter_unknown(&name, rest);
                return;
            }
            Found::Maybe(id) => {
                // The statement runs, so it is there.
                let may_be_other = self.world.may_be_other(&name.name);
                if let Some(relation) = self.world.relations.get_mut(id) {
                    relation.presence = Presence::Sure;
                    if may_be_other {
                        relation.open = open::ALL;
                    }
                }
                id
            }
            Found::Sure(id) => id,
        };
        if let Some(kind) = kind
            && let Some(relation) = self.world.relation(found)
            && relation.kind != kind
            && !relation.is_open(open::KIND)
            && kind != Kind::Index
            // `ALTER VIEW` and others take any relation for a rename.
            && !rest.is(K::Rename)
        {
            let message = format!("\"{}\" is not a {}", relation.name, word_of(kind));
            self.refuse(Rule::Unknown, &name.range, message);
            return;
        }
        if rest.accept(K::Rename) {
            self.rename(found, &name, rest);
        } else if rest.accept_all(&[K::Set, K::Schema]) {
            self.set_schema(found, rest);
        } else if kind == Some(Kind::Sequence) {
            self.own_sequence(found, rest);
        } else if kind == Some(Kind::Index) {
            if rest.is(K::Attach) {
                self.open_with_names(found, open::ALL);
            }
        } else {
            self.alter_table(found, rest);
        }
    }

    /// An `ALTER TABLE` of something that may be there: what it may make may be there afterwards.
    pub(super) fn alter_unknown(&mut self, name: &QualifiedName, mut rest: Cursor<'_>) {
        self.touch_name(name);
        if rest.accept(K::Rename) {
            if rest.accept(K::To)
                && let Some(new) = rest.word()
            {
                self.world.anywhere.insert(new.name);
            }
        } else if rest.accept_all(&[K::Set, K::Schema]) {
            self.world.anywhere.insert(name.name.clone());
        } else {
            if rest.cascades() {
                self.world.soften();
            }
            for action in rest.split() {
                let mut words = action;
                words.accept(K::Add);
                words.accept(K::Constraint);
                if let Some(word) = words.word() {
                    self.world.anywhere.insert(word.name);
                }
            }
            let prefix = super::create::prefix_of(&name.name);
            for schema in self.world.schemas.values_mut() {
                schema.prefixes.insert(prefix.clone());
            }
        }
    }

    pub(super) fn alter_table(&mut self, id: Id, rest: Cursor<'_>) {
        // PostgreSQL works through the actions in passes, not in the order of the text.
        let mut passes = [const { Vec::new() }; PASSES];
        for action in rest.split() {
            if let Some(pass) = passes.get_mut(pass_of(action)) {
                pass.push(action);
            }
        }
        let changes_columns = passes.iter().take(PASSES - 1).any(|pass| !pass.is_empty());
        if changes_columns {
            self.open_children(id);
        }
        let mut constraints = Vec::new();
        for action in passes.into_iter().flatten() {
            self.alter_action(id, action, &mut constraints);
        }
        if !constraints.is_empty() {
            self.add_constraints(id, constraints);
        }
    }

    /// What happens to a table happens to its partitions and heirs.
    pub(super) fn open_children(&mut self, id: Id) {
        let mut left = self
            .world
            .relation(id)
            .map_or_else(Vec::new, |relation| relation.children.clone());
        let mut seen = std::collections::BTreeSet::from([id]);
        while let Some(child) = left.pop() {
            if !seen.insert(child) {
                continue;
            }
            if let Some(relation) = self.world.relations.get_mut(child) {
                let presence = relation.presence;
                relation.soften();
                relation.presence = presence;
                relation.open |= open::ALL & !open::KIND;
                left.extend(relation.children.iter().copied());
            }
            self.open_with_names(child, 0);
        }
    }
}

/// How many passes there are here. The last one is that of actions that leave the columns as they are.
const PASSES: usize = 5;

/// In which pass PostgreSQL does an action.
fn pass_of(action: Cursor<'_>) -> usize {
    let mut rest = action;
    if rest.accept(K::Drop) {
        0
    } else if rest.accept(K::Add) {
        if table::is_constraint(rest) { 3 } else { 1 }
    } else if rest.accept(K::Alter) {
        // A new type comes before new columns; the rest may be about them.
        2
    } else {
        PASSES - 1
    }
}

/// What PostgreSQL calls a kind of relation.
pub(super) const fn word_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Table | Kind::Partitioned => "table",
        Kind::ForeignTable => "foreign table",
        Kind::View => "view",
        Kind::MaterializedView => "materialized view",
        Kind::Sequence => "sequence",
        Kind::Index => "index",
    }
}
