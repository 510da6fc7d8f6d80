//! `INSERT`, `UPDATE`, `DELETE` and `MERGE`: what they bring into scope, and the columns that they assign.

use std::rc::Rc;

use migrate_sql::grammar::Node;

use super::query::Query;
use super::scope::{Columns, Entry};
use super::symbol as s;

impl<'q> Query<'_, 'q> {
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`
    pub(super) fn change(&mut self, node: Node<'q>) {
        let (mut entries, _) = self.take(node);
        let target = node
            .child(s::INSERT_TARGET)
            .or_else(|| node.child(s::TARGET));
        let target = target.map(|target| {
            let alias = target
                .child(s::COLUMN_NAME)
                .and_then(|alias| self.known.within(alias).word());
            self.known.relation(target, alias.map(|alias| alias.name))
        });
        let target = target.unwrap_or_else(|| Entry::relation("", None));
        self.assign(node, &target);
        let returning = node.child(s::RETURNING).filter(|clause| !clause.is_empty());
        let mut around = vec![target.clone()];
        around.append(&mut entries);
        let around = Rc::new(around);
        if node.is(s::INSERT) {
            if let Some(clause) = node.child(s::ON_CONFLICT) {
                let mut entries = (*around).clone();
                entries.push(Entry {
                    name: Some("excluded".to_owned()),
                    ..target.clone()
                });
                self.scopes.push(Self::scope(clause, &Rc::new(entries)));
            }
        } else {
            self.scopes.push(Self::scope(node, &around));
        }
        let mut columns = Columns::default();
        if let Some(clause) = returning {
            let mut entries = (*around).clone();
            for name in ["old", "new"] {
                entries.push(Entry {
                    name: Some(name.to_owned()),
                    ..target.clone()
                });
            }
            let has_names = clause
                .child(s::RETURNING_NAMES)
                .is_some_and(|names| !names.is_empty());
            columns = self.targets(clause.child(s::TARGETS), &around, true);
            let mut scope = Self::scope(clause, &Rc::new(entries));
            scope.is_open = has_names;
            self.scopes.push(scope);
        }
        self.end_common(node);
        self.known.outputs.insert(node.number(), columns);
    }

    /// The columns that a statement assigns.
    fn assign(&mut self, node: Node<'q>, target: &Entry) {
        self.conflicts
            .extend(node.child(s::ON_CONFLICT).map(|clause| clause.subtree()));
        let mut assign = |clause: Option<Node<'q>>, symbol| {
            for item in clause
                .into_iter()
                .flat_map(|clause| clause.find_all(symbol))
            {
                self.assigned.push((item, target.clone()));
            }
        };
        let rest = node.child(s::INSERT_REST);
        assign(
            rest.and_then(|rest| rest.child(s::INSERT_COLUMNS)),
            s::INSERT_COLUMN,
        );
        assign(node.child(s::SET_CLAUSES), s::SET_TARGET);
        if let Some(clause) = node.child(s::ON_CONFLICT) {
            assign(clause.child(s::SET_CLAUSES), s::SET_TARGET);
            let conflict = clause.child(s::CONFLICT_TARGET);
            let elements = conflict.and_then(|conflict| conflict.child(s::INDEX_ELEMENTS));
            assign(elements, s::INDEX_ELEMENT);
        }
        let clauses = node.child(s::MERGE_CLAUSES);
        assign(clauses, s::SET_TARGET);
        assign(clauses, s::INSERT_COLUMN);
    }

    /// Whether a node is in the `ON CONFLICT` clause of an `INSERT`.
    pub(super) fn is_in_conflict(&self, node: Node<'_>) -> bool {
        self.conflicts
            .iter()
            .any(|nodes| nodes.contains(&node.number()))
    }
}
