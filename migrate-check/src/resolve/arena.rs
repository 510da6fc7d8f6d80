//! Things by number, and what they were before.

use std::collections::BTreeMap;
use std::slice;

/// Things in the order in which they were made. One that is gone keeps its place.
#[derive(Debug, Clone)]
pub(super) struct Arena<T> {
    all: Vec<T>,
    log: Option<Log<T>>,
}

/// What has changed.
#[derive(Debug, Clone)]
struct Log<T> {
    /// How many there were.
    len: usize,
    /// Those of them that may have changed, as they were.
    before: BTreeMap<usize, T>,
}

impl<T> Default for Arena<T> {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            log: None,
        }
    }
}

impl<T: Clone> Arena<T> {
    pub(super) const fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, id: usize) -> Option<&T> {
        self.all.get(id)
    }

    pub(super) fn get_mut(&mut self, id: usize) -> Option<&mut T> {
        if self.log.is_some() {
            self.note(id);
        }
        self.all.get_mut(id)
    }

    pub(super) fn push(&mut self, thing: T) {
        self.all.push(thing);
    }

    pub(super) fn iter(&self) -> slice::Iter<'_, T> {
        self.all.iter()
    }

    pub(super) fn iter_mut(&mut self) -> slice::IterMut<'_, T> {
        if self.log.is_some() {
            for id in 0..self.all.len() {
                self.note(id);
            }
        }
        self.all.iter_mut()
    }

    pub(super) const fn is_recording(&self) -> bool {
        self.log.is_some()
    }

    /// Remembers from here on what changes.
    pub(super) fn record(&mut self) {
        self.log = Some(Log {
            len: self.all.len(),
            before: BTreeMap::new(),
        });
    }

    /// Takes back what has changed since then.
    pub(super) fn undo(&mut self) {
        let Some(log) = self.log.take() else { return };
        self.all.truncate(log.len);
        for (id, before) in log.before {
            if let Some(thing) = self.all.get_mut(id) {
                *thing = before;
            }
        }
    }

    /// One may be about to change.
    fn note(&mut self, id: usize) {
        if let Some(log) = &mut self.log
            && id < log.len
            && !log.before.contains_key(&id)
            && let Some(thing) = self.all.get(id)
        {
            log.before.insert(id, thing.clone());
        }
    }
}
