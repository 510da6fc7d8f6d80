//! A set of names.
//!
//! A build runs this without optimisation. There a sorted map takes several times as many instructions as this table, and
//! the compiler makes a copy of its code for each kind of value; of this only the few lines of `ByName` are copied. The
//! order is that in which names came, until one is removed.

#![expect(
    clippy::indexing_slicing,
    reason = "a place is below the number of names, and a slot below the number of slots"
)]

use std::slice;

/// A set of names.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    all: Vec<String>,
    hashes: Vec<u32>,
    /// Where the names are, by their hashes: a place plus one. Empty while there are only a few.
    slots: Vec<u32>,
    /// How many slots are in use, with those that have been given up.
    used: usize,
    /// What has come and gone since [`record`](Self::record): a name, and whether it was there before.
    log: Option<Vec<(String, bool)>>,
}

/// So many names are compared one by one.
const FEW: usize = 16;

/// A slot that has never been used.
const EMPTY: u32 = 0;

/// A slot that has been given up: what was put after it is found all the same.
const GIVEN_UP: u32 = u32::MAX;

/// FNV-1a, of four bytes at a time.
const fn hash(name: &str) -> u32 {
    let mut left = name.as_bytes();
    let mut hash = 0x811c_9dc5_u32;
    while let [a, b, c, d, rest @ ..] = left {
        let word = u32::from_ne_bytes([*a, *b, *c, *d]);
        hash = (hash ^ word).wrapping_mul(0x0100_0193);
        // What is multiplied only carries upwards, and a slot is chosen by the lowest bits.
        hash ^= hash >> 15;
        left = rest;
    }
    while let [byte, rest @ ..] = left {
        hash = (hash ^ *byte as u32).wrapping_mul(0x0100_0193);
        left = rest;
    }
    hash ^ hash >> 16
}

impl Names {
    pub(super) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn iter(&self) -> slice::Iter<'_, String> {
        self.all.iter()
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The place of a name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        if self.all.is_empty() {
            return None;
        }
        self.find_hashed(name, hash(name))
    }

    fn find_hashed(&self, name: &str, hash: u32) -> Option<usize> {
        // An index of a list is a call, without optimisation; one of a slice is not.
        let (hashes, slots) = (self.hashes.as_slice(), self.slots.as_slice());
        if slots.is_empty() {
            let mut at = 0;
            while at < hashes.len() {
                if hashes[at] == hash && self.all[at] == name {
                    return Some(at);
                }
                at += 1;
            }
            return None;
        }
        let mask = slots.len() - 1;
        let mut slot = hash as usize & mask;
        loop {
            let held = slots[slot];
            if held == EMPTY {
                return None;
            }
            if held != GIVEN_UP {
                let place = held as usize - 1;
                if hashes[place] == hash && self.all[place] == name {
                    return Some(place);
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Adds a name; whether it is new.
    pub(super) fn insert(&mut self, name: String) -> bool {
        if let Some(log) = &mut self.log {
            log.push((name.clone(), false));
            let is_new = self.place(name).is_none();
            if let (false, Some(log)) = (is_new, &mut self.log) {
                log.pop();
            }
            return is_new;
        }
        self.place(name).is_none()
    }

    /// Remembers from here on what changes.
    pub(super) fn record(&mut self) {
        self.log = Some(Vec::new());
    }

    /// Takes back what has changed since then.
    pub(super) fn undo(&mut self) {
        for (name, was_there) in self.log.take().into_iter().flatten().rev() {
            if was_there {
                self.place(name);
            } else {
                self.take(&name);
            }
        }
    }

    /// The place of a name that is there already; none if it has been added, at the end.
    pub(super) fn place(&mut self, name: String) -> Option<usize> {
        let hash = hash(&name);
        let found = self.find_hashed(&name, hash);
        if found.is_none() {
            if self.all.is_empty() {
                self.all.reserve(FEW / 2);
                self.hashes.reserve(FEW / 2);
            }
            self.all.push(name);
            self.hashes.push(hash);
            if self.slots.is_empty() {
                if self.all.len() > FEW {
                    self.build();
                }
            } else if self.used * 2 >= self.slots.len() {
                self.build();
            } else {
                self.put(hash, self.all.len());
            }
        }
        found
    }

    /// Takes a name out; where it was. The last one is there now.
    pub(super) fn take(&mut self, name: &str) -> Option<usize> {
        let place = self.find(name)?;
        let last = self.all.len() - 1;
        if !self.slots.is_empty() {
            let slot = self.slot_of(place);
            self.slots[slot] = GIVEN_UP;
            if last != place {
                let slot = self.slot_of(last);
                self.slots[slot] = small(place + 1);
            }
        }
        self.all.swap_remove(place);
        self.hashes.swap_remove(place);
        Some(place)
    }

    pub(super) fn remove(&mut self, name: &str) {
        if self.take(name).is_some()
            && let Some(log) = &mut self.log
        {
            log.push((name.to_owned(), true));
        }
    }

    /// The slot that holds a place.
    fn slot_of(&self, place: usize) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = self.hashes[place] as usize & mask;
        while self.slots[slot] as usize != place + 1 {
            slot = (slot + 1) & mask;
        }
        slot
    }

    /// Makes slots for all names, and for as many again three times.
    fn build(&mut self) {
        // To ask for zeros is one call; to resize a list is one for each of them.
        self.slots = vec![EMPTY; (self.all.len() * 4).next_power_of_two()];
        self.used = 0;
        let mut place = 0;
        while place < self.hashes.len() {
            let hash = self.hashes[place];
            place += 1;
            self.put(hash, place);
        }
    }

    /// Puts a place plus one into the next slot that was never used.
    fn put(&mut self, hash: u32, number: usize) {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot] != EMPTY {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = small(number);
        self.used += 1;
    }
}

/// A number of names. A set that takes up four billion words of memory is never read.
#[expect(
    clippy::cast_possible_truncation,
    reason = "so many names do not fit in memory"
)]
const fn small(number: usize) -> u32 {
    number as u32
}

impl Extend<String> for Names {
    fn extend<I: IntoIterator<Item = String>>(&mut self, names: I) {
        for name in names {
            self.insert(name);
        }
    }
}

impl FromIterator<String> for Names {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let mut set = Self::default();
        set.extend(names);
        set
    }
}
