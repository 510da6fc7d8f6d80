//! What is found by a name.

use std::collections::BTreeMap;
use std::mem;

/// Values by name. A sorted map, because without optimisation it is quicker than hashing; of places in a list, because
/// one type of map for all kinds of values spares each build of an application the compilation of the others.
#[derive(Debug, Clone)]
pub(super) struct ByName<V> {
    places: BTreeMap<String, usize>,
    values: Vec<V>,
}

impl<V> Default for ByName<V> {
    fn default() -> Self {
        Self {
            places: BTreeMap::new(),
            values: Vec::new(),
        }
    }
}

impl<V> ByName<V> {
    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.places.clear();
        self.values.clear();
    }

    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.values.get(*self.places.get(name)?)
    }

    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.values.get_mut(*self.places.get(name)?)
    }

    /// In alphabetical order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let places = self.places.iter();
        places.filter_map(|(name, place)| Some((name.as_str(), self.values.get(*place)?)))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut()
    }
}

impl<V: Default> ByName<V> {
    /// The value of a name, which is made if there is none.
    pub(super) fn entry(&mut self, name: &str) -> Option<&mut V> {
        if let Some(place) = self.places.get(name) {
            return self.values.get_mut(*place);
        }
        self.places.insert(name.to_owned(), self.values.len());
        self.values.push(V::default());
        self.values.last_mut()
    }

    pub(super) fn insert(&mut self, name: &str, value: V) {
        if let Some(place) = self.entry(name) {
            *place = value;
        }
    }

    /// Takes out each name with its value.
    pub(super) fn drain(&mut self) -> Vec<(String, V)> {
        let mut taken = Vec::with_capacity(self.values.len());
        for (name, place) in mem::take(&mut self.places) {
            let value = self.values.get_mut(place).map(mem::take);
            taken.push((name, value.unwrap_or_default()));
        }
        self.values.clear();
        taken
    }
}
