//! What is known by a name.

#![expect(clippy::indexing_slicing, reason = "there are as many values as names")]

use std::{mem, slice};

use super::names::Names;

/// Values by name.
#[derive(Debug, Clone)]
pub(super) struct ByName<V> {
    names: Names,
    values: Vec<V>,
    /// What has changed since [`record`](Self::record): a name, and its value before.
    log: Option<Vec<(String, Option<V>)>>,
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self {
            names: Names::default(),
            values: Vec::new(),
            log: None,
        }
    }
}

impl<V: Clone> ByName<V> {
    pub(super) const fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn contains_key(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&V> {
        let place = self.names.find(name)?;
        Some(&self.values[place])
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        let place = self.names.find(name)?;
        self.note(name, place);
        Some(&mut self.values[place])
    }

    /// Puts a value under a name; the one that was there.
    pub(super) fn insert(&mut self, name: String, value: V) -> Option<V> {
        if self.log.is_some() {
            let before = self.get(&name).cloned();
            if let Some(log) = &mut self.log {
                log.push((name.clone(), before));
            }
        }
        self.put(name, value)
    }

    fn put(&mut self, name: String, value: V) -> Option<V> {
        if let Some(place) = self.names.place(name) {
            return Some(mem::replace(&mut self.values[place], value));
        }
        self.values.push(value);
        None
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<V> {
        let place = self.names.take(name)?;
        let value = self.values.swap_remove(place);
        if let Some(log) = &mut self.log {
            log.push((name.to_owned(), Some(value.clone())));
        }
        Some(value)
    }

    /// Remembers from here on what changes, but for what is changed through [`values_mut`](Self::values_mut) and
    /// [`iter_mut`](Self::iter_mut).
    pub(super) fn record(&mut self) {
        self.log = Some(Vec::new());
    }

    /// Takes back what has changed since then.
    pub(super) fn undo(&mut self) {
        for (name, before) in self.log.take().into_iter().flatten().rev() {
            match before {
                Some(value) => {
                    self.put(name, value);
                }
                None => {
                    self.remove(&name);
                }
            }
        }
    }

    /// A value may be about to change.
    fn note(&mut self, name: &str, place: usize) {
        if let Some(log) = &mut self.log {
            log.push((name.to_owned(), Some(self.values[place].clone())));
        }
    }

    pub(super) fn keys(&self) -> slice::Iter<'_, String> {
        self.names.iter()
    }

    pub(super) fn values(&self) -> slice::Iter<'_, V> {
        self.values.iter()
    }

    pub(super) fn values_mut(&mut self) -> slice::IterMut<'_, V> {
        self.values.iter_mut()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.names.iter().zip(&self.values)
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V)> {
        self.names.iter().zip(&mut self.values)
    }

    /// The value of a name; if there is none, this one.
    pub(super) fn get_or_insert(&mut self, name: &str, value: impl FnOnce() -> V) -> &mut V {
        let place = self.names.find(name).unwrap_or_else(|| {
            self.insert(name.to_owned(), value());
            self.values.len() - 1
        });
        self.note(name, place);
        &mut self.values[place]
    }
}

impl<V: Clone> FromIterator<(String, V)> for ByName<V> {
    fn from_iter<I: IntoIterator<Item = (String, V)>>(values: I) -> Self {
        let mut map = Self::default();
        for (name, value) in values {
            map.insert(name, value);
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::ByName;

    #[test]
    fn what_is_undone_is_as_before() {
        let mut map: ByName<usize> = (0..40).map(|at| (at.to_string(), at)).collect();
        let before: BTreeMap<String, usize> = map.iter().map(|(k, v)| (k.clone(), *v)).collect();
        map.record();
        map.remove("7");
        map.insert("8".to_owned(), 80);
        *map.get_or_insert("9", || 0) += 1;
        *map.get_or_insert("new", || 0) += 1;
        map.remove("new");
        for at in 30..90 {
            map.insert(at.to_string(), 1);
        }
        map.remove("8");
        map.undo();
        let mut all: Vec<_> = map.iter().collect();
        all.sort();
        assert!(all.into_iter().eq(before.iter()));
    }

    #[test]
    fn a_map_by_name_does_what_a_sorted_map_does() {
        let mut map: ByName<usize> = ByName::default();
        let mut model: BTreeMap<String, usize> = BTreeMap::new();
        let mut state = 7_usize;
        for step in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // Few names at first, so that all of them are compared one by one; many later.
            let name = format!("name_{}", (state >> 33) % (5 + step / 20));
            match (state >> 20) % 3 {
                0 => assert_eq!(map.remove(&name), model.remove(&name)),
                1 => {
                    map.insert(name.clone(), step);
                    model.insert(name, step);
                }
                _ => assert_eq!(map.get(&name), model.get(&name)),
            }
            assert_eq!(map.len(), model.len());
        }
        let mut all: Vec<_> = map.iter().collect();
        all.sort();
        assert!(all.into_iter().eq(model.iter()));
    }
}
