//! Foreign keys, and the keys that they refer to.

use super::Resolver;
use super::chosen;
use super::constraint::{names, new};
use super::cursor::{QualifiedName, Word};
use super::report::Rule;
use super::world::{ConstraintKind, Id, Kind, Presence, open};

impl Resolver {
    pub(super) fn add_foreign_key(
        &mut self,
        id: Id,
        name: Option<Word>,
        columns: &[Word],
        target: &QualifiedName,
        target_columns: &[Word],
        start: &std::ops::Range<usize>,
    ) {
        self.require_key_columns(id, columns, "foreign key");
        let found = self.require(target);
        if let Some(target_id) = found {
            self.check_target(target_id, columns, target, target_columns, start);
        }
        let name = match name {
            Some(name) => {
                self.check_name(id, &name);
                Some(name.name)
            }
            None => self.choose_constraint(id, columns, "fkey"),
        };
        let mut key = new(ConstraintKind::Foreign, Presence::Sure, columns);
        key.target = found;
        key.target_columns = names(target_columns);
        if let Some(name) = name {
            self.keep(id, name, key);
        } else {
            self.open(id, open::CONSTRAINTS);
            key.presence = Presence::Maybe;
            if let Some(relation) = self.world.relations.get_mut(id) {
                let number = relation.constraints.len();
                relation.constraints.insert(format!("\0fk{number}"), key);
            }
        }
        if let Some(target) = found.and_then(|id| self.world.relations.get_mut(id))
            && target.referenced_by.last() != Some(&id)
        {
            target.referenced_by.push(id);
        }
    }

    /// The name that PostgreSQL chooses for a constraint without an index; none where that is not sure.
    pub(super) fn choose_constraint(
        &self,
        id: Id,
        columns: &[Word],
        label: &str,
    ) -> Option<String> {
        let table = self.world.relation(id)?;
        let schema = self.world.schemas.get(&table.schema)?;
        let joined = chosen::join(columns.iter().map(|column| column.name.as_str()));
        let name = chosen::object_name(&table.name, Some(&joined), label);
        let is_sure = !schema.constraints.contains(&name)
            && !schema.is_open
            && !table.is_open(open::CONSTRAINTS);
        is_sure.then_some(name)
    }

    /// Whether what a foreign key refers to can be referred to.
    pub(super) fn check_target(
        &mut self,
        id: Id,
        columns: &[Word],
        name: &QualifiedName,
        target_columns: &[Word],
        start: &std::ops::Range<usize>,
    ) {
        let Some(target) = self.world.relation(id) else {
            return;
        };
        if target.presence == Presence::Maybe || target.is_open(open::KIND) {
            return;
        }
        let table = target.name.clone();
        if !matches!(target.kind, Kind::Table | Kind::Partitioned) {
            self.refuse(
                Rule::Unknown,
                &name.range,
                format!("referenced relation \"{table}\" is not a table"),
            );
            return;
        }
        let is_missing = |column: &Word| self.lacks_column(id, &column.name);
        if target_columns.iter().any(is_missing) {
            // That is the mistake; a key cannot be there either.
            self.require_key_columns(id, target_columns, "foreign key");
            return;
        }
        let Some(target) = self.world.relation(id) else {
            return;
        };
        let mut keys = target.constraints.values();
        if target_columns.is_empty() {
            let primary = keys.find(|key| key.kind == ConstraintKind::Primary);
            match primary {
                None if !target.is_open(open::CONSTRAINTS) => {
                    let help = vec![format!(
                        "name the columns of a unique constraint: `REFERENCES {table} (…)`, or add a primary key first"
                    )];
                    self.refuse_with(
                        Rule::Contradiction,
                        &name.range,
                        format!("there is no primary key for referenced table \"{table}\""),
                        help,
                    );
                }
                Some(primary)
                    if primary.presence == Presence::Sure
                        && !primary.columns.is_empty()
                        && primary.columns.len() != columns.len() =>
                {
                    self.refuse(
                        Rule::Contradiction,
                        start,
                        "number of referencing and referenced columns for foreign key disagree"
                            .to_owned(),
                    );
                }
                _ => {}
            }
            return;
        }
        if target_columns.len() != columns.len() {
            self.refuse(
                Rule::Contradiction,
                start,
                "number of referencing and referenced columns for foreign key disagree".to_owned(),
            );
            return;
        }
        if target.is_open(open::CONSTRAINTS) || self.has_key(id, &names(target_columns)) {
            return;
        }
        let columns = names(target_columns).join(", ");
        self.refuse_with(
            Rule::Contradiction,
            &name.range,
            format!(
                "there is no unique constraint matching given keys for referenced table \"{table}\""
            ),
            vec![format!(
                "add one first: `ALTER TABLE {} ADD UNIQUE ({columns})`",
                name.shown()
            )],
        );
    }

    /// Whether a table has, or may have, a unique index of exactly these columns.
    pub(super) fn has_key(&self, id: Id, columns: &[String]) -> bool {
        self.count_keys(id, columns) > 0
    }

    /// How many there are.
    pub(super) fn count_keys(&self, id: Id, columns: &[String]) -> usize {
        let Some(table) = self.world.relation(id) else {
            return 1;
        };
        let is_key = |key: &[String]| {
            key.len() == columns.len() && columns.iter().all(|column| key.contains(column))
        };
        let constraints = table.constraints.values().filter(|key| {
            matches!(key.kind, ConstraintKind::Primary | ConstraintKind::Unique)
                && (is_key(&key.columns) || key.columns.is_empty())
        });
        let indexes = table.owned.iter().filter(|index| {
            self.world.relation(**index).is_some_and(|index| {
                index.kind == Kind::Index
                    && index.is_unique
                    && !index.has_constraint
                    && index.key.as_deref().is_some_and(is_key)
            })
        });
        constraints.count() + indexes.count()
    }
}
