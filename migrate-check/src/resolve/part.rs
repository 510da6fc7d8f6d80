//! Constraints, triggers and policies that a statement names.

use migrate_sql::scanner::Keyword as K;

use super::Resolver;
use super::cursor::{Cursor, Word};
use super::report::Rule;
use super::world::{ConstraintKind, Id, Part, Presence, open};
use crate::diagnostics::nearest;

impl Resolver {
    /// Refuses the statement if the constraint surely is not there.
    pub(super) fn require_constraint(&mut self, id: Id, name: &Word) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        if relation.constraints.contains_key(&name.name)
            || relation.is_open(open::CONSTRAINTS)
            // Since 18, `NOT NULL` has a name.
            || name.name.contains("_not_null")
        {
            return;
        }
        let message = format!(
            "constraint \"{}\" of relation \"{}\" does not exist",
            name.name, relation.name
        );
        let known: Vec<String> = relation.constraints.keys().cloned().collect();
        self.refuse_part(name, message, &known);
    }

    /// Refuses the statement if the trigger or policy surely is not there.
    pub(super) fn require_part(&mut self, id: Id, part: Part, name: &Word) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        let (kind, may_be_others) = match part {
            // Foreign keys have triggers of their own.
            Part::Trigger => (
                "trigger",
                relation.is_open(open::TRIGGERS) || name.name.starts_with("RI_"),
            ),
            Part::Policy => ("policy", relation.is_open(open::POLICIES)),
        };
        let parts = relation.parts(part);
        if may_be_others || parts.contains_key(&name.name) {
            return;
        }
        let message = format!(
            "{kind} \"{}\" for table \"{}\" does not exist",
            name.name, relation.name
        );
        let known: Vec<String> = parts.keys().cloned().collect();
        self.refuse_part(name, message, &known);
    }

    fn refuse_part(&mut self, name: &Word, message: String, known: &[String]) {
        let near = nearest(&name.name, known.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        let help = help.into_iter().collect();
        self.refuse_with(Rule::Unknown, &name.range, message, help);
    }

    /// `ALTER TRIGGER` and `ALTER POLICY`, which may give the part another name.
    pub(super) fn alter_part(&mut self, mut rest: Cursor<'_>, part: Part) {
        let Some(old) = rest.word() else { return };
        rest.accept(K::On);
        let Some(table) = rest.name() else { return };
        let Some(id) = self.require(&table) else {
            return;
        };
        self.require_part(id, part, &old);
        if rest.accept_all(&[K::Rename, K::To])
            && let Some(new) = rest.word()
            && let Some(relation) = self.world.relations.get_mut(id)
        {
            let parts = relation.parts_mut(part);
            parts.remove(&old.name);
            parts.insert(new.name, Presence::Sure);
        }
    }

    /// Foreign keys that rest on a key of these columns.
    pub(super) fn keys_resting_on(
        &self,
        id: Id,
        columns: &[String],
    ) -> Vec<(Id, String, Presence)> {
        let Some(table) = self.world.relation(id) else {
            return Vec::new();
        };
        let is_primary = table
            .constraints
            .values()
            .any(|key| key.kind == ConstraintKind::Primary && same(&key.columns, columns));
        let mut found = Vec::new();
        for other in &table.referenced_by {
            let Some(relation) = self.world.relation(*other) else {
                continue;
            };
            for (name, key) in relation.constraints.iter() {
                let rests = key.kind == ConstraintKind::Foreign
                    && key.target == Some(id)
                    && (same(&key.target_columns, columns)
                        || (key.target_columns.is_empty() && is_primary));
                if rests {
                    let presence = if relation.presence == Presence::Sure {
                        key.presence
                    } else {
                        Presence::Maybe
                    };
                    found.push((*other, name.clone(), presence));
                }
            }
        }
        found
    }
}

/// Whether two lists hold the same columns in any order.
fn same(a: &[String], b: &[String]) -> bool {
    a.len() == b.len() && a.iter().all(|column| b.contains(column))
}
