//! What is noted about objects while one file is read.

use migrate_sql::ast::ObjectName;

use super::by_name::ByName;

/// Notes about objects, found by their name without the schema, because a name without one may mean any.
#[derive(Debug, Clone)]
pub(super) struct Noted<T> {
    by_name: ByName<Vec<(ObjectName, T)>>,
}

impl<T> Default for Noted<T> {
    fn default() -> Self {
        Self {
            by_name: ByName::default(),
        }
    }
}

impl<T> Noted<T> {
    pub(super) fn clear(&mut self) {
        self.by_name.clear();
    }

    /// The notes about the objects that a name may mean.
    pub(super) fn about(&self, name: &ObjectName) -> impl Iterator<Item = &T> {
        let notes = self.by_name.get(&name.name).into_iter().flatten();
        notes.filter_map(|(object, note)| object.may_be(name).then_some(note))
    }

    /// The same, to change them.
    pub(super) fn about_mut(&mut self, name: &ObjectName) -> impl Iterator<Item = &mut T> {
        let notes = self.by_name.get_mut(&name.name).into_iter().flatten();
        notes.filter_map(|(object, note)| object.may_be(name).then_some(note))
    }

    /// The note about an object: the one that is there, or this one.
    pub(super) fn note(&mut self, name: &ObjectName, new: impl FnOnce() -> T) -> Option<&mut T> {
        let notes = self.by_name.entry(&name.name)?;
        let found = notes.iter().position(|(object, _)| object == name);
        let at = found.unwrap_or_else(|| {
            notes.push((name.clone(), new()));
            notes.len() - 1
        });
        notes.get_mut(at).map(|(_, note)| note)
    }

    /// Takes out the notes about the objects that a name may mean.
    pub(super) fn forget(&mut self, name: &ObjectName) {
        if let Some(notes) = self.by_name.get_mut(&name.name) {
            notes.retain(|(object, _)| !object.may_be(name));
        }
    }

    /// The notes about an object follow it to its new name.
    pub(super) fn rename(&mut self, old: &ObjectName, new: &ObjectName) {
        let Some(notes) = self.by_name.get_mut(&old.name) else {
            return;
        };
        let moved: Vec<_> = notes
            .extract_if(.., |(object, _)| object.may_be(old))
            .map(|(_, note)| (new.clone(), note))
            .collect();
        if !moved.is_empty()
            && let Some(notes) = self.by_name.entry(&new.name)
        {
            notes.extend(moved);
        }
    }
}
