//! All relations, by their ids.

use super::arena::Arena;
use super::relation::{Id, Relation};

/// Relations in the order in which they were made. A relation that is gone keeps its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations {
    all: Arena<Relation>,
    /// Those that may have changed since [`soften`](Self::soften): the others are as it has left them, so that many
    /// statements with a `CASCADE` do not each cost as much as all relations.
    changed: Vec<Id>,
    /// Those that have been softened since [`record`](Self::record).
    softened: Vec<Id>,
}

impl Relations {
    pub(super) fn get(&self, id: Id) -> Option<&Relation> {
        self.all.get(id)
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut Relation> {
        if self.changed.last() != Some(&id) {
            self.changed.push(id);
        }
        self.all.get_mut(id)
    }

    pub(super) fn push(&mut self, relation: Relation) {
        self.changed.push(self.all.len());
        self.all.push(relation);
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, Relation> {
        self.all.iter()
    }

    /// Any of them, and any part of them, may be gone.
    pub(super) fn soften(&mut self) {
        let changed = std::mem::take(&mut self.changed);
        for id in &changed {
            if let Some(relation) = self.all.get_mut(*id) {
                relation.soften();
            }
        }
        if self.all.is_recording() {
            self.softened.extend(changed);
        }
    }

    /// Any trigger may be gone.
    pub(super) fn soften_triggers(&mut self) {
        for relation in self.all.iter_mut() {
            relation.soften_triggers();
        }
    }

    /// Remembers from here on what changes.
    pub(super) fn record(&mut self) {
        self.all.record();
    }

    /// Takes back what has changed since then.
    pub(super) fn undo(&mut self) {
        self.all.undo();
        self.changed.append(&mut self.softened);
    }
}
