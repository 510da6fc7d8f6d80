//! All relations, by their ids.

use super::relation::{Id, Relation};

/// Relations in the order in which they were made. A relation that is gone keeps its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Relations {
    all: Vec<Relation>,
    /// Those that may have changed since [`soften`](Self::soften): the others are as it has left them, so that many
    /// statements with a `CASCADE` do not each cost as much as all relations.
    changed: Vec<Id>,
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
        for id in self.changed.drain(..) {
            if let Some(relation) = self.all.get_mut(id) {
                relation.soften();
            }
        }
    }

    /// Any trigger may be gone.
    pub(super) fn soften_triggers(&mut self) {
        for relation in &mut self.all {
            relation.soften_triggers();
        }
    }
}
