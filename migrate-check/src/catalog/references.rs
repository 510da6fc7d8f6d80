//! Which relations refer to a name, so that a table can be dropped or renamed without reading all others.

use std::collections::BTreeSet;

use migrate_sql::ast::ObjectName;

use super::by_name::ByName;

/// For each name, the relations that may refer to it. What is found is compared with what the relation refers to now, so
/// that nothing has to be taken out when that changes.
#[derive(Debug, Clone, Default)]
pub(super) struct References {
    by_name: ByName<BTreeSet<String>>,
    /// While changes are to be taken back: what was added, as names with a relation each.
    added: Option<Vec<(String, String)>>,
}

impl References {
    /// A relation refers to this name.
    pub(super) fn add(&mut self, relation: &str, name: &str) {
        if let Some(relations) = self.by_name.entry(name)
            && !relations.contains(relation)
        {
            relations.insert(relation.to_owned());
            if let Some(added) = &mut self.added {
                added.push((name.to_owned(), relation.to_owned()));
            }
        }
    }

    /// From here on, additions are remembered, so that they can be taken back: down files of a long history often use the
    /// same names.
    pub(super) fn remember(&mut self) {
        self.added = Some(Vec::new());
    }

    /// Takes back what was added since [`remember`](Self::remember).
    pub(super) fn restore(&mut self) {
        for (name, relation) in self.added.take().unwrap_or_default() {
            if let Some(relations) = self.by_name.get_mut(&name) {
                relations.remove(&relation);
            }
        }
    }

    /// A statement about a relation may refer to each of its words.
    pub(super) fn add_words(&mut self, relation: &str, text: &str) {
        for word in words(text) {
            self.add(relation, &word.to_ascii_lowercase());
        }
    }

    /// The relations that may refer to a name, in alphabetical order.
    pub(super) fn to(&self, name: &str) -> impl Iterator<Item = &str> + use<'_> {
        let found = self.by_name.get(name);
        found.into_iter().flatten().map(String::as_str)
    }

    /// The relations with a statement that may mention a name. One of several words, `"my table"`, is found by its
    /// longest.
    pub(super) fn to_words_of(&self, name: &str) -> impl Iterator<Item = &str> + use<'_> {
        let longest = words(name).max_by_key(|word| word.len());
        let relations = longest.and_then(|word| self.by_name.get(&word.to_ascii_lowercase()));
        relations.into_iter().flatten().map(String::as_str)
    }
}

/// The parts of a text that can be names without quotes.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |byte: char| byte.is_alphanumeric() || byte == '_' || byte == '$';
    let found = text.split(move |byte: char| !is_word(byte));
    found.filter(|word| !word.is_empty())
}

/// Gives a reference the new name, if it is to the object that has got it.
pub(super) fn follow(reference: &mut ObjectName, old: &ObjectName, new: &ObjectName) {
    if reference.may_be(old) {
        reference.clone_from(new);
    }
}
