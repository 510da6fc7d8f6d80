//! Constraints, triggers and policies that a statement names.

use super::Resolver;
use super::report::Rule;
use super::world::{ConstraintKind, Id, Presence, open};

impl Resolver {
    /// Refuses the statement if the constraint surely is not there.
    pub(super) fn require_constraint(&mut self, id: Id, name: &super::cursor::Word) {
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
        let known: Vec<String> = relation.constraints.keys().cloned().collect();
        let message = format!(
            "constraint \"{}\" of relation \"{}\" does not exist",
            name.name, relation.name
        );
        let near = crate::diagnostics::nearest(&name.name, known.iter().map(String::as_str));
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            message,
            help.into_iter().collect(),
        );
    }

    pub(super) fn require_trigger(&mut self, id: Id, name: &super::cursor::Word) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        if relation.triggers.contains_key(&name.name)
            || relation.is_open(open::TRIGGERS)
            // Foreign keys have triggers of their own.
            || name.name.starts_with("RI_")
        {
            return;
        }
        let message = format!(
            "trigger \"{}\" for table \"{}\" does not exist",
            name.name, relation.name
        );
        let near =
            crate::diagnostics::nearest(&name.name, relation.triggers.keys().map(String::as_str));
        let help = near.map(|near| format!("did you mean \"{near}\"?"));
        self.refuse_with(
            Rule::Unknown,
            &name.range,
            message,
            help.into_iter().collect(),
        );
    }

    pub(super) fn require_policy(&mut self, id: Id, name: &super::cursor::Word) {
        let Some(relation) = self.world.relation(id) else {
            return;
        };
        if relation.policies.contains_key(&name.name) || relation.is_open(open::POLICIES) {
            return;
        }
        let message = format!(
            "policy \"{}\" for table \"{}\" does not exist",
            name.name, relation.name
        );
        self.refuse(Rule::Unknown, &name.range, message);
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
            for (name, key) in &relation.constraints {
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

/// What belongs to a table and has a name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Trigger,
    Policy,
}
