//! A circle of modules that know each other.

use std::collections::{BTreeMap, BTreeSet};

use super::imports::Modules;

/// The first circle, if there is one. What a folder's `mod.rs` knows of the folder's own modules makes none:
/// they are one thing.
pub(super) fn find(modules: &Modules<'_>) -> Option<Vec<String>> {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, _, needed) in modules.edges() {
        let inside = if module.is_empty() {
            String::new()
        } else {
            format!("{module}::")
        };
        let others = needed
            .into_iter()
            .filter(|other| !other.starts_with(&inside));
        arrows.insert(module.to_owned(), others.collect());
    }
    // What leads nowhere is in no circle, and what leads only there neither.
    loop {
        let open: BTreeSet<String> = arrows.keys().cloned().collect();
        for needed in arrows.values_mut() {
            needed.retain(|module| open.contains(module));
        }
        arrows.retain(|_, needed| !needed.is_empty());
        if arrows.len() == open.len() {
            break;
        }
    }
    let mut way: Vec<String> = vec![arrows.keys().next()?.clone()];
    loop {
        let next = arrows.get(way.last()?)?.iter().next()?.clone();
        if let Some(start) = way.iter().position(|module| *module == next) {
            way.push(next);
            return Some(way.split_off(start));
        }
        way.push(next);
    }
}
